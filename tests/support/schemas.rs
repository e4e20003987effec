//! The schemas in `docs/schema`, and whether what albumen prints with `--json` keeps to them.
//!
//! A schema is named after the type of its lines; where a type is another thing for each command (`report`, `finding`), after both
//! (`import.report`). If a schema has several forms (`oneOf` at its top), each is looked at by itself. The keywords that these
//! schemas use are checked here, and one that is not known fails: nothing is passed over. `cli::json_schema` asks another
//! validator as well, where this machine has one.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use regex_lite::Regex;
use serde_json::{Map, Value};

/// All schemas.
pub struct All {
    /// Forms of each schema: its name, with the number of the form behind a `#` if there are several.
    forms: BTreeMap<String, Vec<(String, Value)>>,
}

impl All {
    /// Reads them; once a process.
    pub fn get() -> &'static Self {
        static ALL: OnceLock<All> = OnceLock::new();
        ALL.get_or_init(Self::read)
    }

    fn read() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
        let files = fs::read_dir(folder).expect("docs/schema");
        let paths = files.map(|file| file.expect("readable").path());
        let paths = paths.filter(|path| path.extension().is_some_and(|end| end == "json"));
        let forms = paths.map(|path| {
            let name = path.file_stem().expect("a name").to_string_lossy();
            let text = fs::read_to_string(&path).expect("readable");
            let value: Value = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let forms = match value["oneOf"].as_array() {
                None => vec![(name.to_string(), value.clone())],
                Some(several) => (0..)
                    .zip(several)
                    .map(|(at, form)| (format!("{name}#{at}"), form.clone()))
                    .collect(),
            };
            (name.to_string(), forms)
        });
        Self {
            forms: forms.collect(),
        }
    }

    /// Returns the names of all forms.
    pub fn names(&self) -> Vec<&str> {
        let forms = self.forms.values().flatten();
        forms.map(|(name, _)| name.as_str()).collect()
    }

    /// Returns the form that a line of a command keeps to.
    ///
    /// # Errors
    /// If there is no schema for it, or it keeps to none or several of its forms.
    pub fn form_of(&self, command: &str, line: &Value) -> Result<&str, String> {
        let kind = line["type"].as_str().ok_or("a line without a type")?;
        // A demo is an import.
        let command = command.replace("demo", "import");
        let forms = [format!("{command}.{kind}"), kind.to_owned()];
        let forms = forms.iter().find_map(|name| self.forms.get(name));
        let forms = forms.ok_or_else(|| format!("docs/schema has nothing for {kind}: {line}"))?;
        let mut kept = Vec::new();
        let mut why = String::new();
        for (name, schema) in forms {
            match keeps(schema, line) {
                Ok(()) => kept.push(name.as_str()),
                Err(error) => why.push_str(&format!("\n{name}: {error}")),
            }
        }
        match kept[..] {
            [one] => Ok(one),
            _ => Err(format!("{line}\nkeeps to {kept:?}{why}")),
        }
    }
}

/// Says whether a value keeps to a schema, or where not.
fn keeps(schema: &Value, value: &Value) -> Result<(), String> {
    let keywords = schema.as_object().ok_or("a schema is an object")?;
    for (keyword, told) in keywords {
        let holds = match keyword.as_str() {
            "$schema" | "$comment" | "title" => true,
            // Looked at with the properties.
            "additionalProperties" => true,
            "type" => match told {
                Value::Array(several) => several.iter().any(|told| is_a(told, value)),
                told => is_a(told, value),
            },
            "const" => value == told,
            "enum" => told.as_array().is_some_and(|all| all.contains(value)),
            "minLength" => value
                .as_str()
                .is_none_or(|text| text.chars().count() as u64 >= told.as_u64().expect("a number")),
            "minimum" => value
                .as_f64()
                .is_none_or(|number| number >= told.as_f64().expect("a number")),
            "maximum" => value
                .as_f64()
                .is_none_or(|number| number <= told.as_f64().expect("a number")),
            "pattern" => value.as_str().is_none_or(|text| {
                let pattern = Regex::new(told.as_str().expect("a text"));
                pattern.expect("a pattern").is_match(text)
            }),
            "items" => {
                for (at, item) in value.as_array().into_iter().flatten().enumerate() {
                    keeps(told, item).map_err(|why| format!("[{at}]{why}"))?;
                }
                true
            }
            "oneOf" => {
                let forms = told.as_array().ok_or("oneOf is a list")?;
                let kept = forms.iter().filter(|form| keeps(form, value).is_ok());
                kept.count() == 1
            }
            "required" => {
                let names = told
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str);
                let mut gone = names.filter(|name| value.is_object() && value.get(name).is_none());
                match gone.next() {
                    Some(name) => return Err(format!(": no {name}")),
                    None => true,
                }
            }
            "propertyNames" => {
                let names = value.as_object().into_iter().flat_map(Map::keys);
                names
                    .into_iter()
                    .all(|name| keeps(told, &Value::from(name.as_str())).is_ok())
            }
            "properties" => true,
            unknown => return Err(format!(": the keyword {unknown} is not known here")),
        };
        if !holds {
            return Err(format!(": {value} is not as {keyword} has it: {told}"));
        }
    }
    properties(keywords, value)
}

/// Looks into the fields of an object: those that a schema names, and those that it does not.
fn properties(keywords: &Map<String, Value>, value: &Value) -> Result<(), String> {
    let known = keywords.get("properties").and_then(Value::as_object);
    let others = keywords.get("additionalProperties");
    for (name, field) in value.as_object().into_iter().flatten() {
        let schema = known.and_then(|known| known.get(name)).or(others);
        match schema {
            Some(Value::Bool(false)) => return Err(format!(": {name} is in no schema")),
            Some(schema) => keeps(schema, field).map_err(|why| format!(".{name}{why}"))?,
            None => {}
        }
    }
    Ok(())
}

fn is_a(told: &Value, value: &Value) -> bool {
    match told.as_str().expect("the name of a type") {
        "string" => value.is_string(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        "array" => value.is_array(),
        "null" => value.is_null(),
        unknown => panic!("{unknown} is no type"),
    }
}

/// Returns the command that a command line is of.
pub fn command_of<'a>(arguments: &[&'a str]) -> &'a str {
    let mut rest = arguments.iter();
    while let Some(word) = rest.next() {
        match *word {
            "--library" | "--config" | "--log-file" => {
                rest.next();
            }
            word if word.starts_with('-') => {}
            word => return word,
        }
    }
    ""
}

/// Checks what a command printed with `--json`: each whole line keeps to its schema.
///
/// # Panics
/// If one does not.
#[track_caller]
pub fn hold(arguments: &[&str], printed: &str) {
    let command = command_of(arguments);
    if ["completions", "man"].contains(&command) {
        return;
    }
    // A run that was killed may leave half a line.
    let lines = printed.lines().map(serde_json::from_str::<Value>);
    for line in lines.map_while(Result::ok) {
        if let Err(why) = All::get().form_of(command, &line) {
            panic!("{arguments:?}: {why}");
        }
    }
}
