//! Runs that are cut off: at every point where something is recorded, they go on as if nothing was.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use chrono::{DateTime, Utc};
use openverse_release_core::{AppSlug, End, EnvironmentName, Run, RunEvent, RunId};
use openverse_release_engine::{EngineError, Hold, Journal, JournalError, Session, StoredRun};

use crate::scene::{DRAFTED, FIRST, PRODUCTION, Scene, Silent, git_tag, image_tag};

/// A journal whose disk is pulled out after so many records.
#[derive(Debug)]
struct CutOff {
    journal: Arc<dyn Journal>,
    left: AtomicUsize,
}

impl Journal for CutOff {
    fn append(
        &self,
        stored: &mut StoredRun,
        at: DateTime<Utc>,
        events: &[RunEvent],
    ) -> Result<(), JournalError> {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left.is_err() {
            let (run, detail) = (stored.run.id().to_string(), "cut off".to_owned());
            return Err(JournalError::Unreadable { run, detail });
        }
        self.journal.append(stored, at, events)
    }

    fn begin(&self, run: &Run, events: &[RunEvent]) -> Result<StoredRun, JournalError> {
        self.journal.begin(run, events)
    }
    fn load(&self, id: &RunId) -> Result<Option<StoredRun>, JournalError> {
        self.journal.load(id)
    }
    fn unfinished(
        &self,
        app: &AppSlug,
        environment: EnvironmentName,
    ) -> Result<Option<StoredRun>, JournalError> {
        self.journal.unfinished(app, environment)
    }
    fn runs(&self, limit: usize) -> Result<Vec<StoredRun>, JournalError> {
        self.journal.runs(limit)
    }
    fn events(&self, id: &RunId) -> Result<Vec<(DateTime<Utc>, RunEvent)>, JournalError> {
        self.journal.events(id)
    }
    fn holds(&self) -> Result<Vec<Hold>, JournalError> {
        self.journal.holds()
    }
    fn lift_holds(
        &self,
        app: &AppSlug,
        environment: EnvironmentName,
        by: &str,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<usize, JournalError> {
        self.journal.lift_holds(app, environment, by, reason, at)
    }
}

/// Returns how many effects of runs the world shows.
async fn effects(scene: &Scene) -> usize {
    let published = scene.engine.world.releases.tag_commit(&git_tag(DRAFTED)).await.unwrap();
    usize::from(published.is_some()) + scene.registry.writes().len() + scene.asked_for(PRODUCTION).await.len()
}

/// Cuts a run off after every number of records, and resumes it; returns how many points there were.
async fn cut_off_everywhere(
    begin: impl AsyncFn(&Scene) -> Session,
    check: impl AsyncFn(&Scene, &Run),
) -> usize {
    for records in 0.. {
        let (mut scene, _) = Scene::new().await;
        let mut session = begin(&scene).await;
        let run = session.run().id().clone();
        let whole = Arc::clone(&scene.engine.journal);
        scene.engine.journal = Arc::new(CutOff { journal: Arc::clone(&whole), left: records.into() });
        let outcome = scene.drive(&mut session, &Silent).await;
        drop(session);
        if outcome.is_ok() {
            return records;
        }
        assert!(matches!(outcome, Err(EngineError::Journal(_))), "{outcome:?}");

        let intended = |(_, event): &(_, RunEvent)| matches!(event, RunEvent::Intended { .. });
        let intents = whole.events(&run).unwrap().iter().filter(|event| intended(event)).count();
        assert!(effects(&scene).await <= intents, "an effect without an intent after {records} records");
        scene.engine.journal = whole;
        let mut session = scene.engine.resume(&run, &Silent).unwrap();
        scene.drive(&mut session, &Silent).await.unwrap();
        assert_eq!(session.run().end(), Some(&End::Done), "cut off after {records} records");
        check(&scene, session.run()).await;
    }
    unreachable!("a run ends");
}

#[tokio::test]
async fn a_release_that_is_cut_off_anywhere_does_everything_once() {
    let points = cut_off_everywhere(
        async |scene| scene.begin_approved_release().await,
        async |scene, run| {
            let commit = &run.order().version.bundle.commit;
            let world = &scene.engine.world;
            assert_eq!(world.releases.tag_commit(&git_tag(DRAFTED)).await.unwrap().as_ref(), Some(commit));
            assert_eq!(scene.registry.writes().len(), 2);
            assert_eq!(scene.asked_for(PRODUCTION).await.len(), 1);
            assert_eq!(scene.live(PRODUCTION).await, *commit);
            assert_eq!(run.order().version.image_tag, image_tag(DRAFTED));
        },
    )
    .await;
    assert!(points > 10, "{points}");
}

#[tokio::test]
async fn a_rollback_that_is_cut_off_anywhere_does_everything_once() {
    let begin = async |scene: &Scene| {
        let order = scene.engine.order_rollback(scene.api(), PRODUCTION, None, "slow").await.unwrap();
        scene.engine.begin(scene.api(), order).unwrap()
    };
    let points = cut_off_everywhere(begin, async |scene, run| {
        assert_eq!(run.order().version.image_tag, image_tag(FIRST));
        assert_eq!(scene.asked_for(PRODUCTION).await.len(), 1);
        assert_eq!(scene.live(PRODUCTION).await, run.order().version.bundle.commit);
        assert_eq!(scene.engine.holds().unwrap().len(), 1);
    })
    .await;
    assert!(points > 4, "{points}");
}
