use openverse_release_core::Project;
use openverse_release_races::{Bounds, Process, Safeguard, explore, explore_without};

#[test]
fn probe_runner() {
    let project = Project::openverse();
    let names: Vec<_> = std::env::var("APPS").unwrap_or("api".into()).split(' ').map(str::to_owned).collect();
    let apps: Vec<_> = names.iter().map(|it| project.app(it).unwrap()).collect();
    let n = |k: &str, d: u8| std::env::var(k).ok().map_or(d, |v| v.parse().unwrap());
    let bounds = Bounds {
        merges: n("M", 2),
        releases: n("R", 2),
        rollbacks: n("B", 1),
        redeliveries: n("D", 1),
        lost_replies: n("L", 1),
        interventions: n("I", 1),
        states: 3_000_000,
    };
    let show = |report: openverse_release_races::Report, t: std::time::Instant| {
        println!("{} states {} steps {} {:?}", report.states, report.steps, report.complete, t.elapsed());
        for race in report.races {
            println!("{}: {}", race.race, race.what);
            for (n, e) in race.events.iter().enumerate() {
                println!("  {}. {e}", n + 1);
            }
        }
    };
    let t = std::time::Instant::now();
    show(explore(&project, &apps, Process::Runner, &bounds).unwrap(), t);
    if std::env::var("ALL").is_ok() {
        for guard in Safeguard::ALL {
            println!("==== {guard:?}");
            let t = std::time::Instant::now();
            show(explore_without(&project, &apps, guard, &bounds).unwrap(), t);
        }
    }
}
