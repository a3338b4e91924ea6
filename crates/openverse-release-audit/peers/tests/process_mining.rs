//! The crate `process_mining` explains every trace at the same cost.

use openverse_release_audit::{Ending, Process, Replay, Verdict, align};
use openverse_release_audit_peers::{cases, net, their_log, their_net, traces, xes};
use process_mining::conformance::alignments::{AlignmentOptions, align_trace};

#[test]
fn the_same_traces_fit_and_the_others_cost_the_same() {
    let (process, their_net) = (Process::of_net(&net()).unwrap(), their_net());
    let traces = traces(2000, 60);
    let cases = cases(&traces);
    let verdicts = Replay::new(&process, &cases).unwrap().verdicts(&cases).unwrap();
    let mut fitting = 0;
    for (trace, verdict) in traces.iter().zip(&verdicts) {
        let steps: Vec<_> = trace.iter().map(|activity| process.step_called(activity)).collect();
        let (cost, _) = align(&process, &steps, Ending::Required).unwrap();
        let theirs = align_trace(&their_net, trace, &AlignmentOptions::default()).unwrap();
        assert_eq!(cost, theirs.cost, "{trace:?}");
        assert_eq!(*verdict == Verdict::Fits, cost == 0, "{trace:?}");
        fitting += usize::from(cost == 0);
    }
    assert!((100..1900).contains(&fitting), "{fitting} fit, so too little is compared");
}

#[test]
fn the_log_that_is_replayed_is_the_one_they_read() {
    let traces = traces(50, 30);
    let read = their_log(&xes(&traces));
    assert_eq!(read.traces.len(), 50);
    assert_eq!(read.traces.iter().map(|trace| trace.events.len()).sum::<usize>(), cases(&traces).events());
}
