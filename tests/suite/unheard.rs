//! Is it said why a client's own DNS servers do not hear it, whatever keeps the questions away?

use suite::case::Case;
use suite::play;

/// The code and title of the one finding, and what its first remedy is shown to do.
fn found(block: &str) -> (String, String) {
    let case = Case::parse("unheard", block).unwrap();
    let snapshot = case.scenario.snapshot();
    let mut diagnosis = play::conclude(&snapshot, &case.scenario.question, Vec::new(), diagnose::Estate::OnPath);
    fix::prove(&mut diagnosis, &snapshot);
    let about: Vec<_> = diagnosis.findings.iter().filter(|finding| !finding.about.is_empty()).collect();
    let [only] = about.as_slice() else { panic!("{:#?}", diagnosis.findings) };
    assert_eq!(only.meta.code, "DNS036", "{}", only.title);
    (
        only.title.clone(),
        only.remedies.first().map(|remedy| remedy.effect.outcome.word().to_owned()).unwrap_or_default(),
    )
}

#[test]
fn a_peering_that_is_gone() {
    let gone = "\"delete peering/hub-vnet/spoke-vnet\", \"delete peering/spoke-vnet/hub-vnet\"";
    let (title, effect) = found(&format!("base = \"custom-dns\"\nfault = [{gone}]"));
    assert_eq!(title, "DNS at 10.1.9.4: spoke-vnet is not peered with hub-vnet");
    assert_eq!(effect, "clears");
}

#[test]
fn a_route_that_leads_nowhere() {
    let block = "base = \"custom-dns\"\n\
        fault = [\"set subnet/spoke-vnet/snet-app routeTable.id = route-table/rt-app\"]\n\n\
        [estate.route-table.rt-app]\ngroup = \"rg-app\"\nroutes.isolate = \"10.1.9.0/24 None\"\n";
    let (title, effect) = found(block);
    assert_eq!((title.as_str(), effect.as_str()), ("route isolate leads questions to 10.1.9.4 nowhere", "clears"));
}
