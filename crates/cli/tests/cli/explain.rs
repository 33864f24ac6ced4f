//! Does `explain` say what a code means, and help to find one?

use crate::world::{World, run};

#[test]
fn a_built_check_has_its_page() {
    for subject in ["DNS003", "dns003", "dns-zone-not-linked-to-resolving-vnet"] {
        let ran = run(&["explain", subject]).ended(0);
        ran.said("DNS003").said("dns-zone-not-linked-to-resolving-vnet").said("How to repair");
    }
}

#[test]
fn every_code_that_a_finding_shows_has_a_page() {
    for (scenario, _) in lab::scenarios() {
        let report = run(&["audit", "--lab", scenario, "--format", "json"]).report();
        for finding in report["findings"].as_array().unwrap() {
            run(&["explain", finding["code"].as_str().unwrap()]).ended(0).said("How to repair");
        }
    }
}

#[test]
fn an_unbuilt_mode_says_that_nothing_judges_it() {
    run(&["explain", "dns-peering-not-transitive-misbelief"]).failed("did you mean");
    let list = run(&["explain"]).ended(0);
    let unbuilt = list.out.lines().find(|line| line.starts_with("  ")).expect("not all modes are built");
    let code = unbuilt.split_whitespace().next().unwrap();
    run(&["explain", code]).ended(0).said(code);
}

#[test]
fn the_list_has_all_modes_and_marks_the_built_ones() {
    let ran = run(&["explain"]).ended(0);
    let rows = ran.out.lines().filter(|line| line.split_whitespace().count() >= 2 && line.contains('-'));
    assert!(rows.count() >= 104, "{ran:?}");
    ran.said("* DNS003 dns-zone-not-linked-to-resolving-vnet");
}

#[test]
fn codes_can_be_read_by_a_machine() {
    let document = |words: &[&str]| -> serde_json::Value {
        serde_json::from_str(&run(&[words, &["--format", "json"]].concat()).ended(0).out).unwrap()
    };
    let one = document(&["explain", "dns003"]);
    assert_eq!((&one["schema"], one["codes"].as_array().unwrap().len()), (&"privpath/codes/1".into(), 1));
    assert_eq!(one["codes"][0]["name"], "dns-zone-not-linked-to-resolving-vnet");
    assert!(one["codes"][0]["page"].as_str().unwrap().contains("## How to repair"));
    let all = document(&["explain"]);
    assert!(all["codes"].as_array().unwrap().iter().all(|code| code["page"].is_null()));
    assert!(all["codes"].as_array().unwrap().len() >= 104);
    let short = run(&["explain", "DNS003", "--format", "short"]).ended(0);
    assert!(short.out.starts_with("configuration DNS003 dns-zone-not-linked-to-resolving-vnet - -: "), "{short:?}");
    assert_eq!(short.out.lines().count(), 1);
}

#[test]
fn what_is_near_is_proposed() {
    run(&["explain", "zone-not-linked"]).failed("dns-zone-not-linked-to-resolving-vnet (DNS003)");
    run(&["explain", "xyzzy"]).failed("`privpath explain` lists all codes");
}

#[test]
fn a_pasted_refusal_is_explained() {
    run(&["explain", "Access denied due to Virtual Network/Firewall rules."])
        .ended(0)
        .said("Recognised: the service's network rules do not admit the caller's public address")
        .said("It can mean, the most likely first")
        .said("ACC003")
        .said("DNS003")
        .said("It does not mean")
        .said("privpath check URL");
}

#[test]
fn a_wrapper_says_that_it_says_little() {
    run(&["explain", "openai.APIConnectionError: Connection error."])
        .ended(0)
        .said("the OpenAI SDK got no HTTP answer")
        .said("401, 403 or 404, whatever their cause");
}

#[test]
fn a_transcript_is_read_from_standard_input() {
    let transcript = "Server:\t\t10.0.0.4\nAddress:\t10.0.0.4#53\n\nNon-authoritative answer:\n\
                      yourresource.openai.azure.com\tcanonical name = yourresource.privatelink.openai.azure.com.\n\
                      yourresource.privatelink.openai.azure.com\tcanonical name = eastus.prod.vnet.cog.trafficmanager.net.\n\
                      Name:\tvnetproxyv1-eus-prod.eastus.cloudapp.azure.com\nAddress: 203.0.113.10\n";
    let world = World::new();
    world
        .run_with_input(&["explain", "-"], transcript)
        .ended(0)
        .said("the server that was asked answered publicly")
        .said("nslookup yourresource.openai.azure.com 168.63.129.16");
    let document = world.run_with_input(&["explain", "-", "--format", "json"], transcript).ended(0);
    let document: serde_json::Value = serde_json::from_str(&document.out).unwrap();
    assert_eq!(document["schema"], "privpath/explanation/1");
    assert_eq!(document["phrase"], "transcript-public-behind-alias");
    assert_eq!(document["can"][0]["code"], "DNS003");
}

#[test]
fn an_unknown_text_is_not_guessed_at() {
    run(&["explain", "the network is broken again"]).failed("no phrase of this text is known, and nothing is guessed");
    run(&["explain", " "]).failed("there is no text to explain");
    World::new().run_with_input(&["explain", "-"], "").failed("there is no text to explain");
    let document = run(&["explain", "the network is broken again", "--format", "json"]).ended(2);
    let document: serde_json::Value = serde_json::from_str(&document.out).unwrap();
    assert_eq!(document["schema"], "privpath/error/1");
}

#[test]
fn a_hostile_text_steers_nothing_and_its_secrets_stay_away() {
    let world = World::new();
    for format in ["terminal", "short", "json"] {
        let text = "\u{1b}]0;owned\u{7}\u{9b}2J\u{202e} api-key: sk-canary Connection refused";
        // The world itself refuses escape codes.
        world
            .run_with_input(&["explain", "-", "--format", format], text)
            .ended(0)
            .never_said("canary")
            .never_said("owned");
        let unknown = "\u{1b}[2J\u{1b}]0;owned\u{7} api-key: sk-canary";
        world.run_with_input(&["explain", "-", "--format", format], unknown).ended(2).never_said("canary");
    }
}

#[test]
fn a_megabyte_is_read_as_far_as_it_is_read() {
    let world = World::new();
    let long = format!("Connection refused {}", "ü".repeat(1 << 19));
    world.run_with_input(&["explain", "-"], &long).ended(0).said("only the first 64 KiB of the text were read");
    world
        .run_with_input(&["explain", "-"], &"x".repeat(1 << 20))
        .failed("no phrase of the first 64 KiB of this text is known");
}
