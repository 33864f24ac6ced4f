//! How does ARM spell a security rule? Each side in the singular, the plural, or as groups.

use crate::arm::document::{Object, properties, reference, set, texts};
use crate::arm::view::View;
use model::resource::{Access, AddressPrefix, Direction, PortRange, Protocol, SecurityRule};
use serde_json::Value;

pub(super) fn read(view: &View<'_>) -> Option<SecurityRule> {
    let direction = view.word("direction", direction, "Inbound or Outbound")?;
    let access = view.word("access", access, "Allow or Deny")?;
    Some(SecurityRule {
        priority: view.parsed("priority", "a number")?,
        direction,
        access,
        protocol: view.word("protocol", |word| Some(protocol(word)), "a protocol").unwrap_or(Protocol::Any),
        sources: prefixes(view, "source"),
        source_ports: ports(view, "source")?,
        destinations: prefixes(view, "destination"),
        destination_ports: ports(view, "destination")?,
    })
}

fn direction(word: &str) -> Option<Direction> {
    match word.to_ascii_lowercase().as_str() {
        "inbound" => Some(Direction::Inbound),
        "outbound" => Some(Direction::Outbound),
        _ => None,
    }
}

/// `Allow` or `Deny`, in any case.
pub(super) fn access(word: &str) -> Option<Access> {
    match word.to_ascii_lowercase().as_str() {
        "allow" => Some(Access::Allow),
        "deny" => Some(Access::Deny),
        _ => None,
    }
}

fn protocol(word: &str) -> Protocol {
    match word.to_ascii_lowercase().as_str() {
        "*" => Protocol::Any,
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
    let direction = match rule.direction {
        Direction::Inbound => "Inbound",
        Direction::Outbound => "Outbound",
    };
    set(inner, "priority", Some(rule.priority.into()));
    set(inner, "direction", Some(direction.into()));
    set(inner, "access", Some(access_word(rule.access).into()));
    match rule.protocol {
        Protocol::Any => set(inner, "protocol", Some("*".into())),
        Protocol::Tcp => set(inner, "protocol", Some("Tcp".into())),
        Protocol::Udp => set(inner, "protocol", Some("Udp".into())),
        // Which one it is, only the document knows.
        Protocol::Other if inner.contains_key("protocol") => {}
        Protocol::Other => set(inner, "protocol", Some("Icmp".into())),
    }
    write_prefixes(inner, "source", &rule.sources);
    write_prefixes(inner, "destination", &rule.destinations);
    write_ports(inner, "source", &rule.source_ports);
    write_ports(inner, "destination", &rule.destination_ports);
}

/// ARM's spelling of an access.
pub(super) fn access_word(access: Access) -> &'static str {
    match access {
        Access::Allow => "Allow",
        Access::Deny => "Deny",
    }
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
