//! Writes the charts of the tests where cargo-fuzz looks for texts to begin with, and the pieces of the
//! language as a dictionary.

use std::{fmt::Write as _, fs, io, path::Path};

#[path = "../../tests/it/corpus.rs"]
mod corpus;
#[path = "../../tests/it/mutate.rs"]
#[expect(dead_code, reason = "of the mutations, only what they put in is needed")]
mod mutate;

fn main() -> io::Result<()> {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = fuzz.join("corpus/read");
    fs::create_dir_all(&folder)?;
    for (number, chart) in corpus::READ.iter().chain(corpus::REFUSED).enumerate() {
        fs::write(folder.join(format!("chart-{number}")), chart)?;
    }
    let mut dictionary = String::new();
    for piece in mutate::PIECES {
        let bytes = piece.bytes().fold(String::new(), |mut bytes, byte| {
            // Writing to a String does not fail.
            let _ = write!(bytes, "\\x{byte:02x}");
            bytes
        });
        let _ = writeln!(dictionary, "\"{bytes}\"");
    }
    fs::write(fuzz.join("read.dict"), dictionary)
}
