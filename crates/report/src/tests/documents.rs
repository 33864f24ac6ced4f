//! Does the JSON document say everything, and can it be read back?

use super::*;
use crate::document::{Document, Report};
use crate::{codes_json, error_json, explanation_json, json, schema};
use finding::Mode;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn every_report_is_read_back_as_it_was() {
    for diagnosis in diagnoses::all() {
        let written = Report::of(&diagnosis, &TOOL);
        let text = json(&diagnosis, &TOOL);
        let read: Report = serde_json::from_str(&text).unwrap();
        assert_eq!(read, written);
        let document: Document = serde_json::from_str(&text).unwrap();
        assert_eq!(document, Document::Report(Box::new(written)));
    }
}

#[test]
fn what_is_no_report_is_not_read() {
    let other = json(&diagnoses::public(), &TOOL).replace("privpath/report/1", "privpath/report/2");
    let unknown = json(&diagnoses::public(), &TOOL).replacen("\"taken\"", "\"extra\": 1, \"taken\"", 1);
    for text in ["", "{}", "[1]", &other, &unknown] {
        assert!(serde_json::from_str::<Report>(text).is_err(), "{text}");
    }
}

#[test]
fn the_document_has_the_fields_of_the_contract() {
    let report: Value = serde_json::from_str(&json(&diagnoses::public(), &TOOL)).unwrap();
    let at = |pointer: &str| report.pointer(pointer).unwrap_or_else(|| panic!("{pointer} is missing"));
    for (pointer, expected) in [
        ("/schema", "privpath/report/1"),
        ("/tool/version", "0.1.0"),
        ("/verdict", "public"),
        ("/traces/0/from/vantage", "vm/app"),
        ("/traces/0/to/host", "yourresource.openai.azure.com"),
        ("/traces/0/measured/way", "public"),
        ("/traces/0/hops/0/steps/1/status", "fail"),
        ("/traces/0/hops/1/steps/3/status", "not-reached"),
        ("/findings/0/code", "DNS003"),
        ("/findings/0/evidence/0/value", "hub-vnet"),
        ("/findings/0/remedies/0/effect/outcome", "clears"),
        ("/findings/0/remedies/0/variables/0/name", "SPOKE_VNET"),
        ("/findings/0/remedies/0/arm/0/method", "PUT"),
        ("/findings/0/remedies/0/arm/0/body/location", "global"),
        ("/findings/0/remedies/1/effect/outcome", "not-tried"),
        ("/observations/1/seen/kind", "dns"),
    ] {
        assert_eq!(at(pointer), expected, "{pointer}");
    }
    assert_eq!(*at("/coverage"), Value::Null);
    assert_eq!(*at("/findings/0/about/0"), 0);
    assert_eq!(*at("/traces/0/to/port"), 443);
}

#[test]
fn coverage_lists_what_is_not_complete() {
    let report: Value = serde_json::from_str(&json(&diagnoses::audited(), &TOOL)).unwrap();
    let kinds = report.pointer("/coverage/kinds").unwrap();
    let zone = zone().to_string();
    let expected = serde_json::json!([
        {"type": "Microsoft.Network/virtualNetworks", "extent": "assumed"},
        {"type": "Microsoft.Network/virtualNetworks/subnets", "extent": "assumed"},
        {"type": "Microsoft.Network/networkSecurityGroups", "extent": "missing", "why": "not-permitted"},
        {"type": "Microsoft.Network/privateDnsZones/A", "below": zone, "extent": "missing", "why": "not-collected"},
    ]);
    assert_eq!(*kinds, expected);
}

#[test]
fn a_failure_is_a_document_of_its_own() {
    let text = error_json("reading estate.json failed", &["it is no JSON".to_owned()], Some("give a folder"), &TOOL);
    let expected = serde_json::json!({
        "schema": "privpath/error/1",
        "tool": {"name": "privpath", "version": "0.1.0"},
        "error": {"message": "reading estate.json failed", "causes": ["it is no JSON"], "hint": "give a folder"},
    });
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), expected);
    assert!(matches!(serde_json::from_str(&text), Ok(Document::Error(_))));
}

/// Every key of a document, wherever it is; the bodies of requests are not ours.
fn keys(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                found.insert(key.clone());
                if key != "body" {
                    keys(member, found);
                }
            }
        }
        Value::Array(members) => members.iter().for_each(|member| keys(member, found)),
        _ => {}
    }
}

/// Every property that the schema names.
fn properties(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Object(named)) = members.get("properties") {
                found.extend(named.keys().cloned());
            }
            members.values().for_each(|member| properties(member, found));
        }
        Value::Array(members) => members.iter().for_each(|member| properties(member, found)),
        _ => {}
    }
}

#[test]
fn the_schema_names_exactly_the_properties_that_are_written() {
    let schema: Value = serde_json::from_str(&schema()).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let mut named = BTreeSet::new();
    properties(&schema, &mut named);
    let mut written = BTreeSet::new();
    for diagnosis in diagnoses::all() {
        keys(&serde_json::from_str(&json(&diagnosis, &TOOL)).unwrap(), &mut written);
    }
    keys(&serde_json::from_str(&error_json("", &[], None, &TOOL)).unwrap(), &mut written);
    keys(&serde_json::from_str(&explanation_json(&explanations::explanation(), &TOOL)).unwrap(), &mut written);
    let mode = Mode { name: "n", code: "C", judged_by: "both", is_built: true, summary: "s" };
    keys(&serde_json::from_str(&codes_json(&[(mode, None)], &TOOL)).unwrap(), &mut written);
    assert_eq!(named, written);
}

#[test]
fn the_words_are_those_of_the_model() {
    use crate::document::words;
    macro_rules! compare {
        ($($name:ident),*) => {
            $(for (own, word) in words::$name::pairs() {
                assert_eq!(serde_json::to_value(word).unwrap(), own.word());
            })*
        };
    }
    // The model has no words for these.
    let spelled = |word: serde_json::Value| word.as_str().unwrap().replace('-', "");
    for (own, word) in words::Why::pairs() {
        assert_eq!(spelled(serde_json::to_value(word).unwrap()), format!("{own:?}").to_lowercase());
    }
    for (own, word) in words::Transport::pairs() {
        assert_eq!(spelled(serde_json::to_value(word).unwrap()), format!("{own:?}").to_lowercase());
    }
    for (own, word) in words::DnsRole::pairs() {
        assert_eq!(spelled(serde_json::to_value(word).unwrap()), format!("{own:?}").to_lowercase());
    }
    compare!(Stage, Status, Way, End, Verdict, Expect, Severity, Confidence, EvidenceKind, Safety, Effect, Method);
}
