//! What does the network provider tell that nobody wrote as a resource? What service tags hold, and which security
//! admin rules apply to a network.

use super::answer::Answer;
use crate::store::Store;
use model::ResourceId;
use serde_json::{Value, json};

/// `…/locations/LOCATION/serviceTags`: the published list, whatever the location. A scenario that says nothing of
/// tags has a list without any.
pub(super) fn service_tags(store: &Store) -> Answer {
    let kept = store.below("/providers/Microsoft.Network/serviceTags").map(|(_, document)| document).next();
    let told = |member: &str| kept.and_then(|document| document["properties"].get(member)).cloned();
    let id = format!("/subscriptions/{}/providers/Microsoft.Network/serviceTags/Public", store.subscription());
    let of = |tag: Value| {
        let mut tag = tag;
        if let Some(inner) = tag["properties"].as_object_mut() {
            inner.insert("changeNumber".to_owned(), json!("1"));
            inner.insert("region".to_owned(), json!(""));
        }
        tag
    };
    let values: Vec<Value> = match told("values") {
        Some(Value::Array(values)) => values.into_iter().map(of).collect(),
        _ => Vec::new(),
    };
    let document = json!({
        "name": "Public", "id": id, "type": "Microsoft.Network/serviceTags",
        "changeNumber": told("changeNumber").unwrap_or_else(|| json!("1")), "cloud": "Public", "values": values,
    });
    Answer::document(200, document)
}

/// `listNetworkManagerEffectiveSecurityAdminRules` of a network; `None` for another action.
pub(super) fn effective_admin_rules(store: &Store, network: &ResourceId, action: &str) -> Option<Answer> {
    const ACTION: &str = "listNetworkManagerEffectiveSecurityAdminRules";
    let is_network = network.resource_type().eq_ignore_ascii_case("Microsoft.Network/virtualNetworks");
    if !is_network || !action.eq_ignore_ascii_case(ACTION) {
        return None;
    }
    if !store.has(network) {
        return Some(Answer::not_found(network));
    }
    let kept = store.raw(&network.child(ACTION, "effective"));
    let rules = match kept.map(|document| document["properties"]["value"].clone()) {
        Some(Value::Array(rules)) => rules,
        _ => Vec::new(),
    };
    let shown: Vec<Value> = rules.into_iter().map(|rule| with_its_collection(store, rule)).collect();
    Some(Answer::document(200, json!({ "value": shown, "skipToken": "" })))
}

/// A rule, with what Azure adds from the collection and the configuration that it stands in.
fn with_its_collection(store: &Store, mut rule: Value) -> Value {
    let id = rule["id"].as_str().and_then(ResourceId::parse);
    let collection = id.and_then(|id| id.parent());
    let kept = collection.as_ref().and_then(|collection| store.raw(collection));
    let groups = kept.map_or_else(|| json!([]), |document| document["properties"]["appliesToGroups"].clone());
    let named = groups.as_array().into_iter().flatten().filter_map(|group| group.get("networkGroupId"));
    let shown: Vec<Value> = named.map(|id| json!({ "id": id, "properties": {} })).collect();
    if let Some(object) = rule.as_object_mut() {
        object.insert("ruleCollectionAppliesToGroups".to_owned(), groups);
        object.insert("ruleGroups".to_owned(), Value::Array(shown));
    }
    rule
}
