//! What did a rule of a security group do to packets, as the kernel counted?

use serde::{Deserialize, Serialize};

/// One rule, and what it did.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RuleCounter {
    /// The virtual network whose router asked.
    pub network: String,
    /// `Inbound` or `Outbound`, and the group's name.
    pub group: String,
    /// Priority and name of the rule.
    pub rule: String,
    /// True when it drops.
    pub denies: bool,
    /// How many packets it decided about; replies are not asked about.
    pub packets: u64,
}
