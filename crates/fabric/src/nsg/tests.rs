//! Do decisions equal those of an evaluator that tries every rule on every single packet?

mod admin;

use super::*;
use crate::gateways::tests::{learning, routing};
use model::resource::{
    Access, AddressPrefix, Conditions, NetworkSecurityGroup, PortRange, SecurityRule, ServiceTags, VirtualNetwork,
};
use model::{Body, Coverage, Resource};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

fn group() -> ResourceId {
    ResourceId::new("s", "rg", "Microsoft.Network/networkSecurityGroups", &["nsg"])
}

fn network() -> ResourceId {
    ResourceId::new("s", "rg", "Microsoft.Network/virtualNetworks", &["vnet"])
}

fn subnet() -> ResourceId {
    network().child("subnets", "default")
}

/// What is published of tags, as if services stood inside the network.
const PUBLISHED: [(&str, &[&str]); 3] = [
    ("Published.Half", &["10.0.0.0/31", "10.0.0.2/31", "2001:db8::/32"]),
    ("Published.Some", &["10.0.0.5/32", "10.0.0.1/32"]),
    ("CognitiveServicesManagement", &["20.40.0.0/16", "20.60.1.0/24"]),
];

/// Groups of which every address is in some, in none or in several.
fn asg(name: &str) -> ResourceId {
    ResourceId::new("s", "rg", "Microsoft.Network/applicationSecurityGroups", &[name])
}

/// The last numbers of the addresses in a group.
fn members(group: &ResourceId) -> &'static [u8] {
    match group.name() {
        "web" => &[1, 2, 3],
        "data" => &[3, 6],
        _ => &[],
    }
}

/// A NIC at 10.0.0.LOW in the groups that have it.
fn nic(low: u8) -> Resource {
    let groups = ["web", "data"].map(asg).into_iter().filter(|group| members(group).contains(&low));
    let configuration = model::resource::IpConfiguration {
        address: Some(IpAddr::from([10, 0, 0, low])),
        subnet: Some(subnet()),
        application_security_groups: groups.collect(),
        ..model::resource::IpConfiguration::default()
    };
    let body = NetworkInterface { ip_configurations: vec![configuration], ..NetworkInterface::default() };
    let id = ResourceId::new("s", "rg", "Microsoft.Network/networkInterfaces", &[&format!("nic-{low}")]);
    Resource::new(id, Body::NetworkInterface(body))
}

/// The network is 10.0.0.0/29: eight addresses, of which tests use prefixes.
fn estate(rules: &[SecurityRule]) -> Snapshot {
    let network_body = VirtualNetwork { address_space: vec!["10.0.0.0/29".parse().unwrap()], dns_servers: Vec::new() };
    let mut resources = vec![
        Resource::new(network(), Body::VirtualNetwork(network_body)),
        Resource::new(group(), Body::NetworkSecurityGroup(NetworkSecurityGroup::default())),
    ];
    resources.extend((0..8).map(nic));
    let id = ResourceId::parse("/providers/Microsoft.Network/serviceTags/public").unwrap();
    let tags =
        PUBLISHED.map(|(name, prefixes)| (name, prefixes.iter().map(|prefix| prefix.parse().unwrap()).collect()));
    resources.push(Resource::new(id, Body::ServiceTags(ServiceTags::new(Some(7), tags))));
    for (number, rule) in rules.iter().enumerate() {
        let id = group().child("securityRules", &format!("r{number}"));
        resources.push(Resource::new(id, Body::SecurityRule(rule.clone())));
    }
    Snapshot::new(resources, Coverage::complete())
}

fn prefix() -> impl Strategy<Value = AddressPrefix> {
    prop_oneof![
        Just(AddressPrefix::Any),
        Just(AddressPrefix::Tag("VirtualNetwork".to_owned())),
        Just(AddressPrefix::Tag("Internet".to_owned())),
        Just(AddressPrefix::Tag("Storage.WestEurope".to_owned())),
        Just(AddressPrefix::Tag("AzureLoadBalancer".to_owned())),
        Just(AddressPrefix::Tag("published.half".to_owned())),
        Just(AddressPrefix::Tag("Published.Some".to_owned())),
        proptest::sample::select(&["web", "data", "nobody"]).prop_map(|name| AddressPrefix::Group(asg(name))),
        (0..8u8, 29..=32u8).prop_map(|(low, length)| {
            let net = ipnet::Ipv4Net::new(Ipv4Addr::new(10, 0, 0, low), length).unwrap().trunc();
            AddressPrefix::Net(IpNet::V4(net))
        }),
    ]
}

fn rule() -> impl Strategy<Value = SecurityRule> {
    let ports = prop_oneof![Just(PortRange::ANY), Just(PortRange::one(443)), Just(PortRange::one(80))];
    let protocol = prop_oneof![Just(Protocol::Any), Just(Protocol::Tcp), Just(Protocol::Udp)];
    let access = prop_oneof![Just(Access::Allow), Just(Access::Deny)];
    let lists = (proptest::collection::vec(prefix(), 1..3), proptest::collection::vec(prefix(), 1..3));
    (100..130u16, access, protocol, lists, ports).prop_map(
        |(priority, access, protocol, (sources, destinations), port)| SecurityRule {
            priority,
            access,
            when: Conditions {
                direction: Direction::Inbound,
                protocol,
                sources,
                source_ports: vec![PortRange::ANY],
                destinations,
                destination_ports: vec![port],
            },
        },
    )
}

/// Rules of distinct priorities, as Azure demands.
fn rules() -> impl Strategy<Value = Vec<SecurityRule>> {
    proptest::collection::vec(rule(), 0..8).prop_map(|mut rules| {
        rules.sort_by_key(|rule| rule.priority);
        rules.dedup_by_key(|rule| rule.priority);
        rules
    })
}

/// One packet, rule by rule, by the words of the documentation.
fn naive(rules: &[SecurityRule], source: IpAddr, destination: IpAddr) -> Access {
    let inside = |address: IpAddr| "10.0.0.0/29".parse::<IpNet>().unwrap().contains(&address);
    let hit = |prefix: &AddressPrefix, address: IpAddr| match prefix {
        AddressPrefix::Any => true,
        AddressPrefix::Net(net) => net.contains(&address),
        AddressPrefix::Tag(tag) if tag.starts_with("Storage") || tag == "AzureLoadBalancer" => false,
        AddressPrefix::Tag(tag) if tag.to_ascii_lowercase().starts_with("published") => {
            let held = PUBLISHED.iter().filter(|(name, _)| name.eq_ignore_ascii_case(tag)).flat_map(|(_, held)| *held);
            held.into_iter().any(|prefix| prefix.parse::<IpNet>().unwrap().contains(&address))
        }
        AddressPrefix::Tag(tag) => (tag == "VirtualNetwork") == inside(address),
        AddressPrefix::Group(group) => members(group).iter().any(|low| address == IpAddr::from([10, 0, 0, *low])),
    };
    for rule in rules {
        let protocol = rule.when.protocol != Protocol::Udp;
        let port = rule.when.destination_ports[0].contains(443);
        let from = rule.when.sources.iter().any(|prefix| hit(prefix, source));
        let to = rule.when.destinations.iter().any(|prefix| hit(prefix, destination));
        if protocol && port && from && to {
            return rule.access;
        }
    }
    if inside(source) && inside(destination) { Access::Allow } else { Access::Deny }
}

fn decide(rules: &[SecurityRule], source: Side, destination: IpAddr) -> Option<Access> {
    let packet = Packet { source, destination: one(destination), protocol: Protocol::Tcp, port: 443 };
    let decided = filter(&estate(rules), &group(), &subnet(), &packet, Direction::Inbound);
    match decided.outcome {
        Known::Value(Passage::Allowed(_)) => Some(Access::Allow),
        Known::Value(Passage::Denied(_)) => Some(Access::Deny),
        Known::Value(_) | Known::Unknown(_) => None,
    }
}

proptest! {
    /// A single address is always decided, and as the naive evaluator does.
    #[test]
    fn one_address_as_packet_by_packet(rules in rules(), source in 0..8u8, destination in 0..8u8) {
        let source = IpAddr::from([10, 0, 0, source]);
        let destination = IpAddr::from([10, 0, 0, destination]);
        prop_assert_eq!(decide(&rules, one(source), destination), Some(naive(&rules, source, destination)));
    }

    /// A set of addresses is decided only when all its members agree, and then as they do.
    #[test]
    fn a_set_as_its_members(rules in rules(), low in 0..8u8, length in 29..=32u8, destination in 0..8u8) {
        let net = ipnet::Ipv4Net::new(Ipv4Addr::new(10, 0, 0, low), length).unwrap().trunc();
        let destination = IpAddr::from([10, 0, 0, destination]);
        let members = (0..8u8).map(|low| IpAddr::from([10, 0, 0, low])).filter(|address| IpNet::V4(net).contains(address));
        let each: Vec<Access> = members.map(|member| naive(&rules, member, destination)).collect();
        if let Some(access) = decide(&rules, Side::Prefixes(vec![IpNet::V4(net)]), destination) {
            prop_assert!(each.iter().all(|member| *member == access), "{access:?} but {each:?}");
        }
    }
}

/// Two rules that may match come before the one that does: the second of them says otherwise.
#[test]
fn every_doubtful_rule_counts() {
    let rule = |priority, access, source: &str| SecurityRule {
        priority,
        access,
        when: Conditions {
            direction: Direction::Inbound,
            protocol: Protocol::Any,
            sources: vec![AddressPrefix::parse(source)],
            source_ports: vec![PortRange::ANY],
            destinations: vec![AddressPrefix::Any],
            destination_ports: vec![PortRange::ANY],
        },
    };
    let rules = [
        rule(100, Access::Allow, "10.0.0.0/31"),
        rule(101, Access::Deny, "10.0.0.2/31"),
        rule(102, Access::Allow, "*"),
    ];
    let all = Side::Prefixes(vec!["10.0.0.0/29".parse().unwrap()]);
    assert_eq!(decide(&rules, all, "10.0.0.7".parse().unwrap()), None);
}

/// A rule for whatever goes out to a destination.
fn outbound(priority: u16, access: Access, destination: &str) -> SecurityRule {
    SecurityRule {
        priority,
        access,
        when: Conditions {
            direction: Direction::Outbound,
            protocol: Protocol::Any,
            sources: vec![AddressPrefix::Any],
            source_ports: vec![PortRange::ANY],
            destinations: vec![AddressPrefix::parse(destination)],
            destination_ports: vec![PortRange::ANY],
        },
    }
}

#[test]
fn a_public_front_end_matches_the_internet_and_nothing_private() {
    let packet = Packet {
        source: one("10.0.0.1".parse().unwrap()),
        destination: Side::PublicFrontEnd,
        protocol: Protocol::Tcp,
        port: 443,
    };
    let outcome = |destination| {
        let estate = estate(&[outbound(100, Access::Deny, destination)]);
        filter(&estate, &group(), &subnet(), &packet, Direction::Outbound).outcome
    };
    assert!(matches!(outcome("Internet"), Known::Value(Passage::Denied(_))));
    assert!(matches!(outcome("0.0.0.0/0"), Known::Value(Passage::Denied(_))));
    assert!(matches!(outcome("10.0.0.0/8"), Known::Value(Passage::Allowed(_))));
    assert!(matches!(outcome("VirtualNetwork"), Known::Value(Passage::Allowed(_))));
    // A tag or a public prefix may or may not hold the front end; the platform's own tags do not.
    assert!(matches!(outcome("CognitiveServicesManagement"), Known::Unknown(_)));
    assert!(matches!(outcome("AzurePlatformIMDS"), Known::Value(Passage::Allowed(_))));
    assert!(matches!(outcome("203.0.113.0/24"), Known::Unknown(_)));
}

/// What comes of a call to an account's public front end, when a rule denies what the list does not settle.
#[test]
fn a_published_list_tells_where_front_ends_are() {
    let decided = |allowed: &str| {
        let rules = [outbound(100, Access::Allow, allowed), outbound(200, Access::Deny, "*")];
        let standing = Standing {
            network: Some(network()),
            subnet: Some(subnet()),
            sources: vec!["10.0.0.1/32".parse().unwrap()],
            ..Standing::outside()
        };
        let own = Subnet { network_security_group: Some(group()), ..Subnet::default() };
        let put = model::Change::Put(std::sync::Arc::new(Resource::new(subnet(), Body::Subnet(own))));
        let destination = Side::PublicFrontEnd;
        let source = Side::Prefixes(standing.sources.clone());
        let packet = Packet { source, destination, protocol: Protocol::Tcp, port: 443 };
        outbound_to_account(&estate(&rules).with(&[put]), &standing, &packet)
    };
    assert!(matches!(decided("CognitiveServicesManagement").outcome, Known::Value(Passage::Allowed(_))));
    assert!(matches!(decided("20.0.0.0/8").outcome, Known::Value(Passage::Allowed(_))));
    assert!(matches!(decided("20.40.0.0/16").outcome, Known::Unknown(_)), "some front ends, not all");
    assert!(matches!(decided("20.99.0.0/16").outcome, Known::Value(Passage::Denied(_))));
    let known = decided("CognitiveServicesManagement").because;
    assert!(known.facts.iter().any(|fact| fact.property == "changeNumber" && fact.value == "7"), "{known:?}");
    assert_eq!(known.weakest(), Mark::Inferred);
}

#[test]
fn the_default_rule_allows_the_own_network() {
    let packet = Packet {
        source: one("10.0.0.1".parse().unwrap()),
        destination: one("10.0.0.4".parse().unwrap()),
        protocol: Protocol::Tcp,
        port: 443,
    };
    let decided = filter(&estate(&[]), &group(), &subnet(), &packet, Direction::Inbound);
    let Known::Value(Passage::Allowed(by)) = decided.outcome else { panic!("allowed") };
    assert_eq!((by.priority, by.rule), (65000, None));
}

/// What the default rules say of a packet that comes from 172.16.0.4, with more in the estate.
fn from_afar(more: Vec<Resource>) -> Known<Passage> {
    let packet = Packet {
        source: one("172.16.0.4".parse().unwrap()),
        destination: one("10.0.0.4".parse().unwrap()),
        protocol: Protocol::Tcp,
        port: 443,
    };
    let changes: Vec<model::Change> =
        more.into_iter().map(|resource| model::Change::Put(std::sync::Arc::new(resource))).collect();
    filter(&estate(&[]).with(&changes), &group(), &subnet(), &packet, Direction::Inbound).outcome
}

#[test]
fn the_tag_holds_prefixes_of_user_routes() {
    assert!(matches!(from_afar(Vec::new()), Known::Value(Passage::Denied(_))));
    let table = ResourceId::new("s", "rg", "Microsoft.Network/routeTables", &["table"]);
    let route = model::resource::Route {
        prefix: Some("172.16.0.0/12".parse().unwrap()),
        next_hop: model::resource::NextHop::VirtualNetworkGateway,
        next_hop_address: None,
    };
    let own = Subnet { route_table: Some(table.clone()), ..Subnet::default() };
    let routed =
        vec![Resource::new(subnet(), Body::Subnet(own)), Resource::new(table.child("routes", "r"), Body::Route(route))];
    assert!(matches!(from_afar(routed), Known::Value(Passage::Allowed(_))));
}

#[test]
fn what_a_gateway_brings_into_the_tag_is_not_known() {
    let outcome = from_afar(learning(&network()));
    assert!(matches!(outcome, Known::Unknown(Why::Unsupported)));
}

#[test]
fn the_tag_holds_what_a_connection_routes_unless_the_subnet_keeps_it_out() {
    let behind = || routing(&network(), "172.16.0.0/16");
    assert!(matches!(from_afar(behind()), Known::Value(Passage::Allowed(_))));
    assert!(matches!(from_afar(routing(&network(), "192.168.0.0/16")), Known::Value(Passage::Denied(_))));
    let table = ResourceId::new("s", "rg", "Microsoft.Network/routeTables", &["table"]);
    let own = Subnet { route_table: Some(table.clone()), ..Subnet::default() };
    let off = model::resource::RouteTable { disable_bgp_route_propagation: true };
    let kept = [Resource::new(subnet(), Body::Subnet(own)), Resource::new(table, Body::RouteTable(off))];
    let outcome = from_afar(behind().into_iter().chain(kept).collect());
    assert!(matches!(outcome, Known::Unknown(Why::Unsupported)));
}

/// What a rule that denies a group makes of a packet from 10.0.0.1, which is in `web`, after these changes.
fn denied_by_group(change: impl Fn(Snapshot) -> Snapshot) -> Known<Passage> {
    let rule = SecurityRule {
        priority: 100,
        access: Access::Deny,
        when: Conditions {
            direction: Direction::Inbound,
            protocol: Protocol::Any,
            sources: vec![AddressPrefix::Group(asg("web"))],
            source_ports: vec![PortRange::ANY],
            destinations: vec![AddressPrefix::Any],
            destination_ports: vec![PortRange::ANY],
        },
    };
    let packet = Packet {
        source: one("10.0.0.1".parse().unwrap()),
        destination: one("10.0.0.4".parse().unwrap()),
        protocol: Protocol::Tcp,
        port: 443,
    };
    filter(&change(estate(&[rule])), &group(), &subnet(), &packet, Direction::Inbound).outcome
}

#[test]
fn members_that_are_not_known_decide_nothing() {
    assert!(matches!(denied_by_group(|estate| estate), Known::Value(Passage::Denied(_))));
    let hidden = |estate: Snapshot| estate.without(model::Kind::NetworkInterface, Why::NotPermitted);
    assert!(matches!(denied_by_group(hidden), Known::Unknown(_)));
    // A member in another network: Azure takes no such rule.
    let moved = |estate: Snapshot| {
        let Body::NetworkInterface(mut far) = nic(1).body else { panic!("a NIC") };
        let other = ResourceId::new("s", "rg", "Microsoft.Network/virtualNetworks", &["other"]);
        far.ip_configurations[0].subnet = Some(other.child("subnets", "default"));
        let far = Resource::new(nic(1).id, Body::NetworkInterface(far));
        estate.with(&[model::Change::Put(std::sync::Arc::new(far))])
    };
    assert!(matches!(denied_by_group(moved), Known::Unknown(_)));
}

#[test]
fn endpoints_are_in_a_group_where_groups_apply_to_them() {
    let passage = |policies| {
        denied_by_group(|estate| {
            let endpoint = ResourceId::new("s", "rg", "Microsoft.Network/privateEndpoints", &["pe"]);
            let body = model::resource::PrivateEndpoint {
                subnet: Some(subnet()),
                application_security_groups: vec![asg("web")],
                ..model::resource::PrivateEndpoint::default()
            };
            let Body::NetworkInterface(mut card) = nic(1).body else { panic!("a NIC") };
            card.ip_configurations[0].application_security_groups.clear();
            card.private_endpoint = Some(endpoint.clone());
            let own = Subnet { private_endpoint_network_policies: Known::Value(policies), ..Subnet::default() };
            let put = |resource| model::Change::Put(std::sync::Arc::new(resource));
            estate.with(&[
                put(Resource::new(endpoint, Body::PrivateEndpoint(body))),
                put(Resource::new(nic(1).id, Body::NetworkInterface(card))),
                put(Resource::new(subnet(), Body::Subnet(own))),
            ])
        })
    };
    assert!(matches!(passage(NetworkPolicies::Enabled), Known::Value(Passage::Denied(_))));
    assert!(matches!(passage(NetworkPolicies::Disabled), Known::Unknown(_)));
}
