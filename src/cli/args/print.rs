//! Arguments of `print`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::SelectionArgs;
use print::geometry::Fit;
use print::size::{POINTS_OF_MM, Size, length};
use print::{Form, PrintOptions};

/// Width of a white border where none is said, in points.
const BORDER: f64 = 5.0 * POINTS_OF_MM;

/// Arguments of `print`.
#[derive(Debug, Args)]
pub struct PrintArgs {
    /// PDF to write; an existing file is never overwritten
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// Single prints, contact sheets, or a book with a title page and a chapter for each month
    #[arg(long, value_name = "FORM", value_enum, default_value_t = FormArg::Prints)]
    pub form: FormArg,
    /// Size of the finished paper: 10x15, 4x6in, 13x18, a4, square …, or two sides such as 12x17cm [default: 10x15 for prints, else a4]
    #[arg(long, value_name = "SIZE", value_parser = Size::parse)]
    pub size: Option<Size>,
    /// Show all of a picture, fill the paper and cut off what does not fit, or show all of it in a white border [default: fit]
    #[arg(long, value_name = "HOW", value_enum)]
    pub fit: Option<FitArg>,
    /// Width of the white border [default: 5mm]
    #[arg(long, value_name = "LENGTH", value_parser = length)]
    pub border: Option<f64>,
    /// Extend pictures beyond the paper's edge by this much (3mm), for a print shop that trims
    #[arg(long, value_name = "LENGTH", value_parser = length, default_value = "0mm")]
    pub bleed: f64,
    /// Draw crop marks
    #[arg(long)]
    pub crop_marks: bool,
    /// Number of copies of each print
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=999))]
    pub copies: Option<u16>,
    /// Also write a list for a print shop (CSV: file, size, copies)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub order_list: Option<PathBuf>,
    /// Pictures in a row of a contact sheet [default: 4]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=20))]
    pub columns: Option<u8>,
    /// Rows on a page of a contact sheet [default: 5]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u8).range(1..=30))]
    pub rows: Option<u8>,
    /// Title of the book [default: the years of its pictures]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// Scale down pictures that would have more dots per inch than this; without it, originals go in as they are
    #[arg(long, value_name = "DPI", value_parser = clap::value_parser!(u16).range(72..=2400))]
    pub max_dpi: Option<u16>,
    /// Print hidden and trashed pictures, too
    #[arg(long)]
    pub include_hidden: bool,
    /// Look for fonts here instead of in the system's folders
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub fonts: Vec<PathBuf>,
    /// What to print
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// Forms of a PDF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormArg {
    /// A page for each picture
    Prints,
    /// Many small pictures on a page, with their names
    Contact,
    /// A title page, a chapter for each month, captions
    Book,
}

impl FormArg {
    /// Returns the name used in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prints => "prints",
            Self::Contact => "contact",
            Self::Book => "book",
        }
    }
}

/// How a picture is put on its paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FitArg {
    /// All of it
    Fit,
    /// No white
    Fill,
    /// All of it in a white border
    Border,
}

impl PrintArgs {
    /// Returns what the library code wants to know; fonts are looked for in `font_folders`.
    ///
    /// # Errors
    /// Names an option that does not belong to the form.
    pub fn to_options(&self, font_folders: Vec<PathBuf>) -> Result<PrintOptions, String> {
        let form = self.form()?;
        let named = match self.form {
            FormArg::Prints => "10x15",
            FormArg::Contact | FormArg::Book => "a4",
        };
        let size = self.size.clone().map_or_else(|| Size::parse(named), Ok)?;
        if !form.has_room(&size) {
            return Err(format!(
                "{} has no room for this form; give a larger --size or fewer --columns and --rows",
                size.name
            ));
        }
        Ok(PrintOptions {
            select: self.selection.to_select(),
            include_hidden: self.include_hidden,
            form,
            size,
            bleed: self.bleed,
            crop_marks: self.crop_marks,
            title: self.title.clone(),
            most_dpi: self.max_dpi.map(f64::from),
            font_folders,
        })
    }

    fn form(&self) -> Result<Form, String> {
        let own: [(&str, bool, FormArg); 7] = [
            ("--fit", self.fit.is_some(), FormArg::Prints),
            ("--border", self.border.is_some(), FormArg::Prints),
            ("--copies", self.copies.is_some(), FormArg::Prints),
            ("--order-list", self.order_list.is_some(), FormArg::Prints),
            ("--columns", self.columns.is_some(), FormArg::Contact),
            ("--rows", self.rows.is_some(), FormArg::Contact),
            ("--title", self.title.is_some(), FormArg::Book),
        ];
        if let Some((option, _, form)) = own
            .iter()
            .find(|(_, given, form)| *given && *form != self.form)
        {
            return Err(format!("{option} is only for --form {}", form.as_str()));
        }
        Ok(match self.form {
            FormArg::Prints => Form::Prints {
                fit: self.fit()?,
                copies: self.copies.unwrap_or(1).into(),
            },
            FormArg::Contact => Form::Contact {
                columns: self.columns.unwrap_or(4).into(),
                rows: self.rows.unwrap_or(5).into(),
            },
            FormArg::Book => Form::Book,
        })
    }

    fn fit(&self) -> Result<Fit, String> {
        match (self.fit, self.border) {
            (None | Some(FitArg::Border), Some(border)) => Ok(Fit::Border(border)),
            (Some(FitArg::Border), None) => Ok(Fit::Border(BORDER)),
            (_, Some(_)) => Err("--border is only for --fit border".to_owned()),
            (None | Some(FitArg::Fit), None) => Ok(Fit::Whole),
            (Some(FitArg::Fill), None) => Ok(Fit::Fill),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use clap::Parser;

    use super::super::{Cli, Command};
    use super::*;

    fn options(words: &[&str]) -> Result<PrintOptions, String> {
        let all = [&["albumen", "print", "a.pdf"], words].concat();
        let Command::Print(args) = Cli::try_parse_from(all).unwrap().command else {
            panic!("another command");
        };
        args.to_options(vec![])
    }

    #[test]
    fn each_form_has_its_size() {
        assert_eq!(options(&[]).unwrap().size.name, "10x15");
        assert_eq!(options(&["--form", "book"]).unwrap().size.name, "a4");
        assert_eq!(
            options(&["--form", "contact", "--size", "a3"])
                .unwrap()
                .size
                .name,
            "a3"
        );
        let small = options(&["--form", "contact", "--size", "9x13", "--columns", "20"]);
        assert!(small.unwrap_err().contains("no room"));
    }

    #[test]
    fn borders_are_said_or_given() {
        let fit = |words: &[&str]| options(words).map(|options| options.form);
        let prints = |fit| Ok(Form::Prints { fit, copies: 1 });
        assert_eq!(fit(&[]), prints(Fit::Whole));
        assert_eq!(fit(&["--fit", "fill"]), prints(Fit::Fill));
        assert_eq!(fit(&["--fit", "border"]), prints(Fit::Border(BORDER)));
        assert_eq!(fit(&["--border", "9pt"]), prints(Fit::Border(9.0)));
        assert!(fit(&["--fit", "fill", "--border", "9pt"]).is_err());
    }

    #[test]
    fn options_of_other_forms_are_refused() {
        for words in [
            &["--form", "book", "--copies", "2"][..],
            &["--form", "contact", "--order-list", "a.csv"],
            &["--columns", "3"],
            &["--title", "Rome"],
        ] {
            assert!(
                options(words).unwrap_err().contains("is only for"),
                "{words:?}"
            );
        }
    }
}
