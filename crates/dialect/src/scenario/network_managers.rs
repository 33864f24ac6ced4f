//! Which resources does a network manager of an `[estate]` stand for?
//!
//! One network group, one collection of security admin rules for it, and their deployment: what Azure says of the
//! networks of the group is known then.

use super::admin_rules;
use super::estate::{Builder, Built};
use super::file::{Estate, NetworkManagerEntry};
use model::resource::{AdminRuleCollection, EffectiveAdminRules, NetworkGroupMember, NetworkManager};
use model::{Body, Known, Resource, ResourceId};
use serde_json::json;
use std::sync::Arc;

/// What everything of the one kind that a manager has is called.
const GROUP: &str = "networks";
const CONFIGURATION: &str = "security";
const COLLECTION: &str = "admin-rules";

/// Adds them. Networks have to be there.
pub(super) fn build(builder: &mut Builder<'_>, estate: &Estate) -> Built {
    estate.network_manager.iter().try_for_each(|(name, entry)| manager(builder, name, entry))
}

fn manager(builder: &mut Builder<'_>, name: &str, entry: &NetworkManagerEntry) -> Built {
    let at = format!("estate.network-manager.{name}");
    let id = builder.id(&entry.group, "Microsoft.Network/networkManagers", name);
    builder.add(id.clone(), Body::NetworkManager(NetworkManager { security_admin: Known::Value(true) }));
    let group = id.child("networkGroups", GROUP);
    not_modelled(builder, &group);
    let configuration = id.child("securityAdminConfigurations", CONFIGURATION);
    not_modelled(builder, &configuration);
    let collection = configuration.child("ruleCollections", COLLECTION);
    let groups = vec![group.clone()];
    builder.add(collection.clone(), Body::AdminRuleCollection(AdminRuleCollection { groups }));
    let read = |text: &String| {
        let (name, rule) = admin_rules::parse(text, builder.subscription())?;
        Ok((collection.child("rules", &name), rule))
    };
    let rules: Vec<_> = entry.rules.iter().map(read).collect::<Built<_>>().map_err(|words| format!("{at}: {words}"))?;
    for (id, rule) in &rules {
        builder.add(id.clone(), Body::AdminRule(rule.clone()));
    }
    for network in &entry.networks {
        let id = builder.network_id(network, &at)?;
        let member = NetworkGroupMember { resource: Some(id.clone()) };
        builder.add(group.child("staticMembers", network), Body::NetworkGroupMember(member));
        deploy(builder, &id, &rules);
    }
    Ok(())
}

/// Adds the rules to those that apply to a network already.
fn deploy(builder: &mut Builder<'_>, network: &ResourceId, rules: &[(ResourceId, model::resource::AdminRule)]) {
    let of = EffectiveAdminRules::id_of(network);
    let known = builder.resources_mut().iter_mut().find(|resource| resource.id == of);
    if let Some(Body::EffectiveAdminRules(known)) = known.map(|resource| &mut resource.body) {
        known.rules.extend_from_slice(rules);
        return;
    }
    let effective = admin_rules::effective(network, rules.to_vec());
    builder.add(effective.id, effective.body);
}

/// What has no meaning of its own, and stands above what has.
fn not_modelled(builder: &mut Builder<'_>, id: &ResourceId) {
    let document = json!({ "id": id.as_str(), "name": id.name(), "type": id.resource_type(), "properties": {} });
    let document = Arc::from(document.to_string());
    builder.push(Resource { document, ..Resource::new(id.clone(), Body::Other) });
}
