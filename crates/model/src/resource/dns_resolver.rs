//! What do a DNS Private Resolver, its endpoints and forwarding rulesets say?

use crate::ResourceId;
use std::net::IpAddr;

/// A DNS Private Resolver.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DnsResolver {
    /// The network that it is made for: names asked at it are answered as from there.
    pub virtual_network: Option<ResourceId>,
}

/// An address at which a resolver takes questions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboundEndpoint {
    /// `ipConfigurations[].privateIpAddress`.
    pub addresses: Vec<IpAddr>,
    /// The subnet of the first.
    pub subnet: Option<ResourceId>,
}

/// Where the questions that a ruleset forwards leave from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OutboundEndpoint {
    /// Its subnet.
    pub subnet: Option<ResourceId>,
}

/// A set of forwarding rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForwardingRuleset {
    /// `dnsResolverOutboundEndpoints`.
    pub outbound_endpoints: Vec<ResourceId>,
}

/// A rule: names below a domain are asked of these servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardingRule {
    /// `domainName`, lower case and without the dot at its end; empty for the root.
    pub domain: String,
    /// `targetDnsServers`, in order, each with its port.
    pub targets: Vec<(IpAddr, u16)>,
    /// `forwardingRuleState` is not `Disabled`.
    pub enabled: bool,
}

/// A link of a ruleset to a network whose questions to Azure DNS it forwards.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RulesetLink {
    /// The network.
    pub virtual_network: Option<ResourceId>,
}

impl ForwardingRule {
    /// True when a name is the domain or below it.
    pub fn covers(&self, name: &crate::DnsName) -> bool {
        self.domain.is_empty() || name.is_within(&self.domain)
    }
}
