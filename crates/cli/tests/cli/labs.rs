//! Can a background lab be started, found, used and ended?

use crate::world::World;
use serde_json::Value;

#[test]
fn a_lab_lives_from_up_to_down() {
    let world = World::new();
    world.run(&["lab", "list"]).ended(0).said("healthy").said("none runs");
    world.run(&["lab", "up", "zone-not-linked"]).ended(0).said("lab zone-not-linked").said("SOCKS5 127.0.0.1:");
    world.run(&["lab", "up", "zone-not-linked"]).failed("runs already");
    world.run(&["lab", "list"]).ended(0).said("running: zone-not-linked");
    world.run(&["check", "--lab", "zone-not-linked"]).ended(1).said("runs in the background");
    let status = world.run(&["lab", "status", "zone-not-linked", "--format", "json"]).ended(0).json();
    assert_eq!(status["scenario"], "zone-not-linked");
    assert_eq!(status["asks"]["to"], "https://yourresource.openai.azure.com");
    world.run(&["lab", "down", "zone-not-linked"]).ended(0).said("ended: zone-not-linked");
    world.run(&["lab", "down", "zone-not-linked"]).failed("no lab `zone-not-linked` runs");
    world.run(&["lab", "status", "zone-not-linked"]).failed("privpath lab up zone-not-linked");
    assert_eq!(std::fs::read_dir(world.labs()).unwrap().count(), 0, "no state stays behind");
}

#[test]
fn labs_have_names_and_worlds_of_their_own() {
    let (world, other) = (World::new(), World::new());
    world.run(&["lab", "up", "healthy", "--name", "first"]).ended(0);
    world.run(&["lab", "up", "zone-not-linked", "--name", "second"]).ended(0);
    world.run(&["lab", "list"]).ended(0).said("running: first, second");
    other.run(&["lab", "list"]).ended(0).said("none runs");
    let short = world.run(&["lab", "status", "--quiet"]).ended(0).out;
    assert_eq!(short, "lab first: Everything in order\nlab second: The private DNS zone is not linked to the spoke\n");
    world.run(&["check", "--lab", "first"]).ended(0);
    world.run(&["check", "--lab", "second"]).ended(1);
    world.run(&["lab", "down"]).ended(0).said("ended: first, second");
    world.run(&["lab", "status"]).ended(0).said("no lab runs");
}

#[test]
fn what_runs_is_one_document_in_json() {
    let world = World::new();
    let running = |world: &World| world.run(&["lab", "list", "--format", "json"]).ended(0).json()["running"].clone();
    assert_eq!(running(&world), serde_json::json!([]));
    assert_eq!(world.run(&["lab", "status", "--format", "json"]).ended(0).json(), serde_json::json!([]));
    for name in ["first", "second"] {
        let document = world.run(&["lab", "up", "healthy", "--name", name, "--format", "json"]).ended(0).json();
        assert_eq!(document["name"], name);
    }
    assert_eq!(running(&world), serde_json::json!(["first", "second"]));
    let status = world.run(&["lab", "status", "--format", "json"]).ended(0).json();
    assert_eq!((&status[0]["name"], &status[1]["name"]), (&"first".into(), &"second".into()), "{status:#}");
    let ended = world.run(&["lab", "down", "--format", "json"]).ended(0).json();
    assert_eq!(ended["ended"], serde_json::json!(["first", "second"]));
}

#[test]
fn a_name_cannot_leave_the_folder() {
    for name in ["../escape", "a b", "", "UPPER", "\u{1b}[31m"] {
        let world = World::new();
        world.run(&["lab", "up", "healthy", "--name", name]).failed("cannot be the name of a lab");
    }
}

#[test]
fn demo_leaves_a_running_lab_of_the_same_name_repaired() {
    let world = World::new();
    world.run(&["lab", "up", "zone-not-linked"]).ended(0);
    world.run(&["demo"]).ended(0);
    world.run(&["check", "--lab", "zone-not-linked"]).ended(0);
}

#[test]
fn a_running_lab_changes() {
    let world = World::new();
    world.run(&["lab", "up", "zone-not-linked", "--medium", "loopback"]).ended(0);
    world.run(&["lab", "change", "link zone nowhere to spoke-vnet"]).failed("no private DNS zone");
    world.run(&["lab", "change", "explode"]).failed("there is no such change; write one of: link ZONE to NETWORK;");
    world.run(&["lab", "change", "link zone privatelink.openai.azure.com to spoke-vnet"]).ended(0).said("→ 201");
    world.run(&["check", "--lab", "zone-not-linked"]).ended(0);
    world.run(&["lab", "change", "hosts yourresource.openai.azure.com 10.9.9.9"]).ended(0).said("10.9.9.9");
    world.run(&["check", "--lab", "zone-not-linked"]).ended(1).said("the hosts file pins the name to 10.9.9.9");
    world.run(&["lab", "change", "hosts yourresource.openai.azure.com none"]).ended(0);
    world.run(&["check", "--lab", "zone-not-linked"]).ended(0);
    world.run(&["lab", "change", "env HTTPS_PROXY=http://proxy.corp:3128"]).ended(0);
    world.run(&["check", "--lab", "zone-not-linked"]).said("HTTPS_PROXY");
    let status = world.run(&["lab", "status", "zone-not-linked", "--format", "json"]).ended(0).json();
    let changes: Vec<_> = status["changes"].as_array().unwrap().iter().map(|one| (&one["by"], &one["text"])).collect();
    let (scenario, user) = (Value::from("scenario"), Value::from("user"));
    let lines = [
        (&scenario, "unlink privatelink.openai.azure.com from spoke-vnet"),
        (&user, "link zone privatelink.openai.azure.com to spoke-vnet"),
        (&user, "hosts yourresource.openai.azure.com 10.9.9.9"),
        (&user, "hosts yourresource.openai.azure.com none"),
        (&user, "env HTTPS_PROXY=http://proxy.corp:3128"),
    ];
    assert_eq!(changes.len(), lines.len(), "{status:#}");
    for ((by, text), (known, line)) in changes.into_iter().zip(lines) {
        assert_eq!((by, text.as_str()), (known, Some(line)));
    }
}

#[test]
fn a_refusal_is_told_in_the_words_of_arm() {
    let world = World::new();
    world.run(&["lab", "up", "healthy", "--medium", "loopback"]).ended(0);
    let refused = world.run(&["lab", "change", "delete subnet/hub-vnet/snet-private-endpoints"]);
    refused.failed("was answered 400: InUseSubnetCannotBeDeleted: Subnet snet-private-endpoints is in use by");
    let changes = world.run(&["lab", "status", "healthy", "--format", "json"]).ended(0).json()["changes"].clone();
    assert_eq!(changes, serde_json::json!([]), "what was refused changed nothing");
}

/// What its own DNS servers do is no resource: it is told to the lab, and to those who predict.
#[test]
fn a_forwarder_changes() {
    let world = World::new();
    world.run(&["lab", "up", "custom-dns", "--medium", "loopback"]).ended(0);
    let verdicts = || {
        let report = world.run(&["check", "--lab", "custom-dns", "--format", "json"]).report();
        let of = |how: &str| report["traces"][0][how]["verdict"].as_str().map(str::to_owned);
        (of("predicted"), of("measured"))
    };
    let both = |verdict: &str| (Some(verdict.to_owned()), Some(verdict.to_owned()));
    assert_eq!(verdicts(), both("private"));
    for (name, address) in [("dns-1", "10.1.9.4"), ("dns-2", "10.1.9.5")] {
        let line = format!("forward . at {name} to 203.0.113.53");
        let said = format!("the DNS server {name} ({address}) asks 203.0.113.53 for .");
        world.run(&["lab", "change", &line]).ended(0).said(&said);
    }
    world.run(&["lab", "status", "custom-dns"]).ended(0).said("dns-server/dns-2 10.1.9.5 asks 203.0.113.53 for .");
    assert_eq!(verdicts(), both("public"));
    world.run(&["lab", "change", "forward . at no-such to none"]).failed("there are: dns-1, dns-2");
}

#[test]
fn on_the_loopback_interface_no_program_runs_on_a_host() {
    let world = World::new();
    world.run(&["lab", "up", "healthy", "--medium", "loopback"]).ended(0).said("it was asked for");
    world.run(&["lab", "exec", "vm/app", "--", "true"]).failed("--medium namespaces");
}

/// On whichever medium it stands: trace and audit send nothing.
#[test]
fn a_running_lab_is_asked_on_paper_too() {
    let world = World::new();
    world.run(&["lab", "up", "healthy"]).ended(0);
    world.run(&["trace", "--lab", "healthy"]).ended(0).said("runs in the background");
    world.run(&["audit", "--lab", "healthy"]).ended(0).said("runs in the background");
    world.run(&["lab", "down"]).ended(0);
}
