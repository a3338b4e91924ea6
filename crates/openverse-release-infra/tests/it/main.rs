//! Tests with the real programs, and of the files they read.

mod ansible;
mod ansible_variables;
mod checkout;
mod configuration;
mod conformance;
mod environment_variables;
mod infrastructure;
mod maps;
mod programs;
mod provisioning;
mod sandbox;
mod step_programs;
mod steps;
mod terraform;
mod terraform_variables;
