//! Ansible itself, on this machine as its only host.

use std::path::PathBuf;

use openverse_release_infra::{
    Ansible, AnsibleError, AnsibleVariables, ExpectedTask, Playbook, PlaybookReport, Replacement, Silent,
    TaskOutcome, VariableFile as _,
};
use openverse_release_testkit::require_ansible;
use tempfile::TempDir;

use crate::{programs::Collected, terraform_variables::HOSTILE};

const VARIABLES: &str = "catalog_image_tag: rel-1 # of the catalog\nworkers: 2\n";

const PLAYBOOK: &str = "
- name: Catalog
  hosts: catalog
  gather_facts: false
  tasks:
    - name: Write the environment
      ansible.builtin.copy:
        dest: \"{{ root }}/catalog.env\"
        content: |
          WORKERS={{ workers }}
          IMAGE=ghcr.io/openverse/catalog:{{ catalog_image_tag }}
          END=1
      notify: Restart the catalog
    - name: Write the password
      ansible.builtin.copy:
        dest: \"{{ root }}/password\"
        content: \"{{ password | default('hunter2-one') }}\"
      no_log: true
    - name: Only sometimes
      ansible.builtin.debug:
        msg: x
      when: false
  handlers:
    - name: Restart the catalog
      ansible.builtin.command: touch {{ root }}/restarted
";

struct World {
    folder: TempDir,
    ansible: Ansible,
    playbook: Playbook,
}

impl World {
    fn new() -> Option<Self> {
        let program = require_ansible()?;
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_owned();
        let python = program.with_file_name("python");
        let hosts = format!(
            "[catalog]\nserver ansible_connection=local ansible_python_interpreter={} root={}\n",
            python.display(),
            root.display()
        );
        fs_err::write(root.join("hosts.ini"), hosts).unwrap();
        fs_err::create_dir(root.join("group_vars")).unwrap();
        fs_err::write(root.join("group_vars/all.yml"), VARIABLES).unwrap();
        fs_err::write(root.join("catalog.yml"), PLAYBOOK).unwrap();
        let playbook = Playbook {
            file: "catalog.yml".into(),
            inventory: "hosts.ini".into(),
            variables: Default::default(),
        };
        Some(Self { ansible: Ansible::at(program, root), folder, playbook })
    }

    async fn applied() -> Option<Self> {
        let world = Self::new()?;
        world.apply().await;
        fs_err::remove_file(world.path("restarted")).unwrap();
        Some(world)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn tag(&self, tag: &str) {
        let file = self.path("group_vars/all.yml");
        let text = fs_err::read_to_string(&file).unwrap();
        let edited = AnsibleVariables.set(&text, &"catalog_image_tag".parse().unwrap(), tag).unwrap();
        fs_err::write(file, edited.text).unwrap();
    }

    async fn check(&self) -> PlaybookReport {
        self.ansible.check(&self.playbook, &Silent).await.unwrap()
    }

    async fn apply(&self) -> PlaybookReport {
        self.ansible.apply(&self.playbook, &Silent).await.unwrap()
    }

    async fn apply_other(&self, playbook: &str) -> AnsibleError {
        fs_err::write(self.path("catalog.yml"), playbook).unwrap();
        self.ansible.apply(&self.playbook, &Silent).await.unwrap_err()
    }

    fn environment(&self) -> String {
        fs_err::read_to_string(self.path("catalog.env")).unwrap()
    }
}

fn new_tag() -> [ExpectedTask; 2] {
    [
        ExpectedTask::replacing("Write the environment", Replacement::new("rel-1", "rel-2")),
        ExpectedTask::anything("Restart the catalog"),
    ]
}

#[tokio::test]
async fn check_mode_shows_what_applying_then_does() {
    let Some(world) = World::applied().await else { return };
    world.tag("rel-2");
    let checked = world.check().await;
    checked.refuse_unless(&new_tag()).unwrap();
    let changed: Vec<_> = checked.changed().map(ToString::to_string).collect();
    let [environment] = changed.as_slice() else { panic!("{changed:?}") };
    let image = "ghcr.io/openverse/catalog";
    assert!(environment.starts_with("Write the environment on server: changed; "), "{environment}");
    assert!(
        environment.ends_with(&format!(" -\"IMAGE={image}:rel-1\" +\"IMAGE={image}:rel-2\"")),
        "{environment}"
    );
    let sometimes = checked.results.iter().find(|result| result.task == "Only sometimes").unwrap();
    assert_eq!(sometimes.outcome, TaskOutcome::Skipped);
    assert!(world.environment().contains("rel-1") && !world.path("restarted").exists());

    let sink = Collected::default();
    let applied = world.ansible.apply(&world.playbook, &sink).await.unwrap();
    applied.refuse_unless(&new_tag()).unwrap();
    let tasks: Vec<_> = applied.changed().map(|result| result.task.as_str()).collect();
    assert_eq!(tasks, ["Write the environment", "Restart the catalog"]);
    assert_eq!((applied.hosts["server"].changed, applied.hosts["server"].failures), (2, 0));
    assert!(world.environment().contains("rel-2") && world.path("restarted").exists());
    assert!(
        sink.lines().contains(&"Restart the catalog on server: changed".to_owned()),
        "{:?}",
        sink.lines()
    );

    let again = world.check().await;
    assert_eq!(again.changed().count(), 0);
}

#[tokio::test]
async fn an_extra_change_is_refused_and_shown() {
    let Some(world) = World::applied().await else { return };
    world.tag("rel-2");
    let file = world.path("group_vars/all.yml");
    let text = fs_err::read_to_string(&file).unwrap();
    fs_err::write(&file, text.replace("workers: 2", "workers: 3")).unwrap();
    let refused = world.check().await.refuse_unless(&new_tag()).unwrap_err();
    let said = refused.to_string();
    assert!(said.contains("-\"WORKERS=2\"") && said.contains("+\"WORKERS=3\""), "{said}");

    let other_task = world.check().await.refuse_unless(&new_tag()[1..]).unwrap_err();
    assert_eq!(other_task.unexpected[0].task, "Write the environment");
    assert!(world.environment().contains("rel-1"));
}

#[tokio::test]
async fn what_a_task_hides_stays_hidden_and_is_refused() {
    let Some(mut world) = World::applied().await else { return };
    world.playbook.variables.insert("password".to_owned(), "hunter2-two".to_owned());
    assert!(!format!("{:?}", world.playbook).contains("hunter2"));
    let sink = Collected::default();
    let report = world.ansible.check(&world.playbook, &sink).await.unwrap();
    let expected =
        ExpectedTask::replacing("Write the password", Replacement::new("hunter2-one", "hunter2-two"));
    let refused = report.refuse_unless(&[expected]).unwrap_err();
    let said = format!("{report:?} {refused} {:?}", sink.lines());
    assert!(!said.contains("hunter2"), "{said}");
    assert!(refused.to_string().ends_with("Write the password on server: changed (hidden by the playbook)"));
}

#[tokio::test]
async fn a_failed_task_is_named_and_one_that_may_fail_is_not() {
    let Some(world) = World::new() else { return };
    let play = |tasks: &str| format!("- hosts: catalog\n  gather_facts: false\n  tasks:\n{tasks}");
    let ignored = "    - name: May fail\n      ansible.builtin.command: 'false'\n      ignore_errors: true\n";
    let failing = "    - name: Has to work\n      ansible.builtin.fail:\n        msg: it did not\n";
    let error = world.apply_other(&play(&format!("{ignored}{failing}"))).await;
    assert_eq!(error.to_string(), "found failed tasks: Has to work on server: failed: it did not");

    let rescued =
        "    - block:\n      - ansible.builtin.fail:\n      rescue:\n      - ansible.builtin.debug:\n";
    fs_err::write(world.path("catalog.yml"), play(&format!("{ignored}{rescued}"))).unwrap();
    let report = world.apply().await;
    assert_eq!((report.hosts["server"].rescued, report.hosts["server"].ignored), (1, 1));
}

#[tokio::test]
async fn a_host_out_of_reach_is_something_else_than_a_failure() {
    let Some(world) = World::new() else { return };
    // Whatever Ansible reaches hosts with: this one fails before it gets there.
    let hosts = "[catalog]\nfar ansible_host=127.0.0.1 ansible_port=1 ansible_ssh_executable=/bin/false\n";
    fs_err::write(world.path("hosts.ini"), hosts).unwrap();
    let play =
        "- hosts: catalog\n  gather_facts: false\n  tasks:\n    - name: Ping\n      ansible.builtin.ping:\n";
    let error = world.apply_other(play).await;
    let AnsibleError::Unreachable { results } = &error else { panic!("{error}") };
    assert_eq!((results[0].host.as_str(), results[0].task.as_str()), ("far", "Ping"));
}

#[tokio::test]
async fn a_play_without_hosts_and_a_playbook_that_is_none_are_refused() {
    let Some(world) = World::new() else { return };
    let error = world.apply_other("- name: Elsewhere\n  hosts: nowhere\n  tasks: []\n").await;
    assert_eq!(error.to_string(), "found no host for the play Elsewhere, expected one");
    let error = world.apply_other("- hosts: [\n").await;
    assert!(matches!(error, AnsibleError::Program(_)), "{error}");
    assert!(
        error.to_string().starts_with("ansible-playbook ended with status 4; its last lines: "),
        "{error}"
    );
}

#[tokio::test]
async fn ansible_takes_hostile_values_for_text() {
    let Some(mut world) = World::new() else { return };
    let mut tasks = String::new();
    for (index, value) in HOSTILE.into_iter().enumerate() {
        let text = AnsibleVariables.set("x: rel-1\n", &"x".parse().unwrap(), value).unwrap().text;
        fs_err::write(world.path(&format!("v{index}.yml")), text.replacen('x', &format!("v{index}"), 1))
            .unwrap();
        world.playbook.variables.insert(format!("w{index}"), value.to_owned());
        let name = format!("    - name: compare {index}\n");
        tasks.push_str(&format!("{name}      ansible.builtin.include_vars: v{index}.yml\n"));
        tasks.push_str(&format!("{name}      ansible.builtin.assert:\n        that: v{index} == w{index}\n"));
    }
    let play = format!("- hosts: catalog\n  gather_facts: false\n  tasks:\n{tasks}");
    fs_err::write(world.path("catalog.yml"), play).unwrap();
    let report = world.apply().await;
    assert_eq!(report.hosts["server"].ok, 2 * HOSTILE.len() as u64);

    world.playbook.variables.insert("t".to_owned(), "{{ 1 }}".to_owned());
    let error = world.ansible.apply(&world.playbook, &Silent).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "found what Ansible reads as a template in the variable t, expected text that stands for itself"
    );
}

#[tokio::test]
async fn ansible_that_is_not_there_says_how_to_get_it() {
    let missing = Ansible::at("no-such-ansible", ".");
    let playbook = Playbook { file: "a".into(), inventory: "b".into(), variables: Default::default() };
    let error = missing.check(&playbook, &Silent).await.unwrap_err().to_string();
    assert!(
        error.starts_with("found no program no-such-ansible; install it with: python3 -m venv"),
        "{error}"
    );
}
