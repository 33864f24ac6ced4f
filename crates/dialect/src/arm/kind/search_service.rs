//! How does ARM spell a search service and its shared private links?

use super::cognitive_services::net;
use crate::arm::document::{Object, properties, set, within};
use crate::arm::view::View;
use model::Known;
use model::resource::{ConnectionState, PublicNetworkAccess, SearchService, SharedPrivateLink};
use serde_json::{Value, json};
use std::borrow::Cow;

pub(super) fn read(view: &View<'_>) -> SearchService {
    let rules = view.within("networkRuleSet");
    SearchService {
        public_network_access: view
            .word("publicNetworkAccess", PublicNetworkAccess::parse, "enabled, disabled or securedByPerimeter")
            .into(),
        ip_rules: rules
            .objects("ipRules")
            .filter_map(|rule| rule.word("value", net, "an address or a prefix"))
            .collect(),
        bypass: rules.text("bypass").map(Cow::into_owned),
    }
}

pub(super) fn write(service: &SearchService, document: &mut Object) {
    let inner = properties(document);
    if let Known::Value(public) = service.public_network_access {
        let word = match public {
            PublicNetworkAccess::Enabled => "enabled",
            PublicNetworkAccess::Disabled => "disabled",
            PublicNetworkAccess::SecuredByPerimeter => "securedByPerimeter",
        };
        set(inner, "publicNetworkAccess", Some(word.into()));
    }
    if service.bypass.is_some() || !service.ip_rules.is_empty() || inner.contains_key("networkRuleSet") {
        let rules = within(inner, "networkRuleSet");
        set(rules, "bypass", service.bypass.clone().map(Into::into));
        let addresses: Value = service.ip_rules.iter().map(|net| json!({ "value": net.to_string() })).collect();
        set(rules, "ipRules", Some(addresses));
    }
}

pub(super) fn read_link(view: &View<'_>) -> SharedPrivateLink {
    SharedPrivateLink {
        target: view.id_text("privateLinkResourceId"),
        group_id: view.text("groupId").map(Cow::into_owned),
        status: view.word("status", ConnectionState::parse, "Approved, Pending, Rejected or Disconnected").into(),
        provisioning_state: view.text("provisioningState").map(Cow::into_owned).into(),
        region: view.text("resourceRegion").map(Cow::into_owned),
    }
}

pub(super) fn write_link(link: &SharedPrivateLink, document: &mut Object) {
    let inner = properties(document);
    set(inner, "privateLinkResourceId", link.target.as_ref().map(|id| id.as_str().into()));
    set(inner, "groupId", link.group_id.clone().map(Into::into));
    if let Known::Value(status) = link.status {
        set(inner, "status", Some(status.word().into()));
    }
    if let Known::Value(state) = &link.provisioning_state {
        set(inner, "provisioningState", Some(state.clone().into()));
    }
    if link.region.is_some() || inner.contains_key("resourceRegion") {
        set(inner, "resourceRegion", link.region.clone().map(Into::into));
    }
}

#[cfg(test)]
mod tests {
    use crate::arm::{Reader, write};
    use model::resource::{ConnectionState, PublicNetworkAccess, SearchService, SharedPrivateLink};
    use model::{Extent, Kind, Known, Snapshot};

    /// After the answer to a GET in the examples of Azure's specification of Microsoft.Search, with names of ours, and
    /// the link of its documentation (search-indexer-howto-access-private.md) in the list that the service carries.
    const SERVICE: &str = r#"{"id": "/subscriptions/s/resourceGroups/rg1/providers/Microsoft.Search/searchServices/mysearchservice",
        "name": "mysearchservice", "location": "westus", "type": "Microsoft.Search/searchServices",
        "sku": {"name": "standard"}, "identity": {"type": "SystemAssigned", "principalId": "AAA"},
        "properties": {"replicaCount": 3, "partitionCount": 1, "status": "running", "statusDetails": "",
          "hostingMode": "default", "provisioningState": "succeeded", "publicNetworkAccess": "disabled",
          "networkRuleSet": {"ipRules": [{"value": "123.4.5.6"}, {"value": "123.4.6.0/18"}], "bypass": "AzureServices"},
          "privateEndpointConnections": [],
          "sharedPrivateLinkResources": [
            {"id": "/subscriptions/s/resourceGroups/rg1/providers/Microsoft.Search/searchServices/mysearchservice/sharedPrivateLinkResources/blob-pe",
             "name": "blob-pe", "type": "Microsoft.Search/searchServices/sharedPrivateLinkResources",
             "properties": {"privateLinkResourceId": "/subscriptions/s/resourceGroups/contoso/providers/Microsoft.Storage/storageAccounts/contoso-storage",
               "groupId": "blob", "requestMessage": "please approve", "status": "Approved", "resourceRegion": null, "provisioningState": "Succeeded"}}]}}"#;

    fn read(text: &str) -> Snapshot {
        let mut reader = Reader::new();
        reader.document(text, "search.json");
        let reading = reader.finish();
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        Snapshot::new(reading.resources, reading.coverage)
    }

    #[test]
    fn a_service_brings_the_links_that_it_carries() {
        let snapshot = read(SERVICE);
        let (id, service) = snapshot.all::<SearchService>().next().unwrap();
        assert_eq!(service.public_network_access, Known::Value(PublicNetworkAccess::Disabled));
        assert_eq!((service.ip_rules.len(), service.bypass.as_deref()), (2, Some("AzureServices")));
        let resource = snapshot.get(id).unwrap();
        assert_eq!(resource.sku.as_deref(), Some("standard"));
        assert_eq!(resource.identity.as_ref().and_then(|identity| identity.system.as_deref()), Some("aaa"));
        let (_, link) = snapshot.all::<SharedPrivateLink>().next().unwrap();
        assert_eq!((link.group_id.as_deref(), &link.status), (Some("blob"), &Known::Value(ConnectionState::Approved)));
        assert_eq!(link.target.as_ref().map(model::ResourceId::name), Some("contoso-storage"));
        assert_eq!((link.is_under_way(), &link.region), (false, &None));
        assert_eq!(snapshot.coverage().of_children(id, Kind::SharedPrivateLink), Extent::Complete);
    }

    #[test]
    fn what_is_written_comes_back() {
        let snapshot = read(SERVICE);
        for resource in snapshot.iter() {
            let again = read(&serde_json::Value::from(write(resource)).to_string());
            assert_eq!(again.get(&resource.id).map(|again| &again.body), Some(&resource.body));
        }
    }

    #[test]
    fn a_service_that_does_not_say_whether_it_has_links_leaves_it_open() {
        let text = r#"{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Search/searchServices/t",
            "properties": {"publicNetworkAccess": "enabled"}}"#;
        let snapshot = read(text);
        let (id, _) = snapshot.all::<SearchService>().next().unwrap();
        assert!(!snapshot.coverage().of_children(id, Kind::SharedPrivateLink).is_whole());
    }
}
