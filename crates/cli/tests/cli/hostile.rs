//! Can a name or a note of a snapshot, or a word of the command line, steer the terminal?

use crate::estate::{Documents, Folder};
use crate::servers::no_dns;
use crate::world::{Ran, World, run};
use serde_json::json;
use std::collections::BTreeSet;

const URL: &str = "https://yourresource.openai.azure.com";
/// A cleared screen, a magenta background, a title, a bell, a new line, a reordered line, a C1
/// sequence and an invisible space.
const EVIL: &str = "\u{1b}[2J\u{1b}[45m\u{1b}]0;t\u{7}\r\nPRIVATE \u{202e}x\u{9b}31m\u{200b}";
/// What of that an id may have: one with control characters is no id, and is skipped.
const EVIL_NAME: &str = "\u{202e}x\u{200b}\u{2066}\u{feff}";
const FORMATS: [&[&str]; 4] =
    [&["--format", "terminal"], &["--format", "terminal", "-v"], &["--format", "short"], &["--format", "json"]];

/// The estate of a scenario, in which whatever has a name has a hostile one.
fn hostile(scenario: &str) -> Folder {
    let mut documents = Documents::of(scenario);
    for name in ["spoke-vnet", "hub-vnet", "pe-openai-eastus", "nsg-app", "your-app-service", "rg-networking", "rg-ai"]
    {
        documents = documents.renamed(name, &format!("{name}{EVIL_NAME}"));
    }
    let machine = format!("virtualMachines/app{EVIL_NAME}");
    documents = documents.renamed("virtualMachines/app", &machine);
    for document in &mut documents.0 {
        for member in ["location", "tags", "etag", "kind", "sku"] {
            document[member] = EVIL.into();
        }
        document["properties"]["provisioningState"] = EVIL.into();
        document["properties"][EVIL] = EVIL.into();
    }
    let group = "/subscriptions/s/resourceGroups/g/providers";
    for (kind, name) in
        [("Microsoft.Network/privateDnsZones", format!("a{EVIL}.example")), ("Evil.Type/x", EVIL_NAME.into())]
    {
        documents.0.push(json!({"id": format!("{group}/{kind}/{name}"), "name": name, "type": kind, "location": EVIL}));
    }
    let unknown = format!("Contoso.{EVIL}/things");
    documents.0.push(json!({"id": format!("{group}/{unknown}/x"), "name": "x", "type": unknown}));
    documents.0.push(json!({"id": EVIL, "name": EVIL, "type": EVIL, EVIL: EVIL}));
    let folder = documents.folder();
    folder.put("zz-\u{1b}[2J\u{202e}.json", format!("{{\"{EVIL}\": ").as_bytes());
    folder
}

#[track_caller]
fn harmless(ran: &Ran) {
    let bad = |character: char| {
        character.is_control() && character != '\n'
            || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}' | '\u{200b}' | '\u{feff}')
    };
    let found = ran.all().chars().find(|character| bad(*character));
    assert_eq!(found, None, "{ran:?}");
    assert!(!ran.all().lines().any(|line| line.starts_with("PRIVATE \\")), "a line of its own: {ran:?}");
}

#[test]
fn names_of_a_snapshot_are_shown_as_text() {
    for scenario in ["zone-not-linked-open", "nsg-deny", "record-stale"] {
        let folder = hostile(scenario);
        for format in FORMATS {
            let ran = run(&[&["audit", "--snapshot", folder.word()], format].concat());
            assert_ne!(ran.code, 2, "{ran:?}");
            harmless(&ran);
            let from = format!("vm/app{EVIL_NAME}");
            let words = ["trace", "--snapshot", folder.word(), "--from", &from, "--to", URL];
            let ran = run(&[&words, format].concat());
            assert_ne!(ran.code, 2, "{ran:?}");
            assert!(ran.out.contains("u{202e}") || ran.out.contains("u202e"), "the name is shown, as text: {ran:?}");
            harmless(&ran);
        }
    }
}

#[test]
fn json_keeps_the_value_of_a_hostile_name() {
    let folder = hostile("zone-not-linked");
    let report = run(&["audit", "--snapshot", folder.word(), "--format", "json"]).report();
    let resources = report["findings"][0]["resources"].to_string();
    assert!(resources.contains('\u{202e}'), "{resources}");
}

#[test]
fn with_colours_only_our_own_codes_appear() {
    let codes = |ran: &Ran| -> BTreeSet<String> {
        let after = ran.out.split('\u{1b}').skip(1);
        after
            .map(|rest| {
                let end = rest.find(|c: char| !(c.is_ascii_digit() || c == ';' || c == '[')).unwrap_or(rest.len());
                rest.chars().take(end + 1).collect()
            })
            .collect()
    };
    let clean = Documents::of("zone-not-linked").folder();
    let world = World::new();
    let colored =
        |folder: &Folder| world.run_in_color(&["audit", "--color", "always", "--snapshot", folder.word()]).ended(1);
    let ours = codes(&colored(&clean));
    assert!(!ours.is_empty() && ours.iter().all(|code| code.starts_with('[') && code.ends_with('m')), "{ours:?}");
    assert!(!ours.contains("[45m"), "the hostile colour must not be one of ours: {ours:?}");
    let ran = colored(&hostile("zone-not-linked"));
    assert!(codes(&ran).is_subset(&ours), "{:?} are not all of {ours:?}\n{ran:?}", codes(&ran));
    assert!(!ran.err.contains('\u{1b}'), "{ran:?}");
}

#[test]
fn no_format_but_the_terminal_has_colours() {
    for format in ["short", "json"] {
        run(&["check", "--lab", "zone-not-linked", "--color", "always", "--format", format]).ended(1);
    }
    for words in [&["check", "--lab", "zone-not-linked"][..], &["demo"], &["lab", "list"], &["--help"]] {
        for color in ["auto", "never"] {
            run(&[words, &["--color", color]].concat());
        }
    }
}

#[test]
fn words_of_the_command_line_are_shown_as_text() {
    let evil = "a\u{1b}[2J\u{202e}\u{9b}31m";
    let server = no_dns();
    let url = format!("https://{evil}");
    let vantage = format!("vm/{evil}");
    for words in [
        &["explain", evil][..],
        &["check", "--lab", evil],
        &["lab", "up", evil],
        &["lab", "down", evil],
        &["lab", "status", evil],
        &["demo", evil],
        &["audit", "--snapshot", evil],
        &["check", &url, "--dns", &server],
        &["check", "--lab", "healthy", "--from", &vantage],
        &["trace", "--lab", "healthy", "--from", &vantage],
        &["trace", "--lab", "healthy", "--to", &url],
        &[evil],
        &["audit", "--lab", "healthy", "--format", evil],
        &["check", "--lab", "healthy", "--timeout", evil],
    ] {
        harmless(&run(words).ended(2));
        harmless(&run(&[words, &["--format=json"]].concat()).ended(2));
    }
}
