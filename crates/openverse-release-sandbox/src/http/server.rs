//! The listener, its thread, and how other processes find it.

use std::{
    fmt,
    io::{self, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use bytes::Bytes;
use fs_err as fs;
use http::{Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use openverse_release_ports::Clock;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, sync::oneshot};

use super::{
    answer::{Lost, Shared},
    call::{Answer, Call},
};
use crate::{SandboxError, store::Store};

const SERVE: &str = "serve.json";

/// The largest request body that is read, in bytes.
const LARGEST_BODY: usize = 64 << 20;

/// Where the parts of a served sandbox are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BaseUrls {
    /// What stands in for `https://api.github.com`.
    pub github: String,
    /// What stands in for the images' registry, without a path.
    pub registry: String,
    /// What stands before host and path of a live app's URL: `{live}/api.openverse.org/version`.
    pub live: String,
    /// What stands in for the base URL of Airflow.
    pub airflow: String,
    /// What stands in for the endpoint of ECS.
    pub ecs: String,
}

impl BaseUrls {
    fn at(port: u16) -> Self {
        let origin = format!("http://127.0.0.1:{port}");
        let [github, live, ecs, airflow] =
            ["github", "live", "ecs", "airflow"].map(|part| format!("{origin}/{part}"));
        Self { github, registry: origin, live, ecs, airflow }
    }
}

/// What other processes read to find a server.
#[derive(Debug, Serialize, Deserialize)]
struct ServeFile {
    pid: u32,
    port: u16,
}

/// A running server; it stops when this is dropped.
pub struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Where the file is that other processes find it by, if it lets itself be found.
    found_in: Option<Store>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    pub(crate) fn start(store: Store, clock: Arc<dyn Clock>, for_all: bool) -> Result<Self, SandboxError> {
        // A directory without a sandbox is told here, not to every request.
        store.transact(clock.now(), |_| ())?;
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel();
        let found_in = for_all.then(|| store.clone());
        if let Some(store) = &found_in {
            let file = ServeFile { pid: std::process::id(), port: address.port() };
            store.replace(SERVE, &serde_json::to_vec(&file).unwrap_or_default())?;
        }
        let shared = Arc::new(Shared { store, clock });
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
            runtime.block_on(async {
                tokio::select! {
                    result = accept(listener, shared) => if let Err(error) = result {
                        tracing::error!(%error, "the sandbox stopped listening");
                    },
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { address, stop: Some(stop), thread: Some(thread), found_in })
    }

    /// Returns the address it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns where its parts are.
    pub fn urls(&self) -> BaseUrls {
        BaseUrls::at(self.address.port())
    }

    /// Stops it, open connections included.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // It may have stopped by itself.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the sandbox's server panicked");
        }
        if let Some(store) = self.found_in.take()
            && read_serve_file(&store).is_some_and(|file| file.port == self.address.port())
        {
            // Somebody who finds the file all the same finds nobody at the port.
            let _ = fs::remove_file(store.path(SERVE));
        }
    }
}

async fn accept(listener: std::net::TcpListener, shared: Arc<Shared>) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let origin = format!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            // The other side was gone again, or there are too many connections: neither is for ever.
            Err(error) => {
                tracing::debug!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(5)).await;
                continue;
            }
        };
        // Without it an answer waits for an acknowledgement; with or without, it comes.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "answers may be slow");
        }
        let (shared, origin) = (Arc::clone(&shared), origin.clone());
        let service = service_fn(move |request| respond(Arc::clone(&shared), origin.clone(), request));
        let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
}

async fn respond(
    shared: Arc<Shared>,
    origin: String,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Lost> {
    let (parts, body) = request.into_parts();
    let body = match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(_) => {
            return Ok(Answer::github_error(413, "Body too large or cut short").into_response(&parts.method));
        }
    };
    let call = Call::new(&parts, body, &origin);
    let answer = shared.answer(&call).await?;
    tracing::debug!(method = %call.method, path = call.path, status = answer.status, "answered");
    Ok(answer.into_response(&call.method))
}

fn read_serve_file(store: &Store) -> Option<ServeFile> {
    serde_json::from_slice(&fs::read(store.path(SERVE)).ok()?).ok()
}

/// Returns where a server is that serves the sandbox with this id, if one answers.
pub(crate) fn find_running(store: &Store, id: &str) -> Option<BaseUrls> {
    let port = read_serve_file(store)?.port;
    (health(port).ok()?.contains(id)).then(|| BaseUrls::at(port))
}

/// Asks whoever listens on a port for its health, with as little HTTP as that takes.
fn health(port: u16) -> io::Result<String> {
    let patience = Duration::from_secs(2);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    write!(stream, "GET /sandbox/health HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(64 << 10).read_to_string(&mut answer)?;
    Ok(answer)
}
