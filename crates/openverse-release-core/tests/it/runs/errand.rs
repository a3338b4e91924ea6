//! What may be asked for, and what it takes, written down without the plan.

use openverse_release_core::{EnvironmentName, Order, OrderKind, Performer};

use super::{
    drive::Drive,
    world::{IMAGE_TAG, World, app, earlier, released},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Release,
    Deploy,
    RollOut,
    RollBack,
}

/// One thing that a person may ask for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Errand {
    pub(super) app: &'static str,
    pub(super) kind: Kind,
    pub(super) environment: EnvironmentName,
    /// What it changes, in order, where nobody does anything else.
    takes: &'static [&'static str],
}

/// `NEW` and `OLD` stand for image tags, `DATE` for that of the release.
pub(super) const ERRANDS: &[Errand] = &[
    Errand {
        app: "api",
        kind: Kind::Release,
        environment: EnvironmentName::PRODUCTION,
        takes: &[
            "publish",
            "tag openverse-api",
            "tag openverse-api_nginx",
            "commit changelog/api-DATE",
            "open changelog/api-DATE",
            "dispatch",
        ],
    },
    Errand { app: "api", kind: Kind::Deploy, environment: EnvironmentName::PRODUCTION, takes: &["dispatch"] },
    Errand {
        app: "api",
        kind: Kind::RollOut,
        environment: EnvironmentName::PRODUCTION,
        takes: &["register", "update"],
    },
    Errand {
        app: "api",
        kind: Kind::RollBack,
        environment: EnvironmentName::PRODUCTION,
        takes: &["dispatch"],
    },
    Errand {
        app: "frontend",
        kind: Kind::RollBack,
        environment: EnvironmentName::PRODUCTION,
        takes: &["dispatch"],
    },
    Errand {
        app: "catalog",
        kind: Kind::Release,
        environment: EnvironmentName::PRODUCTION,
        takes: &[
            "publish",
            "tag openverse-catalog",
            "commit changelog/catalog-DATE",
            "open changelog/catalog-DATE",
            "set production NEW",
            "apply production NEW",
            "commit deploy/catalog/run-1",
            "open deploy/catalog/run-1",
        ],
    },
    Errand {
        app: "catalog",
        kind: Kind::Deploy,
        environment: EnvironmentName::PRODUCTION,
        takes: &[
            "set production NEW",
            "apply production NEW",
            "commit deploy/catalog/run-1",
            "open deploy/catalog/run-1",
        ],
    },
    Errand {
        app: "catalog",
        kind: Kind::RollBack,
        environment: EnvironmentName::PRODUCTION,
        takes: &[
            "set production OLD",
            "apply production OLD",
            "commit deploy/catalog/run-1",
            "open deploy/catalog/run-1",
        ],
    },
    Errand {
        app: "ingestion-server",
        kind: Kind::Release,
        environment: EnvironmentName::PRODUCTION,
        takes: &[
            "publish",
            "tag openverse-ingestion_server",
            "commit changelog/ingestion_server-DATE",
            "open changelog/ingestion_server-DATE",
            "set dev NEW",
            "apply dev NEW",
            "set production NEW",
            "apply production NEW",
            "commit deploy/ingestion-server/run-1",
            "open deploy/ingestion-server/run-1",
        ],
    },
    Errand {
        app: "ingestion-server",
        kind: Kind::Deploy,
        environment: EnvironmentName::STAGING,
        takes: &[
            "set dev NEW",
            "apply dev NEW",
            "commit deploy/ingestion-server/run-1",
            "open deploy/ingestion-server/run-1",
        ],
    },
    Errand {
        app: "ingestion-server",
        kind: Kind::Deploy,
        environment: EnvironmentName::PRODUCTION,
        takes: &[
            "set production NEW",
            "apply production NEW",
            "commit deploy/ingestion-server/run-1",
            "open deploy/ingestion-server/run-1",
        ],
    },
    Errand {
        app: "ingestion-server",
        kind: Kind::RollBack,
        environment: EnvironmentName::STAGING,
        takes: &[
            "set dev OLD",
            "apply dev OLD",
            "commit deploy/ingestion-server/run-1",
            "open deploy/ingestion-server/run-1",
        ],
    },
    Errand {
        app: "ingestion-server",
        kind: Kind::RollBack,
        environment: EnvironmentName::PRODUCTION,
        takes: &[
            "set production OLD",
            "apply production OLD",
            "commit deploy/ingestion-server/run-1",
            "open deploy/ingestion-server/run-1",
        ],
    },
];

/// Returns the errand for production, of which there is one for each app and kind.
pub(super) fn errand(app: &str, kind: Kind) -> Errand {
    let wanted =
        |it: &&Errand| it.app == app && it.kind == kind && it.environment == EnvironmentName::PRODUCTION;
    *ERRANDS.iter().find(wanted).unwrap()
}

impl Errand {
    /// Returns the world as it is before.
    pub(super) fn world(&self) -> World {
        match self.kind {
            Kind::Release | Kind::Deploy | Kind::RollOut => World::of(self.app),
            Kind::RollBack => World::after_the_release_of(self.app),
        }
    }

    pub(super) fn order(&self, world: &World) -> Order {
        let kind = match self.kind {
            Kind::Release => return world.release_order(),
            Kind::Deploy => OrderKind::Deploy,
            Kind::RollOut => OrderKind::RollOut,
            Kind::RollBack => OrderKind::RollBack,
        };
        Order { environments: self.environments(), ..world.order(kind) }
    }

    /// Returns what the run updates.
    fn environments(&self) -> Vec<EnvironmentName> {
        vec![self.environment]
    }

    /// Returns what is held afterwards.
    pub(super) fn holds(&self) -> Vec<EnvironmentName> {
        if self.kind == Kind::RollBack { self.environments() } else { Vec::new() }
    }

    pub(super) fn start(&self, world: &World) -> Drive {
        Drive::start(world, &app(self.app, Performer::Runner), self.order(world))
    }

    pub(super) fn takes(&self) -> Vec<String> {
        let date = IMAGE_TAG.trim_start_matches("rel-");
        let fill = |text: &&str| {
            text.replace("NEW", released().as_str()).replace("OLD", earlier().as_str()).replace("DATE", date)
        };
        self.takes.iter().map(fill).collect()
    }
}
