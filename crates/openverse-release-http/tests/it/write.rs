//! What is written is never written twice by accident.

use std::{sync::Arc, time::Duration};

use openverse_release_conformance::ManualClock;
use openverse_release_http::{Answer, Call, HttpClient, HttpSettings, Retry};
use openverse_release_ports::{Clock as _, PortError, Requests, System};
use openverse_release_testkit::Reply;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::server::answering;

/// Writes to a server that gives these answers one after the other, the last for ever. Returns
/// how many requests it saw.
async fn write(replies: Vec<Reply>) -> (Result<Answer, PortError>, usize, ManualClock) {
    let server = answering(replies).await;
    let (requests, clock) = (Requests::default(), ManualClock::default());
    let client = client(requests.clone(), &clock);
    let call = Call::put(server.origin().parse().unwrap(), "content".into());
    let outcome = client.write(&call, "the write").await;
    let seen = server.seen();
    assert!(seen.iter().all(|request| request.body == b"content"), "the body is sent every time");
    assert_eq!(requests.counts()[&System::Registry], seen.len() as u64, "every request counts");
    (outcome, seen.len(), clock)
}

fn client(requests: Requests, clock: &ManualClock) -> HttpClient {
    let retry = Retry { attempts: 3, ..Retry::default() };
    let settings = HttpSettings { retry, ..HttpSettings::default() };
    HttpClient::new(System::Registry, settings, requests, Arc::new(clock.clone()))
}

#[tokio::test]
async fn a_lost_reply_is_not_followed_by_a_second_write() {
    let replies = [
        Reply::HangUp,
        Reply::answer(500, "oops"),
        Reply::answer(503, "").with("retry-after", "1"),
        Reply::answer(408, ""),
    ];
    for reply in replies {
        let (outcome, seen, _) = write(vec![reply.clone(), Reply::answer(201, "")]).await;
        let Err(error @ PortError::ReplyLost { .. }) = outcome else { panic!("{reply:?}: {outcome:?}") };
        assert!(error.may_have_happened());
        assert_eq!(seen, 1, "{reply:?}");
    }
}

#[tokio::test]
async fn a_rate_limit_says_that_nothing_happened_and_is_waited_out() {
    let limited = Reply::answer(429, "").with("retry-after", "9");
    let (outcome, seen, clock) = write(vec![limited.clone(), Reply::answer(201, "")]).await;
    assert_eq!(outcome.unwrap().status, 201);
    assert_eq!((seen, clock.sleeps()), (2, vec![Duration::from_secs(9)]));
    let (outcome, seen, clock) = write(vec![limited]).await;
    let until = Some(clock.now() + Duration::from_secs(9));
    assert_eq!(outcome.unwrap_err(), PortError::RateLimited { system: System::Registry, until });
    assert_eq!(seen, 3);
}

#[tokio::test]
async fn a_refusal_and_a_redirect_are_answers() {
    for status in [400, 401, 403, 404, 409, 307] {
        let reply = Reply::answer(status, "no").with("location", "http://127.0.0.1:1/");
        let (outcome, seen, _) = write(vec![reply]).await;
        assert_eq!(outcome.unwrap().status, status);
        assert_eq!(seen, 1);
    }
}

#[tokio::test]
async fn where_nobody_listens_nothing_can_have_happened() {
    // Bound, so that nobody else gets the port, but not listening.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let origin = format!("http://{}", socket.local_addr().unwrap());
    let call = Call::put(origin.parse().unwrap(), "content".into());
    let outcome = client(Requests::default(), &ManualClock::default()).write(&call, "the write").await;
    let Err(error @ PortError::Unreachable { .. }) = outcome else { panic!("{outcome:?}") };
    assert!(!error.may_have_happened());
}

#[tokio::test]
async fn a_status_tells_what_happened_even_if_its_body_breaks_off() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"content") {
            assert_ne!(connection.read_buf(&mut request).await.unwrap(), 0, "the request breaks off");
        }
        connection.write_all(b"HTTP/1.1 201 Created\r\ncontent-length: 9\r\n\r\nhalf").await.unwrap();
    });
    let call = Call::put(origin.parse().unwrap(), "content".into());
    let answer =
        client(Requests::default(), &ManualClock::default()).write(&call, "the write").await.unwrap();
    assert_eq!((answer.status.as_u16(), &*answer.body), (201, &b"half"[..]));
    server.await.unwrap();
}
