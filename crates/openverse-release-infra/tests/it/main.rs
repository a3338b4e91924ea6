//! Tests with the real programs, and of the files they read.

mod ansible_variables;
mod programs;
mod terraform_variables;
