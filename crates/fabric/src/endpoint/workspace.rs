//! Which of its sub-resources do callers of a Databricks workspace need?

use model::{Fact, Mark};

/// The sub-resource of a workspace that its users and its clusters call.
pub const FRONT: &str = "databricks_ui_api";

/// What leads to a workspace whose public side is closed.
pub static WORKSPACE_FRONT: Fact = Fact {
    id: "closed-workspaces-are-reached-by-databricks-ui-api",
    text: "A Databricks workspace with publicNetworkAccess Disabled is reached by Private Link only, and the endpoint for its web application, its REST API and its clusters is one of the sub-resource databricks_ui_api; browser_authentication takes the callbacks of the sign-in for a whole region, and nothing else.",
    mark: Mark::Documented,
    source: "Azure documentation, databricks/security/network/classic/private-link.md and databricks/security/network/front-end/front-end-private-connect.md; SDK reference of publicNetworkAccess, read 2026-11-23",
};
