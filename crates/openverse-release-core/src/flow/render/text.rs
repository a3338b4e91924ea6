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
        self.entry(&head, rail, &label::lines(&step.label));
        self.details(step, rail);
        for (at, link) in links.iter().enumerate() {
            if Some(at) != down {
                self.side_link(link, listing, rail);
            }
        }
        let indent = self.blank_margin();
        match down.and_then(|at| links[at].words()) {
            Some(words) => {
                let words = label::lines(&words).join(" ");
                self.text.push_str(&format!("{indent}  {rail} {words}\n"));
            }
            None if down.is_some() => self.text.push_str(&format!("{indent}  {rail}\n")),
            None => self.text.push('\n'),
        }
    }

    /// Writes a link that does not lead to the next step of the list.
    fn side_link(&mut self, link: &Link, listing: &Listing<'_>, rail: &str) {
        let line = arrow(link.kind);
        let Some(to) = self.flow.step(&link.to) else { return };
        let margin = self.blank_margin();
        let nested = link.kind == LinkKind::RollsBack && listing.below.get(&link.to) == Some(&link.from);
        if !nested {
            let words = link.words().map(|words| label::lines(&words)).unwrap_or_default();
            self.entry(&format!("{margin}  {rail} {line} {}", boxed(to)), rail, &words);
            return;
        }
        let mut head = format!("{}  {rail} {line} {}", self.margin(&link.to), boxed(to));
        for onward in listing.links.get(&link.to).into_iter().flatten() {
            if let Some(step) = self.flow.step(&onward.to) {
                head.push_str(&format!(" {} {}", arrow(onward.kind), boxed(step)));
            }
        }
        self.entry(&head, rail, &label::lines(&to.label));
        self.details(to, rail);
    }

    fn details(&mut self, step: &Step, rail: &str) {
        let left = format!("{}  {rail}", self.blank_margin());
        for detail in label::detail_lines(step, self.level) {
            self.entry(&left, rail, &[detail]);
        }
    }

    /// Writes lines in the label column, beside a head on the first and the rail below it.
    fn entry(&mut self, head: &str, rail: &str, lines: &[String]) {
        let rail = format!("{}  {rail}", self.blank_margin());
        let mut left = head.to_owned();
        let too_wide = head.chars().count() + 2 > self.label_column;
        if too_wide || lines.is_empty() {
            self.line(&left, "");
            left.clone_from(&rail);
        }
        let columns = COLUMNS.saturating_sub(self.label_column).max(FEWEST_LABEL_COLUMNS);
        for line in lines.iter().flat_map(|line| wrap(line, columns)) {
            self.line(&left, &line);
            left.clone_from(&rail);
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

fn arrow(kind: LinkKind) -> &'static str {
    match kind {
        LinkKind::Triggers | LinkKind::Enables => "-->",
        LinkKind::Continues => "..>",
        LinkKind::RollsBack => "o--o",
    }
}

fn boxed(step: &Step) -> String {
    match step.trigger {
        Trigger::Manual => format!("[{}]", step.id),
        Trigger::Automatic => format!("({})", step.id),
    }
}

/// Breaks words into lines of at most `width` characters, all but the first indented.
///
/// A word that is longer than a line is broken too. Nothing but blanks gives one empty line.
fn wrap(words: &str, width: usize) -> Vec<String> {
    const INDENT: &str = "  ";
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut length = 0;
    for word in words.split(' ').filter(|word| !word.is_empty()) {
        let mut blank = length > 0 && !line.ends_with(INDENT);
        if blank && length + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, INDENT.to_owned()));
            length = INDENT.len();
            blank = false;
        }
        if blank {
            line.push(' ');
            length += 1;
        }
        for c in word.chars() {
            if length == width {
                lines.push(std::mem::replace(&mut line, INDENT.to_owned()));
                length = INDENT.len();
            }
            line.push(c);
            length += 1;
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_wrapped_and_long_ones_broken() {
        assert_eq!(wrap("one two three", 7), ["one two", "  three"]);
        assert_eq!(wrap("one two three", 80), ["one two three"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "  ef", "  gh", "  ij"]);
        assert_eq!(wrap("a bcdefgh", 4), ["a", "  bc", "  de", "  fg", "  h"]);
        assert_eq!(wrap("  ", 4), [""]);
    }
}
