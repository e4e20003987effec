//! A sign as it is drawn.

/// A drawn sign. Lengths are in sizes of the font.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Glyph {
    /// Its number in the font, or its byte in Helvetica's encoding.
    pub id: u16,
    /// How far the next one is.
    pub advance: f64,
    /// How far it is moved from where it would be.
    pub offset: (f64, f64),
    /// The text it stands for; empty for all but the first of several that stand for the same.
    pub text: String,
}
