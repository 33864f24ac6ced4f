//! Is a virtual network connected to a virtual hub (Virtual WAN), whose routes no snapshot holds?

mod intent;

pub use intent::{Intent, ROUTING_INTENT, routing_intent};

use crate::networks::peers;
use model::resource::{HubConnection, VirtualNetwork};
use model::{Because, Fact, FactRef, Known, Mark, ResourceId, Snapshot};
use std::collections::BTreeMap;

/// What a hub does for the networks that are connected to it.
pub(crate) static HUB_ROUTES: Fact = Fact {
    id: "virtual-hubs-route-between-what-is-connected",
    text: "A virtual hub routes between the networks, places and other hubs that are connected to it, private endpoints in these networks included: by route tables, labels and routing intent of its own, and with no peering between the networks.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-wan/about-virtual-hub-routing.md and virtual-wan/howto-private-link.md, read 2026-11-23",
};

/// What a hub does with the internet.
pub(crate) static HUB_DEFAULT: Fact = Fact {
    id: "virtual-hubs-may-give-a-default-route",
    text: "A virtual hub gives a connected network the default route that it has, from routing intent, a static route or a place, unless the connection switches that off (enableInternetSecurity).",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-wan/about-internet-routing.md and virtual-wan/about-virtual-hub-routing.md (routing intent), read 2026-11-23",
};

/// What a hub leaves in a network that is connected to it.
pub(crate) static HUB_PEERING: Fact = Fact {
    id: "virtual-hubs-leave-a-peering-in-what-is-connected",
    text: "Connecting a network to a virtual hub puts a peering into it, RemoteVnetToHubPeering_ and a GUID, with a network of Azure's own (HV_, the hub's name and a GUID) that no list shows.",
    mark: Mark::Recorded,
    source: "github.com/MicrosoftDocs/azure-docs issue 107338, and the peerings of exported networks in public repositories, read 2026-11-23",
};

/// How the peering is called that a hub makes in a network that is connected to it.
const MADE_BY_A_HUB: &str = "RemoteVnetToHubPeering_";

/// That a network is connected to a hub.
#[derive(Debug)]
pub(crate) struct Hung {
    /// What tells it.
    pub(crate) because: Because,
    /// Whether the hub gives the network the default route that it has.
    pub(crate) default_route: Known<bool>,
}

/// The hub that a network is connected to: by its connection, or by the peering that the hub made in it where
/// the hub is not in the snapshot. A network has one hub at most.
pub(crate) fn hub(snapshot: &Snapshot, network: &ResourceId) -> Option<Hung> {
    let mut all = snapshot.all::<HubConnection>();
    if let Some((id, connection)) = all.find(|(_, connection)| connection.network.as_ref() == Some(network)) {
        let hub = id.parent();
        let hub = hub.as_ref().map_or("of another name", |hub| hub.name());
        let intent = routing_intent(snapshot, network);
        let through = intent.as_ref().and_then(|intent| intent.through.as_ref()).map(ResourceId::name);
        let rest = match (&intent, through) {
            (Some(_), Some(through)) => {
                format!("which sends private traffic through {through}, and what that lets through is not read")
            }
            (Some(_), None) => "which sends private traffic through a firewall, and its rules are not read".to_owned(),
            (None, _) => "whose routes are not read".to_owned(),
        };
        let text = format!("{} is connected to virtual hub {hub}, {rest}", network.name());
        let fact = FactRef::new(id, "remoteVirtualNetwork.id", network.as_str());
        let mut because = Because::new(text).fact(fact).rule(&HUB_ROUTES);
        if let Some(intent) = intent {
            because = because.fact(intent.told);
        }
        return Some(Hung { because, default_route: connection.default_route.clone() });
    }
    let (id, remote) = peers(snapshot, network).find(|(id, remote)| made_by_a_hub(snapshot, id, remote))?;
    let text = format!(
        "{} is connected to a virtual hub, by the name of its peering {}, and the hub's routes are not read",
        network.name(),
        id.name()
    );
    let fact = FactRef::new(id, "remoteVirtualNetwork.id", remote.as_str());
    let because = Because::new(text).fact(fact).rule(&HUB_ROUTES).rule(&HUB_PEERING);
    Some(Hung { because, default_route: Known::Unknown(model::Why::NotCollected) })
}

/// True for the peering with a network of Azure's own that stands for a hub; it is in no list.
pub(crate) fn made_by_a_hub(snapshot: &Snapshot, peering: &ResourceId, remote: &ResourceId) -> bool {
    let start = peering.name().get(..MADE_BY_A_HUB.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(MADE_BY_A_HUB))
        && snapshot.find::<VirtualNetwork>(remote).is_none()
}

/// The hub of every network that has a connection to one, word for word.
pub(crate) fn told(snapshot: &Snapshot) -> BTreeMap<&ResourceId, String> {
    let all = snapshot.all::<HubConnection>();
    let of = |(id, connection): (&ResourceId, &'_ HubConnection)| {
        format!("{:?} {:?}", id.parent(), connection.default_route)
    };
    all.filter_map(|(id, connection)| Some((connection.network.as_ref()?, of((id, connection))))).collect()
}

#[cfg(test)]
mod tests;
