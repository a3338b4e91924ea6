//! Outside labels and quotes.

use super::{Kind, Lexer, Read, State, letters::is_letter};
use crate::text::{after_spaces, is_space, is_word};

/// The words that are no names where they begin something and nothing follows them that could be
/// part of a name of ASCII.
const KEYWORDS: [(&str, Kind); 15] = [
    ("style", Kind::Style),
    ("default", Kind::Default),
    ("linkStyle", Kind::LinkStyle),
    ("interpolate", Kind::Interpolate),
    ("classDef", Kind::ClassDef),
    ("class", Kind::Class),
    ("flowchart-elk", Kind::Graph),
    ("swimlane-beta", Kind::Graph),
    ("graph", Kind::Graph),
    ("flowchart", Kind::Graph),
    ("subgraph", Kind::Subgraph),
    ("_self", Kind::LinkTarget),
    ("_blank", Kind::LinkTarget),
    ("_parent", Kind::LinkTarget),
    ("_top", Kind::LinkTarget),
];

/// The bytes that a name can have wherever they stand in it.
const IN_NAMES: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 128 {
        table[byte as usize] = is_word(byte);
        byte += 1;
    }
    let marks = b"!\"#$%&'*+.`?\\/";
    let mut at = 0;
    while at < marks.len() {
        table[marks[at] as usize] = true;
        at += 1;
    }
    table
};

/// The bytes that begin a name, and nothing else that the language has.
const ONLY_NAMES: [bool; 256] = {
    let mut table = IN_NAMES;
    let others = b"abcdefghijklosvx_0123456789\"#&*.\\";
    let mut at = 0;
    while at < others.len() {
        table[others[at] as usize] = false;
        at += 1;
    }
    table
};

impl Lexer<'_> {
    pub(super) fn initial(&mut self) -> Read {
        let Some(first) = self.byte(0) else { return Ok(None) };
        // What most of a chart is, without a look at the rest of the language.
        if self.nothing_ahead() {
            if ONLY_NAMES[usize::from(first)] {
                return self.name(first);
            }
            if matches!(first, b' ' | b'\n') {
                return Ok(Some(self.spaces()));
            }
        }
        if first == b'@' && self.byte(1) == Some(b'{') {
            self.push(State::Data);
            self.at += 2;
            // The braces are no part of what is read as YAML.
            return Ok(Some(self.take(0, Kind::Data)));
        }
        if self.quote() {
            return Ok(None);
        }
        if matches!(first, b'a'..=b'l' | b's' | b'_') {
            let before = self.at;
            let token = self.keyword(first);
            if token.is_some() || self.at > before {
                return Ok(token);
            }
        }
        if let Some(token) = self.direction_line() {
            return Ok(Some(token));
        }
        if first >= 0x80 {
            return self.beyond_ascii();
        }
        if !first.is_ascii_whitespace()
            && first != 0x0b
            && let Some(token) = self.link_id()
        {
            return Ok(Some(token));
        }
        self.mark(first)
    }

    /// Reads a word of the language. Some are not words of the chart, and only change the state.
    fn keyword(&mut self, first: u8) -> Option<Kind> {
        match first {
            b'a' if self.rest().starts_with("acc") => self.accessibility(),
            b'c' if self.spaced("call") => {
                self.push(State::CallbackName);
                None
            }
            b'c' if self.spaced("click") => {
                self.push(State::Click);
                None
            }
            b'h' if self.rest().starts_with("href") => {
                let space = self.rest()["href".len()..].chars().next().filter(|&c| is_space(c))?;
                Some(self.take("href".len() + space.len_utf8(), Kind::Href))
            }
            b'e' if self.rest().starts_with("end") && !self.word_at(self.at + 3) => {
                let end = after_spaces(self.text, self.at + "end".len());
                Some(self.take(end - self.at, Kind::End))
            }
            _ => {
                let rest = self.rest();
                let fits = |word: &str| rest.starts_with(word) && !self.word_at(self.at + word.len());
                let &(word, kind) =
                    KEYWORDS.iter().find(|(word, _)| word.as_bytes()[0] == first && fits(word))?;
                if kind == Kind::Graph && !std::mem::replace(&mut self.begun, true) {
                    return Some(self.enter(State::Direction, word.len(), kind));
                }
                Some(self.take(word.len(), kind))
            }
        }
    }

    /// Reads a word and the white space after it, if there is some.
    fn spaced(&mut self, word: &str) -> bool {
        if !self.rest().starts_with(word) {
            return false;
        }
        let after = self.at + word.len();
        let end = after_spaces(self.text, after);
        if end > after {
            self.at = end;
        }
        end > after
    }

    fn accessibility(&mut self) -> Option<Kind> {
        let kinds = [
            ("accTitle", ':', State::AccTitle, Some(Kind::AccTitle)),
            ("accDescr", ':', State::AccDescr, Some(Kind::AccDescr)),
            ("accDescr", '{', State::AccDescrBlock, None),
        ];
        for (word, mark, state, kind) in kinds {
            let Some(after) = self.rest().strip_prefix(word) else { continue };
            let marked = after_spaces(self.text, self.text.len() - after.len());
            if self.text[marked..].starts_with(mark) {
                let length = after_spaces(self.text, marked + 1) - self.at;
                self.push(state);
                let token = self.take(length, kind.unwrap_or(Kind::Nothing));
                return kind.map(|_| token);
            }
        }
        None
    }

    /// Reads a token by its first character, which is no quote.
    fn mark(&mut self, first: u8) -> Read {
        let kind = match first {
            b'0'..=b'9' => {
                let digits = self.rest().bytes().take_while(u8::is_ascii_digit).count();
                return Ok(Some(self.take(digits, Kind::Number)));
            }
            b'#' => Kind::Hash,
            b':' if self.rest().starts_with(":::") => return Ok(Some(self.take(3, Kind::TripleColon))),
            b':' => Kind::Colon,
            b'&' => Kind::Ampersand,
            b';' => Kind::Semicolon,
            b',' => Kind::Comma,
            b'*' => Kind::Star,
            b' ' | b'\t'..=b'\r' => return Ok(Some(self.spaces())),
            b'-' | b'=' | b'.' | b'~' | b'x' | b'o' | b'<' => {
                return match self.link(self.at) {
                    Some(token) => Ok(Some(token)),
                    None if first == b'<' => Ok(Some(self.take(1, Kind::Less))),
                    None => self.name(first),
                };
            }
            b'[' if self.byte(1) == Some(b'|') => return Ok(Some(self.take(2, Kind::PropertiesStart))),
            b'(' | b'[' | b'{' | b'|' => return Ok(Some(self.opening(first))),
            b'>' => return Ok(Some(self.enter(State::Text, 1, Kind::Greater))),
            b'^' => Kind::Up,
            b'\\' if self.byte(1) == Some(b'|') => return Ok(Some(self.take(2, Kind::Separator))),
            b'v' if !self.word_at(self.at + 1) => Kind::Down,
            _ => return self.name(first),
        };
        Ok(Some(self.take(1, kind)))
    }

    fn name(&mut self, first: u8) -> Read {
        let bytes = &self.text.as_bytes()[self.at..];
        let mut length = 0;
        while let Some(&byte) = bytes.get(length) {
            let dash = || byte == b'-' && !matches!(bytes.get(length + 1), None | Some(b'>' | b'-' | b'.'));
            if !IN_NAMES[usize::from(byte)] && !dash() {
                break;
            }
            length += 1;
        }
        match (length, first) {
            (0, b'-') => Ok(Some(self.take(1, Kind::Minus))),
            (0, _) => self.refuse("a name, a line such as \"-->\", or quotes around the text"),
            _ => Ok(Some(self.take(length, Kind::Name))),
        }
    }

    /// Reads white space: as part of a line, or the ends of lines, or one character.
    fn spaces(&mut self) -> Kind {
        if let Some(end) = self.spaces_before_link()
            && let Some(token) = self.link(end)
        {
            return token;
        }
        let breaks = self.rest().bytes().take_while(|&byte| byte == b'\n').count();
        if breaks > 0 {
            return self.take(breaks, Kind::Newline);
        }
        let length = self.rest().chars().next().map_or(0, char::len_utf8);
        self.take(length, Kind::Space)
    }

    fn beyond_ascii(&mut self) -> Read {
        let Some(c) = self.rest().chars().next() else { return Ok(None) };
        if is_space(c) {
            return Ok(Some(self.spaces()));
        }
        if let Some(token) = self.link_id() {
            return Ok(Some(token));
        }
        if is_letter(c) {
            return Ok(Some(self.take(c.len_utf8(), Kind::Letter)));
        }
        self.refuse("a letter, or quotes around the text")
    }
}
