//! Sizes, boxes and pages of each form, exact to a hundredth of a point.

use super::{Given, Printing, same, tools};

/// Points of a millimetre.
const MM: f64 = 72.0 / 25.4;

#[test]
fn named_sizes_are_exact_and_turn_with_the_picture() {
    let Some(tools) = tools() else { return };
    let printing = Printing::of(&[Given::jpeg("1.jpg", 90, 60), Given::jpeg("2.jpg", 60, 90)]);
    for (size, width, height) in [
        ("10x15", 100.0 * MM, 150.0 * MM),
        ("4x6in", 288.0, 432.0),
        ("13x18", 130.0 * MM, 180.0 * MM),
        ("a4", 210.0 * MM, 297.0 * MM),
        ("square", 100.0 * MM, 100.0 * MM),
        ("12x17cm", 120.0 * MM, 170.0 * MM),
    ] {
        let pdf = printing.printed(&format!("{size}.pdf"), &["--size", size]);
        for name in ["MediaBox", "BleedBox", "TrimBox"] {
            let boxes = tools.boxes(&pdf, name);
            assert_eq!(boxes.len(), 2);
            assert!(
                same(boxes[0], [0.0, 0.0, height, width]),
                "{size} {name}: {boxes:?}"
            );
            assert!(
                same(boxes[1], [0.0, 0.0, width, height]),
                "{size} {name}: {boxes:?}"
            );
        }
    }
}

#[test]
fn bleed_and_crop_marks_lie_around_the_finished_print() {
    let Some(tools) = tools() else { return };
    let printing = Printing::of(&[Given::jpeg("1.jpg", 600, 900)]);
    let fill = ["--fit", "fill", "--size", "4x6in", "--bleed", "3mm"];
    let pdf = printing.printed("bleed.pdf", &fill);
    let bleed = 3.0 * MM;
    let sheet = [0.0, 0.0, 288.0 + 2.0 * bleed, 432.0 + 2.0 * bleed];
    assert!(same(tools.boxes(&pdf, "MediaBox")[0], sheet));
    assert!(same(tools.boxes(&pdf, "BleedBox")[0], sheet));
    let trim = [bleed, bleed, 288.0 + bleed, 432.0 + bleed];
    assert!(same(tools.boxes(&pdf, "TrimBox")[0], trim));

    let pdf = printing.printed("marks.pdf", &[&fill[..], &["--crop-marks"]].concat());
    let around = 8.0 * MM;
    let sheet = [0.0, 0.0, 288.0 + 2.0 * around, 432.0 + 2.0 * around];
    assert!(same(tools.boxes(&pdf, "MediaBox")[0], sheet));
    let outer = [
        around - bleed,
        around - bleed,
        288.0 + around + bleed,
        432.0 + around + bleed,
    ];
    assert!(same(tools.boxes(&pdf, "BleedBox")[0], outer));
    assert!(same(
        tools.boxes(&pdf, "TrimBox")[0],
        [around, around, 288.0 + around, 432.0 + around]
    ));

    // At 254 dots per inch a millimetre has ten: colour to the edge of the bleed, marks beyond it, white between them.
    let page = &tools.pages(&pdf, 254)[0];
    let dark = |x: u32, y: u32| page.get_pixel(x, y).0.iter().any(|value| *value < 250);
    let row = page.height() / 2;
    assert!(
        dark(52, row) && !dark(47, row),
        "colour ends 3 mm outside of the print"
    );
    let mark = |y: u32| (70..=90).any(|x| dark(x, y));
    assert!(mark(10) && mark(40), "a mark of 5 mm from the edge on");
    let beside = (40..=70).any(|x| dark(x, 20));
    assert!(!beside, "and nothing beside it");
    tools.check(&pdf);
}

#[test]
fn contact_sheets_go_on_where_a_page_is_full() {
    let Some(tools) = tools() else { return };
    let given: Vec<Given> = (1..=7)
        .map(|n| Given::jpeg(&format!("{n}.jpg"), 90, 60))
        .collect();
    let printing = Printing::of(&given);
    let options = ["--form", "contact", "--columns", "2", "--rows", "3"];
    let pdf = printing.printed("a.pdf", &options);
    assert_eq!(tools.pages(&pdf, 20).len(), 2);
    let boxes = tools.boxes(&pdf, "MediaBox");
    assert!(same(boxes[0], [0.0, 0.0, 210.0 * MM, 297.0 * MM]));
    let text = tools.text(&pdf);
    for path in printing.paths() {
        let name = path.rsplit('/').next().expect("a name");
        assert!(text.contains(name), "{name}: {text}");
    }
    assert!(text.contains("14 July 2023"), "{text}");
}

#[test]
fn a_book_has_a_title_months_captions_dates_and_places() {
    let Some(tools) = tools() else { return };
    let given: Vec<Given> = (1..=20)
        .map(|n| match n % 3 {
            0 => Given::jpeg(&format!("{n:02}.jpg"), 60, 90),
            _ => Given::jpeg(&format!("{n:02}.jpg"), 90, 60),
        })
        .map(|given| {
            let caption = format!("Caption of {}", given.name);
            given.with_caption(&caption)
        })
        .collect();
    let printing = Printing::of(&given);
    let pdf = printing.printed("a.pdf", &["--form", "book", "--title", "Summer in Rome"]);
    tools.check(&pdf);
    let text = tools.text(&pdf);
    let at = |words: &str| {
        text.find(words)
            .unwrap_or_else(|| panic!("{words:?} not in {text}"))
    };
    assert!(at("Summer in Rome") < at("July 2023 – August 2023"));
    assert!(at("14 July 2023") < at("Caption of 20.jpg"));
    assert!(at("Caption of 18.jpg") < at("August 2023\n\nCaption of 19.jpg"));
    for n in 1..=20 {
        at(&format!("Caption of {n:02}.jpg"));
    }
    assert!(text.contains("41.9000° N 12.5000° E"), "{text}");
    // Two lying pictures share a page, none is left out.
    let pages = tools.pages(&pdf, 20).len();
    assert!((12..=21).contains(&pages), "{pages}");
    assert_eq!(tools.images(&pdf).len(), given.len());
}

#[test]
fn copies_and_order_list_agree() {
    let Some(tools) = tools() else { return };
    let given = [Given::jpeg("1.jpg", 90, 60), Given::jpeg("2.jpg", 60, 90)];
    let printing = Printing::of(&given);
    let options = [
        "--copies",
        "3",
        "--size",
        "13x18",
        "--order-list",
        "order.csv",
    ];
    let pdf = printing.printed("a.pdf", &options);
    assert_eq!(tools.boxes(&pdf, "TrimBox").len(), 6);
    tools.check(&pdf);
    let paths = printing.paths();
    let expected = format!(
        "file,size,copies\r\n{},13x18,3\r\n{},13x18,3\r\n",
        paths[0], paths[1]
    );
    let list = std::fs::read_to_string(printing.env.path("order.csv")).expect("written");
    assert_eq!(list, expected);
}

#[test]
fn the_same_library_gives_the_same_bytes() {
    let printing = Printing::of(&[Given::jpeg("1.jpg", 90, 60).with_caption("Crème brûlée")]);
    for form in ["prints", "contact", "book"] {
        let [one, other] = ["a", "b"].map(|name| {
            let file = printing.printed(&format!("{name}-{form}.pdf"), &["--form", form]);
            std::fs::read(file).expect("written")
        });
        assert!(one == other, "{form}");
    }
}
