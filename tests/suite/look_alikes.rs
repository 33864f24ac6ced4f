//! Are faults that look alike told apart?
//!
//! The members of a group show the user the same sight. Each is diagnosed as itself and as nothing else,
//! and those that the catalogue counts among a group are there.

use std::collections::BTreeSet;
use suite::fixture;
use suite::look_alikes::{diagnosed, groups, sights};

#[test]
fn one_sight_and_as_many_diagnoses_as_causes() {
    let fixtures = fixture::all().unwrap();
    let diagnosed = diagnosed(&fixtures);
    for group in groups().unwrap() {
        let members = diagnosed.iter().filter(|(fixture, diagnosis)| sights(fixture, diagnosis).contains(&group.sight));
        let members: Vec<_> = members.collect();
        for (fixture, diagnosis) in &members {
            let codes: Vec<&str> = diagnosis.findings.iter().map(|finding| finding.meta.code).collect();
            assert_eq!(codes, [fixture.code.as_str()], "{:?}: {}", group.sight, fixture.file);
        }
        let codes: BTreeSet<&str> = members.iter().map(|(fixture, _)| fixture.code.as_str()).collect();
        assert_eq!(codes.len(), members.len(), "{:?}", group.sight);
        for certain in &group.certain {
            assert!(codes.contains(certain.as_str()), "{certain} does not look {:?}", group.sight);
        }
        for told in &group.told {
            let shown = codes.contains(told.code.as_str());
            assert!(!shown, "{} looks {:?} by its fixture: delete its words", told.code, group.sight);
        }
    }
}
