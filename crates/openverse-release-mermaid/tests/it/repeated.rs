//! Texts of one piece, many times over: what is looked at again and again shows in them.

/// What a text begins with that is then repeated.
const STARTS: &[&str] = &[
    "",
    "graph TD\n",
    "graph TD\nA[",
    "graph TD\nA[\"",
    "graph TD\nA(-",
    "graph TD\nA[/",
    "graph TD\nA -- ",
    "graph TD\nA -. ",
    "graph TD\nA@{ x: ",
    "graph TD\nA@{\nx: ",
    "---\n",
];

/// What is repeated, beside all that means something.
pub(crate) const REPEATED: &[&str] = &[
    "A-->",
    "A & ",
    "A[",
    "a@",
    "A --> B\n",
    "subgraph s\n",
    "%%{a:\u{2028}",
    "<b x=\"",
    " -",
    " =",
    "A-- x",
    "direction ",
    "\" ",
    "L_A_B_0 --> ",
    "e@--> ",
    "accDescr",
    "\n ",
    " \n",
    "} ",
    "<a",
    "#a",
    "%%x\n",
    "%%\n",
    "-. ",
    "A -. ",
    "(- ",
    "style:#;",
    "\n---",
    "ﬂ°",
    "<br ",
    "#1;",
];

/// What stands around a text that is repeated, so that it is read and not refused.
const AROUND: &[(&str, &str)] =
    &[("graph TD\nA[\"", "\"]"), ("graph TD\nA(A) -->|\"", "\"| B(B)"), ("graph TD\nA -- ", " --> B")];

/// Returns texts of about so many bytes of each piece, each with a name that says what it is made of.
pub(crate) fn texts(pieces: &[&'static str], bytes: usize) -> impl Iterator<Item = (String, String)> {
    pieces.iter().flat_map(move |&piece| {
        let around = STARTS.iter().map(|&start| (start, "")).chain(AROUND.iter().copied());
        around.map(move |(start, end)| {
            let text = format!("{start}{}{end}", piece.repeat(bytes / piece.len() + 1));
            (format!("{start:?} and many {piece:?}"), text)
        })
    })
}
