//! Lists of several pages.

use openverse_release_core::{GitTagPrefix, ReleaseTarget};
use openverse_release_github::{BuildError, GitHub};
use openverse_release_ports::{GitHubReleases as _, PortError};
use openverse_release_testkit::{Reply, Seen, StandIn};
use serde_json::{Value, json};

use crate::{
    bodies::{TAG, release, seen, sha, with},
    server::{PREFIX, Server, json},
};

fn api() -> GitTagPrefix {
    "api".parse().unwrap()
}

/// Serves pages, each naming the next.
pub(crate) fn paged(pages: Vec<Value>) -> impl Fn(&Seen) -> Reply + Send + Sync + 'static {
    move |request| {
        let host = request.header("host").unwrap();
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        let page = query.split('&').find_map(|pair| pair.strip_prefix("page="));
        let number: usize = page.map_or(1, |page| page.parse().unwrap());
        let reply = json(200, &pages[number - 1]);
        if number == pages.len() {
            return reply;
        }
        let link = |page: usize, rel: &str| format!("<http://{host}{path}?page={page}>; rel=\"{rel}\"");
        reply.with("link", &format!("{}, {}", link(number + 1, "next"), link(pages.len(), "last")))
    }
}

#[tokio::test]
async fn releases_are_read_from_every_page_and_sorted_by_date() {
    let pages = vec![
        json!([release(1, "api-2023.07.03.17.52.00"), release(2, "frontend-2023.07.04.00.00.00")]),
        json!([
            release(3, "api-2023.07.10.00.00.00"),
            release(4, "v1.2.3"),
            release(5, "rel-2023.07.03.17.52.00")
        ]),
        // A release that was made meanwhile pushed this one over from the page before.
        json!([release(3, "api-2023.07.10.00.00.00"), release(6, "api-2023.06.01.00.00.00")]),
    ];
    let server = Server::by(paged(pages)).await;
    let releases = server.repository.releases(&api()).await.unwrap();
    let ids: Vec<u64> = releases.iter().map(|release| release.id.0).collect();
    assert_eq!(ids, [3, 1, 6]);
    assert_eq!(releases[1], seen(1));
    assert_eq!(
        server.lines(),
        [
            "GET /repos/o/r/releases?per_page=100",
            "GET /repos/o/r/releases?page=2",
            "GET /repos/o/r/releases?page=3",
        ]
    );
}

#[tokio::test]
async fn what_a_release_says_is_kept() {
    let published = with(
        release(1, TAG),
        json!({ "draft": false, "published_at": "2023-07-03T18:00:00Z", "name": null, "body": null,
                "target_commitish": sha(5) }),
    );
    let server = Server::answering([json(200, &json!([published]))]).await;
    let releases = server.repository.releases(&api()).await.unwrap();
    assert!(!releases[0].draft);
    assert_eq!(releases[0].published_at, "2023-07-03T18:00:00Z".parse().ok());
    assert_eq!((releases[0].name.as_str(), releases[0].notes.as_str()), ("", ""));
    assert_eq!(releases[0].target, ReleaseTarget::Commit(sha(5).parse().unwrap()));
}

#[tokio::test]
async fn a_next_page_elsewhere_is_not_asked_for() {
    for elsewhere in ["http://127.0.0.2:9/github/repos/o/r/releases", "/other/repos/o/r/releases"] {
        let link = format!("<{elsewhere}>; rel=\"next\"");
        let server = Server::by(move |_| json(200, &json!([])).with("link", &link)).await;
        let answer = server.repository.releases(&api()).await;
        assert!(matches!(answer, Err(PortError::Malformed { .. })), "{answer:?}");
        assert_eq!(server.lines().len(), 1);
    }
}

#[tokio::test]
async fn a_list_that_leads_in_a_circle_ends() {
    let server = Server::by(|request| {
        let next = format!(
            "<http://{}{PREFIX}/repos/o/r/releases?page=2>; rel=\"next\"",
            request.header("host").unwrap()
        );
        json(200, &json!([])).with("link", &next)
    })
    .await;
    let error = server.repository.releases(&api()).await.unwrap_err();
    assert!(error.to_string().ends_with("/repos/o/r/releases?page=2, expected an end"), "{error}");
    assert_eq!(server.lines().len(), 2, "the second time it is led there, it is not asked again");
}

#[tokio::test]
async fn a_page_in_the_middle_is_repeated_too() {
    let pages = paged(vec![json!([release(1, TAG)]), json!([release(6, "api-2023.06.01.00.00.00")])]);
    let failed = std::sync::atomic::AtomicBool::new(false);
    let server = Server::by(move |request| {
        let second = request.target.ends_with("page=2");
        if second && !failed.swap(true, std::sync::atomic::Ordering::SeqCst) {
            return Reply::answer(503, "");
        }
        pages(request)
    })
    .await;
    assert_eq!(server.repository.releases(&api()).await.unwrap().len(), 2);
    assert_eq!(server.lines().len(), 3);
}

#[tokio::test]
async fn a_base_url_may_be_written_in_any_way() {
    let pages = vec![json!([release(1, TAG)]), json!([release(6, "api-2023.06.01.00.00.00")])];
    let stand_in = StandIn::start(paged(pages)).await;
    let port = stand_in.origin().rsplit(':').next().unwrap().to_owned();
    let base = format!("http://LOCALHOST:0{port}/x/..{PREFIX}/").parse().unwrap();
    let github = GitHub::builder().base_url(base).build().unwrap();
    let repository = github.repository("o/r".parse().unwrap(), "main");
    assert_eq!(repository.releases(&api()).await.unwrap().len(), 2);
}

#[tokio::test]
async fn a_base_url_that_is_no_plain_url_is_refused() {
    for base in ["https://github.example/api?v=3", "https://github.example/#x", "http://["] {
        let refused = GitHub::builder().base_url(base.parse().unwrap()).build();
        assert!(matches!(refused, Err(BuildError::BaseUrl { .. })), "{base}");
    }
}

#[test]
fn a_client_is_built_without_a_runtime() {
    assert!(GitHub::builder().build().is_ok());
}
