//! What does an Azure Virtual Network Manager enforce? Its security admin rules, and for whom.

use super::Conditions;
use crate::{Known, ResourceId};

/// A network manager. Its groups, rule collections and rules are child resources.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkManager {
    /// Whether it may have security admin rules: `networkManagerScopeAccesses` has `SecurityAdmin`.
    pub security_admin: Known<bool>,
}

/// A member that was put into a network group by hand; others come by policy, which no list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkGroupMember {
    /// The virtual network.
    pub resource: Option<ResourceId>,
}

/// A collection of security admin rules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdminRuleCollection {
    /// The network groups that it is for.
    pub groups: Vec<ResourceId>,
}

/// A security admin rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdminRule {
    /// Lower is first.
    pub priority: u16,
    /// What happens to a match.
    pub access: AdminAccess,
    /// What it matches.
    pub when: Conditions,
}

/// What a security admin rule does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AdminAccess {
    /// Lets the packet on to the security groups.
    Allow,
    /// Lets the packet through; security groups are not asked.
    AlwaysAllow,
    /// Drops it; security groups are not asked.
    Deny,
}

spelled!(AdminAccess: Allow, AlwaysAllow, Deny);

/// The security admin rules that Azure applies to a virtual network, whose child it is here: what
/// `listNetworkManagerEffectiveSecurityAdminRules` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EffectiveAdminRules {
    /// Each rule with its id.
    pub rules: Vec<(ResourceId, AdminRule)>,
}

impl EffectiveAdminRules {
    /// The id of what applies to a network.
    pub fn id_of(network: &ResourceId) -> ResourceId {
        network.child("listNetworkManagerEffectiveSecurityAdminRules", "effective")
    }
}
