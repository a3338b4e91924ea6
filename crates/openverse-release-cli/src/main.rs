//! The command-line tool `openverse-release`.

mod advice;
mod args;
mod commands;
mod config;
mod connect;
mod error;
mod exit;
mod input;
mod output;
mod program_log;
mod systems;

use std::process::ExitCode;

fn main() -> ExitCode {
    commands::main()
}
