//! Is a Databricks workspace closed to the public side, with no endpoint that leads to it?

use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Sink, check};
use model::resource::{
    ConnectionState, DatabricksWorkspace, PrivateEndpoint, PublicNetworkAccess, WorkspaceConnection,
};
use model::{Because, FactRef, Known, ResourceId};
use path::endpoint::{FRONT, WORKSPACE_FRONT};

check! {
    /// ## What it finds
    ///
    /// A Databricks workspace whose public access is disabled and which has no approved private endpoint of
    /// the sub-resource `databricks_ui_api`.
    ///
    /// ## Why it breaks
    ///
    /// With public access disabled a workspace is reached by Private Link only. Its web application, its REST
    /// API and its clusters use the sub-resource `databricks_ui_api`. An endpoint of `browser_authentication`
    /// takes the callbacks of the sign-in, for all workspaces of a region: it does not lead to this one.
    /// Everybody is told "Unauthorized network access to workspace", and no role changes that.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Where the endpoint exists and only one network gets the message, the fault is that network's DNS or way.
    /// An endpoint that waits for approval is PEP001, one that was rejected or cut off PEP005 or PEP002:
    /// these are named in place of this. With public access enabled a workspace without an endpoint is reached,
    /// and nothing is said. Not judged: whether clients without a way to the internet miss an endpoint of
    /// `browser_authentication`, IP access lists of the workspace, network rules that `requiredNsgRules` wants,
    /// and the endpoints of serverless compute.
    ///
    /// ## How to repair
    ///
    /// Make a private endpoint for `databricks_ui_api` in a network that the users and the clusters reach, with
    /// a record in `privatelink.azuredatabricks.net`. Enabling public access also ends it, and opens the
    /// workspace.
    ///
    /// ## Sources
    ///
    /// Azure documentation: databricks/security/network/classic/private-link.md,
    /// databricks/security/network/front-end/front-end-private-connect.md; SDK reference of
    /// `publicNetworkAccess`.
    pub struct DatabricksUiApiMissingPe = {
        code: "PEP009",
        name: "databricks-ui-api-missing-pe",
        stage: Some(model::Stage::Endpoint),
        severity: Broken,
        summary: "The workspace lacks the endpoint for its user interface and API.",
        needs: [PrivateEndpoint],
        since: "0.1.0",
    }
}

impl Check for DatabricksUiApiMissingPe {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (id, workspace) in cx.snapshot().all::<DatabricksWorkspace>() {
            let Known::Value(connections) = &workspace.connections else { continue };
            let is_closed = workspace.public_network_access.is(&PublicNetworkAccess::Disabled);
            let leads = connections.iter().any(|connection| connection.is_for(FRONT) && may_lead(cx, connection));
            // The endpoint's side may know more than a list of the workspace that is some minutes old.
            let meant = cx.all::<PrivateEndpoint>().any(|(_, endpoint)| names(endpoint, id));
            if is_closed && !leads && !meant {
                out.push(finding(id, workspace, connections));
            }
        }
    }
}

/// False for a connection that is known to pass nothing; where its endpoint is in the snapshot another check
/// says so.
fn may_lead(cx: &Cx<'_>, connection: &WorkspaceConnection) -> bool {
    let endpoint = connection.private_endpoint.as_ref().and_then(|id| cx.find::<PrivateEndpoint>(id));
    match connection.state {
        Known::Value(ConnectionState::Approved) | Known::Unknown(_) => true,
        Known::Value(_) => endpoint.is_some(),
    }
}

/// What a connection is for; the state only where it passes nothing.
fn told(connection: &WorkspaceConnection) -> String {
    let groups = connection.group_ids.join(", ");
    match &connection.state {
        Known::Value(ConnectionState::Approved) | Known::Unknown(_) => groups,
        Known::Value(state) => format!("{groups} ({})", state.word()),
    }
}

/// True when an endpoint of the snapshot is for the front of the workspace, in whatever state.
fn names(endpoint: &PrivateEndpoint, workspace: &ResourceId) -> bool {
    endpoint.connections.iter().any(|connection| {
        connection.target.as_ref() == Some(workspace)
            && connection.group_ids.iter().any(|group| group.eq_ignore_ascii_case(FRONT))
    })
}

fn finding(id: &ResourceId, workspace: &DatabricksWorkspace, connections: &[WorkspaceConnection]) -> Finding {
    let name = id.name();
    let groups: Vec<String> = connections.iter().map(told).collect();
    let has = match groups.as_slice() {
        [] => format!("{name} has no private endpoint connection"),
        groups => format!("the connections of {name} are for {}", groups.join(", ")),
    };
    let closed = format!("public access of {name} is disabled");
    let mut evidence = vec![
        Evidence::fact(closed, &FactRef::new(id, "publicNetworkAccess", "Disabled")),
        Evidence::fact(has, &FactRef::new(id, "privateEndpointConnections", groups.join(", "))),
    ];
    if let Some(rules) = workspace.required_nsg_rules.as_deref().filter(|rules| *rules == "NoAzureDatabricksRules") {
        let text = "its clusters are meant to reach it by the same endpoint";
        evidence.push(Evidence::fact(text, &FactRef::new(id, "requiredNsgRules", rules)));
    }
    let rule = Evidence::of(&Because::default().rule(&WORKSPACE_FRONT));
    let title = format!("nobody reaches workspace {name}: it has no endpoint for {FRONT}");
    let remedy = Remedy::manual(
        format!("make a private endpoint for {FRONT} of {name}"),
        vec![
            format!("its group id is {FRONT} (az network private-endpoint create --group-id {FRONT})"),
            "in a network that its users and its clusters reach, with a zone group for \
             privatelink.azuredatabricks.net"
                .to_owned(),
        ],
    );
    let finding = Finding::new(DatabricksUiApiMissingPe::META, title).on(id);
    finding.shown_by(evidence).shown_by(rule).repaired_by(remedy)
}
