//! What does a network security group say? Its user rules; default rules are a fact of Azure.

use ipnet::IpNet;

/// A network security group. Its rules are child resources ([`SecurityRule`]).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkSecurityGroup {}

/// A user rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityRule {
    /// 100 to 4096; lower is first.
    pub priority: u16,
    /// What happens to a match.
    pub access: Access,
    /// What it matches.
    pub when: Conditions,
}

/// What a packet has to be, so that a rule is about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conditions {
    /// Which way the packet goes, seen from the NIC.
    pub direction: Direction,
    /// Which transport protocol it has.
    pub protocol: Protocol,
    /// Source prefixes, tags or groups: any of them matches.
    pub sources: Vec<AddressPrefix>,
    /// Source ports.
    pub source_ports: Vec<PortRange>,
    /// Destination prefixes, tags or groups.
    pub destinations: Vec<AddressPrefix>,
    /// Destination ports.
    pub destination_ports: Vec<PortRange>,
}

impl Conditions {
    /// The prefixes, tags and groups of both sides.
    pub fn prefixes(&self) -> impl Iterator<Item = &AddressPrefix> {
        self.sources.iter().chain(&self.destinations)
    }
}

/// The side of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Into the NIC.
    Inbound,
    /// Out of the NIC.
    Outbound,
}

/// What a rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Lets the packet through.
    Allow,
    /// Drops it silently.
    Deny,
}

/// The protocol of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// `*`.
    Any,
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// Icmp, Esp, Ah: never ours.
    Other,
}

/// One source or destination of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressPrefix {
    /// `*`.
    Any,
    /// A prefix.
    Net(IpNet),
    /// A service tag, such as `VirtualNetwork` or `Internet`.
    Tag(String),
    /// An application security group.
    Group(crate::ResourceId),
}

/// An inclusive range of ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PortRange {
    /// First port.
    pub first: u16,
    /// Last port.
    pub last: u16,
}

spelled!(Access: Allow, Deny);

spelled!(Direction: Inbound, Outbound);

impl PortRange {
    /// `*`.
    pub const ANY: Self = Self { first: 0, last: u16::MAX };

    /// A single port.
    pub fn one(port: u16) -> Self {
        Self { first: port, last: port }
    }

    /// True when the port lies in the range.
    pub fn contains(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }

    /// Reads `*`, `443` or `1000-2000`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text == "*" {
            return Some(Self::ANY);
        }
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let range = Self { first: first.trim().parse().ok()?, last: last.trim().parse().ok()? };
        (range.first <= range.last).then_some(range)
    }
}

impl std::fmt::Display for PortRange {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.first, self.last) {
            (0, u16::MAX) => out.write_str("*"),
            (first, last) if first == last => write!(out, "{first}"),
            (first, last) => write!(out, "{first}-{last}"),
        }
    }
}

impl AddressPrefix {
    /// Reads `*`, a prefix, an address or a service tag.
    pub fn parse(text: &str) -> Self {
        let text = text.trim();
        if text == "*" || text.eq_ignore_ascii_case("any") {
            return Self::Any;
        }
        if let Ok(net) = text.parse::<IpNet>() {
            return Self::Net(net);
        }
        match text.parse::<std::net::IpAddr>() {
            Ok(address) => Self::Net(IpNet::from(address)),
            Err(_) => Self::Tag(text.to_owned()),
        }
    }
}

impl std::fmt::Display for AddressPrefix {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Any => out.write_str("*"),
            Self::Net(net) => net.fmt(out),
            Self::Tag(tag) => out.write_str(tag),
            Self::Group(id) => out.write_str(id.name()),
        }
    }
}
