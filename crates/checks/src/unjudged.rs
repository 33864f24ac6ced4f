//! What is there to say about a mode that no check judges? The committed words, and why privpath is silent.

use finding::Mode;
use serde::Deserialize;
use std::sync::OnceLock;

/// The words.
const TEXT: &str = include_str!("../../../docs/unjudged.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    mode: Vec<Words>,
}

/// The words about one mode.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    code: String,
    /// What somebody reports.
    sees: String,
    /// Why it breaks.
    why: String,
    /// What tells it from its neighbours.
    tell: String,
    /// How to repair it.
    fix: String,
    /// Why no check judges it.
    unjudged: String,
    /// Where it is known from.
    source: String,
}

/// The page about a mode that no check judges, in Markdown; `None` for one that a check judges.
pub fn page(mode: &Mode) -> Option<String> {
    let words = table().iter().find(|words| words.code == mode.code && !mode.is_built)?;
    let state = match mode.judged_by {
        "symptom" => "privpath does not judge this: it is a symptom, never a finding.",
        _ => "privpath does not judge this: it never reports it, and its silence about it says nothing.",
    };
    let Words { sees, why, tell, fix, unjudged, source, .. } = words;
    Some(format!(
        "# {} ({})\n\n{}\n\n{state} {unjudged}\n\n\
         ## What one sees\n\n{sees}\n\n## Why it breaks\n\n{why}\n\n## How to tell it from its look-alikes\n\n{tell}\n\n\
         ## How to repair\n\n{fix}\n\n## Sources\n\n{source}.\n",
        mode.name, mode.code, mode.summary
    ))
}

fn table() -> &'static [Words] {
    static READ: OnceLock<Vec<Words>> = OnceLock::new();
    READ.get_or_init(|| toml::from_str::<Table>(TEXT).expect("a test reads docs/unjudged.toml").mode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modes;
    use std::collections::BTreeSet;

    #[test]
    fn every_mode_without_a_check_has_words_and_no_other() {
        let unbuilt: BTreeSet<&str> = modes::all().filter(|mode| !mode.is_built).map(|mode| mode.code).collect();
        let with_words: BTreeSet<&str> = table().iter().map(|words| words.code.as_str()).collect();
        let missing: Vec<_> = unbuilt.difference(&with_words).collect();
        assert!(missing.is_empty(), "docs/unjudged.toml says nothing of {missing:?}: add a [[mode]] for each");
        let built: Vec<_> = with_words.difference(&unbuilt).collect();
        assert!(
            built.is_empty(),
            "a check judges {built:?} (docs/modes.tsv): delete their words in docs/unjudged.toml"
        );
        assert_eq!(table().len(), with_words.len(), "a code has words twice");
    }

    #[test]
    fn no_words_are_empty_or_a_double_of_the_summary() {
        for words in table() {
            let mode = modes::find(&words.code).unwrap();
            for text in [&words.sees, &words.why, &words.tell, &words.fix, &words.unjudged, &words.source] {
                assert!(text.len() > 10 && text != mode.summary, "{}: {text:?}", words.code);
            }
            for sentence in [&words.sees, &words.why, &words.tell, &words.fix, &words.unjudged] {
                assert!(sentence.ends_with(['.', '?', '"', '`']), "{}: {sentence:?}", words.code);
            }
        }
    }

    #[test]
    fn a_page_says_that_nothing_is_judged() {
        let page = page(&modes::find("CLN007").unwrap()).unwrap();
        assert!(page.starts_with("# client-stale-cache-or-pooled-connection (CLN007)\n"), "{page}");
        assert!(page.contains("does not judge this") && page.contains("## How to repair"), "{page}");
        assert!(super::page(&modes::find("CLN005").unwrap()).is_none());
    }
}
