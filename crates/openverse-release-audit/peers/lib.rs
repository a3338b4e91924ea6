//! Nothing but benches and tests.
