//! Tells subtitles from other texts.

use model::media_type::MediaType;

/// Finds out whether a text is subtitles in SubRip's or WebVTT's form.
pub(crate) fn subtitles(head: &[u8]) -> Option<MediaType> {
    let text = beginning(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head))?;
    if let Some(rest) = text.strip_prefix("WEBVTT") {
        let ends = rest
            .chars()
            .next()
            .is_none_or(|c| matches!(c, ' ' | '\t' | '\n' | '\r'));
        return ends.then_some(MediaType::Vtt);
    }
    let mut lines = text
        .lines()
        .map(str::trim)
        .skip_while(|line| line.is_empty());
    let numbered = is_number(lines.next()?);
    (numbered && lines.next().is_some_and(is_span)).then_some(MediaType::Srt)
}

/// Returns the part of the text that is whole: the last letter may be cut.
fn beginning(head: &[u8]) -> Option<&str> {
    match std::str::from_utf8(head) {
        Ok(text) => Some(text),
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()
        }
        // Old subtitles are in some code page; their numbers and times come first and are plain.
        Err(error) if error.valid_up_to() >= 30 => {
            std::str::from_utf8(&head[..error.valid_up_to()]).ok()
        }
        Err(_) => None,
    }
}

fn is_number(line: &str) -> bool {
    (1..=9).contains(&line.len()) && line.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_span(line: &str) -> bool {
    line.split_once("-->").is_some_and(|(from, to)| {
        // Places on the screen may follow the second time.
        is_time(from.trim()) && to.split_whitespace().next().is_some_and(is_time)
    })
}

fn is_time(text: &str) -> bool {
    let mut parts = text.split([':', ',', '.']);
    let all_numbers = parts
        .by_ref()
        .take(4)
        .filter(|part| is_number(part))
        .count();
    (3..=4).contains(&all_numbers) && parts.next().is_none() && text.contains(':')
}
