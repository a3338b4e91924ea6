//! The words of the language.

/// What a token is. The names follow what it means in a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    AccTitle,
    AccTitleValue,
    AccDescr,
    AccDescrValue,
    AccDescrBlock,
    /// A piece of what stands in `@{ … }`.
    Data,
    /// A piece of what stands in quotes in `@{ … }`.
    QuotedData,
    CallbackName,
    CallbackArguments,
    MarkdownString,
    String,
    Style,
    Default,
    LinkStyle,
    Interpolate,
    ClassDef,
    Class,
    Href,
    Click,
    Graph,
    NoDirection,
    Direction,
    Subgraph,
    End,
    LinkTarget,
    DirectionLine,
    LinkId,
    Number,
    Hash,
    TripleColon,
    Colon,
    Ampersand,
    Semicolon,
    Comma,
    Star,
    Link,
    StartLink,
    EdgeText,
    EllipseStart,
    EllipseEnd,
    Text,
    StadiumStart,
    StadiumEnd,
    SubroutineStart,
    SubroutineEnd,
    PropertiesStart,
    CylinderStart,
    CylinderEnd,
    DoubleCircleStart,
    DoubleCircleEnd,
    TrapezoidStart,
    TrapezoidEnd,
    InvertedTrapezoidStart,
    InvertedTrapezoidEnd,
    Less,
    Greater,
    Up,
    Separator,
    Down,
    Name,
    Minus,
    Letter,
    Pipe,
    RoundStart,
    RoundEnd,
    SquareStart,
    SquareEnd,
    BraceStart,
    BraceEnd,
    Newline,
    Space,
    /// The end, where a statement may end.
    EndOfText,
    /// The end, wherever.
    Nothing,
}

impl Kind {
    /// Tells whether the token may be part of a vertex's or a class's name.
    pub(crate) fn names(self) -> bool {
        matches!(
            self,
            Self::Number
                | Self::Name
                | Self::Down
                | Self::Minus
                | Self::Default
                | Self::Comma
                | Self::Colon
                | Self::Ampersand
                | Self::Hash
                | Self::Star
                | Self::Letter
        )
    }

    /// Tells whether the token may be part of the name of a callback or of a curve.
    pub(crate) fn names_callback(self) -> bool {
        self == Self::Direction || (self.names() && self != Self::Default)
    }

    /// Tells whether the token may be part of a label.
    pub(crate) fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::Less | Self::Greater | Self::Letter)
    }

    /// Tells whether the token may be part of a subgraph's title without quotes.
    pub(crate) fn is_title(self) -> bool {
        matches!(
            self,
            Self::Number
                | Self::Name
                | Self::Space
                | Self::Minus
                | Self::Ampersand
                | Self::Letter
                | Self::Colon
                | Self::Star
                | Self::Hash
                | Self::Style
                | Self::LinkStyle
                | Self::ClassDef
                | Self::Class
                | Self::Click
                | Self::Graph
                | Self::Direction
                | Self::Subgraph
                | Self::End
                | Self::Down
                | Self::Up
                | Self::StartLink
        )
    }

    /// Tells whether the token may be part of a style.
    pub(crate) fn is_style(self) -> bool {
        matches!(self, Self::Number | Self::Name | Self::Colon | Self::Space | Self::Hash | Self::Style)
    }

    /// Tells whether a statement may end there.
    pub(crate) fn ends_statement(self) -> bool {
        matches!(self, Self::Newline | Self::Semicolon | Self::EndOfText)
    }
}

/// A token and where it stands, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) start: usize,
    pub(crate) end: usize,
}
