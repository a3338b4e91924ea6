//! One HTTP exchange with a served sandbox: how a test sees the world without the tool.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answered {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }
}

/// Sends one request and reads its answer to the end.
#[track_caller]
pub(crate) fn exchange(method: &str, url: &str, body: &str) -> Answered {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    // A manifest says in itself what it is.
    let body_type = serde_json::from_str::<serde_json::Value>(body)
        .ok()
        .and_then(|body| body["mediaType"].as_str().map(str::to_owned))
        .unwrap_or_else(|| "application/json".to_owned());
    let accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, */*";
    write!(
        stream,
        "{method} /{path} HTTP/1.1\r\nhost: {host}\r\naccept: {accept}\r\ncontent-type: {body_type}\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no HTTP answer: {text:?}"));
    let mut lines = head.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(key, value)| (key.to_owned(), value.trim().to_owned()));
    Answered { status, headers: headers.collect(), body: body.to_owned() }
}
