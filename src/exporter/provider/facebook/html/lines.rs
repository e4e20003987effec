//! What a line of text within a box is: the owner's words, or something the service put there that must not become words of theirs.

use std::net::IpAddr;

/// Labels of the address a file was uploaded from, in lower case: English, Spanish, Chinese (traditional) as seen.
const UPLOAD_ADDRESS: &[&str] = &["upload ip address", "subir dirección ip", "上傳 ip 位址"];

/// How the line about tagged people begins. English was seen; in other languages only its class tells what it is.
const YOU_TAGGED: &str = "You tagged ";

/// The word before the name of a group below a comment. English was seen; the others are translations.
const GROUP: &[&str] = &[
    "Group",
    "Grupo",
    "Groupe",
    "Gruppe",
    "Gruppo",
    "Groep",
    "Nhóm",
    "Группа",
    "社團",
    "小组",
    "グループ",
    "그룹",
];

/// Returns whether a text (a label, with or without its value) is about the address a file was uploaded from.
pub(crate) fn is_upload_address(label: &str) -> bool {
    let label = label.trim().trim_end_matches([':', '：']).to_lowercase();
    UPLOAD_ADDRESS.contains(&label.as_str())
}

/// Returns whether any word of a text is an address on the internet.
pub(crate) fn holds_address(text: &str) -> bool {
    text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '(' | ')' | '[' | ']' | '：'))
        .any(is_address)
}

fn is_address(word: &str) -> bool {
    let parses = |text: &str| text.parse::<IpAddr>().is_ok();
    // `IP:192.0.2.7`; the address itself may hold colons.
    let after_colon = |(at, _): (usize, &str)| parses(&word[at + 1..]);
    parses(word.trim_end_matches('.')) || word.match_indices(':').any(after_colon)
}

/// Returns whether the abbreviation `IP` stands in a text as a word: it does in the labels of nearly all languages.
fn names_ip(text: &str) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    text.match_indices("IP").any(|(at, found)| {
        let (before, after) = (
            text[..at].chars().next_back(),
            text[at + found.len()..].chars().next(),
        );
        !is_letter(before) && !is_letter(after)
    })
}

/// Returns the lines of a text without those that give an upload address away: with their label, or alone below it.
///
/// The owner's own words may hold an address ("router: 192.168.1.1"); those stay, but for a line that is nothing else.
pub(crate) fn without_addresses(text: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for line in text.split('\n') {
        if is_address(line.trim()) && !line.trim().contains(char::is_whitespace) {
            if kept
                .last()
                .is_some_and(|label| names_ip(label) && !label.trim().contains('.'))
            {
                kept.pop();
            }
            continue;
        }
        if holds_address(line) && names_ip(line) || is_upload_address(line) {
            continue;
        }
        kept.push(line);
    }
    kept.join("\n")
}

/// Returns blocks of text without upload addresses, whose label may stand in a block before them. Empty ones go.
pub(crate) fn scrubbed(blocks: &[String]) -> Vec<String> {
    let joined = blocks.iter().map(|block| block.replace('\n', "\u{1}"));
    let joined: Vec<String> = joined.collect();
    // One text of all: a label and its address may stand in two blocks, or in two lines of one.
    let mut kept = Vec::new();
    for block in without_addresses(&joined.join("\n")).split('\n') {
        let block = without_addresses(&block.replace('\u{1}', "\n"));
        if !block.trim().is_empty() {
            kept.push(block);
        }
    }
    kept
}

/// Returns the people a line says were tagged: `You tagged A, B`. `None` for other lines.
pub(crate) fn tagged(line: &str) -> Option<Vec<String>> {
    let names = line.trim().strip_prefix(YOU_TAGGED)?;
    let names = names.trim_end_matches('.').split(", ").map(str::trim);
    let names: Vec<String> = names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect();
    (!names.is_empty()).then_some(names)
}

/// Returns whether a line names the group of a comment: `Group: X`.
pub(crate) fn is_group_label(line: &str) -> bool {
    let before = line
        .split_once([':', '：'])
        .map(|(before, _)| before.trim());
    !line.trim().contains('\n') && before.is_some_and(|word| GROUP.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upload_addresses_go_in_any_language_and_the_owners_words_stay() {
        for (text, kept) in [
            ("Upload IP address: 192.0.2.7", ""),
            ("Subir dirección IP: 2001:db8::7", ""),
            ("上傳 IP 位址：192.0.2.7", ""),
            ("IP-Adresse beim Hochladen 192.0.2.7", ""),
            ("Адрес IP:192.0.2.7", ""),
            ("Upload IP address", ""),
            ("IP-adresse\n192.0.2.7", ""),
            ("our day\nIP address: 192.0.2.7", "our day"),
            ("192.0.2.7", ""),
            ("2001:db8::7", ""),
            ("our router: 192.168.1.1", "our router: 192.168.1.1"),
            ("at 12:30 on 1.2.2020", "at 12:30 on 1.2.2020"),
            ("a VIP ticket", "a VIP ticket"),
            ("My IP law exam.\nfirst", "My IP law exam.\nfirst"),
        ] {
            assert_eq!(without_addresses(text), kept, "{text}");
        }
    }

    #[test]
    fn a_label_may_stand_in_a_block_before_its_address() {
        let blocks = [
            "words",
            "Adresse IP de mise en ligne",
            "192.0.2.7",
            "more\nlines",
        ];
        let blocks: Vec<String> = blocks.iter().map(|block| (*block).to_owned()).collect();
        assert_eq!(scrubbed(&blocks), ["words", "more\nlines"]);
    }

    #[test]
    fn tagged_people_and_groups_are_told_from_words() {
        assert_eq!(
            tagged("You tagged Anna Muster, Ben Beispiel"),
            Some(vec!["Anna Muster".to_owned(), "Ben Beispiel".to_owned()])
        );
        assert_eq!(
            tagged("You tagged Zoë and the Cats."),
            Some(vec!["Zoë and the Cats".to_owned()])
        );
        for line in ["You tagged ", "we tagged along", "words"] {
            assert_eq!(tagged(line), None, "{line}");
        }
        for (line, is_label) in [
            ("Group: Old Cameras", true),
            ("社團：老相機", true),
            ("Group photo: all of us", false),
            ("Group", false),
        ] {
            assert_eq!(is_group_label(line), is_label, "{line}");
        }
    }
}
