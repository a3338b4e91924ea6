//! What each command prints.

use insta::assert_snapshot;

use crate::{
    place::{Mode, Place},
    snapshot::{redacted, said, shown},
};

/// Runs a command that only looks and ends well, and returns what it prints.
#[track_caller]
fn printed(place: &Place, args: &[&str]) -> String {
    let ran = place.run(args);
    ran.expect_code(0);
    assert!(ran.stderr.is_empty(), "{ran}");
    redacted(&ran.stdout)
}

#[test]
fn apps_are_listed() {
    assert_snapshot!(printed(&Place::empty(), &["apps"]), @"
    API  (api)
      released as  api-YYYY.MM.DD.HH.MM.SS
                   https://github.com/WordPress/openverse/releases?q=api-
      image        ghcr.io/wordpress/openverse-api
      image        ghcr.io/wordpress/openverse-api_nginx
      staging      GitHub Workflow deploy-staging-api.yml
                   https://github.com/WordPress/openverse-infrastructure/actions/workflows/deploy-staging-api.yml
                   https://api-staging.openverse.org/version
      production   GitHub Workflow deploy-production-api.yml
                   https://github.com/WordPress/openverse-infrastructure/actions/workflows/deploy-production-api.yml
                   https://api.openverse.org/version

    frontend  (frontend)
      released as  frontend-YYYY.MM.DD.HH.MM.SS
                   https://github.com/WordPress/openverse/releases?q=frontend-
      image        ghcr.io/wordpress/openverse-frontend
      image        ghcr.io/wordpress/openverse-frontend_nginx
      staging      GitHub Workflow deploy-staging-frontend.yml
                   https://github.com/WordPress/openverse-infrastructure/actions/workflows/deploy-staging-frontend.yml
                   https://staging.openverse.org/version
      production   GitHub Workflow deploy-production-frontend.yml
                   https://github.com/WordPress/openverse-infrastructure/actions/workflows/deploy-production-frontend.yml
                   https://openverse.org/version

    catalog  (catalog)
      released as  catalog-YYYY.MM.DD.HH.MM.SS
                   https://github.com/WordPress/openverse/releases?q=catalog-
      image        ghcr.io/wordpress/openverse-catalog
      staging      DAG sync with main
      production   Ansible playbook ansible/catalog.yml

    indexer worker  (indexer-worker)
      no releases  each run uses the image tagged latest
      image        ghcr.io/wordpress/openverse-indexer_worker
      staging      each run pulls latest
      production   each run pulls latest

    ingestion server  (ingestion-server)
      released as  ingestion_server-YYYY.MM.DD.HH.MM.SS
                   https://github.com/WordPress/openverse/releases?q=ingestion_server-
      image        ghcr.io/wordpress/openverse-ingestion_server
      staging      Terraform variable in dev/ingestion_server.auto.tfvars
      production   Terraform variable in production/ingestion_server.auto.tfvars
    ");
}

#[test]
fn words_are_explained() {
    let place = Place::empty();
    assert_snapshot!(printed(&place, &["glossary", "release"]), @"
    release (verb)  also: releasing
      To apply a release tag to what was built: the git tag to the commit, the image tag to the images. No environment changes by it.
      not deploy: deploying changes an environment; a release can wait for it, or never be deployed
      not publish: publishing the GitHub Release starts the release, and is only that one act
      not GitHub Release: the noun, a page on GitHub
      avoid: go live, push to production
    ");
    assert_snapshot!(printed(&place, &["glossary", "image tag"]), @"
    Docker image tag (noun)  also: image tag, image tags
      The part of an image reference after the colon: latest, rel-{date} for a release, or the SHA of the commit. At one time it names one image; moving the tag makes it name another.
      not git tag: a git tag is on a commit and reads {app}-{date}
      not digest: a digest always names the same image
      not Docker image: several tags can name one image
      avoid: version number, docker version
    ");
    assert_snapshot!(shown(&place.run(&["glossary", "retag"])), @r#"
    exit code 2
    stderr:
    error: found no word "retag" in the glossary
    to do: say tag instead
    "#);
    assert!(!place.path("state").exists(), "words need no sandbox");
}

#[test]
fn tags_are_explained_and_every_one_is_before_an_invalid_one_counts() {
    let place = Place::empty();
    let tags = [
        "tag",
        "api-2023.07.03.05.16.34",
        "ingestion_server-2023.07.03.05.16.34",
        "rel-2023.07.03.05.16.34",
        "0123456789abcdef0123456789abcdef01234567",
        "latest",
        "api-2023.13.03.05.16.34",
        "v1.2.3",
        "frontend-2023.07.03.05.16.34",
    ];
    assert_snapshot!(said(&place.run(&tags)), @r#"
    exit code 2
    stdout:
    api-2023.07.03.05.16.34: git tag of a release of the API, dated 2023-07-03 05:16:34 UTC; its images are tagged rel-2023.07.03.05.16.34
    ingestion_server-2023.07.03.05.16.34: git tag of a release of the ingestion server, dated 2023-07-03 05:16:34 UTC; its images are tagged rel-2023.07.03.05.16.34
    rel-2023.07.03.05.16.34: image tag of a release, dated 2023-07-03 05:16:34 UTC; which app's, its image tells
    0123456789abcdef0123456789abcdef01234567: commit SHA, and the image tag of what CI built from that commit
    latest: image tag of the newest build of main; it moves, so it names no version
    api-2023.13.03.05.16.34: "api-2023.13.03.05.16.34" is not a valid git tag: found "13.03.05.16.34" at character 10, expected a month from 01 to 12
    v1.2.3: "v1.2.3" is not a valid tag: found "v1.2.3" at character 1, expected a git tag {app}-{date}, an image tag rel-{date}, a commit SHA or latest
    frontend-2023.07.03.05.16.34: git tag of a release of the frontend, dated 2023-07-03 05:16:34 UTC; its images are tagged rel-2023.07.03.05.16.34
    "#);
    let mut json = vec!["--json"];
    json.extend(tags);
    assert_snapshot!(said(&place.run(&json)), @r#"
    exit code 2
    stdout:
    {"input":"api-2023.07.03.05.16.34","kind":"git_tag","app":"api","date":"2023-07-03T05:16:34Z","git_tag":"api-2023.07.03.05.16.34","image_tag":"rel-2023.07.03.05.16.34","error":null}
    {"input":"ingestion_server-2023.07.03.05.16.34","kind":"git_tag","app":"ingestion-server","date":"2023-07-03T05:16:34Z","git_tag":"ingestion_server-2023.07.03.05.16.34","image_tag":"rel-2023.07.03.05.16.34","error":null}
    {"input":"rel-2023.07.03.05.16.34","kind":"image_tag","app":null,"date":"2023-07-03T05:16:34Z","git_tag":null,"image_tag":"rel-2023.07.03.05.16.34","error":null}
    {"input":"0123456789abcdef0123456789abcdef01234567","kind":"commit_sha","app":null,"date":null,"git_tag":null,"image_tag":"0123456789abcdef0123456789abcdef01234567","error":null}
    {"input":"latest","kind":"latest","app":null,"date":null,"git_tag":null,"image_tag":"latest","error":null}
    {"input":"api-2023.13.03.05.16.34","kind":"invalid","app":null,"date":null,"git_tag":null,"image_tag":null,"error":"\"api-2023.13.03.05.16.34\" is not a valid git tag: found \"13.03.05.16.34\" at character 10, expected a month from 01 to 12"}
    {"input":"v1.2.3","kind":"invalid","app":null,"date":null,"git_tag":null,"image_tag":null,"error":"\"v1.2.3\" is not a valid tag: found \"v1.2.3\" at character 1, expected a git tag {app}-{date}, an image tag rel-{date}, a commit SHA or latest"}
    {"input":"frontend-2023.07.03.05.16.34","kind":"git_tag","app":"frontend","date":"2023-07-03T05:16:34Z","git_tag":"frontend-2023.07.03.05.16.34","image_tag":"rel-2023.07.03.05.16.34","error":null}
    "#);
}

#[test]
fn tags_are_read_from_standard_input() {
    let place = Place::empty();
    let input = b"rel-2023.07.03.05.16.34\r\n\nlatest\n\xff\xfe\nnot a tag";
    assert_snapshot!(said(&place.run_with_input(&["tag", "-"], input)), @r#"
    exit code 2
    stdout:
    rel-2023.07.03.05.16.34: image tag of a release, dated 2023-07-03 05:16:34 UTC; which app's, its image tells
    : "" is not a valid tag: found the end at character 1, expected a git tag {app}-{date}, an image tag rel-{date}, a commit SHA or latest
    latest: image tag of the newest build of main; it moves, so it names no version
    ��: "\u{fffd}\u{fffd}" is not a valid tag: found "\u{fffd}\u{fffd}" at character 1, expected a git tag {app}-{date}, an image tag rel-{date}, a commit SHA or latest
    not a tag: "not a tag" is not a valid tag: found "not a tag" at character 1, expected a git tag {app}-{date}, an image tag rel-{date}, a commit SHA or latest
    "#);
    place.run_with_input(&["tag", "-"], b"latest\n").expect_code(0);
    place.run_with_input(&["tag", "-"], b"").expect_code(0);
}

#[test]
fn flows_are_drawn() {
    let place = Place::empty();
    assert_snapshot!(printed(&place, &["flow", "api"]), @r#"
    flowchart TD
        Merge["Merge a change to main"]
        Build("Test the change, build the API's images,<br/>push them as latest and under the commit SHA")
        StagingDispatch("The deployment GitHub Workflow<br/>runs the commit's images on staging")
        RevertRollback["Take staging back: merge a revert<br/>of the bad change to main"]
        Publish["Publish the drafted GitHub Release"]
        Tag("Give the API's images of that commit<br/>the release's image tag")
        ProductionDispatch("The deployment GitHub Workflow<br/>runs the released images in production")
        TriggerRollback["Take production back: start its deployment<br/>GitHub Workflow with the last image tag known to work"]
        RevertRollback --> Build
        Merge --> Build
        Build -->|"asks for a staging deployment"| StagingDispatch
        StagingDispatch o--o RevertRollback
        StagingDispatch -.-> Publish
        Publish --> Tag
        Tag -->|"asks for a production deployment"| ProductionDispatch
        ProductionDispatch o--o|"roll back"| TriggerRollback
    "#);
    for format in ["mermaid", "dot", "text", "json"] {
        for app in ["api", "frontend", "catalog", "indexer-worker", "ingestion-server"] {
            let overview = printed(&place, &["flow", app, "--format", format]);
            let detailed = printed(&place, &["flow", app, "--format", format, "--detailed"]);
            if format == "json" {
                serde_json::from_str::<serde_json::Value>(&overview).unwrap();
            } else {
                assert!(detailed.len() > overview.len(), "{app} as {format}");
            }
        }
    }
}

#[test]
fn flows_are_checked() {
    let place = Place::empty();
    assert_snapshot!(printed(&place, &["check", "api"]), @"
    info API: Tag
      it takes the image by the image tag latest, which may have moved while Publish waited for a person  [stale-alias]
      by way of Publish -> Tag
    no errors in the flows of api
    ");
    assert_snapshot!(printed(&place, &["check"]), @"
    info API: Tag
      it takes the image by the image tag latest, which may have moved while Publish waited for a person  [stale-alias]
      by way of Publish -> Tag
    info frontend: Tag
      it takes the image by the image tag latest, which may have moved while Publish waited for a person  [stale-alias]
      by way of Publish -> Tag
    exempted catalog: Tag
      it uses a built image, which no step before it on this way makes  [artefact-consumed-before-produced]
      by way of Merge -> DagSync -> Publish -> Tag
      right here because the documented chart follows the code of the DAGs and leaves out the building of the image, which CI does for every push to main here as for any app
    info catalog: Tag
      it takes the image by the image tag latest, which may have moved while Publish waited for a person  [stale-alias]
      by way of Publish -> Tag
    exempted indexer worker: IdxWorker
      it deploys to production, and a way to it publishes no GitHub Release  [publish-does-not-dominate-production]
      by way of Merge -> Build -> IdxWorker
      right here because every run pulls latest, so there is no release of its own for production and nothing to publish
    exempted indexer worker: IdxWorker
      it deploys to production, and a merge leads to it without asking anybody  [production-without-consent]
      by way of Merge -> Build -> IdxWorker
      right here because whoever merges decides that the next run uses it: the document wants no later step to ask anybody
    info indexer worker: IdxWorker
      it takes the image by the image tag latest, whichever it is whenever that happens  [stale-alias]
      by way of IdxWorker
    info ingestion server: Tag
      it takes the image by the image tag latest, which may have moved while Publish waited for a person  [stale-alias]
      by way of Publish -> Tag
    no errors in the flows of api, frontend, catalog, indexer-worker, ingestion-server
    ");
    assert_snapshot!(printed(&place, &["check", "--explain", "deadlock"]), @"
    deadlock  error
    A step that waits for all its branches gets all of them, in every run in which it gets one. It waits for ever where the branches come from a step that goes on by one of them, where one of them may have ended before, or where nothing ever comes by one of them.
    ");
    assert_snapshot!(printed(&place, &["check", "--list"]), @"
    error    source-not-manual                      Every step that no link leads to is manual.
    warning  several-sources                        Only one step has no link that leads to it: the merge with which the process begins.
    error    automatic-without-trigger              Every automatic step is the end of a triggering link.
    error    dead-step                              Every step can be reached from a step that no link leads to.
    error    stuck-step                             From every step, the arrows lead to a step that updates a live environment, unless it is such a step itself, or runs a program, such as a smoke test after the last deployment.
    error    cycle-without-rollback                 Steps follow each other in a circle only by way of a step that rolls back.
    error    environments-ill-typed                 A step that updates live environments names them, each is declared by the project, and no other step names any.
    error    trigger-into-manual                    A triggering link ends at an automatic step.
    error    enables-into-automatic                 An enabling link ends at a manual step.
    error    continues-into-automatic               A dotted link ends at a manual step.
    error    continues-not-from-deployment          A dotted link starts at a deployment.
    error    rolls-back-ill-typed                   A rollback link joins a deployment to a step that rolls back, in that order.
    error    split-undeclared                       A step that several arrows leave with the same outcome says whether it goes on by all of them or by one.
    info     redundant-link                         Where a step waits for all its branches, no link says what a longer way says already.
    error    deadlock                               A step that waits for all its branches gets all of them, in every run in which it gets one.
    error    lack-of-synchronisation                Branches that all happen do not meet at a step that happens once for each of them.
    warning  soundness-unknown                      Whether a step waits for ever or happens twice is known.
    error    outcome-unknown                        A link that is taken only with some outcome names one that its first step declares.
    error    choice-undetermined                    After a release is published, somebody or something decides which of several branches is taken: a person, if each of them leads to a manual step, or the outcome of the step that they leave.
    error    join-outside-release                   A step that follows a release and waits for all its branches waits only for what follows the release too.
    error    deployment-without-rollback            Every deployment has a step that rolls it back.
    error    rollback-not-manual                    A step that rolls back is manual, or set off by an outcome alone.
    error    rollback-reaches-no-deployment         Every rollback ends in a deployment of the environment it takes back.
    info     rollback-not-preferred                 Each environment is taken back by its preferred means.
    error    publish-not-manual                     Publishing a GitHub Release is manual.
    error    publish-does-not-dominate-production   Every way to a deployment that updates production, or another guarded environment, goes through the publishing of a GitHub Release.
    error    production-without-consent             Between a merge and a deployment to production, or to another guarded environment, stands a step that needs a person, or the deployment itself does.
    error    publish-without-tag                    Whatever happens after a GitHub Release is published, the image is given the release's image tag.
    error    artefact-consumed-before-produced      What a step uses was made on every way that leads to it: the commit, the built image, the published GitHub Release, the image with the release's image tag.
    warning  artefact-never-used                    What a step makes is used by some step after it: the commit, the built image, the published GitHub Release, the image with the release's image tag.
    warning  artefact-lost                          What a step makes is used before it is made again.
    info     stale-alias                            A step takes the image that was built for the code it is about.
    info     chart-too-large                        The flowchart of the flow has at most 500 links and 50,000 characters.
    warning  unused-exemption                       Every declared exemption names a check that has a finding at that step.
    `check --explain CHECK` says why.
    ");
}

#[test]
fn a_release_is_previewed() {
    let place = Place::new(Mode::Default);
    assert_snapshot!(printed(&place, &["preview", "api"]), @"
    api-[date], the drafted release of the API
      commit       [commit] Prevent a dead link from being served for a day (#4376) (annie, [ago])
      after        api-[date] ([commit])
                   no pull request with its changelog entry yet
      image        openverse-api sha256:[digest] (latest)
      image        openverse-api_nginx sha256:[digest] (latest)
      staging      runs [commit], this commit
      production   runs [commit]
      changes      3
        [commit] Prevent a dead link from being served for a day (#4376) (annie)
        [commit] Update the pinned version of Elasticsearch's client (#4362) (katherine)
        [commit] Add the field unstable__created_on to audio results (#4348) (annie)
      notes
        ## New Features

        - Add the field unstable__created_on to audio results (#4348) by @annie

        ## Internal Improvements

        - Update the pinned version of Elasticsearch's client (#4362) by @katherine

        ## Bug Fixes

        - Prevent a dead link from being served for a day (#4376) by @annie
    nothing stands in the way of `release api`
    ");
    place.fault("latest-moved:api", 0, None);
    place.fault("duplicate-draft:api", 0, None);
    let blocked = printed(&place, &["preview", "api"]);
    let from = blocked.find("in the way").unwrap_or(0);
    assert_snapshot!(&blocked[from..], @"
    in the way: found 2 drafted GitHub Releases of the API: api-[date], api-[date]
      expected exactly one
      to do: delete those that are not meant, on the releases page
    in the way: found openverse-api:latest naming sha256:[digest] (the image of commit [commit])
      expected sha256:[digest], the image of commit [commit], the newest that touches the API
      to do: wait until CI has built the newest commit, or point `latest` back, then look at `preview` again
    in the way: found openverse-api_nginx:latest naming sha256:[digest] (the image of commit [commit])
      expected sha256:[digest], the image of commit [commit], the newest that touches the API
      to do: wait until CI has built the newest commit, or point `latest` back, then look at `preview` again
    ");
}

#[test]
fn a_release_prints_a_plain_line_for_each_thing_that_happens() {
    let place = Place::new(Mode::Default);
    let released = printed(&place, &["release", "api", "--yes"]);
    let from = released.find("Release of the").unwrap_or(0);
    assert_snapshot!(&released[from..], @r#"
    Release of the API to production: rel-[date] (commit [commit])
      in place of commit [commit]
      openverse-api sha256:[digest]
      openverse-api_nginx sha256:[digest]
    done   [Publish] GitHub Release api-[date] is published, its git tag on commit [commit]
    done   (Tag) rel-[date] names the released images (2)
    done   (Tag: changelog) pull request "Publish changelog for api-[date]" is open: http://127.0.0.1:[port]/github/repos/WordPress/openverse/pulls/4384
    done   (ProductionDispatch) deployment succeeded, and /version answers [commit] in production
    production of the API runs rel-[date], commit [commit], verified; took [time]
    "#);
    assert_snapshot!(printed(&place, &["status", "api"]), @"
    API
      staging      [commit] = rel-[date]  [ago]
      production   [commit] = rel-[date]  [ago]
      released     api-[date]
                   its changelog entry waits for a review: pull request #4384, http://127.0.0.1:[port]/github/repos/WordPress/openverse/pulls/4384
      main         nothing new since production's version

    API, process version 1.0.0

    + [Merge]               Merge a change to main
        |
    + (Build)               Test the change, build the API's images,
        |                   push them as latest and under the commit SHA
        | asks for a staging deployment
    + (StagingDispatch)     The deployment GitHub Workflow
        :                   runs the commit's images on staging
        : o--o [RevertRollback] --> (Build)
        :                   Take staging back: merge a revert
        :                   of the bad change to main
        :
    + [Publish]             Publish the drafted GitHub Release
        |
    + (Tag)                 Give the API's images of that commit
        |                   the release's image tag
        | asks for a production deployment
    + (ProductionDispatch)  The deployment GitHub Workflow
                            runs the released images in production
          o--o [TriggerRollback]
                            Take production back: start its deployment
                            GitHub Workflow with the last image tag known to work

    [manual] needs a person   (automatic) follows by itself
    | leads on   : goes on when somebody decides   o--o is rolled back by
    + done   > current   . pending   ! failed
    ");
    assert_snapshot!(printed(&place, &["history", "api", "production"]), @"
    WHEN                  TAG                      COMMIT   KIND      OUTCOME    BY         REASON
    [time]  rel-[date]  [commit]  release   succeeded  ana        release api-[date]
    [time]  rel-[date]  [commit]  release   succeeded  katherine
    [time]  rel-[date]  [commit]  forced    succeeded  annie      The data refresh made searches slow, not the release
    [time]  rel-[date]  [commit]  rollback  succeeded  grace      Searches have been slow since this release
    [time]  rel-[date]  [commit]  release   succeeded  grace
    [time]  rel-[date]  [commit]  release   succeeded  annie
    ");
    assert_snapshot!(printed(&place, &["runs"]), @"
    RUN           STARTED               WHAT                    TAG                      STATE  BY   REASON
    run-[name]  [time]  release api production  rel-[date]  done   ana  release api-[date]
    ");
    let run = place.json(&["runs"])[0]["run"].as_str().unwrap().to_owned();
    assert_snapshot!(printed(&place, &["runs", &run]), @r#"
    [time]  started       release api production rel-[date], by ana: release api-[date] (process API 1.0.0)
    [time]  approved      Publish by ana
    [time]  intended      publish GitHub Release api-[date] on commit [commit]
    [time]  performed
    [time]  step done     Publish: GitHub Release api-[date] is published, its git tag on commit [commit]
    [time]  intended      point openverse-api:rel-[date] at sha256:[digest]
    [time]  performed
    [time]  intended      point openverse-api_nginx:rel-[date] at sha256:[digest]
    [time]  performed
    [time]  step done     Tag: rel-[date] names the released images (2)
    [time]  intended      commit "Publish changelog for api-[date]" on changelog/api-[date]
    [time]  performed
    [time]  intended      open the pull request "Publish changelog for api-[date]"
    [time]  performed
    [time]  step done     Tag: pull request "Publish changelog for api-[date]" is open: http://127.0.0.1:[port]/github/repos/WordPress/openverse/pulls/4384
    [time]  intended      ask GitHub Workflow deploy-production-api.yml to deploy rel-[date]
    [time]  performed
    [time]  step done     ProductionDispatch: deployment succeeded, and /version answers [commit] in production
    [time]  ended         done
    "#);
    assert_snapshot!(printed(&place, &["sandbox", "log"]), @"
    WHEN                 PART        ACTION                  TARGET                                                                                           BY
    [time]  github      publish_github_release  api-[date]                                                                          request
    [time]  git         create_git_tag          api-[date] on [commit]                                                               github
    [time]  registry    put_manifest            wordpress/openverse-api:rel-[date]                                                  request
    [time]  registry    put_manifest            wordpress/openverse-api_nginx:rel-[date]                                            request
    [time]  git         create_branch           openverse:changelog/api-[date] on [commit]                                           request
    [time]  git         put_file                openverse:changelog/api-[date] documentation/changelogs/api/[date].md  request
    [time]  github      open_pull_request       openverse#4384 Publish changelog for api-[date]                                     request
    [time]  github      label_pull_request      openverse#4384 Publish changelog for api-[date]                                     request
    [time]  github      repository_dispatch     deploy_production_api rel-[date]                                                    request
    [time]  deployment  deploy                  api production rel-[date]                                                           deploy-production-api.yml
    ");
}

#[test]
fn a_rollback_says_what_it_does_not_take_back_and_that_it_holds() {
    let place = Place::new(Mode::Default);
    assert_snapshot!(printed(&place, &["hold"]), @"nothing is held");
    assert_snapshot!(printed(&place, &["runs"]), @"no runs yet");
    assert_snapshot!(printed(&place, &["rollback", "api", "production", "--reason", "searches are slow"]), @"
    Rollback of the API to production: rel-[date] (commit [commit])
      in place of commit [commit]
      openverse-api sha256:[digest]
      openverse-api_nginx sha256:[digest]
      environment variables are not rolled back with it
    hold   api production takes no release and no deployment until it is lifted
    done   [TriggerRollback] deployment succeeded, and /version answers [commit] in production
    production of the API runs rel-[date], commit [commit], verified; took [time]
    to do: mend the cause, then `hold lift api production --reason …`
    ");
    assert_snapshot!(printed(&place, &["hold"]), @"
    APP  ENVIRONMENT  SINCE                 BY   ROLLED BACK  REASON
    api  production   [time]  ana  [commit]      searches are slow
    ");
    assert_snapshot!(printed(&place, &["hold", "lift", "api", "production", "--reason", "mended"]), @"the API in production takes releases and deployments again");
}

#[test]
fn before_a_rollback_of_staging_a_revert_is_said_to_be_preferred() {
    let place = Place::new(Mode::Default);
    let status = place.sandbox().status().unwrap();
    let older = status.apps[0].live[1].commit.to_string();
    assert_snapshot!(
        printed(&place, &["rollback", "api", "staging", "--to", &older, "--reason", "it does not start"]),
        @"
    preferred: revert the broken code on main and let staging deploy itself
      staging is not critical, and main must be healthy for any production release
    Rollback of the API to staging: [commit SHA] (commit [commit])
      in place of commit [commit]
      openverse-api sha256:[digest]
      openverse-api_nginx sha256:[digest]
      environment variables are not rolled back with it
    hold   api staging takes no release and no deployment until it is lifted
    done   [StagingDispatch] deployment succeeded, and /version answers [commit] in staging
    staging of the API runs [commit SHA], commit [commit], verified; took [time]
    to do: mend the cause, then `hold lift api staging --reason …`
    "
    );
}

#[test]
fn a_deployment_prints_what_it_deploys() {
    let place = Place::new(Mode::Default);
    let newest = place.sandbox().status().unwrap().apps[0].latest.clone().unwrap().to_string();
    assert_snapshot!(
        printed(&place, &["deploy", "api", "production", &newest, "--reason", "it cannot wait"]),
        @"
    Deployment of the API to production: [commit SHA] (commit [commit])
      in place of commit [commit]
      openverse-api sha256:[digest]
      openverse-api_nginx sha256:[digest]
    done   [ProductionDispatch] deployment succeeded, and /version answers [commit] in production
    production of the API runs [commit SHA], commit [commit], verified; took [time]
    "
    );
}

#[test]
fn quiet_prints_results_only() {
    let place = Place::new(Mode::Default);
    assert_snapshot!(printed(&place, &["release", "api", "--yes", "--quiet"]), @"production of the API runs rel-[date], commit [commit], verified; took [time]");
    assert_snapshot!(
        printed(&place, &["rollback", "api", "production", "--reason", "slow", "--quiet"]),
        @"
    production of the API runs rel-[date], commit [commit], verified; took [time]
    to do: mend the cause, then `hold lift api production --reason …`
    "
    );
    assert_snapshot!(shown(&place.run(&["release", "api", "--yes", "--quiet"])), @"
    exit code 3
    stderr:
    refused: found a hold on the API in production since [time], when ana rolled it back: slow
    expected: no hold
    to do: once the cause is mended: `hold lift api production --reason …`
    ");
}

#[test]
fn the_sandbox_tells_its_faults() {
    let place = Place::new(Mode::Default);
    assert_snapshot!(printed(&place, &["sandbox", "fault", "on", "late-run", "--after", "1"]), @"fault late-run is on");
    assert_snapshot!(printed(&place, &["sandbox", "fault"]), @"
    FAULT                                           WHAT HAPPENS
    lost-reply[:ACTION]                             the next mutation takes effect, then the connection closes unanswered
    rate-limited                                    the next request to GitHub is answered 429 with retry-after
    secondary-rate-limit                            the next request to GitHub meets a secondary rate limit (403)
    server-errors[:github|:registry|:ecs|:airflow]  the next request is answered 502 or 503, nothing done
    stale-release-list                              lists of GitHub Releases stay as they are now, until cleared
    redrafted-after-publish                         the next published GitHub Release becomes a draft again at once
    duplicate-draft[:APP]                           at once: a second draft
    latest-moved[:APP]                              at once: latest names the images of another commit
    latest-moves-at-publish                         latest moves to another commit at the next publishing
    companion-missing[:APP]                         at once: the newest build's companion image has no tags
    deployment-fails[:ENV]                          the next deployment (to production if not said) fails
    deployment-hangs[:ENV]                          the next deployment stays in progress until cleared
    deployment-red-but-live[:ENV]                   the next deployment is reported failed but is live
    late-run[:ENV]                                  the next deployment's run appears much later, or when cleared
    ci-fails                                        CI fails for the next push: no images, no draft, no staging deployment
    tagging-cancelled                               the GitHub Workflow that the next publishing starts is cancelled
    tagging-fails                                   the GitHub Workflow that the next publishing starts fails, no image tagged
    pull-request-conflict                           the next merge of a pull request is refused as a conflict
    rollout-slow[:ENV]                              the next ECS deployment takes much longer, or until cleared
    rollout-fails[:ENV]                             the tasks of the next ECS deployment stop, and it stays failed
    rollout-rolled-back[:ENV]                       the next ECS deployment is rolled back by the circuit breaker
    rollout-replaced[:ENV]                          somebody's newer ECS deployment replaces the next one
    pause-before:ACTION|:any                        the next such mutation waits before it takes effect, until cleared
    pause-after:ACTION|:any                         the next such mutation takes effect, its answer waits until cleared
    dag-running:DAG                                 at once: a run of the DAG that does not end until cleared
    on: late-run
    ");
    assert_snapshot!(printed(&place, &["sandbox", "fault", "off"]), @"every fault is off");
}
