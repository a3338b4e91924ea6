//! DAGs, their runs, and patterns of their names.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    parse::{ParseError, check_characters, text_newtype},
    path_pattern::any_number,
};

fn check_dag_id(text: &str) -> Result<(), ParseError> {
    let (subject, expected) = ("DAG id", "letters, digits, \"_\", \"-\" and \".\"");
    // Airflow allows 250 characters, of any alphabet.
    check_characters(subject, text, 1000, expected, |_, c| {
        c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
    })?;
    // It becomes part of a path.
    if matches!(text, "." | "..") {
        return Err(ParseError::new(subject, text, 0, expected));
    }
    Ok(())
}

text_newtype!(
    /// The name of a DAG in Airflow: `image_data_refresh`.
    DagId, check_dag_id
);

fn check_dag_run_id(text: &str) -> Result<(), ParseError> {
    let expected = "at most 1000 bytes without control characters";
    check_characters("DAG run id", text, 1000, expected, |_, c| !c.is_control())
}

text_newtype!(
    /// What names a run of a DAG among the runs of that DAG: `manual__2024-05-14T15:09:26+00:00`.
    DagRunId, check_dag_run_id
);

fn check_pattern(text: &str) -> Result<(), ParseError> {
    let expected = "letters, digits, \"_\", \"-\", \".\" and \"*\"";
    check_characters("pattern of DAG ids", text, 1000, expected, |_, c| {
        c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '*')
    })
}

text_newtype!(
    /// A pattern of DAG ids, in which `*` stands for any characters, also for none.
    ///
    /// ```
    /// use openverse_release_core::DagPattern;
    ///
    /// let refreshes: DagPattern = "*_data_refresh".parse()?;
    /// assert!(refreshes.matches(&"image_data_refresh".parse()?));
    /// assert!(!refreshes.matches(&"image_data_refresh_backfill".parse()?));
    /// # Ok::<(), openverse_release_core::ParseError>(())
    /// ```
    DagPattern, check_pattern
);

impl DagPattern {
    /// Tells whether a DAG is one of those meant.
    pub fn matches(&self, dag: &DagId) -> bool {
        let [wanted, found] = [self.as_str(), dag.as_str()].map(|text| text.chars().collect::<Vec<_>>());
        any_number(&wanted, &found, |&c| c == '*', |wanted, found| wanted == found)
    }
}

/// A DAG as Airflow knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dag {
    /// Its name.
    pub id: DagId,
    /// Whether it is paused: Airflow starts none of its tasks. A new DAG is.
    pub paused: bool,
    /// The file that defines it, as a path on Airflow's own machine, where Airflow tells.
    pub file: Option<String>,
}

/// Where a run of a DAG that has not ended stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DagRunState {
    /// It waits to be started; under a paused DAG for as long as that is paused.
    Queued,
    /// It runs, or one of its sensors waits.
    Running,
}

impl DagRunState {
    /// Returns the text: `queued` or `running`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
        }
    }
}

/// A run of a DAG that has not ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DagRun {
    /// The DAG.
    pub dag: DagId,
    /// What names the run among those of the DAG.
    pub id: DagRunId,
    /// Where it stands.
    pub state: DagRunState,
    /// When it started, in UTC, if it has.
    pub started_at: Option<DateTime<Utc>>,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_dag_id_is_one_that_airflow_takes_and_a_path_can_hold() {
        for good in ["image_data_refresh", "a.b-c", "Überblick", "..."] {
            assert_eq!(good.parse::<DagId>().unwrap().as_str(), good);
        }
        for (bad, position) in [("", 0), ("..", 0), (".", 0), ("~", 0), ("a/b", 1), ("a b", 1), ("a\n", 1)] {
            assert_eq!(bad.parse::<DagId>().unwrap_err().position(), position, "{bad:?}");
        }
    }

    #[test]
    fn a_run_id_is_any_text_on_one_line() {
        let id = "scheduled__2024-05-14T15:09:26+00:00";
        assert_eq!(id.parse::<DagRunId>().unwrap().to_string(), id);
        assert_eq!("a\u{1b}[2J".parse::<DagRunId>().unwrap_err().position(), 1);
        assert!("".parse::<DagRunId>().is_err());
    }

    /// Every way to take the pattern, tried one after the other.
    fn matches_naively(pattern: &[char], text: &[char]) -> bool {
        match (pattern.split_first(), text.split_first()) {
            (None, rest) => rest.is_none(),
            (Some(('*', after)), rest) => {
                matches_naively(after, text) || rest.is_some_and(|(_, rest)| matches_naively(pattern, rest))
            }
            (Some((wanted, after)), Some((found, rest))) => wanted == found && matches_naively(after, rest),
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn a_pattern_matches_as_if_every_way_to_take_it_were_tried(
            pattern in "[ab*]{1,7}",
            dag in "[ab]{1,9}",
        ) {
            let chars = |text: &str| text.chars().collect::<Vec<_>>();
            let expected = matches_naively(&chars(&pattern), &chars(&dag));
            let pattern: DagPattern = pattern.parse().unwrap();
            prop_assert_eq!(pattern.matches(&dag.parse().unwrap()), expected);
        }
    }
}
