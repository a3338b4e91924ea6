//! Tests of the races.

mod documented;
