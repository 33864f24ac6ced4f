//! Who is a resource to Microsoft Entra ID, and which role was given to whom?

use crate::ResourceId;

/// The managed identities of a resource. What ARM does not mention is not there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The object id of its own identity, in lower case.
    pub system: Option<String>,
    /// The user-assigned identities, each with its object id in lower case where that is told.
    pub user: Vec<(ResourceId, Option<String>)>,
}

/// A role that was given to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleAssignment {
    /// `principalId`: the object id of who has it, in lower case.
    pub principal: String,
    /// `principalType`, such as `ServicePrincipal` or `Group`.
    pub principal_type: Option<String>,
    /// The id of the role: the last segment of `roleDefinitionId`, in lower case.
    pub role: String,
    /// `scope`: it holds for this and all below; in lower case, without a slash at its end.
    pub scope: String,
}

impl RoleAssignment {
    /// True when it holds for a resource.
    pub fn covers(&self, resource: &ResourceId) -> bool {
        resource.key().strip_prefix(self.scope.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            // The subscriptions that belong to a management group are not told: whatever is listed applies.
            || self.scope.starts_with("/providers/microsoft.management/managementgroups/")
    }
}
