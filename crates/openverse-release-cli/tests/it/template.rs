//! Sandboxes to copy: each test has its own, and making one takes longer than copying one.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use crate::{
    facts::Facts,
    place::{Mode, Place},
};

static TEMPLATES: [Mutex<Weak<Template>>; 2] = [const { Mutex::new(Weak::new()) }; 2];

/// A sandbox that nothing is done to but copying it.
#[derive(Debug)]
pub(crate) struct Template {
    place: Place,
    facts: Mutex<BTreeMap<String, Facts>>,
}

impl Template {
    /// Returns the template for a mode, which is kept as long as a place was made from it.
    pub(crate) fn of(mode: Mode) -> Arc<Self> {
        let slot = &TEMPLATES[usize::from(mode == Mode::PublishStartsWorkflow)];
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(template) = slot.upgrade() {
            return template;
        }
        let place = Place::empty();
        let mut args = vec!["sandbox", "reset", "--instant"];
        if mode == Mode::PublishStartsWorkflow {
            args.push("--publish-starts-workflow");
        }
        place.run(&args).expect_code(0);
        let template = Arc::new(Self { place, facts: Mutex::default() });
        *slot = Arc::downgrade(&template);
        template
    }

    /// Copies the sandbox to another place.
    pub(crate) fn copy_to(&self, place: &Place) {
        // Finding facts out writes files of the sandbox, which must not change while it is copied.
        let _unchanged = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        copy(&self.place.path("state"), &place.path("state"));
    }

    /// Returns the facts about an app, found out once.
    pub(crate) fn facts(&self, app: &str) -> Facts {
        let mut facts = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        facts.entry(app.to_owned()).or_insert_with(|| Facts::found(&self.place, app)).clone()
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
