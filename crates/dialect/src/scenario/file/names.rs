//! Which tables say who answers for names: zones, servers, resolvers and rulesets?

use super::super::Named;
use super::networks::Prefixes;
use serde::Deserialize;
use std::net::IpAddr;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ZoneEntry {
    pub(in crate::scenario) group: String,
    /// Networks that it is linked to.
    #[serde(default)]
    pub(in crate::scenario) links: Vec<String>,
    /// Records made by hand: name → address, or → the name that it is an alias for.
    #[serde(default)]
    pub(in crate::scenario) records: Named<String>,
}

/// A DNS server of the estate's owner: what it does is no Azure resource.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct DnsServerEntry {
    pub(in crate::scenario) address: IpAddr,
    /// The network that it stands in; without one it stands outside of Azure, and its address tells
    /// at which place.
    pub(in crate::scenario) network: Option<String>,
    /// Whom it asks: domain (`.` for all others) to an address or a list of them.
    #[serde(default)]
    pub(in crate::scenario) forward: Named<Addresses>,
}

/// A place outside of Azure that reaches it privately.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario) struct OnPremisesEntry {
    pub(in crate::scenario) space: Prefixes,
    /// The network whose gateway it is connected to; not known without.
    pub(in crate::scenario) gateway: Option<String>,
    /// The DNS servers that its clients ask, in order.
    #[serde(default)]
    pub(in crate::scenario) dns: Vec<IpAddr>,
    /// True for single clients on a point-to-site VPN.
    #[serde(default)]
    pub(in crate::scenario) point_to_site: bool,
}

/// A DNS Private Resolver with an inbound and an outbound endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct ResolverEntry {
    pub(in crate::scenario) group: String,
    pub(in crate::scenario) network: String,
    /// The address of its inbound endpoint.
    pub(in crate::scenario) inbound: Option<IpAddr>,
}

/// A DNS forwarding ruleset.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::scenario) struct RulesetEntry {
    pub(in crate::scenario) group: String,
    /// The resolver whose outbound endpoint forwards.
    pub(in crate::scenario) resolver: String,
    /// Networks that it is linked to.
    #[serde(default)]
    pub(in crate::scenario) links: Vec<String>,
    /// Rules: domain (`.` for all others) to an address or a list of them.
    #[serde(default)]
    pub(in crate::scenario) rules: Named<Addresses>,
}

/// One address, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "OneOrMany")]
pub(in crate::scenario) struct Addresses(pub(in crate::scenario) Vec<IpAddr>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(IpAddr),
    Many(Vec<IpAddr>),
}

impl From<OneOrMany> for Addresses {
    fn from(addresses: OneOrMany) -> Self {
        match addresses {
            OneOrMany::One(one) => Self(vec![one]),
            OneOrMany::Many(many) => Self(many),
        }
    }
}
