//! How is the traffic for an endpoint taken away from a user route?

use crate::sent_to;
use finding::{Cx, Remedy, Safety};
use model::resource::{NetworkPolicies, Subnet};
use model::{Change, Known, ResourceId};
use path::Trace;

/// The remedies: the policy of the endpoint's subnet, where it is what lets the route win, and the route.
pub(crate) fn without(cx: &Cx<'_>, trace: &Trace, route: &ResourceId) -> Vec<Remedy> {
    let exempt = sent_to::endpoint(cx, trace).and_then(|(_, to)| exempt(cx, &to.subnet));
    exempt.into_iter().chain(deleted(route)).collect()
}

/// The remedy that takes the route away.
pub(crate) fn deleted(route: &ResourceId) -> Vec<Remedy> {
    let table = route.parent().map(|table| table.name().to_owned()).unwrap_or_default();
    let delete = Remedy::new(
        format!("delete route {} of {table}", route.name()),
        Safety::Review,
        vec![Change::Delete(route.clone())],
    )
    .needing("Microsoft.Network/routeTables/routes/delete", &table)
    .saying("whatever else it kept from going there can go there again");
    vec![delete]
}

/// The policy without its half for route tables.
fn exempt(cx: &Cx<'_>, subnet: &ResourceId) -> Option<Remedy> {
    let Known::Value(policies) = &cx.find::<Subnet>(subnet)?.private_endpoint_network_policies else { return None };
    let wanted = match policies {
        NetworkPolicies::Enabled => "NetworkSecurityGroupEnabled",
        NetworkPolicies::RouteTableEnabled => "Disabled",
        NetworkPolicies::Disabled | NetworkPolicies::NetworkSecurityGroupEnabled => return None,
    };
    let title = format!("exempt the endpoints in {} from route tables", subnet.name());
    let change = Change::set(subnet, "privateEndpointNetworkPolicies", wanted);
    Some(
        Remedy::new(title, Safety::Review, vec![change])
            .needing("Microsoft.Network/virtualNetworks/subnets/write", subnet.name())
            .saying("traffic to every endpoint there then goes straight to it, past any appliance"),
    )
}
