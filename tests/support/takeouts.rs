//! Accounts of Google Photos to compose exports from, and the media in them.

use demo::media::{Clip, Picture, heic, jpeg, mp4};
use jiff::civil::{DateTime, datetime};
use serde_json::json;

use super::compose::takeout::{Album, Item, State, Takeout};
use super::compose::takeout_words::Words;

/// A small picture that says nothing of itself.
pub fn plain(seed: u64) -> Vec<u8> {
    jpeg(&silent(seed))
}

/// The description of [`plain`], to be added to.
pub fn silent(seed: u64) -> Picture {
    Picture {
        width: 48,
        height: 32,
        seed,
        ..Picture::default()
    }
}

/// A small picture with a camera's wall clock.
pub fn at(seed: u64, taken: DateTime) -> Vec<u8> {
    jpeg(&Picture {
        taken: Some(taken),
        ..silent(seed)
    })
}

/// A small video that says nothing of itself.
pub fn clip(seed: u64) -> Vec<u8> {
    mp4(&silent_clip(seed))
}

fn silent_clip(seed: u64) -> Clip {
    Clip {
        width: 32,
        height: 32,
        duration_ms: 200,
        seed,
        ..Clip::default()
    }
}

/// An export of so many photos with captions, places and dates, the first of them with people.
pub fn crowd(photos: u64, with_people: u64) -> Takeout {
    const NAMES: [&str; 4] = ["Anna", "Zoë Müller", "Ben", "Grandma"];
    let item = |number: u64| {
        let people = NAMES.iter().take(1 + number as usize % NAMES.len());
        let people = people.map(|name| (*name).to_owned());
        Item {
            id: format!("crowd{number}"),
            description: format!("Photo {number}"),
            people: people.filter(|_| number < with_people).collect(),
            favorite: number.is_multiple_of(7),
            place: Some((41.0 + number as f64 / 1000.0, 12.5)),
            ..Item::new(
                &format!("crowd{number}.jpg"),
                plain(5000 + number),
                &format!("2024-05-{:02}T10:{:02}:00Z", 1 + number % 28, number % 60),
            )
        }
    };
    let english = super::compose::takeout_words::ENGLISH;
    Takeout {
        words: english,
        ..Takeout::of((0..photos).map(item).collect(), Vec::new())
    }
}

/// An export with one of everything, in a language.
pub fn varied(words: Words) -> Takeout {
    let mut items = named();
    items.extend(told());
    items.extend(paired());
    items.extend(kept_elsewhere());
    Takeout {
        words,
        ..Takeout::of(items, albums())
    }
}

fn albums() -> Vec<Album> {
    vec![
        Album {
            description: "three days,\nno rain".into(),
            comments: vec!["lovely"],
            ..Album::new("rome", "Rome 2023")
        },
        Album::new("party", "Party 6/10/23: \"wild\" & loud"),
        Album {
            sidecars_only: true,
            ..Album::new("paper", "Only on paper")
        },
        Album::new("same", "Same title"),
        Album::new("same again", "Same title"),
        Album::new("untitled", ""),
    ]
}

/// Names that Google cuts, counts and cleans.
fn named() -> Vec<Item> {
    let long = "Screenshot_2024-08-31-00-53-48-647_com.snapchat.android_of_the_night.jpg";
    let titles = [
        "IMG_0001.jpg",
        "IMG_0001.jpg",
        "IMG_0001.jpg",
        "2234089303984509579",
        "21.12.11 - 1",
        "skytree (2).jpg",
        "Tom & Jerry: who?.jpg",
        "Screenshot_20231027_123303_Facebook.jpg",
        "v2-60f3fcfa38e5d175d410eb7180efc9ad_r-01.jpeg",
        "PXL_20240506_142610305.LONG_EXPOSURE-01.COVER.jpg",
        long,
        long,
        "😀😃😄😁😆😅😂🤣🥲☺️😊😇🙂🙃😉😌😍🥰😘😗😙😚😋😛😝.jpg",
        "Été à la mer.JPG",
    ];
    let item = |(number, title): (usize, &&str)| {
        let number = number as u64;
        let taken = format!("2024-08-31T00:{number:02}:48Z");
        Item {
            id: format!("named{number}"),
            ..Item::new(title, plain(100 + number), &taken)
        }
    };
    titles.iter().enumerate().map(item).collect()
}

/// Items about which their sidecars say much.
fn told() -> Vec<Item> {
    vec![
        Item {
            description: "First line\nsecond 🎉 <b>line</b> שלום ]]>".into(),
            people: vec!["Zoë Müller".into(), "Anna".into()],
            favorite: true,
            place: Some((41.890_21, 12.492_23)),
            albums: vec!["rome", "party"],
            ..Item::new(
                "DSC_0101.JPG",
                at(1, datetime(2023, 6, 10, 18, 3, 22, 0)),
                "2023-06-10T16:03:22Z",
            )
        },
        Item {
            albums: vec!["rome", "paper", "same"],
            ..Item::new("DSC_0102.JPG", plain(2), "2023-06-10T16:09:00Z")
        },
        Item {
            albums: vec!["same again", "untitled"],
            origin: json!({"composition": {"type": "AUTO"}}),
            ..Item::new("DSC_0102-COLLAGE.jpg", plain(3), "2023-06-11T16:09:00Z")
        },
        Item {
            albums: vec!["rome"],
            true_ext: ".mp4",
            origin: json!({"fromSharedAlbum": {}}),
            ..Item::new("VID_0001.mp4", clip(4), "2023-12-31T23:30:00Z")
        },
        Item {
            origin: json!({"fromPartnerSharing": {}}),
            ..Item::new("scan of 1961.jpg", plain(5), "1961-08-13T00:00:01Z")
        },
    ]
}

/// Items of more than one file.
fn paired() -> Vec<Item> {
    let still = |seed, id: &str, taken: DateTime| {
        heic(&Picture {
            width: 320,
            height: 240,
            taken: Some(taken),
            content_id: Some(identifier(id)),
            ..silent(seed)
        })
    };
    let video = |seed, id: &str| {
        mp4(&Clip {
            content_id: Some(identifier(id)),
            quicktime: true,
            ..silent_clip(seed)
        })
    };
    let when = datetime(2023, 5, 1, 12, 0, 0, 0);
    vec![
        Item {
            edited: Some(plain(21)),
            ..Item::new("IMG_2000.jpg", plain(20), "2023-05-01T08:00:00Z")
        },
        Item {
            edited: Some(plain(23)),
            id: "second2000".into(),
            ..Item::new("IMG_2000.jpg", plain(22), "2023-05-01T09:00:00Z")
        },
        Item {
            edited: Some(plain(25)),
            ..Item::new(
                "a5025662-cb40-45dd-be98-684ee48aa226_IMG_20210.jpg",
                plain(24),
                "2023-05-01T09:30:00Z",
            )
        },
        // The video of the second still takes the first number: only identifiers tell.
        Item {
            video: Some((".MP4", video(31, "B"))),
            ..Item::new(
                "IMG_6312.JPG",
                jpeg(&Picture {
                    content_id: Some(identifier("B")),
                    taken: Some(when),
                    ..silent(30)
                }),
                "2023-05-01T10:00:00Z",
            )
        },
        Item {
            video: Some((".MP4", video(33, "A"))),
            ..Item::new(
                "IMG_6312.HEIC",
                still(32, "A", when),
                "2023-05-01T10:00:00Z",
            )
        },
        Item {
            video: Some((".MP4", video(35, "C"))),
            edited: Some(heic(&Picture {
                width: 320,
                height: 240,
                ..silent(36)
            })),
            albums: vec!["rome"],
            ..Item::new(
                "IMG_7000.HEIC",
                still(34, "C", when),
                "2023-05-01T10:00:00Z",
            )
        },
        Item {
            video: Some((".MP", clip(41))),
            ..Item::new(
                "PXL_20231118_035751175.MP.jpg",
                plain(40),
                "2023-11-18T03:57:51Z",
            )
        },
    ]
}

/// Apple's identifiers are UUIDs.
fn identifier(letter: &str) -> String {
    format!("1F6C1B4A-3A83-4B8B-9E3D-0B7E3C7C5A{letter}{letter}")
}

/// Items outside the ordinary view.
fn kept_elsewhere() -> Vec<Item> {
    let kept = |title: &str, seed, state| Item {
        state,
        ..Item::new(title, plain(seed), "2022-03-04T05:06:07Z")
    };
    vec![
        kept("receipt.jpg", 50, State::Archived),
        kept("blurred.jpg", 51, State::Trashed),
        kept("private.jpg", 52, State::Locked),
        Item {
            albums: vec!["party"],
            ..kept("menu.jpg", 53, State::Archived)
        },
    ]
}
