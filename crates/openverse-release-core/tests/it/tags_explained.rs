use openverse_release_core::{ExplainedTag, Project, explain_tag};

const SHA: &str = "5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6";

fn json(text: &str) -> String {
    serde_json::to_string(&explain_tag(&Project::openverse(), text)).unwrap()
}

fn error(text: &str) -> String {
    let explained = explain_tag(&Project::openverse(), text);
    assert_eq!(serde_json::to_value(explained.kind).unwrap(), "invalid", "{text}");
    assert_eq!((&explained.app, explained.date), (&None, None));
    assert_eq!((&explained.git_tag, &explained.image_tag), (&None, &None));
    explained.error.unwrap()
}

#[test]
fn every_kind_has_the_same_keys() {
    insta::assert_snapshot!(json("ingestion_server-2023.07.03.17.52.00"), @r#"{"input":"ingestion_server-2023.07.03.17.52.00","kind":"git_tag","app":"ingestion-server","date":"2023-07-03T17:52:00Z","git_tag":"ingestion_server-2023.07.03.17.52.00","image_tag":"rel-2023.07.03.17.52.00","error":null}"#);
    insta::assert_snapshot!(json("rel-2023.07.03.17.52.00"), @r#"{"input":"rel-2023.07.03.17.52.00","kind":"image_tag","app":null,"date":"2023-07-03T17:52:00Z","git_tag":null,"image_tag":"rel-2023.07.03.17.52.00","error":null}"#);
    insta::assert_snapshot!(json(SHA), @r#"{"input":"5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6","kind":"commit_sha","app":null,"date":null,"git_tag":null,"image_tag":"5fa9e58fed9acb4ddba82d9349e79d85a2b90cb6","error":null}"#);
    insta::assert_snapshot!(json("latest"), @r#"{"input":"latest","kind":"latest","app":null,"date":null,"git_tag":null,"image_tag":"latest","error":null}"#);
}

#[test]
fn what_is_no_tag_is_told_by_what_it_looks_like() {
    insta::assert_snapshot!(error("rel-2023.07.03"), @r#""rel-2023.07.03" is not a valid image tag: found the end at character 15, expected ".", as in YYYY.MM.DD.HH.MM.SS"#);
    insta::assert_snapshot!(error("api-2023.13.03.17.52.00"), @r#""api-2023.13.03.17.52.00" is not a valid git tag: found "13.03.17.52.00" at character 10, expected a month from 01 to 12"#);
    insta::assert_snapshot!(error("5FA9E58"), @r#""5FA9E58" is not a valid commit SHA: found "FA9E58" at character 2, expected 40 lower-case hexadecimal digits"#);
    insta::assert_snapshot!(error("v1.2.3"), @r#""v1.2.3" is not a valid tag: found "v1.2.3" at character 1, expected a git tag {app}-{date}, an image tag rel-{date}, a commit SHA or latest"#);
    insta::assert_snapshot!(error(""), @r#""" is not a valid tag: found the end at character 1, expected a git tag {app}-{date}, an image tag rel-{date}, a commit SHA or latest"#);
}

#[test]
fn a_git_tag_of_no_app_is_invalid_and_the_known_prefixes_are_listed() {
    insta::assert_snapshot!(error("website-2023.07.03.17.52.00"), @r#"no app has git tags that start with "website", expected one of api, frontend, catalog, ingestion_server"#);
    insta::assert_snapshot!(error("ingestion-server-2023.07.03.17.52.00"), @r#"the git tags of the ingestion server start with "ingestion_server", not with "ingestion-server""#);
    insta::assert_snapshot!(error("indexer_worker-2023.07.03.17.52.00"), @"the indexer worker has no releases, and so no git tags");
}

#[test]
fn an_explanation_is_read_back() {
    for text in ["api-2023.07.03.17.52.00", "latest", SHA, "nonsense"] {
        let explained = explain_tag(&Project::openverse(), text);
        let again: ExplainedTag = serde_json::from_str(&json(text)).unwrap();
        assert_eq!(again, explained);
    }
}
