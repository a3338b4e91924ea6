//! Git itself, with an origin in another folder.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use openverse_release_core::CommitSha;
use openverse_release_infra::{Author, Checkout, CheckoutError, CommitRequest, Protocol, Pushed, Relation};
use tempfile::TempDir;

struct World {
    folder: TempDir,
    checkout: Checkout,
    author: Author,
}

pub(crate) fn git(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args([
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.invalid",
            "-c",
            "protocol.file.allow=always",
        ])
        .args(arguments)
        .current_dir(dir)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl World {
    /// A checkout of an origin that has one commit.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        git(path, &["init", "--quiet", "--bare", "--initial-branch=main", "origin"]);
        git(path, &["clone", "--quiet", "origin", "other"]);
        let checkout = Checkout::new(path.join("checkout"), &[Protocol::File]);
        let author = Author { name: "Ada".to_owned(), email: "ada@example.invalid".to_owned() };
        let world = Self { folder, checkout, author };
        world.upstream("dags/one.py", "1\n");
        git(world.folder.path(), &["clone", "--quiet", "origin", "checkout"]);
        world
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Somebody else's commit, pushed.
    fn upstream(&self, file: &str, content: &str) -> CommitSha {
        commit(&self.path("other"), file, content);
        git(&self.path("other"), &["push", "--quiet", "origin", "HEAD:main"]);
        head(&self.path("other"))
    }

    fn head(&self) -> CommitSha {
        head(&self.path("checkout"))
    }

    fn in_checkout(&self, file: &str, content: &str) {
        fs_err::write(self.path("checkout").join(file), content).unwrap();
    }

    async fn commit(&self, content: &str) -> CommitSha {
        let base = self.head();
        let files: [(&str, &[u8]); 2] = [("dags/one.py", content.as_bytes()), ("new dir/é.txt", b"x\r\n")];
        let message = "Bump the catalog\n\n# not a comment\n";
        let request = CommitRequest { files: &files, base: &base, message, author: &self.author };
        self.checkout.commit(&request).await.unwrap()
    }
}

pub(crate) fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs_err::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}

fn head(dir: &Path) -> CommitSha {
    git(dir, &["rev-parse", "HEAD"]).parse().unwrap()
}

fn commit(dir: &Path, file: &str, content: &str) {
    let path = dir.join(file);
    fs_err::create_dir_all(path.parent().unwrap()).unwrap();
    fs_err::write(path, content).unwrap();
    git(dir, &["add", "--all"]);
    git(dir, &["commit", "--quiet", "--message", "change"]);
}

#[tokio::test]
async fn a_clean_checkout_follows_the_origin() {
    let world = World::new();
    let before = world.head();
    let state = world.checkout.state().await.unwrap();
    assert_eq!((state.head, state.branch.as_deref()), (before.clone(), Some("main")));
    assert_eq!((state.dirty.len(), state.relation), (0, Relation::Same));

    world.upstream("dags/two.py", "2\n");
    let to = world.upstream("dags/three.py", "3\n");
    let moved = world.checkout.fast_forward("main").await.unwrap();
    assert_eq!((moved.from, moved.to.clone(), world.head()), (before.clone(), to.clone(), to.clone()));
    assert!(world.path("checkout/dags/two.py").exists());
    let again = world.checkout.fast_forward("main").await.unwrap();
    assert_eq!((again.from, again.to), (to.clone(), to.clone()));
    let changed = world.checkout.changed_paths(&before, &to).await.unwrap();
    assert_eq!(changed, ["dags/three.py", "dags/two.py"]);
}

#[tokio::test]
async fn a_dirty_checkout_is_refused_by_its_files() {
    let world = World::new();
    world.upstream("dags/two.py", "2\n");
    let before = world.head();
    world.in_checkout("dags/one.py", "changed\n");
    world.in_checkout("dags/unknown é \"x\".py", "new\n");
    git(&world.path("checkout"), &["mv", "dags/one.py", "dags/moved one.py"]);
    let error = world.checkout.fast_forward("main").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the checkout is dirty: found changes in dags/moved one.py, dags/one.py, dags/unknown é \"x\".py; expected none"
    );
    assert_eq!(world.head(), before);
    assert!(!world.path("checkout/dags/two.py").exists());
}

#[tokio::test]
async fn a_diverged_checkout_is_refused_with_how_far() {
    let world = World::new();
    commit(&world.path("checkout"), "mine", "mine\n");
    let mine = world.head();
    let ahead = world.checkout.fast_forward("main").await.unwrap_err().to_string();
    assert!(ahead.starts_with("the branch main has diverged: found 1 commits that"), "{ahead}");
    assert_eq!(world.checkout.state().await.unwrap().relation, Relation::Ahead(1));

    world.upstream("a", "a\n");
    world.upstream("b", "b\n");
    let error = world.checkout.fast_forward("main").await.unwrap_err();
    assert!(matches!(error, CheckoutError::Diverged { ahead: 1, behind: 2, .. }), "{error}");
    assert_eq!(world.checkout.state().await.unwrap().relation, Relation::Diverged { ahead: 1, behind: 2 });
    assert_eq!(world.head(), mine);
}

#[tokio::test]
async fn a_detached_checkout_and_another_branch_are_refused() {
    let world = World::new();
    let to = world.upstream("a", "a\n");
    let before = world.head();
    git(&world.path("checkout"), &["checkout", "--quiet", "-b", "mine"]);
    let error = world.checkout.fast_forward("main").await.unwrap_err();
    assert_eq!(error.to_string(), "found the checkout on the branch mine, expected main");
    git(&world.path("checkout"), &["checkout", "--quiet", "--detach"]);
    let error = world.checkout.fast_forward("main").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("the checkout is detached: found no branch at commit {before}, expected the branch main")
    );
    let error = world.checkout.fast_forward("nowhere").await.unwrap_err();
    assert_eq!(error.to_string(), "found no branch nowhere at the origin, expected one");
    git(&world.path("checkout"), &["checkout", "--quiet", "main"]);
    assert_eq!(world.checkout.state().await.unwrap().relation, Relation::Behind(1));
    assert_eq!(world.checkout.fast_forward("main").await.unwrap().to, to);
}

#[tokio::test]
async fn a_commit_is_made_beside_the_working_tree_and_pushed_once() {
    let world = World::new();
    world.in_checkout("dags/one.py", "half done\n");
    fs_err::write(world.path("checkout/.gitattributes"), "* text=auto eol=lf\n").unwrap();
    let before = world.checkout.state().await.unwrap();
    let made = world.commit("2\n").await;
    let show = |what: &str| git(&world.path("checkout"), &["show", "--no-patch", what, made.as_str()]);
    assert_eq!(show("--format=%B"), "Bump the catalog\n\n# not a comment");
    assert_eq!(show("--format=%an %ae %cn %P"), format!("Ada ada@example.invalid Ada {}", before.head));
    let content = |path: &str| git(&world.path("checkout"), &["cat-file", "blob", &format!("{made}:{path}")]);
    assert_eq!(content("dags/one.py"), "2");
    let size = git(&world.path("checkout"), &["cat-file", "-s", &format!("{made}:new dir/é.txt")]);
    assert_eq!(size, "3");
    assert_eq!(world.checkout.state().await.unwrap(), before);
    let paths = world.checkout.changed_paths(&before.head, &made).await.unwrap();
    assert_eq!(paths, ["dags/one.py", "new dir/é.txt"]);

    assert_eq!(world.checkout.push(&made, "bump/catalog").await.unwrap(), Pushed::New);
    assert_eq!(world.checkout.push(&made, "bump/catalog").await.unwrap(), Pushed::AlreadyThere);
    assert_eq!(git(&world.path("origin"), &["rev-parse", "bump/catalog"]), made.as_str());
    assert_eq!(git(&world.path("checkout"), &["branch", "--list"]), "* main");
}

#[tokio::test]
async fn a_file_keeps_its_mode() {
    let world = World::new();
    let script = world.path("other/run");
    fs_err::write(&script, "#!/bin/sh\n").unwrap();
    make_executable(&script);
    let base = world.upstream("a", "a\n");
    world.checkout.fast_forward("main").await.unwrap();
    let files: [(&str, &[u8]); 1] = [("run", b"#!/bin/sh\ntrue\n")];
    let author = &world.author;
    let request = CommitRequest { files: &files, base: &base, message: "m", author };
    let made = world.checkout.commit(&request).await.unwrap();
    assert!(git(&world.path("checkout"), &["ls-tree", made.as_str(), "run"]).starts_with("100755 blob"));
}

#[tokio::test]
async fn somebody_elses_branch_is_not_overwritten() {
    let world = World::new();
    let made = world.commit("2\n").await;
    commit(&world.path("other"), "theirs", "x\n");
    git(&world.path("other"), &["push", "--quiet", "origin", "HEAD:bump/catalog"]);
    let theirs = head(&world.path("other"));
    let error = world.checkout.push(&made, "bump/catalog").await.unwrap_err();
    assert!(matches!(error, CheckoutError::NotPushed { .. }), "{error}");
    assert_eq!(git(&world.path("origin"), &["rev-parse", "bump/catalog"]), theirs.as_str());
}

#[tokio::test]
async fn names_that_are_none_are_refused() {
    let world = World::new();
    let base = world.head();
    let bad_paths =
        ["", "/etc/passwd", "../x", "a/../../x", ".git/hooks/post-merge", "a/.GIT/config", "a//b", "a\nb"];
    let with = async |path: &str, name: &str| {
        let files: [(&str, &[u8]); 1] = [(path, b"x")];
        let author = Author { name: name.to_owned(), email: "a@b".to_owned() };
        let request = CommitRequest { files: &files, base: &base, message: "m", author: &author };
        world.checkout.commit(&request).await
    };
    for path in bad_paths {
        let error = with(path, "Ada").await.unwrap_err();
        assert!(matches!(error, CheckoutError::Invalid { .. }), "{path}: {error}");
    }
    for branch in ["", "-f", "a b", "a..b", "--upload-pack=x", "a~1", "x.lock"] {
        for error in [
            world.checkout.push(&base, branch).await.unwrap_err(),
            world.checkout.fetch(branch).await.unwrap_err(),
        ] {
            assert!(matches!(error, CheckoutError::Invalid { .. }), "{branch}: {error}");
        }
    }
    for name in ["", "A <b@c>", "a\nb"] {
        let error = with("a", name).await.unwrap_err();
        assert!(matches!(error, CheckoutError::Invalid { .. }), "{name}: {error}");
    }
    assert_eq!(git(&world.path("checkout"), &["branch", "--list"]), "* main");
}

#[tokio::test]
async fn neither_hooks_nor_other_protocols_nor_helpers_of_the_repository_run() {
    let world = World::new();
    let checkout = world.path("checkout");
    let ran = world.path("ran");
    for hook in ["post-merge", "pre-push", "reference-transaction", "post-checkout"] {
        let file = checkout.join(".git/hooks").join(hook);
        fs_err::write(&file, format!("#!/bin/sh\ntouch '{}'\n", ran.display())).unwrap();
        make_executable(&file);
    }
    git(&checkout, &["config", "core.fsmonitor", &format!("touch '{}' #", ran.display())]);
    assert!(!ran.exists());
    world.upstream("a", "a\n");
    world.checkout.fast_forward("main").await.unwrap();
    let made = world.commit("2\n").await;
    world.checkout.push(&made, "bump/catalog").await.unwrap();
    assert!(!ran.exists());

    let no_files = Checkout::new(&checkout, &[Protocol::Https, Protocol::Ssh]);
    let error = no_files.fast_forward("main").await.unwrap_err().to_string();
    assert!(error.contains("transport 'file' not allowed"), "{error}");
    git(&checkout, &["remote", "set-url", "origin", &format!("ext::touch {}", ran.display())]);
    let error = world.checkout.fast_forward("main").await.unwrap_err().to_string();
    assert!(error.contains("transport 'ext' not allowed") && !ran.exists(), "{error}");
}

#[tokio::test]
async fn a_folder_that_is_no_checkout_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = Checkout::new(folder.path(), &[]).state().await.unwrap_err().to_string();
    assert!(error.contains("not a git repository"), "{error}");
}
