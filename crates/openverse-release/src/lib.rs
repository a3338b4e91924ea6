//! Release processes as typed graphs.
//!
//! A process is written once, as a graph, and everything else comes from it: the flowchart, the checks,
//! the steps of a release, where a release stands, the audit of what happened. The process of
//! Openverse is built in; another project brings its own.
//!
//! Without features this crate is the pure core: no I/O, no clock, no async. Each feature adds a crate
//! as a module of the same name.
//!
//! | feature | adds |
//! | --- | --- |
//! | `mermaid` | reads Mermaid flowcharts, and flows from them |
//! | `docs` | finds where charts and GitHub Workflow files have drifted from the flows; unclear words |
//! | `audit` | checks recorded history against a flow |
//! | `races` | tries every order of events, and tells the shortest way to each race |
//! | `ports` | the traits for what a run needs of the world |
//! | `engine`, `sqlite` | carries runs forward over the ports; a journal in a SQLite file |
//! | `github`, `oci`, `http`, `ecs`, `airflow`, `infra` | adapters: GitHub, image registries, `/version` endpoints, AWS ECS, Airflow, and Terraform, Ansible and git |
//!
//! # Write a process, check it, draw it
//! What the types know does not compile if it is wrong: a manual step that is triggered, a rollback of
//! something that is no deployment. [`Flow::check`] finds the rest, by name.
//! ```
//! use openverse_release::{ChartLevel, EnvironmentName, FlowBuilder};
//! use semver::Version;
//!
//! let mut flow = FlowBuilder::new("my app", Version::new(1, 0, 0));
//! let merge = flow.merge_to_main("Merge", "Merge to main");
//! let build = flow.build_images("Build", "Build and test");
//! let publish = flow.publish_github_release("Publish", "Publish the GitHub Release");
//! let tag = flow.tag_image("Tag", "Tag the image");
//! let deploy = flow.deploy_by_github_workflow("Deploy", "Deploy", EnvironmentName::PRODUCTION);
//! let back = flow.redeploy_last_working("Back", "Go back", EnvironmentName::PRODUCTION);
//! flow.triggers(merge, build).enables(build, publish).triggers(publish, tag);
//! flow.triggers(tag, deploy).rolls_back(deploy, back);
//!
//! let flow = flow.build()?;
//! flow.assert_valid();
//! assert!(flow.to_mermaid(ChartLevel::Overview).starts_with("flowchart"));
//! # Ok::<(), openverse_release::FlowError>(())
//! ```
//!
//! # Read a chart (`mermaid`), and find drift (`docs`)
//! ```
//! use openverse_release::{
//!     ChartLevel, Project,
//!     docs::{TextFile, drift},
//!     flows,
//!     mermaid::{Chart, Import},
//! };
//!
//! let drawn = flows::api().to_mermaid(ChartLevel::Overview);
//! let import = Import::of(&Chart::read(&drawn)?, "API");
//! assert!(import.unreadable.is_empty());
//!
//! let mut project = Project::openverse();
//! project.apps.retain(|app| app.slug.as_str() == "api");
//! let document = format!("```mermaid\n{}```\n", drawn.replace("Tag -->", "Tag -.->"));
//! let report = drift(&project, &[TextFile { path: "api.md", bytes: document.as_bytes() }], &[]);
//! assert_eq!(report.findings[0].id.as_str(), "link-style");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Check what happened (`audit`)
//! ```
//! use openverse_release::{
//!     audit::{Log, Question},
//!     flows,
//! };
//!
//! let mut log = Log::default();
//! log.add_event("e1", "ProductionDispatch", "2023-07-03T17:52:00Z".parse()?);
//! log.event_object("api-2023.07.03.17.52.00", "is of");
//! log.add_object("api-2023.07.03.17.52.00", "release");
//! let audit = Question::new(&flows::api()).ask(&log)?;
//! assert_eq!(audit.broken[0].rule, "no production deployment of a version that was never released");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Find races (`races`)
//! ```
//! use openverse_release::{
//!     Project,
//!     races::{Bounds, Process, explore},
//! };
//!
//! let project = Project::openverse();
//! let api = project.app("api").ok_or("the project has no API")?;
//! let report = explore(&project, &[api], Process::Documented, &Bounds::default())?;
//! assert!(!report.races.is_empty(), "the process has races, as documented");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Carry out a release (`engine`, `sqlite`, and the adapters)
//! ```no_run
//! use std::{error::Error, sync::Arc, time::Duration};
//!
//! use openverse_release::{
//!     Limits, Project,
//!     engine::{Engine, SqliteJournal, World},
//!     github::GitHub,
//!     http::live::{HttpVersionProbe, ProbeConfig},
//!     oci::{OciRegistry, RegistryConfig},
//!     ports::{Clock, Requests, SystemClock},
//! };
//!
//! async fn preview() -> Result<(), Box<dyn Error>> {
//!     let project = Project::openverse();
//!     let (requests, clock): (_, Arc<dyn Clock>) = (Requests::default(), Arc::new(SystemClock));
//!     let github = GitHub::builder().token("github_pat_…").requests(requests.clone()).build()?;
//!     let repositories = &project.repositories;
//!     let code = Arc::new(github.repository(repositories.code.clone(), &repositories.main));
//!     let infrastructure = github.repository(repositories.infrastructure.clone(), &repositories.main);
//!     let registry = OciRegistry::new(RegistryConfig::default(), requests.clone(), Arc::clone(&clock));
//!     let probe = HttpVersionProbe::new(ProbeConfig::default(), requests, Arc::clone(&clock));
//!     let main = repositories.main.parse()?;
//!     let engine = Engine {
//!         world: World::on_github(
//!             &code,
//!             &Arc::new(infrastructure),
//!             main,
//!             Arc::new(registry),
//!             Arc::new(probe),
//!             clock,
//!         ),
//!         journal: Arc::new(SqliteJournal::open("journal.sqlite".as_ref())?),
//!         limits: Limits::default(),
//!         poll: Duration::from_secs(10),
//!         locks: "locks".into(),
//!         actor: "ada".to_owned(),
//!         project,
//!     };
//!     let api = engine.project.app("api").ok_or("the project has no API")?;
//!     let preview = engine.preview(api).await?;
//!     let order = engine.order_release(api, &preview).await?;
//!     let session = engine.begin(api, order)?; // and on: Engine::drive, Engine::approve
//!     println!("{}", session.run().id());
//!     Ok(())
//! }
//! ```

pub use openverse_release_core::*;

#[cfg(feature = "airflow")]
pub use openverse_release_airflow as airflow;
#[cfg(feature = "audit")]
pub use openverse_release_audit as audit;
#[cfg(feature = "docs")]
pub use openverse_release_docs as docs;
#[cfg(feature = "ecs")]
pub use openverse_release_ecs as ecs;
#[cfg(feature = "engine")]
pub use openverse_release_engine as engine;
#[cfg(feature = "github")]
pub use openverse_release_github as github;
#[cfg(feature = "http")]
pub use openverse_release_http as http;
#[cfg(feature = "infra")]
pub use openverse_release_infra as infra;
#[cfg(feature = "mermaid")]
pub use openverse_release_mermaid as mermaid;
#[cfg(feature = "oci")]
pub use openverse_release_oci as oci;
#[cfg(feature = "ports")]
pub use openverse_release_ports as ports;
#[cfg(feature = "races")]
pub use openverse_release_races as races;
