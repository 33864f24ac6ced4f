//! What did a check see at another place, and what did DNS servers answer there?

use crate::{DnsName, Observation, ResourceId, Target};
use std::net::IpAddr;

/// What a check saw at another place or another time, as its report tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elsewhere {
    /// What the report is called, such as the name of its file.
    pub file: String,
    /// When it was made, RFC 3339.
    pub taken: String,
    /// Where it was made: the short form of the command line, such as `vm/app`.
    pub vantage: String,
    /// The resource that it was made at, if the report names one.
    pub resource: Option<ResourceId>,
    /// What was called.
    pub to: Target,
    /// What was measured.
    pub observations: Vec<Observation>,
}

/// What a DNS server was seen to answer to one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerSeen {
    /// The server.
    pub server: IpAddr,
    /// Where it was asked from.
    pub asker: Asker,
    /// The name.
    pub name: DnsName,
    /// The aliases that the answer follows, in order.
    pub aliases: Vec<DnsName>,
    /// The addresses; empty when the answer says that there are none.
    pub addresses: Vec<IpAddr>,
    /// When, RFC 3339.
    pub at: String,
    /// Who saw it, in words that follow "seen", such as `from vm/app at … in seen.json`.
    pub by: String,
}

/// Where a server was asked from, which says which server an address means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asker {
    /// A virtual network.
    Network {
        /// The network.
        network: ResourceId,
        /// The subnet, if that is known.
        subnet: Option<ResourceId>,
    },
    /// A place outside of Azure, by name.
    Site(String),
}
