//! Charts that are a little wrong, and charts by chance.

/// Numbers that look like chance and are the same every time.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(2).wrapping_add(1))
    }

    /// Returns a number below a limit, which is not 0.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

/// What a mutation puts in: everything that means something somewhere.
pub(crate) const PIECES: &[&str] = &[
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    "\u{a0}",
    ";",
    ",",
    ":",
    ":::",
    "::",
    "&",
    " & ",
    "#",
    "*",
    "-",
    "--",
    "---",
    "-->",
    " --> ",
    "--x",
    "--o",
    "<-->",
    "x--x",
    "o--o",
    "==",
    "==>",
    "===",
    "=",
    "-.",
    ".-",
    "-.->",
    "-..->",
    ".",
    "..",
    "~~~",
    "~",
    "~~",
    "<",
    ">",
    "^",
    "|",
    "\\|",
    "(",
    ")",
    "((",
    "))",
    "(((",
    ")))",
    "(-",
    "-)",
    "([",
    "])",
    "[",
    "]",
    "[[",
    "]]",
    "[(",
    ")]",
    "[/",
    "/]",
    "[\\",
    "\\]",
    "[|",
    "{",
    "}",
    "{{",
    "}}",
    "\"",
    "\"\"",
    "\"`",
    "`\"",
    "`",
    "'",
    "@",
    "@{",
    "e1@",
    "@{ shape: rect }",
    "@{ label: \"x\" }",
    "\n%% c\n",
    "%%",
    "%%{init: {}}%%",
    "%%{",
    "a",
    "x",
    "o",
    "v",
    "B",
    "1",
    "12",
    "end",
    "end ",
    "\nend\n",
    "graph",
    "flowchart",
    "subgraph",
    "\nsubgraph s\n",
    "subgraph ",
    "style",
    "style A fill:#fff",
    "\nlinkStyle 0 stroke:red\n",
    "linkStyle",
    "default",
    "class",
    "classDef",
    "\nclass A b\n",
    "click",
    "click A ",
    "call ",
    "href ",
    "interpolate",
    "_blank",
    "direction",
    "direction TB",
    "\ndirection LR\n",
    "TB",
    "LR",
    "accTitle: ",
    "accDescr {",
    "#quot;",
    "#35;",
    "#",
    "é",
    "発行",
    "🚀",
    "°",
    "ß",
    "ﬂ",
    "\u{2028}",
    "?",
    "!",
    "$",
    "/",
    "\\",
    "+",
    "_",
    "<br/>",
    "<b class=\"x\">",
    "---\n",
    "title: x",
];

/// Returns a text with some small changes.
pub(crate) fn mutate(text: &str, chance: &mut Chance) -> String {
    let mut text = text.to_owned();
    for _ in 0..=chance.below(2) {
        let place = |chance: &mut Chance, text: &str| {
            let at = chance.below(text.len() + 1);
            (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap()
        };
        let at = place(chance, &text);
        let mut end = (at + chance.below(4)).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        match chance.below(6) {
            0 => text.replace_range(at..end, ""),
            1 | 2 => text.insert_str(at, chance.pick(PIECES)),
            3 => text.replace_range(at..end, chance.pick(PIECES)),
            4 => {
                let to = place(chance, &text);
                let part = text[at..end].to_owned();
                text.insert_str(to, &part);
            }
            _ => text.truncate(if chance.below(4) == 0 { at } else { text.len() }),
        }
    }
    text
}

/// Returns a chart that is put together by chance from pieces that often fit.
pub(crate) fn generate(chance: &mut Chance) -> String {
    let mut text =
        format!("{} {}\n", chance.pick(&["flowchart", "graph"]), chance.pick(&["TD", "LR", "BT", "RL"]));
    let mut open = 0;
    for _ in 0..=chance.below(8) {
        text.push_str(chance.pick(&["", "  ", "    "]));
        match chance.below(10) {
            0 => {
                open += 1;
                text.push_str(chance.pick(&[
                    "subgraph s1",
                    "subgraph s2 [Two words]",
                    "subgraph \"Quoted\"",
                    "subgraph a b",
                ]));
            }
            1 if open > 0 => {
                open -= 1;
                text.push_str("end");
            }
            2 => text.push_str(chance.pick(&[
                "classDef c fill:#f9f,stroke:#333",
                "class A c",
                "style A fill:#fff",
                "click A \"https://example.org\"",
                "%% a comment",
                "direction LR",
                "e1@{ animate: true }",
                "A@{ shape: cyl, label: \"data\" }",
            ])),
            _ => {
                vertex(&mut text, chance);
                for _ in 0..chance.below(4) {
                    text.push_str(chance.pick(&[
                        " --> ",
                        "-->",
                        " --- ",
                        " -- words --> ",
                        " -->|words| ",
                        " ==> ",
                        " -.-> ",
                        " -. words .-> ",
                        " == words ==> ",
                        " o--o ",
                        " <--> ",
                        " ~~~ ",
                        " & ",
                        " ----> ",
                        " e1@--> ",
                        " --x ",
                        " -->|\"q\"|",
                    ]));
                    vertex(&mut text, chance);
                }
            }
        }
        text.push_str(chance.pick(&["\n", "\n", "\n", ";", " \n", "\n\n"]));
    }
    for _ in 0..open {
        text.push_str("end\n");
    }
    text
}

fn vertex(text: &mut String, chance: &mut Chance) {
    text.push_str(chance.pick(&[
        "A",
        "B",
        "C",
        "long-name",
        "x1",
        "o2",
        "n_3",
        "é",
        "s1",
        "endpoint",
        "1a",
        "v",
    ]));
    text.push_str(chance.pick(&[
        "",
        "",
        "",
        "[box]",
        "(round)",
        "([stadium])",
        "[[sub]]",
        "[(db)]",
        "((circle))",
        "(((double)))",
        ">odd]",
        "{rhombus}",
        "{{hexagon}}",
        "[/right/]",
        "[\\left\\]",
        "[/trap\\]",
        "[\\inv/]",
        "(-ellipse-)",
        "[\"quoted #quot; [x]\"]",
        "[\"`**md**`\"]",
        ":::c",
        "@{ shape: doc }",
        "[two words]",
    ]));
}
