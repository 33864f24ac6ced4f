//! Does the matrix tell of every pair what walking that pair tells?

use model::{Expect, Host, Question, Snapshot, Target};
use path::matrix::{self, Matrix};
use std::collections::BTreeSet;
use suite::agree;

/// Every place of every group, walked by itself.
fn holds(name: &str, snapshot: &Snapshot) -> Matrix {
    let matrix = matrix::of(snapshot);
    assert_eq!(matrix.cells.len(), matrix.sources.len() * matrix.targets.len(), "{name}: not one cell for each pair");
    for cell in &matrix.cells {
        for from in &matrix.sources[cell.from] {
            for host in &matrix.targets[cell.to] {
                let to = Target { host: Host::Name(host.clone()), port: 443 };
                let question = Question { from: from.clone(), to, expect: Expect::Private };
                let walked = path::predict(snapshot, &question).outcome;
                assert_eq!(walked, cell.outcome, "{name}: {from} to {host} is not as the matrix tells");
            }
        }
    }
    let places: Vec<_> = matrix.sources.iter().flatten().collect();
    let once: BTreeSet<String> = places.iter().map(|place| format!("{place:?}")).collect();
    assert_eq!(once.len(), places.len(), "{name}: a place is told twice");
    matrix
}

#[test]
fn every_scenario() {
    for (name, _) in lab::scenarios() {
        let scenario = lab::scenario(name).unwrap();
        holds(name, &scenario.snapshot());
        let healthy = holds(name, &scenario.healthy);
        assert!(!healthy.sources.is_empty() && !healthy.targets.is_empty(), "{name}: nothing was walked");
    }
}

#[test]
fn random_estates() {
    for number in 0..150 {
        let drawn = agree::draw(7, number).unwrap();
        holds(&format!("estate {number} of seed 7"), &drawn.scenario.snapshot());
    }
}

/// A hub and spokes made from one template; `odd` of them are not linked to the zones.
fn spokes(count: usize, odd: usize) -> Snapshot {
    let healthy = lab::scenario("healthy").unwrap().healthy;
    let mut resources: Vec<model::Resource> = healthy.iter().map(|resource| (**resource).clone()).collect();
    let of = |id: &model::ResourceId, number: usize| {
        let text = id
            .as_str()
            .replace("spoke-vnet", &format!("spoke-{number}-vnet"))
            .replace("app-nic", &format!("app-{number}-nic"));
        model::ResourceId::parse(&text).unwrap()
    };
    for number in 0..count {
        for resource in healthy.iter().filter(|resource| of(&resource.id, number) != resource.id) {
            let linked = resource.kind() != model::Kind::VirtualNetworkLink || number >= odd;
            if linked {
                resources.push(copied(resource, number, &of));
            }
        }
        // The hub's half of the peering.
        let hub = healthy.of_kind(model::Kind::Peering).find(|peering| peering.id.as_str().contains("/hub-vnet/"));
        let half = copied(hub.expect("the hub is peered"), number, &of);
        let id = hub.unwrap().id.parent().unwrap().child("virtualNetworkPeerings", &format!("to-{number}"));
        resources.push(model::Resource { id, ..half });
    }
    Snapshot::new(resources, model::Coverage::complete())
}

fn copied(
    resource: &model::Resource,
    number: usize,
    of: &dyn Fn(&model::ResourceId, usize) -> model::ResourceId,
) -> model::Resource {
    let mut copy = resource.clone();
    copy.id = of(&resource.id, number);
    let second = u8::try_from(number % 200).unwrap() + 10;
    let third = u8::try_from(number / 200).unwrap();
    let moved = |net: ipnet::IpNet| -> ipnet::IpNet {
        let text = net.to_string();
        let (_, rest) = text.split_once("10.2.").map_or(("", text.as_str()), |(before, rest)| (before, rest));
        format!("{}.{second}.{rest}", 20 + third).parse().unwrap_or(net)
    };
    match &mut copy.body {
        model::Body::VirtualNetwork(network) => {
            network.address_space = network.address_space.iter().copied().map(moved).collect();
        }
        model::Body::Subnet(subnet) => subnet.prefixes = subnet.prefixes.iter().copied().map(moved).collect(),
        model::Body::Peering(peering) => peering.remote = peering.remote.as_ref().map(|id| of(id, number)),
        model::Body::VirtualNetworkLink(link) => {
            link.virtual_network = link.virtual_network.as_ref().map(|id| of(id, number));
        }
        model::Body::NetworkInterface(nic) => {
            for at in &mut nic.ip_configurations {
                at.subnet = at.subnet.as_ref().map(|id| of(id, number));
                at.address = at.address.map(|address| moved(address.into()).addr());
            }
        }
        _ => {}
    }
    copy
}

#[test]
fn a_thousand_networks_from_one_template_are_as_many_groups_as_ways_that_they_fare() {
    let snapshot = spokes(1000, 300);
    let matrix = matrix::of(&snapshot);
    let nics = |group: &Vec<model::Vantage>| {
        group.iter().filter(|place| matches!(place, model::Vantage::NetworkInterface(_))).count()
    };
    let sizes: Vec<usize> = matrix.sources.iter().map(nics).filter(|size| *size > 0).collect();
    assert_eq!(sizes.iter().sum::<usize>(), 1001, "every machine is in a group");
    assert!(sizes.contains(&300), "those without a link fare alike: {sizes:?}");
    assert!(matrix.sources.len() <= 4 && matrix.cells.len() <= 4, "{} groups", matrix.sources.len());
}
