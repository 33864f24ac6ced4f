//! Is one fault that several questions meet one finding, and does its remedy clear them all?

use diagnose::{Case, Estate, diagnose};
use dialect::scenario::vantage;
use finding::Outcome;
use model::Question;

#[test]
fn one_missing_link_is_one_finding_for_every_client_of_the_network() {
    let scenario = lab::scenario("zone-not-linked").unwrap();
    let snapshot = scenario.snapshot();
    let ask = |from: &str| Question { from: vantage::parse(from, &snapshot).unwrap(), ..scenario.question.clone() };
    let questions = vec![ask("vm/app"), ask("app/your-app-service"), ask("subnet/spoke-vnet/snet-app")];
    let case = Case::on_paper(Some(&snapshot), questions, Estate::Whole);
    let mut diagnosis = diagnose(case, &|_| ()).unwrap();
    fix::prove(&mut diagnosis, &snapshot);
    let [finding] = diagnosis.findings.as_slice() else { panic!("one finding: {:?}", diagnosis.findings) };
    assert_eq!((finding.meta.code, finding.about.as_slice()), ("DNS003", &[0, 1, 2][..]));
    assert_eq!(finding.remedies[0].effect.outcome, Outcome::Clears);
}

#[test]
fn each_client_that_a_rule_denies_needs_its_own_rule() {
    let scenario = lab::scenario("nsg-deny").unwrap();
    let snapshot = scenario.snapshot();
    let ask = |from: &str| Question { from: vantage::parse(from, &snapshot).unwrap(), ..scenario.question.clone() };
    let case = Case::on_paper(Some(&snapshot), vec![ask("vm/app"), ask("app/your-app-service")], Estate::Whole);
    let mut diagnosis = diagnose(case, &|_| ()).unwrap();
    fix::prove(&mut diagnosis, &snapshot);
    let clears = |finding: &finding::Finding| finding.remedies[0].effect.outcome == Outcome::Clears;
    assert_eq!(diagnosis.findings.len(), 2, "{:?}", diagnosis.findings);
    assert!(diagnosis.findings.iter().all(clears));
}
