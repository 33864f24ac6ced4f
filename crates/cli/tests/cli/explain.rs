//! Does `explain` say what a code means, and help to find one?

use crate::world::run;

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
fn what_is_near_is_proposed() {
    run(&["explain", "zone-not-linked"]).failed("dns-zone-not-linked-to-resolving-vnet (DNS003)");
    run(&["explain", "xyzzy"]).failed("`privpath explain` lists all codes");
}
