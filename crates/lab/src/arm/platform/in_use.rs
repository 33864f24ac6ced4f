//! Which deletion does ARM refuse, because something else stands on it?

use crate::arm::Answer;
use crate::store::Store;
use model::ResourceId;
use serde_json::Value;

const SUBNET: &str = "Microsoft.Network/virtualNetworks/subnets";
const NETWORK: &str = "Microsoft.Network/virtualNetworks";
const GROUP: &str = "Microsoft.Network/networkSecurityGroups";
const ROUTES: &str = "Microsoft.Network/routeTables";
const ZONE: &str = "Microsoft.Network/privateDnsZones";

/// The refusal, if there is one.
pub(super) fn refusal(store: &Store, id: &ResourceId) -> Option<Answer> {
    let kind = id.resource_type();
    let is = |known: &str| kind.eq_ignore_ascii_case(known);
    if is(SUBNET) {
        return subnet(store, id, id);
    }
    if is(NETWORK) {
        let subnets: Vec<ResourceId> = store.children(id, "subnets").map(|(subnet, _)| subnet.clone()).collect();
        return subnets.iter().find_map(|one| subnet(store, one, id));
    }
    if is(ZONE) {
        store.children(id, "virtualNetworkLinks").next()?;
        let words = "Can not delete resource before nested resources are deleted.";
        return Some(Answer::error(409, "CannotDeleteResource", words));
    }
    let (code, what) = match () {
        () if is(GROUP) => ("InUseNetworkSecurityGroupCannotBeDeleted", "Network security group"),
        () if is(ROUTES) => ("InUseRouteTableCannotBeDeleted", "Route table"),
        () => return None,
    };
    let user = user(store, id, id)?;
    let words = format!("{what} {} cannot be deleted because it is in use by {}.", id.name(), user.as_str());
    Some(Answer::error(400, code, &words))
}

/// A subnet goes only when nobody stands in it.
fn subnet(store: &Store, id: &ResourceId, network: &ResourceId) -> Option<Answer> {
    let user = user(store, id, &id.parent().unwrap_or_else(|| network.clone()))?;
    let words = format!(
        "Subnet {} is in use by {} and cannot be deleted. In order to delete the subnet, delete all the resources \
         within the subnet.",
        id.name(),
        user.as_str()
    );
    Some(Answer::error(400, "InUseSubnetCannotBeDeleted", &words))
}

/// A resource outside of `whole` that names this one.
fn user<'s>(store: &'s Store, id: &ResourceId, whole: &ResourceId) -> Option<&'s ResourceId> {
    let below = format!("{}/", whole.key());
    let mut others = store.below("").filter(|(other, _)| *other != whole && !other.key().starts_with(&below));
    others.find(|(_, document)| names(document, id)).map(|(other, _)| other)
}

/// True when a text anywhere in a document is this id.
fn names(document: &Value, id: &ResourceId) -> bool {
    match document {
        Value::String(text) => text.eq_ignore_ascii_case(id.as_str()),
        Value::Array(values) => values.iter().any(|value| names(value, id)),
        Value::Object(members) => members.values().any(|value| names(value, id)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}
