//! The rules of the core, as an outside user sees them.

mod charts;
mod checks;
mod checks_naively;
mod checks_of_branches;
mod checks_of_weaknesses;
mod documented_flows;
mod drafts;
mod environment_variables;
mod environments;
mod markdown_js;
mod mermaid_js;
mod project_file_mistakes;
mod project_files;
mod project_schema;
mod release_needs;
mod release_notes;
mod runbooks;
mod runs;
mod small_flows;
mod tags_explained;
mod text_listing;
