//! Who made a picture, who is to be credited, and what machines may do with it: written into the packets that leave the library.
//!
//! A library's own sidecars hold none of it: it is said anew by each push. It goes into packets that are finished already, ours and
//! those of other programs, so that nothing else in them changes. What a packet says of it already stands, because a picture by
//! somebody else must not get another name.

use serde::{Deserialize, Serialize};

use super::ns;
use super::read::all;
use super::tree::escaped;
use super::xml_text::clean;

/// Where the words of the PLUS coalition for data mining are defined.
const VOCABULARY: &str = "http://ns.useplus.org/ldf/vocab/";
/// Ends the list of properties in a packet.
const END_OF_RDF: &str = "</rdf:RDF>";
/// Ends the properties of a packet as [`super::render::render`] writes it.
const OWN_END: &str = "  </rdf:Description>\n </rdf:RDF>";

/// What machines may do with a picture, in the words of IPTC and PLUS. It is a wish: nothing enforces it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataMining {
    /// Everything.
    Allowed,
    /// Nothing.
    Prohibited,
    /// Anything but training of models.
    NoTraining,
    /// Anything but training of models that generate.
    NoGenerativeTraining,
    /// Nothing but indexing by search engines.
    SearchOnly,
    /// Nothing is said.
    Unspecified,
}

impl DataMining {
    /// Every value.
    pub const ALL: [Self; 6] = [
        Self::Allowed,
        Self::Prohibited,
        Self::NoTraining,
        Self::NoGenerativeTraining,
        Self::SearchOnly,
        Self::Unspecified,
    ];

    /// Returns its name in the vocabulary of PLUS.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "DMI-ALLOWED",
            Self::Prohibited => "DMI-PROHIBITED",
            Self::NoTraining => "DMI-PROHIBITED-AIMLTRAINING",
            Self::NoGenerativeTraining => "DMI-PROHIBITED-GENAIMLTRAINING",
            Self::SearchOnly => "DMI-PROHIBITED-EXCEPTSEARCHENGINEINDEXING",
            Self::Unspecified => "DMI-UNSPECIFIED",
        }
    }
}

/// What a push says of the rights in what it sends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rights {
    /// Who made it (`dc:creator`).
    pub creator: Option<String>,
    /// What is to be printed beside it (`photoshop:Credit`).
    pub credit: Option<String>,
    /// What machines may do with it (`plus:DataMining`).
    pub mining: Option<DataMining>,
}

impl Rights {
    /// Returns whether nothing is said.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Returns a packet with these rights in it, as far as it says nothing of them itself.
    ///
    /// # Errors
    /// Fails in words if the packet cannot be read.
    pub fn written_into(&self, packet: &str) -> Result<String, &'static str> {
        let said = all(packet).map_err(|_| "its XMP is damaged")?;
        let is_said = |namespace: &str, name: &str| {
            said.iter()
                .any(|property| property.namespace == namespace && property.name == name)
        };
        let new: String = self
            .properties()
            .into_iter()
            .filter(|property| !is_said(property.namespace, property.name))
            .map(|property| property.xml)
            .collect();
        if new.is_empty() {
            return Ok(packet.to_owned());
        }
        // In the one description there is, where we know how it ends: old readers look into the first alone.
        if let Some(end) = packet.rfind(OWN_END) {
            return Ok(format!("{}{new}{}", &packet[..end], &packet[end..]));
        }
        let end = packet
            .rfind(END_OF_RDF)
            .ok_or("its XMP is written in an unusual way")?;
        Ok(format!(
            "{}<rdf:Description rdf:about=\"\">\n{new}</rdf:Description>\n{}",
            &packet[..end],
            &packet[end..]
        ))
    }

    fn properties(&self) -> Vec<Said> {
        let mut all = Vec::new();
        if let Some(creator) = &self.creator {
            all.push(Said {
                namespace: ns::DC,
                name: "creator",
                xml: format!(
                    "   <dc:creator xmlns:dc=\"{}\">\n    <rdf:Seq>\n     <rdf:li>{}</rdf:li>\n    </rdf:Seq>\n   \
                     </dc:creator>\n",
                    ns::DC,
                    escaped(&clean(creator))
                ),
            });
        }
        if let Some(credit) = &self.credit {
            all.push(Said {
                namespace: ns::PHOTOSHOP,
                name: "Credit",
                xml: format!(
                    "   <photoshop:Credit xmlns:photoshop=\"{}\">{}</photoshop:Credit>\n",
                    ns::PHOTOSHOP,
                    escaped(&clean(credit))
                ),
            });
        }
        if let Some(mining) = self.mining {
            all.push(Said {
                namespace: ns::PLUS,
                name: "DataMining",
                xml: format!(
                    "   <plus:DataMining xmlns:plus=\"{}\">{VOCABULARY}{}</plus:DataMining>\n",
                    ns::PLUS,
                    mining.name()
                ),
            });
        }
        all
    }
}

/// One property of rights, with the namespace it needs declared on it.
struct Said {
    namespace: &'static str,
    name: &'static str,
    xml: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::sidecar::packet::embedded;
    use crate::sidecar::read::read;
    use model::asset::Asset;
    use model::content_hash::ContentHash;

    fn rights() -> Rights {
        Rights {
            creator: Some("Anna <& Berg>".to_owned()),
            credit: Some("Anna".to_owned()),
            mining: Some(DataMining::NoTraining),
        }
    }

    #[test]
    fn rights_stand_in_the_one_description_and_nothing_else_changes() {
        let packet = embedded(&Asset::bare(ContentHash([7; 32]), "a"), &[], None).unwrap();
        let written = rights().written_into(&packet).unwrap();
        assert_eq!(written.matches("<rdf:Description").count(), 1, "{written}");
        assert!(written.contains("vocab/DMI-PROHIBITED-AIMLTRAINING<"));
        assert!(written.contains("Anna &lt;&amp; Berg"), "{written}");
        let (before, after) = (read(&packet).unwrap(), read(&written).unwrap());
        assert_eq!(after.standard, before.standard);
        let names: Vec<&str> = after.foreign.iter().map(|f| &*f.name).collect();
        assert_eq!(names, ["creator", "Credit", "DataMining"]);
        // Once more: nothing is said twice.
        assert_eq!(rights().written_into(&written).unwrap(), written);
    }

    #[test]
    fn what_another_program_says_stands() {
        let packet = r#"<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description rdf:about="" xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:Credit="Theirs"/></rdf:RDF></x:xmpmeta>"#;
        let written = rights().written_into(packet).unwrap();
        assert!(written.contains("p:Credit=\"Theirs\""));
        assert!(!written.contains("photoshop:Credit"), "{written}");
        let names: Vec<String> = read(&written)
            .unwrap()
            .foreign
            .into_iter()
            .map(|f| f.name)
            .collect();
        assert_eq!(names, ["Credit", "creator", "DataMining"]);
    }

    #[test]
    fn what_cannot_be_read_is_not_written_into() {
        assert!(rights().written_into("<a/>").is_err());
        assert!(rights().written_into("<x").is_err());
    }
}
