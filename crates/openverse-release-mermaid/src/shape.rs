//! The shapes that mermaid.js knows by name.

/// Every name that `@{ shape: … }` takes: lower case, and without `_`. In order.
///
/// `constructor` is no shape, but mermaid.js asks an object of JavaScript, which has that.
const NAMED: [&str; 148] = [
    "anchor", "bang", "bolt", "bow-rect", "bow-tie-rectangle", "brace", "brace-l", "brace-r", "braces",
    "browser", "bucket", "card", "choice", "circ", "circle", "cloud", "collate", "com-link", "comment",
    "composite", "console", "constructor", "cross-circ", "crossed-circle", "curv-trap", "curved-trapezoid",
    "cyl", "cylinder", "das", "data-store", "database", "datastore", "db", "dbl-circ", "decision", "delay",
    "diam", "diamond", "directory", "disk", "display", "div-proc", "div-rect", "divided-process",
    "divided-rectangle", "doc", "docs", "document", "documents", "double-circle", "doublecircle", "event",
    "extract", "f-circ", "filled-circle", "flag", "flip-tri", "flipped-triangle", "folder", "fork",
    "fr-circ", "fr-rect", "framed-circle", "framed-rectangle", "h-cyl", "half-rounded-rectangle", "hex",
    "hexagon", "horizontal-cylinder", "hourglass", "icon", "in-out", "internal-storage", "inv-trapezoid",
    "join", "junction", "lean-l", "lean-left", "lean-r", "lean-right", "lightning-bolt", "lin-cyl",
    "lin-doc", "lin-proc", "lin-rect", "lined-cylinder", "lined-document", "lined-process",
    "lined-rectangle", "loop-limit", "manual", "manual-file", "manual-input", "notch-pent", "notch-rect",
    "notched-pentagon", "notched-rectangle", "note", "odd", "out-in", "paper-tape", "person", "pill",
    "prepare", "priority", "proc", "process", "processes", "procs", "question", "rect", "rectangle",
    "rounded", "shaded-process", "sl-rect", "sloped-rectangle", "sm-circ", "small-circle", "st-doc",
    "st-rect", "stacked-document", "stacked-rectangle", "stadium", "start", "state", "stop", "stored-data",
    "subproc", "subprocess", "subroutine", "summary", "tag-doc", "tag-proc", "tag-rect", "tagged-document",
    "tagged-process", "tagged-rectangle", "terminal", "text", "trap-b", "trap-t", "trapezoid",
    "trapezoid-bottom", "trapezoid-top", "tri", "triangle", "win-pane", "window-pane",
];

/// Returns the name of a shape that `@{ shape: … }` takes.
pub(crate) fn named(name: &str) -> Option<&'static str> {
    NAMED.binary_search(&name).ok().map(|at| NAMED[at])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_are_in_order_and_found() {
        assert!(NAMED.is_sorted());
        assert_eq!(named("lean-r"), Some("lean-r"));
        assert_eq!(named("Rect"), None);
        assert_eq!(named("lean_right"), None);
    }
}
