//! How does a file `privpath.toml` write what the owner of an estate states?
//!
//! ```toml
//! [[claim]]
//! from = "app/*"                                   # a vantage or a resource id; * and ? stand for characters
//! to = "https://yourresource.openai.azure.com"     # a URL, or accounts by name or id
//! expect = "private"                               # private, public or refused
//!
//! [[suppress]]
//! code = "ACC005"
//! resource = "*-sandbox"                           # a name or an id
//! reason = "the sandbox is public on purpose"
//! expires = "2027-01-31"                           # the last day; may be left out
//! ```

use crate::scenario::target;
use model::intent::{Called, Claim, Intent, Pattern, Suppression};
use model::{Expect, visible};
use serde::Deserialize;
use toml::Spanned;

/// Why a file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {problem}")]
pub struct IntentError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong and what to do.
    pub problem: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    claim: Vec<ClaimTable>,
    #[serde(default)]
    suppress: Vec<SuppressTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimTable {
    from: Spanned<String>,
    to: Spanned<String>,
    expect: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuppressTable {
    code: Spanned<String>,
    resource: Spanned<String>,
    reason: Spanned<String>,
    expires: Option<Spanned<String>>,
}

/// Reads a file.
pub fn parse(text: &str) -> Result<Intent, IntentError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let file: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        fail(text, at, visible(&error.message().replace('\n', "; ")).into_owned())
    })?;
    Ok(Intent {
        claims: file.claim.iter().map(|table| claim(text, table)).collect::<Result<_, _>>()?,
        suppressions: file.suppress.iter().map(|table| suppression(text, table)).collect::<Result<_, _>>()?,
    })
}

fn claim(text: &str, table: &ClaimTable) -> Result<Claim, IntentError> {
    let expect = match table.expect.get_ref().as_str() {
        "private" => Expect::Private,
        "public" => Expect::Public,
        "refused" => Expect::Refused,
        other => {
            let problem = format!("{:?} is no expectation; write private, public or refused", visible(other));
            return Err(fail(text, table.expect.span().start, problem));
        }
    };
    let to = table.to.get_ref();
    let to = if to.contains("://") {
        let (target, _) = target::parse(to).map_err(|error| fail(text, table.to.span().start, error.to_string()))?;
        Called::Target(target)
    } else {
        Called::Accounts(pattern(text, &table.to)?)
    };
    let line = place(text, table.from.span().start).0;
    Ok(Claim { from: pattern(text, &table.from)?, to, expect, line })
}

fn suppression(text: &str, table: &SuppressTable) -> Result<Suppression, IntentError> {
    let code = table.code.get_ref();
    let at = table.code.span().start;
    let well_formed = code.len() == 6
        && code[..3].bytes().all(|byte| byte.is_ascii_uppercase())
        && code[3..].bytes().all(|byte| byte.is_ascii_digit());
    if !code.is_ascii() || !well_formed {
        let problem = format!("{:?} is no code such as ACC005; `privpath explain` lists them", visible(code));
        return Err(fail(text, at, problem));
    }
    if table.reason.get_ref().trim().is_empty() {
        return Err(fail(text, table.reason.span().start, "say why the finding is accepted".to_owned()));
    }
    if let Some(day) = &table.expires
        && !is_day(day.get_ref())
    {
        let problem = format!("{:?} is no day such as 2027-01-31", visible(day.get_ref()));
        return Err(fail(text, day.span().start, problem));
    }
    Ok(Suppression {
        code: code.clone(),
        resource: pattern(text, &table.resource)?,
        reason: table.reason.get_ref().trim().to_owned(),
        expires: table.expires.as_ref().map(|day| day.get_ref().clone()),
        line: place(text, at).0,
    })
}

fn pattern(text: &str, value: &Spanned<String>) -> Result<Pattern, IntentError> {
    let empty = || fail(text, value.span().start, "an empty pattern matches nothing; write * for all".to_owned());
    Pattern::new(value.get_ref()).ok_or_else(empty)
}

/// True for a day of the calendar, as `2027-01-31`.
fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    if !digits(&bytes[..4]) || !digits(&bytes[5..7]) || !digits(&bytes[8..]) {
        return false;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap_or_default();
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=days).contains(&day)
}

fn fail(text: &str, at: usize, problem: String) -> IntentError {
    let (line, column) = place(text, at);
    IntentError { line, column, problem }
}

/// Line and column of a byte, from 1.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    (before.matches('\n').count() + 1, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "[[claim]]\nfrom = \"app/*\"\nto = \"https://a.openai.azure.com\"\nexpect = \"private\"\n\n\
                         [[suppress]]\ncode = \"ACC005\"\nresource = \"*\"\nreason = \"known\"\nexpires = \"2028-02-29\"\n";

    #[test]
    fn a_file_states_claims_and_suppressions() {
        let intent = parse(WHOLE).unwrap();
        assert_eq!((intent.claims.len(), intent.claims[0].line), (1, 2));
        assert_eq!((intent.suppressions[0].line, intent.suppressions[0].expires.as_deref()), (7, Some("2028-02-29")));
        assert_eq!(parse("").unwrap(), Intent::default());
    }

    #[test]
    fn what_is_wrong_is_told_with_line_and_column() {
        let told = |from: &str, to: &str| {
            let error = parse(&WHOLE.replace(from, to)).unwrap_err();
            (error.line, error.column, error.problem)
        };
        let (line, column, problem) = told("\"private\"", "\"secret\"");
        assert_eq!((line, column), (4, 10));
        assert!(problem.contains("private, public or refused"), "{problem}");
        assert_eq!(told("2028-02-29", "2027-02-29").0, 10);
        assert_eq!(told("2028-02-29", "soon").0, 10);
        assert_eq!(told("reason = \"known\"", "reason = \" \"").0, 9);
        assert_eq!(told("resource = \"*\"", "resource = \"\"").0, 8);
        assert_eq!(told("ACC005", "acc5").0, 7);
        assert_eq!(told("https://a.openai", "http://a.openai").0, 3);
        let (line, _, problem) = told("reason", "raeson");
        assert_eq!(line, 9);
        assert!(problem.contains("raeson"), "{problem}");
        assert_eq!(parse("[[claim]\n").unwrap_err().line, 1);
    }
}
