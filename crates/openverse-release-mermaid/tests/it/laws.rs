//! What holds for every text.

use std::time::{Duration, Instant};

use openverse_release_mermaid::Chart;
use proptest::prelude::*;

use crate::{
    corpus::{READ, REFUSED},
    mutate::{Chance, PIECES, mutate},
    repeated::{REPEATED, texts},
};

/// Reads a text, chart or not, and looks at what came of it.
fn read(text: &str) {
    match Chart::read(text) {
        Ok(chart) => {
            let known = |id: &str| chart.vertices.iter().any(|vertex| &*vertex.id == id);
            let made = |id: &str| id.starts_with("L_") || text.contains('@');
            for edge in &chart.edges {
                for id in [&edge.start, &edge.end] {
                    assert!(known(id) || made(id), "{id} is linked and no box in {text:?}");
                }
            }
        }
        Err(error) => {
            // A text of n line ends has n + 1 lines.
            let lines = text.replace("\r\n", "\n").matches(['\n', '\r']).count() + 1;
            assert!((1..=lines).contains(&error.line()), "{error} in {text:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,200}") {
        read(&text);
        read(&format!("graph TD\n{text}"));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&bytes);
        read(&text);
        read(&format!("graph TD\n{text}"));
    }

    #[test]
    fn any_pieces_of_the_language_are_read_or_refused(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..60)) {
        read(&pieces.concat());
        read(&format!("graph TD\n{}", pieces.concat()));
    }

    #[test]
    fn any_changed_chart_is_read_or_refused(seed in any::<u64>()) {
        let mut chance = Chance::new(seed);
        let charts = [READ, REFUSED].concat();
        let chart = charts[chance.below(charts.len())];
        read(&mutate(chart, &mut chance));
    }
}

#[test]
fn no_text_takes_time_that_grows_with_its_square() {
    // A text of this size takes some milliseconds. With the square of it, it would take a second,
    // even where a step is only a nanosecond.
    const BYTES: usize = 12_000;
    const LONG: Duration = Duration::from_millis(300);
    for (name, text) in texts(&[PIECES, REPEATED].concat(), BYTES) {
        // The machine may do other things meanwhile, but hardly every time.
        let takes_long = |_| {
            let start = Instant::now();
            let _read = std::hint::black_box(Chart::read(&text));
            start.elapsed() > LONG
        };
        assert!(!(0..5).all(takes_long), "{name}");
    }
}

#[test]
fn no_nesting_is_too_deep() {
    const DEPTH: usize = 200_000;
    let open: String = (0..DEPTH).map(|number| format!("subgraph s{number}\n")).collect();
    let chart = Chart::read(&format!("graph TD\n{open}A\n{}", "end\n".repeat(DEPTH))).unwrap();
    assert_eq!(chart.subgraphs.len(), DEPTH);
    for piece in ["A[", "A(", "A{", "[", "(", "{", "\"`", "A@{ x: [", "A@{ x: {", "A@{\n- "] {
        read(&format!("graph TD\n{}", piece.repeat(DEPTH)));
    }
    for piece in ["[", "{", "- ", "{a: ", "? "] {
        read(&format!("graph TD\nA@{{\n{}", piece.repeat(DEPTH)));
        read(&format!("---\n{}\n---\ngraph TD", piece.repeat(DEPTH)));
    }
}
