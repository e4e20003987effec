//! A small XML tree with namespaces resolved, for sidecars of any writer, and its canonical text.

use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};
use quick_xml::reader::NsReader;

use super::ns;
use super::xml_text::is_xml;

/// Deepest nesting that is read; XMP needs about ten.
const DEEPEST: usize = 100;

/// Name of an element or attribute: namespace (empty for none) and local part.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name {
    /// Namespace; empty for none.
    pub ns: String,
    /// Name within it.
    pub local: String,
}

impl Name {
    /// Whether it is this one.
    pub fn is(&self, ns: &str, local: &str) -> bool {
        self.ns == ns && self.local == local
    }
}

/// An element.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Its name.
    pub name: Name,
    /// Its attributes, in the order they stand.
    pub attributes: Vec<(Name, String)>,
    /// Elements directly inside.
    pub children: Vec<Element>,
    /// Text directly inside; comments and child elements taken out.
    pub text: String,
}

impl Element {
    /// Returns the first element directly inside that has this name.
    pub fn child(&self, ns: &str, local: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name.is(ns, local))
    }

    pub(super) fn attribute(&self, ns: &str, local: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(name, _)| name.is(ns, local));
        found.map(|(_, value)| value.as_str())
    }

    /// Finds the first element of this name, at any depth.
    pub fn find(&self, ns: &str, local: &str) -> Option<&Element> {
        if self.name.is(ns, local) {
            return Some(self);
        }
        self.children.iter().find_map(|child| child.find(ns, local))
    }
}

/// Parses a document. The error is the parser's own text.
pub fn parse(text: &str) -> Result<Element, String> {
    let mut reader = NsReader::from_str(text.trim_start_matches('\u{feff}'));
    let mut open: Vec<Element> = Vec::new();
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let done = match event {
            Event::Start(start) if open.len() < DEEPEST => {
                open.push(element(&reader, &start)?);
                None
            }
            Event::Start(_) => return Err("nested too deeply".to_owned()),
            Event::Empty(start) => Some(element(&reader, &start)?),
            Event::End(_) => open.pop(),
            Event::Text(text) => {
                push_text(&mut open, &text.xml10_content());
                None
            }
            Event::CData(text) => {
                push_text(&mut open, &text.xml10_content());
                None
            }
            Event::GeneralRef(entity) => {
                push_text(&mut open, &resolved(&entity)?);
                None
            }
            Event::Eof => return Err("ends in the middle of an element".to_owned()),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
        };
        if let Some(done) = done {
            match open.last_mut() {
                Some(parent) => parent.children.push(done),
                None => return Ok(done),
            }
        }
    }
}

fn push_text(open: &mut [Element], text: &str) {
    if let Some(element) = open.last_mut() {
        element.text.push_str(text);
    }
}

/// Only the five entities of XML itself: others could name files or grow without end.
fn resolved(entity: &BytesRef<'_>) -> Result<String, String> {
    if let Some(c) = entity
        .resolve_char_ref()
        .map_err(|error| error.to_string())?
    {
        return Ok(c.to_string());
    }
    let name = entity.xml10_content();
    let text =
        resolve_predefined_entity(&name).ok_or_else(|| format!("unknown entity &{name};"))?;
    Ok(text.to_owned())
}

fn element(reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<Element, String> {
    let (namespace, local) = reader.resolver().resolve_element(start.name());
    let name = name(&namespace, local.as_ref())?;
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.key.as_namespace_binding().is_some() {
            continue;
        }
        let (namespace, local) = reader.resolver().resolve_attribute(attribute.key);
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|error| error.to_string())?;
        attributes.push((self::name(&namespace, local.as_ref())?, value.into_owned()));
    }
    Ok(Element {
        name,
        attributes,
        children: Vec::new(),
        text: String::new(),
    })
}

fn name(namespace: &ResolveResult<'_>, local: &str) -> Result<Name, String> {
    let ns = match namespace {
        ResolveResult::Bound(Namespace(uri)) => (*uri).to_owned(),
        ResolveResult::Unbound => String::new(),
        ResolveResult::Unknown(prefix) => return Err(format!("undeclared prefix {prefix}")),
    };
    Ok(Name {
        ns,
        local: local.to_owned(),
    })
}

/// Returns an element as text that needs no declaration from around it. Equal elements give equal text, whatever
/// prefixes and white space they were written with.
pub(super) fn canonical(element: &Element) -> String {
    let mut namespaces: Vec<&str> = Vec::new();
    collect(element, &mut namespaces);
    let mut out = String::new();
    write(element, &namespaces, true, &mut out);
    out
}

fn collect<'a>(element: &'a Element, namespaces: &mut Vec<&'a str>) {
    let names =
        std::iter::once(&element.name).chain(element.attributes.iter().map(|(name, _)| name));
    for name in names {
        if !name.ns.is_empty() && name.ns != ns::XML && !namespaces.contains(&name.ns.as_str()) {
            namespaces.push(&name.ns);
        }
    }
    element
        .children
        .iter()
        .for_each(|child| collect(child, namespaces));
}

/// Prefixes other programs know stay; others are numbered within the property.
fn prefix(ns: &str, namespaces: &[&str]) -> String {
    if ns == ns::RDF {
        return "rdf".to_owned();
    }
    if ns == ns::XML {
        return "xml".to_owned();
    }
    if let Some((known, _)) = ns::DECLARED.iter().find(|(_, known)| *known == ns) {
        return (*known).to_owned();
    }
    let index = namespaces
        .iter()
        .position(|other| *other == ns)
        .unwrap_or(0);
    format!("ns{}", index + 1)
}

fn qualified(name: &Name, namespaces: &[&str]) -> String {
    if name.ns.is_empty() {
        return name.local.clone();
    }
    format!("{}:{}", prefix(&name.ns, namespaces), name.local)
}

fn write(element: &Element, namespaces: &[&str], top: bool, out: &mut String) {
    let name = qualified(&element.name, namespaces);
    out.push_str(&format!("<{name}"));
    if top {
        for ns in namespaces {
            out.push_str(&format!(
                " xmlns:{}=\"{}\"",
                prefix(ns, namespaces),
                escaped(ns)
            ));
        }
    }
    let mut attributes: Vec<_> = element.attributes.iter().collect();
    attributes.sort();
    for (attribute, value) in attributes {
        out.push_str(&format!(
            " {}=\"{}\"",
            qualified(attribute, namespaces),
            escaped(value)
        ));
    }
    if element.children.is_empty() && element.text.trim().is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    if element.children.is_empty() {
        out.push_str(&escaped(&element.text));
    }
    element
        .children
        .iter()
        .for_each(|child| write(child, namespaces, false, out));
    out.push_str(&format!("</{name}>"));
}

/// Escapes text for an element or attribute.
///
/// Line ends and tabs become references: as they are, readers turn them into spaces inside attributes, programs that
/// indent a file change them, and a bare carriage return is lost in any case.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    push_escaped(text, &mut out);
    out
}

/// Adds text to an element or attribute as [`escaped`] gives it.
pub(super) fn push_escaped(text: &str, out: &mut String) {
    let mut rest = text;
    // Nearly all of a text stays as it is, and is taken over in pieces: an import writes a thousand bytes of text a photo.
    while let Some(at) = rest.bytes().position(may_be_escaped) {
        let (plain, special) = rest.split_at(at);
        out.push_str(plain);
        let mut chars = special.chars();
        if let Some(c) = chars.next() {
            push_char(c, out);
        }
        rest = chars.as_str();
    }
    out.push_str(rest);
}

/// Whether a byte is a character that is escaped, or the first one of such: U+FFFE and U+FFFF begin with EF.
fn may_be_escaped(byte: u8) -> bool {
    matches!(byte, 0..0x20 | b'&' | b'<' | b'>' | b'"' | 0xef)
}

fn push_char(c: char, out: &mut String) {
    match c {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        // `]]>` may not stand in text.
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\n' => out.push_str("&#10;"),
        '\r' => out.push_str("&#13;"),
        '\t' => out.push_str("&#9;"),
        c if is_xml(c) => out.push(c),
        _ => out.push('\u{fffd}'),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_text_are_escaped_as_each_character_is() {
        for c in (0..=0x11_ffff).filter_map(char::from_u32) {
            let mut one = "é".to_owned();
            push_char(c, &mut one);
            one.push('x');
            assert_eq!(escaped(&format!("é{c}x")), one, "{c:?}");
        }
    }

    #[test]
    fn equal_trees_have_equal_text() {
        let a = r#"<a:x xmlns:a="urn:1" a:q="1" p="2"><a:y>t &amp; &#10;<![CDATA[<u>]]></a:y><z/></a:x>"#;
        let b = "<b:x p='2' xmlns:b='urn:1' b:q='1'>\n  <b:y xmlns:c='urn:2'>t &#38; &#xA;&lt;u></b:y><z></z></b:x>";
        let (a, b) = (canonical(&parse(a).unwrap()), canonical(&parse(b).unwrap()));
        assert_eq!(a, b);
        assert_eq!(canonical(&parse(&a).unwrap()), a);
        assert!(a.contains("t &amp; &#10;&lt;u&gt;"), "{a}");
    }

    #[test]
    fn damage_and_tricks_are_refused() {
        let deep = "<a>".repeat(200);
        for text in [
            "",
            "<a>",
            "<a></b>",
            "<p:a/>",
            "<a>&nbsp;</a>",
            "<a>&#0;</a>",
            "<a b='1' b='2'/>",
            &deep,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        let entities = r#"<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>"#;
        assert!(parse(entities).is_err());
    }

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(
            escaped("]]>\u{1}\u{ffff}\u{1f600}\"'\r"),
            "]]&gt;\u{fffd}\u{fffd}\u{1f600}&quot;'&#13;"
        );
    }
}
