//! The adapter against scripted answers, against the contract of the ports, and against GitHub's
//! own description of its API.

mod bodies;
mod branches;
mod contract;
mod deployments;
mod drafts;
mod events;
mod examples;
mod history;
mod malformed;
mod pages;
mod publishing;
mod pull_requests;
mod redirects;
mod retries;
mod runs;
mod sandbox;
mod secrecy;
mod server;
mod tags;
