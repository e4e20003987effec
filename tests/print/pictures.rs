//! Pictures on paper: originals byte for byte, upright, in their place and in their colours.

use demo::media::{Picture, gif, heic, jpeg, png, tiff, webp};
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage};

use super::{Given, Printing, tools};

fn scene(orientation: Option<u8>) -> Picture {
    Picture {
        width: 600,
        height: 400,
        seed: 5,
        orientation,
        ..Picture::default()
    }
}

/// Encodes pixels in a way our own maker of JPEGs does not.
fn encoded(kind: jpeg_encoder::ColorType, pixel: &[u8], progressive: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
    encoder.set_progressive(progressive);
    encoder
        .encode(&pixel.repeat(300 * 200), 300, 200, kind)
        .expect("it fits");
    bytes
}

#[test]
fn jpeg_originals_go_in_byte_for_byte() {
    let Some(tools) = tools() else { return };
    use jpeg_encoder::ColorType::{Cmyk, CmykAsYcck, Luma, Rgb};
    let motion = [&jpeg(&scene(None))[..], b"\0\0\0\x18ftypmp42 and a film"].concat();
    let given = [
        Given::of("1.jpg", jpeg(&scene(None))),
        Given::of("2.jpg", jpeg(&scene(Some(6)))),
        Given::of("3.jpg", encoded(Rgb, &[200, 60, 20], true)),
        Given::of("4.jpg", encoded(Luma, &[90], false)),
        Given::of("5.jpg", encoded(Cmyk, &[255, 0, 0, 0], false)),
        Given::of("6.jpg", encoded(CmykAsYcck, &[0, 255, 255, 0], false)),
        Given::of("7.jpg", motion),
    ];
    let printing = Printing::of(&given);
    for (file, options) in [
        ("prints.pdf", &[][..]),
        (
            "fill.pdf",
            &["--fit", "fill", "--bleed", "3mm", "--crop-marks"],
        ),
        ("contact.pdf", &["--form", "contact"]),
        ("book.pdf", &["--form", "book"]),
    ] {
        let pdf = printing.printed(file, options);
        tools.check(&pdf);
        let found = tools.images(&pdf);
        assert_eq!(found.len(), given.len(), "{file}");
        for (picture, found) in given.iter().zip(&found) {
            assert!(*found == picture.bytes, "{file}: {} changed", picture.name);
        }
    }
    // Inks are inverted in such files: rendered wrongly they would be red and cyan.
    let pages = tools.pages(&printing.env.path("fill.pdf"), 20);
    let middle = |page: &RgbImage| page.get_pixel(page.width() / 2, page.height() / 2).0;
    let [red, green, blue] = middle(&pages[4]);
    assert!(
        red < 100 && green > 120 && blue > 150,
        "cyan is {red} {green} {blue}"
    );
    let [red, green, blue] = middle(&pages[5]);
    assert!(
        red > 150 && green < 100 && blue < 100,
        "red is {red} {green} {blue}"
    );
    assert_eq!(middle(&pages[3]), [90; 3]);
}

fn difference(one: &DynamicImage, other: &DynamicImage) -> f64 {
    let size = (one.width().min(60), one.height().min(60));
    let small = |picture: &DynamicImage| {
        picture
            .resize_exact(size.0, size.1, image::imageops::FilterType::Triangle)
            .to_rgb8()
    };
    let (one, other) = (small(one), small(other));
    let pairs = one.as_raw().iter().zip(other.as_raw());
    let sum: u64 = pairs.map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / one.as_raw().len() as f64
}

#[test]
fn every_orientation_is_upright_on_paper() {
    let Some(tools) = tools() else { return };
    let given: Vec<Given> = (1..=8)
        .map(|orientation| {
            Given::of(
                &format!("{orientation}.jpg"),
                jpeg(&scene(Some(orientation))),
            )
        })
        .collect();
    let printing = Printing::of(&given);
    let pdf = printing.printed("a.pdf", &["--fit", "fill"]);
    let stored = image::load_from_memory(&png(&scene(None))).expect("a PNG");
    for (orientation, page) in (1..=8).zip(tools.pages(&pdf, 40)) {
        let mut upright = stored.clone();
        upright.apply_orientation(Orientation::from_exif(orientation).expect("1 to 8"));
        assert_eq!(
            page.width() > page.height(),
            orientation < 5,
            "{orientation}"
        );
        let differs = difference(&DynamicImage::from(page), &upright);
        assert!(differs < 4.0, "{orientation}: {differs}");
    }
}

#[test]
fn other_kinds_are_decoded_and_upright() {
    let Some(tools) = tools() else { return };
    let given = [
        Given::of("1.png", png(&scene(Some(6)))),
        Given::of("2.webp", webp(&scene(Some(6)))),
        Given::of("3.tif", tiff(&scene(Some(6)))),
        Given::of("4.gif", gif(&scene(None))),
        Given::of("5.heic", heic(&scene(None))),
    ];
    let printing = Printing::of(&given);
    let pdf = printing.printed("a.pdf", &["--fit", "fill"]);
    tools.check(&pdf);
    let pages = tools.pages(&pdf, 40);
    assert_eq!(pages.len(), given.len());
    let mut upright = image::load_from_memory(&png(&scene(None))).expect("a PNG");
    let lying = upright.clone();
    upright.apply_orientation(Orientation::Rotate90);
    for (page, expected) in pages
        .into_iter()
        .zip([&upright, &upright, &upright, &lying])
    {
        let differs = difference(&DynamicImage::from(page), expected);
        assert!(differs < 8.0, "{differs}");
    }
}

/// Returns whether an edge of a page is white, for left, right, upper and lower edge.
fn white(page: &RgbImage) -> [bool; 4] {
    let (right, low) = (page.width() - 2, page.height() - 2);
    let (x, y) = (page.width() / 2, page.height() / 2);
    [(1, y), (right, y), (x, 1), (x, low)].map(|(x, y)| page.get_pixel(x, y).0 == [255; 3])
}

#[test]
fn fitted_filled_and_bordered_prints_look_so() {
    let Some(tools) = tools() else { return };
    let printing = Printing::of(&[Given::jpeg("1.jpg", 600, 300)]);
    for (file, options, expected) in [
        ("fit.pdf", &["--fit", "fit"][..], [false, false, true, true]),
        ("fill.pdf", &["--fit", "fill"], [false; 4]),
        ("border.pdf", &["--fit", "border"], [true; 4]),
    ] {
        let pdf = printing.printed(file, options);
        let pages = tools.pages(&pdf, 50);
        assert_eq!(white(&pages[0]), expected, "{file}");
    }
}

#[test]
fn pictures_are_made_smaller_only_when_asked() {
    let Some(tools) = tools() else { return };
    let given = [
        Given::jpeg("1.jpg", 1200, 900),
        Given::jpeg("2.jpg", 300, 200),
    ];
    let printing = Printing::of(&given);
    let pdf = printing.printed("a.pdf", &["--form", "contact", "--max-dpi", "150"]);
    let found = tools.images(&pdf);
    let small = image::load_from_memory(&found[0]).expect("a JPEG");
    assert!(small.width() < 300, "{}", small.width());
    // Beside a cell of 44 mm even 300 pixels are too many at 150 dpi, at 300 they are not.
    let pdf = printing.printed("b.pdf", &["--form", "contact", "--max-dpi", "300"]);
    assert!(tools.images(&pdf)[1] == given[1].bytes);
}
