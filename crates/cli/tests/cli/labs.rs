//! Can a background lab be started, found, used and ended?

use crate::world::World;

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
fn programs_run_on_the_hosts_of_a_lab_and_its_estate_changes() {
    let world = World::new();
    let up = world.run(&["lab", "up", "zone-not-linked"]).ended(0);
    if up.out.contains("on the loopback interface") {
        world.run(&["lab", "exec", "vm/app", "--", "true"]).failed("--medium namespaces");
        return;
    }
    let check = ["lab", "exec", "vm/app", "--", "privpath", "check"];
    world.run(&check).ended(1).said("168.63.129.16:53").said("203.0.113.10");
    world.run(&["lab", "change", "link zone to nowhere"]).failed("no private DNS zone");
    world.run(&["lab", "change", "link privatelink.openai.azure.com to spoke-vnet"]).ended(0).said("PUT");
    world.run(&check).said("10.1.2.4").said("HTTP 401");
    world.run(&["lab", "exec", "vm/app", "--", "sh", "-c", "exit 7"]).ended(7);
    world.run(&["lab", "status"]).ended(0).said("AllowVnetOutBound let through");
    world.run(&["lab", "down"]).ended(0);
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
