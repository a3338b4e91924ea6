//! The sandbox from outside: over HTTP, through git, and from several servers at once.

mod past;
mod place;
