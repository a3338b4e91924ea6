//! The ECS adapter in front of scripted answers, the sandbox, and moto.

mod answers;
mod moto;
mod place;
mod sandbox;
mod secrecy;
