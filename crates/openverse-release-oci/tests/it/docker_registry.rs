//! A real docker-registry in a process of its own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc,
};

use openverse_release_testkit::require;
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
        let mut child = Command::new(program)
            .arg("serve")
            .arg(write("config.yml", &config))
            .env("OTEL_TRACES_EXPORTER", "none")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (said, listening) = mpsc::channel();
        // Reads to the end, so that the registry never waits for somebody to read what it says.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // Nobody listens any more once the address is known.
                let _unheard = said.send(line);
            }
        });
        let mut log = Vec::new();
        let address = loop {
            let Ok(line) = listening.recv() else {
                panic!("docker-registry ended before it listened: {log:#?}, {:?}", child.wait());
            };
            if let Some((_, rest)) = line.split_once("listening on ") {
                let end = rest.find(['"', ' ', ',']).unwrap_or(rest.len());
                break rest[..end].to_owned();
            }
            log.push(line);
        };
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
