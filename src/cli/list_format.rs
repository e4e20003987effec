//! Assets as lines of one's own: the paths of their files, or a template filled in for each.
//!
//! Values that come from archives are written with their harmful characters spelled out, so that each asset stays one line and
//! none speaks to the terminal; `--json` and `--csv --exact` give every value as it is.

use std::path::Path;

use super::error::CliError;
use super::list_csv::{self, Formulas};
use super::output::Output;
use catalog::ListedAsset;
use model::shown::shown_on_a_line;

/// Fields that are no column of the CSV form.
const OWN: [&str; 7] = [
    "file",
    "name",
    "extension",
    "year",
    "month",
    "day",
    "camera",
];

/// A line with places for values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(String),
}

impl Template {
    /// Reads a template: `{field}`, `{{` and `}}` for braces, `\t`, `\n` and `\\`.
    ///
    /// # Errors
    /// Names what is wrong, and the fields there are.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '{' | '}' if chars.peek() == Some(&c) => {
                    chars.next();
                    plain.push(c);
                }
                '{' => {
                    let name = field_name(&mut chars)?;
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                    pieces.push(Piece::Field(name));
                }
                '}' => return Err("write }} for a brace of its own".to_owned()),
                '\\' => plain.push(match chars.next() {
                    Some('t') => '\t',
                    Some('n') => '\n',
                    Some('\\') => '\\',
                    _ => return Err(r"after \ comes t, n or \".to_owned()),
                }),
                c => plain.push(c),
            }
        }
        pieces.push(Piece::Text(plain));
        Ok(Self(pieces))
    }

    /// Fills it in.
    fn filled(&self, listed: &ListedAsset, library: &Path) -> String {
        let value = |piece: &Piece| match piece {
            Piece::Text(text) => text.clone(),
            Piece::Field(name) => shown_on_a_line(&field(listed, library, name)),
        };
        self.0.iter().map(value).collect()
    }
}

/// Reads the name of a field, and the brace that ends it.
fn field_name(chars: &mut impl Iterator<Item = char>) -> Result<String, String> {
    let mut name = String::new();
    loop {
        match chars.next() {
            Some('}') if fields().any(|known| known == name) => return Ok(name),
            Some('}') => return Err(unknown(&name)),
            Some(c) => name.push(c),
            None => return Err("a field ends with }".to_owned()),
        }
    }
}

fn fields() -> impl Iterator<Item = &'static str> {
    list_csv::COLUMNS.into_iter().chain(OWN)
}

fn unknown(name: &str) -> String {
    let known: Vec<&str> = fields().collect();
    format!(
        "there is no field {name:?}; the fields are: {}",
        known.join(", ")
    )
}

fn field(listed: &ListedAsset, library: &Path, name: &str) -> String {
    let asset = &listed.asset;
    let day = || {
        let taken = asset.taken_at.as_ref()?;
        Some(taken.value.for_names().date())
    };
    match name {
        "file" => library.join(&listed.path).display().to_string(),
        "name" => asset.name.clone(),
        "extension" => asset.extension.clone(),
        "year" => day().map_or_else(String::new, |day| format!("{:04}", day.year())),
        "month" => day().map_or_else(String::new, |day| format!("{:02}", day.month())),
        "day" => day().map_or_else(String::new, |day| format!("{:02}", day.day())),
        "camera" => asset.camera_name().unwrap_or_default(),
        column => list_csv::value(listed, column, Formulas::Exact).unwrap_or_default(),
    }
}

/// Prints assets in a form of one's own.
pub struct Lines<'a> {
    out: &'a Output,
    library: &'a Path,
    /// Without one the path of each file.
    template: Option<&'a Template>,
    end: u8,
}

impl<'a> Lines<'a> {
    /// Begins. `null` ends each line with a zero byte.
    pub fn new(
        out: &'a Output,
        library: &'a Path,
        template: Option<&'a Template>,
        null: bool,
    ) -> Self {
        Self {
            out,
            library,
            template,
            end: if null { 0 } else { b'\n' },
        }
    }

    /// Prints one asset.
    pub fn add(&self, listed: &ListedAsset) -> Result<(), CliError> {
        let mut line = match self.template {
            Some(template) => template.filled(listed, self.library).into_bytes(),
            // As the system has it: names of folders above the library may be no text.
            None => {
                let path = self.library.join(&listed.path);
                path.into_os_string().into_encoded_bytes()
            }
        };
        line.push(self.end);
        self.out.write(&line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::list::samples;
    use crate::cli::output::Format;
    use crate::cli::output::testing::printed;

    fn filled(template: &str) -> String {
        let template = Template::parse(template).expect(template);
        template.filled(&samples::full(), Path::new("/photos"))
    }

    #[test]
    fn fields_are_filled_in() {
        for (template, expected) in [
            ("", ""),
            ("{path}", "2023/07/2023-07-14_18-03-22_179.jpg"),
            ("{file}", "/photos/2023/07/2023-07-14_18-03-22_179.jpg"),
            (
                "{year}-{month}-{day} {name}.{extension}",
                "2023-07-14 a.jpg",
            ),
            ("{{{name}}}", "{a}"),
            (r"{name}\t\\{duration_s}\n", "a\t\\12.5\n"),
            ("{people}", r#"["Ben","Zoë"]"#),
            ("{description}", r#"Sea, "sun"\u000aand 🌊"#),
            ("{title}{camera}", ""),
        ] {
            assert_eq!(filled(template), expected, "{template}");
        }
    }

    #[test]
    fn wrong_templates_are_refused() {
        for template in [
            "{", "}", "{path", "{}", "{colour}", "{Path}", r"\x", r"\", "{path}}", "a{b", "{path{",
        ] {
            assert!(Template::parse(template).is_err(), "{template}");
        }
    }

    #[test]
    fn paths_are_those_of_files_and_end_as_asked() {
        for (null, expected) in [
            (false, "/photos/undated/a.jpg\n"),
            (true, "/photos/undated/a.jpg\0"),
        ] {
            let text = printed(Format::Text, |out| {
                Lines::new(out, Path::new("/photos"), None, null).add(&samples::bare())
            });
            assert_eq!(text, expected);
        }
    }
}
