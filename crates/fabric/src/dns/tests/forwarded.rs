//! Does a question that is forwarded end where the facts say: servers, rulesets, places, clusters?

use super::*;
use crate::gateways::tests::{learning, routing};
use model::resource::{
    DnsResolver, ForwardingRule, ForwardingRuleset, InboundEndpoint, OutboundEndpoint, Peering, PeeringState,
    RulesetLink,
};
use model::{Change, ClientFact, DnsServer};

pub(super) fn hub() -> ResourceId {
    id("rg", "Microsoft.Network/virtualNetworks", &["hub"])
}

pub(super) fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

pub(super) fn server(address: &str, forward: &[(&str, &str)]) -> Change {
    let forward = forward.iter().map(|(domain, to)| ((*domain).to_owned(), vec![ip(to)])).collect();
    let server = DnsServer { name: format!("dns at {address}"), network: Some(hub()), forward };
    Change::Outside(ClientFact::DnsServer { address: ip(address), server: Some(server) })
}

/// The zone with its record, linked to these networks; `vnet` and `hub` are peered.
pub(super) fn estate(linked: &[ResourceId]) -> Vec<Resource> {
    let mut all = account();
    let zone = zone("rg", "privatelink.openai.azure.com");
    all.push(a(&zone.id, "acct", "10.1.2.4"));
    for (number, network) in linked.iter().enumerate() {
        let mut one = link(&zone.id, ResolutionPolicy::Default, LinkState::Completed);
        one.id = zone.id.child("virtualNetworkLinks", &format!("link-{number}"));
        if let Body::VirtualNetworkLink(link) = &mut one.body {
            link.virtual_network = Some(network.clone());
        }
        all.push(one);
    }
    all.push(zone);
    let peering = Peering {
        remote: Some(hub()),
        state: Known::Value(PeeringState::Connected),
        allow_virtual_network_access: true,
        allow_forwarded_traffic: false,
        allow_gateway_transit: false,
        use_remote_gateways: false,
    };
    all.push(Resource::new(network().child("virtualNetworkPeerings", "to-hub"), Body::Peering(peering)));
    all
}

fn through(estate: Vec<Resource>, servers: &[Change], asked: &[&str]) -> Decided<Resolution> {
    let snapshot = Snapshot::new(estate, Coverage::complete()).with(servers);
    let asked = Servers::Custom(asked.iter().map(|server| ip(server)).collect());
    resolve(&snapshot, &Standing { servers: asked, ..standing() }, &DnsName::parse("acct.openai.azure.com").unwrap())
}

pub(super) fn known(decided: &Decided<Resolution>) -> &Resolution {
    decided.outcome.value().unwrap_or_else(|| panic!("{:?}", decided.because))
}

#[test]
fn a_forwarder_in_a_linked_hub_serves_a_spoke_without_a_link() {
    let found = through(estate(&[hub()]), &[server("10.1.9.4", &[("", "168.63.129.16")])], &["10.1.9.4"]);
    assert_eq!(known(&found).answer.words(), "10.1.2.4");
    assert_eq!((&known(&found).network, &known(&found).through), (&Some(hub()), &vec![ip("10.1.9.4")]));
    assert!(found.because.text.contains("dns at 10.1.9.4"), "{}", found.because.text);
}

#[test]
fn the_link_of_the_spoke_does_not_help_a_forwarder_in_an_unlinked_hub() {
    let found = through(estate(&[network()]), &[server("10.1.9.4", &[("", "168.63.129.16")])], &["10.1.9.4"]);
    assert_eq!(known(&found).answer, Answer::Public { aliased: true, fallback: None });
    assert_eq!(known(&found).network, Some(hub()));
}

#[test]
fn an_upstream_on_the_internet_is_the_public_view() {
    let all = estate(&[hub(), network()]);
    let found = through(all, &[server("10.1.9.4", &[("", "8.8.8.8")])], &["10.1.9.4"]);
    assert_eq!(known(&found).answer, Answer::Public { aliased: true, fallback: None });
    assert_eq!((&known(&found).network, known(&found).through.len()), (&None, 2));
}

#[test]
fn the_longest_domain_decides_and_who_follows_the_alias_is_not_guessed() {
    let all = || estate(&[hub()]);
    let public = server("10.1.9.4", &[("", "8.8.8.8"), ("openai.azure.com", "168.63.129.16")]);
    assert_eq!(known(&through(all(), &[public], &["10.1.9.4"])).answer.words(), "10.1.2.4");
    let alias_only = server("10.1.9.4", &[("", "8.8.8.8"), ("privatelink.openai.azure.com", "168.63.129.16")]);
    assert_eq!(through(all(), &[alias_only], &["10.1.9.4"]).outcome.value(), None);
    let unknown = server("10.1.9.4", &[("example.com", "168.63.129.16")]);
    assert_eq!(through(all(), &[unknown], &["10.1.9.4"]).outcome.value(), None);
    assert_eq!(through(all(), &[], &["10.1.9.4"]).outcome.value(), None);
}

#[test]
fn servers_that_ask_each_other_are_a_circle() {
    let two = [server("10.1.9.4", &[("", "10.1.9.5")]), server("10.1.9.5", &[("", "10.1.9.4")])];
    assert_eq!(known(&through(estate(&[hub()]), &two, &["10.1.9.4"])).answer, Answer::Circle);
}

#[test]
fn several_servers_decide_only_when_they_agree() {
    let good = |address| server(address, &[("", "168.63.129.16")]);
    let both = ["10.1.9.4", "10.1.9.5"];
    let agree = through(estate(&[hub()]), &[good("10.1.9.4"), good("10.1.9.5")], &both);
    assert_eq!(known(&agree).answer.words(), "10.1.2.4");
    let differ = through(estate(&[hub()]), &[good("10.1.9.4"), server("10.1.9.5", &[("", "8.8.8.8")])], &both);
    assert_eq!(differ.outcome, Known::Unknown(Why::Unresolved));
    assert!(differ.because.text.contains("disagree"), "{}", differ.because.text);
}

/// A resolver in the hub, and a ruleset that sends the service's names to its inbound endpoint.
fn resolver(domain: &str, linked: &ResourceId) -> Vec<Resource> {
    let resolver = id("rg", "Microsoft.Network/dnsResolvers", &["resolver"]);
    let ruleset = id("rg", "Microsoft.Network/dnsForwardingRulesets", &["rules"]);
    let outbound = resolver.child("outboundEndpoints", "out");
    let inbound = InboundEndpoint { addresses: vec![ip("10.1.8.4")], subnet: None };
    let rule = ForwardingRule { domain: domain.to_owned(), targets: vec![(ip("10.1.8.4"), 53)], enabled: true };
    let outbounds = ForwardingRuleset { outbound_endpoints: vec![outbound.clone()] };
    let link = RulesetLink { virtual_network: Some(linked.clone()) };
    vec![
        Resource::new(resolver.child("inboundEndpoints", "in"), Body::InboundEndpoint(inbound)),
        Resource::new(resolver, Body::DnsResolver(DnsResolver { virtual_network: Some(hub()) })),
        Resource::new(outbound, Body::OutboundEndpoint(OutboundEndpoint::default())),
        Resource::new(ruleset.child("forwardingRules", "rule"), Body::ForwardingRule(rule)),
        Resource::new(ruleset.child("virtualNetworkLinks", "link"), Body::RulesetLink(link)),
        Resource::new(ruleset, Body::ForwardingRuleset(outbounds)),
    ]
}

fn by_azure(mut estate: Vec<Resource>, more: Vec<Resource>) -> Decided<Resolution> {
    estate.extend(more);
    ask(estate, "acct.openai.azure.com")
}

#[test]
fn a_linked_ruleset_leads_to_the_zones_of_the_hub() {
    for domain in ["openai.azure.com", "privatelink.openai.azure.com"] {
        let found = by_azure(estate(&[hub()]), resolver(domain, &network()));
        assert_eq!(known(&found).answer.words(), "10.1.2.4", "{domain}");
        assert_eq!(known(&found).network, Some(hub()));
    }
    // The root does not take names of Azure, nor a ruleset that is linked elsewhere.
    for (domain, linked) in [("", network()), ("openai.azure.com", hub())] {
        let found = by_azure(estate(&[hub()]), resolver(domain, &linked));
        assert_eq!(known(&found).answer, Answer::Public { aliased: true, fallback: None }, "{domain}");
    }
}

#[test]
fn a_ruleset_that_is_linked_to_the_network_of_its_resolver_is_a_circle() {
    let mut all = resolver("openai.azure.com", &network());
    let ruleset = id("rg", "Microsoft.Network/dnsForwardingRulesets", &["rules"]);
    let own = RulesetLink { virtual_network: Some(hub()) };
    all.push(Resource::new(ruleset.child("virtualNetworkLinks", "own"), Body::RulesetLink(own)));
    assert_eq!(known(&by_azure(estate(&[hub()]), all)).answer, Answer::Circle);
}

fn standing_in(
    hub_gateway: Option<ResourceId>,
    dns: &[&str],
    point_to_site: bool,
    estate: &Snapshot,
) -> Decided<Standing> {
    let site = model::OnPremises {
        name: "dc".to_owned(),
        address_space: vec!["192.168.0.0/16".parse().unwrap()],
        network: hub_gateway,
        dns_servers: dns.iter().map(|server| ip(server)).collect(),
        point_to_site,
    };
    let site = Change::Outside(ClientFact::OnPremises { name: "dc".to_owned(), site: Some(site) });
    crate::standing::of(&estate.with(&[site]), &model::Vantage::OnPremises("dc".to_owned()))
}

/// What a place asks, behind the gateway of this network.
fn from_site(
    estate: Vec<Resource>,
    gateway: Option<ResourceId>,
    servers: &[Change],
    asked: &[&str],
) -> Decided<Resolution> {
    let snapshot = Snapshot::new(estate, Coverage::complete()).with(servers);
    let decided = standing_in(gateway, asked, false, &snapshot);
    let standing = decided.outcome.value().unwrap();
    let site = Change::Outside(ClientFact::OnPremises { name: "dc".to_owned(), site: standing.site.clone() });
    resolve(&snapshot.with(&[site]), standing, &DnsName::parse("acct.openai.azure.com").unwrap())
}

fn at_site(address: &str, forward: &[(&str, &[&str])]) -> Change {
    let list = |servers: &[&str]| servers.iter().map(|server| ip(server)).collect();
    let forward = forward.iter().map(|(domain, to)| ((*domain).to_owned(), list(to))).collect();
    let server = DnsServer { name: "dc-dns".to_owned(), network: None, forward };
    Change::Outside(ClientFact::DnsServer { address: ip(address), server: Some(server) })
}

#[test]
fn a_place_behind_the_gateway_asks_through_an_inbound_endpoint() {
    let mut all = estate(&[hub()]);
    all.extend(resolver("corp.example", &network()));
    let server = at_site("192.168.0.53", &[("", &["8.8.8.8"]), ("openai.azure.com", &["10.1.8.4"])]);
    let found = from_site(all.clone(), Some(hub()), std::slice::from_ref(&server), &["192.168.0.53"]);
    assert_eq!(known(&found).answer.words(), "10.1.2.4");
    // Nobody says where the gateway is: whether the endpoint is heard is not known.
    let unknown = from_site(all.clone(), None, std::slice::from_ref(&server), &["192.168.0.53"]);
    assert_eq!(unknown.outcome, Known::Unknown(Why::NotCollected));
    // Behind a spoke that does not lend its gateway.
    let behind = from_site(all.clone(), Some(network()), std::slice::from_ref(&server), &["192.168.0.53"]);
    assert_eq!(known(&behind).answer, Answer::Silent);
    // The hub has a gateway of its own: what that brings decides.
    let beside = |more: Vec<Resource>| {
        let all = all.iter().cloned().chain(more).collect();
        from_site(all, Some(network()), std::slice::from_ref(&server), &["192.168.0.53"])
    };
    assert_eq!(known(&beside(routing(&hub(), "172.20.0.0/16"))).answer, Answer::Silent);
    assert_eq!(beside(routing(&hub(), "192.168.0.0/16")).outcome, Known::Unknown(Why::Unsupported));
    let doubtful = beside(learning(&hub()));
    assert_eq!(doubtful.outcome, Known::Unknown(Why::Unsupported));
}

#[test]
fn a_peer_that_uses_the_gateway_is_reached() {
    let mut all = estate(&[network()]);
    let half = |remote: ResourceId, give: bool| Peering {
        remote: Some(remote),
        state: Known::Value(PeeringState::Connected),
        allow_virtual_network_access: true,
        allow_forwarded_traffic: false,
        allow_gateway_transit: give,
        use_remote_gateways: !give,
    };
    all.retain(|resource| resource.kind() != Kind::Peering);
    let (give, take) = (half(network(), true), half(hub(), false));
    all.push(Resource::new(hub().child("virtualNetworkPeerings", "to-vnet"), Body::Peering(give)));
    all.push(Resource::new(network().child("virtualNetworkPeerings", "to-hub"), Body::Peering(take)));
    let mut forwarder = DnsServer {
        name: "spoke-dns".to_owned(),
        network: Some(network()),
        forward: std::collections::BTreeMap::new(),
    };
    forwarder.forward.insert(String::new(), vec![ip("168.63.129.16")]);
    let server = Change::Outside(ClientFact::DnsServer { address: ip("10.2.0.53"), server: Some(forwarder) });
    let found = from_site(all, Some(hub()), &[server], &["10.2.0.53"]);
    assert_eq!(known(&found).answer.words(), "10.1.2.4");
}

#[test]
fn azure_dns_is_silent_for_a_place_and_the_next_server_decides() {
    let all = || estate(&[hub()]);
    let platform = at_site("192.168.0.53", &[("", &["168.63.129.16"])]);
    let found = from_site(all(), Some(hub()), std::slice::from_ref(&platform), &["192.168.0.53"]);
    assert_eq!(known(&found).answer, Answer::Silent);
    assert!(found.because.text.contains("is silent"), "{}", found.because.text);
    // Asked directly, and with a public server after it.
    let direct = from_site(all(), Some(hub()), &[], &["168.63.129.16"]);
    assert_eq!(known(&direct).answer, Answer::Silent);
    let both = from_site(all(), Some(hub()), &[platform], &["192.168.0.53", "8.8.8.8"]);
    assert_eq!(known(&both).answer, Answer::Public { aliased: true, fallback: None });
    let listed = at_site("192.168.0.53", &[("", &["168.63.129.16", "8.8.8.8"])]);
    let second = from_site(all(), Some(hub()), &[listed], &["192.168.0.53"]);
    assert_eq!(known(&second).answer, Answer::Public { aliased: true, fallback: None });
    assert_eq!(known(&second).through, vec![ip("192.168.0.53"), ip("8.8.8.8")]);
}

#[test]
fn a_negative_answer_is_an_answer() {
    let mut all = estate(&[hub()]);
    all.retain(|resource| resource.kind() != Kind::RecordSet);
    let list = DnsServer {
        name: "dns".to_owned(),
        network: Some(hub()),
        forward: std::iter::once((String::new(), vec![ip("168.63.129.16"), ip("8.8.8.8")])).collect(),
    };
    let server = Change::Outside(ClientFact::DnsServer { address: ip("10.1.9.4"), server: Some(list) });
    assert!(matches!(known(&through(all, &[server], &["10.1.9.4"])).answer, Answer::NxDomain { .. }));
}

#[test]
fn point_to_site_clients_get_the_servers_of_the_network() {
    let with = |dns: &[&str]| {
        let body = model::resource::VirtualNetwork {
            address_space: Vec::new(),
            dns_servers: dns.iter().map(|server| ip(server)).collect(),
        };
        Snapshot::new([Resource::new(hub(), Body::VirtualNetwork(body))], Coverage::complete())
    };
    let servers = |dns: &[&str]| {
        let decided = standing_in(Some(hub()), &[], true, &with(dns));
        decided.outcome.value().map(|standing| standing.servers.clone())
    };
    assert_eq!(servers(&["10.1.9.4"]), Some(Servers::Custom(vec![ip("10.1.9.4")])));
    assert_eq!(servers(&[]), Some(Servers::Public));
    // A data centre does not get them, and a profile may name others.
    assert_eq!(standing_in(Some(hub()), &[], false, &with(&[])).outcome, Known::Unknown(Why::NotCollected));
    let own = standing_in(Some(hub()), &["10.9.9.9"], true, &with(&["10.1.9.4"]));
    assert_eq!(
        own.outcome.value().map(|standing| standing.servers.clone()),
        Some(Servers::Custom(vec![ip("10.9.9.9")]))
    );
}

#[test]
fn targets_of_a_rule_are_tried_in_order() {
    let targets = |targets: Vec<(IpAddr, u16)>| {
        let mut rules = resolver("openai.azure.com", &network());
        for resource in &mut rules {
            if let Body::ForwardingRule(rule) = &mut resource.body {
                rule.targets.clone_from(&targets);
            }
        }
        by_azure(estate(&[hub()]), rules)
    };
    let found = targets(vec![(ip("10.1.8.4"), 53), (ip("8.8.8.8"), 53)]);
    assert_eq!(known(&found).answer.words(), "10.1.2.4");
    let found = targets(vec![(ip("8.8.8.8"), 53), (ip("10.1.8.4"), 53)]);
    assert_eq!(known(&found).answer, Answer::Public { aliased: true, fallback: None });
    for odd in [vec![(ip("10.1.8.4"), 5353)], vec![(ip("168.63.129.16"), 53)], Vec::new()] {
        assert_eq!(targets(odd.clone()).outcome.value(), None, "{odd:?}");
    }
}

#[test]
fn a_disabled_rule_takes_nothing() {
    let mut rules = resolver("openai.azure.com", &network());
    for resource in &mut rules {
        if let Body::ForwardingRule(rule) = &mut resource.body {
            rule.enabled = false;
        }
    }
    let found = by_azure(estate(&[hub()]), rules);
    assert_eq!(known(&found).answer, Answer::Public { aliased: true, fallback: None });
}

#[test]
fn a_ruleset_stays_in_its_region() {
    let mut all = resolver("openai.azure.com", &network());
    all.push(Resource::new(network(), Body::VirtualNetwork(model::resource::VirtualNetwork::default())));
    let ruleset = id("rg", "Microsoft.Network/dnsForwardingRulesets", &["rules"]);
    let at = |ruleset_region: &str, network_region: &str| {
        let placed = all.iter().cloned().map(|resource| match resource.kind() {
            Kind::ForwardingRuleset => Resource { location: Some(ruleset_region.into()), ..resource },
            Kind::VirtualNetwork => Resource { location: Some(network_region.into()), ..resource },
            _ => resource,
        });
        may_link(&Snapshot::new(placed, Coverage::complete()), &ruleset, &network())
    };
    assert!(at("eastus", "East US"));
    assert!(!at("eastus", "westus"));
}

fn pod(dns: Option<model::ClusterDns>) -> Decided<Resolution> {
    let cluster = id("rg", "Microsoft.ContainerService/managedClusters", &["aks"]);
    let standing = Standing { cluster: Some(crate::standing::Cluster { id: cluster, dns }), ..standing() };
    let snapshot = Snapshot::new(estate(&[network()]), Coverage::complete());
    resolve(&snapshot, &standing, &DnsName::parse(HOST).unwrap())
}

#[test]
fn coredns_goes_before_the_servers_of_the_node() {
    let forward = |domain: &str| model::ClusterDns {
        forward: std::iter::once((domain.to_owned(), vec![ip("8.8.8.8")])).collect(),
        ..model::ClusterDns::default()
    };
    for untouched in [None, Some(model::ClusterDns::default()), Some(forward("corp.example"))] {
        assert_eq!(known(&pod(untouched)).answer.words(), "10.1.2.4");
    }
    // What is forwarded for the alias alone is never asked: CoreDNS hands on the whole question.
    assert_eq!(known(&pod(Some(forward(OPENAI)))).answer.words(), "10.1.2.4");
    for domain in ["openai.azure.com", ""] {
        assert_eq!(known(&pod(Some(forward(domain)))).answer, Answer::Public { aliased: true, fallback: None });
    }
    let hosts = std::iter::once((HOST.to_owned(), ip("10.9.9.9"))).collect();
    let pinned = pod(Some(model::ClusterDns { hosts, ..model::ClusterDns::default() }));
    assert_eq!(known(&pinned).answer, Answer::Pinned(ip("10.9.9.9")));
}
