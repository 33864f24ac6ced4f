//! What do private DNS zones, their links and their records say?

use crate::{DnsName, Known, ResourceId, Value};
use std::net::IpAddr;

/// A private DNS zone; its name is the last segment of its id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrivateDnsZone {
    /// `numberOfRecordSets`, the SOA among them.
    pub record_sets: Option<u64>,
    /// `numberOfVirtualNetworkLinks`.
    pub links: Option<u64>,
}

/// A link of a zone to a virtual network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VirtualNetworkLink {
    /// The virtual network.
    pub virtual_network: Option<ResourceId>,
    /// `registrationEnabled`.
    pub registration_enabled: bool,
    /// `resolutionPolicy`; a link without one has the default.
    pub resolution_policy: ResolutionPolicy,
    /// `virtualNetworkLinkState`.
    pub state: Known<LinkState>,
}

/// What a linked zone does with a name that it does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ResolutionPolicy {
    /// NXDOMAIN.
    #[default]
    Default,
    /// The public answer ("Enable fallback to internet").
    NxDomainRedirect,
}

/// The state of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkState {
    /// Ready.
    Completed,
    /// Not yet.
    InProgress,
}

/// A record set; its relative name is the last segment of its id, its type the segment before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSet {
    /// Its type.
    pub record_type: RecordType,
    /// Time to live in seconds.
    pub ttl: Option<u32>,
    /// What it says.
    pub data: RecordData,
    /// `metadata.creator`: the text that a zone group leaves on the records it keeps.
    pub creator: Option<String>,
}

/// The type of a record set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordType {
    /// IPv4 addresses.
    A,
    /// IPv6 addresses.
    Aaaa,
    /// An alias.
    Cname,
    /// Mail exchangers.
    Mx,
    /// A name for an address.
    Ptr,
    /// The start of the zone's authority; every zone has one.
    Soa,
    /// Places of a service.
    Srv,
    /// Texts.
    Txt,
    /// Any other type.
    Other,
}

/// The contents of a record set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordData {
    /// Addresses, for A and AAAA.
    Addresses(Vec<IpAddr>),
    /// The target of an alias.
    Alias(DnsName),
    /// Anything else: no question for an address is answered with it, and the document keeps it.
    Other,
}

impl Default for VirtualNetworkLink {
    fn default() -> Self {
        Self {
            virtual_network: None,
            registration_enabled: false,
            resolution_policy: ResolutionPolicy::Default,
            state: None.into(),
        }
    }
}

spelled!(ResolutionPolicy: Default, NxDomainRedirect);

spelled!(LinkState: Completed, InProgress);

impl RecordType {
    /// Every type that private zones know.
    pub const ALL: [Self; 8] = [Self::A, Self::Aaaa, Self::Cname, Self::Mx, Self::Ptr, Self::Soa, Self::Srv, Self::Txt];

    /// The segment of the id.
    pub fn word(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::Aaaa => "AAAA",
            Self::Cname => "CNAME",
            Self::Mx => "MX",
            Self::Ptr => "PTR",
            Self::Soa => "SOA",
            Self::Srv => "SRV",
            Self::Txt => "TXT",
            Self::Other => "",
        }
    }

    /// The type of a segment.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|known| known.word().eq_ignore_ascii_case(word)).unwrap_or(Self::Other)
    }
}

impl RecordSet {
    /// Addresses, if it has any.
    pub fn addresses(&self) -> &[IpAddr] {
        match &self.data {
            RecordData::Addresses(addresses) => addresses,
            RecordData::Alias(_) | RecordData::Other => &[],
        }
    }
}

impl VirtualNetworkLink {
    pub(super) fn set(&mut self, property: &str, value: &Value) -> Option<()> {
        match property {
            "resolutionPolicy" => self.resolution_policy = ResolutionPolicy::parse(value.text()?)?,
            "virtualNetworkLinkState" => self.state = Known::Value(LinkState::parse(value.text()?)?),
            _ => return None,
        }
        Some(())
    }
}
