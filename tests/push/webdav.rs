//! WebDAV against servers of others.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::contract::contract;
use super::{Host, Pushing, files_below};
use crate::support::servers::{Server, apache, rclone_webdav, wsgidav};

/// A folder on a WebDAV server that serves a folder of this machine.
pub struct WebDavHost {
    /// The folder the server serves.
    pub folder: PathBuf,
    /// Port to talk to: the server's, or that of something in between.
    pub port: u16,
    /// Folder at the server.
    pub name: String,
    /// Name and password.
    pub password: Option<(&'static str, &'static str)>,
    /// What happens in the folder is seen by the server at once.
    pub sees_all: bool,
}

impl Host for WebDavHost {
    fn address(&self) -> String {
        format!("webdav+http://127.0.0.1:{}/{}", self.port, self.name)
    }

    fn variables(&self) -> Vec<(String, String)> {
        let variables = |(user, password): (&str, &str)| {
            vec![
                ("ALBUMEN_WEBDAV_USER".to_owned(), user.to_owned()),
                ("ALBUMEN_WEBDAV_PASSWORD".to_owned(), password.to_owned()),
            ]
        };
        self.password.map_or_else(Vec::new, variables)
    }

    fn listing(&self) -> BTreeMap<String, Vec<u8>> {
        let mut found = files_below(&self.folder.join(&self.name));
        // mod_dav keeps its notes beside the files.
        found.retain(|name, _| !name.contains(".DAV/"));
        found
    }

    fn write(&self, path: &str, bytes: &[u8]) -> bool {
        if !self.sees_all {
            return false;
        }
        let path = self.folder.join(&self.name).join(path);
        let folder = path.parent().expect("it has one");
        fs::create_dir_all(folder).expect("made");
        fs::write(&path, bytes).expect("written");
        // Apache gives its work to another user.
        #[cfg(unix)]
        for path in path
            .ancestors()
            .take_while(|path| path.starts_with(&self.folder))
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(0o777)).expect("ours");
        }
        true
    }

    fn remove(&self, path: &str) -> u64 {
        if !self.sees_all {
            return 0;
        }
        fs::remove_file(self.folder.join(&self.name).join(path)).expect("it is there");
        1
    }
}

const PASSWORD: (&str, &str) = ("anna", "pass: word\"é");

fn keeps_the_contract(
    server: &Server,
    password: Option<(&'static str, &'static str)>,
    sees_all: bool,
) {
    contract(&|_: &Pushing, name: &str| {
        Box::new(WebDavHost {
            folder: server.folder.clone(),
            port: server.port,
            name: name.to_owned(),
            password,
            sees_all,
        })
    });
}

#[test]
fn rclone_keeps_the_contract() {
    let Some(server) = rclone_webdav(PASSWORD.0, PASSWORD.1) else {
        return;
    };
    // It remembers what its folders held for minutes.
    keeps_the_contract(&server, Some(PASSWORD), false);
}

#[test]
fn wsgidav_with_digest_keeps_the_contract() {
    let Some(server) = wsgidav("anna", "geheim") else {
        return;
    };
    keeps_the_contract(&server, Some(("anna", "geheim")), true);
}

#[test]
fn apache_keeps_the_contract() {
    let Some(server) = apache() else { return };
    keeps_the_contract(&server, None, true);
}
