//! The suite that every implementation of a port must pass, and in-memory implementations.
