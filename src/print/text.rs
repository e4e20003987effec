//! Text becomes lines of glyphs: broken where they are full, right-to-left parts turned, letters joined as their script wants.

use std::ops::Range;

use harfrust::{Buffer, Direction, ShapeOptions, ShaperFont};
use skrifa::instance::{LocationRef, Size};
use skrifa::{GlyphId, MetadataProvider};
use unicode_bidi::{BidiInfo, ParagraphInfo};
use unicode_script::{Script, UnicodeScript};

use super::fonts::{Font, Fonts, is_unseen};
use super::glyph::Glyph;
use super::latin;

/// Where a glyph comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Face {
    /// A font of the system, by its number.
    Found(usize),
    /// Helvetica, which every PDF reader has; for Western European text where no font was found.
    Standard,
}

/// Glyphs of one font, from left to right.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Run {
    /// Their font.
    pub face: Face,
    /// They themselves.
    pub glyphs: Vec<Glyph>,
}

/// A line, from left to right. Lengths are in sizes of the font.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Line {
    /// Its parts.
    pub runs: Vec<Run>,
    /// Its width.
    pub width: f64,
}

/// Lines of a text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Lines {
    /// From top to bottom.
    pub lines: Vec<Line>,
    /// Whether there was more text than room.
    pub cut: bool,
}

/// Breaks a text into at most so many lines of this width (in sizes of the font).
pub(crate) fn lines(fonts: &Fonts, text: &str, width: f64, most: usize) -> Lines {
    let text = clean(text);
    let mut lines = Lines::default();
    for paragraph in text.split('\n') {
        let info = BidiInfo::new(paragraph, None);
        let Some(whole) = info.paragraphs.first() else {
            continue; // An empty line.
        };
        let mut rest = 0..paragraph.len();
        while !rest.is_empty() {
            if lines.lines.len() == most {
                lines.cut = true;
                return lines;
            }
            let full = fill(fonts, paragraph, rest.clone(), width);
            lines.lines.push(line(fonts, &info, whole, full.clone()));
            rest = full.end..rest.end;
        }
    }
    lines
}

/// Returns the characters of a text that no font draws, each once.
pub(crate) fn undrawable(fonts: &Fonts, text: &str) -> Vec<char> {
    let mut found: Vec<char> = clean(text)
        .chars()
        .filter(|c| !is_unseen(*c) && !is_drawn(fonts, *c))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn is_drawn(fonts: &Fonts, c: char) -> bool {
    match fonts.is_empty() {
        true => latin::byte(c).is_some(),
        false => fonts.of(c).is_some(),
    }
}

/// Line ends become one sign; other control characters become spaces.
fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .map(|c| match c {
            '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            '\n' => '\n',
            c if c.is_control() => ' ',
            c => c,
        })
        .collect()
}

/// Returns as much of the text as one line holds, at least one character.
fn fill(fonts: &Fonts, text: &str, rest: Range<usize>, width: f64) -> Range<usize> {
    let mut end = rest.start;
    let mut used = 0.0;
    for piece in pieces(&text[rest.clone()]) {
        let piece = rest.start + piece.start..rest.start + piece.end;
        let word = text[piece.clone()].trim_end();
        let more = measure(fonts, word);
        if used + more > width {
            if end > rest.start {
                return rest.start..end;
            }
            return rest.start..fill_word(fonts, text, piece, width);
        }
        used += more + measure(fonts, &text[piece.start + word.len()..piece.end]);
        end = piece.end;
    }
    rest
}

/// A word longer than a line is broken anywhere.
fn fill_word(fonts: &Fonts, text: &str, word: Range<usize>, width: f64) -> usize {
    let mut used = 0.0;
    for (at, c) in text[word.clone()].char_indices() {
        used += measure(fonts, c.encode_utf8(&mut [0; 4]));
        if used > width && at > 0 {
            return word.start + at;
        }
    }
    word.end
}

/// Cuts a text where a line may end: behind white space, and around each sign of the scripts that use none.
fn pieces(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Option<char> = None;
    for (at, c) in text.char_indices() {
        let breaks = before.is_some_and(|before| {
            (before.is_whitespace() && !c.is_whitespace())
                || (is_dense(before) || is_dense(c))
                    && !is_unseen(c)
                    && !is_closing(c)
                    && !is_opening(before)
        });
        if breaks {
            ends.push(at);
        }
        before = Some(c);
    }
    ends.push(text.len());
    ends.into_iter().map(move |end| {
        let piece = start..end;
        start = end;
        piece
    })
}

fn is_dense(c: char) -> bool {
    use Script::{Bopomofo, Han, Hiragana, Katakana, Khmer, Lao, Myanmar, Thai};
    let script = c.script();
    // Their punctuation, too.
    [Han, Hiragana, Katakana, Bopomofo, Thai, Lao, Khmer, Myanmar].contains(&script)
        || matches!(c, '\u{3000}'..='\u{303f}' | '\u{ff00}'..='\u{ffef}')
}

/// Signs that no line ends with.
fn is_opening(c: char) -> bool {
    matches!(c, '「' | '『' | '（' | '【' | '《' | '〈')
}

/// Signs that no line begins with, and marks that belong to the letter before.
fn is_closing(c: char) -> bool {
    matches!(
        c,
        '、' | '。'
            | '，'
            | '．'
            | '！'
            | '？'
            | '」'
            | '』'
            | '）'
            | '】'
            | '》'
            | 'ー'
            | '々'
            | '：'
            | '；'
            | '…'
            | ','
            | '.'
            | '!'
            | '?'
            | ')'
    ) || c.script() == Script::Inherited
        || ('\u{e31}'..='\u{e4e}').contains(&c)
}

fn measure(fonts: &Fonts, text: &str) -> f64 {
    let info = BidiInfo::new(text, None);
    info.paragraphs
        .first()
        .map_or(0.0, |whole| line(fonts, &info, whole, 0..text.len()).width)
}

fn line(fonts: &Fonts, info: &BidiInfo<'_>, whole: &ParagraphInfo, range: Range<usize>) -> Line {
    // White space at the end would push a centred line aside.
    let shown = info.text[range.clone()].trim_end();
    let range = range.start..range.start + shown.len();
    if range.is_empty() {
        return Line::default();
    }
    let (levels, parts) = info.visual_runs(whole, range);
    let mut runs = Vec::new();
    for part in parts {
        let right_to_left = levels[part.start].is_rtl();
        let mut segments = segments(fonts, &info.text[part]);
        if right_to_left {
            segments.reverse();
        }
        for (face, text) in segments {
            runs.push(shape(fonts, face, text, right_to_left));
        }
    }
    let width = runs
        .iter()
        .flat_map(|run| &run.glyphs)
        .map(|glyph| glyph.advance)
        .sum();
    Line { runs, width }
}

/// Cuts a text into parts of one font and one script.
fn segments<'a>(fonts: &Fonts, text: &'a str) -> Vec<(Face, &'a str)> {
    let mut segments: Vec<(Face, Script, Range<usize>)> = Vec::new();
    for (at, c) in text.char_indices() {
        let end = at + c.len_utf8();
        let neutral = is_unseen(c) || c.script() == Script::Inherited;
        let face = match fonts.is_empty() {
            true => Face::Standard,
            false => Face::Found(fonts.of(c).unwrap_or(0)),
        };
        let script = c.script();
        match segments.last_mut() {
            Some((_, _, range)) if neutral => range.end = end,
            Some((last, known, range)) if *last == face && joins(*known, script) => {
                range.end = end;
                if *known == Script::Common {
                    *known = script;
                }
            }
            _ => segments.push((face, script, at..end)),
        }
    }
    segments
        .into_iter()
        .map(|(face, _, range)| (face, &text[range]))
        .collect()
}

fn joins(one: Script, other: Script) -> bool {
    one == other || one == Script::Common || matches!(other, Script::Common | Script::Inherited)
}

fn shape(fonts: &Fonts, face: Face, text: &str, right_to_left: bool) -> Run {
    let glyphs = match face {
        Face::Standard => latin::glyphs(text),
        Face::Found(number) => shaped(fonts, number, text, right_to_left).unwrap_or_default(),
    };
    Run { face, glyphs }
}

fn shaped(fonts: &Fonts, number: usize, text: &str, right_to_left: bool) -> Option<Vec<Glyph>> {
    let font = fonts.fonts.get(number)?;
    let size = f64::from(units_per_em(font)?);
    let mut buffer = Buffer::new();
    buffer.push_str(text);
    buffer.guess_segment_properties();
    buffer.set_direction(match right_to_left {
        true => Direction::RightToLeft,
        false => Direction::LeftToRight,
    });
    let shaper = ShaperFont::new(&font.shapes);
    harfrust::shape(&shaper, &mut buffer, ShapeOptions::new()).ok()?;
    let mut starts: Vec<usize> = buffer
        .glyph_infos()
        .iter()
        .map(|glyph| glyph.cluster as usize)
        .collect();
    starts.push(text.len());
    starts.sort_unstable();
    starts.dedup();
    let mut seen = None;
    let glyphs = buffer.glyph_infos().iter().zip(buffer.glyph_positions());
    let glyphs = glyphs.map(|(info, position)| {
        let start = info.cluster as usize;
        let next = starts.iter().copied().find(|at| *at > start);
        let text = match seen == Some(start) {
            true => "",
            false => text.get(start..next.unwrap_or(start)).unwrap_or(""),
        };
        seen = Some(start);
        Glyph {
            id: u16::try_from(info.glyph_id).unwrap_or(0),
            advance: f64::from(position.x_advance) / size,
            offset: (
                f64::from(position.x_offset) / size,
                f64::from(position.y_offset) / size,
            ),
            text: text.to_owned(),
        }
    });
    Some(glyphs.collect())
}

/// Returns the width a font itself gives a glyph, in sizes of the font.
pub(crate) fn own_width(fonts: &Fonts, number: usize, glyph: u16) -> f64 {
    fonts
        .fonts
        .get(number)
        .and_then(|font| {
            let opened = font.open()?;
            let metrics = opened.glyph_metrics(Size::unscaled(), LocationRef::default());
            let advance = metrics.advance_width(GlyphId::from(glyph))?;
            Some(f64::from(advance) / f64::from(units_per_em(font)?))
        })
        .unwrap_or(0.0)
}

/// Returns how many of its own units a font has for its size; none if it cannot be read.
fn units_per_em(font: &Font) -> Option<u16> {
    let metrics = font
        .open()?
        .metrics(Size::unscaled(), LocationRef::default());
    Some(metrics.units_per_em).filter(|units| *units > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(lines: &Lines) -> Vec<String> {
        let text = |line: &Line| {
            line.runs
                .iter()
                .flat_map(|run| &run.glyphs)
                .map(|g| g.text.as_str())
                .collect()
        };
        lines.lines.iter().map(text).collect()
    }

    fn broken(text: &str, width: f64, most: usize) -> (Vec<String>, bool) {
        let lines = lines(&Fonts::default(), text, width, most);
        (texts(&lines), lines.cut)
    }

    #[test]
    fn lines_break_at_spaces_and_at_line_ends() {
        // Helvetica's letters are about half as wide as high.
        assert_eq!(broken("one two three", 4.0, 9).0, ["one two", "three"]);
        assert_eq!(
            broken("one\r\ntwo\n\nthree", 40.0, 9).0,
            ["one", "two", "three"]
        );
        assert_eq!(broken("  ", 4.0, 9), (vec![String::new()], false));
        assert_eq!(broken("", 4.0, 9), (vec![], false));
    }

    #[test]
    fn endless_words_and_captions_are_cut_and_it_is_said() {
        let (lines, cut) = broken(&"a".repeat(20_000), 10.0, 3);
        assert_eq!((lines.len(), cut), (3, true));
        assert!(lines.iter().all(|line| line.len() > 10));
        let (lines, cut) = broken("exactly two lines", 5.0, 2);
        assert_eq!((lines.len(), cut), (2, false), "{lines:?}");
    }

    #[test]
    fn no_room_still_ends() {
        assert_eq!(broken("abc", 0.0, 9).0, ["a", "b", "c"]);
    }

    #[test]
    fn chinese_and_japanese_break_between_signs() {
        let pieces =
            |text: &'static str| pieces(text).map(|range| &text[range]).collect::<Vec<_>>();
        assert_eq!(
            pieces("東京の夜。ok go"),
            ["東", "京", "の", "夜。", "ok ", "go"]
        );
        assert_eq!(pieces("привет мир"), ["привет ", "мир"]);
    }

    #[test]
    fn what_cannot_be_drawn_is_told() {
        let found = undrawable(&Fonts::default(), "Zoë’s 東 café\u{200d}😀\u{fe0f}\n東 – €");
        assert_eq!(found, ['東', '😀']);
    }

    #[test]
    fn right_to_left_parts_are_turned() {
        // Helvetica cannot draw Hebrew; the order of what stands for it shows the turn.
        let lines = lines(&Fonts::default(), "abc \u{5d0}\u{5d1}\u{5d2} def", 90.0, 9);
        assert_eq!(lines.lines.len(), 1);
        assert_eq!(lines.lines[0].runs.len(), 3);
    }
}
