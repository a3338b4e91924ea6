//! What a log is asked.

use std::collections::{BTreeMap, BTreeSet};

use openverse_release_core::{Flow, Step};

use crate::{
    Audit, Auditor, Cases, Ending, FileError, Log, LogFile, NOT_RECORDED, NoSuchType, Process, Reading, Rule,
    TooLarge, Value, sources::APP,
};

/// Which flow a log is held against, and how.
///
/// ```
/// use openverse_release_audit::{Log, Question};
/// use openverse_release_core::flows;
///
/// let mut log = Log::default();
/// log.add_event("e1", "ProductionDispatch", "2023-07-03T17:52:00Z".parse()?);
/// log.event_object("api-2023.07.03.17.52.00", "is of");
/// log.add_object("api-2023.07.03.17.52.00", "release");
/// let audit = Question::new(&flows::api()).ask(&log)?;
/// assert_eq!(audit.broken[0].rule, "no production deployment of a version that was never released");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// The flow.
    pub flow: &'a Flow,
    /// The app, by the name that the log has for it: events of others, by their attribute `app`, are left
    /// out. None for all of them.
    pub app: Option<&'a str>,
    /// The type of the objects that cases are made of; none for releases, where there are any.
    pub lead: Option<&'a str>,
    /// The steps that the log does not show although they may have happened.
    pub not_recorded: BTreeSet<String>,
    /// Rules beside those that follow from the flow.
    pub rules: Vec<Rule>,
    /// How much of what is documented counts.
    pub reading: Reading,
    /// Whether the cases have ended.
    pub ending: Ending,
}

/// A question that cannot be answered.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QuestionError {
    /// More can have happened unseen than can be kept track of.
    #[error(transparent)]
    TooLarge(#[from] TooLarge),
    /// The log has no such objects.
    #[error(transparent)]
    NoSuchType(#[from] NoSuchType),
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
}

impl<'a> Question<'a> {
    /// Returns the question whether a log fits a flow as it is documented, with cases that may go on.
    pub fn new(flow: &'a Flow) -> Self {
        Self {
            flow,
            app: None,
            lead: None,
            not_recorded: BTreeSet::new(),
            rules: Vec::new(),
            reading: Reading::Document,
            ending: Ending::Open,
        }
    }

    /// Asks a log of objects.
    ///
    /// # Errors
    /// When more can have happened unseen than can be kept track of, or the log has no objects of the type.
    pub fn ask(&self, log: &Log) -> Result<Audit, QuestionError> {
        let mut cases = Cases::default();
        let wanted = |event: &crate::LogEvent<'_>| {
            let app = event.attribute("app").and_then(Value::as_text);
            self.app.is_none() || app.is_none() || app == self.app
        };
        // A log of one's own may have no release yet.
        let own = log.objects().any(|object| object.kind() == APP);
        log.flatten(self.lead.unwrap_or(crate::RELEASE), wanted, own && self.lead.is_none(), &mut cases)?;
        let of_app = self.app.map(|app| not_recorded(log, &format!("{APP} {app}"))).unwrap_or_default();

        let mut groups: BTreeMap<BTreeSet<String>, Vec<usize>> = BTreeMap::new();
        for (case, index) in cases.iter().zip(0..) {
            let mut missing = not_recorded(log, case.name());
            missing.extend(of_app.iter().chain(&self.not_recorded).cloned());
            groups.entry(missing).or_default().push(index);
        }
        let mut whole = Audit { fitness: 1.0, ..Audit::default() };
        for (missing, group) in groups {
            whole.absorb(self.hold(&missing, |auditor| {
                auditor.hear_of(cases.activities().iter());
                group.iter().for_each(|&index| auditor.take(&cases.case(index)));
            })?);
        }
        let order: BTreeMap<_, _> =
            cases.iter().zip(0..).map(|(case, index): (_, usize)| (case.name(), index)).collect();
        whole.deviations.sort_by_key(|deviation| order.get(&*deviation.case).copied());
        whole.broken.sort_by_key(|broken| order.get(&*broken.case).copied());
        Ok(whole)
    }

    /// Asks the log in a file. One of cases is not kept, but judged as it is read.
    ///
    /// # Errors
    /// As for [`Question::ask`], and when the file cannot be read.
    pub fn ask_file(&self, file: LogFile<'_>) -> Result<Audit, QuestionError> {
        if file.has_objects() {
            return self.ask(&file.read_objects()?);
        }
        let mut read = Ok(());
        let audit = self.hold(&self.not_recorded, |auditor| read = file.read_cases(auditor))?;
        read?;
        Ok(audit)
    }

    fn hold(
        &self,
        not_recorded: &BTreeSet<String>,
        cases: impl FnOnce(&mut Auditor<'_>),
    ) -> Result<Audit, QuestionError> {
        let seen = |step: &Step| !not_recorded.contains(step.id.as_str());
        let process = Process::seen_in_part(self.flow, self.reading, seen)?;
        let mut rules = Rule::of(self.flow, seen);
        rules.extend(self.rules.iter().cloned());
        let mut auditor = Auditor::new(&process, &rules, self.ending)?;
        cases(&mut auditor);
        Ok(auditor.finish()?)
    }
}

/// Returns the steps that may have happened to an object unrecorded.
fn not_recorded(log: &Log, object: &str) -> BTreeSet<String> {
    let steps = log.find_object(object).and_then(|object| object.attribute(NOT_RECORDED));
    let steps = steps.and_then(Value::as_text).unwrap_or_default();
    steps.split(',').filter(|step| !step.is_empty()).map(str::to_owned).collect()
}
