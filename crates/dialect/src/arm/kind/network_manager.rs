//! How does ARM spell a network manager's groups, rule collections and security admin rules?

use super::network_security_group::protocol;
use crate::arm::document::{Object, properties, set, texts};
use crate::arm::view::View;
use model::resource::{
    AddressPrefix, AdminAccess, AdminRule, AdminRuleCollection, Conditions, Direction, EffectiveAdminRules,
    NetworkGroupMember, NetworkManager, PortRange, Protocol,
};
use model::{Kind, Known, ResourceId, Why};
use serde_json::{Value, json};

pub(super) fn read_manager(view: &View<'_>) -> NetworkManager {
    let has =
        |word: &str| view.texts("networkManagerScopeAccesses").iter().any(|known| known.eq_ignore_ascii_case(word));
    let said = view.has("networkManagerScopeAccesses");
    NetworkManager {
        security_admin: if said { Known::Value(has("SecurityAdmin")) } else { Known::Unknown(Why::NotCollected) },
    }
}

pub(super) fn write_manager(manager: &NetworkManager, document: &mut Object) {
    if let Known::Value(is_admin) = manager.security_admin {
        let accesses = if is_admin { texts(["SecurityAdmin"]) } else { texts(["Connectivity"]) };
        set(properties(document), "networkManagerScopeAccesses", Some(accesses));
    }
}

pub(in crate::arm) fn read_rule(view: &View<'_>) -> Option<AdminRule> {
    Some(AdminRule {
        priority: view.parsed("priority", "a number")?,
        access: view.word("access", AdminAccess::parse, "Allow, AlwaysAllow or Deny")?,
        when: Conditions {
            direction: view.word("direction", Direction::parse, "Inbound or Outbound")?,
            protocol: view.word("protocol", |word| Some(protocol(word)), "a protocol").unwrap_or(Protocol::Any),
            sources: prefixes(view, "sources"),
            source_ports: ports(view, "sourcePortRanges")?,
            destinations: prefixes(view, "destinations"),
            destination_ports: ports(view, "destinationPortRanges")?,
        },
    })
}

fn prefixes(view: &View<'_>, member: &str) -> Vec<AddressPrefix> {
    let one = |item: View<'_>| {
        let text = item.text("addressPrefix")?;
        let is_group = item.text("addressPrefixType").is_some_and(|kind| kind.eq_ignore_ascii_case("NetworkGroup"));
        let group = ResourceId::parse(&text).filter(|_| is_group || text.starts_with('/'));
        Some(group.map_or_else(|| AddressPrefix::parse(&text), AddressPrefix::Group))
    };
    or_any(view.objects(member).filter_map(one).collect(), AddressPrefix::Any)
}

/// An empty list of such a rule means any.
fn or_any<T>(all: Vec<T>, any: T) -> Vec<T> {
    if all.is_empty() { vec![any] } else { all }
}

fn ports(view: &View<'_>, member: &str) -> Option<Vec<PortRange>> {
    let all = view.texts(member);
    let written = all.iter().filter(|text| !text.trim().is_empty());
    let read = written.map(|text| PortRange::parse(text).or_else(|| view.wrong(member, "a port, a range or *")));
    Some(or_any(read.collect::<Option<_>>()?, PortRange::ANY))
}

pub(super) fn read_collection(view: &View<'_>) -> AdminRuleCollection {
    let groups = view.objects("appliesToGroups");
    AdminRuleCollection { groups: groups.filter_map(|group| group.id_text("networkGroupId")).collect() }
}

pub(super) fn read_member(view: &View<'_>) -> NetworkGroupMember {
    NetworkGroupMember { resource: view.id_text("resourceId") }
}

/// What applies to a network. `None` when one of the rules cannot be read.
pub(super) fn read_effective(view: &View<'_>) -> Option<EffectiveAdminRules> {
    let rules = view.objects("value").map(|item| Some((item.id_text("id")?, read_rule(&item.properties())?)));
    Some(EffectiveAdminRules { rules: rules.collect::<Option<_>>()? })
}

/// True for a rule as `listNetworkManagerEffectiveSecurityAdminRules` shows it, which is no resource of its own.
pub(in crate::arm) fn is_effective(id: &ResourceId, document: &View<'_>) -> bool {
    Kind::of_type(&id.resource_type()) == Kind::AdminRule && document.has("ruleCollectionAppliesToGroups")
}

pub(super) fn write_rule(rule: &AdminRule, document: &mut Object) {
    set(document, "kind", Some("Custom".into()));
    let inner = properties(document);
    set(inner, "priority", Some(rule.priority.into()));
    set(inner, "direction", Some(rule.when.direction.word().into()));
    set(inner, "access", Some(rule.access.word().into()));
    match rule.when.protocol {
        Protocol::Any => set(inner, "protocol", Some("Any".into())),
        Protocol::Tcp => set(inner, "protocol", Some("Tcp".into())),
        Protocol::Udp => set(inner, "protocol", Some("Udp".into())),
        // Which one it is, only the document knows.
        Protocol::Other if inner.contains_key("protocol") => {}
        Protocol::Other => set(inner, "protocol", Some("Icmp".into())),
    }
    set(inner, "sources", Some(rule.when.sources.iter().map(item).collect()));
    set(inner, "destinations", Some(rule.when.destinations.iter().map(item).collect()));
    set(inner, "sourcePortRanges", Some(texts(rule.when.source_ports.iter().map(|range| spelled(*range)))));
    set(inner, "destinationPortRanges", Some(texts(rule.when.destination_ports.iter().map(|range| spelled(*range)))));
}

fn spelled(range: PortRange) -> String {
    if range == PortRange::ANY { "0-65535".to_owned() } else { range.to_string() }
}

fn item(prefix: &AddressPrefix) -> Value {
    let (text, kind) = match prefix {
        AddressPrefix::Any => ("*".to_owned(), "IPPrefix"),
        AddressPrefix::Net(net) => (net.to_string(), "IPPrefix"),
        AddressPrefix::Tag(tag) => (tag.clone(), "ServiceTag"),
        AddressPrefix::Group(id) => (id.to_string(), "NetworkGroup"),
    };
    json!({ "addressPrefix": text, "addressPrefixType": kind })
}

pub(super) fn write_collection(collection: &AdminRuleCollection, document: &mut Object) {
    let groups = collection.groups.iter().map(|id| json!({ "networkGroupId": id.as_str() }));
    set(properties(document), "appliesToGroups", Some(groups.collect()));
}

pub(super) fn write_member(member: &NetworkGroupMember, document: &mut Object) {
    let resource = member.resource.as_ref().map(|id| id.as_str().into());
    set(properties(document), "resourceId", resource);
}

pub(super) fn write_effective(effective: &EffectiveAdminRules, document: &mut Object) {
    let one = |(id, rule): &(ResourceId, AdminRule)| {
        let mut written = Object::new();
        set(&mut written, "id", Some(id.as_str().into()));
        write_rule(rule, &mut written);
        Value::Object(written)
    };
    set(properties(document), "value", Some(effective.rules.iter().map(one).collect()));
}
