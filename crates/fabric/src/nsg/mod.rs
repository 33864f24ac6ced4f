//! What does a network security group do to a packet, and by which rule?

mod admin;
mod groups;
mod rules;
mod service_tags;
mod sides;
mod virtual_network;

pub use admin::AdminDecider;
pub use service_tags::SIGN_IN_TAG;

use crate::standing::{Standing, place};
use ipnet::IpNet;
use model::resource::{Direction, NetworkInterface, NetworkPolicies, Protocol, Subnet};
use model::{Because, Decided, Fact, FactRef, Known, Mark, ResourceId, Snapshot, Why};
use rules::filter;
use std::net::IpAddr;

/// What a group does to the packet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// No group applies here.
    NoGroup,
    /// The rule lets it through.
    Allowed(Decider),
    /// The rule drops it.
    Denied(Decider),
    /// A security admin rule lets it through; groups are not asked.
    AlwaysAllowed(AdminDecider),
    /// A security admin rule drops it; groups are not asked.
    Forbidden(AdminDecider),
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
    /// The sign-in hosts of Microsoft Entra ID, whose addresses have a service tag of their own.
    SignIn,
}

static POLICY: Fact = Fact {
    id: "nsg-on-endpoints-by-subnet-policy",
    text: "A group applies to private endpoints only when privateEndpointNetworkPolicies of their subnet is Enabled or NetworkSecurityGroupEnabled. Endpoints work under all four values.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/disable-private-endpoint-network-policy.md, read 2026-11-22",
};

static REGIONS: Fact = Fact {
    id: "nsg-on-endpoints-not-in-every-region",
    text: "Groups on private endpoints are not available in West India, Australia Central 2, South Africa West and Brazil Southeast, nor in any region of Azure Government and of Azure in China (as of March 2025).",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/private-endpoint-overview.md (limitations), read 2026-11-22",
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

/// What stands in the way on the client's side: security admin rules, then its NIC's group and its subnet's. Apps meet their subnet's
/// group only when their traffic enters the network, which routing has decided before.
pub fn outbound(snapshot: &Snapshot, standing: &Standing, packet: &Packet) -> Decided<Passage> {
    let nic = standing.network_interface.as_ref();
    let nic_group = nic.and_then(|nic| snapshot.find::<NetworkInterface>(nic)?.network_security_group.clone());
    let none = Decided::value(Passage::NoGroup, Because::new("no security group on the way out"));
    let Some(subnet_id) = &standing.subnet else { return none };
    let Some(subnet) = snapshot.find::<Subnet>(subnet_id) else {
        return Decided::unknown(
            Why::NotCollected,
            Because::new(format!("subnet {} is not in the snapshot", place(subnet_id))),
        );
    };
    let groups = nic_group.iter().chain(&subnet.network_security_group);
    filters(snapshot, groups, subnet_id, packet, Direction::Outbound, none)
}

/// Security admin rules, then one group after the other; `none` when there is no group.
fn filters<'g>(
    snapshot: &Snapshot,
    groups: impl Iterator<Item = &'g ResourceId>,
    subnet: &ResourceId,
    packet: &Packet,
    direction: Direction,
    none: Decided<Passage>,
) -> Decided<Passage> {
    let by_groups = || {
        let mut decided = none;
        for group in groups {
            decided = filter(snapshot, group, subnet, packet, direction);
            if !matches!(decided.outcome, Known::Value(Passage::Allowed(_))) {
                return decided;
            }
        }
        decided
    };
    match admin::judge(snapshot, subnet, packet, direction) {
        Some(admin) => admin.then(by_groups),
        None => by_groups(),
    }
}

/// The same on the way to the public front end of an Azure AI services account. Where rules leave it open, all
/// addresses that such an account may answer at are tried, if the snapshot has a published list of service tags.
pub fn outbound_to_account(snapshot: &Snapshot, standing: &Standing, packet: &Packet) -> Decided<Passage> {
    let decided = outbound(snapshot, standing, packet);
    if decided.outcome.value().is_some() || packet.destination != Side::PublicFrontEnd {
        return decided;
    }
    let Some(destination) = service_tags::front_ends(snapshot) else { return decided };
    let tried = outbound(snapshot, standing, &Packet { destination, ..packet.clone() });
    match tried.outcome {
        Known::Value(_) => Decided { outcome: tried.outcome, because: tried.because.rule(&service_tags::FRONT_ENDS) },
        Known::Unknown(_) => decided,
    }
}

/// What stands in the way at a host that is no endpoint: security admin rules, then its subnet's group and its NIC's.
pub fn into_host(snapshot: &Snapshot, host: &Standing, packet: &Packet) -> Decided<Passage> {
    let none = Decided::value(Passage::NoGroup, Because::new("no security group on the way in"));
    let Some(subnet_id) = &host.subnet else { return none };
    let subnet_group = snapshot.find::<Subnet>(subnet_id).and_then(|subnet| subnet.network_security_group.clone());
    let nic = host.network_interface.as_ref();
    let nic_group = nic.and_then(|nic| snapshot.find::<NetworkInterface>(nic)?.network_security_group.clone());
    filters(snapshot, subnet_group.iter().chain(&nic_group), subnet_id, packet, Direction::Inbound, none)
}

/// The group on the endpoint's subnet, inbound, if the subnet's policy applies it. Security admin rules do not apply
/// to endpoints.
pub fn inbound(snapshot: &Snapshot, subnet_id: &ResourceId, packet: &Packet) -> Decided<Passage> {
    let decided = into_endpoint(snapshot, subnet_id, packet);
    match admin::spared_endpoint(snapshot, subnet_id, packet) {
        Some(spared) => Decided { outcome: decided.outcome, because: decided.because.part(spared) },
        None => decided,
    }
}

fn into_endpoint(snapshot: &Snapshot, subnet_id: &ResourceId, packet: &Packet) -> Decided<Passage> {
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
                if let Some(region) = region_without(snapshot, subnet_id) {
                    let text = format!("{} does not apply: groups on endpoints do not exist in {region}", group.name());
                    return Decided::value(Passage::NoGroup, Because::new(text).fact(fact).rule(&REGIONS));
                }
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

/// The region of a subnet, where groups on endpoints do not exist in it.
fn region_without(snapshot: &Snapshot, subnet: &ResourceId) -> Option<String> {
    const REGIONS: [&str; 4] = ["westindia", "australiacentral2", "southafricawest", "brazilsoutheast"];
    const CLOUDS: [&str; 3] = ["usgov", "usdod", "china"];
    let location = snapshot.get(&subnet.parent()?)?.location.clone()?;
    let region: String = location.chars().filter(|letter| !letter.is_whitespace()).collect();
    let region = region.to_ascii_lowercase();
    let without = REGIONS.contains(&region.as_str()) || CLOUDS.iter().any(|cloud| region.starts_with(cloud));
    without.then_some(region)
}

/// The packet's end for one address.
pub fn one(address: IpAddr) -> Side {
    Side::Prefixes(vec![IpNet::from(address)])
}

#[cfg(test)]
mod tests;
