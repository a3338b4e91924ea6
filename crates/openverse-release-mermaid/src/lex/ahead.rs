//! What is known of the text further on, so that no part of it is looked at again and again.

use super::{Kind, Lexer, State};
use crate::text::{after_spaces, is_space, line_end};

#[derive(Debug, Default)]
pub(super) struct Ahead {
    /// Every `direction` that a direction follows: where it is, and the rank of the direction.
    directions: Vec<(usize, usize)>,
    /// How many of them are behind.
    behind: usize,
    /// Up to where it is known that no direction stands in the line.
    no_direction: usize,
    has_at: bool,
    /// The end of the current run of characters without white space and quotes.
    run_end: usize,
    /// Behind the last `@` of that run that can end the name of a link.
    link_id_end: usize,
    /// Up to where white space goes on that no line follows.
    no_link: usize,
}

/// In the order in which mermaid.js looks for them.
const DIRECTIONS: [&str; 5] = ["TB", "BT", "RL", "LR", "TD"];
const WORD: &str = "direction";

impl Ahead {
    pub(super) fn new(text: &str) -> Self {
        let rank = |at: usize| {
            let after = after_spaces(text, at + WORD.len());
            let found = DIRECTIONS.iter().position(|direction| text[after..].starts_with(direction));
            Some((at, found.filter(|_| after > at + WORD.len())?))
        };
        // Most charts say none, which is quicker to find out.
        let said = text.contains(WORD).then(|| text.match_indices(WORD));
        let directions = said.into_iter().flatten().filter_map(|(at, _)| rank(at)).collect();
        Self { directions, has_at: text.contains('@'), ..Self::default() }
    }
}

impl Lexer<'_> {
    /// Tells whether nothing further on changes what is read here.
    #[inline]
    pub(super) fn nothing_ahead(&self) -> bool {
        !self.ahead.has_at && self.ahead.behind == self.ahead.directions.len()
    }

    /// Reads the rest of a line that says a direction, wherever in the line it says so.
    pub(super) fn direction_line(&mut self) -> Option<Kind> {
        let at = self.at;
        let ahead = &mut self.ahead;
        if ahead.directions.len() == ahead.behind || at < ahead.no_direction {
            return None;
        }
        ahead.behind += ahead.directions[ahead.behind..].partition_point(|&(place, _)| place < at);
        let end = line_end(self.text, at);
        let here = ahead.directions[ahead.behind..].iter().take_while(|(place, _)| *place < end);
        // The first in rank, and of these the last.
        let Some(&(place, _)) = here.min_by_key(|(place, rank)| (*rank, usize::MAX - place)) else {
            ahead.no_direction = end;
            return None;
        };
        let after = after_spaces(self.text, place + WORD.len());
        let end = self.text[after..].find('\n').map_or(self.text.len(), |length| after + length);
        Some(self.take(end - at, Kind::DirectionLine))
    }

    /// Reads the name of a link: all up to the last `@` before white space or a quote.
    pub(super) fn link_id(&mut self) -> Option<Kind> {
        if !self.ahead.has_at {
            return None;
        }
        if self.at >= self.ahead.run_end {
            let rest = self.rest();
            let length = rest.find(|c| c == '"' || is_space(c)).unwrap_or(rest.len());
            let run = &rest[..length];
            let ends_name = |&(offset, _): &(usize, &str)| {
                !rest[offset + 1..].starts_with(['{', '"']) && offset + 1 < rest.len()
            };
            let name = run.rmatch_indices('@').find(ends_name).map_or(0, |(offset, _)| offset + 1);
            self.ahead.run_end = self.at + length;
            self.ahead.link_id_end = self.at + name;
        }
        let length = self.ahead.link_id_end.checked_sub(self.at).filter(|&length| length > 1)?;
        Some(self.take(length, Kind::LinkId))
    }

    /// Skips white space between statements, where that means nothing.
    pub(crate) fn skip_spaces(&mut self) {
        let no_line_says = self.ahead.directions.len() == self.ahead.behind;
        if self.state == State::Initial && no_line_says && self.at < self.ahead.no_link {
            self.at = self.ahead.no_link;
        }
    }

    /// Returns where the white space here ends, unless it is known that no line follows it.
    pub(super) fn spaces_before_link(&mut self) -> Option<usize> {
        if self.at < self.ahead.no_link {
            return None;
        }
        let end = after_spaces(self.text, self.at);
        self.ahead.no_link = end;
        Some(end)
    }
}
