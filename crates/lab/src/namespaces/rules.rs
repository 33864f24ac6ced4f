//! How does a network security group become rules of the kernel? One to one, with a counter each.
//!
//! A group is a chain for each direction. What a rule allows returns, so that the next group is asked
//! as well; what it denies is dropped silently. The comment of a rule is its name.

use super::plan::{Host, NEVER_PUBLIC};
use crate::address_plan::AZURE_DNS;
use ipnet::{IpNet, Ipv4Net};
use model::resource::{Access, AddressPrefix, Direction, PortRange, Protocol, SecurityRule};
use model::{ResourceId, Snapshot};
use std::fmt::Write;

/// The table that holds everything.
pub(crate) const TABLE: &str = "privpath";

/// The rules of one router. `heard` is what the tag `VirtualNetwork` means there.
pub(crate) fn compile(snapshot: &Snapshot, network: usize, hosts: &[Host], heard: &[IpNet]) -> String {
    let own = || hosts.iter().enumerate().filter(move |(_, host)| host.network == Some(network));
    let mut groups: Vec<(&ResourceId, Direction)> = Vec::new();
    let mut jumps = String::new();
    for (direction, interface) in [(Direction::Outbound, "iifname"), (Direction::Inbound, "oifname")] {
        for (number, host) in own() {
            let asked = if direction == Direction::Outbound { &host.outbound } else { &host.inbound };
            for group in asked {
                if !groups.contains(&(group, direction)) {
                    groups.push((group, direction));
                }
                let place = groups.iter().position(|known| *known == (group, direction)).unwrap_or_default();
                let _ = writeln!(jumps, "    {interface} \"h{number}\" jump g{place}");
            }
        }
    }
    let mut text = format!("table ip {TABLE} {{\n");
    for (place, (group, direction)) in groups.iter().enumerate() {
        let _ = writeln!(text, "  # g{place} {}\n  chain g{place} {{", title(group.name(), *direction));
        for line in chain(snapshot, group, *direction, heard) {
            let _ = writeln!(text, "    {line}");
        }
        text.push_str("  }\n");
    }
    let _ = write!(
        text,
        "  chain forward {{\n    type filter hook forward priority 0; policy accept;\n    ct state established,related accept\n{jumps}  }}\n"
    );
    text.push_str("  chain source {\n    type nat hook postrouting priority 100;\n");
    for (_, host) in own() {
        for address in host.addresses.iter().filter(|_| !host.has_own_way()) {
            let _ = writeln!(text, "    oifname \"internet\" ip saddr {address} snat to {}", host.public);
        }
    }
    text.push_str("  }\n}\n");
    text
}

/// Side and name of a group, as the remark over its chain says them.
fn title(group: &str, direction: Direction) -> String {
    format!("{} {}", direction.word(), plain(group))
}

/// Which group a chain of these rules stands for.
pub(crate) fn group_of(rules: &str, chain: &str) -> Option<String> {
    rules.lines().find_map(|line| {
        let (name, title) = line.trim().strip_prefix("# ")?.split_once(' ')?;
        (name == chain).then(|| title.to_owned())
    })
}

/// A name inside quotes of `nft`; names of Azure have no other characters.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(*letter)).take(80).collect()
}

fn chain(snapshot: &Snapshot, group: &ResourceId, direction: Direction, heard: &[IpNet]) -> Vec<String> {
    let mut rules: Vec<(&ResourceId, &SecurityRule)> =
        snapshot.children::<SecurityRule>(group).filter(|(_, rule)| rule.direction == direction).collect();
    rules.sort_by_key(|(_, rule)| rule.priority);
    let network = set(heard.iter().copied());
    let mut lines: Vec<String> = rules
        .into_iter()
        .flat_map(|(id, rule)| {
            let end = ending(rule.access, id.name(), rule.priority);
            conditions(rule, heard).into_iter().map(move |when| format!("{when}{end}"))
        })
        .collect();
    let inside = format!("ip saddr {network} ip daddr {network} ");
    let default = |when: &str, access, name, priority| format!("{when}{}", ending(access, name, priority));
    match direction {
        Direction::Inbound => {
            lines.push(default(&inside, Access::Allow, "AllowVnetInBound", 65000));
            let balancer = format!("ip saddr {AZURE_DNS} ");
            lines.push(default(&balancer, Access::Allow, "AllowAzureLoadBalancerInBound", 65001));
            lines.push(default("", Access::Deny, "DenyAllInBound", 65500));
        }
        Direction::Outbound => {
            lines.push(default(&inside, Access::Allow, "AllowVnetOutBound", 65000));
            let internet = format!("ip daddr != {} ", set(not_internet(heard)));
            lines.push(default(&internet, Access::Allow, "AllowInternetOutBound", 65001));
            lines.push(default("", Access::Deny, "DenyAllOutBound", 65500));
        }
    }
    lines
}

fn ending(access: Access, name: &str, priority: u16) -> String {
    let verdict = if access == Access::Allow { "return" } else { "drop" };
    format!("counter {verdict} comment \"{priority} {}\"", plain(name))
}

/// The internet is what is neither in the networks nor in ranges that nobody routes.
fn not_internet(heard: &[IpNet]) -> impl Iterator<Item = IpNet> {
    let never = NEVER_PUBLIC.iter().filter_map(|prefix| prefix.parse::<Ipv4Net>().ok()).map(IpNet::V4);
    heard.iter().copied().chain(never)
}

/// A set that nothing overlaps in, as `nft` wants it.
fn set(prefixes: impl IntoIterator<Item = IpNet>) -> String {
    let v4 = prefixes.into_iter().filter(|prefix| matches!(prefix, IpNet::V4(_))).map(|prefix| prefix.trunc());
    let joined = IpNet::aggregate(&v4.collect());
    let words: Vec<String> = joined.iter().map(ToString::to_string).collect();
    format!("{{ {} }}", words.join(", "))
}

/// The rule's conditions: one line of the kernel for each pair of kinds of prefix.
fn conditions(rule: &SecurityRule, heard: &[IpNet]) -> Vec<String> {
    let Some(ports) = ports(rule) else { return Vec::new() };
    let sides = |prefixes: &[AddressPrefix], word: &str| -> Vec<String> {
        prefixes.iter().filter_map(|prefix| side(prefix, word, heard)).collect()
    };
    let destinations = sides(&rule.destinations, "daddr");
    sides(&rule.sources, "saddr")
        .iter()
        .flat_map(|source| destinations.iter().map(move |destination| format!("{source}{destination}")))
        .map(|when| format!("{when}{ports}"))
        .collect()
}

/// `None` for what no packet of the lab can match: IPv6, groups of interfaces, tags of other services.
fn side(prefix: &AddressPrefix, word: &str, heard: &[IpNet]) -> Option<String> {
    match prefix {
        AddressPrefix::Any => Some(String::new()),
        AddressPrefix::Net(IpNet::V4(net)) => Some(format!("ip {word} {} ", net.trunc())),
        AddressPrefix::Tag(tag) if tag.eq_ignore_ascii_case("VirtualNetwork") => {
            Some(format!("ip {word} {} ", set(heard.iter().copied())))
        }
        AddressPrefix::Tag(tag) if tag.eq_ignore_ascii_case("Internet") => {
            Some(format!("ip {word} != {} ", set(not_internet(heard))))
        }
        AddressPrefix::Tag(tag) if tag.eq_ignore_ascii_case("AzureLoadBalancer") => {
            Some(format!("ip {word} {AZURE_DNS} "))
        }
        AddressPrefix::Net(IpNet::V6(_)) | AddressPrefix::Tag(_) | AddressPrefix::Group(_) => None,
    }
}

/// Protocol and ports; `None` for protocols that the lab does not speak.
fn ports(rule: &SecurityRule) -> Option<String> {
    let any = |ranges: &[PortRange]| ranges.is_empty() || ranges.contains(&PortRange::ANY);
    let open = any(&rule.source_ports) && any(&rule.destination_ports);
    let mut text = match rule.protocol {
        Protocol::Any if open => return Some(String::new()),
        Protocol::Any => "meta l4proto { tcp, udp } ".to_owned(),
        Protocol::Tcp => "meta l4proto tcp ".to_owned(),
        Protocol::Udp => "meta l4proto udp ".to_owned(),
        Protocol::Other => return None,
    };
    for (ranges, word) in [(&rule.source_ports, "sport"), (&rule.destination_ports, "dport")] {
        if !any(ranges) {
            let mut sorted = ranges.clone();
            sorted.sort_by_key(|range| (range.first, range.last));
            let _ = write!(text, "th {word} {{ {} }} ", merged(&sorted).join(", "));
        }
    }
    Some(text)
}

/// Ranges that touch or overlap become one.
fn merged(sorted: &[PortRange]) -> Vec<String> {
    let mut kept: Vec<PortRange> = Vec::new();
    for range in sorted {
        match kept.last_mut() {
            Some(last) if range.first <= last.last.saturating_add(1) => last.last = last.last.max(range.last),
            _ => kept.push(*range),
        }
    }
    kept.iter().map(ToString::to_string).collect()
}
