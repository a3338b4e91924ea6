//! The same net and the same logs for every tool that replays them.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use openverse_release_audit::{CaseSink, Cases, Happened, Log, Net};
use process_mining::{
    EventLog, PetriNet,
    core::{
        event_data::case_centric::utils::activity_projection::EventLogActivityProjection,
        process_models::case_centric::petri_net::ArcType,
    },
};

/// The steps of the flow of the API, with the places that each takes from and gives to.
pub const STEPS: [(&str, usize, usize); 8] = [
    ("Merge", 0, 1),
    ("Build", 1, 2),
    ("StagingDispatch", 2, 3),
    ("RevertRollback", 3, 1),
    ("Publish", 3, 4),
    ("Tag", 4, 5),
    ("ProductionDispatch", 5, 6),
    ("TriggerRollback", 6, 6),
];
/// How many places it has; the last is the end.
pub const PLACES: usize = 7;

/// Returns the net for this project.
pub fn net() -> Net {
    let mut net = Net::new();
    (1..PLACES).for_each(|_| {
        net.place();
    });
    for (name, takes, gives) in STEPS {
        net.step(name.parse().expect("it names a step"), &[takes], &[gives]);
    }
    net.may_end(&[PLACES - 1]);
    net
}

/// Returns the same net for the crate `process_mining`.
pub fn their_net() -> PetriNet {
    let mut net = PetriNet::new();
    let places: Vec<_> = (0..PLACES).map(|_| net.add_place(None)).collect();
    for (name, takes, gives) in STEPS {
        let transition = net.add_transition(Some(name.to_owned()), None);
        net.add_arc(ArcType::place_to_transition(places[takes], transition), None);
        net.add_arc(ArcType::transition_to_place(transition, places[gives]), None);
    }
    net.initial_marking = Some([(places[0], 1)].into_iter().collect());
    net.final_markings = Some(vec![[(places[PLACES - 1], 1)].into_iter().collect()]);
    net
}

/// Numbers that look random, and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

/// Returns traces that run through the net; in `noisy` of a hundred something was left out, doubled or
/// swapped.
pub fn traces(count: usize, noisy: u64) -> Vec<Vec<&'static str>> {
    let mut random = Random(7);
    let mut traces = Vec::with_capacity(count);
    for _ in 0..count {
        let mut trace = vec!["Merge", "Build", "StagingDispatch"];
        while random.below(10) == 0 {
            trace.extend(["RevertRollback", "Build", "StagingDispatch"]);
        }
        trace.extend(["Publish", "Tag", "ProductionDispatch"]);
        while random.below(10) == 0 {
            trace.push("TriggerRollback");
        }
        if random.below(100) < noisy {
            for _ in 0..=random.below(2) {
                let at = random.below(trace.len() as u64) as usize;
                match random.below(3) {
                    0 => drop(trace.remove(at)),
                    1 => trace.insert(at, trace[at]),
                    _ => trace.swap(at, at.saturating_sub(1)),
                }
            }
        }
        traces.push(trace);
    }
    traces
}

/// Returns traces as cases in memory.
pub fn cases(traces: &[Vec<&str>]) -> Cases {
    let mut cases = Cases::default();
    for (trace, number) in traces.iter().zip(1..) {
        cases.begin(&format!("case {number}"));
        trace.iter().for_each(|activity| cases.event(&Happened::new(activity)));
    }
    cases
}

/// Returns traces as XES, with a time and a person for each event.
pub fn xes(traces: &[Vec<&str>]) -> String {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<log xes.version=\"1.0\">\n".to_owned();
    for (trace, number) in traces.iter().zip(1..) {
        text += &format!("<trace>\n<string key=\"concept:name\" value=\"case {number}\"/>\n");
        for (activity, minute) in trace.iter().zip(0..) {
            text += &format!(
                "<event>\n<string key=\"concept:name\" value=\"{activity}\"/>\n\
                 <date key=\"time:timestamp\" value=\"2024-03-01T12:{:02}:00.000+00:00\"/>\n\
                 <string key=\"org:resource\" value=\"ada\"/>\n</event>\n",
                minute % 60
            );
        }
        text += "</trace>\n";
    }
    text + "</log>\n"
}

/// Returns traces as a table, with a time and a person for each event.
pub fn csv(traces: &[Vec<&str>]) -> String {
    let mut text = "case_id,activity,timestamp,resource\n".to_owned();
    for (trace, number) in traces.iter().zip(1..) {
        for (activity, minute) in trace.iter().zip(0..) {
            let minute = minute % 60;
            text += &format!("case {number},{activity},2024-03-01T12:{minute:02}:00.000+00:00,ada\n");
        }
    }
    text
}

/// Returns how long it takes to run something, the median of so many times.
pub fn measure<T>(times: usize, mut run: impl FnMut() -> T) -> Duration {
    median((0..times).map(|_| timed(&mut run)).collect())
}

/// Returns how long it takes to run one thing and another in turns, the median of so many times each: what else
/// the machine does then slows both.
pub fn in_turns<T, U>(
    times: usize,
    mut one: impl FnMut() -> T,
    mut other: impl FnMut() -> U,
) -> (Duration, Duration) {
    let (one, other) = (0..times).map(|_| (timed(&mut one), timed(&mut other))).unzip();
    (median(one), median(other))
}

fn timed<T>(run: &mut impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    black_box(run());
    start.elapsed()
}

fn median(mut taken: Vec<Duration>) -> Duration {
    taken.sort();
    taken[taken.len() / 2]
}

/// Returns traces as a log of objects: a release and a commit for each.
pub fn log(traces: &[Vec<&str>]) -> Log {
    let mut log = Log::default();
    for (trace, number) in traces.iter().zip(1..) {
        let (release, commit) = (format!("release {number}"), format!("commit {number}"));
        log.add_object(&release, "release");
        log.add_object(&commit, "commit");
        log.object_relation(&release, &commit, "is of");
        for (activity, minute) in trace.iter().zip(0..) {
            let at = moment(number, minute);
            log.add_event(&format!("event {number} {minute}"), activity, at);
            log.event_object(&release, "is of");
            log.event_object(&commit, "is on");
            log.event_attribute("who", "ada");
        }
    }
    log
}

fn moment(day: i64, minute: i64) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_700_000_000 + day * 86_400 + minute * 60, 0).expect("it is in range")
}

/// Returns the log as `process_mining` has it in memory.
pub fn their_log(xes: &str) -> EventLog {
    use process_mining::core::event_data::case_centric::xes::{XESImportOptions, import_xes_slice};
    let options = XESImportOptions { verbose: false, ..XESImportOptions::default() };
    import_xes_slice(xes.as_bytes(), false, options).expect("it can be read")
}

/// Returns their projection with each trace by itself: the form that their replay is fastest on, if what it
/// takes to find equal traces counts as well.
pub fn one_by_one(cases: &Cases) -> EventLogActivityProjection {
    let activities: Vec<String> = cases.activities().iter().map(str::to_owned).collect();
    let numbers = activities.iter().cloned().zip(0..).collect::<std::collections::HashMap<_, usize>>();
    let trace = |case: openverse_release_audit::Case<'_>| {
        ((0..case.len()).map(|place| numbers[case.event(place).activity]).collect(), 1)
    };
    let traces = cases.iter().map(trace).collect();
    EventLogActivityProjection { activities, act_to_index: numbers.into_iter().collect(), traces }
}
