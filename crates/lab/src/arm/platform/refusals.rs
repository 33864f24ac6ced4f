//! Which write does ARM refuse, because a name, a reference or a rule cannot be?

use super::{LINK, id_at};
use crate::arm::Answer;
use crate::store::Store;
use model::{DnsName, ResourceId};
use serde_json::Value;

const ZONE: &str = "Microsoft.Network/privateDnsZones";
const RULE: &str = "Microsoft.Network/networkSecurityGroups/securityRules";

/// Where the documents of a kind name other resources that have to be there.
const REFERENCES: [(&str, &[&str]); 4] = [
    (
        "Microsoft.Network/virtualNetworks/subnets",
        &["/properties/networkSecurityGroup/id", "/properties/routeTable/id"],
    ),
    ("Microsoft.Network/virtualNetworks/virtualNetworkPeerings", &["/properties/remoteVirtualNetwork/id"]),
    (
        "Microsoft.Network/privateEndpoints",
        &[
            "/properties/subnet/id",
            "/properties/privateLinkServiceConnections/0/properties/privateLinkServiceId",
            "/properties/manualPrivateLinkServiceConnections/0/properties/privateLinkServiceId",
        ],
    ),
    (LINK, &["/properties/virtualNetwork/id"]),
];

/// The refusal, if there is one.
pub(super) fn refusal(store: &Store, id: &ResourceId, body: &Value) -> Option<Answer> {
    let kind = id.resource_type();
    let is = |known: &str| kind.eq_ignore_ascii_case(known);
    name(id, is(ZONE), &kind)
        .or_else(|| reference(store, id, body, &kind))
        .or_else(|| is(LINK).then(|| overlap(store, id, body)).flatten())
        .or_else(|| is(RULE).then(|| rule(store, id, body)).flatten())
}

/// A zone has the name of a domain; what else the network's provider has keeps to letters, digits, `_`, `.`, `-`.
fn name(id: &ResourceId, zone: bool, kind: &str) -> Option<Answer> {
    let name = id.name();
    if zone {
        let words = format!("The domain name '{name}' of the private DNS zone is invalid.");
        return DnsName::parse(name).is_err().then(|| Answer::error(400, "BadRequest", &words));
    }
    let kind = kind.to_ascii_lowercase();
    if !kind.starts_with("microsoft.network/") || kind.starts_with("microsoft.network/privatednszones/") {
        return None;
    }
    let word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let good = name.len() <= 80
        && name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.ends_with(word)
        && name.chars().all(|letter| word(letter) || letter == '.' || letter == '-');
    let words = format!(
        "Resource name {name} is invalid. The name can be up to 80 characters long. It must begin with a word \
         character, and it must end with a word character or with '_'. The name may contain word characters or '.', \
         '-', '_'."
    );
    (!good).then(|| Answer::error(400, "InvalidResourceName", &words))
}

/// A reference that the write brings along leads to something. One that was there before is left alone.
fn reference(store: &Store, id: &ResourceId, body: &Value, kind: &str) -> Option<Answer> {
    let (_, pointers) = REFERENCES.iter().find(|(known, _)| known.eq_ignore_ascii_case(kind))?;
    let before = |pointer: &str| store.raw(id).and_then(|document| id_at(document, pointer));
    let own = |other: &ResourceId| other.subscription().is_some_and(|it| it.eq_ignore_ascii_case(store.subscription()));
    let named = pointers.iter().filter_map(|pointer| Some((*pointer, id_at(body, pointer)?)));
    let missing = |(pointer, other): &(&str, ResourceId)| {
        own(other) && !store.has(other) && before(pointer).as_ref() != Some(other)
    };
    let (_, other) = { named }.find(missing)?;
    let words = format!(
        "Resource {other} referenced by resource {id} was not found. Please make sure that the referenced resource \
         exists, and that both resources are in the same region."
    );
    Some(Answer::error(400, "InvalidResourceReference", &words))
}

/// A network has one zone of a name at most.
fn overlap(store: &Store, id: &ResourceId, body: &Value) -> Option<Answer> {
    let (zone, network) = (id.parent()?, id_at(body, "/properties/virtualNetwork/id")?);
    let scope = format!("/subscriptions/{}", store.subscription());
    let same = store.below(&scope).find(|(other, document)| {
        *other != id
            && other.resource_type().eq_ignore_ascii_case(LINK)
            && other.parent().is_some_and(|other| other.name().eq_ignore_ascii_case(zone.name()))
            && id_at(document, "/properties/virtualNetwork/id").as_ref() == Some(&network)
    });
    let name = zone.name();
    let words = format!(
        "A virtual network cannot be linked to multiple zones with overlapping namespaces. You tried to link virtual \
         network with '{name}' and '{name}' zones."
    );
    same.map(|_| Answer::error(400, "BadRequest", &words))
}

/// The priority of a rule is in range, and no other rule of its direction has it.
fn rule(store: &Store, id: &ResourceId, body: &Value) -> Option<Answer> {
    let priority = body.pointer("/properties/priority").and_then(Value::as_i64)?;
    if !(100..=4096).contains(&priority) {
        let words = format!("Security rule has invalid Priority. Value provided: {priority} Allowed range 100-4096.");
        return Some(Answer::error(400, "SecurityRuleInvalidPriority", &words));
    }
    let direction = |document: &Value| Some(document.pointer("/properties/direction")?.as_str()?.to_ascii_lowercase());
    let taken = |document: &Value| {
        document.pointer("/properties/priority").and_then(Value::as_i64) == Some(priority)
            && direction(document) == direction(body)
    };
    let group = id.parent()?;
    let (other, _) =
        store.children(&group, "securityRules").find(|(other, document)| *other != id && taken(document))?;
    let words = format!(
        "Security rule {} conflicts with rule {}. Rules cannot have the same Priority and Direction.",
        other.name(),
        id.name()
    );
    Some(Answer::error(400, "SecurityRuleConflict", &words))
}
