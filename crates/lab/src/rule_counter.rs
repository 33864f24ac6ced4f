//! What became of packets, as the kernel counted: what did a rule, a route or a host do to them?

use serde::{Deserialize, Serialize};

/// One thing that decides about packets, and what it did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleCounter {
    /// The network whose router counted: the name of a virtual network or of a site.
    pub network: String,
    /// What decided.
    #[serde(default)]
    pub kind: CounterKind,
    /// Where it stands: `Inbound` or `Outbound` and the security group's name; the route table; the host.
    pub group: String,
    /// Priority and name of a security rule; prefix and name of a route; in other kinds words.
    pub rule: String,
    /// True when it drops.
    pub denies: bool,
    /// How many packets it decided about; replies are not asked about.
    pub packets: u64,
}

/// What kind of thing decides about packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CounterKind {
    /// A rule of a network security group.
    #[default]
    SecurityRule,
    /// A user's route.
    Route,
    /// A peering that lets no forwarded traffic in.
    Peering,
    /// A host that is no appliance, and gets packets for others.
    Host,
    /// A router: no route, or nobody has the address.
    Router,
    /// An endpoint that nobody approved.
    Endpoint,
}
