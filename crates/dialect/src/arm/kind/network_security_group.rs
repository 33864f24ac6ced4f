//! How does ARM spell a security rule? Each side in the singular, the plural, or as groups.

use crate::arm::document::{Object, properties, reference, set, texts};
use crate::arm::view::View;
use model::resource::{Access, AddressPrefix, Conditions, Direction, PortRange, Protocol, SecurityRule};
use serde_json::Value;

pub(super) fn read(view: &View<'_>) -> Option<SecurityRule> {
    let direction = view.word("direction", Direction::parse, "Inbound or Outbound")?;
    let access = view.word("access", Access::parse, "Allow or Deny")?;
    Some(SecurityRule {
        priority: view.parsed("priority", "a number")?,
        access,
        when: Conditions {
            direction,
            protocol: view.word("protocol", |word| Some(protocol(word)), "a protocol").unwrap_or(Protocol::Any),
            sources: prefixes(view, "source"),
            source_ports: ports(view, "source")?,
            destinations: prefixes(view, "destination"),
            destination_ports: ports(view, "destination")?,
        },
    })
}

pub(super) fn protocol(word: &str) -> Protocol {
    match word.to_ascii_lowercase().as_str() {
        "*" | "any" => Protocol::Any,
        "tcp" => Protocol::Tcp,
        "udp" => Protocol::Udp,
        _ => Protocol::Other,
    }
}

fn prefixes(view: &View<'_>, side: &str) -> Vec<AddressPrefix> {
    let mut all = view.texts(&format!("{side}AddressPrefix"));
    all.extend(view.texts(&format!("{side}AddressPrefixes")));
    let written = all.iter().filter(|text| !text.trim().is_empty()).map(|text| AddressPrefix::parse(text));
    let groups = view.ids(&format!("{side}ApplicationSecurityGroups")).into_iter().map(AddressPrefix::Group);
    written.chain(groups).collect()
}

fn ports(view: &View<'_>, side: &str) -> Option<Vec<PortRange>> {
    let member = format!("{side}PortRange");
    let mut all = view.texts(&member);
    all.extend(view.texts(&format!("{member}s")));
    let written = all.iter().filter(|text| !text.trim().is_empty());
    written.map(|text| PortRange::parse(text).or_else(|| view.wrong(&member, "a port, a range or *"))).collect()
}

pub(super) fn write(rule: &SecurityRule, document: &mut Object) {
    let inner = properties(document);
    set(inner, "priority", Some(rule.priority.into()));
    set(inner, "direction", Some(rule.when.direction.word().into()));
    set(inner, "access", Some(rule.access.word().into()));
    match rule.when.protocol {
        Protocol::Any => set(inner, "protocol", Some("*".into())),
        Protocol::Tcp => set(inner, "protocol", Some("Tcp".into())),
        Protocol::Udp => set(inner, "protocol", Some("Udp".into())),
        // Which one it is, only the document knows.
        Protocol::Other if inner.contains_key("protocol") => {}
        Protocol::Other => set(inner, "protocol", Some("Icmp".into())),
    }
    write_prefixes(inner, "source", &rule.when.sources);
    write_prefixes(inner, "destination", &rule.when.destinations);
    write_ports(inner, "source", &rule.when.source_ports);
    write_ports(inner, "destination", &rule.when.destination_ports);
}

fn write_prefixes(inner: &mut Object, side: &str, all: &[AddressPrefix]) {
    let groups: Vec<Value> = all
        .iter()
        .filter_map(|prefix| match prefix {
            AddressPrefix::Group(id) => Some(reference(id)),
            _ => None,
        })
        .collect();
    let written = all.iter().filter(|prefix| !matches!(prefix, AddressPrefix::Group(_)));
    one_or_many(inner, &format!("{side}AddressPrefix"), "es", written.map(ToString::to_string).collect());
    let groups = (!groups.is_empty()).then_some(Value::Array(groups));
    set(inner, &format!("{side}ApplicationSecurityGroups"), groups);
}

fn write_ports(inner: &mut Object, side: &str, all: &[PortRange]) {
    one_or_many(inner, &format!("{side}PortRange"), "s", all.iter().map(ToString::to_string).collect());
}

fn one_or_many(inner: &mut Object, singular: &str, ending: &str, mut all: Vec<String>) {
    let plural = format!("{singular}{ending}");
    let (one, many) = match all.len() {
        0 => (None, None),
        1 => (all.pop().map(Value::String), None),
        _ => (None, Some(texts(all))),
    };
    set(inner, singular, one);
    set(inner, &plural, many);
}
