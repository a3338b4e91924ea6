//! The contract of [`StepPrograms`], rule by rule.

use std::{
    fmt::Debug,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use openverse_release_core::step_protocol::{AttemptName, ObserveAnswer, PerformAnswer, StepCall};
use openverse_release_ports::{ProgramCall, StepProgram, StepProgramError, StepPrograms};

/// What a program of the suite does when it is called, whatever it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Answers what it is given as its first argument.
    Answers,
    /// Answers so, too, and then ends with status 1.
    AnswersAndFails,
    /// Answers whatever it was asked, as the evidence of `done`: the action alone.
    SaysWhatItWasAsked,
    /// Writes `trouble` to standard error and ends with status 3.
    Fails,
    /// Is killed.
    Dies,
    /// Never ends, and starts a child that never ends.
    Hangs,
    /// Writes 2 MB to standard output.
    WritesTooMuch,
    /// Answers `done` with the value of the environment variable it may see as evidence.
    TellsItsVariable,
    /// Writes the value of that variable to standard error and fails.
    FailsWithItsVariable,
}

/// Programs behind the implementation under test.
#[async_trait]
pub trait StepProgramsWorld: Debug + Send + Sync {
    /// Returns the port.
    fn programs(&self) -> &dyn StepPrograms;

    /// Returns a program that behaves so.
    fn program(&self, behaviour: Behaviour) -> StepProgram;

    /// Returns the name of an environment variable whose value is longer than 10 characters, and the
    /// value.
    fn variable(&self) -> (String, String);

    /// Returns how often the program was started, and whether anything it started still runs.
    async fn started(&self, behaviour: Behaviour) -> (usize, bool);
}

/// Runs the whole suite, each rule on the world that `fresh` makes for it.
///
/// # Panics
/// At the first rule that does not hold, naming it.
pub async fn check_step_programs<W: StepProgramsWorld>(mut fresh: impl AsyncFnMut() -> W) {
    crate::rules!(fresh:
        an_answer_is_what_the_program_wrote,
        what_is_asked_arrives,
        an_unreadable_answer_is_unknown_or_lost,
        an_answer_counts_only_with_status_0,
        a_failure_without_an_answer_is_told_with_its_last_lines,
        a_death_is_unknown_or_lost,
        the_time_limit_ends_all_of_it,
        too_much_output_is_no_answer,
        a_variable_is_seen_only_if_it_is_allowed_and_its_value_is_told_to_nobody,
        a_program_that_is_not_there_is_an_error,
    );
}

fn attempt() -> AttemptName {
    "run-suite-Step-1".parse().expect("it is a name")
}

fn call(world: &dyn StepProgramsWorld, behaviour: Behaviour, argument: &str) -> ProgramCall {
    let mut program = world.program(behaviour);
    program.arguments = vec![argument.to_owned()];
    let step = StepCall {
        run: "run-suite".parse().expect("it is a run"),
        step: "Step".parse().expect("it is a step"),
        app: "app".parse().expect("it is an app"),
        environment: None,
        version: Default::default(),
        previous: None,
        parameters: Default::default(),
    };
    ProgramCall { program, step }
}

async fn both(
    world: &dyn StepProgramsWorld,
    behaviour: Behaviour,
    argument: &str,
) -> (ObserveAnswer, PerformAnswer) {
    both_of(world, &call(world, behaviour, argument)).await
}

async fn both_of(world: &dyn StepProgramsWorld, call: &ProgramCall) -> (ObserveAnswer, PerformAnswer) {
    let observed = world.programs().observe(call).await.expect("it can be run");
    let performed = world.programs().perform(call, &attempt()).await.expect("it can be run");
    (observed, performed)
}

/// Checks that nothing is known, and returns why in both cases.
#[track_caller]
fn expect_unknown_and_lost(answers: (ObserveAnswer, PerformAnswer)) -> [String; 2] {
    match answers {
        (ObserveAnswer::Unknown { why }, PerformAnswer::Lost { why: lost }) => {
            [why.as_str().to_owned(), lost.as_str().to_owned()]
        }
        answers => panic!("expected unknown and lost, found {answers:?}"),
    }
}

async fn an_answer_is_what_the_program_wrote(world: &dyn StepProgramsWorld) {
    let answer = r#"{"answer": "conflict", "found": "blue $(id)", "expected": "green"}"#;
    let (observed, performed) = both(world, Behaviour::Answers, answer).await;
    assert_eq!(Ok(observed), ObserveAnswer::read(answer.as_bytes()));
    assert_eq!(Ok(performed), PerformAnswer::read(answer.as_bytes()));
    assert_eq!(world.started(Behaviour::Answers).await, (2, false), "each call runs the program once");
}

async fn what_is_asked_arrives(world: &dyn StepProgramsWorld) {
    let call = call(world, Behaviour::SaysWhatItWasAsked, "");
    let observed = world.programs().observe(&call).await.expect("it can be run");
    let ObserveAnswer::Done { evidence, .. } = observed else { panic!("{observed:?}") };
    assert_eq!(evidence.as_str(), "observe");
    let lost = world.programs().perform(&call, &attempt()).await.expect("it can be run");
    // It answers as to an observation, which is no answer to this.
    assert!(matches!(lost, PerformAnswer::Lost { .. }), "{lost:?}");
}

async fn an_unreadable_answer_is_unknown_or_lost(world: &dyn StepProgramsWorld) {
    for answer in
        ["", "done", r#"{"answer": "accepted"} and more"#, r#"{"answer": "conflict", "found": "x"}"#]
    {
        expect_unknown_and_lost(both(world, Behaviour::Answers, answer).await);
    }
    let unknown_field = r#"{"answer": "conflict", "found": "x", "expected": "y", "colour": "red"}"#;
    for why in expect_unknown_and_lost(both(world, Behaviour::Answers, unknown_field).await) {
        assert!(why.contains("unknown field `colour`"), "{why}");
    }
}

async fn an_answer_counts_only_with_status_0(world: &dyn StepProgramsWorld) {
    let answer = r#"{"answer": "conflict", "found": "x", "expected": "y"}"#;
    for why in expect_unknown_and_lost(both(world, Behaviour::AnswersAndFails, answer).await) {
        assert!(why.contains("status 1"), "{why}");
    }
}

async fn a_failure_without_an_answer_is_told_with_its_last_lines(world: &dyn StepProgramsWorld) {
    for why in expect_unknown_and_lost(both(world, Behaviour::Fails, "").await) {
        assert!(why.contains("status 3") && why.contains("trouble"), "{why}");
    }
}

async fn a_death_is_unknown_or_lost(world: &dyn StepProgramsWorld) {
    for why in expect_unknown_and_lost(both(world, Behaviour::Dies, "").await) {
        assert!(why.contains("a signal"), "{why}");
    }
}

async fn the_time_limit_ends_all_of_it(world: &dyn StepProgramsWorld) {
    let mut call = call(world, Behaviour::Hangs, "");
    call.program.limit = Duration::from_millis(500);
    for why in expect_unknown_and_lost(both_of(world, &call).await) {
        assert!(why.contains("0.5 s"), "{why}");
    }
    // The machine may take a moment to end a process.
    let patience = Instant::now() + Duration::from_secs(10);
    while world.started(Behaviour::Hangs).await.1 {
        assert!(Instant::now() < patience, "what it started still runs");
    }
}

async fn too_much_output_is_no_answer(world: &dyn StepProgramsWorld) {
    for why in expect_unknown_and_lost(both(world, Behaviour::WritesTooMuch, "").await) {
        assert!(why.contains("1048576 bytes"), "{why}");
    }
}

async fn a_variable_is_seen_only_if_it_is_allowed_and_its_value_is_told_to_nobody(
    world: &dyn StepProgramsWorld,
) {
    let (name, value) = world.variable();
    let mut call = call(world, Behaviour::TellsItsVariable, &name);
    let observed = world.programs().observe(&call).await.expect("it can be run");
    let ObserveAnswer::Done { evidence, .. } = observed else { panic!("{observed:?}") };
    assert_eq!(evidence.as_str(), "it is unset");

    call.program.variables = vec![name.clone()];
    let observed = world.programs().observe(&call).await.expect("it can be run");
    let ObserveAnswer::Done { evidence, .. } = observed else { panic!("{observed:?}") };
    assert_eq!(evidence.as_str(), format!("it is [{name}]"));

    call.program = StepProgram {
        variables: vec![name.clone()],
        arguments: vec![name.clone()],
        ..world.program(Behaviour::FailsWithItsVariable)
    };
    for why in expect_unknown_and_lost(both_of(world, &call).await) {
        assert!(why.contains(&format!("[{name}]")) && !why.contains(&value), "{why}");
    }
}

async fn a_program_that_is_not_there_is_an_error(world: &dyn StepProgramsWorld) {
    let mut call = call(world, Behaviour::Answers, "");
    let name = call.program.path.file_name().expect("it has a name").to_string_lossy().into_owned();
    let near = format!("{name}x");
    call.program.path.set_file_name(&near);
    let missing = world.programs().observe(&call).await.expect_err("it is not there");
    let StepProgramError::Missing { path, nearest } = &missing else { panic!("{missing:?}") };
    assert!(path.is_absolute() && path.ends_with(&near), "{}", path.display());
    assert_eq!(nearest.as_deref(), Some(name.as_str()));
    assert_eq!(world.programs().perform(&call, &attempt()).await, Err(missing));

    call.program.path.set_file_name("quite-another-thing");
    let missing = world.programs().observe(&call).await.expect_err("it is not there");
    assert!(matches!(missing, StepProgramError::Missing { nearest: None, .. }), "{missing:?}");

    call.program.dir = "/no/such/folder".into();
    let no_folder = world.programs().observe(&call).await.expect_err("there is no folder");
    assert!(matches!(no_folder, StepProgramError::NoFolder { .. }), "{no_folder:?}");
}
