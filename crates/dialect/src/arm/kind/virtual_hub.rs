//! How does ARM spell what is connected to a virtual hub?

use crate::arm::document::{Object, properties, set, set_reference};
use crate::arm::view::View;
use model::resource::{HubConnection, RoutingIntent, RoutingPolicy};
use model::{Known, Why};
use serde_json::{Value, json};
use std::borrow::Cow;

pub(super) fn read_connection(view: &View<'_>) -> HubConnection {
    HubConnection {
        network: view.id("remoteVirtualNetwork"),
        default_route: view.flag("enableInternetSecurity").map_or(Known::Unknown(Why::NotCollected), Known::Value),
    }
}

pub(super) fn write_connection(connection: &HubConnection, document: &mut Object) {
    let inner = properties(document);
    set_reference(inner, "remoteVirtualNetwork", connection.network.as_ref());
    if let Known::Value(given) = connection.default_route {
        set(inner, "enableInternetSecurity", Some(given.into()));
    }
}

pub(super) fn read_intent(view: &View<'_>) -> RoutingIntent {
    let policy = |policy: View<'_>| RoutingPolicy {
        name: policy.text("name").map_or_else(String::new, Cow::into_owned),
        destinations: policy.texts("destinations").into_iter().map(Cow::into_owned).collect(),
        next_hop: policy.id_text("nextHop"),
    };
    RoutingIntent { policies: view.objects("routingPolicies").map(policy).collect() }
}

pub(super) fn write_intent(intent: &RoutingIntent, document: &mut Object) {
    let policy = |policy: &RoutingPolicy| {
        let next_hop = policy.next_hop.as_ref().map(model::ResourceId::as_str);
        json!({ "name": policy.name, "destinations": policy.destinations, "nextHop": next_hop })
    };
    let policies: Value = intent.policies.iter().map(policy).collect();
    set(properties(document), "routingPolicies", Some(policies));
}

#[cfg(test)]
mod tests {
    use crate::arm::Reader;
    use model::{Body, ResourceId};

    /// After the answer to a GET in the examples of Azure's specification of virtual hubs, with names of ours.
    const INTENT: &str = r#"{"name": "intent", "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualHubs/hub/routingIntent/intent",
        "etag": "w/\\00000000-0000-0000-0000-000000000000\\", "type": "Microsoft.Network/virtualHubs/routingIntent",
        "properties": {"provisioningState": "Succeeded", "routingPolicies": [
          {"name": "InternetTraffic", "destinations": ["Internet"],
           "nextHop": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/azureFirewalls/firewall"},
          {"name": "PrivateTrafficPolicy", "destinations": ["PrivateTraffic"],
           "nextHop": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/azureFirewalls/firewall"}]}}"#;

    #[test]
    fn the_policy_for_private_traffic_is_told_from_that_for_the_internet() {
        let mut reader = Reader::new();
        reader.document(INTENT, "intent.json");
        let reading = reader.finish();
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        let Body::RoutingIntent(intent) = &reading.resources[0].body else { panic!("a routing intent") };
        let policy = intent.private_traffic().unwrap();
        assert_eq!(policy.name, "PrivateTrafficPolicy");
        assert_eq!(policy.next_hop.as_ref().map(ResourceId::name), Some("firewall"));
    }
}
