//! What every command says, frozen: its help, what it reports when all is well, and its errors. One file a command, beside this one.
//!
//! No other program can be found while they run, so that a machine with nothing but Rust says the same.
//!
//! A change of words shows as a change of these files, and is read there as a user would read it.
//! `INSTA_UPDATE=always cargo test --test main output` writes them anew.

mod session;

use session::Session;

/// Compares what was said with `tests/output/<name>.snap`.
fn shall_be(name: &str, session: &Session) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(".");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, session.said()));
}

#[test]
fn albumen() {
    let mut session = Session::new();
    session.run_all(&["", "--help", "--version", "imprt", "list --colour"]);
    shall_be("albumen", &session);
}

#[test]
fn import() {
    let mut session = Session::with_archives();
    session.run_all(&[
        "import --help",
        "import",
        "import nowhere.zip",
        "import notes.txt",
        "import pigeons.zip",
        "import @notes.txt",
        "import @nowhere.txt",
        "import --dry-run --plan INSTAGRAM",
        "import INSTAGRAM",
        "import INSTAGRAM",
        "import INSTAGRAM pigeons.zip",
        "import GOOGLE1 GOOGLE3",
        "import GOOGLE1 GOOGLE2 GOOGLE3",
        "import SNAPCHAT",
        "import FACEBOOK",
        "import FLICKR1 FLICKR2 FLICKR3",
        "import --provider myspace INSTAGRAM",
        "import --home-timezone Nowhere/Here INSTAGRAM",
        "import --parts 0 INSTAGRAM",
    ]);
    shall_be("import", &session);
}

#[test]
fn status() {
    let mut session = Session::with_library();
    session.run_all(&[
        "status --help",
        "status",
        "status --runs",
        "--library nothing-here status",
    ]);
    shall_be("status", &session);
}

#[test]
fn list() {
    let mut session = Session::with_library();
    session.run_all(&[
        "list --help",
        "list",
        "list --csv",
        "list --text harbour",
        "list --text pigeons",
        "list --album rome",
        "list --since tomorrow",
        "list --text -picture --sort size --reverse",
        "list --near 52.5,13.4,10 --paths",
        "list --near NaN,0",
        "list --type video",
        "list --type painting",
        "list --without location --limit 2",
        "list --camera pixel",
        "list --person anna",
        "list --import 2 --limit 1",
        "list --format {year}\\t{name}.{extension} --sort name --limit 2",
        "list --format {colour}",
        "gallery --favorite",
        "--library nothing-here list",
    ]);
    shall_be("list", &session);
}

#[test]
fn info() {
    let mut session = Session::with_library();
    session.run_all(&[
        "info --help",
        "info IMG_0001.jpg",
        "info 9ae6b9e1",
        "info nowhere.jpg notes.txt",
        "info",
        "--library nothing-here info IMG_0001.jpg",
    ]);
    shall_be("info", &session);
}

#[test]
fn stats() {
    let mut session = Session::with_library();
    session.run_all(&["stats --help", "stats", "stats --type video"]);
    shall_be("stats", &session);
}

#[test]
fn open() {
    let mut session = Session::with_library();
    session.run_all(&[
        "open --help",
        "open",
        "open IMG_0001.jpg",
        "open nowhere.jpg",
    ]);
    shall_be("open", &session);
}

#[test]
fn doctor() {
    let mut session = Session::with_library();
    session.run_all(&["doctor --help"]);
    shall_be("doctor", &session);
}

#[test]
fn undo() {
    let mut session = Session::with_library();
    session.run_all(&[
        "undo --help",
        "undo --dry-run 2",
        "undo 2",
        "undo 99",
        "undo 2",
        "undo 1",
        "undo",
    ]);
    shall_be("undo", &session);
}

#[test]
fn verify() {
    let mut session = Session::with_library();
    session.run_all(&["verify --help", "verify"]);
    session.spoil_an_original();
    session.run_all(&[
        "verify",
        "verify --repair",
        "verify --repair nowhere.zip",
        "verify --repair INSTAGRAM",
        "verify",
    ]);
    session.remove_a_sidecar();
    session.run_all(&["verify", "verify folder-without-copy"]);
    shall_be("verify", &session);
}

#[test]
fn certify() {
    let mut session = Session::with_library();
    session.run_all(&[
        "certify --help",
        "certify",
        "certify --parts anna=1",
        "certify --provider instagram --parts anna=2",
        "certify --provider google-photos --html certificate.html",
        "certify nobody",
        "certify --parts 3",
    ]);
    shall_be("certify", &session);
}

#[test]
fn push() {
    let mut session = Session::with_library();
    session.run_all(&[
        "push --help",
        "push --dry-run copy",
        "push copy",
        "push copy",
        "push --bag bag",
        "push --strip location stripped",
        "push library",
        "push ftp://host/folder",
        "push webdav+https://user:secret@host/folder",
        "push",
        "verify copy",
    ]);
    shall_be("push", &session);
}

#[test]
fn gallery() {
    let mut session = Session::with_library();
    session.run_all(&[
        "gallery --help",
        "gallery",
        "gallery",
        "gallery --to shared --strip location",
        "gallery --to library",
    ]);
    shall_be("gallery", &session);
}

#[test]
fn print() {
    let mut session = Session::with_library();
    session.run_all(&[
        "print --help",
        "print prints.pdf --size 10x15",
        "print prints.pdf --size 10x15",
        "print none.pdf --text pigeons",
        "print odd.pdf --size 10",
    ]);
    shall_be("print", &session);
}

#[test]
fn rebuild() {
    let mut session = Session::with_library();
    session.run_all(&["rebuild --help", "rebuild", "status"]);
    session.remove_the_catalog();
    session.run_all(&["list", "rebuild", "--library nothing-here rebuild"]);
    shall_be("rebuild", &session);
}

#[test]
fn sync() {
    let mut session = Session::with_library();
    session.run_all(&["sync --help", "sync"]);
    session.configure("library = \"library\"\n[[inbox]]\npath = \"~/inbox\"\n");
    session.run_all(&["sync", "config show"]);
    session.fill_the_inbox();
    session.run_all(&["sync", "sync"]);
    shall_be("sync", &session);
}

#[test]
fn schedule() {
    let mut session = Session::with_library();
    session.run_all(&[
        "schedule --help",
        "schedule install --help",
        "schedule show --help",
        "schedule remove --help",
        "schedule install --every fortnight",
    ]);
    shall_be("schedule", &session);
}

#[test]
fn config() {
    let mut session = Session::with_library();
    session.run_all(&[
        "config --help",
        "config init --help",
        "config show --help",
        "config show",
        "config init",
        "config init",
    ]);
    session.configure("libary = \"library\"\n");
    session.run_all(&["config show", "sync"]);
    shall_be("config", &session);
}

#[test]
fn fetch() {
    let mut session = Session::new();
    session.run_all(&[
        "fetch --help",
        "fetch",
        "fetch ftp://host/file.zip",
        "fetch http://127.0.0.1:1/file.zip",
        "fetch --from nowhere.txt",
    ]);
    shall_be("fetch", &session);
}

#[test]
fn providers() {
    let mut session = Session::new();
    session.run_all(&[
        "providers --help",
        "providers",
        "providers instagram",
        "providers google-photos",
        "providers facebook",
        "providers snapchat",
        "providers flickr",
        "providers myspace",
    ]);
    shall_be("providers", &session);
}

#[test]
fn demo() {
    let mut session = Session::new();
    session.run_all(&["demo --help", "demo", "demo"]);
    shall_be("demo", &session);
}

#[test]
fn completions() {
    let mut session = Session::new();
    session.run_all(&["completions --help", "completions tcsh"]);
    shall_be("completions", &session);
}
