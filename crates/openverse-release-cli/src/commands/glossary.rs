//! `glossary`: the words, and what each is often confused with.

use std::io::{self, Write};

use openverse_release_core::{Term, find_term, glossary, terms_instead_of};

use super::Outcome;
use crate::{
    connect::Context,
    error::CliError,
    exit::Exit,
    output::{BOLD, DIM},
};

pub(super) fn run(context: &Context, wanted: Option<&str>) -> Outcome {
    let terms: Vec<&Term> = match wanted {
        None => glossary().collect(),
        Some(name) => vec![find(name)?],
    };
    context.output.result(&terms, |out| {
        for (index, term) in terms.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            write(out, term)?;
        }
        Ok(())
    })?;
    Ok(Exit::Done)
}

fn find(name: &str) -> Result<&'static Term, CliError> {
    find_term(name).ok_or_else(|| {
        let error = CliError::new(Exit::BadInput, format!("found no word {name:?} in the glossary"));
        let better: Vec<_> = terms_instead_of(name).map(|term| term.term).collect();
        if better.is_empty() {
            let known: Vec<_> = glossary().map(|term| term.term).collect();
            error.expected(known.join(", "))
        } else {
            error.hint(format!("say {} instead", better.join(" or ")))
        }
    })
}

fn write(out: &mut dyn Write, term: &Term) -> io::Result<()> {
    write!(out, "{BOLD}{}{BOLD:#} {DIM}({}){DIM:#}", term.term, term.part)?;
    if !term.aliases.is_empty() {
        write!(out, "  {DIM}also: {}{DIM:#}", term.aliases.join(", "))?;
    }
    writeln!(out, "\n  {}", term.definition)?;
    for confusion in term.confused_with {
        writeln!(out, "  not {BOLD}{}{BOLD:#}: {}", confusion.term, confusion.difference)?;
    }
    if !term.avoid.is_empty() {
        writeln!(out, "  avoid: {}", term.avoid.join(", "))?;
    }
    Ok(())
}
