//! Is the terminal report the one that was meant, and does it fit?

#![allow(clippy::disallowed_methods, reason = "BLESS rewrites the golden files")]

use super::*;
use crate::{Style, Verbosity, audit_terminal, short, terminal};
use model::{End, Verdict, Way};

#[track_caller]
fn same(name: &str, actual: &str, golden: &str) {
    if std::env::var_os("BLESS").is_some() {
        let path = format!("{}/src/tests/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
        std::fs::write(path, actual).unwrap();
        return;
    }
    assert!(
        actual == golden,
        "golden/{name}.txt is no longer what is written; it is now:
{actual}"
    );
}

#[test]
fn golden_reports() {
    let style = Style::default();
    same("public", &terminal(&diagnoses::public(), &style), include_str!("golden/public.txt"));
    same("private", &terminal(&diagnoses::private(), &style), include_str!("golden/private.txt"));
    same("by_proxy", &terminal(&diagnoses::by_proxy(), &style), include_str!("golden/by_proxy.txt"));
    same("blocked", &terminal(&diagnoses::blocked(), &style), include_str!("golden/blocked.txt"));
    same("timed_out", &terminal(&diagnoses::timed_out(), &style), include_str!("golden/timed_out.txt"));
    same("audited", &audit_terminal(&diagnoses::audited(), &style), include_str!("golden/audited.txt"));
}

#[test]
fn golden_verbose_report() {
    let style = Style { verbosity: Verbosity::Verbose, ..Style::default() };
    same("public_verbose", &terminal(&diagnoses::public(), &style), include_str!("golden/public_verbose.txt"));
}

#[test]
fn golden_short_lines() {
    let all: String = diagnoses::all().iter().map(short).collect();
    same("short", &all, include_str!("golden/short.txt"));
}

fn every_text(style: &Style) -> Vec<String> {
    let all = diagnoses::all();
    all.iter().flat_map(|one| [terminal(one, style), audit_terminal(one, style)]).collect()
}

const LEVELS: [Verbosity; 3] = [Verbosity::Quiet, Verbosity::Normal, Verbosity::Verbose];

#[test]
fn every_line_fits_but_commands_and_urls() {
    let command =
        |line: &str| line.contains("az ") || line.contains("='") || line.contains("://") || line.contains(" --");
    for width in [60, 80, 120] {
        for verbosity in LEVELS {
            for text in every_text(&Style { width, verbosity, color: false }) {
                for line in text.lines().filter(|line| !command(line)) {
                    assert!(line.chars().count() <= width, "{width}: {line}\n\n{text}");
                }
            }
        }
    }
}

#[test]
fn quiet_is_one_line() {
    let style = Style { verbosity: Verbosity::Quiet, ..Style::default() };
    for text in every_text(&style) {
        assert_eq!(text.lines().count(), 1, "{text}");
    }
}

#[test]
fn no_escape_codes_without_colour_and_the_same_words_with_it() {
    for verbosity in LEVELS {
        let plain = every_text(&Style { verbosity, ..Style::default() });
        let colored = every_text(&Style { verbosity, color: true, width: 80 });
        for (plain, colored) in plain.iter().zip(&colored) {
            assert!(!plain.contains('\u{1b}'), "{plain}");
            assert!(colored.contains('\u{1b}'), "{colored}");
            assert_eq!(*plain, without_codes(colored));
        }
    }
}

fn without_codes(text: &str) -> String {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest: String = parts.map(|part| part.split_once('m').unwrap().1).collect();
    first + &rest
}

#[track_caller]
fn headline(expect: Expect, way: Way, end: End, expected: &str) {
    let question = Question { expect, ..from_vm() };
    let trace = measured(predicted(trace(question, Outcome::new(way, end, None), Vec::new())));
    let text = terminal(&diagnosis(vec![trace]), &Style::default());
    assert_eq!(text.lines().next(), Some(expected), "{text}");
}

#[test]
fn headlines_tell_what_was_expected() {
    headline(Expect::Public, Way::Public, End::Answered, "PUBLIC public, as expected");
    headline(Expect::Refused, Way::Private, End::Stopped, "BLOCKED stopped, as expected");
    headline(Expect::Private, Way::Private, End::Answered, "PRIVATE answered through its private endpoint");
    headline(Expect::Public, Way::Public, End::Refused, "PUBLIC the public way, but refused");
}

#[test]
fn below_the_headline_stands_who_called_whom() {
    let text = terminal(&diagnoses::public(), &Style::default());
    assert_eq!(text.lines().nth(1), Some("vm/app → yourresource.openai.azure.com (expected: private)"));
}

#[test]
fn one_of_a_set_stands_for_all_that_fare_alike() {
    let mut diagnosis = diagnoses::private();
    let subnet = model::Vantage::Subnet(super::endpoint_subnet());
    let mut below = |count| {
        diagnosis.traces[0].part = Some(path::Part { of: subnet.clone(), count });
        crate::terminal(&diagnosis, &Style::default()).lines().nth(1).unwrap_or_default().to_owned()
    };
    assert!(below(1).starts_with("vm/app, of subnet/hub-vnet/snet-private-endpoints"), "{}", below(1));
    assert!(below(40).starts_with("vm/app and 39 alike, of subnet/hub-vnet/snet-private-endpoints"), "{}", below(40));
}

#[test]
fn a_headline_keeps_its_code_and_the_end_of_its_cause() {
    let mut diagnosis = diagnoses::public();
    diagnosis.findings[0].title =
        "zone privatelink.a-very-long-suffix-of-some-service.azure.com is not linked to spoke-vnet".to_owned();
    let text = terminal(&diagnosis, &Style::default());
    let line = text.lines().next().unwrap();
    assert!(line.starts_with("PUBLIC [DNS003] zone privatelink.a-very"), "{line}");
    assert!(line.ends_with("… is not linked to spoke-vnet"), "{line}");
    assert!(line.chars().count() <= 80, "{line}");
}

#[test]
fn from_nowhere_known_a_public_answer_accuses_nobody() {
    let outcome = Outcome::new(Way::Public, End::Answered, None);
    let text =
        terminal(&diagnosis(vec![measured(trace(question(Vantage::Here), outcome, Vec::new()))]), &Style::default());
    assert!(text.contains("no culprit"), "{text}");
    assert!(text.contains("give --snapshot and --from."), "{text}");
}

#[test]
fn a_disagreement_is_said() {
    let outcome = Outcome::new(Way::Public, End::Refused, Some(Stage::Dns));
    let public = measured(trace(from_vm(), outcome, Vec::new()));
    let predicted = Outcome::new(Way::Private, End::Answered, None);
    let text = terminal(&diagnosis(vec![Trace { predicted: Some(predicted), ..public }]), &Style::default());
    assert!(text.contains("Configuration says private, but measured is public; what was measured counts."), "{text}");
    assert!(text.contains("No culprit is named: it went wrong at dns"), "{text}");
    assert_eq!(diagnosis(Vec::new()).verdict(), None::<Verdict>);
}
