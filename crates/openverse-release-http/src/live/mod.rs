//! The version endpoints of live apps behind the port
//! [`VersionProbe`](openverse_release_ports::VersionProbe).

mod config;
mod probe;

pub use config::ProbeConfig;
pub use probe::HttpVersionProbe;
