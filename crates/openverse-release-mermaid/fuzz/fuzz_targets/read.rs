//! Any text is read or refused, and a chart that was read becomes a flow and data.
#![no_main]

use libfuzzer_sys::fuzz_target;
use openverse_release_mermaid::{Chart, Import};

fuzz_target!(|text: &str| {
    if let Ok(chart) = Chart::read(text) {
        let _import = Import::of(&chart, "fuzz");
        serde_json::to_string(&chart).expect("a chart can be written");
    }
});
