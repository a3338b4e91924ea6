//! A request as the handlers see it, and what they answer.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, StatusCode, header, request::Parts};
use http_body_util::Full;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::SandboxError;

/// A request. It holds no header that can carry a secret.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// The path as sent.
    pub(crate) path: String,
    /// The path's parts, decoded.
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) body: Bytes,
    pub(crate) content_type: Option<String>,
    pub(crate) user_agent: Option<String>,
    /// The operation of an AWS API that is asked for.
    pub(crate) amz_target: Option<String>,
    /// The URL of this server, without a slash at its end.
    pub(crate) origin: String,
}

impl Call {
    pub(crate) fn new(parts: &Parts, body: Bytes, origin: &str) -> Self {
        let path = parts.uri.path();
        let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let query = parts.uri.query().unwrap_or_default();
        Self {
            method: parts.method.clone(),
            path: path.to_owned(),
            segments: path.trim_start_matches('/').split('/').map(decoded).collect(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            body,
            content_type: text(&parts.headers, header::CONTENT_TYPE),
            user_agent: text(&parts.headers, header::USER_AGENT),
            amz_target: text(&parts.headers, HeaderName::from_static("x-amz-target")),
            origin: origin.to_owned(),
        }
    }

    pub(crate) fn parts(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the body as JSON; an empty one as null.
    pub(crate) fn json(&self) -> Result<Value, Answer> {
        if self.body.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&self.body).map_err(|_| Answer::github_error(400, "Problems parsing JSON"))
    }

    /// Returns the page of a list that the request asks for, with the links to the others.
    ///
    /// GitHub's pages hold 30 things if nothing is said, and 100 at the most.
    pub(crate) fn page<T>(&self, all: Vec<T>) -> Page<T> {
        self.pages_of(all, 30, 100)
    }

    /// Returns the page that the request asks for, of other sizes than GitHub's usual ones.
    pub(crate) fn pages_of<T>(&self, all: Vec<T>, usual: usize, largest: usize) -> Page<T> {
        let number = |name| self.query(name).and_then(|text| text.parse::<usize>().ok());
        let size = number("per_page").unwrap_or(usual).clamp(1, largest);
        let page = number("page").unwrap_or(1).max(1);
        let total = all.len();
        let last = total.div_ceil(size).max(1);
        let items = all.into_iter().skip((page - 1).saturating_mul(size)).take(size).collect();
        let mut links = Vec::new();
        if page < last {
            links.extend([("next", page + 1), ("last", last)]);
        }
        if page > 1 {
            links.extend([("prev", page - 1), ("first", 1)]);
        }
        let links: Vec<String> = links
            .into_iter()
            .map(|(relation, page)| format!("<{}>; rel=\"{relation}\"", self.with_page(page)))
            .collect();
        Page { items, total, link: (!links.is_empty()).then(|| links.join(", ")) }
    }

    fn with_page(&self, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.query.iter().filter(|(name, _)| name != "page"));
        query.append_pair("page", &page.to_string());
        format!("{}{}?{}", self.origin, self.path, query.finish())
    }
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    pub(crate) total: usize,
    pub(crate) link: Option<String>,
}

/// An answer to a request.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Bytes,
}

impl Answer {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new() }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::empty(status).with("content-type", "application/json; charset=utf-8").body(body.to_string())
    }

    pub(crate) fn github_error(status: u16, message: &str) -> Self {
        let body = json!({
            "message": message,
            "documentation_url": "https://docs.github.com/rest",
            "status": status.to_string(),
        });
        Self::json(status, &body)
    }

    /// Answers that it is the sandbox that failed, not the request.
    pub(crate) fn broken(error: &SandboxError) -> Self {
        tracing::error!(%error, "the sandbox could not answer");
        Self::github_error(500, &format!("The sandbox itself failed: {error}"))
    }

    pub(crate) fn not_found() -> Self {
        Self::github_error(404, "Not Found")
    }

    pub(crate) fn registry_error(status: u16, code: &str, message: &str, detail: &str) -> Self {
        let errors = json!([{ "code": code, "message": message, "detail": detail }]);
        Self::json(status, &json!({ "errors": errors }))
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn with_link<T>(self, page: &Page<T>) -> Self {
        match &page.link {
            Some(link) => self.with("link", link.clone()),
            None => self,
        }
    }

    pub(crate) fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn succeeded(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Returns the answer as it is sent; to a HEAD request without the body, but with its length.
    pub(crate) fn into_response(self, method: &Method) -> http::Response<Full<Bytes>> {
        let length = self.body.len();
        let head = *method == Method::HEAD;
        let mut response = http::Response::new(Full::new(if head { Bytes::new() } else { self.body }));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        for (name, value) in self.headers {
            if let Ok(value) = value.parse() {
                response.headers_mut().insert(name, value);
            }
        }
        if head {
            response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
        }
        response
    }
}
