//! GitHub Workflow files, as far as they can be compared with a flow.

mod template;

pub(crate) use template::{can_be, names, pattern_fits};

use std::{borrow::Cow, collections::HashMap};

use crate::{
    text::Place,
    yaml::{Node, PlacedText, Yaml, YamlError},
};

/// What a file says.
#[derive(Debug)]
pub(crate) struct GitHubWorkflow<'y> {
    /// The name of it, by which others can wait for its runs.
    pub(crate) name: Option<PlacedText<'y>>,
    /// What starts it.
    pub(crate) events: Vec<Event<'y>>,
    /// Where `on` is.
    pub(crate) on: Place,
    pub(crate) concurrency: Option<Concurrency<'y>>,
    pub(crate) jobs: Vec<Job<'y>>,
    root: Node<'y>,
}

/// What starts a GitHub Workflow.
#[derive(Debug)]
pub(crate) struct Event<'y> {
    pub(crate) name: PlacedText<'y>,
    filters: Option<Node<'y>>,
}

#[derive(Debug)]
pub(crate) struct Concurrency<'y> {
    pub(crate) group: PlacedText<'y>,
    /// Where it says that a run under way is stopped, if it says so.
    pub(crate) cancels: Option<Place>,
}

#[derive(Debug)]
pub(crate) struct Job<'y> {
    pub(crate) id: PlacedText<'y>,
    pub(crate) needs: Vec<PlacedText<'y>>,
    pub(crate) concurrency: Option<Concurrency<'y>>,
    /// The GitHub Workflow file of the same repository that it runs, if it runs one.
    pub(crate) calls: Option<&'y str>,
    pub(crate) node: Node<'y>,
}

/// Values of one kind that a file lists.
#[derive(Debug)]
pub(crate) struct ValueList<'y> {
    /// What the list is called.
    pub(crate) key: &'y str,
    pub(crate) place: Place,
    pub(crate) values: Vec<PlacedText<'y>>,
}

impl<'y> GitHubWorkflow<'y> {
    /// Reads a file.
    ///
    /// # Errors
    /// When it has no events or no jobs.
    pub(crate) fn of(yaml: &'y Yaml) -> Result<Self, YamlError> {
        let refuse = |place, found: &str, expected| YamlError { place, found: found.to_owned(), expected };
        let Some(root) = yaml.root() else {
            return Err(refuse(Place::START, "an empty file", "a GitHub Workflow"));
        };
        if !root.is_map() {
            return Err(refuse(root.place(), "no mapping", "a GitHub Workflow, with \"on\" and \"jobs\""));
        }
        let on = root.entries().find(|(key, _)| key.text == "on");
        let (key, on) = on.ok_or_else(|| refuse(root.place(), "no \"on\"", "the events that start it"))?;
        let jobs = root.get("jobs").filter(|jobs| jobs.is_map());
        let jobs = jobs.ok_or_else(|| refuse(root.place(), "no \"jobs\"", "its jobs by name"))?;
        let events = if on.is_map() {
            on.entries().map(|(name, filters)| Event { name, filters: Some(filters) }).collect()
        } else {
            on.texts().into_iter().map(|name| Event { name, filters: None }).collect()
        };
        Ok(Self {
            name: root.get("name").and_then(Node::text),
            events,
            on: key.place,
            concurrency: concurrency(root),
            jobs: jobs.entries().map(|(id, node)| job(id, node)).collect(),
            root,
        })
    }

    pub(crate) fn event(&self, name: &str) -> Option<&Event<'y>> {
        self.events.iter().find(|event| event.name.text == name)
    }

    /// Returns every text of the file.
    pub(crate) fn texts(&self) -> Vec<PlacedText<'y>> {
        self.root.inside().into_iter().filter_map(Node::text).collect()
    }

    /// Returns every mapping of the file.
    pub(crate) fn maps(&self) -> impl Iterator<Item = Node<'y>> {
        self.root.inside().into_iter().filter(|node| node.is_map())
    }

    /// Returns what the file lists: of each list of texts its values, of each list of mappings the
    /// values of each key; also lists of JSON in expressions.
    pub(crate) fn lists(&self) -> Vec<ValueList<'y>> {
        let mut lists = Vec::new();
        for (key, node) in self.maps().flat_map(|map| map.entries().collect::<Vec<_>>()) {
            // What an alias stands for is listed where it is written.
            if node.is_alias() {
                continue;
            }
            if node.is_list() {
                let values: Vec<_> = node.items().filter_map(Node::text).collect();
                lists.push(ValueList { key: key.text, place: node.place(), values });
                lists.extend(values_by_key(node));
            } else if let Some(text) = node.text() {
                let values = template::json_texts(text.text);
                let values: Vec<_> =
                    values.into_iter().map(|value| PlacedText { text: value, place: text.place }).collect();
                lists.push(ValueList { key: key.text, place: text.place, values });
            }
        }
        lists.retain(|list| list.values.len() > 1);
        lists
    }
}

/// Returns the texts that the mappings of a list have, by their keys.
fn values_by_key(list: Node<'_>) -> Vec<ValueList<'_>> {
    let mut numbers = HashMap::new();
    let mut lists: Vec<ValueList<'_>> = Vec::new();
    let items = list.items().filter(|item| !item.is_alias());
    for (key, value) in items.flat_map(|item| item.entries().collect::<Vec<_>>()) {
        let Some(value) = value.text() else { continue };
        let number = *numbers.entry(key.text).or_insert_with(|| {
            lists.push(ValueList { key: key.text, place: list.place(), values: Vec::new() });
            lists.len() - 1
        });
        lists[number].values.push(value);
    }
    lists
}

impl<'y> Job<'y> {
    /// Returns the texts of the job, each once for every value of the matrix that stands in it.
    pub(crate) fn said(&self) -> Vec<(Cow<'y, str>, Place)> {
        let matrix = self.node.get("strategy").and_then(|strategy| strategy.get("matrix"));
        let mut said = Vec::new();
        for text in self.node.inside().into_iter().filter_map(Node::text) {
            let known = template::matrix_keys(text.text).find_map(|key| {
                let values = matrix_values(matrix?, key);
                (!values.is_empty()).then_some((key, values))
            });
            match known {
                None => said.push((Cow::Borrowed(text.text), text.place)),
                Some((key, values)) => said.extend(
                    values
                        .iter()
                        .map(|value| (template::with_value(text.text, key, value.text).into(), text.place)),
                ),
            }
        }
        said
    }

    /// Returns what must hold for the job to run, if anything must.
    pub(crate) fn condition(&self) -> Option<PlacedText<'y>> {
        self.node.get("if").and_then(Node::text)
    }
}

/// Returns the values that a key of a matrix has; none, where they are known only later.
fn matrix_values<'y>(matrix: Node<'y>, key: &str) -> Vec<PlacedText<'y>> {
    let listed = matrix.get(key).into_iter().flat_map(Node::items).filter_map(Node::text);
    let included = matrix.get("include").into_iter().flat_map(Node::items);
    listed.chain(included.filter_map(|item| item.get(key)?.text())).collect()
}

impl<'y> Event<'y> {
    /// Returns the values of a filter, such as `types`, if there is one.
    pub(crate) fn filter(&self, name: &str) -> Option<Vec<PlacedText<'y>>> {
        self.filters
            .and_then(|filters| filters.get(name))
            .filter(|filter| !filter.is_nothing())
            .map(Node::texts)
    }

    /// Returns the names of what a person who starts it is asked for.
    pub(crate) fn inputs(&self) -> Vec<PlacedText<'y>> {
        let inputs = self.filters.and_then(|filters| filters.get("inputs"));
        inputs
            .into_iter()
            .flat_map(|inputs| inputs.entries().map(|(name, _)| name).collect::<Vec<_>>())
            .collect()
    }

    /// Tells whether a person starts it.
    pub(crate) fn is_manual(&self) -> bool {
        self.name.text == "workflow_dispatch"
    }
}

fn job<'y>(id: PlacedText<'y>, node: Node<'y>) -> Job<'y> {
    let calls =
        node.get("uses").and_then(Node::text).and_then(|uses| uses.text.strip_prefix("./.github/workflows/"));
    Job {
        id,
        needs: node.get("needs").map(Node::texts).unwrap_or_default(),
        concurrency: concurrency(node),
        calls,
        node,
    }
}

fn concurrency(node: Node<'_>) -> Option<Concurrency<'_>> {
    let found = node.get("concurrency")?;
    if let Some(group) = found.text() {
        return Some(Concurrency { group, cancels: None });
    }
    let group = found.get("group").and_then(Node::text)?;
    let cancels = found.get("cancel-in-progress").and_then(Node::text);
    Some(Concurrency {
        group,
        cancels: cancels.filter(|value| value.text == "true").map(|value| value.place),
    })
}
