//! Says what to write in place of what is no address of a destination. Part of `cli::hints`.

use push::address::examples;
use push::scheme::AddressError;

/// Returns what to do about an address.
pub(super) fn for_address(error: &AddressError) -> String {
    match error {
        AddressError::Secret => "leave the password out of the address, and the user name, too, unless it is sftp://; give them as docs/push.md says (environment, private file or command)".to_owned(),
        AddressError::UnknownScheme { scheme } => for_scheme(scheme).map_or_else(all_addresses, str::to_owned),
        AddressError::Wrong { .. } => all_addresses(),
    }
}

fn all_addresses() -> String {
    format!("addresses are written like {}", examples().join(", "))
}

/// Returns what was meant by the beginning of an address that other programs know.
fn for_scheme(scheme: &str) -> Option<&'static str> {
    Some(match scheme {
        "http" | "https" => {
            "say what answers there, in front of the address: webdav+https:// (Nextcloud, ownCloud, a NAS), immich+https:// or photoprism+https://"
        }
        "dav" | "webdav" => {
            "write webdav+http:// for it, or webdav+https:// if the connection is encrypted"
        }
        "davs" | "webdavs" => "write webdav+https:// for it",
        "ftp" | "ftps" | "ssh" | "scp" => {
            "write sftp:// if the host lets you in by SSH; albumen does not know FTP"
        }
        "immich" => "write immich+https:// for it",
        "photoprism" => "write photoprism+https:// for it",
        "file" => "write the path of the folder alone",
        _ => return None,
    })
}
