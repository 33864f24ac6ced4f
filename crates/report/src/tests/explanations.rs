//! Is what is told about a pasted text readable, complete and harmless?

use super::*;
use crate::document::words::Mark as MarkWord;
use crate::document::{Document, Explanation as Written};
use crate::{Style, Verbosity, explanation_json, explanation_short, explanation_terminal};
use finding::{Exclusion, Explanation, Meaning, Mode, Telling};
use model::Mark;

const LINK: Mode = Mode {
    name: "dns-zone-not-linked-to-resolving-vnet",
    code: "DNS003",
    judged_by: "configuration",
    is_built: true,
    summary: "The zone is not linked to the virtual network whose resolver answers the client.",
};

/// One of everything.
pub(super) fn explanation() -> Explanation {
    Explanation {
        phrase: "public-access-disabled".to_owned(),
        words: Some("public access is disabled".to_owned()),
        title: "the service refused a call that arrived at its public side".to_owned(),
        mark: Mark::Recorded,
        source: "a public thread, read 2026-11-22".to_owned(),
        also: vec!["DNS went on from the privatelink alias to an address that is not public".to_owned()],
        can: vec![
            Meaning {
                mode: Some(LINK),
                what: LINK.summary.to_owned(),
                tell: "168.63.129.16 answers publicly too".to_owned(),
            },
            Meaning { mode: None, what: "an expired token".to_owned(), tell: "a fresh one succeeds".to_owned() },
        ],
        cannot: vec![Exclusion { mode: None, what: "an NSG".to_owned(), why: "an HTTP reply came".to_owned() }],
        tells: Telling {
            command: "privpath check https://yourresource.openai.azure.com".to_owned(),
            place: "where the error appeared".to_owned(),
            shows: "the address dialled".to_owned(),
        },
        remarks: vec!["only the first 64 KiB of the text were read".to_owned()],
    }
}

#[test]
fn a_person_reads_causes_exclusions_and_one_command() {
    let text = explanation_terminal(&explanation(), &Style::default());
    let expected = "\
Recognised: the service refused a call that arrived at its public side
  by the words: public access is disabled
  known: recorded in public threads
  also in the text: DNS went on from the privatelink alias to an address that is
                    not public

It can mean, the most likely first
  1. DNS003  The zone is not linked to the virtual network whose resolver
             answers the client
             if: 168.63.129.16 answers publicly too
  2. -       an expired token
             if: a fresh one succeeds

It does not mean
  - an NSG: an HTTP reply came

The command that tells
  privpath check https://yourresource.openai.azure.com
  Run it: where the error appeared
  Shows:  the address dialled

Notes
  - only the first 64 KiB of the text were read
  - privpath explain DNS003 tells how to repair it
  - the order is an impression from public threads, not a statistic
";
    assert_eq!(text, expected, "it is now:\n{text}");
}

#[test]
fn quiet_is_one_line_and_verbose_names_modes_and_sources() {
    let with = |verbosity| explanation_terminal(&explanation(), &Style { verbosity, ..Style::default() });
    assert_eq!(with(Verbosity::Quiet).lines().count(), 1);
    let verbose = with(Verbosity::Verbose);
    assert!(verbose.contains("(dns-zone-not-linked-to-resolving-vnet)"), "{verbose}");
    assert!(verbose.contains("a public thread, read 2026-11-22"), "{verbose}");
}

#[test]
fn a_program_reads_it_back() {
    let text = explanation_json(&explanation(), &TOOL);
    let document: Document = serde_json::from_str(&text).unwrap();
    assert_eq!(document, Document::Explanation(Box::new(Written::of(&explanation(), &TOOL))));
    for (mark, word) in MarkWord::pairs() {
        assert_eq!(serde_json::to_value(word).unwrap(), format!("{mark:?}").to_lowercase());
    }
}

#[test]
fn a_line_for_each_cause() {
    assert_eq!(
        explanation_short(&explanation()),
        "can DNS003 dns-zone-not-linked-to-resolving-vnet - -: 168.63.129.16 answers publicly too\n\
         can - - - -: an expired token: a fresh one succeeds\n\
         cannot - - - -: an NSG: an HTTP reply came\n\
         run - - - -: privpath check https://yourresource.openai.azure.com\n"
    );
}

#[test]
fn nothing_in_it_can_steer() {
    let mut hostile = explanation();
    hostile.title = "a\u{1b}[2J".to_owned();
    hostile.tells.command = "privpath check \u{202e}x\u{7}".to_owned();
    hostile.can[0].tell = "b\u{9b}31m\nPRIVATE".to_owned();
    let texts = [
        explanation_terminal(&hostile, &Style::default()),
        explanation_short(&hostile),
        explanation_json(&hostile, &TOOL),
    ];
    for text in texts {
        assert!(text.chars().all(|it| it == '\n' || !it.is_control()) && !text.contains('\u{202e}'), "{text:?}");
        assert!(text.lines().all(|line| !line.starts_with("PRIVATE")), "{text:?}");
    }
}
