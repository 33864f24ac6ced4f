//! What does a rule that decided say: who, where to, at which port?

use finding::{Cx, Evidence};
use model::FactRef;
use model::resource::{AddressPrefix, Conditions, PortRange, Protocol, SecurityRule};
use path::nsg::{AdminDecider, Decider};

/// More than so many prefixes or ports are counted, not listed.
const FEW: usize = 3;

/// A user rule of a group as it is written; nothing for a default rule, which everybody has.
pub(crate) fn of_group(cx: &Cx<'_>, decider: &Decider) -> Option<Evidence> {
    let id = decider.rule.as_ref()?;
    let rule = cx.find::<SecurityRule>(id)?;
    let text = said(id.name(), rule.priority, rule.access.word(), &rule.when);
    Some(Evidence::fact(text, &FactRef::new(id, "", "")))
}

/// The same of a security admin rule.
pub(crate) fn of_admin(decider: &AdminDecider) -> Evidence {
    let rule = &decider.says;
    let name = format!("{} of {}", decider.rule.name(), decider.collection());
    let text = said(&name, rule.priority, rule.access.word(), &rule.when);
    Evidence::fact(text, &FactRef::new(&decider.rule, "", ""))
}

fn said(name: &str, priority: u16, access: &str, when: &Conditions) -> String {
    format!(
        "{name} ({priority}, {}): {access} {} from {} to {} port {}",
        when.direction.word(),
        protocol(when.protocol),
        prefixes(&when.sources),
        prefixes(&when.destinations),
        ports(&when.destination_ports)
    )
}

fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Any => "any",
        Protocol::Tcp => "TCP",
        Protocol::Udp => "UDP",
        Protocol::Other => "another protocol",
    }
}

fn prefixes(all: &[AddressPrefix]) -> String {
    listed(all.iter().map(ToString::to_string).collect())
}

fn ports(all: &[PortRange]) -> String {
    listed(all.iter().map(ToString::to_string).collect())
}

fn listed(mut words: Vec<String>) -> String {
    if words.is_empty() {
        return "*".to_owned();
    }
    let more = words.len().saturating_sub(FEW);
    words.truncate(FEW);
    let list = words.join(", ");
    if more > 0 { format!("{list} and {more} more") } else { list }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_counted() {
        let of = |texts: &[&str]| prefixes(&texts.iter().map(|text| AddressPrefix::parse(text)).collect::<Vec<_>>());
        assert_eq!(of(&[]), "*");
        assert_eq!(of(&["10.0.0.0/8", "Internet"]), "10.0.0.0/8, Internet");
        assert_eq!(
            of(&["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"]),
            "10.0.0.1/32, 10.0.0.2/32, 10.0.0.3/32 and 1 more"
        );
    }
}
