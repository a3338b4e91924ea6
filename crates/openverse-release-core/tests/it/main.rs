//! The rules of the core, as an outside user sees them.

mod charts;
mod checks;
mod checks_naively;
mod documented_flows;
mod mermaid_js;
mod project_files;
mod runs;
mod small_flows;
mod tags_explained;
mod text_listing;
