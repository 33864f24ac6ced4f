//! Is what is read live of a lab's ARM API the estate that the lab plays? Scenario by scenario, resource by resource.

use azure::{Client, Roots, Token};
use lab::Lab;
use model::resource::{EffectiveAdminRules, PrivateDnsZone, RecordSet};
use model::{Body, Extent, Kind, Resource, Snapshot};
use std::sync::Mutex;

/// Labs that run side by side.
const SIDE_BY_SIDE: usize = 8;

/// What both sides tell alike of a resource: zones count what they hold, which a scenario does not,
/// and a record that Azure writes anew names the endpoint's GUID.
fn alike(resource: &Resource) -> Option<Body> {
    if resource.id.resource_type().ends_with("/SOA") || resource.kind() == Kind::Other {
        return None;
    }
    Some(match resource.body.clone() {
        Body::EffectiveAdminRules(rules) if rules == EffectiveAdminRules::default() => return None,
        Body::PrivateDnsZone(_) => Body::PrivateDnsZone(PrivateDnsZone { record_sets: None, links: None }),
        Body::RecordSet(set) => {
            let creator =
                set.creator.map(|text| text.split(" with resource guid").next().unwrap_or_default().to_owned());
            Body::RecordSet(RecordSet { creator, ..set })
        }
        body => body,
    })
}

/// What differs, in words.
fn differences(read: &Snapshot, meant: &Snapshot) -> Vec<String> {
    let lost = meant.iter().filter_map(|resource| {
        let wanted = alike(resource)?;
        match read.get(&resource.id) {
            None => Some(format!("{} was not read", resource.id)),
            Some(found) => {
                let found = alike(found);
                (found.as_ref() != Some(&wanted)).then(|| format!("{found:#?}\nis not {wanted:#?}"))
            }
        }
    });
    let strange = read.iter().filter(|resource| alike(resource).is_some() && meant.get(&resource.id).is_none());
    lost.chain(strange.map(|resource| format!("{} is not of the scenario", resource.id))).collect()
}

/// What is wrong with one scenario.
fn wrong(name: &str) -> Vec<String> {
    let scenario = lab::scenario(name).unwrap();
    let meant = scenario.healthy.with(&scenario.changes);
    let lab = Lab::start(&scenario).unwrap();
    let access = lab.access();
    let client = Client::new(&access.arm, &Token::bearer(&access.token), &Roots::Pem(access.ca_pem.clone())).unwrap();
    let gathered = gather::live(&client, &access.subscription).unwrap();
    let mut wrong = differences(&gathered.snapshot, &meant);
    wrong.extend(gathered.notes.iter().map(|note| format!("note: {note}")));
    // The list of service tags is asked for where a rule names one.
    let kinds = Kind::ALL.iter().filter(|kind| **kind != Kind::ServiceTags);
    let gaps = kinds.filter(|kind| gathered.snapshot.coverage().of(**kind) != Extent::Complete);
    wrong.extend(gaps.map(|kind| format!("{kind:?} is not known whole")));
    wrong.into_iter().map(|words| format!("{name}: {words}")).collect()
}

#[test]
fn what_is_read_live_is_what_the_lab_plays() {
    let todo = Mutex::new(lab::scenarios().iter());
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..SIDE_BY_SIDE {
            scope.spawn(|| {
                while let Some((name, _)) = { todo.lock().unwrap().next() } {
                    let wrong = wrong(name);
                    failures.lock().unwrap().extend(wrong);
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}
