//! Which addresses does an application security group hold?

use super::Side;
use super::sides::Match;
use crate::networks::network_of;
use ipnet::IpNet;
use model::resource::{NetworkInterface, NetworkPolicies, PrivateEndpoint, Subnet};
use model::{Extent, Fact, Key, Kind, Known, Mark, ResourceId, Snapshot, Why};

/// What a rule with a group matches.
pub(super) static MEMBERS: Fact = Fact {
    id: "application-security-group-members",
    text: "A rule with an application security group matches the addresses of the network interfaces in it, which have to be in one virtual network, and of the private endpoints in it where groups apply to endpoints.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/application-security-groups.md and private-link/private-endpoint-overview.md, read 2026-11-22",
};

/// The addresses of a group, as seen from one virtual network.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Those that are in it.
    own: Vec<IpNet>,
    /// Those of which it cannot be told: in other networks, or endpoints to which no group applies.
    doubtful: Vec<IpNet>,
    /// Why there may be more.
    more: Option<Why>,
}

impl Members {
    pub(super) fn of(snapshot: &Snapshot, group: &ResourceId, network: Option<&ResourceId>) -> Self {
        let missing = |kind| match snapshot.coverage().of(kind) {
            Extent::Missing(why) => Some(why),
            Extent::Complete | Extent::Assumed => None,
        };
        let more = missing(Kind::NetworkInterface).or_else(|| missing(Kind::PrivateEndpoint));
        let mut members = Self { more, ..Self::default() };
        for (_, nic) in snapshot.by::<NetworkInterface>(&Key::MemberOf(group.clone())) {
            let configurations = nic.ip_configurations.iter();
            let inside =
                configurations.filter(|configuration| configuration.application_security_groups.contains(group));
            for configuration in inside {
                let near = configuration.subnet.as_ref().and_then(network_of).as_ref() == network;
                members.add(configuration.address.map(IpNet::from), near);
            }
        }
        for (id, endpoint) in snapshot.by::<PrivateEndpoint>(&Key::MemberOf(group.clone())) {
            let near = endpoint.subnet.as_ref().and_then(network_of).as_ref() == network;
            let applies = endpoint.subnet.as_ref().is_some_and(|subnet| applies(snapshot, subnet));
            for (_, nic) in snapshot.by::<NetworkInterface>(&Key::InterfaceOf(id.clone())) {
                nic.addresses().for_each(|address| members.add(Some(address.into()), near && applies));
            }
        }
        members.own = IpNet::aggregate(&members.own);
        members
    }

    fn add(&mut self, address: Option<IpNet>, sure: bool) {
        match address {
            Some(address) if sure => self.own.push(address),
            Some(address) => self.doubtful.push(address),
            None => self.more = self.more.or(Some(Why::NotCollected)),
        }
    }

    /// Whether an end of a packet is in the group.
    pub(super) fn holds(&self, side: &Side) -> Match {
        let Side::Prefixes(sources) = side else { return Match::No };
        let within = |known: &[IpNet], own: &IpNet| known.iter().any(|net| net.contains(own));
        let touches =
            |own: &IpNet| self.own.iter().chain(&self.doubtful).any(|net| net.contains(own) || own.contains(net));
        match (sources.is_empty(), sources.iter().all(|own| within(&self.own, own)), sources.iter().any(touches)) {
            (false, true, _) => Match::Yes,
            (false, false, false) if self.more.is_none() => Match::No,
            _ => Match::Unknown,
        }
    }

    /// Why it cannot be told, in words that follow a colon.
    pub(super) fn doubt(&self, group: &ResourceId) -> String {
        let name = group.name();
        match self.more {
            Some(why) => format!("the members of application security group {name} are {}", why.words()),
            None if self.doubtful.is_empty() => {
                format!("only some of its addresses are in application security group {name}")
            }
            None => format!(
                "application security group {name} has members in another network, or endpoints whose subnet does not apply groups"
            ),
        }
    }
}

/// Whether groups apply to the endpoints of a subnet.
fn applies(snapshot: &Snapshot, subnet: &ResourceId) -> bool {
    snapshot.find::<Subnet>(subnet).is_some_and(|subnet| {
        matches!(
            subnet.private_endpoint_network_policies,
            Known::Value(NetworkPolicies::Enabled | NetworkPolicies::NetworkSecurityGroupEnabled)
        )
    })
}
