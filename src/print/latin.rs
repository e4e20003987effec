//! Helvetica as every PDF reader has it, in Windows' Western encoding: for text where no font was found.

use super::glyph::Glyph;

/// Widths of the characters from space to tilde, in thousandths (Adobe's font metrics).
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// Characters of Windows' encoding between 128 and 159.
const WINDOWS: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// Returns the byte that stands for a character.
pub(crate) fn byte(c: char) -> Option<u8> {
    match c {
        ' '..='~' | '\u{a1}'..='\u{ff}' => u8::try_from(u32::from(c)).ok(),
        '\u{a0}' => Some(b' '),
        '\u{80}'..='\u{9f}' => None,
        _ => WINDOWS
            .chars()
            .position(|known| known == c)
            .and_then(|at| u8::try_from(128 + at).ok()),
    }
}

/// Returns the glyphs of a text; a question mark for what there is none of.
pub(crate) fn glyphs(text: &str) -> Vec<Glyph> {
    text.chars()
        .filter(|c| *c == ' ' || !super::fonts::is_unseen(*c))
        .map(|c| {
            let byte = byte(c).unwrap_or(b'?');
            Glyph {
                id: byte.into(),
                advance: f64::from(width(byte)) / 1000.0,
                offset: (0.0, 0.0),
                text: c.to_string(),
            }
        })
        .collect()
}

/// Returns a width in thousandths; of letters with accents that of the plain letter.
fn width(byte: u8) -> u16 {
    let plain = match byte {
        0x85 | 0x89 | 0x97 | 0x99 | 0xc6 => return 1000,
        0x8c => return 1000,
        0x96 | 0x80 | 0x83 | 0x86 | 0x87 => return 556,
        0xe6 | 0x9c => return if byte == 0xe6 { 889 } else { 944 },
        0x82 | 0x91 | 0x92 => return 222,
        0x84 | 0x93 | 0x94 | 0x8b | 0x9b => return 333,
        0x95 => return 350,
        0xa9 | 0xae => return 737,
        0xc0..=0xc5 => b'A',
        0xc7 => b'C',
        0xc8..=0xcb => b'E',
        0xcc..=0xcf => b'I',
        0xd0 => b'D',
        0xd1 => b'N',
        0xd2..=0xd6 | 0xd8 => b'O',
        0xd9..=0xdc => b'U',
        0xdd | 0x9f => b'Y',
        0xde => b'P',
        0xdf => return 611,
        0xe0..=0xe5 => b'a',
        0xe7 => b'c',
        0xe8..=0xeb => b'e',
        0xec..=0xef => b'i',
        0xf0 | 0xf2..=0xf6 | 0xf8 => b'o',
        0xf1 => b'n',
        0xf9..=0xfc => b'u',
        0xfd | 0xff => b'y',
        0xfe => b'p',
        0x8a => b'S',
        0x9a => b's',
        0x8e => b'Z',
        0x9e => b'z',
        other => other,
    };
    plain
        .checked_sub(b' ')
        .and_then(|at| WIDTHS.get(usize::from(at)))
        .copied()
        .unwrap_or(556)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn western_letters_have_their_bytes() {
        for (c, expected) in [
            ('A', Some(65)),
            ('é', Some(0xe9)),
            ('€', Some(0x80)),
            ('Ÿ', Some(0x9f)),
            ('’', Some(0x92)),
            ('ж', None),
            ('\u{81}', None),
            ('\u{1}', None),
        ] {
            assert_eq!(byte(c), expected, "{c:?}");
        }
        assert_eq!(
            glyphs("Wi").iter().map(|g| g.advance).sum::<f64>(),
            0.944 + 0.222
        );
        assert_eq!(glyphs("ж")[0].id, u16::from(b'?'));
        assert_eq!(width(0xe9), width(b'e'));
    }
}
