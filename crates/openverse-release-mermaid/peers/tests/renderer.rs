//! What mermaid-rs-renderer, which is made to draw and not to judge, finds in charts.

#[path = "../readers/mod.rs"]
#[expect(dead_code, reason = "mermaid.js is asked for its times only in the bench")]
mod readers;

use readers::{Found, mermaid_js};

// Its times are compared only on charts where each line has a statement of its own.
#[test]
fn mermaid_rs_renderer_loses_lines_of_chained_statements() {
    let chained = "flowchart TD\nA --> B --> C\nC --> D & E\nE -.-> F -.-> G";
    let lines = "flowchart TD\nA --> B\nB --> C\nC --> D\nC --> E\nE -.-> F\nF -.-> G";
    let found = [chained, lines].map(|chart| {
        let readers = [Found::ours(chart), Found::merman(chart), Found::renderer(chart)];
        readers.map(|found| found.to_string())
    });
    let all = "7 boxes, 6 lines";
    assert_eq!(found[1], [all; 3]);
    assert_eq!(found[0][..2], [all; 2]);
    assert_ne!(found[0][2], all, "it has learnt to read them");
    if let Some(kept) = mermaid_js::kept(chained) {
        assert_eq!(kept["edges"].as_array().map(Vec::len), Some(6));
    }
}
