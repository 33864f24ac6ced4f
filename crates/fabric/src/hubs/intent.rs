//! What does the routing intent of a virtual hub send through a firewall of the hub?

use model::resource::{HubConnection, RoutingIntent};
use model::{Fact, FactRef, Mark, ResourceId, Snapshot};

/// What routing intent does with private endpoints.
pub static ROUTING_INTENT: Fact = Fact {
    id: "routing-intent-misses-endpoints-without-route-table-policy",
    text: "A routing policy for private traffic sends what goes between networks, places and hubs through the firewall of the hub. Traffic from places to private endpoints in connected networks goes past that firewall while their replies are sent to it, which can lead to loss of connectivity, unless the network policies of the endpoint's subnet apply route tables; routes of /32 in the list of private prefixes do not help.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-wan/how-to-routing-policies.md (2025-08-01) and firewall-manager/private-link-inspection-secure-virtual-hub.md, read 2026-11-23",
};

/// The private traffic of a network that a hub sends through a firewall of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The hub.
    pub hub: ResourceId,
    /// The firewall, appliance or service in the hub, where it is told.
    pub through: Option<ResourceId>,
    /// What of the estate tells it.
    pub told: FactRef,
}

/// The routing intent for private traffic of the hub that a network is connected to.
pub fn routing_intent(snapshot: &Snapshot, network: &ResourceId) -> Option<Intent> {
    let mut connections = snapshot.all::<HubConnection>();
    let (connection, _) = connections.find(|(_, connection)| connection.network.as_ref() == Some(network))?;
    let hub = connection.parent()?;
    let mut intents = snapshot.children::<RoutingIntent>(&hub);
    let (id, policy) = intents.find_map(|(id, intent)| Some((id, intent.private_traffic()?)))?;
    let value = policy.next_hop.as_ref().map_or("", ResourceId::as_str);
    let told = FactRef::new(id, "routingPolicies.nextHop", value);
    Some(Intent { hub, through: policy.next_hop.clone(), told })
}
