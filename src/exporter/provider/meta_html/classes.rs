//! The class names of Meta's pages and what they mean. Equal in all languages; each generation adds some.

/// What an element is within its page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Box of one item.
    Item,
    /// Caption (Instagram), sender (messages), or the sentence about a post (Facebook).
    Heading,
    /// The rest of the item but its date.
    Body,
    /// The line with the date.
    DateLine,
    /// The date alone within its line: Facebook.
    Date,
    /// Cell of a table with a label, or with label and value.
    LabelCell,
    /// Cell of a table with a value alone.
    ValueCell,
    /// Text right below a medium: Facebook.
    MediaText,
    /// Box of a medium in a post, with the name of its album below: Facebook.
    Slide,
    /// Reactions to a message: other people's.
    Reactions,
    /// "You tagged …": Facebook.
    Tagged,
}

/// Classes that only photos and videos have: since 2021, and from 2018 to 2021.
const MEDIA_CLASSES: &[&str] = &["_a6_o", "_2yuc"];

/// Returns whether an element with this value of its `class` attribute is a medium. Icons and avatars are not.
pub(crate) fn is_medium(class: &str) -> bool {
    class
        .split_ascii_whitespace()
        .any(|given| MEDIA_CLASSES.contains(&given))
}

/// Class (with its element, where the class alone means two things), and the role it gives. The first match counts.
const ROLES: &[(&str, Option<&str>, Role)] = &[
    ("_a6-g", None, Role::Item),
    ("_a6-h", None, Role::Heading),
    ("_a6-p", None, Role::Body),
    ("_a72d", None, Role::Date),
    ("_a6-o", None, Role::DateLine),
    ("_a7ng", None, Role::Slide),
    ("_a6_q", Some("td"), Role::LabelCell),
    ("_a6_r", Some("td"), Role::ValueCell),
    // `div._a6-q` is a label or a value.
    ("_a6-q", Some("ul"), Role::Reactions),
    // Facebook 2018 to 2021.
    ("_2lej", None, Role::Item),
    ("_2lek", None, Role::Heading),
    ("_2let", None, Role::Body),
    ("_2lem", None, Role::DateLine),
    ("_u14", None, Role::Tagged),
    // A margin that most of the above carry, too; alone it is the text below a Facebook photo.
    ("_3-95", Some("div"), Role::MediaText),
];

/// Returns the role of an element with this value of its `class` attribute; further classes do not matter.
pub(crate) fn role(tag: &str, class: &str) -> Option<Role> {
    ROLES
        .iter()
        .find(|(name, only, _)| {
            only.is_none_or(|only| only == tag)
                && class.split_ascii_whitespace().any(|given| given == *name)
        })
        .map(|(_, _, role)| *role)
}

/// Returns whether an element stands within a line of text. All others end it.
pub(crate) fn is_inline(tag: &str) -> bool {
    matches!(
        tag,
        "a" | "b"
            | "i"
            | "u"
            | "s"
            | "em"
            | "strong"
            | "span"
            | "font"
            | "small"
            | "wbr"
            | "mark"
            | "sub"
            | "sup"
            | "code"
            | "time"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_classes_are_those_of_media() {
        for (class, medium) in [
            ("_a6_o _3-96", true),
            ("_2yuc _3-96", true),
            ("_a6_p", false),
            ("_3-96", false),
            ("", false),
        ] {
            assert_eq!(is_medium(class), medium, "{class}");
        }
    }

    #[test]
    fn further_classes_do_not_matter_and_the_element_sometimes_does() {
        for (tag, class, expected) in [
            (
                "div",
                "pam _3-95 _2ph- _a6-g uiBoxWhite noborder",
                Some(Role::Item),
            ),
            ("section", "new1 _a6-g new2", Some(Role::Item)),
            ("h2", "_3-95 _2pim _a6-h _a6-i", Some(Role::Heading)),
            ("div", "_2ph_ _a6-h _a6-i", Some(Role::Heading)),
            ("div", "_3-95 _a6-p", Some(Role::Body)),
            ("footer", "_3-94 _a6-o", Some(Role::DateLine)),
            ("div", "_a72d", Some(Role::Date)),
            ("td", "_2pin _a6_q", Some(Role::LabelCell)),
            ("td", "_2pin _2piu _a6_r", Some(Role::ValueCell)),
            ("ul", "_a6-q", Some(Role::Reactions)),
            ("div", "_a6-q", None),
            ("div", "_3-95", Some(Role::MediaText)),
            ("img", "_a6_o _3-96", None),
            ("div", "_a7ng", Some(Role::Slide)),
            ("div", "_2lek _2lel", Some(Role::Heading)),
            ("div", "_u14", Some(Role::Tagged)),
            ("div", "", None),
        ] {
            assert_eq!(role(tag, class), expected, "{tag} {class}");
        }
    }
}
