//! How fast logs are read and replayed, side by side.

use std::{io::BufReader, time::Duration};

use openverse_release_audit::{
    Auditor, Cases, Ending, Process, Replay, Verdict, read_ocel_json, read_ocel_xml, read_xes,
    write_ocel_json,
};
use openverse_release_audit_peers::{
    cases, in_turns, log, measure, net, one_by_one, their_log, their_net, traces, xes,
};
use process_mining::{
    OCEL,
    conformance::{
        alignments::{AlignmentOptions, align_log},
        token_based_replay::apply_token_based_replay,
    },
    core::event_data::{
        case_centric::{
            utils::activity_projection::EventLogActivityProjection,
            xes::{XESImportOptions, build_ignore_attributes, stream_xes_slice},
        },
        object_centric::{
            ocel_json::import_ocel_json_slice,
            ocel_xml::{export_ocel_xml, import_ocel_xml_slice},
        },
    },
};

fn row(what: &str, events: usize, here: Duration, there: Duration) {
    let rate = |time: Duration| events as f64 / time.as_secs_f64() / 1e6;
    let ratio = there.as_secs_f64() / here.as_secs_f64();
    println!(
        "{what:<56} {here:>10.2?} ({:>6.1} M events/s), process_mining {there:>10.2?} ({:>5.1} M events/s): {ratio:.1} times",
        rate(here),
        rate(there)
    );
}

fn main() {
    // `cargo test` runs benches once, unmeasured.
    let (count, times) = if std::env::args().any(|arg| arg == "--bench") { (100_000, 9) } else { (10, 1) };
    let process = Process::of_net(&net()).expect("it is small");
    let their_net = their_net();
    for noisy in [1, 30] {
        let traces = traces(count, noisy);
        let cases = cases(&traces);
        let events = cases.events();
        let fitting = |cases: &Cases| {
            let verdicts = Replay::new(&process, cases)
                .and_then(|mut replay| replay.verdicts(cases))
                .expect("it is small");
            verdicts.iter().filter(|verdict| **verdict == Verdict::Fits).count()
        };
        println!("{count} traces, {events} events, {noisy} % noisy: {} fit", fitting(&cases));
        let here = measure(times * 3, || {
            Replay::new(&process, &cases).and_then(|mut replay| replay.verdicts(&cases))
        });
        let xes = xes(&traces);
        let their_log = their_log(&xes);
        let projection = one_by_one(&cases);
        let there = measure(times, || apply_token_based_replay(&their_net, &projection).expect("it replays"));
        row("verdict and first deviation; theirs: counts alone", events, here, there);
        let there = measure(times, || {
            let projection = EventLogActivityProjection::from(&their_log);
            apply_token_based_replay(&their_net, &projection).expect("it replays")
        });
        row("… theirs: from the log in memory", events, here, there);
        let here = measure(times, || {
            let mut auditor = Auditor::new(&process, &[], Ending::Required).expect("it is small");
            cases.iter().for_each(|case| auditor.take(&case));
            auditor.finish()
        });
        let there = measure(times, || {
            let projection = EventLogActivityProjection::from(&their_log);
            align_log(&their_net, &projection, &AlignmentOptions::default())
        });
        row("every deviation explained; theirs: alignments, 2 threads", events, here, there);
        if noisy > 1 {
            continue;
        }

        let read = || {
            let mut cases = Cases::default();
            read_xes(xes.as_bytes(), &mut cases).expect("it is XES");
            cases
        };
        let kept = ["concept:name", "time:timestamp", "org:resource"];
        let options = || XESImportOptions {
            verbose: false,
            ignore_log_attributes_except: Some(build_ignore_attributes([""; 0])),
            ignore_trace_attributes_except: Some(build_ignore_attributes(["concept:name"])),
            ignore_event_attributes_except: Some(build_ignore_attributes(kept)),
            ..XESImportOptions::default()
        };
        let (here, there) = in_turns(times, read, || {
            let (mut stream, _) = stream_xes_slice(xes.as_bytes(), options()).expect("it is XES");
            (&mut stream).map(|trace| trace.events.len()).sum::<usize>()
        });
        row("reading XES, trace by trace", events, here, there);

        let mut json = Vec::new();
        let log = log(&traces[..traces.len() / 4]);
        let events = log.events().len();
        write_ocel_json(&log, &mut json).expect("memory takes it");
        let read = || read_ocel_json(BufReader::new(&*json)).expect("it is OCEL");
        let (here, there) = in_turns(times, read, || {
            serde_json::from_reader::<_, OCEL>(BufReader::new(&*json)).expect("it is OCEL")
        });
        row("reading OCEL 2.0 JSON", events, here, there);
        let theirs = import_ocel_json_slice(&json).expect("it is OCEL");
        let mut xml = Vec::new();
        export_ocel_xml(&mut process_mining::XmlWriter::new(&mut xml), &theirs).expect("memory takes it");
        let read = || read_ocel_xml(&*xml).expect("it is OCEL");
        let (here, there) = in_turns(times, read, || import_ocel_xml_slice(&xml).expect("it is OCEL"));
        row("reading OCEL 2.0 XML", events, here, there);
    }
}
