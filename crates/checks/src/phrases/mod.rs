//! What can an error text that somebody pasted mean?
//!
//! Pure, total and offline: the committed table `docs/phrases.toml` says what words mean, and
//! `shape` what the names and addresses of a transcript show. Nothing of the text is repeated but
//! the table's own words and the name of one Azure host, so whatever was pasted with it, such as a
//! key or an escape code, goes nowhere.

mod shape;
mod table;

use crate::modes;
use finding::{Exclusion, Explanation, Meaning, Mode, Telling};
use std::cmp::Reverse;
use table::{Phrase, table};

/// How much of a text is read, in bytes.
pub const READ: usize = 64 * 1024;

/// A phrase that is in the text, with the fragment that was found.
struct Match<'t> {
    phrase: &'t Phrase,
    fragment: Option<&'t str>,
}

/// What the text can mean; `None` when nothing in it is known. Of a long text the first 64 KiB
/// count.
pub fn explain(text: &str) -> Option<Explanation> {
    let end = (0..=READ.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let is_cut = end < text.len();
    let read = uncoloured(&text[..end]);
    let folded = folded(&read);
    let found = matches(&folded, &read);
    let (first, rest) = found.split_first()?;
    let mut explanation = told(first, rest);
    let host = shape::host(&read);
    explanation.tells.command = filled(&explanation.tells.command, host.as_deref());
    let seen = statuses(&folded);
    if let Some(usual) = first.phrase.status.filter(|usual| !seen.is_empty() && !seen.contains(usual)) {
        explanation.remarks.push(format!(
            "these words come with HTTP {usual}, and the text has HTTP {}: it may be about two failures",
            seen.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ));
    }
    if is_cut {
        explanation.remarks.push(format!("only the first {} KiB of the text were read", READ / 1024));
    }
    Some(explanation)
}

/// The phrases that the text has, the most telling one first.
fn matches(folded: &str, read: &str) -> Vec<Match<'static>> {
    let shapes = shape::shapes(read);
    let has = |phrase: &&Phrase| phrase.needs.iter().all(|need| shapes.contains(need));
    let mut found: Vec<Match<'static>> = table()
        .phrase
        .iter()
        .filter(has)
        .filter_map(|phrase| {
            let fragment = phrase.any.iter().filter(|fragment| holds(folded, fragment)).max_by_key(|it| it.len());
            (fragment.is_some() || phrase.any.is_empty())
                .then_some(Match { phrase, fragment: fragment.map(String::as_str) })
        })
        .collect();
    found.sort_by_key(|found| {
        let length = found.fragment.map_or(0, str::len);
        Reverse((found.phrase.rank, length > 0 && !found.phrase.needs.is_empty(), length))
    });
    found
}

/// True when the text has the fragment as words of their own. Digits alone have to be all of it.
fn holds(folded: &str, fragment: &str) -> bool {
    if fragment.bytes().all(|byte| byte.is_ascii_digit()) {
        return folded == fragment;
    }
    let is_word = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
    let opens = is_word(fragment.chars().next());
    let closes = is_word(fragment.chars().next_back());
    folded.match_indices(fragment).any(|(at, _)| {
        let before = folded[..at].chars().next_back();
        let after = folded[at + fragment.len()..].chars().next();
        !(opens && is_word(before) || closes && is_word(after))
    })
}

fn told(first: &Match<'_>, rest: &[Match<'_>]) -> Explanation {
    let phrase = first.phrase;
    let (mark, source) = phrase.known();
    let [command, place, shows] = table().tells(phrase).map(str::to_owned);
    let named = |code: &Option<String>| code.as_deref().and_then(modes::find);
    let words = |mode: Option<Mode>, what: &Option<String>| match (what, mode) {
        (Some(what), _) => what.clone(),
        (None, Some(mode)) => mode.summary.to_owned(),
        (None, None) => String::new(),
    };
    let can = table().can(phrase).map(|can| {
        let mode = named(&can.code);
        Meaning { mode, what: words(mode, &can.what), tell: can.tell.clone() }
    });
    let cannot = table().cannot(phrase).map(|cannot| {
        let mode = named(&cannot.code);
        Exclusion { mode, what: words(mode, &cannot.what), why: cannot.why.clone() }
    });
    Explanation {
        phrase: phrase.id.clone(),
        words: first.fragment.map(str::to_owned),
        title: phrase.title.clone(),
        mark,
        source: source.to_owned(),
        also: rest.iter().filter(|other| says_more(first, other)).map(|other| other.phrase.title.clone()).collect(),
        can: can.collect(),
        cannot: cannot.collect(),
        tells: Telling { command, place, shows },
        remarks: Vec::new(),
    }
}

/// True when the other phrase is no wrapper and rests on other words.
fn says_more(first: &Match<'_>, other: &Match<'_>) -> bool {
    let same = match (first.fragment, other.fragment) {
        (Some(first), Some(other)) => first.contains(other) || other.contains(first),
        (None, Some(_)) => other.phrase.id == "name-unknown",
        _ => false,
    };
    other.phrase.rank > 0 && !same
}

/// The command with the host of the text, when there is one.
fn filled(command: &str, host: Option<&str>) -> String {
    let Some(host) = host else { return command.to_owned() };
    let word = |word: &str| match word {
        "URL" => format!("https://{host}"),
        "HOST" => host.to_owned(),
        _ => word.to_owned(),
    };
    command.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

/// The HTTP statuses of failures that the text names as such.
fn statuses(folded: &str) -> Vec<u16> {
    const INTRODUCING: [&str; 9] =
        ["http", "http/1.0", "http/1.1", "http/2", "status", "code", "statuscode", "status_code", "error"];
    let words: Vec<&str> =
        folded.split([' ', '"', '\'', '(', ')', ',', '{', '}', '=']).filter(|it| !it.is_empty()).collect();
    let introduces = |word: &str| INTRODUCING.contains(&word.trim_end_matches(':'));
    let mut found: Vec<u16> = words
        .windows(2)
        .filter(|pair| introduces(pair[0]) || pair[0] == ":")
        .filter_map(|pair| pair[1].parse().ok())
        .filter(|status| (400..600).contains(status))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The text without the control sequences by which terminals colour it.
fn uncoloured(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '\u{1b}' && characters.next_if_eq(&'[').is_some() {
            // Parameters, then one letter.
            while characters.next_if(|it| matches!(it, ' '..='?')).is_some() {}
            characters.next_if(char::is_ascii_alphabetic);
        } else {
            plain.push(character);
        }
    }
    plain
}

/// The text in lower case, with one space for any white space, line break or control character,
/// written-out `\n` as well.
fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let shown = match character {
            '\\' => match characters.next_if(|it| matches!(it, 'n' | 'r' | 't' | '"' | '\'')) {
                Some(quote @ ('"' | '\'')) => quote,
                Some(_) => ' ',
                None => '\\',
            },
            '\u{2018}' | '\u{2019}' => '\'',
            '\u{201c}' | '\u{201d}' => '"',
            _ if character.is_control() || character.is_whitespace() => ' ',
            _ => character.to_ascii_lowercase(),
        };
        if shown != ' ' || !(folded.is_empty() || folded.ends_with(' ')) {
            folded.push(shown);
        }
    }
    folded.truncate(folded.trim_end_matches(' ').len());
    folded
}

#[cfg(test)]
mod tests;
