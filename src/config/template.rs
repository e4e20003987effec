//! The file that `albumen config init` writes: every setting, explained, and none of them set.

/// Its text.
pub const TEMPLATE: &str = r#"# What albumen does by itself. Take away the '#' before a setting to use it.
# Paths begin at the folder of this file, or with ~ at your home folder.

# The library. Without this: the folder albumen in your Pictures folder.
#library = "~/Pictures/albumen"

# The time zone you live in, for times of which only the instant is known.
#home_timezone = "Europe/Berlin"

# Keep media of private messages, too.
#include = ["messages"]

# Hours in which `albumen sync` does nothing.
#quiet_hours = "22:00-07:00"

# Share of the library that is read again after an import; "0%" reads none. Without it: a hundredth, and about fifty files at least.
#verify_sample = "1%"

# Keep the pages of `albumen gallery` in the library up to date.
#gallery = true

# Folders that archives arrive in: your downloads, or what a cloud drive copies to this machine. One such section for each.
#[[inbox]]
#path = "~/Downloads"
# Only files with such names; * is any text.
#pattern = "takeout-*"
# A folder on a server (WebDAV, S3 or SFTP; addresses and secrets as for [[destination]]): new archives are fetched, and nothing there is changed.
#[[inbox]]
#address = "webdav+https://cloud.example/remote.php/dav/files/anna/Takeout"
#secret_file = "~/.config/albumen/cloud.secret"

# What happens to an archive after an import that left nothing out: "keep" it where it is, or "move" it to a folder. It is never deleted.
#[archives]
#after_import = "move"
#folder = "~/Archives"

# Where the library is copied to. One such section for each; addresses as for `albumen push`.
#[[destination]]
#address = "/media/disk/photos"
# As with `push`: the shape of the tree there, and whether the facts are written into the copies themselves.
#layout = "dates"
#embed = true
# A folder or zip is for its owner's eyes alone, unless others on this machine may read it (a photo server, for example).
#shared = true
# A host wants a user name and password: from a file only you may read, from a command (of a password manager), or here, if only you may
# read this file (chmod 600).
#[[destination]]
#address = "webdav+https://cloud.example/remote.php/dav/files/anna/Photos"
#secret_file = "~/.config/albumen/cloud.secret"

# Who hears about it.
#[notify]
# A health check (healthchecks.io and its like): it is told of every start, success and failure.
#ping = "https://hc.example/your-id"
# A command that gets the report on its standard input: when there are "problems", also after "changes", or "always".
#command = "mail -s albumen anna"
#when = "changes"
"#;
