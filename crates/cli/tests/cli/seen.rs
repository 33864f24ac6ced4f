//! Does a desk walk use what a check saw inside, and refuse what is no such thing?

use crate::estate::Documents;
use crate::world::{Ran, World, run};
use serde_json::{Value, json};

/// What a check measured at the app of a scenario, on the loopback medium, as its document.
fn checked(world: &World, scenario: &str) -> Value {
    world.run(&["check", "--lab", scenario, "--medium", "loopback", "--format", "json"]).report()
}

fn stage<'r>(report: &'r Value, stage: &str) -> &'r Value {
    let mut steps =
        report["traces"][0]["hops"].as_array().unwrap().iter().flat_map(|hop| hop["steps"].as_array().unwrap());
    steps.find(|step| step["stage"] == stage).unwrap_or_else(|| panic!("no stage {stage}: {report:#}"))
}

fn verdict(ran: &Ran) -> Value {
    ran.report()["traces"][0]["verdict"].clone()
}

/// From undetermined to decided, from the place that was checked and from another one that asks the same
/// servers, for a good and a bad forwarder.
#[cfg(target_os = "linux")]
#[test]
fn what_a_check_saw_inside_decides_a_walk_from_the_desk() {
    for (scenario, way) in [("forwarder-untold", "private"), ("forwarder-untold-public", "public")] {
        let world = World::new();
        if !world.has_namespaces("what a check saw inside") {
            return;
        }
        world.run(&["lab", "up", scenario, "--medium", "namespaces"]).ended(0);
        world.run(&["trace", "--lab", scenario]).ended(3).said("what this server forwards is not known");
        let inside = world.run(&["lab", "exec", "vm/app", "--", "privpath", "check", "--format", "json"]);
        world.write("seen.json", &inside.out);
        for from in ["vm/app", "subnet/spoke-vnet/snet-app", "app/your-app-service"] {
            let walk = ["trace", "--lab", scenario, "--from", from, "--format", "json"];
            assert_eq!(verdict(&world.run(&walk)), "undetermined", "{from}");
            let ran = world.run(&[&walk[..], &["--seen", "seen.json"]].concat());
            let report = ran.report();
            assert_eq!(report["traces"][0]["predicted"]["way"], way, "{ran:?}");
            let dns = stage(&report, "dns")["summary"].as_str().unwrap();
            assert!(dns.contains("10.1.9.4 was seen to answer") && dns.contains("from vm/app at"), "{dns}");
            let measured = &report["traces"][0]["measured"];
            assert_eq!(measured["way"], if from == "vm/app" { json!(way) } else { Value::Null }, "{from}: {ran:?}");
            let codes: Vec<&Value> = report["findings"].as_array().unwrap().iter().map(|one| &one["code"]).collect();
            assert_eq!(codes.contains(&&json!("DNS023")), way == "public", "{from}: {codes:?}");
        }
        world.run(&["audit", "--lab", scenario, "--seen", "seen.json"]).said("seen in seen.json: made at vm/app");
    }
}

#[test]
fn what_was_measured_is_shown_beside_what_is_predicted() {
    let world = World::new();
    let report = checked(&world, "zone-not-linked");
    world.write("seen.json", report.to_string());
    let folder = Documents::of("zone-not-linked").folder();
    let walk = ["trace", "--snapshot", folder.word(), "--to", "https://yourresource.openai.azure.com", "--from"];
    let own = world.run(&[&walk[..], &["vm/app", "--seen", "seen.json"]].concat()).ended(1);
    own.said("Configuration and measurement agree: public")
        .said("what it measured is shown beside")
        .said("Nothing was sent from here");
    // From elsewhere it is another question.
    let other = world.run(&[&walk[..], &["app/your-app-service", "--seen", "seen.json"]].concat());
    other.said("which is not asked here").said("nothing was measured");
}

#[test]
fn a_measurement_that_differs_from_the_estate_is_a_finding() {
    let world = World::new();
    world.write("seen.json", checked(&world, "zone-not-linked").to_string());
    let folder = Documents::of("healthy").folder();
    let walk =
        ["trace", "--snapshot", folder.word(), "--from", "vm/app", "--to", "https://yourresource.openai.azure.com"];
    world.run(&[&walk[..], &["--seen", "seen.json"]].concat()).ended(1).said("OBS001");
}

#[test]
fn how_old_it_is_and_where_it_was_made_is_said() {
    let world = World::new();
    let mut report = checked(&world, "healthy");
    let folder = Documents::of("healthy").folder();
    let told = |report: &Value| {
        world.write("seen.json", report.to_string());
        world.run(&["audit", "--snapshot", folder.word(), "--seen", "seen.json"])
    };
    told(&report).said("just now");
    report["taken"] = json!("2026-01-01T00:00:00.000Z");
    told(&report).said("days ago: much may have changed since");
    report["taken"] = json!("2999-01-01T00:00:00.000Z");
    told(&report).said("in the future: one of the two clocks is wrong");
    report["taken"] = json!("yesterday \u{1b}[2J");
    told(&report).said("a time that cannot be read");
    report["traces"][0]["from"] = json!({"vantage": "here", "resource": null, "sources": []});
    for observation in report["observations"].as_array_mut().unwrap() {
        if observation["seen"]["kind"] == "tcp" {
            observation["seen"]["local"] = Value::Null;
        }
    }
    told(&report).said("say so with --seen VANTAGE=FILE");
    world.run(&["audit", "--snapshot", folder.word(), "--seen", "vm/app=seen.json"]).said("made at vm/app");
    report["traces"][0]["from"]["resource"] =
        json!("/subscriptions/0/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/gone");
    told(&report).said("gone is not in this estate: nothing of it is used");
}

#[test]
fn what_is_no_check_is_refused() {
    let world = World::new();
    let folder = Documents::of("healthy").folder();
    let audit = ["audit", "--snapshot", folder.word(), "--seen"];
    let refused = |text: &str, words: &str| {
        world.write("seen.json", text);
        world.run(&[&audit[..], &["seen.json"]].concat()).failed(words);
    };
    refused("", "seen.json cannot be used as what a check saw: it is empty");
    refused("{\"schema\": \"privpath/report/1\", ", "it ends in the middle");
    refused("{\"schema\": \"privpath/report/9\"}", "use the privpath that wrote it");
    refused("{\"schema\": \"privpath/report/1\"}", "it is no whole report");
    refused("[1]", "it is no JSON report");
    let trace = world.run(&["trace", "--lab", "healthy", "--format", "json"]);
    refused(&trace.out, "nothing was measured in it");
    world.run(&[&audit[..], &["nowhere.json"]].concat()).failed("--seen nowhere.json cannot be read");
    world.run(&[&audit[..], &["moon/app=seen.json"]].concat()).failed("no vantage of this estate");
    world.write("seen.json", [0xff, 0xfe, 0x7b, 0x00]);
    world.run(&[&audit[..], &["seen.json"]].concat()).failed("it is not UTF-8 text");
    let error = world.run(&[&audit[..], &["nowhere.json", "--format", "json"]].concat()).ended(2).json();
    assert_eq!(error["schema"], "privpath/error/1");
    run(&["check", "https://a.openai.azure.com", "--dns", "127.0.0.1:9", "--seen", "x"])
        .failed("give one with --snapshot");
}
