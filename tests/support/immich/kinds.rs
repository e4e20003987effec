//! Kinds of files the stand-in takes: 48 of pictures and 20 of videos, as 3.1.0 says. Names from `server/src/utils/mime-types.ts`;
//! `.jp2`, `.mpo`, `.m2t`, `.mxf` and `.ts` make up the numbers that the running server gave.

/// Extensions of pictures.
pub(super) const IMAGES: &str = "3fr ari arw cap cin cr2 cr3 crw dcr dng erf fff iiq k25 kdc mrw nef nrw orf ori pef psd raf raw rw2 rwl sr2 srf srw x3f avif bmp gif heic heif hif insp jp2 jpe jpeg jpg jxl mpo png svg tif tiff webp";
/// Extensions of videos.
pub(super) const VIDEOS: &str =
    "3gp 3gpp avi flv insv m2t m2ts m4v mkv mov mp4 mpe mpeg mpg mts mxf ts vob webm wmv";

/// Returns a list of extensions with their dots.
pub(super) fn listed(kinds: &str) -> Vec<String> {
    kinds.split(' ').map(|kind| format!(".{kind}")).collect()
}

/// Returns what kind of asset a file is.
pub(super) fn type_of(name: &str) -> &'static str {
    match has(VIDEOS, name) {
        true => "VIDEO",
        false => "IMAGE",
    }
}

/// Returns whether a file of this name is taken.
pub(super) fn is_taken(name: &str) -> bool {
    has(IMAGES, name) || has(VIDEOS, name)
}

fn has(kinds: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    kinds.split(' ').any(|kind| kind == extension)
}
