//! Are all faults of a question named, in an order that repairs it, and none too many?
//!
//! Random sets of faults from a list are done to estates that are in order; and the random estates that are compared
//! with packets are taken as they come. Where a plan says that the call arrives, all of its remedies together make it
//! arrive, and with any one left out it does not.

use fastrand::Rng;
use finding::{Confidence, Diagnosis, Finding, Severity, meets};
use model::{Change, End, Question, Snapshot, Stage};
use suite::{agree, play};

/// What is done to the estate `healthy`, each a fault of its own kind.
const FAULTS: &[&[&str]] = &[
    &["unlink privatelink.openai.azure.com from spoke-vnet"],
    &["record privatelink.openai.azure.com yourresource A 10.1.2.9"],
    &["set connection/pe-openai-eastus privateLinkServiceConnectionState.status = Pending"],
    &["set peering/spoke-vnet/hub-vnet allowVirtualNetworkAccess = false"],
    &[
        "set subnet/hub-vnet/snet-private-endpoints privateEndpointNetworkPolicies = Enabled",
        "rule nsg-private-endpoints deny-all 4000 deny inbound any from * to * port *",
    ],
    &["rule nsg-app deny-out 4000 deny outbound any from * to 10.0.0.0/8 port *"],
    &["hosts yourresource.openai.azure.com 10.1.2.77"],
];

/// The changes of the findings of a plan but one, in order.
fn changes(diagnosis: &Diagnosis, steps: &[u32], without: Option<u32>) -> Vec<Change> {
    let found = |order: &u32| diagnosis.findings.iter().find(|finding| finding.order == *order);
    let used = steps.iter().filter(|order| Some(**order) != without).filter_map(found);
    let remedy = |finding: &Finding| {
        finding.remedies.iter().find(|remedy| !remedy.changes.is_empty()).map(|remedy| remedy.changes.clone())
    };
    used.filter_map(remedy).flatten().collect()
}

fn arrives(snapshot: &Snapshot, changes: &[Change], question: &Question) -> bool {
    let (_, traces) = path::prove(snapshot, changes, std::slice::from_ref(question));
    meets(question.expect, &traces[0].outcome)
}

/// Whether the diagnosis plans a way to arrive; what the plan says is proven.
fn proven(name: &str, snapshot: &Snapshot, question: &Question) -> bool {
    let diagnosis = play::ask(snapshot, question);
    let Some(plan) = diagnosis.plans.first().filter(|plan| plan.arrives()) else { return false };
    let words = || format!("{name}: {plan:?}, {:?}", codes(&diagnosis));
    assert!(!diagnosis.as_expected(), "{}", words());
    let network: Vec<u32> =
        plan.steps.iter().copied().filter(|order| stage(&diagnosis, *order) < Stage::Auth).collect();
    // The first remedy with changes may be another than the one that was walked; then nothing is shown here.
    if !arrives(snapshot, &changes(&diagnosis, &network, None), question) {
        return false;
    }
    for left_out in &network {
        let rest = changes(&diagnosis, &network, Some(*left_out));
        assert!(!arrives(snapshot, &rest, question), "{} arrives without {left_out}", words());
    }
    for (index, order) in plan.steps.iter().enumerate() {
        let finding = diagnosis.findings.iter().find(|finding| finding.order == *order).unwrap();
        assert!(finding.about.contains(&0), "{}", words());
        let predicted = !finding.behind.changes.is_empty();
        assert!(!predicted || finding.confidence == Confidence::Inferred, "{}", words());
        assert!(!predicted || finding.behind.orders == plan.steps[..index], "{}", words());
    }
    true
}

fn stage(diagnosis: &Diagnosis, order: u32) -> Stage {
    let finding = diagnosis.findings.iter().find(|finding| finding.order == order).unwrap();
    finding.meta.stage.unwrap_or(Stage::Client)
}

fn codes(diagnosis: &Diagnosis) -> Vec<(&'static str, u32)> {
    diagnosis.findings.iter().map(|finding| (finding.meta.code, finding.order)).collect()
}

#[test]
fn two_or_three_faults_are_all_named_and_none_too_many() {
    let scenario = lab::scenario("healthy").unwrap();
    let mut rng = Rng::with_seed(7);
    let (mut planned, rounds) = (0, 120);
    for _ in 0..rounds {
        let mut picked: Vec<usize> = (0..FAULTS.len()).collect();
        rng.shuffle(&mut picked);
        picked.truncate(rng.usize(2..=3));
        let lines: Vec<&str> = picked.iter().flat_map(|index| FAULTS[*index]).copied().collect();
        let mut broken = scenario.snapshot();
        for line in &lines {
            broken = broken.with(&dialect::scenario::change::parse(line, &broken).unwrap());
        }
        planned += usize::from(proven(&format!("{lines:?}"), &broken, &scenario.question));
    }
    assert!(planned * 10 >= rounds * 9, "only {planned} of {rounds} are repaired to the end");
}

#[test]
fn random_estates_are_repaired_as_planned() {
    let mut planned = 0;
    for number in 0..120 {
        let drawn = agree::draw(11, number).unwrap();
        let name = format!("agree show 11 {number}");
        planned += usize::from(proven(&name, &drawn.scenario.snapshot(), &drawn.scenario.question));
    }
    assert!(planned > 12, "only {planned} of 120 have a plan that arrives");
}

#[test]
fn three_faults_are_named_in_order() {
    let scenario = lab::scenario("three-faults").unwrap();
    let mut diagnosis = play::ask(&scenario.snapshot(), &scenario.question);
    fix::prove(&mut diagnosis, &scenario.snapshot());
    assert_eq!(codes(&diagnosis), [("DNS003", 1), ("NSG001", 2), ("AUT001", 3)]);
    assert_eq!(diagnosis.plans[0].steps, [1, 2, 3]);
    assert_eq!(diagnosis.findings[1].behind.orders, [1]);
    assert_eq!(diagnosis.findings[0].severity, Severity::Broken);
    // The verdict is that of the real walk, and so is its end.
    assert_eq!(diagnosis.traces[0].outcome.end, End::Refused);
    let report = report::terminal(&diagnosis, &report::Style::default());
    assert!(report.lines().next().unwrap().ends_with(", and 2 more"), "{report}");
    assert!(report.lines().next().unwrap().chars().count() <= 80, "{report}");
}

#[test]
fn one_fault_has_no_fault_behind_it() {
    for name in ["zone-not-linked", "nsg-deny", "pending-approval", "record-stale"] {
        let scenario = lab::scenario(name).unwrap();
        let diagnosis = play::ask(&scenario.snapshot(), &scenario.question);
        assert_eq!(diagnosis.plans.len(), 1, "{name}");
        assert_eq!(diagnosis.plans[0].steps.len(), 1, "{name}: {:?}", codes(&diagnosis));
        assert!(diagnosis.findings.iter().all(|finding| finding.behind.changes.is_empty()), "{name}");
    }
}
