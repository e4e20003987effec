//! The README.txt of a library: how to read it all without albumen.

/// Name of the file.
pub const README: &str = "README.txt";

/// Its text; the same in every library of one format.
pub const TEXT: &str = "\
Your photos and videos
======================

This folder is a library made by albumen out of the archives your services gave you.
You need no program of ours to use it: every file here can be opened with ordinary tools.

What is here
------------

2023/07/             Photos and videos by year and month of being taken, in local time where it is
                     known, else in UTC. Each file is byte for byte what the service gave you.
undated/             Media about which nothing honest is known of when they were taken.
*.xmp                A sidecar beside each photo or video, named after the whole file name: date,
                     caption, place, people, keywords, albums, as XMP, which digiKam, darktable,
                     Immich, PhotoPrism, exiftool and many others read. It is plain text. Properties
                     that begin with albumen: hold all that the archives said about the file.
_edited, _overlay    In a name: the service's edited copy, or a picture laid over the original.
                     A .mov or .mp4 of the same name as a photo is the moving half of a live photo;
                     an .srt holds subtitles.
~1a2b3c4d            In a name: two different files wanted one name, so each carries the first
                     digits of its own SHA-256.
albums.json          Your albums, in order, with captions. Plain text (JSON).
missing.json         Media that your archives mention but do not hold. Ask the service for a new
                     archive with everything ticked, and import it: what was missing is filled in.
library.json         What you told albumen about the whole library (your home time zone).
history.jsonl        What was imported when, and which import gave what: for undoing one, and for
                     the certificate. pushes.jsonl says what was copied where, if you ever did.
SHA256SUMS           A checksum of every photo and video.
SHA256SUMS.metadata  A checksum of every sidecar and of the lists above.
gallery/             If you made one: pages to look at it all; open gallery/index.html in a browser.
                     It can be made again from the rest.
.albumen/            albumen's own notes. They can be made again from the rest.

Is everything still as it was?
------------------------------

In this folder, on Linux:

    sha256sum -c --quiet SHA256SUMS
    sha256sum -c --quiet SHA256SUMS.metadata

On macOS put `shasum -a 256` in place of `sha256sum`. No output means that every file is as it was.
Sidecars that you changed with another program differ from SHA256SUMS.metadata, as they should;
the next import keeps your changes and brings the list up to date.

What you may do
---------------

Copy this folder anywhere, burn it to discs, or open it with a photo program. Change sidecars with
any program that writes XMP. Files of your own in here are left alone. Keep the photos and videos
under the names they have as long as you import further archives, and keep a second copy of the
whole folder in another place.
";

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::{albums_file, manifest};

    #[test]
    fn it_names_every_file_that_stands_at_the_top() {
        for name in [
            albums_file::ALBUMS,
            albums_file::MISSING,
            manifest::ORIGINALS,
            manifest::METADATA,
        ] {
            assert!(TEXT.contains(&format!("\n{name} ")), "{name}");
        }
    }

    #[test]
    fn it_can_be_read_in_any_editor() {
        assert!(
            TEXT.is_ascii() && TEXT.ends_with('\n') && TEXT.lines().all(|line| line.len() <= 100)
        );
    }
}
