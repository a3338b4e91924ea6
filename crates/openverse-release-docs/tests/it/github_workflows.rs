//! GitHub Workflow files against Openverse's flows.

use insta::assert_snapshot;
use openverse_release_core::Project;
use openverse_release_docs::{DriftId, TextFile, drift};

use crate::fitting::{changed, compare, files, lines};

/// Expects that one change of one file is found as just this, and returns it.
#[track_caller]
fn only(name: &str, from: &str, to: &str, id: DriftId) -> String {
    let report = compare(&changed(name, from, to));
    let found = lines(&report);
    assert_eq!(report.findings.len(), 1, "{name}, {from:?} -> {to:?}:\n{found}");
    assert_eq!(report.findings[0].id, id, "{name}, {from:?} -> {to:?}:\n{found}");
    found
}

#[test]
fn files_that_fit_have_not_drifted() {
    let report = compare(&files());
    assert_snapshot!(lines(&report), @"");
    let roles: Vec<_> = report.github_workflows.iter().map(|found| found.role.as_str()).collect();
    assert_eq!(roles, ["ci", "tagging", "other", "deployment", "deployment", "deployment", "deployment"]);
}

#[test]
fn one_repository_alone_is_enough() {
    let (infrastructure, code): (Vec<_>, Vec<_>) =
        files().into_iter().partition(|(name, _)| name.starts_with("deploy-"));
    assert_snapshot!(lines(&compare(&code)), @"");
    assert_snapshot!(lines(&compare(&infrastructure)), @"");
}

#[test]
fn each_change_is_found_as_what_it_is_and_nothing_else() {
    use DriftId as Id;
    let mut found = String::new();
    for (name, from, to, id) in [
        // What starts it.
        ("ci_cd.yml", "  push:\n    branches: [main]\n", "", Id::TriggerMissing),
        ("ci_cd.yml", "[main]", "[trunk]", Id::BranchMissing),
        ("ci_cd.yml", "branches: [main]", "branches-ignore: [ma*]", Id::BranchMissing),
        (
            "ci_cd.yml",
            "branches: [main]",
            "tags: ['api-*', 'frontend-*', 'catalog-*', 'ingestion_server-*']",
            Id::BranchMissing,
        ),
        ("release-app.yml", "  release:\n    types: [released]\n", "", Id::TriggerMissing),
        ("release-app.yml", "[released]", "[created]", Id::TriggerMissing),
        ("release-app.yml", "[released]", "[]", Id::TriggerMissing),
        ("release-app.yml", "[released]", "[released, edited]", Id::TriggerUnknown),
        (
            "release-app.yml",
            "  release:\n",
            "  schedule: [{cron: '0 0 * * *'}]\n  release:\n",
            Id::TriggerUnknown,
        ),
        (
            "deploy-production-api.yml",
            "  repository_dispatch:\n    types: [deploy_production_api]\n",
            "",
            Id::TriggerMissing,
        ),
        (
            "deploy-production-api.yml",
            "  repository_dispatch:",
            "  push:\n  repository_dispatch:",
            Id::TriggerUnknown,
        ),
        ("draft-releases.yml", "on:\n", "on:\n  workflow_run:\n    workflows: [CI]\n", Id::AwaitedUnknown),
        (
            "ci_cd.yml",
            "[main]",
            "[main]\n    paths: ['api/**', 'frontend/**', 'indexer_worker/**']",
            Id::PathMissing,
        ),
        (
            "ci_cd.yml",
            "    needs: [test, build-images]",
            "    if: github.event_name == 'push' && github.ref == 'refs/heads/trunk'\n    needs: [build-images]",
            Id::BranchMissing,
        ),
        ("ci_cd.yml", "[main]", "['**', '!main']", Id::BranchMissing),
        // Which deployment is asked for.
        (
            "ci_cd.yml",
            "\n  test:\n",
            "\n  hotfix:\n    steps:\n      - run: ask deploy_production_api\n  test:\n",
            Id::DispatchUnknown,
        ),
        ("ci_cd.yml", "deploy_staging_${{ matrix.service }}", "deploy_staging_api", Id::EventTypeMissing),
        ("release-app.yml", "deploy_production_nuxt", "deploy_production_frontend", Id::EventTypeMissing),
        ("release-app.yml", "event_type=deploy_production_api", "x=y", Id::EventTypeMissing),
        ("deploy-staging-api.yml", "deploy_staging_api", "deploy_staging_apis", Id::EventTypeMissing),
        ("deploy-staging-api.yml", "[deploy_staging_api]", "[deploy_staging_api, all]", Id::EventTypeUnknown),
        ("deploy-staging-api.yml", "\n    types: [deploy_staging_api]", "", Id::EventTypeUnknown),
        (
            "release-app.yml",
            "event_type: deploy_production_nuxt",
            "event_type: deploy_production_nuxt\n      - with:\n          event_type: deploy_production_catalog",
            Id::EventTypeUnknown,
        ),
        (
            "draft-releases.yml",
            "publish: false",
            "publish: false\n          event_type: deploy_production_api",
            Id::DispatchUnknown,
        ),
        ("ci_cd.yml", "service: [api, nuxt]", "service: [api]", Id::EventTypeMissing),
        // Lists.
        ("draft-releases.yml", "          - catalog\n", "", Id::AppMissing),
        (
            "draft-releases.yml",
            "          - catalog\n",
            "          - catalog\n          - indexer_worker\n",
            Id::AppUnknown,
        ),
        (
            "draft-releases.yml",
            "          - catalog\n",
            "          - catalog\n          - webcam\n",
            Id::AppUnknown,
        ),
        ("ci_cd.yml", "          - image: catalog\n            context: catalog\n", "", Id::ImageMissing),
        (
            "ci_cd.yml",
            "          - image: frontend_nginx\n            context: frontend\n",
            "",
            Id::CompanionMissing,
        ),
        ("deploy-production-api.yml", "openverse-api_nginx", "nginx", Id::CompanionMissing),
        // Tags.
        ("release-app.yml", "'api-'", "'apis-'", Id::GitTagPatternUnknown),
        ("release-app.yml", "'frontend-'", "'ingestion-server-'", Id::GitTagPatternUnknown),
        (
            "ci_cd.yml",
            "[main]",
            "[main]\n    tags: ['api-*', 'frontend-*', 'catalog-*', 'ingestion-server-*']",
            Id::GitTagPatternUnknown,
        ),
        (
            "ci_cd.yml",
            "[main]",
            "[main]\n    tags: ['api-*', 'frontend-*', 'catalog-*']",
            Id::GitTagPatternMissing,
        ),
        (
            "ci_cd.yml",
            "    needs: [test, build-images]",
            "    if: startsWith(github.ref, 'refs/tags/apis-')\n    needs: [build-images]",
            Id::GitTagPatternUnknown,
        ),
        // Runs at the same time, and one after the other.
        ("release-app.yml", "concurrency: releases\n", "", Id::ConcurrencyMissing),
        (
            "deploy-production-api.yml",
            "concurrency:\n  group: ${{ github.workflow }}\n",
            "",
            Id::ConcurrencyMissing,
        ),
        (
            "deploy-production-api.yml",
            "${{ github.workflow }}",
            "api-${{ github.run_id }}",
            Id::ConcurrencyPerRun,
        ),
        (
            "deploy-production-api.yml",
            "group: ${{ github.workflow }}",
            "group: ${{ github.workflow }}\n  cancel-in-progress: true",
            Id::ConcurrencyCancels,
        ),
        ("ci_cd.yml", "needs: [test, build-images]", "needs: [test]", Id::NeedsMissing),
        ("release-app.yml", "    needs: tag\n", "", Id::NeedsMissing),
        ("ci_cd.yml", "needs: [test, build-images]", "needs: [tests, build-images]", Id::NeedsUnknown),
        // By hand.
        ("deploy-production-api.yml", "      tag:\n", "      what:\n", Id::InputMissing),
        ("draft-releases.yml", "publish: false", "publish: true", Id::PublishedByItself),
        (
            "draft-releases.yml",
            "    steps:\n",
            "    steps:\n      - run: gh release create api-2023\n",
            Id::PublishedByItself,
        ),
        (
            "draft-releases.yml",
            "    steps:\n",
            "    steps:\n      - run: gh release edit api-2023 --draft=false\n",
            Id::PublishedByItself,
        ),
        (
            "draft-releases.yml",
            "    steps:\n",
            "    steps:\n      - uses: softprops/action-gh-release@v2\n",
            Id::PublishedByItself,
        ),
    ] {
        found.push_str(&only(name, from, to, id));
    }
    assert_snapshot!(found, @r#"
    ci_cd.yml:3:1: [trigger-missing] found no push among the events that start it; expected a push to main, because merging triggers the building of the images
    ci_cd.yml:5:16: [branch-missing] found only pushes to trunk; expected every push to main, because merging triggers the building of the images
    ci_cd.yml:5:23: [branch-missing] found pushes to ma* left out; expected every push to main, because merging triggers the building of the images
    ci_cd.yml:4:3: [branch-missing] found only pushes of git tags; expected every push to main, because merging triggers the building of the images
    release-app.yml:2:1: [trigger-missing] found no release among the events that start it; expected release with the type released, because publishing the GitHub Release triggers the tagging
    release-app.yml:4:13: [trigger-missing] found release with the type created; expected only the type released: publishing the GitHub Release triggers the tagging, and nothing else
    release-app.yml:3:3: [trigger-missing] found release with the type nothing; expected only the type released: publishing the GitHub Release triggers the tagging, and nothing else
    release-app.yml:4:23: [trigger-unknown] found release with the type edited; expected only the type released: publishing the GitHub Release triggers the tagging, and nothing else
    release-app.yml:3:3: [trigger-unknown] found schedule among the events that start it; expected only a published GitHub Release, as the flow has no other way to this step
    deploy-production-api.yml:3:1: [trigger-missing] found no repository_dispatch among the events that start it; expected repository_dispatch with the type deploy_production_api, by which the deployment is asked for
    deploy-production-api.yml:4:3: [trigger-unknown] found push among the events that start it; expected only repository_dispatch, as the flow has no other way to this step
    draft-releases.yml:4:17: [awaited-unknown] found a wait for the runs of "CI", which no file is named; expected the name of another of the GitHub Workflows
    ci_cd.yml:6:13: [path-missing] found only pushes that change other paths than ingestion_server; expected a push that changes the ingestion server to start it, because merging triggers the building
    ci_cd.yml:42:9: [branch-missing] found the job deploy, which runs only on trunk; expected what is merged to main to be deployed
    ci_cd.yml:5:16: [branch-missing] found only pushes to ** and !main; expected every push to main, because merging triggers the building of the images
    ci_cd.yml:53:14: [dispatch-unknown] found a repository_dispatch of the type deploy_production_api; expected the production deployment of the API to be asked for by release-app.yml only
    ci_cd.yml:1:1: [event-type-missing] found nothing that asks for the deployment; expected a repository_dispatch of the type deploy_staging_nuxt, because building the images triggers the staging deployment of the frontend
    release-app.yml:34:23: [event-type-missing] found the event type deploy_production_frontend; expected a repository_dispatch of the type deploy_production_nuxt, because tagging the images triggers the production deployment of the frontend
    release-app.yml:1:1: [event-type-missing] found nothing that asks for the deployment; expected a repository_dispatch of the type deploy_production_api, because tagging the images triggers the production deployment of the API
    deploy-staging-api.yml:5:13: [event-type-missing] found the event type deploy_staging_apis; expected deploy_staging_api, which asks for the staging deployment of the API
    deploy-staging-api.yml:5:33: [event-type-unknown] found the event type all; expected only deploy_staging_api
    deploy-staging-api.yml:4:3: [event-type-unknown] found repository_dispatch of any type; expected only the type deploy_staging_api
    release-app.yml:36:23: [event-type-unknown] found the event type deploy_production_catalog; expected one of deploy_staging_api, deploy_production_api, deploy_staging_nuxt and deploy_production_nuxt
    draft-releases.yml:22:23: [dispatch-unknown] found a repository_dispatch of the type deploy_production_api; expected the production deployment of the API to be asked for by release-app.yml only
    ci_cd.yml:1:1: [event-type-missing] found nothing that asks for the deployment; expected a repository_dispatch of the type deploy_staging_nuxt, because building the images triggers the staging deployment of the frontend
    draft-releases.yml:13:11: [app-missing] found a list of apps without the catalog; expected every app that has releases
    draft-releases.yml:16:13: [app-unknown] found the indexer worker in a list of apps; expected only apps that have releases: API, frontend, catalog and ingestion server
    draft-releases.yml:16:13: [app-unknown] found "webcam" in a list of apps; expected only apps that have releases: API, frontend, catalog and ingestion server
    ci_cd.yml:17:11: [image-missing] found a list of images without those of the catalog; expected also openverse-catalog, which is built from the same commits
    ci_cd.yml:17:11: [companion-missing] found a list of images with openverse-frontend and without openverse-frontend_nginx; expected also openverse-frontend_nginx, which is built from the same commits
    deploy-production-api.yml:18:11: [companion-missing] found openverse-api without openverse-api_nginx; expected all images of the API, which are deployed together
    release-app.yml:17:13: [git-tag-pattern-unknown] found the beginning apis-, which no git tag of a release has; expected one of api-{date}, frontend-{date}, catalog-{date} and ingestion_server-{date}
    release-app.yml:17:13: [git-tag-pattern-unknown] found the beginning ingestion-server-, which no git tag of a release has; expected ingestion_server-{date}, as the git tags of the ingestion server are
    ci_cd.yml:6:48: [git-tag-pattern-unknown] found the pattern ingestion-server-*, which no git tag of a release fits; expected ingestion_server-{date}, as the git tags of the ingestion server are
    ci_cd.yml:6:12: [git-tag-pattern-missing] found patterns that no git tag of the ingestion server fits; expected a pattern for every app that has releases
    ci_cd.yml:42:9: [git-tag-pattern-unknown] found the beginning apis-, which no git tag of a release has; expected one of api-{date}, frontend-{date}, catalog-{date} and ingestion_server-{date}
    release-app.yml:1:1: [concurrency-missing] found no concurrency group; expected one run that tags images at a time
    deploy-production-api.yml:1:1: [concurrency-missing] found no concurrency group; expected one deployment at a time of an app to an environment
    deploy-production-api.yml:12:10: [concurrency-per-run] found the concurrency group api-${{ github.run_id }}, which every run has for itself; expected one deployment at a time of an app to an environment
    deploy-production-api.yml:13:23: [concurrency-cancels] found cancel-in-progress, by which a newer run stops the one under way; expected a run under way to be finished: stopped, it leaves half of its work
    ci_cd.yml:40:3: [needs-missing] found the job deploy, which does not wait for build-images; expected the deployment to be asked for once the images are there
    release-app.yml:22:3: [needs-missing] found the job deploy-api, which does not wait for tag; expected the deployment to be asked for once the images are there
    ci_cd.yml:42:13: [needs-unknown] found the job deploy, which waits for tests; expected a job of this file
    deploy-production-api.yml:6:3: [input-missing] found no input for the image tag; expected an input such as "tag", by which a person says what to deploy
    draft-releases.yml:21:20: [published-by-itself] found a step that publishes a GitHub Release; expected a draft, because a person decides to publish it
    draft-releases.yml:18:14: [published-by-itself] found a step that publishes a GitHub Release; expected a draft, because a person decides to publish it
    draft-releases.yml:18:14: [published-by-itself] found a step that publishes a GitHub Release; expected a draft, because a person decides to publish it
    draft-releases.yml:18:15: [published-by-itself] found a step that publishes a GitHub Release; expected a draft, because a person decides to publish it
    "#);
}

#[test]
fn the_image_tag_of_a_release_has_to_be_made() {
    let files = changed("release-app.yml", ":rel-$DATE", ":$DATE");
    let files: Vec<_> = files.into_iter().map(|(name, text)| (name, text.replace(":rel-", ":"))).collect();
    assert_snapshot!(lines(&compare(&files)), @"release-app.yml:1:1: [image-tag-missing] found nothing that makes an image tag rel-{date}; expected the step that gives the images the release's image tag");
}

#[test]
fn deployments_in_one_group_evict_each_other() {
    let mut files = files();
    for (_, text) in files.iter_mut().filter(|(name, _)| name.ends_with("-api.yml")) {
        *text = text.replace("${{ github.workflow }}", "deploy-api");
    }
    assert_snapshot!(lines(&compare(&files)), @"deploy-production-api.yml:12:10: [concurrency-shared] found the concurrency group deploy-api, which deploy-staging-api.yml has too; expected a group for each app and environment, as a group keeps only one waiting run");
}

#[test]
fn a_file_that_is_not_there_is_missing() {
    for (name, expected) in
        [("release-app.yml", "release-app.yml"), ("deploy-staging-api.yml", "deploy-staging-api.yml")]
    {
        let mut files = files();
        files.retain(|(known, _)| known != name);
        let report = compare(&files);
        assert_eq!(report.findings.len(), 1, "{}", lines(&report));
        assert_eq!(report.findings[0].id, DriftId::GitHubWorkflowMissing);
        assert!(report.findings[0].expected.contains(expected));
    }
    let strange = vec![("build.yml".to_owned(), "on: push\njobs: {}\n".to_owned())];
    assert_snapshot!(lines(&compare(&strange)), @"build.yml:1:1: [github-workflow-missing] found none of the GitHub Workflow files that the project names; expected ci_cd.yml, release-app.yml or a deployment GitHub Workflow");
}

#[test]
fn a_file_that_cannot_be_read_is_found_with_its_place() {
    let mut found = String::new();
    for (from, to) in [
        ("    branches: [main]", "    branches: [main"),
        ("on:\n  push:", "on:\n\tpush:"),
        ("on:\n", "when:\n"),
        ("\njobs:\n", "\ntasks:\n"),
        ("name: CI + CD", "name: CI + CD\nname: CI"),
    ] {
        let report = compare(&changed("ci_cd.yml", from, to));
        found.push_str(&lines(&report));
    }
    let bytes = b"on: push\nname: \xff\n";
    let report = drift(&Project::openverse(), &[], &[TextFile { path: "ci_cd.yml", bytes }]);
    found.push_str(&lines(&report));
    assert_snapshot!(found, @r#"
    ci_cd.yml:6:15: [github-workflow-unreadable] found illegal placement of ':' indicator; expected YAML that can be read
    ci_cd.yml:4:2: [github-workflow-unreadable] found tabs disallowed within this context (block indentation); expected YAML that can be read
    ci_cd.yml:1:1: [github-workflow-unreadable] found no "on"; expected the events that start it
    ci_cd.yml:1:1: [github-workflow-unreadable] found no "jobs"; expected its jobs by name
    ci_cd.yml:2:1: [github-workflow-unreadable] found the key "name" for the second time; expected each key once
    ci_cd.yml:1:1: [github-workflow-missing] found no file release-app.yml beside this one; expected the GitHub Workflow release-app.yml of WordPress/openverse
    ci_cd.yml:2:7: [not-text] found bytes that are no UTF-8; expected a text
    "#);
}

#[test]
fn what_another_file_does_for_it_counts() {
    // The staging deployment is asked for once the runs of CI have ended, in a file of its own.
    let mut files = changed("ci_cd.yml", "deploy_staging_${{ matrix.service }}", "nothing");
    files.push((
        "deploy-staging.yml".to_owned(),
        "on:\n  workflow_run:\n    workflows: [CI + CD]\njobs:\n  ask:\n    strategy:\n      matrix:\n        \
         service: [api, nuxt]\n    steps:\n      - run: gh api x -f event_type=deploy_staging_${{ matrix.service }}\n"
            .to_owned(),
    ));
    let report = compare(&files);
    let left: Vec<_> = report.findings.iter().filter(|it| it.file != "ci_cd.yml").collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(report.findings.iter().all(|it| it.found.contains("nothing")), "{}", lines(&report));
}

#[test]
fn images_that_are_named_one_by_one_are_compared_too() {
    let ci = "on: {push: {branches: [main]}}\njobs:\n  build:\n    steps:\n";
    let build = |image: &str| format!("      - run: docker push ghcr.io/wordpress/openverse-{image}\n");
    let dispatches = "      - run: ask deploy_staging_api deploy_staging_nuxt\n";
    let all =
        ["api", "api_nginx", "frontend", "frontend_nginx", "catalog", "indexer_worker", "ingestion_server"];
    let compared = |left_out: &str| {
        let images: String =
            all.iter().filter(|image| **image != left_out).map(|image| build(image)).collect();
        let mut files = files();
        files[0].1 = format!("{ci}{images}{dispatches}");
        lines(&compare(&files))
    };
    assert_snapshot!(compared(""), @"");
    assert_snapshot!(compared("catalog"), @"ci_cd.yml:1:1: [image-missing] found no image of the catalog, while others are built; expected openverse-catalog");
}

#[test]
fn deployments_are_asked_for_by_the_file_that_a_job_runs() {
    let mut files = files();
    let (_, ci) = &mut files[0];
    let start = ci.find("    strategy:\n      matrix:\n        service").unwrap();
    let end = ci.find("\n  test:\n").unwrap();
    ci.replace_range(start..end, "    uses: ./.github/workflows/ask.yml\n");
    let ask = "on: workflow_call\njobs:\n  ask:\n    steps:\n      - run: ask deploy_staging_api deploy_staging_nuxt\n";
    files.push(("ask.yml".to_owned(), ask.to_owned()));
    assert_snapshot!(lines(&compare(&files)), @"");
}

#[test]
fn what_a_person_starts_may_publish_and_ask_for_deployments() {
    let mut files = files();
    let by_hand = "on: workflow_dispatch\njobs:\n  now:\n    steps:\n      - run: gh release create x\n      - run: ask \
                   deploy_production_api\n";
    files.push(("by-hand.yml".to_owned(), by_hand.to_owned()));
    assert_snapshot!(lines(&compare(&files)), @"");
    files.last_mut().unwrap().1 = by_hand.replace("workflow_dispatch", "[workflow_dispatch, push]");
    assert_snapshot!(lines(&compare(&files)), @r"
    by-hand.yml:5:14: [published-by-itself] found a step that publishes a GitHub Release; expected a draft, because a person decides to publish it
    by-hand.yml:6:14: [dispatch-unknown] found a repository_dispatch of the type deploy_production_api; expected the production deployment of the API to be asked for by release-app.yml only
    ");
}

#[test]
fn a_list_of_just_the_apps_that_are_deployed_by_themselves_is_whole() {
    let list = |apps: &str| {
        let matrix = format!("  tag:\n    strategy: {{matrix: {{app: [{apps}]}}}}\n");
        lines(&compare(&changed("release-app.yml", "  tag:\n", &matrix)))
    };
    assert_snapshot!(list("api, nuxt"), @"");
    assert_snapshot!(list("api, catalog"), @"release-app.yml:10:30: [app-missing] found a list of apps without the frontend and ingestion server; expected every app that has releases");
}

#[test]
fn what_only_looks_like_drift_is_none() {
    for (name, from, to) in [
        (
            "ci_cd.yml",
            "[main]",
            "[main]\n    tags: ['api-*', 'frontend-*', 'catalog-*', 'ingestion_server-*', '!x-*']",
        ),
        (
            "ci_cd.yml",
            "    needs: [test, build-images]",
            "    if: startsWith(github.ref, 'refs/heads/ma')\n    needs: [build-images]",
        ),
        (
            "ci_cd.yml",
            "\n  test:\n",
            "\n  lint:\n    strategy: {matrix: {image: [api, frontend]}}\n  test:\n",
        ),
        ("draft-releases.yml", "        app:\n", "        again: [api, api]\n        app:\n"),
        (
            "draft-releases.yml",
            "    steps:\n",
            "    steps:\n      - uses: softprops/action-gh-release@v2\n        with: {draft: true}\n",
        ),
        ("draft-releases.yml", "    steps:\n", "    steps:\n      - run: gh release create x --draft\n"),
        ("release-app.yml", "[released]", "[published]"),
        ("ci_cd.yml", "branches: [main]", "branches-ignore: [docs/**]"),
    ] {
        assert_eq!(lines(&compare(&changed(name, from, to))), "", "{name}: {from:?} -> {to:?}");
    }
}

#[test]
fn what_the_file_does_that_a_job_runs_counts() {
    // One deployment at a time.
    let mut files = changed("deploy-staging-api.yml", "concurrency:\n  group: ${{ github.workflow }}\n", "");
    let (_, text) = files.iter_mut().find(|(name, _)| name == "deploy-staging-api.yml").unwrap();
    let jobs = text.find("jobs:").unwrap();
    text.replace_range(jobs.., "jobs:\n  deploy:\n    uses: ./.github/workflows/deploy.yml\n");
    let called = "on: workflow_call\nconcurrency: ${{ inputs.service }}\njobs: {}\n";
    files.push(("deploy.yml".to_owned(), called.to_owned()));
    assert_snapshot!(lines(&compare(&files)), @"");

    // The images, which the deployment has to wait for.
    let mut files = changed("ci_cd.yml", "needs: [test, build-images]", "needs: [test]");
    let start = files[0].1.find("    steps:\n      - uses: docker/").unwrap();
    let end = files[0].1.find("\n  deploy:").unwrap();
    files[0].1.replace_range(start..end, "    uses: ./.github/workflows/build.yml\n");
    let called = "on: workflow_call\njobs: {build: {steps: [{run: docker push x}]}}\n";
    files.push(("build.yml".to_owned(), called.to_owned()));
    assert_snapshot!(lines(&compare(&files)), @"ci_cd.yml:35:3: [needs-missing] found the job deploy, which does not wait for build-images; expected the deployment to be asked for once the images are there");
}

#[test]
fn a_file_without_a_name_is_awaited_by_its_path() {
    let awaits = "on:\n  workflow_run:\n    workflows: [.github/workflows/nightly.yml]\njobs: {}\n";
    let mut files = files();
    files.push(("after.yml".to_owned(), awaits.to_owned()));
    assert_eq!(compare(&files).findings.len(), 1);
    files.push(("nightly.yml".to_owned(), "on: workflow_dispatch\njobs: {}\n".to_owned()));
    assert_snapshot!(lines(&compare(&files)), @"");
}
