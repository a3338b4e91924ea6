//! What is seen of images that are to be tagged.

use std::collections::BTreeMap;

use super::{Patience, Verdict, automation::judge_automation};
use crate::{AutomationSight, Digest, Effect, ImageName, Part, Performer};

impl Part<'_> {
    pub(super) fn judge_tagging(
        &self,
        named: &BTreeMap<ImageName, Option<Digest>>,
        automation: Option<&AutomationSight>,
        patience: Patience<'_>,
    ) -> Verdict {
        let version = self.version();
        let tag = &version.image_tag;
        let mut missing = Vec::new();
        for (image, expected) in &version.bundle.images {
            match named.get(image).and_then(Option::as_ref) {
                Some(found) if found == expected => {}
                Some(found) => {
                    let commit = version.bundle.commit.short();
                    return Verdict::Conflict {
                        found: format!("{}:{tag} names {}", image.short(), found.short()),
                        expected: format!("{}, the image of commit {commit}", expected.short()),
                    };
                }
                None => missing.push((image, expected)),
            }
        }
        match (missing.first(), self.planned.performer) {
            (None, _) => Verdict::Done {
                evidence: format!("{tag} names the released images ({})", version.bundle.images.len()),
                warning: None,
                run: None,
            },
            (Some((image, digest)), Performer::Runner) => Verdict::Absent(Effect::PointImageTag {
                image: (*image).clone(),
                tag: tag.clone(),
                to: (*digest).clone(),
            }),
            (Some((image, _)), Performer::Elsewhere) => {
                judge_automation(format!("{}:{tag} is not there yet", image.short()), automation, patience)
            }
        }
    }
}
