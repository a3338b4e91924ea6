//! How much memory reading takes, counted byte by byte.

use openverse_release_mermaid::{Chart, Import};
use peak_alloc::PeakAlloc;

#[path = "../../tests/it/mutate.rs"]
#[expect(dead_code, reason = "of the mutations, only what they put in is needed")]
mod mutate;
#[path = "../../tests/it/repeated.rs"]
mod repeated;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// A third of this is what the worst text takes; with the square of its length, it would be thousands.
const PER_BYTE: usize = 200;

/// Returns how much more memory is taken at the worst moment of some work than before it.
fn peak(work: impl FnOnce()) -> usize {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    work();
    MEMORY.peak_usage() - before
}

#[test]
fn no_text_takes_memory_beyond_its_length() {
    const BYTES: usize = 20_000;
    let mut worst = (0, String::new());
    for (name, text) in repeated::texts(&[mutate::PIECES, repeated::REPEATED].concat(), BYTES) {
        let taken = peak(|| {
            if let Ok(chart) = Chart::read(&text) {
                Import::of(&chart, "x");
            }
        });
        worst = worst.max((taken / text.len(), name));
    }
    println!("at most {} bytes for a byte of text: {}", worst.0, worst.1);
    assert!(worst.0 < PER_BYTE, "{} bytes for a byte of text: {}", worst.0, worst.1);
}
