//! The chart while it is being read.

mod hash;

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    chart::{Chart, Direction, Edge, Subgraph, Vertex},
    link::Line,
    shape,
    text::trim,
    yaml::Value,
};

/// The number of a name; equal names have the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Name(usize);

#[derive(Debug)]
pub(crate) struct Builder<'s> {
    names: Vec<Named>,
    numbers: HashMap<Cow<'s, str>, Name, hash::Seeded>,
    vertices: Vec<Vertex>,
    edges: Vec<Edge>,
    edge_ids: EdgeIds,
    subgraphs: Vec<Subgraph>,
    nothing: Arc<str>,
    /// Where in the text the statement, box or line is that is being read.
    at: usize,
    places: Places,
}

/// Where in the text each box and each line is, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) vertices: Vec<usize>,
    pub(crate) edges: Vec<usize>,
}

/// A name and what it stands for.
#[derive(Debug)]
struct Named {
    text: Arc<str>,
    vertex: Option<usize>,
    is_subgraph: bool,
    in_subgraph: bool,
    /// The number, from 1, of the last subgraph it was counted into.
    seen_in: usize,
}

/// The names that links have or are given.
#[derive(Debug, Default)]
struct EdgeIds {
    known: HashSet<String>,
    /// The numbers of the links whose names were written.
    written: HashSet<usize>,
    /// How many links there are between two boxes; counted only once a name asks for it.
    between: Option<HashMap<Ends, usize>>,
}

/// The names of the boxes at the ends of a link.
type Ends = (Arc<str>, Arc<str>);

/// Every name that mermaid.js makes for a link begins like this.
const MADE: &str = "L_";

/// No name is made for a link between boxes whose names are longer than this together: such names
/// could take much more memory than the text.
const LONGEST_MADE: usize = 256;

/// What `@{ … }` says cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadData {
    pub(crate) found: String,
    pub(crate) expected: &'static str,
}

impl<'s> Builder<'s> {
    /// Returns an empty chart, with room for what a text of so many bytes usually says.
    pub(crate) fn new(bytes: usize) -> Self {
        /// A line of text, as a box or a link with some words.
        const USUAL: usize = 64;
        let usual = bytes / USUAL;
        Self {
            names: Vec::with_capacity(usual),
            numbers: HashMap::with_capacity_and_hasher(usual, hash::Seeded::default()),
            vertices: Vec::with_capacity(usual),
            edges: Vec::with_capacity(usual),
            edge_ids: EdgeIds::default(),
            subgraphs: Vec::new(),
            nothing: Arc::from(""),
            at: 0,
            places: Places { vertices: Vec::with_capacity(usual), edges: Vec::with_capacity(usual) },
        }
    }

    /// Says where in the text what comes next is.
    pub(crate) fn reach(&mut self, at: usize) {
        self.at = at;
    }

    pub(crate) fn name(&mut self, text: Cow<'s, str>) -> Name {
        let next = Name(self.names.len());
        let names = &mut self.names;
        *self.numbers.entry(text).or_insert_with_key(|text| {
            let text = Arc::from(&**text);
            names.push(Named { text, vertex: None, is_subgraph: false, in_subgraph: false, seen_in: 0 });
            next
        })
    }

    pub(crate) fn edge_count(&self) -> usize {
        self.edges.len()
    }

    /// Names a box, and says what stands in it and what shape it has, if that was said.
    pub(crate) fn vertex(&mut self, name: Name, text: Option<&str>, shape: Option<&'static str>) {
        if text.is_none() && shape.is_none() && self.names[name.0].vertex.is_some() {
            return;
        }
        let at = self.at;
        let Some((vertex, place)) = self.placed_vertex_of(name) else { return };
        *place = at;
        if let Some(text) = text {
            vertex.text = Arc::from(text);
        }
        if shape.is_some() {
            vertex.shape = shape;
        }
    }

    /// Says of a box what stands in `@{ … }`.
    pub(crate) fn vertex_data(&mut self, name: Name, data: &Value) -> Result<(), BadData> {
        if self.names[name.0].is_subgraph && data.is_truthy() {
            return Ok(());
        }
        let Some(vertex) = self.vertex_of(name) else { return Ok(()) };
        apply_data(vertex, data)
    }

    /// Returns the box of a name, unless that is the name of a link.
    fn vertex_of(&mut self, name: Name) -> Option<&mut Vertex> {
        self.placed_vertex_of(name).map(|(vertex, _)| vertex)
    }

    fn placed_vertex_of(&mut self, name: Name) -> Option<(&mut Vertex, &mut usize)> {
        let id = &self.names[name.0].text;
        if (!self.edge_ids.known.is_empty() || id.starts_with(MADE)) && self.is_edge(&Arc::clone(id)) {
            return None;
        }
        let Named { text: id, vertex, .. } = &mut self.names[name.0];
        let (vertices, places) = (&mut self.vertices, &mut self.places.vertices);
        let number = *vertex.get_or_insert_with(|| {
            vertices.push(Vertex { id: Arc::clone(id), text: Arc::clone(id), shape: None });
            places.push(self.at);
            vertices.len() - 1
        });
        vertices.get_mut(number).zip(places.get_mut(number))
    }

    pub(crate) fn links(&mut self, from: &[Name], to: &[Name], line: Line, text: &str, id: Option<&str>) {
        let text = if text.is_empty() { Arc::clone(&self.nothing) } else { Arc::from(text) };
        for start in from {
            for end in to {
                let named = from.last() == Some(start) && to.first() == Some(end);
                let id = id.filter(|id| named && !id.is_empty() && !self.is_edge(id));
                let (start, end) = (&self.names[start.0].text, &self.names[end.0].text);
                self.edge_ids.add(self.edges.len(), id, start, end);
                self.edges.push(Edge {
                    start: Arc::clone(start),
                    end: Arc::clone(end),
                    ends: line.ends,
                    stroke: line.stroke,
                    length: line.length,
                    text: Arc::clone(&text),
                });
                self.places.edges.push(self.at);
            }
        }
    }

    fn is_edge(&mut self, id: &str) -> bool {
        if id.starts_with(MADE) && self.edge_ids.between.is_none() {
            self.edge_ids.between = Some(HashMap::new());
            for (number, edge) in self.edges.iter().enumerate() {
                self.edge_ids.count(number, &edge.start, &edge.end);
            }
        }
        !self.edge_ids.known.is_empty() && self.edge_ids.known.contains(id)
    }

    /// Ends a subgraph: its name or none, what is written on it, and what is in it.
    pub(crate) fn subgraph(
        &mut self,
        id: Option<Cow<'s, str>>,
        title: &str,
        items: &[Name],
        direction: Option<Direction>,
    ) -> Name {
        let number = self.subgraphs.len();
        let id = id.unwrap_or_else(|| Cow::Owned(format!("subGraph{number}")));
        let id = self.name(id);
        let mut nodes = Vec::new();
        for item in items {
            let named = &mut self.names[item.0];
            if named.seen_in != number + 1 && !named.in_subgraph {
                nodes.push(Arc::clone(&named.text));
            }
            named.seen_in = number + 1;
        }
        for item in items {
            self.names[item.0].in_subgraph = true;
        }
        let named = &mut self.names[id.0];
        named.is_subgraph = true;
        let id_text = Arc::clone(&named.text);
        self.subgraphs.push(Subgraph { id: id_text, title: Arc::from(trim(title)), nodes, direction });
        id
    }

    pub(crate) fn finish(self, direction: Direction) -> (Chart, Places) {
        let Self { vertices, edges, subgraphs, places, .. } = self;
        (Chart { direction, vertices, edges, subgraphs, decorations: Vec::new() }, places)
    }
}

impl EdgeIds {
    fn add(&mut self, number: usize, id: Option<&str>, start: &Arc<str>, end: &Arc<str>) {
        if let Some(id) = id {
            self.known.insert(id.to_owned());
            self.written.insert(number);
        }
        self.count(number, start, end);
    }

    /// Counts a link, and makes a name for it where none was written: of those between the same two
    /// boxes, the first gets a 0, the second a 2, the third a 3.
    fn count(&mut self, number: usize, start: &Arc<str>, end: &Arc<str>) {
        let Some(between) = &mut self.between else { return };
        let count = between.entry((Arc::clone(start), Arc::clone(end))).or_default();
        let counter = if *count == 0 { 0 } else { *count + 1 };
        *count += 1;
        if !self.written.contains(&number) && start.len() + end.len() <= LONGEST_MADE {
            self.known.insert(format!("{MADE}{start}_{end}_{counter}"));
        }
    }
}

fn apply_data(vertex: &mut Vertex, data: &Value) -> Result<(), BadData> {
    const NO_SHAPE: &str = "the name of a shape in lower case, such as \"rect\"";
    if matches!(data, Value::Missing) {
        return Ok(());
    }
    if matches!(data, Value::Null) {
        return Err(BadData {
            found: "nothing but a comment or a null".to_owned(),
            expected: "shape, label or other data",
        });
    }
    if let Some(found) = data.get("shape").filter(|shape| shape.is_truthy()) {
        let Value::Text(name) = found else {
            return Err(BadData { found: found.to_json(), expected: NO_SHAPE });
        };
        let shape = shape::named(name)
            .ok_or_else(|| BadData { found: crate::error::quoted(name), expected: NO_SHAPE })?;
        vertex.shape = Some(shape);
    }
    let label = data.get("label");
    if let Some(label) = label.filter(|label| label.is_truthy()) {
        vertex.text = match label {
            Value::Text(text) => Arc::from(&**text),
            other => Arc::from(other.to_json()),
        };
    }
    for picture in ["icon", "img"] {
        if !data.get(picture).is_some_and(Value::is_truthy) {
            continue;
        }
        let blank = match label {
            None | Some(Value::Null | Value::Missing) => true,
            Some(Value::Text(text)) => trim(text).is_empty(),
            Some(other) => {
                return Err(BadData {
                    found: format!("the label {}", other.to_json()),
                    expected: "a label in quotes",
                });
            }
        };
        if blank && vertex.text == vertex.id {
            vertex.text = Arc::from("");
        }
    }
    Ok(())
}
