//! Charts of documents against flows.

use std::collections::{BTreeSet, HashMap};

use openverse_release_core::{
    AppSlug, EnvironmentName, Flow, Link, LinkKind, Operation, Project, Step, StepId, Trigger,
};
use openverse_release_mermaid::{Chart, ChartError, ChartPlaces, Edge, Import, LineEnds, Stroke, Vertex};

use super::{
    ChartOwner, DriftFinding, DriftId, DriftReport, FoundChart, TextFile,
    owner::{Owners, owners},
};
use crate::{
    markdown::{ChartBlock, charts},
    text::Place,
};

/// Compares every chart of some documents.
pub(super) fn compare_all(project: &Project, documents: &[TextFile<'_>], report: &mut DriftReport) {
    let mut drawn = BTreeSet::new();
    for document in documents {
        let text = match document.text() {
            Ok(text) => text,
            Err(finding) => {
                report.findings.push(finding);
                continue;
            }
        };
        let is_chart = [".mmd", ".mermaid"].iter().any(|end| document.path.ends_with(end));
        let blocks = if is_chart { vec![ChartBlock::whole(text)] } else { charts(text) };
        for block in &blocks {
            let apps = compare_block(project, document, block, report);
            drawn.extend(apps);
        }
    }
    for app in project.apps.iter().filter(|app| !drawn.contains(&app.slug)) {
        report.findings.push(documents[0].finding(
            DriftId::ChartMissing,
            Place::START,
            vec![app.slug.clone()],
            format!("no chart of the flow of the {}", app.name),
            "a Mermaid chart below a heading that names the app, or below the comment <!-- flow: APP -->",
        ));
    }
}

/// Compares a chart with the flows that it is to draw, and returns the apps these are of.
fn compare_block(
    project: &Project,
    document: &TextFile<'_>,
    block: &ChartBlock,
    report: &mut DriftReport,
) -> Vec<AppSlug> {
    let read = Chart::read_with_places(&block.text);
    let Owners { apps, known_by, unknown } =
        owners(project, block, read.as_ref().ok().map(|(chart, _)| chart));
    let slugs: Vec<_> = apps.iter().map(|app| app.slug.clone()).collect();
    if let Some(name) = unknown {
        report.findings.push(document.finding(
            DriftId::ChartOfUnknownApp,
            block.place,
            Vec::new(),
            format!("a chart of \"{name}\", as the comment above it says"),
            "an app of the project, or \"none\"",
        ));
    }
    let other_diagram = read.is_err() && is_other_diagram(&block.text);
    let known_by = if other_diagram { ChartOwner::Nobody } else { known_by };
    report.charts.push(FoundChart {
        file: document.path.to_owned(),
        line: block.place.line,
        apps: if other_diagram { Vec::new() } else { slugs.clone() },
        known_by,
    });
    match read {
        Err(_) if other_diagram => return Vec::new(),
        Err(error) => report.findings.push(unreadable(document, block, &error, slugs.clone())),
        Ok((chart, places)) => {
            let mut findings: Vec<DriftFinding> = Vec::new();
            for app in apps {
                let comparison = Comparison::of(&chart, &app.flow);
                for (id, place, found, expected) in comparison.findings(block, &places) {
                    // One chart can draw the same flow of several apps.
                    let known = findings
                        .iter_mut()
                        .find(|known| known.id == id && known.line == place.line && known.found == found);
                    match known {
                        Some(known) => known.apps.push(app.slug.clone()),
                        None => {
                            findings.push(document.finding(
                                id,
                                place,
                                vec![app.slug.clone()],
                                found,
                                expected,
                            ));
                        }
                    }
                }
            }
            report.findings.append(&mut findings);
        }
    }
    slugs
}

fn unreadable(
    document: &TextFile<'_>,
    block: &ChartBlock,
    error: &ChartError,
    apps: Vec<AppSlug>,
) -> DriftFinding {
    let place = block.place(error.line(), error.column());
    document.finding(DriftId::ChartUnreadable, place, apps, error.found(), error.expected())
}

/// The words that begin the diagrams of Mermaid that are no flowcharts.
const OTHER_DIAGRAMS: [&str; 25] = [
    "architecture",
    "block",
    "C4",
    "classDiagram",
    "erDiagram",
    "gantt",
    "gitGraph",
    "info",
    "ishikawa",
    "journey",
    "kanban",
    "mindmap",
    "packet",
    "pie",
    "quadrantChart",
    "radar",
    "requirement",
    "sankey",
    "sequenceDiagram",
    "stateDiagram",
    "timeline",
    "treemap",
    "venn",
    "xychart",
    "zenuml",
];

fn is_other_diagram(text: &str) -> bool {
    let mut in_front_matter = false;
    let first = text.lines().map(str::trim).find(|line| {
        if *line == "---" {
            in_front_matter = !in_front_matter;
            return false;
        }
        !in_front_matter && !line.is_empty() && !line.starts_with("%%")
    });
    first.is_some_and(|line| OTHER_DIAGRAMS.iter().any(|word| line.starts_with(word)))
}

/// A difference: its kind, where it is, what is there, and what the flow says.
type Difference = (DriftId, Place, String, String);

/// A chart beside a flow, and which box is which step.
struct Comparison<'a> {
    chart: &'a Chart,
    flow: &'a Flow,
    /// Of each box its step, if it is one.
    steps: Vec<Option<&'a Step>>,
}

impl<'a> Comparison<'a> {
    fn of(chart: &'a Chart, flow: &'a Flow) -> Self {
        let mut steps: Vec<_> = chart.vertices.iter().map(|vertex| named(flow, vertex)).collect();
        let operations = operations(chart, flow);
        let is_drawn =
            |step: &Step, steps: &[Option<&Step>]| steps.iter().flatten().any(|drawn| drawn.id == step.id);
        for step in flow.steps() {
            if is_drawn(step, &steps) {
                continue;
            }
            // Under another name, if just one of the boxes does the same.
            let does = |number: &usize| {
                let id = &*chart.vertices[*number].id;
                steps[*number].is_none() && operations.get(id) == Some(&does(step))
            };
            let mut alike = (0..steps.len()).filter(does);
            if let (Some(number), None) = (alike.next(), alike.next()) {
                steps[number] = Some(step);
            }
        }
        Self { chart, flow, steps }
    }

    fn findings(&self, block: &ChartBlock, places: &ChartPlaces) -> Vec<Difference> {
        let line = |lines: &[usize], number: usize| {
            let line = lines.get(number).copied().unwrap_or(1);
            block.place(line, 1 + indent(&block.text, line))
        };
        let mut found = Vec::new();
        let of_flow = format!("the flow of the {}", self.flow.name());
        for (number, (vertex, step)) in self.chart.vertices.iter().zip(&self.steps).enumerate() {
            let place = || line(&places.vertices, number);
            match step {
                None => found.push((
                    DriftId::StepUnknown,
                    place(),
                    format!("the box {}", said(&vertex.id, &vertex.plain_text())),
                    format!("only steps of {of_flow}, which has no such step"),
                )),
                Some(step) if vertex.trigger() != Some(step.trigger) => found.push((
                    DriftId::StepShape,
                    place(),
                    format!("the box {} drawn {}", vertex.id, drawn_as(vertex)),
                    match step.trigger {
                        Trigger::Manual => "a square box, because a person sets the step off".to_owned(),
                        Trigger::Automatic => {
                            "a rounded box, because the step before sets the step off".to_owned()
                        }
                    },
                )),
                Some(_) => {}
            }
        }
        for step in self.flow.steps().filter(|step| !self.draws(&step.id)) {
            found.push((
                DriftId::StepMissing,
                block.place,
                format!("no box for the step {}", said(step.id.as_str(), &step.label)),
                format!("a box for every step of {of_flow}"),
            ));
        }
        self.compare_links(&mut found, &|number| line(&places.edges, number), &|number| {
            line(&places.vertices, number)
        });
        found
    }

    fn compare_links(
        &self,
        found: &mut Vec<Difference>,
        line_of_edge: &dyn Fn(usize) -> Place,
        line_of_box: &dyn Fn(usize) -> Place,
    ) {
        let ends = self.drawn_ends();
        let mut used = vec![false; self.chart.edges.len()];
        let links: Vec<Link> = self.flow.links().collect();
        for link in &links {
            let (forth, back) = ((&link.from, &link.to), (&link.to, &link.from));
            let both_ways = link.kind == LinkKind::RollsBack;
            let between = |ends: (&StepId, &StepId)| ends == forth || (both_ways && ends == back);
            let drawn: Vec<_> = (0..ends.len()).filter(|&number| ends[number].is_some_and(between)).collect();
            let fits =
                drawn.iter().copied().find(|&number| style(&self.chart.edges[number]) == wanted(link.kind));
            for &number in &drawn {
                used[number] = true;
                if fits.is_none() {
                    found.push((
                        DriftId::LinkStyle,
                        line_of_edge(number),
                        format!("{} from {} to {}", style(&self.chart.edges[number]), link.from, link.to),
                        format!(
                            "{}, because {} {} {}",
                            wanted(link.kind),
                            link.from,
                            link.kind.verb(),
                            link.to
                        ),
                    ));
                }
            }
            if !drawn.is_empty() || !self.draws(&link.from) || !self.draws(&link.to) {
                continue;
            }
            let reversed = (0..ends.len()).find(|&number| {
                ends[number].is_some_and(|ends| ends == back)
                    && !links.iter().any(|link| (&link.from, &link.to) == back)
            });
            let says = format!("{} {} {}", link.from, link.kind.verb(), link.to);
            if let Some(number) = reversed {
                used[number] = true;
                let drawn = format!("{} from {} to {}", style(&self.chart.edges[number]), link.to, link.from);
                let expected = format!("{} the other way round, because {says}", wanted(link.kind));
                found.push((DriftId::LinkStyle, line_of_edge(number), drawn, expected));
                continue;
            }
            let start = self.steps.iter().position(|step| step.is_some_and(|step| step.id == link.from));
            found.push((
                DriftId::LinkMissing,
                line_of_box(start.unwrap_or_default()),
                format!("no line from {} to {}", link.from, link.to),
                format!("{}, because {says}", wanted(link.kind)),
            ));
        }
        for (number, ends) in ends.iter().enumerate() {
            if let Some((from, to)) = ends.filter(|_| !used[number]) {
                found.push((
                    DriftId::LinkUnknown,
                    line_of_edge(number),
                    format!("{} from {from} to {to}", style(&self.chart.edges[number])),
                    format!("only links of the flow of the {}, which has none there", self.flow.name()),
                ));
            }
        }
    }

    /// Returns of each line the steps at its ends, if both are steps.
    fn drawn_ends(&self) -> Vec<Option<(&'a StepId, &'a StepId)>> {
        let by_box: HashMap<&str, &StepId> = self
            .chart
            .vertices
            .iter()
            .zip(&self.steps)
            .filter_map(|(vertex, step)| Some((&*vertex.id, &step.as_ref()?.id)))
            .collect();
        let ends = |edge: &Edge| Some((*by_box.get(&*edge.start)?, *by_box.get(&*edge.end)?));
        self.chart.edges.iter().map(ends).collect()
    }

    fn draws(&self, step: &StepId) -> bool {
        self.steps.iter().flatten().any(|drawn| drawn.id == *step)
    }
}

fn named<'f>(flow: &'f Flow, vertex: &Vertex) -> Option<&'f Step> {
    vertex.id.parse().ok().and_then(|id: StepId| flow.step(&id))
}

/// What a step does, and the environments that it updates.
type Does = (Operation, Vec<EnvironmentName>);

fn does(step: &Step) -> Does {
    (step.operation.clone(), step.environments.clone())
}

/// Returns what the boxes do, by their names or by the words in them, whatever their shapes.
fn operations(chart: &Chart, flow: &Flow) -> HashMap<String, Does> {
    let mut squared = chart.clone();
    for vertex in &mut squared.vertices {
        vertex.shape = Some("square");
    }
    squared.edges.clear();
    let import = Import::knowing(&squared, "", |id| flow.step(id));
    import.flow.steps().map(|step| (step.id.as_str().to_owned(), does(step))).collect()
}

/// Returns how many characters a line of a chart is indented by.
fn indent(chart: &str, line: usize) -> usize {
    let line = chart.split('\n').nth(line.saturating_sub(1)).unwrap_or_default();
    line.chars().take_while(|c| c.is_whitespace()).count()
}

fn said(id: &str, label: &str) -> String {
    const SHOWN: usize = 60;
    let words: Vec<_> = label.split_whitespace().collect();
    let words = words.join(" ");
    let shown: String = words.chars().take(SHOWN).collect();
    let more = if shown.len() < words.len() { "…" } else { "" };
    if words == id { id.to_owned() } else { format!("{id} (\"{shown}{more}\")") }
}

fn drawn_as(vertex: &Vertex) -> String {
    match (vertex.trigger(), vertex.shape) {
        (Some(Trigger::Manual), _) => "square".to_owned(),
        (Some(Trigger::Automatic), _) => "rounded".to_owned(),
        (None, Some(shape)) => format!("as a {shape}"),
        (None, None) => "without a box of its own".to_owned(),
    }
}

/// Returns how a link of a kind is drawn.
fn wanted(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Triggers | LinkKind::Enables => "a solid arrow",
        LinkKind::Continues => "a dotted arrow",
        LinkKind::RollsBack => "a line with a circle at both ends",
    }
}

/// Returns how a line is drawn.
fn style(edge: &Edge) -> &'static str {
    match (edge.ends, edge.stroke) {
        (LineEnds::Point, Stroke::Normal) => "a solid arrow",
        (LineEnds::Point, Stroke::Dotted) => "a dotted arrow",
        (LineEnds::Point, Stroke::Thick) => "a thick arrow",
        (LineEnds::DoubleCircle, Stroke::Normal) => "a line with a circle at both ends",
        (LineEnds::Open, _) => "a line without an arrow",
        _ => "a line of another kind",
    }
}
