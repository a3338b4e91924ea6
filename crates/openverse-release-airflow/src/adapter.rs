//! The port's operations.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use http::{StatusCode, header};
use openverse_release_core::{Dag, DagId, DagRun};
use openverse_release_http::{Answer, Call, HttpClient};
use openverse_release_ports::{Clock, Dags, PortError, Requests, System, WriteError};
use serde_json::json;
use tokio::sync::OnceCell;

use crate::{
    api,
    authorization::Authorization,
    config::{AirflowApi, AirflowConfig},
    pages::PagedList,
    wire::{self, DagEntry, DagPage, DagRunPage, malformed, refusal},
};

/// The DAGs of an Airflow 3 or 2, by its REST API.
///
/// Which version of the API there is, is asked once. A token that was given for a password is used
/// until Airflow refuses it.
#[derive(Debug)]
pub struct Airflow {
    config: AirflowConfig,
    http: HttpClient,
    api: OnceCell<AirflowApi>,
    authorization: Authorization,
}

/// Whether a request changes something.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Read,
    Write,
}

impl Airflow {
    /// Returns an adapter that counts its requests, those for tokens included, in `requests`.
    pub fn new(config: AirflowConfig, requests: Requests, clock: Arc<dyn Clock>) -> Self {
        let http = HttpClient::new(System::Airflow, config.http, requests, clock);
        let api = OnceCell::new_with(config.api);
        Self { config, http, api, authorization: Authorization::default() }
    }

    async fn api(&self) -> Result<AirflowApi, PortError> {
        self.api.get_or_try_init(|| api::detect(&self.config, &self.http)).await.copied()
    }

    /// Sends a call with whatever Airflow needs to let it in. A refusal for want of a token says that
    /// nothing was done, so with a new one the call is sent again, writes included.
    async fn authorized(&self, call: &Call, kind: Kind, action: &str) -> Result<Answer, PortError> {
        let api = self.api().await?;
        let mut asked_again = false;
        loop {
            let used = self.authorization.header(&self.config, api, &self.http).await?;
            let call = match used.clone() {
                Some(value) => call.clone().header(header::AUTHORIZATION, value),
                None => call.clone(),
            };
            let answer = match kind {
                Kind::Read => self.http.read(&call, action).await?,
                Kind::Write => self.http.write(&call, action).await?,
            };
            let may_help = answer.status == StatusCode::UNAUTHORIZED && !asked_again;
            if !may_help || !self.authorization.refused(used.as_ref()).await? {
                return Ok(answer);
            }
            asked_again = true;
        }
    }

    async fn page(
        &self,
        path: &str,
        parameters: &[(&str, &str)],
        offset: usize,
        action: &str,
    ) -> Result<Answer, PortError> {
        let path = format!("{}/{path}", self.api().await?.path());
        let (limit, offset) = (self.config.page_size.max(2).to_string(), offset.to_string());
        let parameters = [parameters, &[("limit", &*limit), ("offset", &*offset)]].concat();
        let call = wire::json(Call::get(wire::url(&self.config, &path, &parameters)?));
        let answer = self.authorized(&call, Kind::Read, action).await?;
        if answer.status == StatusCode::OK { Ok(answer) } else { Err(refusal(&answer, action)) }
    }

    /// Returns a DAG as it is now, unless there is none or its file is gone.
    async fn dag(&self, id: &DagId) -> Result<Option<Dag>, PortError> {
        let action = format!("the DAG {id}");
        let path = format!("{}/dags/{}", self.api().await?.path(), wire::segment(id));
        let call = wire::json(Call::get(wire::url(&self.config, &path, &[])?));
        let answer = self.authorized(&call, Kind::Read, &action).await?;
        match answer.status {
            StatusCode::OK => Ok(wire::read::<DagEntry>(&answer, &action, "a DAG")?.into_dag()),
            StatusCode::NOT_FOUND => Ok(None),
            _ => Err(refusal(&answer, &action)),
        }
    }

    async fn patch(&self, id: &DagId, paused: bool, action: &str) -> Result<(), PortError> {
        let path = format!("{}/dags/{}", self.api().await?.path(), wire::segment(id));
        let url = wire::url(&self.config, &path, &[("update_mask", "is_paused")])?;
        let body = Bytes::from(json!({ "is_paused": paused }).to_string());
        let answer = self.authorized(&wire::json(Call::patch(url, body)), Kind::Write, action).await?;
        if answer.status.is_success() { Ok(()) } else { Err(refusal(&answer, action)) }
    }
}

#[async_trait]
impl Dags for Airflow {
    async fn running(&self) -> Result<Vec<DagRun>, PortError> {
        let action = "the runs of DAGs that have not ended";
        // New ones come at the end of this order, which is that of their making.
        let parameters = [("state", "queued"), ("state", "running"), ("order_by", "id")];
        let mut list = PagedList::new();
        loop {
            let answer = self.page("dags/~/dagRuns", &parameters, list.offset(), action).await?;
            let expected = "a page of runs of DAGs, all queued or running,";
            let page: DagRunPage = wire::read(&answer, action, expected)?;
            let whole = list.add(page.dag_runs, page.total_entries);
            if let Some(runs) = whole.map_err(|detail| malformed(action, detail))? {
                return Ok(runs.into_iter().map(DagRun::from).collect());
            }
        }
    }

    async fn dags(&self) -> Result<Vec<Dag>, PortError> {
        let action = "the DAGs";
        let mut list = PagedList::new();
        let entries = loop {
            let answer = self.page("dags", &[("order_by", "dag_id")], list.offset(), action).await?;
            let page: DagPage = wire::read(&answer, action, "a page of DAGs")?;
            let whole = list.add(page.dags, page.total_entries);
            if let Some(entries) = whole.map_err(|detail| malformed(action, detail))? {
                break entries;
            }
        };
        let mut dags: Vec<Dag> = entries.into_iter().filter_map(DagEntry::into_dag).collect();
        // Airflow's own order is that of its database.
        dags.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(dags)
    }

    async fn set_paused(&self, dag: &DagId, paused: bool) -> Result<(), WriteError> {
        match self.dag(dag).await? {
            None => return Err(WriteError::no_such_dag(dag, paused)),
            Some(found) if found.paused == paused => return Ok(()),
            Some(_) => {}
        }
        let action = format!("{} {dag}", if paused { "pausing" } else { "enabling" });
        let written = self.patch(dag, paused, &action).await;
        if written.as_ref().is_err_and(|error| !error.may_have_happened()) {
            return Ok(written?);
        }
        let found = match self.dag(dag).await {
            Ok(found) => found,
            // Whether it was accepted or not: how the DAG is now, nobody has seen.
            Err(unread) => {
                let detail = match written {
                    Ok(()) => format!("accepted, but reading it back failed: {unread}"),
                    Err(PortError::ReplyLost { detail, .. }) => {
                        format!("{detail}; reading it back failed: {unread}")
                    }
                    Err(odd) => format!("{odd}; reading it back failed: {unread}"),
                };
                return Err(PortError::ReplyLost { system: System::Airflow, action, detail }.into());
            }
        };
        match (found, written) {
            (Some(found), _) if found.paused == paused => Ok(()),
            (_, Err(lost)) => Err(lost.into()),
            (Some(_), Ok(())) => {
                let [found, expected] = [!paused, paused]
                    .map(|paused| format!("the DAG {dag} {}", if paused { "paused" } else { "enabled" }));
                Err(WriteError::Conflict { found, expected })
            }
            (None, Ok(())) => Err(WriteError::no_such_dag(dag, paused)),
        }
    }
}
