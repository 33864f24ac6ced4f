//! Is bad input told with its place and its cure, and is what can be read still read?

use crate::estate::{Documents, Folder};
use crate::servers::{dns, no_dns};
use crate::world::{World, run, word};
use serde_json::{Value, json};

const URL: &str = "https://yourresource.openai.azure.com";

/// The texts of the notes of a report.
fn notes(report: &Value) -> Vec<String> {
    let notes = report["notes"].as_array().unwrap();
    notes
        .iter()
        .map(|note| format!("{}: {}", note["about"].as_str().unwrap(), note["text"].as_str().unwrap()))
        .collect()
}

#[track_caller]
fn noted(report: &Value, parts: &[&str]) {
    let notes = notes(report);
    let fits = |note: &&String| parts.iter().all(|part| note.contains(part));
    assert!(notes.iter().any(|note| fits(&note)), "no note has {parts:?}: {notes:#?}");
}

#[test]
fn broken_json_alone_names_file_line_and_cure() {
    let folder = Folder::empty();
    let file = folder.put("estate.json", b"[\n  {\"id\": \"/subscriptions/x\",\n  oops\n]");
    for path in [folder.word(), word(&file)] {
        // File, line and column.
        let ran = run(&["audit", "--snapshot", path]).failed("estate.json:3:3: not valid JSON");
        assert!(ran.err.contains("export it again"), "{ran:?}");
    }
    let error = run(&["audit", "--snapshot", folder.word(), "--format", "json"]).ended(2).json();
    assert!(error.to_string().contains("estate.json:3:3"), "{error:#}");
}

#[test]
fn broken_json_among_others_is_a_note_and_the_rest_is_read() {
    let folder = Documents::of("zone-not-linked").folder();
    folder.put("zz-cut.json", b"[{\"id\": \"/subscr");
    let ran = run(&["audit", "--snapshot", folder.word(), "--format", "json"]).ended(1);
    noted(&ran.report(), &["zz-cut.json:1:16", "not valid JSON", "export it again"]);
    assert_eq!(ran.report()["findings"][0]["code"], "DNS003");
    run(&["audit", "--snapshot", folder.word()]).ended(1).said("zz-cut.json");
}

#[test]
fn strays_are_counted_and_not_read() {
    let folder = Documents::of("healthy").folder();
    folder.put("README.md", b"# hello");
    folder.put("image.png", &[0x89, 0x50, 0xff, 0]);
    folder.put("more/notes.txt", b"{");
    folder.put(".git/config", b"[core]");
    let report = run(&["audit", "--snapshot", folder.word(), "--format", "json"]).ended(0).report();
    noted(&report, &["3 other files skipped", ".json"]);
}

#[test]
fn bytes_that_are_no_text_are_a_note() {
    let folder = Documents::of("healthy").folder();
    folder.put("zz-binary.json", &[0xff, 0xfe, 0x00, 0xd8, 0x00]);
    folder.put("zz-latin.json", &[b'"', 0xe4, b'"']);
    let report = run(&["audit", "--snapshot", folder.word(), "--format", "json"]).report();
    noted(&report, &["zz-binary.json", "UTF-8"]);
    noted(&report, &["zz-latin.json", "UTF-8"]);
}

#[test]
fn json_that_is_no_resource_is_a_note() {
    for text in ["42", "\"text\"", "null", "[1, [2, [3]]]", "{\"hello\": true}", "[{\"id\": 7}]"] {
        let folder = Documents::of("healthy").folder();
        folder.put("zz-odd.json", text.as_bytes());
        let report = run(&["audit", "--snapshot", folder.word(), "--format", "json"]).report();
        noted(&report, &["zz-odd.json"]);
    }
}

#[test]
fn unknown_types_are_noted_once_and_not_fatal() {
    let mut documents = Documents::of("zone-not-linked");
    for name in ["one", "two", "three"] {
        let id = format!("/subscriptions/s/resourceGroups/g/providers/Contoso.Quantum/teleporters/{name}");
        documents.0.push(json!({"id": id, "name": name, "type": "Contoso.Quantum/teleporters", "odd": [{"x": null}]}));
    }
    let report = run(&["audit", "--snapshot", documents.folder().word(), "--format", "json"]).ended(1).report();
    let about = notes(&report).into_iter().filter(|note| note.to_lowercase().contains("contoso.quantum/teleporters"));
    assert_eq!(about.count(), 1, "{:#?}", notes(&report));
    assert_eq!(report["findings"][0]["code"], "DNS003");
}

#[test]
fn fields_of_another_shape_are_noted_and_not_fatal() {
    for wrong in [json!(7), json!("text"), json!([[]]), json!({"a": {"b": []}}), Value::Null] {
        let mut documents = Documents::of("healthy");
        for document in &mut documents.0 {
            let properties = document["properties"].as_object().map(|own| own.keys().cloned().collect::<Vec<_>>());
            for member in properties.unwrap_or_default() {
                document["properties"][member] = wrong.clone();
            }
        }
        let folder = documents.folder();
        let ran = run(&["audit", "--snapshot", folder.word(), "--format", "json"]);
        assert!([0, 1, 3].contains(&ran.code), "{ran:?}");
        let words = ["trace", "--snapshot", folder.word(), "--from", "vm/app", "--to", URL];
        let ran = run(&words);
        assert!([1, 3].contains(&ran.code), "no endpoint of such an estate can be called private: {ran:?}");
    }
}

#[test]
fn deep_nesting_does_not_break_the_reader() {
    let folder = Documents::of("healthy").folder();
    folder.put("zz-deep.json", [b"[".repeat(200_000), b"]".repeat(200_000)].concat().as_slice());
    let object = [br#"{"a":"#.repeat(100_000), b"1".to_vec(), b"}".repeat(100_000)].concat();
    folder.put("zz-deeper.json", &object);
    let report = run(&["audit", "--snapshot", folder.word(), "--format", "json"]).report();
    noted(&report, &["zz-deep.json"]);
    noted(&report, &["zz-deeper.json"]);
}

#[test]
fn nothing_to_read_says_what_to_save() {
    let folder = Folder::empty();
    run(&["audit", "--snapshot", folder.word()]).failed("az … list -o json");
    run(&["audit", "--snapshot", "no-such-folder"]).failed("cannot read the snapshot no-such-folder");
    folder.put("empty.json", b"[]");
    run(&["audit", "--snapshot", folder.word()]).failed("holds no Azure resource");
}

#[test]
fn a_device_or_a_link_to_itself_does_not_hang() {
    let folder = Documents::of("healthy").folder();
    let path = std::path::Path::new(folder.word());
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(path, path.join("again")).unwrap();
        std::os::unix::fs::symlink(path.join("loop.json"), path.join("loop.json")).unwrap();
        std::os::unix::fs::symlink("/dev/zero", path.join("zero.json")).unwrap();
    }
    run(&["audit", "--snapshot", folder.word()]);
    let ran = run(&["audit", "--snapshot", "/dev/null"]);
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn an_ambiguous_vantage_lists_its_candidates() {
    let mut documents = Documents::of("healthy");
    let mut twin = documents.named("Microsoft.Compute/virtualMachines", "app").clone();
    let id = twin["id"].as_str().unwrap().replace("rg-app", "rg-twin");
    twin["id"] = id.clone().into();
    documents.0.push(twin);
    let folder = documents.folder();
    let words = |from| ["trace", "--snapshot", folder.word(), "--to", URL, "--from", from];
    let ran = run(&words("vm/app")).failed("write the whole id");
    for group in ["/resourceGroups/rg-app/", "/resourceGroups/rg-twin/"] {
        assert!(ran.err.contains(&format!("{group}providers/Microsoft.Compute/virtualMachines/app")), "{ran:?}");
    }
    let whole = id.replace("rg-twin", "rg-app");
    run(&words(&whole)).ended(0);
}

#[test]
fn a_vantage_that_is_none_lists_the_forms_or_the_names() {
    let folder = Documents::of("healthy").folder();
    let words = |from| ["trace", "--snapshot", folder.word(), "--to", URL, "--from", from];
    run(&words("vm/no-such")).failed("there are: app");
    run(&words("app")).failed("write vm/NAME");
    run(&words("subnet/hub-vnet/no-such")).failed("snet-private-endpoints");
    run(&words("subnet/no-such/x")).failed("hub-vnet, spoke-vnet");
    run(&words("")).failed("write vm/NAME");
}

#[test]
fn urls_that_are_none_say_why() {
    let server = dns(|query| vec![query.no_such_name()]);
    for (url, words) in [
        ("https://", "URL without host"),
        ("https:///openai", "URL without host"),
        ("", "URL without host"),
        ("http://yourresource.openai.azure.com", "https://yourresource.openai.azure.com"),
        ("ftp://yourresource.openai.azure.com", "use https://"),
        ("https://yourresource.openai.azure.com:99999", "no number from 1 to 65535"),
        ("https://your resource", "not a host name"),
    ] {
        run(&["check", url, "--dns", &server]).failed(words);
        run(&["trace", "--lab", "healthy", "--to", url]).failed(words);
    }
    World::new().with("AZURE_OPENAI_ENDPOINT", "https://").run(&["check", "--dns", &server]).failed("URL without host");
}

#[test]
fn a_path_that_cannot_be_requested_is_an_error() {
    let server = no_dns();
    for path in ["/a b", "/a\u{1b}[2J", "/a\r\nX-Evil: 1", "/\u{e4}"] {
        let url = format!("{URL}{path}");
        let ran = run(&["check", &url, "--dns", &server, "--timeout", "1"]);
        assert!([2, 3].contains(&ran.code), "{ran:?}");
    }
}
