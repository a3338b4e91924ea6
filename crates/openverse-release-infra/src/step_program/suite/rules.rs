//! Each rule, and how it is checked.

use openverse_release_core::step_protocol::{ObserveAnswer, PerformAnswer, StepCall};
use tokio::time::Instant;

use super::{
    asked::{Asker, show},
    report::{Broken, StepRule},
};

type Held = Result<(), Broken>;

/// Checks one rule.
pub(super) async fn check(rule: StepRule, asker: &mut Asker<'_>) -> Held {
    match rule {
        StepRule::ObserveAnswers => observe_answers(asker).await,
        StepRule::ObservingChangesNothing => observing_changes_nothing(asker).await,
        StepRule::ANewStepIsAbsent => asker.absent_step().await.map(drop),
        StepRule::AnUnknownProtocolIsRefused => an_unknown_protocol_is_refused(asker).await,
        StepRule::AnUnknownActionIsRefused => an_unknown_action_is_refused(asker).await,
        StepRule::GarbageIsRefused => garbage_is_refused(asker).await,
        StepRule::PerformingIsObserved => performing_is_observed(asker).await,
        StepRule::AskedTwiceDoneOnce => asked_twice_done_once(asker).await,
        StepRule::ALostReplyIsFound => a_lost_reply_is_found(asker).await,
        StepRule::ADeathIsRecoveredFrom => a_death_is_recovered_from(asker).await,
    }
}

async fn observe_answers(asker: &mut Asker<'_>) -> Held {
    for step in asker.step_of_each_version() {
        asker.observe(&step).await?;
    }
    Ok(())
}

async fn observing_changes_nothing(asker: &mut Asker<'_>) -> Held {
    // Of every version: the last observation may have brought one of them about.
    for step in asker.step_of_each_version() {
        let first = asker.observe(&step).await?;
        for _ in 0..2 {
            expect_alike(asker, &step, &first).await?;
        }
    }
    Ok(())
}

async fn an_unknown_protocol_is_refused(asker: &mut Asker<'_>) -> Held {
    let step = asker.absent_step().await?;
    for number in ["2", "0", "\"1\"", "null"] {
        let request = asker.perform_request(&step);
        let request = request.replacen("\"protocol\": 1", &format!("\"protocol\": {number}"), 1);
        asker.expect_refused(&request, &format!("protocol {number}")).await?;
    }
    expect_absent(asker, &step).await
}

async fn an_unknown_action_is_refused(asker: &mut Asker<'_>) -> Held {
    let step = asker.absent_step().await?;
    for action in ["undo", "", "performed"] {
        let request = asker.perform_request(&step);
        let request = request.replacen("\"action\": \"perform\"", &format!("\"action\": \"{action}\""), 1);
        asker.expect_refused(&request, &format!("the action {action:?}")).await?;
    }
    expect_absent(asker, &step).await
}

async fn garbage_is_refused(asker: &mut Asker<'_>) -> Held {
    let step = asker.absent_step().await?;
    let whole = asker.perform_request(&step);
    let half = &whole[..whole.len() / 2];
    let unclosed = whole.trim_end().trim_end_matches('}');
    for (input, what) in [
        ("", "an empty standard input"),
        ("perform\n", "the word perform"),
        ("[]\n", "an empty list"),
        (half, "half a request"),
        (unclosed, "a request without its last brace"),
    ] {
        asker.expect_refused(input, what).await?;
    }
    expect_absent(asker, &step).await
}

async fn performing_is_observed(asker: &mut Asker<'_>) -> Held {
    let step = asker.absent_step().await?;
    let began = Instant::now();
    expect_accepted(asker.perform(&step).await?)?;
    asker.took = began.elapsed();
    asker.until_done(&step).await.map(drop)
}

async fn asked_twice_done_once(asker: &mut Asker<'_>) -> Held {
    let step = asker.absent_step().await?;
    expect_accepted(asker.perform(&step).await?)?;
    let done = asker.until_done(&step).await?;
    for _ in 0..2 {
        match asker.perform(&step).await? {
            PerformAnswer::Accepted {} | PerformAnswer::Conflict { .. } => {}
            answer => return Err(Broken::rule(show_performed(&answer), "accepted or conflict")),
        }
        expect_alike(asker, &step, &done).await?;
    }
    Ok(())
}

async fn a_lost_reply_is_found(asker: &mut Asker<'_>) -> Held {
    let step = asker.absent_step().await?;
    asker.perform_unheard(&step).await?;
    asker.until_done(&step).await.map(drop)
}

async fn a_death_is_recovered_from(asker: &mut Asker<'_>) -> Held {
    /// Of the time that an attempt takes, in percent.
    const MOMENTS: [u32; 6] = [0, 10, 30, 50, 70, 90];
    for percent in MOMENTS {
        let moment = asker.took * percent / 100;
        let step = asker.absent_step().await?;
        asker.perform_until_killed(&step, moment).await?;
        let recovered = recover(asker, &step).await;
        recovered.map_err(|broken| match broken {
            Broken::Rule { found, expected } => {
                let after = format!("after a death {} ms into performing", moment.as_millis());
                Broken::rule(format!("{found}, {after}"), expected)
            }
            broken => broken,
        })?;
    }
    Ok(())
}

/// Does what a run would do after a death: observes, and performs again unless it is done.
async fn recover(asker: &mut Asker<'_>, step: &StepCall) -> Held {
    let underway = match asker.observe(step).await? {
        ObserveAnswer::Absent {} => false,
        ObserveAnswer::InProgress { .. } => true,
        ObserveAnswer::Done { .. } => return asker.until_done(step).await.map(drop),
        answer => return Err(Broken::rule(show(&answer), "absent, in_progress or done")),
    };
    match asker.perform(step).await? {
        PerformAnswer::Conflict { .. } if underway => {}
        answer => expect_accepted(answer)?,
    }
    asker.until_done(step).await.map(drop)
}

async fn expect_absent(asker: &Asker<'_>, step: &StepCall) -> Held {
    match asker.observe(step).await? {
        ObserveAnswer::Absent {} => Ok(()),
        answer => Err(Broken::rule(format!("{} after it was refused", show(&answer)), "absent as before")),
    }
}

/// Checks that observing answers as before. What goes on by itself may have gone on.
async fn expect_alike(asker: &Asker<'_>, step: &StepCall, before: &ObserveAnswer) -> Held {
    let now = asker.observe(step).await?;
    let moves_on = matches!(before, ObserveAnswer::InProgress { .. });
    if now == *before || moves_on && matches!(now, ObserveAnswer::InProgress { .. }) {
        return Ok(());
    }
    Err(Broken::rule(show(&now), format!("{} as before", show(before))))
}

fn expect_accepted(answer: PerformAnswer) -> Held {
    match answer {
        PerformAnswer::Accepted {} => Ok(()),
        answer => Err(Broken::rule(show_performed(&answer), "accepted")),
    }
}

fn show_performed(answer: &PerformAnswer) -> String {
    match answer {
        PerformAnswer::Accepted {} => "accepted".to_owned(),
        PerformAnswer::Conflict { found, expected } => {
            format!("conflict (found {found}, expected {expected})")
        }
        PerformAnswer::NotDone { why } => format!("not_done ({why})"),
        PerformAnswer::Lost { why } => format!("lost ({why})"),
        _ => format!("{answer:?}"),
    }
}
