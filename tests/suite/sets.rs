//! Does a walk from a set of sources equal the walks of its members?

use dialect::scenario::vantage;
use fastrand::Rng;
use ipnet::{IpNet, Ipv4Net};
use model::resource::{IpConfiguration, NetworkInterface, ServiceTags, Subnet};
use model::{Body, Change, Question, Resource, ResourceId, Snapshot, Vantage};
use path::{Trace, predict, predict_parts};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// NICs of the client's subnet: most of them alike, some with settings of their own.
fn neighbours(snapshot: &Snapshot, like: &NetworkInterface, count: u8, rng: &mut Rng) -> Vec<Change> {
    let subnet = like.subnet().unwrap();
    let Some(IpAddr::V4(first)) = like.addresses().next() else { panic!("an IPv4 address") };
    let group = ResourceId::new("s", "g", "Microsoft.Network/networkSecurityGroups", &["nsg-own"]);
    let any: Vec<ResourceId> =
        snapshot.all::<model::resource::NetworkSecurityGroup>().map(|(id, _)| id.clone()).chain([group]).collect();
    let groups: Vec<ResourceId> = snapshot
        .all::<model::resource::SecurityRule>()
        .flat_map(|(_, rule)| rule.when.prefixes())
        .filter_map(|prefix| match prefix {
            model::resource::AddressPrefix::Group(id) => Some(id.clone()),
            _ => None,
        })
        .collect();
    let card = |number: u8| {
        let at = Ipv4Addr::from(u32::from(first) + 8 + u32::from(number));
        let memberships = groups.iter().filter(|_| rng.u8(0..4) == 0).cloned().collect();
        let configuration = IpConfiguration {
            address: Some(at.into()),
            subnet: Some(subnet.clone()),
            application_security_groups: memberships,
            ..IpConfiguration::default()
        };
        let nic = NetworkInterface {
            ip_configurations: vec![configuration],
            network_security_group: (rng.u8(0..4) == 0).then(|| rng.choice(&any).unwrap().clone()),
            dns_servers: if rng.u8(0..6) == 0 { vec!["10.9.9.9".parse().unwrap()] } else { Vec::new() },
            ..NetworkInterface::default()
        };
        let id = ResourceId::new("s", "g", "Microsoft.Network/networkInterfaces", &[&format!("near-{number}")]);
        Change::Put(Arc::new(Resource::new(id, Body::NetworkInterface(nic))))
    };
    (0..count).map(card).collect()
}

/// A security admin rule about some of the neighbours, and a group's rule about the service tag that others stand in.
fn for_some(snapshot: &Snapshot, like: &NetworkInterface) -> Vec<Change> {
    let Some(IpAddr::V4(first)) = like.addresses().next() else { panic!("an IPv4 address") };
    let at = |after: u32| Ipv4Addr::from(u32::from(first) + after);
    let subnet = like.subnet().unwrap();
    let network = subnet.parent().unwrap();
    let list = ServiceTags::new(None, [("Storage", vec![IpNet::V4(Ipv4Net::new(at(12), 30).unwrap())])]);
    let tags = ResourceId::parse("/providers/Microsoft.Network/serviceTags/public").unwrap();
    let mut changes = vec![Change::Put(Arc::new(Resource::new(tags, Body::ServiceTags(list))))];
    let admin = format!("admin-rule {} some 9 deny outbound tcp from {}/30 to * port 443", network.name(), at(8));
    changes.extend(dialect::scenario::change::parse(&admin, snapshot).unwrap());
    if let Some(group) = snapshot.find::<Subnet>(subnet).and_then(|subnet| subnet.network_security_group.as_ref()) {
        let rule = format!("rule {} tagged 4000 deny outbound tcp from Storage to * port 443", group.name());
        changes.extend(dialect::scenario::change::parse(&rule, snapshot).unwrap());
    }
    changes
}

/// The NICs of a subnet that are no endpoint's.
fn members<'s>(snapshot: &'s Snapshot, subnet: &ResourceId) -> Vec<(&'s ResourceId, IpAddr)> {
    let own = snapshot.all::<NetworkInterface>().filter(|(_, nic)| nic.subnet() == Some(subnet));
    own.filter(|(_, nic)| nic.private_endpoint.is_none())
        .map(|(id, nic)| (id, nic.addresses().next().unwrap()))
        .collect()
}

fn holds(trace: &Trace, address: IpAddr) -> bool {
    trace.sources.iter().any(|net| net.contains(&address))
}

#[test]
fn a_set_fares_as_its_members_on_random_estates() {
    let mut split = 0;
    for number in 0..150 {
        let scenario = suite::agree::draw(5, number).unwrap().scenario;
        let snapshot = scenario.snapshot();
        let Vantage::VirtualMachine(machine) = &scenario.question.from else { continue };
        let mut cards = snapshot.all::<NetworkInterface>();
        let (_, like) = cards.find(|(_, nic)| nic.virtual_machine.as_ref() == Some(machine)).unwrap();
        let snapshot = snapshot.with(&neighbours(&snapshot, like, 12, &mut Rng::with_seed(number as u64)));
        let snapshot = if number % 3 == 0 { snapshot.with(&for_some(&snapshot, like)) } else { snapshot };
        let subnet = like.subnet().unwrap();
        let set = Question { from: Vantage::Subnet(subnet.clone()), ..scenario.question.clone() };
        let parts = predict_parts(&snapshot, &set);
        split += usize::from(parts.len() > 1);
        let all = members(&snapshot, subnet);
        for (id, address) in &all {
            let holding: Vec<&Trace> = parts.iter().filter(|trace| holds(trace, *address)).collect();
            let [part] = holding.as_slice() else { panic!("estate {number}: {address} is in {} parts", holding.len()) };
            let one = predict(&snapshot, &Question { from: Vantage::NetworkInterface((*id).clone()), ..set.clone() });
            assert_eq!(one.outcome, part.outcome, "estate {number}, {}", id.name());
        }
        let counted: usize = parts.iter().filter_map(|trace| trace.part.as_ref()).map(|part| part.count).sum();
        assert_eq!(counted, all.len());
        let worst = parts.iter().map(|trace| trace.outcome.verdict).min();
        assert_eq!(Some(predict(&snapshot, &set).outcome.verdict), worst);
    }
    assert!(split > 20, "sets were split {split} times: the estates do not tell NICs apart");
}

#[test]
fn an_answer_is_split_only_where_hosts_disagree() {
    let scenario = lab::scenario("healthy").unwrap();
    let snapshot = scenario.snapshot();
    let (_, like) = snapshot.all::<NetworkInterface>().find(|(id, _)| id.name() == "app-nic").unwrap();
    let mut cards = neighbours(&snapshot, like, 3, &mut Rng::with_seed(1));
    for (number, change) in cards.iter_mut().enumerate() {
        let Change::Put(resource) = change else { panic!("a NIC") };
        let mut card = (**resource).clone();
        let Body::NetworkInterface(nic) = &mut card.body else { panic!("a NIC") };
        nic.network_security_group = None;
        nic.dns_servers = if number == 0 { vec!["168.63.129.16".parse().unwrap()] } else { Vec::new() };
        *change = Change::Put(Arc::new(card));
    }
    let same = asked(&snapshot.with(&cards), "subnet/spoke-vnet/snet-app", &scenario.question);
    assert_eq!(same.len(), 1, "DNS servers that lead to the same answer split nothing");
    assert_eq!(same[0].part.as_ref().unwrap().count, 4);
    let deny = "rule nsg-app deny-one 200 deny outbound tcp from 10.2.1.13 to * port 443";
    let denied = dialect::scenario::change::parse(deny, &snapshot).unwrap();
    let split = asked(&snapshot.with(&cards).with(&denied), "subnet/spoke-vnet/snet-app", &scenario.question);
    let counts: Vec<usize> = split.iter().map(|trace| trace.part.as_ref().unwrap().count).collect();
    assert_eq!(counts, [3, 1]);
    assert_eq!(split[1].question.from.to_string(), "nic/near-1");
}

fn asked(snapshot: &Snapshot, from: &str, like: &Question) -> Vec<Trace> {
    predict_parts(snapshot, &Question { from: vantage::parse(from, snapshot).unwrap(), ..like.clone() })
}

#[test]
fn a_subnet_without_hosts_is_one_source_and_alike_hosts_are_one() {
    let scenario = lab::scenario("nsg-deny").unwrap();
    let healthy = scenario.snapshot();
    let subnet = vantage::parse("subnet/spoke-vnet/snet-app", &healthy).unwrap();
    let subnet = subnet.resource().unwrap();
    let alone = asked(
        &healthy.with(&[Change::Delete(members(&healthy, subnet)[0].0.clone())]),
        "subnet/spoke-vnet/snet-app",
        &scenario.question,
    );
    assert_eq!((alone.len(), alone[0].part.as_ref().unwrap().count), (1, 0));
    assert_eq!(alone[0].question.from, Vantage::Subnet(subnet.clone()));

    let card = |number: u32| {
        let at = Ipv4Addr::from(u32::from(Ipv4Addr::new(10, 2, 32, 0)) + number);
        let configuration =
            IpConfiguration { address: Some(at.into()), subnet: Some(subnet.clone()), ..IpConfiguration::default() };
        let nic = NetworkInterface { ip_configurations: vec![configuration], ..NetworkInterface::default() };
        let id = ResourceId::new("s", "g", "Microsoft.Network/networkInterfaces", &[&format!("web-{number:05}")]);
        Change::Put(Arc::new(Resource::new(id, Body::NetworkInterface(nic))))
    };
    let crowd = healthy.with(&(0..4096).map(card).collect::<Vec<_>>());
    let parts = asked(&crowd, "subnet/spoke-vnet/snet-app", &scenario.question);
    assert_eq!(parts.len(), 1, "{:?}", parts.iter().map(|trace| &trace.part).collect::<Vec<_>>());
    assert_eq!(parts[0].part.as_ref().unwrap().count, 4097);
    assert!(parts[0].sources.contains(&"10.2.32.0/20".parse::<IpNet>().unwrap()), "addresses are told as prefixes");
}

#[test]
fn a_network_is_the_hosts_of_all_its_subnets() {
    let scenario = lab::scenario("healthy").unwrap();
    let snapshot = scenario.snapshot();
    let of_network = asked(&snapshot, "vnet/spoke-vnet", &scenario.question);
    let names: Vec<String> = of_network.iter().map(|trace| trace.question.from.to_string()).collect();
    assert!(names.contains(&"nic/app-nic".to_owned()), "{names:?}");
    let hub = asked(&snapshot, "vnet/hub-vnet", &scenario.question);
    let endpoints = |trace: &Trace| trace.question.from.to_string().contains("snet-private-endpoints");
    assert!(!hub.iter().any(endpoints), "endpoints call nobody");
}
