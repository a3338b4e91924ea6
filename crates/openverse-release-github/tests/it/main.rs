//! The adapter against scripted answers, against the contract of the ports, and against GitHub's
//! own description of its API.

mod bodies;
mod contract;
mod deployments;
mod history;
mod malformed;
mod pages;
mod publishing;
mod redirects;
mod retries;
mod sandbox;
mod secrecy;
mod server;
mod tags;
