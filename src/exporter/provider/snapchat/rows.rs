//! One row of the list of memories, as the JSON and the HTML edition tell it, with the addresses its media can be had at.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;
use serde_json::Value;

use crate::meta_elements::read_elements;
use crate::meta_values::text;
use model::media_type::MediaClass;
use model::record::Location;

/// How an address is to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Send the query as a form to the address before it; the answer is the address of the file.
    Post,
    /// Ask for it.
    Get,
}

/// Where a medium can be had, for some days. Its signature lets anybody in, so it never shows.
#[derive(Clone, PartialEq, Eq)]
pub struct MemoryAddress {
    address: String,
    /// How to ask.
    pub method: Method,
}

impl MemoryAddress {
    /// Takes an address; none if it is empty.
    pub(super) fn new(address: &str, method: Method) -> Option<Self> {
        let address = address.trim().to_owned();
        (!address.is_empty()).then_some(Self { address, method })
    }

    /// Returns the address, for the one who asks.
    pub fn reveal(&self) -> &str {
        &self.address
    }

    /// Returns a value of the query, if it can be an id.
    fn id(&self, name: &str) -> Option<&str> {
        let (_, query) = self.address.split_once('?')?;
        let query = query.split('#').next().unwrap_or_default();
        let value = query.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=')?;
            (key == name).then_some(value)
        })?;
        let is_id = (1..=64).contains(&value.len())
            && value
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        is_id.then_some(value)
    }
}

impl fmt::Debug for MemoryAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} …", self.method)
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// When the memory was taken, as written.
    pub date: String,
    /// `Image`, `Video`; `PHOTO`, `VIDEO` in older archives.
    pub media_type: String,
    /// Place as written; empty in older archives.
    pub location: String,
    /// Where its media can be had, best first; none in archives that hold them.
    pub addresses: Vec<MemoryAddress>,
    /// A key beside these, which nobody knows.
    pub unknown_key: Option<String>,
}

impl Row {
    /// Keys of an element, by the archives of all generations. Another one may be a place or a date.
    const KEYS: [&str; 5] = [
        "Date",
        "Download Link",
        "Location",
        "Media Download Url",
        "Media Type",
    ];

    /// Returns a key of an element that nobody knows.
    fn unknown_key(element: &Value) -> Option<&String> {
        let mut keys = element.as_object()?.keys();
        keys.find(|key| !Self::KEYS.contains(&key.as_str()))
    }

    /// Reads an element of `Saved Media`.
    fn of_json(element: &Value) -> Option<Self> {
        let field = |name: &str| text(element.get(name)).unwrap_or_default();
        let row = Self {
            date: field("Date"),
            media_type: field("Media Type"),
            location: field("Location"),
            addresses: [
                ("Media Download Url", Method::Get),
                ("Download Link", Method::Post),
            ]
            .into_iter()
            .filter_map(|(name, method)| MemoryAddress::new(&field(name), method))
            .collect(),
            unknown_key: Self::unknown_key(element).cloned(),
        };
        (!row.date.is_empty() || !row.addresses.is_empty()).then_some(row)
    }

    /// Returns when the memory was taken: always UTC.
    pub fn taken(&self) -> Option<Timestamp> {
        instant(&self.date)
    }

    /// Returns whether it is a photo or a video, if the row tells.
    pub fn class(&self) -> Option<MediaClass> {
        match self.media_type.trim().to_ascii_lowercase().as_str() {
            "image" | "photo" => Some(MediaClass::Photo),
            "video" => Some(MediaClass::Video),
            _ => None,
        }
    }

    /// Returns the place; `0.0, 0.0` is none.
    pub fn place(&self) -> Option<Location> {
        let numbers = self.location.rsplit(':').next()?;
        let (latitude, longitude) = numbers.split_once(',')?;
        Location::new(
            latitude.trim().parse().ok()?,
            longitude.trim().parse().ok()?,
        )
    }

    /// Returns `mid` and `sid`, as far as the addresses tell them.
    pub fn ids(&self) -> (Option<&str>, Option<&str>) {
        let find = |name| self.addresses.iter().find_map(|address| address.id(name));
        (find("mid"), find("sid"))
    }

    /// Returns the identity of the memory, if the addresses tell it: `<day>_<mid>`, with `+<sid>` where that is another.
    pub fn told_key(&self) -> Option<String> {
        let (mid, sid) = self.ids();
        let id = mid.or(sid)?;
        let day = self
            .taken()
            .map(|taken| taken.strftime("%Y-%m-%d_").to_string());
        let other = sid.filter(|sid| *sid != id).map(|sid| format!("+{sid}"));
        Some(format!(
            "{}{id}{}",
            day.unwrap_or_default(),
            other.unwrap_or_default()
        ))
    }

    /// Returns the name its file has in archives that hold it, without ending, if the addresses tell it.
    pub fn told_stem(&self) -> Option<String> {
        // Two memories may share a `mid`, and have a `sid` of their own.
        let (mid, sid) = self.ids();
        let id = sid.or(mid)?;
        let day = self
            .taken()
            .map(|taken| taken.strftime("%Y-%m-%d_").to_string());
        Some(format!("{}{id}", day.unwrap_or_default()))
    }
}

/// Reads a time as Snapchat writes it: `2021-01-02 03:04:05 UTC`.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let local = text.trim().strip_suffix("UTC")?.trim();
    let local = DateTime::strptime("%Y-%m-%d %H:%M:%S", local).ok()?;
    Offset::UTC.to_timestamp(local).ok()
}

/// Reads the rows of `memories_history.json`, in the order of the file.
///
/// # Errors
/// Fails at a syntax error, after the rows before it were given.
pub fn read_json(
    bytes: &mut [u8],
    each: &mut dyn FnMut(Option<Row>),
) -> Result<(), serde_json::Error> {
    read_elements(bytes, |key| key == "Saved Media", &mut |root, element| {
        if root == "Saved Media" {
            each(Row::of_json(&element));
        }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(value: Value) -> Row {
        Row::of_json(&value).unwrap()
    }

    #[test]
    fn a_row_tells_date_kind_place_and_ids() {
        let post = "https://app.snapchat.com/dmd/memories?uid=U&sid=S-1&mid=M-1&ts=9&proxy=true&sig=geheim";
        let row = row(
            json!({"Date": "2021-01-02 03:04:05 UTC", "Media Type": "Image",
            "Location": "Latitude, Longitude: 48.5, -3.25", "Download Link": post, "Media Download Url": ""}),
        );
        assert_eq!(row.taken().unwrap().to_string(), "2021-01-02T03:04:05Z");
        assert_eq!(row.class(), Some(MediaClass::Photo));
        assert_eq!(row.place(), Location::new(48.5, -3.25));
        assert_eq!(row.ids(), (Some("M-1"), Some("S-1")));
        assert_eq!(row.told_key().as_deref(), Some("2021-01-02_M-1+S-1"));
        assert_eq!(row.told_stem().as_deref(), Some("2021-01-02_S-1"));
        assert_eq!(row.addresses.len(), 1);
        assert_eq!(row.addresses[0].method, Method::Post);
        assert!(!format!("{row:?}").contains("geheim"));
    }

    #[test]
    fn what_is_not_there_is_not_made_up() {
        let old = row(
            json!({"Date": "2019-01-02 03:04:05 UTC", "Media Type": "VIDEO", "Download Link": ""}),
        );
        assert_eq!(
            (old.class(), old.place(), old.told_key()),
            (Some(MediaClass::Video), None, None)
        );
        for location in [
            "Latitude, Longitude: 0.0, 0.0",
            "",
            "somewhere",
            "Latitude, Longitude: 91, 3",
            "N/A, N/A",
        ] {
            let row = row(json!({"Date": "soon", "Location": location}));
            assert_eq!(
                (row.place(), row.taken(), row.class()),
                (None, None, None),
                "{location}"
            );
        }
        assert_eq!(Row::of_json(&json!({"Media Type": "Image"})), None);
        let renamed = row(json!({"Date": "soon", "Place": "Latitude, Longitude: 1, 2"}));
        assert_eq!(renamed.unknown_key.as_deref(), Some("Place"));
        assert_eq!(old.unknown_key, None);
        assert_eq!(Row::of_json(&json!(7)), None);
    }

    #[test]
    fn both_fields_of_2024_are_kept_the_plain_one_first() {
        let row = row(
            json!({"Date": "2024-05-06 07:08:09 UTC", "Media Type": "Video",
            "Download Link": "https://a/dmd/memories?mid=M&sid=M&sig=x", "Media Download Url": "https://b/dmd/mm?mid=M&sid=M&sig=y"}),
        );
        let methods: Vec<Method> = row.addresses.iter().map(|address| address.method).collect();
        assert_eq!(methods, [Method::Get, Method::Post]);
        assert_eq!(row.told_key().as_deref(), Some("2024-05-06_M"));
        let odd = Row {
            addresses: vec![MemoryAddress::new("https://b/?mid=../../x", Method::Get).unwrap()],
            ..row
        };
        assert_eq!(odd.told_key(), None);
    }
}
