//! Unclear words in prose.

use insta::assert_snapshot;
use openverse_release_core::{ambiguous_uses, glossary};
use openverse_release_docs::lint;

fn found(text: &str) -> String {
    lint(text).iter().map(|it| format!("{}:{} {} [{}]\n", it.line, it.column, it.found, it.id)).collect()
}

#[test]
fn words_that_can_mean_several_things_are_found_with_their_place() {
    let text = "\
# The workflow of a release

When the workflow ends, **we** cut a new release and ship it.
Übrigens: the
tag moves, and the GitHub Workflow starts. The action fails.

- Release the code to production.
- Deploy the release, then revert production.

| Old | New |
| --- | --- |
| retag | the version number |
";
    assert_snapshot!(found(text), @r"
    1:7 workflow [workflow-alone]
    3:10 workflow [workflow-alone]
    3:32 cut a new release [cut-a-release]
    3:54 ship it [ship]
    4:11 the tag [tag-alone]
    5:44 The action [the-action]
    7:3 Release the code to production [release-for-deploy]
    8:3 Deploy the release [deploy-for-release]
    8:28 revert production [revert-for-roll-back]
    12:3 retag [retag]
    12:15 version number [version-number]
    ");
}

#[test]
fn code_targets_html_and_front_matter_are_left_alone() {
    let text = "\
---
title: the workflow
---

`the workflow`, [text](https://example.org/the-workflow \"the workflow\"), <https://a.org/workflow>,
<!-- the workflow --> <b title=\"workflow\">x</b>, the <code>workflow</code> key, deploy-workflow.yml, workflow_run

    the workflow

```yaml
name: the workflow
```

<div>
the workflow
</div>
";
    assert_eq!(found(text), "");
}

#[test]
fn prose_in_links_tables_quotes_and_admonitions_is_read() {
    let text = "\
[the workflow](x)

> the workflow

```{note}
:class: tip

The workflow.
```

![the workflow](y)
";
    assert_snapshot!(found(text), @r"
    1:6 workflow [workflow-alone]
    3:7 workflow [workflow-alone]
    8:5 workflow [workflow-alone]
    11:7 workflow [workflow-alone]
    ");
}

#[test]
fn a_comment_leaves_a_block_or_a_stretch_alone() {
    let text = "\
<!-- glossary-ignore -->
The workflow, ignored.

The workflow, found.

<!-- glossary-ignore -->

- the workflow, ignored
- the workflow, ignored

the workflow, found

<!-- glossary-ignore-start -->
the workflow, ignored

the workflow, ignored
<!-- glossary-ignore-end -->

the workflow, found
";
    assert_snapshot!(found(text), @r"
    4:5 workflow [workflow-alone]
    11:5 workflow [workflow-alone]
    19:5 workflow [workflow-alone]
    ");
}

#[test]
fn words_that_are_spoken_about_are_not_used() {
    assert_eq!(found("The words \"the workflow\", **the workflow** and “cut a release” are unclear."), "");
    assert_snapshot!(found("**All of this is about the workflow.** \"We cut a release on every single day\"."), @r"
    1:28 workflow [workflow-alone]
    1:44 cut a release [cut-a-release]
    ");
}

#[test]
fn a_tag_is_clear_where_one_kind_was_named_before_in_the_paragraph() {
    assert_eq!(found("Give the image its image tag. Then the tag can be moved."), "");
    assert_eq!(found("- **Image tag**: the part after the colon.\n\n  - Any tag names one image.\n"), "");
    assert_ne!(found("- An image tag.\n\n- Any tag names one image.\n"), "");
    assert_snapshot!(found("The git tag and the image tag differ. Then the tag is moved.\n\nMove the tag."), @r"
    1:44 the tag [tag-alone]
    3:6 the tag [tag-alone]
    ");
}

#[test]
fn every_word_to_avoid_is_found_in_prose_unless_it_is_right_elsewhere() {
    // Alone these are good words with other meanings; some are found where what follows tells.
    let right_elsewhere = [
        "the release",
        "cut",
        "ship",
        "stage",
        "hash",
        "freeze",
        "undo the release",
        "back out",
        "push to production",
    ];
    for term in glossary() {
        for avoid in term.avoid {
            let is_found = !lint(&format!("We {avoid} here.")).is_empty();
            if !is_found {
                assert!(right_elsewhere.contains(avoid), "{avoid} is not found");
            }
        }
    }
}

#[test]
fn every_use_is_found_where_it_is_said() {
    let mut missed = Vec::new();
    for ambiguous in ambiguous_uses() {
        for phrase in ambiguous.phrases {
            let words: Vec<_> = phrase
                .split_whitespace()
                .filter(|slot| !slot.ends_with('?'))
                .map(|slot| slot.split('|').next().unwrap_or_default())
                .collect();
            let sentence = format!("Now {} then.", words.join(" "));
            if !lint(&sentence).iter().any(|it| it.id == ambiguous.id) {
                missed.push((ambiguous.id, sentence));
            }
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn the_projects_own_documents_are_clear() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut all = String::new();
    for name in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = std::fs::read_to_string(format!("{root}/{name}")).unwrap();
        all.extend(found(&text).lines().map(|line| format!("{name}:{line}\n")));
    }
    assert_eq!(all, "");
}
