//! XMP sidecars: standard fields for other programs, and everything albumen knows, losslessly, in a namespace of its own.

mod camera;
pub mod fields;
pub mod merge;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod outside_tests;
pub mod packet;
pub mod read;
pub mod render;
pub mod rights;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests;
#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod told_tests;
pub mod tree;
mod xml_text;

/// Version of what stands in our own namespace.
pub const SIDECAR_FORMAT: u32 = 1;

/// Largest sidecar that is read as one, in bytes. What a program of today writes is a hundredth of it; ours is longer only where an
/// archive had a record as long. A larger one is compared by its hash, and set aside where somebody else wrote it.
pub const LARGEST_SIDECAR: u64 = 48 << 20;

/// Namespaces of the properties a sidecar holds, with the prefixes they are written with.
pub mod ns {
    /// RDF itself.
    pub const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
    /// The namespace of `xml:lang`.
    pub const XML: &str = "http://www.w3.org/XML/1998/namespace";
    /// Root element.
    pub const META: &str = "adobe:ns:meta/";
    /// Dublin Core.
    pub const DC: &str = "http://purl.org/dc/elements/1.1/";
    /// EXIF in XMP.
    pub const EXIF: &str = "http://ns.adobe.com/exif/1.0/";
    /// TIFF in XMP.
    pub const TIFF: &str = "http://ns.adobe.com/tiff/1.0/";
    /// Photoshop.
    pub const PHOTOSHOP: &str = "http://ns.adobe.com/photoshop/1.0/";
    /// XMP basics.
    pub const XMP: &str = "http://ns.adobe.com/xap/1.0/";
    /// XMP media management.
    pub const XMP_MM: &str = "http://ns.adobe.com/xap/1.0/mm/";
    /// Lightroom.
    pub const LR: &str = "http://ns.adobe.com/lightroom/1.0/";
    /// digiKam.
    pub const DIGIKAM: &str = "http://www.digikam.org/ns/1.0/";
    /// IPTC Core.
    pub const IPTC_CORE: &str = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/";
    /// IPTC Extension.
    pub const IPTC_EXT: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
    /// Collections of the Metadata Working Group.
    pub const MWG_COLL: &str = "http://www.metadataworkinggroup.com/schemas/collections/";
    /// F-Stop, whose favourite mark PhotoPrism reads.
    pub const FSTOP: &str = "http://www.fstopapp.com/xmp/";
    /// EXIF in XMP, what came after its first version.
    pub const EXIF_EX: &str = "http://cipa.jp/exif/1.0/";
    /// Rights.
    pub const XMP_RIGHTS: &str = "http://ns.adobe.com/xap/1.0/rights/";
    /// The PLUS coalition: what machines may do with a picture.
    pub const PLUS: &str = "http://ns.useplus.org/ldf/xmp/1.0/";
    /// Our own.
    pub const ALBUMEN: &str = "urn:albumen:ns:1#";

    /// Every namespace declared on the description, in the order written.
    pub const DECLARED: [(&str, &str); 13] = [
        ("dc", DC),
        ("exif", EXIF),
        ("tiff", TIFF),
        ("photoshop", PHOTOSHOP),
        ("xmp", XMP),
        ("xmpMM", XMP_MM),
        ("lr", LR),
        ("digiKam", DIGIKAM),
        ("Iptc4xmpCore", IPTC_CORE),
        ("Iptc4xmpExt", IPTC_EXT),
        ("mwg-coll", MWG_COLL),
        ("fstop", FSTOP),
        ("albumen", ALBUMEN),
    ];

    /// Namespaces declared only where something of them is written: few sidecars hold any.
    pub const OPTIONAL: [(&str, &str); 2] = [("exifEX", EXIF_EX), ("xmpRights", XMP_RIGHTS)];
}
