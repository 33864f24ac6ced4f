//! What does a network security group do to a packet, and by which rule?

mod virtual_network;

use crate::networks::is_public;
use crate::standing::{Standing, place};
use ipnet::IpNet;
use model::resource::{
    Access, AddressPrefix, Direction, NetworkInterface, NetworkPolicies, NetworkSecurityGroup, Protocol, SecurityRule,
    Subnet,
};
use model::{Because, Decided, Extent, Fact, FactRef, Kind, Known, Mark, ResourceId, Snapshot, Why};
use std::net::IpAddr;
use virtual_network::VirtualNetworkTag;

/// What a group does to the packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// No group applies here.
    NoGroup,
    /// The rule lets it through.
    Allowed(Decider),
    /// The rule drops it.
    Denied(Decider),
}

/// The rule that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decider {
    /// The group.
    pub group: ResourceId,
    /// The user rule; `None` for a default rule.
    pub rule: Option<ResourceId>,
    /// Its name, such as `DenyAllInBound`.
    pub name: String,
    /// Its priority.
    pub priority: u16,
    /// Its side.
    pub direction: Direction,
}

/// One end of a packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    /// One of these addresses.
    Prefixes(Vec<IpNet>),
    /// A public front end of Azure, whose address configuration does not say.
    PublicFrontEnd,
}

static FIRST_MATCH: Fact = Fact {
    id: "nsg-first-match-by-priority",
    text: "Rules are tried by ascending priority and the first match decides; drops are silent. Defaults: 65000 VirtualNetwork to VirtualNetwork, 65001 load balancer in or Internet out, 65500 deny.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/network-security-groups-overview.md, read 2026-11-22",
};

static POLICY: Fact = Fact {
    id: "nsg-on-endpoints-by-subnet-policy",
    text: "A group applies to private endpoints only when privateEndpointNetworkPolicies of their subnet is Enabled or NetworkSecurityGroupEnabled. Endpoints work under all four values.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/disable-private-endpoint-network-policy.md, read 2026-11-22",
};

/// The packet that a group looks at, from any source port.
#[derive(Debug, Clone)]
pub struct Packet {
    /// Where it comes from.
    pub source: Side,
    /// Where it goes.
    pub destination: Side,
    /// TCP or UDP.
    pub protocol: Protocol,
    /// The destination port.
    pub port: u16,
}

/// Groups on the client's side: its NIC's and its subnet's, outbound. Apps meet their subnet's
/// group only when their traffic enters the network, which routing has decided before.
pub fn outbound(snapshot: &Snapshot, standing: &Standing, packet: &Packet) -> Decided<Passage> {
    let nic = standing.network_interface.as_ref();
    let nic_group = nic.and_then(|nic| snapshot.find::<NetworkInterface>(nic)?.network_security_group.clone());
    let mut decided = Decided::value(Passage::NoGroup, Because::new("no security group on the way out"));
    let Some(subnet_id) = &standing.subnet else { return decided };
    let Some(subnet) = snapshot.find::<Subnet>(subnet_id) else {
        return Decided::unknown(
            Why::NotCollected,
            Because::new(format!("subnet {} is not in the snapshot", place(subnet_id))),
        );
    };
    for group in nic_group.iter().chain(&subnet.network_security_group) {
        decided = filter(snapshot, group, subnet_id, packet, Direction::Outbound);
        if !matches!(decided.outcome, Known::Value(Passage::Allowed(_))) {
            return decided;
        }
    }
    decided
}

/// Groups at a host that is no endpoint: its subnet's and its NIC's, inbound.
pub fn into_host(snapshot: &Snapshot, host: &Standing, packet: &Packet) -> Decided<Passage> {
    let mut decided = Decided::value(Passage::NoGroup, Because::new("no security group on the way in"));
    let Some(subnet_id) = &host.subnet else { return decided };
    let subnet_group = snapshot.find::<Subnet>(subnet_id).and_then(|subnet| subnet.network_security_group.clone());
    let nic = host.network_interface.as_ref();
    let nic_group = nic.and_then(|nic| snapshot.find::<NetworkInterface>(nic)?.network_security_group.clone());
    for group in subnet_group.iter().chain(&nic_group) {
        decided = filter(snapshot, group, subnet_id, packet, Direction::Inbound);
        if !matches!(decided.outcome, Known::Value(Passage::Allowed(_))) {
            return decided;
        }
    }
    decided
}

/// The group on the endpoint's subnet, inbound, if the subnet's policy applies it.
pub fn inbound(snapshot: &Snapshot, subnet_id: &ResourceId, packet: &Packet) -> Decided<Passage> {
    let Some(subnet) = snapshot.find::<Subnet>(subnet_id) else {
        return Decided::unknown(
            Why::NotCollected,
            Because::new(format!("subnet {} is not in the snapshot", place(subnet_id))),
        );
    };
    let Some(group) = &subnet.network_security_group else {
        return Decided::value(Passage::NoGroup, Because::new(format!("no security group on {}", place(subnet_id))));
    };
    let decided = filter(snapshot, group, subnet_id, packet, Direction::Inbound);
    match &subnet.private_endpoint_network_policies {
        Known::Value(policies) => {
            let fact = FactRef::new(subnet_id, "privateEndpointNetworkPolicies", policies.word());
            if matches!(policies, NetworkPolicies::Enabled | NetworkPolicies::NetworkSecurityGroupEnabled) {
                let because = decided.because.fact(fact).rule(&POLICY);
                return Decided { outcome: decided.outcome, because };
            }
            let text = format!("{} does not apply (subnet policy {})", group.name(), policies.word());
            Decided::value(Passage::NoGroup, Because::new(text).fact(fact).rule(&POLICY))
        }
        // Without the policy, a group that would let it through anyway changes nothing.
        Known::Unknown(_) if matches!(decided.outcome, Known::Value(Passage::Allowed(_))) => decided,
        Known::Unknown(why) => {
            let text = format!(
                "whether group {} applies to endpoints of {}: the subnet's policy is {}",
                group.name(),
                place(subnet_id),
                why.words()
            );
            Decided::unknown(*why, Because::new(text))
        }
    }
}

/// What one group does to a packet that leaves or enters a subnet.
fn filter(
    snapshot: &Snapshot,
    group: &ResourceId,
    subnet: &ResourceId,
    packet: &Packet,
    direction: Direction,
) -> Decided<Passage> {
    if let Extent::Missing(why) = extent_of_rules(snapshot, group) {
        let text = format!("the rules of group {} are {}", group.name(), why.words());
        return Decided::unknown(why, Because::new(text));
    }
    let tagged = VirtualNetworkTag::of(snapshot, subnet);
    let mut rules: Vec<(&ResourceId, &SecurityRule)> =
        snapshot.children::<SecurityRule>(group).filter(|(_, rule)| rule.direction == direction).collect();
    rules.sort_by_key(|(_, rule)| rule.priority);
    let mut doubtful: Vec<(&ResourceId, Access)> = Vec::new();
    for (id, rule) in rules {
        match matches(rule, packet, &tagged) {
            Match::No => {}
            Match::Unknown => doubtful.push((id, rule.access)),
            Match::Yes => {
                let decider = Decider {
                    group: group.clone(),
                    rule: Some(id.clone()),
                    name: id.name().to_owned(),
                    priority: rule.priority,
                    direction,
                };
                let fact = FactRef::new(id, "access", rule.access.word());
                let passage = conclude(decider, rule.access, fact, &doubtful);
                return if rule.sources.iter().chain(&rule.destinations).any(is_tag) {
                    by_tag(passage)
                } else {
                    passage
                };
            }
        }
    }
    default_rule(group, packet, &tagged, direction, &doubtful)
}

/// A group that is not in the snapshot has unknown rules, whatever is said of rules.
fn extent_of_rules(snapshot: &Snapshot, group: &ResourceId) -> Extent {
    match snapshot.find::<NetworkSecurityGroup>(group) {
        Some(_) => snapshot.coverage().of_children(group, Kind::SecurityRule),
        None => Extent::Missing(Why::NotCollected),
    }
}

/// A match decides, unless an earlier rule that may have matched says otherwise.
fn conclude(decider: Decider, access: Access, fact: FactRef, doubtful: &[(&ResourceId, Access)]) -> Decided<Passage> {
    if let Some((id, _)) = doubtful.iter().find(|(_, other)| *other != access) {
        let text = format!(
            "whether rule {} of {} matches is not known (service tag or group)",
            id.name(),
            decider.group.name()
        );
        return Decided::unknown(Why::Unsupported, Because::new(text).fact(FactRef::new(id, "", "")));
    }
    let verb = match access {
        Access::Allow => "allows",
        Access::Deny => "drops",
    };
    let side = match decider.direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    };
    let text = format!("{} rule {} ({}) of {} {verb} it", side, decider.name, decider.priority, decider.group.name());
    let because = Because::new(text).fact(fact).fact(FactRef::new(&decider.group, "", "")).rule(&FIRST_MATCH);
    let passage = match access {
        Access::Allow => Passage::Allowed(decider),
        Access::Deny => Passage::Denied(decider),
    };
    Decided::value(passage, because)
}

fn default_rule(
    group: &ResourceId,
    packet: &Packet,
    tagged: &VirtualNetworkTag,
    direction: Direction,
    doubtful: &[(&ResourceId, Access)],
) -> Decided<Passage> {
    let inside = |side: &Side| tagged.holds(side);
    let within = both(inside(&packet.source), inside(&packet.destination));
    let decider = |name: &str, priority: u16| Decider {
        group: group.clone(),
        rule: None,
        name: name.to_owned(),
        priority,
        direction,
    };
    let fact = FactRef::new(group, "defaultSecurityRules", "");
    let internet = || matches!(kind(&packet.destination), Some(Addresses::Public));
    let to_internet = direction == Direction::Outbound && internet();
    let (name, priority, access) = match (within, direction) {
        (Match::Yes, Direction::Inbound) => ("AllowVnetInBound", 65000, Access::Allow),
        (Match::Yes, Direction::Outbound) => ("AllowVnetOutBound", 65000, Access::Allow),
        _ if to_internet => ("AllowInternetOutBound", 65001, Access::Allow),
        (Match::No, Direction::Inbound) => ("DenyAllInBound", 65500, Access::Deny),
        (Match::No, Direction::Outbound) => ("DenyAllOutBound", 65500, Access::Deny),
        (Match::Unknown, _) => {
            let text = format!(
                "whether default rule 65000 of {} (VirtualNetwork) covers both ends is not known",
                group.name()
            );
            return by_tag(Decided::unknown(Why::Unsupported, Because::new(text).fact(fact)));
        }
    };
    by_tag(conclude(decider(name, priority), access, fact, doubtful))
}

fn is_tag(prefix: &AddressPrefix) -> bool {
    matches!(prefix, AddressPrefix::Tag(name) if name.eq_ignore_ascii_case("VirtualNetwork"))
}

/// The same, resting on what the tag holds.
fn by_tag(decided: Decided<Passage>) -> Decided<Passage> {
    Decided { outcome: decided.outcome, because: decided.because.rule(&virtual_network::TAG) }
}

/// Whether something matches: yes, no, or it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Match {
    Yes,
    No,
    Unknown,
}

fn both(one: Match, other: Match) -> Match {
    match (one, other) {
        (Match::No, _) | (_, Match::No) => Match::No,
        (Match::Yes, Match::Yes) => Match::Yes,
        _ => Match::Unknown,
    }
}

fn any(list: impl Iterator<Item = Match>) -> Match {
    list.fold(Match::No, |best, next| match (best, next) {
        (Match::Yes, _) | (_, Match::Yes) => Match::Yes,
        (Match::Unknown, _) | (_, Match::Unknown) => Match::Unknown,
        _ => Match::No,
    })
}

fn matches(rule: &SecurityRule, packet: &Packet, tagged: &VirtualNetworkTag) -> Match {
    if rule.protocol != Protocol::Any && rule.protocol != packet.protocol {
        return Match::No;
    }
    if !rule.destination_ports.iter().any(|range| range.contains(packet.port)) {
        return Match::No;
    }
    let sources = any(rule.sources.iter().map(|prefix| side(prefix, &packet.source, tagged)));
    let destinations = any(rule.destinations.iter().map(|prefix| side(prefix, &packet.destination, tagged)));
    // The client picks its source port: a rule for some of them matches some connections only.
    let ports = match rule.source_ports.iter().any(|range| (range.first, range.last) == (0, u16::MAX)) {
        true => Match::Yes,
        false if rule.direction == Direction::Inbound && rule.source_ports.is_empty() => Match::Yes,
        false => Match::Unknown,
    };
    both(both(sources, destinations), ports)
}

fn side(prefix: &AddressPrefix, side: &Side, tagged: &VirtualNetworkTag) -> Match {
    match prefix {
        AddressPrefix::Any => Match::Yes,
        AddressPrefix::Net(net) => net_match(*net, side),
        AddressPrefix::Tag(name) => tag(name, side, tagged),
        AddressPrefix::Group(_) => match side {
            Side::PublicFrontEnd => Match::No,
            Side::Prefixes(_) => Match::Unknown,
        },
    }
}

fn net_match(net: IpNet, side: &Side) -> Match {
    match side {
        Side::PublicFrontEnd if net.prefix_len() == 0 => Match::Yes,
        Side::PublicFrontEnd if !is_public(net.addr()) => Match::No,
        Side::PublicFrontEnd => Match::Unknown,
        Side::Prefixes(own) => {
            let inside = own.iter().all(|own| net.contains(own));
            let apart = own.iter().all(|own| !net.contains(own) && !own.contains(&net));
            match (own.is_empty(), inside, apart) {
                (false, true, _) => Match::Yes,
                (false, _, true) => Match::No,
                _ => Match::Unknown,
            }
        }
    }
}

fn tag(name: &str, side: &Side, tagged: &VirtualNetworkTag) -> Match {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    if is("VirtualNetwork") {
        return tagged.holds(side);
    }
    // Service tags hold public ranges; `Internet` is what lies outside the network.
    match kind(side) {
        Some(Addresses::Public) if is("Internet") => tagged.outside(side),
        Some(Addresses::Public) if is("AzureLoadBalancer") => Match::No,
        Some(Addresses::Private) if !is("AzureLoadBalancer") => Match::No,
        _ => Match::Unknown,
    }
}

/// Which addresses an end of a packet has, when all are alike.
enum Addresses {
    Public,
    Private,
}

fn kind(side: &Side) -> Option<Addresses> {
    let Side::Prefixes(own) = side else { return Some(Addresses::Public) };
    let public = |net: &IpNet| is_public(net.addr());
    match (own.is_empty(), own.iter().all(public), own.iter().any(public)) {
        (false, true, _) => Some(Addresses::Public),
        (false, _, false) => Some(Addresses::Private),
        _ => None,
    }
}

/// The packet's end for one address.
pub fn one(address: IpAddr) -> Side {
    Side::Prefixes(vec![IpNet::from(address)])
}

#[cfg(test)]
mod tests;
