//! Images and their companions.

use openverse_release_core::{App, ImageName};

use super::{DriftFinding, DriftId, GitHubWorkflowRole, Read, World, dispatched, listed, name_of, slugs};
use crate::{
    github_workflow::{Job, ValueList, names},
    text::Place,
    yaml::PlacedText,
};

impl World<'_> {
    pub(super) fn images(&self) -> Vec<DriftFinding> {
        let mut found = Vec::new();
        for read in &self.files {
            match read.role {
                GitHubWorkflowRole::Ci => {
                    found.extend(self.lists_of_images(read));
                    found.extend(self.never_named(read));
                }
                GitHubWorkflowRole::Tagging => found.extend(self.alone(read, &|_| true)),
                GitHubWorkflowRole::Deployment => {
                    let deploys = |app: &App| {
                        let name = name_of(read.file);
                        dispatched(self.project).any(|it| it.file.as_str() == name && it.app.slug == app.slug)
                    };
                    found.extend(self.alone(read, &deploys));
                }
                GitHubWorkflowRole::Other => {}
            }
        }
        found
    }

    /// Finds images that a list of most of the project's images lacks.
    fn lists_of_images(&self, read: &Read<'_>) -> Vec<DriftFinding> {
        let mut found = Vec::new();
        for list in read.content.lists().iter().filter(|list| self.is_of_images(list)) {
            let lists = |image: &ImageName| list.values.iter().any(|value| self.is_named(value.text, image));
            for app in &self.project.apps {
                let (listed_images, missing): (Vec<_>, Vec<_>) =
                    app.images.iter().partition(|image| lists(image));
                if missing.is_empty() {
                    continue;
                }
                let (id, what) = if listed_images.is_empty() {
                    (DriftId::ImageMissing, format!("a list of images without those of the {}", app.name))
                } else {
                    let (these, without) = (short(&listed_images), short(&missing));
                    (
                        DriftId::CompanionMissing,
                        format!("a list of images with {these} and without {without}"),
                    )
                };
                let expected = format!("also {}, which is built from the same commits", short(&missing));
                found.push(read.file.finding(id, list.place, slugs([app]), what, expected));
            }
        }
        found
    }

    /// Finds apps none of whose images is named by a file that names others.
    fn never_named(&self, read: &Read<'_>) -> Vec<DriftFinding> {
        let said: Vec<_> = read.content.jobs.iter().flat_map(Job::said).collect();
        let is_named = |app: &&App| {
            app.images.iter().any(|image| said.iter().any(|(text, _)| names(text, image.short())))
        };
        let (named, missing): (Vec<_>, Vec<_>) =
            self.project.apps.iter().filter(|app| !app.images.is_empty()).partition(is_named);
        // In a matrix it is told with its place.
        let in_lists = read.content.lists().iter().any(|list| self.is_of_images(list));
        if named.is_empty() || in_lists {
            return Vec::new();
        }
        let finding = |app: &App| {
            let images: Vec<_> = app.images.iter().collect();
            let what = format!("no image of the {}, while others are built", app.name);
            read.file.finding(DriftId::ImageMissing, Place::START, slugs([app]), what, short(&images))
        };
        missing.into_iter().map(finding).collect()
    }

    /// Finds images that a file names while it does not name all of the app's.
    fn alone(&self, read: &Read<'_>, concerns: &dyn Fn(&App) -> bool) -> Vec<DriftFinding> {
        let texts = read.content.texts();
        let named = |image: &ImageName| texts.iter().find(|text| names(text.text, image.short()));
        let mut found = Vec::new();
        for app in self.project.apps.iter().filter(|app| concerns(app)) {
            let (there, missing): (Vec<_>, Vec<_>) =
                app.images.iter().partition(|image| named(image).is_some());
            let Some(text) = there.first().and_then(|image| named(image)) else { continue };
            if !missing.is_empty() {
                found.push(read.file.finding(
                    DriftId::CompanionMissing,
                    text.place,
                    slugs([app]),
                    format!("{} without {}", short(&there), short(&missing)),
                    format!("all images of the {}, which are deployed together", app.name),
                ));
            }
        }
        found
    }

    /// Tells whether a list is of images, and of more than half of the project's.
    fn is_of_images(&self, list: &ValueList<'_>) -> bool {
        let lists = |image: &ImageName| list.values.iter().any(|value| self.is_named(value.text, image));
        let images: Vec<_> = self.project.apps.iter().flat_map(|app| &app.images).collect();
        let there = images.iter().filter(|image| lists(image)).count();
        // A list of apps has an image for each app, under the same name.
        let of_images = list.key.to_lowercase().contains("image") || self.companions().any(&lists);
        of_images && 2 * there > images.len()
    }

    fn companions(&self) -> impl Iterator<Item = &ImageName> {
        self.project.apps.iter().flat_map(|app| app.images.iter().skip(1))
    }

    /// Tells whether a value of a list is an image, by its whole name, its last part, or that part without
    /// what all images of the project begin with.
    fn is_named(&self, value: &str, image: &ImageName) -> bool {
        let short = image.short();
        let rest = short.get(self.beginning()..).unwrap_or(short);
        [image.as_str(), short, rest].contains(&value)
    }

    /// Returns the length of what the names of all images begin with, up to a joint.
    fn beginning(&self) -> usize {
        let mut names = self.project.apps.iter().flat_map(|app| &app.images).map(ImageName::short);
        let Some(first) = names.next() else { return 0 };
        let same =
            |other: &str| first.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
        let length = names.map(same).min().unwrap_or(0);
        first[..length].rfind(['-', '_']).map_or(0, |joint| joint + 1)
    }
}

fn short(images: &[&ImageName]) -> String {
    listed(images.iter().map(|image| image.short()))
}

/// Tells whether a text is the name of an image rather than of an app.
pub(super) fn is_companion(world: &World<'_>, value: &PlacedText<'_>) -> bool {
    world.companions().any(|companion| world.is_named(value.text, companion))
}
