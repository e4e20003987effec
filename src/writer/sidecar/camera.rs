//! What a sidecar says of the camera, where the file itself says nothing: services take it out of the files and tell it in records.

use serde::{Deserialize, Serialize};

use super::ns;
use super::xml_text::clean;
use model::asset::Asset;

/// The camera as written. Numbers are XMP's rationals.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CameraFields {
    /// `tiff:Make`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    /// `tiff:Model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// `exifEX:LensModel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lens: Option<String>,
    /// `exif:ISOSpeedRatings`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iso: Option<String>,
    /// `exif:FNumber`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub f_number: Option<String>,
    /// `exif:ExposureTime`, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exposure: Option<String>,
    /// `exif:FocalLength`, in millimetres.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub focal_length: Option<String>,
}

/// How one of them is written.
#[derive(Debug, Clone, Copy)]
pub struct CameraProperty {
    /// With its prefix.
    pub tag: &'static str,
    /// Its namespace.
    pub namespace: &'static str,
    /// Its local name.
    pub name: &'static str,
    /// The kind of list it stands in, if it does.
    pub list: Option<&'static str>,
}

const fn property(
    tag: &'static str,
    namespace: &'static str,
    name: &'static str,
) -> CameraProperty {
    CameraProperty {
        tag,
        namespace,
        name,
        list: None,
    }
}

const MAKE: CameraProperty = property("tiff:Make", ns::TIFF, "Make");
const MODEL: CameraProperty = property("tiff:Model", ns::TIFF, "Model");
const LENS: CameraProperty = property("exifEX:LensModel", ns::EXIF_EX, "LensModel");
const ISO: CameraProperty = CameraProperty {
    list: Some("Seq"),
    ..property("exif:ISOSpeedRatings", ns::EXIF, "ISOSpeedRatings")
};
const F_NUMBER: CameraProperty = property("exif:FNumber", ns::EXIF, "FNumber");
const EXPOSURE: CameraProperty = property("exif:ExposureTime", ns::EXIF, "ExposureTime");
const FOCAL_LENGTH: CameraProperty = property("exif:FocalLength", ns::EXIF, "FocalLength");

impl CameraFields {
    /// Returns the camera of an asset.
    pub fn of(asset: &Asset) -> Self {
        let Some(camera) = asset.camera.as_ref().map(|claim| &claim.value) else {
            return Self::default();
        };
        let text = |text: &Option<String>| {
            let text = clean(text.as_deref()?).trim().to_owned();
            (!text.is_empty()).then_some(text)
        };
        Self {
            make: text(&camera.make),
            model: text(&camera.model),
            lens: text(&camera.lens),
            iso: camera.iso.map(|iso| iso.to_string()),
            f_number: camera.f_number.and_then(|number| rational(number, 100)),
            exposure: camera.exposure_s.and_then(exposure),
            focal_length: camera.focal_length_mm.and_then(|mm| rational(mm, 1000)),
        }
    }

    /// Returns whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns each property that is known, with its text.
    pub fn properties(&self) -> impl Iterator<Item = (CameraProperty, &str)> {
        [
            (MAKE, &self.make),
            (MODEL, &self.model),
            (LENS, &self.lens),
            (ISO, &self.iso),
            (F_NUMBER, &self.f_number),
            (EXPOSURE, &self.exposure),
            (FOCAL_LENGTH, &self.focal_length),
        ]
        .into_iter()
        .filter_map(|(property, text)| Some((property, text.as_deref()?)))
    }

    /// Returns the text of a property, if it is one of these and known.
    pub fn value_of(&self, namespace: &str, name: &str) -> Option<&str> {
        self.properties()
            .find(|(property, _)| property.namespace == namespace && property.name == name)
            .map(|(_, text)| text)
    }
}

/// Writes an exposure as photographers read it: `1/59` for what a fraction of a second comes near to, else a plain ratio.
fn exposure(seconds: f64) -> Option<String> {
    let inverse = (1.0 / seconds).round();
    let near = (inverse * seconds - 1.0).abs() < 0.01;
    match seconds > 0.0 && inverse > 1.0 && near {
        true => Some(format!("1/{inverse:.0}")),
        false => rational(seconds, 1000),
    }
}

/// Writes a positive number as a ratio with at most this number below, shortened.
fn rational(number: f64, below: u64) -> Option<String> {
    let above = (number * below as f64).round();
    if !(1.0..=1e12).contains(&above) {
        return None;
    }
    let above = above as u64;
    let common = common_divisor(above, below);
    Some(format!("{}/{}", above / common, below / common))
}

fn common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_cameras_write_them() {
        for (seconds, text) in [
            (1.0 / 59.0, Some("1/59")),
            (0.0166, Some("1/60")),
            (0.5, Some("1/2")),
            (0.7, Some("7/10")),
            (1.0, Some("1/1")),
            (2.5, Some("5/2")),
            (0.0, None),
            (-1.0, None),
            (f64::NAN, None),
            (f64::INFINITY, None),
        ] {
            assert_eq!(exposure(seconds).as_deref(), text, "{seconds}");
        }
        assert_eq!(rational(1.8, 100).as_deref(), Some("9/5"));
        assert_eq!(rational(35.0, 1000).as_deref(), Some("35/1"));
        assert_eq!(rational(3.99, 1000).as_deref(), Some("399/100"));
    }
}
