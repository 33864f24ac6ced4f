//! Does name resolution hold what is promised: custom DNS, fallback, twins, rulesets?

use crate::agreement::measured;
use diagnose::Estate;
use finding::{Diagnosis, Outcome, Safety};
use model::{Change, Resource, Verdict};
use std::sync::Arc;
use suite::case::Case;
use suite::play;

fn case(block: &str) -> Case {
    Case::parse("promise", block).unwrap()
}

/// What configuration alone says, and what the lab's sockets add; both with the same verdict.
fn on_paper_and_measured(case: &Case) -> [Diagnosis; 2] {
    let (snapshot, question) = (case.scenario.snapshot(), &case.scenario.question);
    let on_paper = play::ask(&snapshot, question);
    let seen = play::conclude(&snapshot, question, measured(case).unwrap(), Estate::Whole);
    assert_eq!(on_paper.verdict(), seen.verdict());
    [on_paper, seen]
}

fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.findings.iter().map(|finding| finding.meta.code).collect()
}

#[test]
fn a_spoke_with_custom_dns_in_a_linked_hub_needs_no_link_of_its_own() {
    let case = case("base = \"custom-dns\"");
    let spoke = case
        .scenario
        .snapshot()
        .all::<model::resource::VirtualNetworkLink>()
        .any(|(_, link)| link.virtual_network.as_ref().is_some_and(|network| network.name() == "spoke-vnet"));
    assert!(!spoke, "the spoke has no link");
    for diagnosis in on_paper_and_measured(&case) {
        assert_eq!((diagnosis.verdict(), codes(&diagnosis)), (Some(Verdict::Private), Vec::new()));
    }
}

#[test]
fn a_missing_record_behind_the_fallback_is_public_and_the_finding_is_the_record() {
    for diagnosis in on_paper_and_measured(&case("base = \"record-missing-fallback\"")) {
        assert_eq!((diagnosis.verdict(), codes(&diagnosis)), (Some(Verdict::Public), vec!["DNS005"]));
    }
}

#[test]
fn of_two_zones_of_one_name_the_linked_one_decides() {
    let right = case("base = \"healthy\"");
    assert_eq!(on_paper_and_measured(&right)[0].verdict(), Some(Verdict::Private));
    // An empty twin elsewhere changes nothing as long as it is not the one that is linked.
    let estate = right.scenario.snapshot();
    let twin =
        estate.with(&dialect::scenario::change::parse("zone privatelink.openai.azure.com in rg-app", &estate).unwrap());
    assert_eq!(play::ask(&twin, &right.scenario.question).verdict(), Some(Verdict::Private));
    let link = |group: &str| {
        let mut zones = twin.all::<model::resource::PrivateDnsZone>().map(|(id, _)| id);
        let in_group =
            |id: &&model::ResourceId| id.name() == "privatelink.openai.azure.com" && id.resource_group() == Some(group);
        zones.find(in_group).unwrap().clone()
    };
    let (held, empty) = (link("rg-networking"), link("rg-app"));
    let network =
        twin.all::<model::resource::VirtualNetwork>().map(|(id, _)| id).find(|id| id.name() == "spoke-vnet").unwrap();
    let moved = twin.with(&[
        Change::Delete(held.child("virtualNetworkLinks", "link-to-spoke-vnet")),
        Change::link_zone(&empty, network),
    ]);
    let found = play::ask(&moved, &right.scenario.question);
    assert_eq!((found.verdict(), codes(&found)), (Some(Verdict::Blocked), vec!["DNS017"]));
}

#[test]
fn a_ruleset_that_is_not_linked_is_linked_where_azure_allows_it() {
    let case = case("base = \"resolver-ruleset\"\nfault = [\"unlink ruleset dns-rules from spoke-vnet\"]");
    let question = &case.scenario.question;
    let snapshot = case.scenario.snapshot();
    let mut found = play::ask(&snapshot, question);
    fix::prove(&mut found, &snapshot);
    assert_eq!((found.verdict(), codes(&found)), (Some(Verdict::Public), vec!["DNS031"]));
    let remedy = &found.findings[0].remedies[0];
    assert_eq!((remedy.safety, remedy.effect.outcome), (Safety::Safe, Outcome::Clears));
    // In another region the ruleset is no help, and the zone's own link is what is missing.
    let ruleset = snapshot.of_kind(model::Kind::ForwardingRuleset).next().unwrap();
    let abroad = Resource { location: Some("westus".into()), ..(**ruleset).clone() };
    let found = play::ask(&snapshot.with(&[Change::Put(Arc::new(abroad))]), question);
    assert_eq!(codes(&found), ["DNS003"]);
}
