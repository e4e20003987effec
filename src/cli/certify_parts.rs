//! How many parts an archive has: the user's word, given with `certify --parts` or on a terminal, where `certify` asks once.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use jiff::Timestamp;

use super::account::{NOT_KNOWN, is_not_known};
use super::args::CertifyArgs;
use super::error::CliError;
use super::output::{Format, Output};
use super::wrap::{self, wrapped};
use model::shown::shown;
use provider::title_of;
use verify::certify::{AccountArchives, given_archives, say_parts};

/// Returns whether an account is asked about.
pub fn is_asked(args: &CertifyArgs, provider: &str, account: Option<&str>) -> bool {
    args.provider.as_ref().is_none_or(|name| name == provider)
        && args
            .account
            .as_ref()
            .is_none_or(|name| is_named(name, account))
}

/// Returns the account as it can be typed.
pub fn typed(account: Option<&str>) -> String {
    account.unwrap_or(NOT_KNOWN).to_owned()
}

fn is_named(name: &str, account: Option<&str>) -> bool {
    match account {
        Some(account) => account == name,
        None => is_not_known(name),
    }
}

/// Keeps what the user says about numbers of parts; on a terminal, asks about archives of which nothing tells it.
pub fn take(args: &CertifyArgs, library: &Path, out: &Output) -> Result<(), CliError> {
    for word in &args.parts {
        let accounts = accounts(library)?;
        let given = one_of(&accounts, args, &word.account)?;
        say(library, given, word.parts, out)?;
    }
    if can_answer(out) {
        for given in accounts(library)? {
            if is_asked(args, &given.provider, given.account.as_deref()) {
                ask(library, &given, out)?;
            }
        }
    }
    Ok(())
}

fn accounts(library: &Path) -> Result<Vec<AccountArchives>, CliError> {
    given_archives(library).map_err(failed(library))
}

fn failed(library: &Path) -> impl FnOnce(verify::VerifyError) -> CliError + use<> {
    let library = library.to_owned();
    move |source| CliError::Verify { library, source }
}

fn one_of<'a>(
    accounts: &'a [AccountArchives],
    args: &CertifyArgs,
    name: &str,
) -> Result<&'a AccountArchives, CliError> {
    let of_provider = |of: &&AccountArchives| {
        args.provider
            .as_ref()
            .is_none_or(|provider| *provider == of.provider)
    };
    let named: Vec<&AccountArchives> = accounts
        .iter()
        .filter(of_provider)
        .filter(|of| is_named(name, of.account.as_deref()))
        .collect();
    match named[..] {
        [one] => Ok(one),
        [] => Err(CliError::NoAccount {
            account: name.to_owned(),
            known: accounts
                .iter()
                .map(|of| typed(of.account.as_deref()))
                .collect(),
        }),
        _ => Err(CliError::SeveralAccounts {
            account: name.to_owned(),
            providers: named.iter().map(|of| of.provider.clone()).collect(),
        }),
    }
}

fn say(library: &Path, given: &AccountArchives, parts: u32, out: &Output) -> Result<(), CliError> {
    let about = say_parts(library, given, parts, Timestamp::now()).map_err(failed(library))?;
    if about.is_empty() && out.format() == Format::Text {
        let account = typed(given.account.as_deref());
        out.line(format!(
            "{} · {}: the archives show by themselves how many parts there are; your number was not needed and is not kept",
            title_of(&given.provider),
            shown(&account)
        ))?;
    }
    Ok(())
}

/// Says whether somebody sits there who sees a question and can answer it.
fn can_answer(out: &Output) -> bool {
    out.format() == Format::Text && io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Asks how many files the service listed. No answer is an answer: then it cannot be known.
fn ask(library: &Path, given: &AccountArchives, out: &Output) -> Result<(), CliError> {
    let open: Vec<&str> = given.open().map(|of| of.name.as_str()).collect();
    if open.is_empty() {
        return Ok(());
    }
    let count: usize = given.open().map(|of| of.parts.len()).sum();
    let account = typed(given.account.as_deref());
    let question = format!(
        "{} · {}: nothing shows how many parts the archive has ({count} given: {}).\n\
         How many files did the service's download page list? Number, or Enter if you do not know: ",
        title_of(&given.provider),
        shown(&account),
        open.iter()
            .map(|name| shown(name))
            .collect::<Vec<_>>()
            .join(", ")
    );
    let mut error = io::stderr().lock();
    // A terminal that is gone answers nothing, either.
    let asked = write!(error, "{}", wrapped(&question, wrap::of_errors()));
    let asked = asked.and_then(|()| error.flush());
    drop(error);
    let mut answer = String::new();
    if asked.is_err() || io::stdin().lock().read_line(&mut answer).is_err() {
        return Ok(());
    }
    match answer.trim().parse() {
        Ok(parts) if parts > 0 => say(library, given, parts, out),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    fn account(provider: &str, account: Option<&str>) -> AccountArchives {
        AccountArchives {
            provider: provider.into(),
            account: account.map(str::to_owned),
            archives: Vec::new(),
        }
    }

    #[test]
    fn an_account_is_found_by_name_and_an_unknown_one_by_what_stands_for_it() {
        let accounts = [
            account("instagram", Some("anna")),
            account("facebook", Some("anna")),
            account("google-photos", None),
        ];
        let found = |name: &str, provider: Option<&str>| {
            let args = CertifyArgs {
                provider: provider.map(str::to_owned),
                ..CertifyArgs::default()
            };
            one_of(&accounts, &args, name).map(|of| of.provider.clone())
        };
        assert_eq!(found(NOT_KNOWN, None).unwrap(), "google-photos");
        assert_eq!(found("anna", Some("facebook")).unwrap(), "facebook");
        let both = found("anna", None).unwrap_err().to_string();
        assert!(
            both.contains("Instagram") && both.contains("Facebook"),
            "{both}"
        );
        let nobody = found("ben", None).unwrap_err().to_string();
        assert!(nobody.contains("anna, (not known)"), "{nobody}");
    }
}
