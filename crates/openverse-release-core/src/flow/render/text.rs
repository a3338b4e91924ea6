//! Text for a terminal.

use super::{ChartLevel, StepMark, StepMarks, label, order::Listing};
use crate::{Flow, Link, LinkKind, Step, StepId, Trigger};

const COLUMNS: usize = 80;
/// Names longer than this do not push all labels to the right.
const WIDEST_NAME: usize = 24;
const FEWEST_LABEL_COLUMNS: usize = 32;

pub(super) fn render(flow: &Flow, level: ChartLevel, marks: &StepMarks) -> String {
    let name = label::lines(flow.name()).join(" ");
    let title = format!("{name}, process version {}\n\n", flow.version());
    let mut page = Page::of(flow, level, marks);
    page.text = title;
    let listing = Listing::of(flow);
    for (number, step) in listing.steps.iter().enumerate() {
        let next = listing.steps.get(number + 1).map(|next| &next.id);
        page.step(step, &listing, next);
    }
    page.legend(flow);
    page.text
}

struct Page<'a> {
    flow: &'a Flow,
    level: ChartLevel,
    marks: &'a StepMarks,
    /// The column at which labels begin.
    label_column: usize,
    text: String,
}

impl<'a> Page<'a> {
    fn of(flow: &'a Flow, level: ChartLevel, marks: &'a StepMarks) -> Self {
        let name = flow.steps().map(|step| step.id.as_str().len()).max().unwrap_or_default();
        let margin = if marks.is_empty() { 0 } else { 2 };
        let label_column = margin + name.min(WIDEST_NAME) + 4;
        Self { flow, level, marks, label_column, text: String::new() }
    }

    fn margin(&self, step: &StepId) -> String {
        if self.marks.is_empty() {
            return String::new();
        }
        let sign = self.marks.get(step).map_or(' ', |&mark| sign(mark));
        format!("{sign} ")
    }

    fn blank_margin(&self) -> &'static str {
        if self.marks.is_empty() { "" } else { "  " }
    }

    /// Writes a step, the links that start there, and the line down to the step that comes next.
    fn step(&mut self, step: &Step, listing: &Listing<'_>, next: Option<&StepId>) {
        let links = listing.links.get(&step.id).map_or(&[][..], Vec::as_slice);
        let down =
            next.and_then(|next| links.iter().position(|link| link.kind.is_forward() && &link.to == next));
        let rail = match down.map(|at| links[at].kind) {
            Some(LinkKind::Continues) => ":",
            Some(_) => "|",
            None => " ",
        };
        let head = format!("{}{}", self.margin(&step.id), boxed(step));
        self.entry(&head, rail, &label::lines(&step.label).join(" "));
        self.details(step, rail);
        for (at, link) in links.iter().enumerate() {
            if Some(at) != down {
                self.side_link(link, listing, rail);
            }
        }
        let indent = self.blank_margin();
        match down.and_then(|at| links[at].label.as_deref()) {
            Some(words) => {
                let words = label::lines(words).join(" ");
                self.text.push_str(&format!("{indent}  {rail} {words}\n"));
            }
            None if down.is_some() => self.text.push_str(&format!("{indent}  {rail}\n")),
            None => self.text.push('\n'),
        }
    }

    /// Writes a link that does not lead to the next step of the list.
    fn side_link(&mut self, link: &Link, listing: &Listing<'_>, rail: &str) {
        let arrow = match link.kind {
            LinkKind::Triggers | LinkKind::Enables => "-->",
            LinkKind::Continues => "..>",
            LinkKind::RollsBack => "o--o",
        };
        let Some(to) = self.flow.step(&link.to) else { return };
        let nested = listing.below.get(&link.to) == Some(&link.from) && link.kind == LinkKind::RollsBack;
        let mut words = String::new();
        if nested {
            words = label::lines(&to.label).join(" ");
            for onward in listing.links.get(&link.to).into_iter().flatten() {
                if let Some(step) = self.flow.step(&onward.to) {
                    words.push_str(&format!(" --> {}", boxed(step)));
                }
            }
        } else if let Some(label) = &link.label {
            words = label::lines(label).join(" ");
        }
        let margin = if nested { self.margin(&link.to) } else { self.blank_margin().to_owned() };
        self.entry(&format!("{margin}  {rail} {arrow} {}", boxed(to)), rail, &words);
        if nested {
            self.details(to, rail);
        }
    }

    fn details(&mut self, step: &Step, rail: &str) {
        if self.level == ChartLevel::Overview {
            return;
        }
        for detail in &step.details {
            let words = format!("{} {}", label::lead(detail.kind), label::lines(&detail.text).join(" "));
            let rail = format!("{}  {rail}", self.blank_margin());
            self.entry(&rail, rail.trim(), &words);
        }
    }

    /// Writes words in the label column, beside a head on their first line and the rail below it.
    fn entry(&mut self, head: &str, rail: &str, words: &str) {
        let column = self.label_column;
        let rail = format!("{}  {rail}", self.blank_margin());
        let mut left = head.to_owned();
        if !words.is_empty() && head.chars().count() + 1 > column {
            self.line(&left, "");
            left.clone_from(&rail);
        }
        for line in wrap(words, COLUMNS.saturating_sub(column).max(FEWEST_LABEL_COLUMNS)) {
            self.line(&left, &line);
            left.clone_from(&rail);
        }
        if words.is_empty() {
            self.line(&left, "");
        }
    }

    fn line(&mut self, left: &str, right: &str) {
        let line = format!("{left:<width$}{right}", width = self.label_column);
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn legend(&mut self, flow: &Flow) {
        self.text.push_str("[manual] needs a person   (automatic) follows by itself\n");
        let has = |kind: LinkKind| flow.links().any(|link| link.kind == kind);
        let mut parts = vec!["| leads on"];
        if has(LinkKind::Continues) {
            parts.push(": goes on when somebody decides");
        }
        if has(LinkKind::RollsBack) {
            parts.push("o--o is rolled back by");
        }
        self.text.push_str(&format!("{}\n", parts.join("   ")));
        if !self.marks.is_empty() {
            let signs = StepMark::ALL.map(|mark| format!("{} {}", sign(mark), mark.as_str()));
            self.text.push_str(&format!("{}\n", signs.join("   ")));
        }
    }
}

fn sign(mark: StepMark) -> char {
    match mark {
        StepMark::Done => '+',
        StepMark::Current => '>',
        StepMark::Pending => '.',
        StepMark::Failed => '!',
    }
}

fn boxed(step: &Step) -> String {
    match step.trigger {
        Trigger::Manual => format!("[{}]", step.id),
        Trigger::Automatic => format!("({})", step.id),
    }
}

/// Breaks words into lines of at most `width` characters; a longer word is broken too.
fn wrap(words: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let size = word.chars().count();
        if length > 0 && length + 1 + size > width {
            lines.push(std::mem::take(&mut line));
            length = 0;
        }
        if length > 0 {
            line.push(' ');
            length += 1;
        }
        for c in word.chars() {
            if length == width {
                lines.push(std::mem::take(&mut line));
                length = 0;
            }
            line.push(c);
            length += 1;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}
