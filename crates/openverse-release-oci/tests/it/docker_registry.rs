//! A real docker-registry in a process of its own.

use std::process::{Child, Command};

use openverse_release_testkit::{require, start_server};
use tempfile::TempDir;

/// How the registry lets in.
pub(crate) enum LetsIn<'a> {
    /// Everybody.
    Everybody,
    /// Those in this htpasswd file.
    Htpasswd(&'a str),
    /// Those with a token of this service, signed with the key of this certificate.
    Token { realm: &'a str, certificate: &'a str },
}

/// A real docker-registry that keeps images in memory. It is killed when dropped.
#[derive(Debug)]
pub(crate) struct DockerRegistry {
    child: Child,
    address: String,
    // Holds its configuration.
    _folder: TempDir,
}

impl DockerRegistry {
    /// Starts one on a port of its own choice; `None`, having said so, where it is not installed.
    pub(crate) fn start(lets_in: &LetsIn<'_>) -> Option<Self> {
        let program = require("docker-registry")?;
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path.display().to_string()
        };
        let auth = match lets_in {
            LetsIn::Everybody => String::new(),
            LetsIn::Htpasswd(text) => {
                format!("auth: {{htpasswd: {{realm: test, path: {}}}}}\n", write("htpasswd", text))
            }
            LetsIn::Token { realm, certificate } => format!(
                "auth: {{token: {{realm: \"{realm}\", service: test-registry, issuer: test-issuer, \
                 rootcertbundle: {}}}}}\n",
                write("certificate.pem", certificate)
            ),
        };
        let config = format!(
            "version: 0.1\nlog: {{level: info, accesslog: {{disabled: true}}}}\n\
             storage: {{inmemory: {{}}}}\nhttp: {{addr: \"127.0.0.1:0\"}}\n{auth}"
        );
        let mut serve = Command::new(program);
        serve.arg("serve").arg(write("config.yml", &config)).env("OTEL_TRACES_EXPORTER", "none");
        let (child, rest) = start_server(&mut serve, "listening on ");
        let end = rest.find(['"', ' ', ',']).unwrap_or(rest.len());
        let address = rest[..end].to_owned();
        Some(Self { child, address, _folder: folder })
    }

    /// Returns `127.0.0.1:PORT`.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for DockerRegistry {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
