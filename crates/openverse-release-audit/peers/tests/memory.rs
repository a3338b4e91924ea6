//! What is in memory while a log is read.

use std::{
    fs,
    path::{Path, PathBuf},
};

use openverse_release_audit::{Auditor, Ending, Process, open_log, write_ocel_json};
use openverse_release_audit_peers::{csv, log, net, traces, xes};
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Returns what it takes at the most to do something, beside what was there before, and what it leaves behind.
fn taken<T>(run: impl FnOnce() -> T) -> (usize, usize) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    let left = run();
    let (peak, after) = (MEMORY.peak_usage(), MEMORY.current_usage());
    drop(left);
    (peak - before, after.saturating_sub(before))
}

fn audited(process: &Process, path: &Path) -> usize {
    let (peak, _) = taken(|| {
        let mut auditor = Auditor::new(process, &[], Ending::Required).unwrap();
        open_log(path).unwrap().read_cases(&mut auditor).unwrap();
        assert!(auditor.finish().unwrap().is_clean());
    });
    peak
}

/// One test, since memory is counted for the whole program.
#[test]
fn memory_grows_with_a_log_only_where_its_format_asks_for_it() {
    let folder = std::env::temp_dir().join(format!("openverse-release-memory-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let written = |name: &str, text: &[u8]| -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let process = Process::of_net(&net()).unwrap();
    let (few, many) = (traces(500, 0), traces(20_000, 0));
    let more_lines = many.iter().map(Vec::len).sum::<usize>() - few.iter().map(Vec::len).sum::<usize>();

    // XES stands trace by trace: forty times as many take no more.
    let [few_xes, many_xes] =
        [&few, &many].map(|traces| audited(&process, &written("log.xes", xes(traces).as_bytes())));
    println!("XES: {few_xes}, {many_xes} bytes");
    assert!(many_xes < few_xes + 16 * 1024, "{few_xes}, {many_xes}");

    // In a table the lines of a case may stand anywhere: each is kept, as a few numbers.
    let [few_csv, many_csv] =
        [&few, &many].map(|traces| audited(&process, &written("log.csv", csv(traces).as_bytes())));
    let each = (many_csv - few_csv) / more_lines;
    println!("CSV: {few_csv}, {many_csv} bytes, {each} for each line more");
    assert!(each < 100, "{each}");

    // A log of objects is kept. Of its text no more than a piece is, and in the end it is smaller than the text.
    let mut json = Vec::new();
    write_ocel_json(&log(&many), &mut json).unwrap();
    let path = written("log.json", &json);
    let text = json.len();
    drop(json);
    let (peak, kept) = taken(|| open_log(&path).unwrap().read_objects().unwrap());
    println!("OCEL 2.0 JSON: {text} bytes of text, {kept} kept, {peak} at the most");
    assert!(kept < text && peak < 2 * kept, "{peak}");
    fs::remove_dir_all(&folder).unwrap();
}
