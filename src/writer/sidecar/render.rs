//! Writes sidecars. Equal content gives equal bytes.

use std::fmt::Write;

use serde::Serialize;

use super::SIDECAR_FORMAT;
use super::fields::{Fields, latitude_text, longitude_text, sorted, without_fraction};
use super::read::ForeignProperty;
use super::tree::{escaped, push_escaped};
use super::xml_text::{clean, is_xml};
use super::{fields, ns};
use model::asset::Asset;
use model::evidence::MediaEntry;
use model::record::{Location, Record};
use model::user_changes::UserChanges;

/// Everything a sidecar holds.
#[derive(Debug, Clone, Copy)]
pub struct SidecarContent<'a> {
    /// The asset, with the owner's changes in it.
    pub asset: &'a Asset,
    /// Titles of the albums it is in.
    pub albums: &'a [String],
    /// Every record that speaks of it, in any order.
    pub records: &'a [Record],
    /// Every archive entry that held its bytes or a companion's, in any order.
    pub entries: &'a [MediaEntry],
    /// What the owner changed with other programs so far.
    pub user: &'a UserChanges,
    /// Properties other programs put into the sidecar.
    pub foreign: &'a [ForeignProperty],
}

/// Returns the text of a sidecar.
pub fn render(content: &SidecarContent<'_>) -> String {
    render_with(content, content.records.iter().filter_map(json).collect())
}

/// Returns the text of a sidecar whose records are given as [`record_json`] makes them, in any order: an asset may have very
/// many, and whole records take several times the memory of their text.
pub fn render_with(content: &SidecarContent<'_>, records: Vec<String>) -> String {
    let fields = Fields::of(content.asset);
    let mut out = Properties::default();
    standard(&mut out, &fields, content);
    identity(&mut out, content.asset);
    own_identity(&mut out, content.asset);
    out.list(RECORDS, "Seq", sorted(records.into_iter()));
    own(&mut out, &fields, content);
    foreign(&mut out, content.foreign);
    packet(out, fields.favorite)
}

const RECORDS: &str = "albumen:Records";

/// The text of a sidecar without its records, for one that has so many that they come one by one. Those must come in the order
/// of their texts, each once: then it is the text that [`render_with`] gives.
pub struct AroundRecords {
    /// What stands before the first record.
    pub before: String,
    /// What stands behind the last.
    pub after: String,
}

impl AroundRecords {
    /// Makes what stands around the records; those of `content` are not looked at.
    pub fn of(content: &SidecarContent<'_>) -> Self {
        let fields = Fields::of(content.asset);
        let mut out = Properties::default();
        standard(&mut out, &fields, content);
        identity(&mut out, content.asset);
        own_identity(&mut out, content.asset);
        out.begin_list(RECORDS, "Seq");
        let records = out.text.len();
        out.end_list(RECORDS, "Seq");
        own(&mut out, &fields, content);
        foreign(&mut out, content.foreign);
        let behind = out.text.len() - records;
        let mut before = packet(out, fields.favorite);
        let after = before.split_off(before.len() - PACKET_END.len() - behind);
        Self { before, after }
    }

    /// Adds a record as [`record_json`] makes it.
    pub fn add_record(record: &str, text: &mut String) {
        push_item(record, text);
    }
}

/// Returns a record as a sidecar holds it; nothing if it cannot be written as JSON.
pub fn record_json(record: &Record) -> Option<String> {
    json(record)
}

/// Parts of a packet that other programs write in a way of their own.
const OWN_HAND: [&str; 3] = [
    "x:xmptk=\"albumen\">",
    " <rdf:Description rdf:about=\"\"\n    xmlns:dc=",
    "\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n",
];

/// Returns whether a text is in the form [`render`] gives it: no other program wrote the file since. One damaged byte does not
/// make it another program's.
pub fn is_own_hand(text: &str) -> bool {
    OWN_HAND.iter().filter(|part| text.contains(**part)).count() >= 2
}

const PACKET_END: &str = "  </rdf:Description>\n </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n";

pub(super) fn packet(properties: Properties, favorite: bool) -> String {
    let mut head = String::new();
    let used = |(_, ns): &&(&str, &str)| properties.names.iter().any(|(used, _)| used == ns);
    for (prefix, ns) in ns::DECLARED.iter().chain(ns::OPTIONAL.iter().filter(used)) {
        let _ = write!(head, "\n    xmlns:{prefix}=\"{ns}\"");
    }
    if favorite {
        // An attribute, because PhotoPrism reads no other form of this one.
        head.push_str("\n    fstop:favorite=\"1\"");
    }
    let (rdf, meta) = (ns::RDF, ns::META);
    let begin = format!(
        "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"{meta}\" x:xmptk=\"albumen\">\n <rdf:RDF xmlns:rdf=\"{rdf}\">\n  \
         <rdf:Description rdf:about=\"\"{head}>\n"
    );
    // In place: the text of very many records is not copied.
    let mut text = properties.text;
    text.reserve_exact(begin.len() + PACKET_END.len());
    text.insert_str(0, &begin);
    text.push_str(PACKET_END);
    text
}

pub(super) fn standard(out: &mut Properties, fields: &Fields, content: &SidecarContent<'_>) {
    out.optional("exif:DateTimeOriginal", fields.taken_at.as_deref());
    out.optional(
        "photoshop:DateCreated",
        fields.taken_at.as_deref().map(without_fraction).as_deref(),
    );
    // Immich takes the zone from this one alone: without it, it shows the clock of the place, which may be another day's.
    if !is_theirs(content.foreign, ns::EXIF_EX, "OffsetTimeOriginal") {
        out.optional("exifEX:OffsetTimeOriginal", fields.offset());
    }
    // Immich prefers the second to the first; darktable and digiKam read the first alone.
    out.language("dc:description", fields.description.as_deref());
    out.language("tiff:ImageDescription", fields.description.as_deref());
    out.language("dc:title", fields.title.as_deref());
    location(out, fields.location);
    place(out, fields.place.as_deref());
    // Every reader takes its own first choice of these three and no other, so all hold the same tags.
    out.list("dc:subject", "Bag", fields.leaves());
    out.list("lr:hierarchicalSubject", "Bag", fields.tags('|'));
    out.list("digiKam:TagsList", "Seq", fields.tags('/'));
    out.list("Iptc4xmpExt:PersonInImage", "Bag", &fields.people);
    out.optional(
        "xmp:Rating",
        fields.rating.map(|stars| stars.to_string()).as_deref(),
    );
    albums(out, content.albums);
    camera(out, fields, content.foreign);
    if !is_theirs(content.foreign, ns::XMP_RIGHTS, "UsageTerms") {
        out.language("xmpRights:UsageTerms", fields.license.as_deref());
    }
}

/// What another program says stands; nothing is said twice.
fn is_theirs(foreign: &[ForeignProperty], namespace: &str, name: &str) -> bool {
    let is_it = |theirs: &ForeignProperty| theirs.namespace == namespace && theirs.name == name;
    foreign.iter().any(is_it)
}

fn camera(out: &mut Properties, fields: &Fields, foreign: &[ForeignProperty]) {
    for (property, text) in fields.camera.properties() {
        if is_theirs(foreign, property.namespace, property.name) {
            continue;
        }
        match property.list {
            Some(kind) => out.list(property.tag, kind, &[text.to_owned()]),
            None => out.simple(property.tag, text),
        }
    }
}

fn location(out: &mut Properties, location: Option<Location>) {
    let Some(location) = location else { return };
    out.simple("exif:GPSLatitude", &latitude_text(location.latitude));
    out.simple("exif:GPSLongitude", &longitude_text(location.longitude));
    if let Some(metres) = location.altitude_m.filter(|metres| metres.abs() < 1e6) {
        let millimetres = (metres.abs() * 1000.0).round() as u64;
        out.simple("exif:GPSAltitude", &format!("{millimetres}/1000"));
        out.simple("exif:GPSAltitudeRef", if metres < 0.0 { "1" } else { "0" });
    }
}

fn place(out: &mut Properties, place: Option<&str>) {
    let Some(place) = place else { return };
    out.simple("Iptc4xmpCore:Location", place);
    let name = format!(
        "<rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt>",
        escaped(place)
    );
    out.raw(&format!(
        "   <Iptc4xmpExt:LocationShown>\n    <rdf:Bag>\n     <rdf:li rdf:parseType=\"Resource\">\n      \
         <Iptc4xmpExt:LocationName>{name}</Iptc4xmpExt:LocationName>\n     </rdf:li>\n    </rdf:Bag>\n   \
         </Iptc4xmpExt:LocationShown>\n"
    ));
    out.wrote(ns::IPTC_EXT, "LocationShown");
}

fn albums(out: &mut Properties, titles: &[String]) {
    let titles = sorted(titles.iter().map(|title| clean(title)));
    if titles.is_empty() {
        return;
    }
    out.raw("   <mwg-coll:Collections>\n    <rdf:Bag>\n");
    for title in titles {
        out.raw(&format!(
            "     <rdf:li rdf:parseType=\"Resource\">\n      \
             <mwg-coll:CollectionName>{}</mwg-coll:CollectionName>\n     </rdf:li>\n",
            escaped(&title)
        ));
    }
    out.raw("    </rdf:Bag>\n   </mwg-coll:Collections>\n");
    out.wrote(ns::MWG_COLL, "Collections");
}

pub(super) fn identity(out: &mut Properties, asset: &Asset) {
    let hash = format!("sha256:{}", asset.content_hash);
    let source = asset.items.iter().min().map(|item| match &item.account {
        Some(account) => format!("{}:{account}:{}", item.provider, item.key),
        None => format!("{}:{}", item.provider, item.key),
    });
    out.simple("dc:identifier", source.as_deref().unwrap_or(&hash));
    out.simple("xmpMM:OriginalDocumentID", &hash);
}

fn own_identity(out: &mut Properties, asset: &Asset) {
    out.simple("albumen:Format", &SIDECAR_FORMAT.to_string());
    out.simple("albumen:ContentHash", &asset.content_hash.to_string());
}

/// What is ours beside identity and records, which come before it.
fn own(out: &mut Properties, fields: &Fields, content: &SidecarContent<'_>) {
    let asset = content.asset;
    out.list("albumen:Entries", "Bag", json_set(content.entries));
    out.optional(
        "albumen:Origins",
        json(&asset.origins())
            .filter(|text| text != "{}")
            .as_deref(),
    );
    if !asset.losing.is_empty() {
        out.optional("albumen:Losing", json(&asset.losing).as_deref());
    }
    if !asset.companions.is_empty() {
        out.optional("albumen:Companions", json(&asset.companions).as_deref());
    }
    out.optional(
        "albumen:Group",
        asset.group.as_ref().and_then(json).as_deref(),
    );
    if asset.media.content_credentials {
        out.simple("albumen:ContentCredentials", "true");
    }
    beside(out, asset);
    if !content.user.is_empty() {
        out.optional("albumen:User", json(content.user).as_deref());
    }
    out.optional("albumen:Written", json(fields).as_deref());
}

/// What no standard has a property for, in words: who else published it, what the service counted, what others wrote below.
fn beside(out: &mut Properties, asset: &Asset) {
    let cleaned =
        |texts: Vec<String>| -> Vec<String> { texts.iter().map(|text| clean(text)).collect() };
    out.list("albumen:Coauthors", "Bag", cleaned(asset.coauthors.clone()));
    let insights = asset
        .insights
        .iter()
        .map(|insight| format!("{}: {}", insight.label, insight.value));
    out.list("albumen:Insights", "Bag", cleaned(insights.collect()));
    let comments = asset.comments.iter().map(|comment| {
        let at = comment.at.map(|at| fields::date_text(&at));
        let head: Vec<String> = at.into_iter().chain(comment.author.clone()).collect();
        match head.is_empty() {
            true => comment.text.clone(),
            false => format!("{}: {}", head.join(" "), comment.text),
        }
    });
    out.list("albumen:Comments", "Seq", cleaned(comments.collect()));
}

pub(super) fn foreign(out: &mut Properties, foreign: &[ForeignProperty]) {
    let mut foreign: Vec<&ForeignProperty> = foreign.iter().collect();
    foreign.sort();
    foreign.dedup();
    for property in foreign {
        if !out.holds(&property.namespace, &property.name) {
            out.raw(&format!("   {}\n", property.xml));
        }
    }
}

/// Returns each value as JSON, sorted: the order in which archives came must not show.
fn json_set<T: Serialize>(values: &[T]) -> Vec<String> {
    sorted(values.iter().filter_map(json))
}

/// Returns a value as JSON in characters XML can carry. Numbers that JSON cannot hold never get into a model, so
/// nothing is lost.
fn json<T: Serialize>(value: &T) -> Option<String> {
    let text = serde_json::to_string(value).ok()?;
    if text.chars().all(is_xml) {
        return Some(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        // Only U+FFFE and U+FFFF get here: JSON has escaped the control characters already.
        if is_xml(c) {
            out.push(c);
        } else {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        }
    }
    Some(out)
}

/// Properties as text, and which they are.
#[derive(Default)]
pub(super) struct Properties {
    text: String,
    names: Vec<(String, String)>,
}

impl Properties {
    fn raw(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Returns whether a property is there.
    pub(super) fn holds(&self, namespace: &str, name: &str) -> bool {
        let about = |(ns, local): &(String, String)| ns == namespace && local == name;
        self.names.iter().any(about)
    }

    fn wrote(&mut self, namespace: &str, name: &str) {
        self.names.push((namespace.to_owned(), name.to_owned()));
    }

    fn note(&mut self, tag: &str) {
        let declared = tag.split_once(':').and_then(|(prefix, name)| {
            let known = ns::DECLARED.iter().chain(&ns::OPTIONAL);
            let (_, namespace) = known.into_iter().find(|(known, _)| *known == prefix)?;
            Some((*namespace, name))
        });
        if let Some((namespace, name)) = declared {
            self.wrote(namespace, name);
        }
    }

    fn simple(&mut self, tag: &str, text: &str) {
        self.note(tag);
        // Without a copy in between: what lost may be as long as what very many records say.
        self.raw(&format!("   <{tag}>"));
        push_escaped(text, &mut self.text);
        self.raw(&format!("</{tag}>\n"));
    }

    fn optional(&mut self, tag: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.simple(tag, text);
        }
    }

    fn language(&mut self, tag: &str, text: Option<&str>) {
        let Some(text) = text else { return };
        self.note(tag);
        let text = escaped(text);
        self.raw(&format!(
            "   <{tag}>\n    <rdf:Alt>\n     <rdf:li xml:lang=\"x-default\">{text}</rdf:li>\n    </rdf:Alt>\n   </{tag}>\n"
        ));
    }

    fn list(&mut self, tag: &str, kind: &str, items: impl IntoIterator<Item: AsRef<str>>) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return;
        }
        self.begin_list(tag, kind);
        for item in items {
            push_item(item.as_ref(), &mut self.text);
        }
        self.end_list(tag, kind);
    }

    fn begin_list(&mut self, tag: &str, kind: &str) {
        self.note(tag);
        self.raw(&format!("   <{tag}>\n    <rdf:{kind}>\n"));
    }

    fn end_list(&mut self, tag: &str, kind: &str) {
        self.raw(&format!("    </rdf:{kind}>\n   </{tag}>\n"));
    }
}

/// Adds an item of a list without a copy in between: a record in an item may be as long as an archive makes it.
fn push_item(item: &str, text: &mut String) {
    text.push_str("     <rdf:li>");
    push_escaped(item, text);
    text.push_str("</rdf:li>\n");
}
