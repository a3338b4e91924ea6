//! Asking a program about one run after the other.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openverse_release_core::{
    ImageTag, RunId,
    step_protocol::{AttemptName, ObserveAnswer, PerformAnswer, StepAction, StepCall, StepVersion},
};
use tokio::time::{Instant, sleep, timeout};

use super::{StepSubject, report::Broken};
use crate::{
    Finished,
    step_program::invocation::{Invocation, request},
};

/// Asks a program, as runs that come one after the other.
pub(super) struct Asker<'a> {
    invocation: Invocation<'a>,
    subject: &'a StepSubject,
    /// The longest time that anything may take to be done.
    patience: Duration,
    /// How long the first attempt took that was let be.
    pub(super) took: Duration,
    began: u128,
    runs: usize,
    attempts: usize,
    /// The version that was brought about last.
    reached: Option<ImageTag>,
}

impl<'a> Asker<'a> {
    pub(super) fn new(invocation: Invocation<'a>, subject: &'a StepSubject, patience: Duration) -> Self {
        let began = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        Self { invocation, subject, patience, took: patience, began, runs: 0, attempts: 0, reached: None }
    }

    /// Returns the step of a new run for each version.
    pub(super) fn step_of_each_version(&mut self) -> Vec<StepCall> {
        self.versions().into_iter().map(|tag| self.new_step(tag)).collect()
    }

    /// Returns the versions that runs are about; without any, they are about none.
    fn versions(&self) -> Vec<Option<&'a ImageTag>> {
        let tags = &self.subject.image_tags;
        if tags.is_empty() { vec![None] } else { tags.iter().map(Some).collect() }
    }

    fn new_step(&mut self, image_tag: Option<&ImageTag>) -> StepCall {
        self.runs += 1;
        let run = format!("step-test-{}-{}", self.began, self.runs);
        let run: RunId = run.parse().unwrap_or_else(|_| unreachable!("{run} is the name of a run"));
        let version = |image_tag: &ImageTag| StepVersion {
            image_tag: Some(image_tag.clone()),
            ..StepVersion::default()
        };
        StepCall {
            run,
            step: self.subject.step.clone(),
            app: self.subject.app.clone(),
            environment: self.subject.environment,
            version: image_tag.map(version).unwrap_or_default(),
            previous: self.reached.as_ref().map(version),
            parameters: self.subject.parameters.clone(),
        }
    }

    /// Returns a step that was not performed yet, which the program says too: of the next version of
    /// which that is so.
    pub(super) async fn absent_step(&mut self) -> Result<StepCall, Broken> {
        let mut tags = self.versions();
        // The next one first, so that runs move between them.
        let next = self.runs % tags.len();
        tags.rotate_left(next);
        let mut found = String::new();
        for tag in tags {
            let step = self.new_step(tag);
            match self.observe(&step).await? {
                ObserveAnswer::Absent {} => return Ok(step),
                answer => found = show(&answer),
            }
        }
        Err(Broken::rule(found, "absent, for a run that nothing was performed for and one of the versions"))
    }

    /// Observes, and refuses anything but a valid answer.
    pub(super) async fn observe(&self, step: &StepCall) -> Result<ObserveAnswer, Broken> {
        let answer = self.invocation.observe(step).await?;
        answer.map_err(|why| Broken::rule(why, "an answer to observe, and exit status 0"))
    }

    /// Performs, and refuses anything but a valid answer.
    pub(super) async fn perform(&mut self, step: &StepCall) -> Result<PerformAnswer, Broken> {
        let request = self.perform_request(step);
        let program = self.invocation.program(request);
        let answer = self.invocation.perform(&program).await?;
        answer.map_err(|why| Broken::rule(why, "an answer to perform, and exit status 0"))
    }

    /// Performs, and closes the pipe before the answer comes.
    pub(super) async fn perform_unheard(&mut self, step: &StepCall) -> Result<(), Broken> {
        let request = self.perform_request(step);
        let program = self.invocation.program(request).unheard();
        // It may well die of having nobody to write to.
        let _died = self.invocation.run(&program).await?;
        Ok(())
    }

    /// Performs, and kills the program and all that it started after a time.
    pub(super) async fn perform_until_killed(
        &mut self,
        step: &StepCall,
        moment: Duration,
    ) -> Result<(), Broken> {
        let request = self.perform_request(step);
        let program = self.invocation.program(request);
        match timeout(moment, self.invocation.run(&program)).await {
            Ok(ran) => drop(ran?),
            // Dropping it has sent the signal.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
        Ok(())
    }

    /// Returns the request for another attempt.
    pub(super) fn perform_request(&mut self, step: &StepCall) -> String {
        self.attempts += 1;
        let attempt = format!("{}-{}", step.run, self.attempts);
        let attempt: AttemptName =
            attempt.parse().unwrap_or_else(|_| unreachable!("{attempt} is the name of an attempt"));
        request(step, StepAction::Perform { attempt })
    }

    /// Sends something that has to be refused.
    pub(super) async fn expect_refused(&self, input: &str, what: &str) -> Result<(), Broken> {
        let found = match self.invocation.run(&self.invocation.program(input)).await? {
            Ok(Finished { code: Some(0), .. }) => "exit status 0".to_owned(),
            Ok(Finished { code: Some(_), .. }) => return Ok(()),
            Ok(finished) => finished.failed().to_string(),
            Err(error) => error.to_string(),
        };
        Err(Broken::rule(found, format!("another exit status than 0 for {what}")))
    }

    /// Waits until a step is done, and returns the answer that says so. What cannot lead there is refused.
    pub(super) async fn until_done(&mut self, step: &StepCall) -> Result<ObserveAnswer, Broken> {
        let end = Instant::now() + self.patience;
        let mut pause = Duration::from_millis(20);
        loop {
            let answer = self.observe(step).await?;
            match answer {
                ObserveAnswer::Done { .. } => {
                    self.reached = step.version.image_tag.clone();
                    return Ok(answer);
                }
                ObserveAnswer::InProgress { .. } if Instant::now() < end => {}
                ObserveAnswer::InProgress { .. } => {
                    let found = format!("{} for {} s", show(&answer), self.patience.as_secs_f64());
                    return Err(Broken::rule(found, "done"));
                }
                answer => return Err(Broken::rule(show(&answer), "done, or in_progress and then done")),
            }
            sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }
}

/// Returns an answer in words.
pub(super) fn show(answer: &ObserveAnswer) -> String {
    match answer {
        ObserveAnswer::Absent {} => "absent".to_owned(),
        ObserveAnswer::InProgress { evidence } => format!("in_progress ({evidence})"),
        ObserveAnswer::Done { evidence, outcome, .. } => {
            let outcome = outcome.as_ref().map(|outcome| format!(", outcome {outcome}")).unwrap_or_default();
            format!("done ({evidence}{outcome})")
        }
        ObserveAnswer::Failed { evidence } => format!("failed ({evidence})"),
        ObserveAnswer::Conflict { found, expected } => {
            format!("conflict (found {found}, expected {expected})")
        }
        ObserveAnswer::Unknown { why } => format!("unknown ({why})"),
        _ => format!("{answer:?}"),
    }
}
