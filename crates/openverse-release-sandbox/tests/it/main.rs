//! The sandbox from outside: over HTTP, through git, and from several servers at once.

mod airflow;
mod automations;
mod branches;
mod code;
mod ecs;
mod ecs_aws;
mod ecs_model;
mod ecs_place;
mod faults;
mod github;
mod jobs;
mod one_repository;
mod past;
mod pauses;
mod place;
mod pull_requests;
mod registry;
mod together;
