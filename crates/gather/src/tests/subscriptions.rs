//! Are several subscriptions one estate?

use super::pretend::{forbidden, gather, listed, page, pretend};
use super::{GROUP, network, notes};
use crate::GatherError;
use crate::live::{self, list_subscriptions};
use azure::Error;
use model::resource::VirtualNetwork;
use model::{Extent, Kind, Why};
use std::cell::RefCell;

fn in_subscription(subscription: &str, text: &str) -> String {
    text.replace("/subscriptions/s/", &format!("/subscriptions/{subscription}/"))
}

#[test]
fn several_subscriptions_are_one_estate_and_each_is_read_once() {
    let zone = |own: &str| in_subscription(own, &format!("{GROUP}/Microsoft.Network/privateDnsZones/z.example"));
    let lists: Vec<(String, Result<Vec<String>, Error>)> = ["s1", "s2"]
        .into_iter()
        .flat_map(|own| {
            let networks = page(&[in_subscription(own, &network(own))]);
            let zones = page(&[format!(r#"{{"id":"{}"}}"#, zone(own))]);
            [
                (in_subscription(own, &listed(Kind::VirtualNetwork)), Ok(vec![networks])),
                (in_subscription(own, &listed(Kind::PrivateDnsZone)), Ok(vec![zones])),
            ]
        })
        .collect();
    let mut answers: Vec<(&str, Result<Vec<String>, Error>)> =
        lists.iter().map(|(path, answer)| (path.as_str(), answer.clone())).collect();
    let progress = RefCell::new(Vec::new());
    let hear = |subscription: &str| progress.borrow_mut().push(subscription.to_owned());
    let arm = pretend(&answers);
    let gathered = live::gather(&arm, &["s1", "s2"], Extent::Assumed, &hear).unwrap();
    assert_eq!(*progress.borrow(), ["s1", "s2"]);
    assert_eq!(gathered.snapshot.all::<VirtualNetwork>().count(), 2);
    for (kind, extent) in gathered.snapshot.coverage().kinds() {
        assert_eq!(extent, Extent::Assumed, "{kind:?}: others may exist");
    }
    let asked = arm.asked.borrow().clone();
    let once: std::collections::BTreeSet<_> = asked.iter().collect();
    assert_eq!(once.len(), asked.len(), "{asked:#?}");
    // What is hidden in one of them is hidden of the estate, whatever is read later.
    let hidden = in_subscription("s1", &listed(Kind::RouteTable));
    answers.push((&hidden, Err(forbidden())));
    let gathered = live::gather(&pretend(&answers), &["s1", "s2"], Extent::Assumed, &|_| ()).unwrap();
    assert_eq!(gathered.snapshot.coverage().of(Kind::RouteTable), Extent::Missing(Why::NotPermitted));
}

#[test]
fn a_provider_that_was_never_registered_has_nothing() {
    let unregistered = Error::Service {
        request: "GET x".into(),
        status: 409,
        code: "MissingSubscriptionRegistration".into(),
        message: "The subscription is not registered to use namespace 'Microsoft.App'.".into(),
    };
    let arm = pretend(&[(&listed(Kind::ContainerApp), Err(unregistered))]);
    let gathered = gather(&arm, "s").unwrap();
    assert_eq!(gathered.snapshot.coverage().of(Kind::ContainerApp), Extent::Complete);
    assert!(gathered.notes.is_empty(), "{}", notes(&gathered));
}

#[test]
fn subscriptions_are_listed_by_id_and_name() {
    let one = |id: &str, state: &str| {
        format!(r#"{{"id":"/subscriptions/{id}","subscriptionId":"{id}","displayName":"of {id}","state":"{state}"}}"#)
    };
    let pages = vec![page(&[one("a", "Enabled"), one("gone", "Deleted")]), page(&[one("b", "Warned")])];
    let found = list_subscriptions(&pretend(&[("/subscriptions", Ok(pages))])).unwrap();
    let told: Vec<_> = found.iter().map(|own| (own.id.as_str(), own.name.as_str())).collect();
    assert_eq!(told, [("a", "of a"), ("b", "of b")]);
    let none = list_subscriptions(&pretend(&[])).unwrap_err().to_string();
    assert!(none.contains("Reader"), "{none}");
    let broken = list_subscriptions(&pretend(&[("/subscriptions", Ok(vec!["<html>".to_owned()]))])).unwrap_err();
    assert!(matches!(broken, GatherError::NotAList(_)), "{broken}");
}
