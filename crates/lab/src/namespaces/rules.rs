//! What does a router let pass, and what does it count? Security groups become rules of the kernel one to
//! one, with a counter each; so do user routes, and everything else that drops.
//!
//! A group is a chain for each direction. What a rule allows returns, so that the next group is asked
//! as well; what it denies is dropped silently. The comment of a rule is its name, the remark over a
//! chain says what it stands for. Routes are asked before groups: where both drop, which is named first is a
//! matter of the order of stages, for Azure tells neither. Routing has been decided by the kernel when these chains are asked: a
//! packet that leaves by `lo` is one that no route leads anywhere.

use super::admin;
use super::hosts::{Forwarding, Host};
use super::land::Land;
use super::plan::{NEVER_PUBLIC, Wire};
use super::routes::{Hop, Origin, Table};
use super::tags;
use crate::CounterKind;
use crate::address_plan::AZURE_DNS;
use crate::estate::Estate;
use ipnet::{IpNet, Ipv4Net};
use model::resource::{Access, AddressPrefix, Conditions, Direction, PortRange, Protocol, SecurityRule};
use model::{ResourceId, Snapshot};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The table that holds everything.
pub(crate) const TABLE: &str = "privpath";

/// What the rules of a router depend on.
pub(crate) struct Around<'p> {
    pub(crate) estate: &'p Estate,
    pub(crate) land: &'p Land,
    pub(crate) hosts: &'p [Host],
    pub(crate) wires: &'p [Wire],
}

/// The rules of one router.
pub(crate) fn compile(around: &Around<'_>, network: usize, tables: &[Table]) -> String {
    let mut text = format!(
        "table ip {TABLE} {{
"
    );
    let mut forward = String::new();
    let routed = routes(network, around, tables, &mut text);
    // A reply that no route leads back is dropped as anything else; all others follow who asked.
    for (interfaces, chain) in &routed {
        let _ = writeln!(forward, "    ct state established,related oifname \"lo\" iifname {interfaces} jump {chain}");
    }
    forward.push_str("    ct state established,related oifname \"lo\" jump nowhere\n");
    forward.push_str("    ct state established,related accept\n");
    peerings(around, network, &mut text, &mut forward);
    beside(around, network, &mut text, &mut forward);
    for (interfaces, chain) in &routed {
        let _ = writeln!(forward, "    iifname {interfaces} jump {chain}");
    }
    forward.push_str("    oifname \"lo\" jump nowhere\n");
    let jumps = groups(around, network, tables, &mut text);
    forward.push_str(&jumps.outbound);
    forward.push_str(&jumps.inbound);
    hosts(around, network, tables, &mut text, &mut forward);
    nowhere(around, network, &mut text);
    let _ =
        write!(text, "  chain forward {{\n    type filter hook forward priority 0; policy accept;\n{forward}  }}\n");
    text.push_str("  chain source {\n    type nat hook postrouting priority 100;\n");
    for (_, host) in around.of(network) {
        for address in host.addresses.iter().filter(|_| !host.has_own_way()) {
            let _ = writeln!(text, "    oifname \"internet\" ip saddr {address} snat to {}", host.public);
        }
    }
    text.push_str("  }\n}\n");
    text
}

impl<'p> Around<'p> {
    fn of(&self, network: usize) -> impl Iterator<Item = (usize, &'p Host)> + use<'p> {
        self.hosts.iter().enumerate().filter(move |(_, host)| host.network == Some(network))
    }
}

/// Begins a chain and says what it stands for.
pub(super) fn begin(text: &mut String, chain: &str, kind: &str, title: &str) {
    let _ = writeln!(text, "  # {chain} {kind} {}\n  chain {chain} {{", plain_words(title));
}

/// What a peering that lets no forwarded traffic in drops: sources that are not the peer's own. Those behind
/// the peer's gateway come along when the gateway serves this network. Azure does not tell what becomes of
/// replies; here they pass, as they pass groups.
fn peerings(around: &Around<'_>, network: usize, text: &mut String, forward: &mut String) {
    let Some(id) = around.land.networks[network].azure() else { return };
    for peer in around.land.peers(network) {
        let Some(peer_id) = around.land.networks[peer].azure() else { continue };
        if around.estate.half(id, peer_id).is_some_and(|half| half.allow_forwarded_traffic) {
            continue;
        }
        let behind =
            if around.land.gateway_of(network) == Some(peer) { around.land.beyond(network) } else { Vec::new() };
        let own = around.land.spaces[peer].iter().copied().chain(behind).map(IpNet::V4);
        begin(text, &format!("p{peer}"), "peering", &format!("from {}", peer_id.name()));
        let drop = "counter drop comment \"forwarded traffic is not allowed\"";
        let _ = writeln!(text, "    ip saddr != {} {drop}\n  }}", set(own));
        let mut interfaces = vec![format!("\"p{peer}\"")];
        let wires = around.wires.iter().enumerate().filter(|(_, wire)| (wire.from, wire.to) == (peer, network));
        interfaces.extend(wires.map(|(number, _)| format!("\"a{number}\"")));
        let _ = writeln!(forward, "    iifname {{ {} }} jump p{peer}", interfaces.join(", "));
    }
}

/// A chain for each table with user routes, in the order in which the kernel looks: so the first that fits
/// is the one that the kernel took.
fn routes(network: usize, around: &Around<'_>, tables: &[Table], text: &mut String) -> Vec<(String, String)> {
    let mut chains = Vec::new();
    for (place, table) in tables.iter().enumerate() {
        let Some(name) = table.name.as_ref().filter(|_| !table.hosts.is_empty()) else { continue };
        let chain = format!("t{place}");
        begin(text, &chain, "route", &format!("route table {name}"));
        let mut routes: Vec<_> = table.routes.iter().collect();
        routes.sort_by_key(|route| (std::cmp::Reverse(route.prefix.prefix_len()), route.origin.metric()));
        for route in routes {
            let Origin::User(name) = &route.origin else {
                let _ = writeln!(text, "    ip daddr {} return", route.prefix);
                continue;
            };
            let comment = format!("comment \"{} {}\"", route.prefix, plain(name));
            if route.hop == Hop::Nowhere {
                let _ = writeln!(text, "    oifname \"lo\" ip daddr {} counter drop {comment}", route.prefix);
            } else {
                let _ = writeln!(text, "    ip daddr {} counter return {comment}", route.prefix);
            }
        }
        text.push_str("  }\n");
        let own = around.of(network).map(|(number, _)| number).filter(|number| table.hosts.contains(number));
        let interfaces: Vec<String> = own.map(|number| format!("\"h{number}\"")).collect();
        chains.push((format!("{{ {} }}", interfaces.join(", ")), chain));
    }
    chains
}

/// What a host hands on to an endpoint with the source of a sender beside it: Azure takes none of that. A
/// gateway is such a host for nobody; what an appliance gets from a gateway beside it does not reach an
/// endpoint that is there, too.
fn beside(around: &Around<'_>, network: usize, text: &mut String, forward: &mut String) {
    let endpoints = |own_only: bool| -> Vec<IpNet> {
        let all = around.hosts.iter().filter(|host| host.is_endpoint() && (!own_only || host.network == Some(network)));
        all.flat_map(|host| &host.addresses).map(|address| Ipv4Net::from(*address).into()).collect()
    };
    let (everywhere, here) = (endpoints(false), endpoints(true));
    let own: Vec<IpNet> = around.land.spaces[network].iter().copied().map(IpNet::V4).collect();
    let through: Vec<IpNet> = around.land.beyond(network).into_iter().map(IpNet::V4).collect();
    let has_gateway = around.land.gateway_of(network) == Some(network);
    let hands_on = |host: &Host| host.forwarding == Forwarding::Plain && !host.is_gateway();
    for (number, host) in around.of(network).filter(|(_, host)| hands_on(host)) {
        let Some(first) = host.addresses.first().filter(|_| !everywhere.is_empty()) else { continue };
        let mine = set(host.addresses.iter().map(|address| Ipv4Net::from(*address).into()));
        let drop = "counter drop comment \"sent on beside its sender\"";
        begin(text, &format!("b{number}"), "host", &format!("{first}"));
        let _ = writeln!(text, "    ip saddr {mine} return");
        let (to, from) = (set(everywhere.iter().copied()), set(own.iter().copied()));
        let _ = writeln!(text, "    ip saddr {from} ip daddr {to} {drop}");
        if has_gateway && !here.is_empty() && !through.is_empty() {
            let (to, from) = (set(here.iter().copied()), set(through.iter().copied()));
            let _ = writeln!(text, "    ip saddr {from} ip daddr {to} {drop}");
        }
        text.push_str("  }\n");
        let _ = writeln!(forward, "    iifname \"h{number}\" jump b{number}");
    }
}

/// Packets for others that a route leads to a host that hands none on.
fn hosts(around: &Around<'_>, network: usize, tables: &[Table], text: &mut String, forward: &mut String) {
    let near = tables.iter().flat_map(|table| &table.routes).filter_map(|route| match route.hop {
        Hop::Host(host, _) => Some(host),
        _ => None,
    });
    let led_to: BTreeSet<usize> = near.chain(around.wires.iter().map(|wire| wire.host)).collect();
    let asked =
        around.of(network).filter(|(number, host)| led_to.contains(number) && host.forwarding == Forwarding::Never);
    for (number, host) in asked {
        let own: Vec<IpNet> = host.addresses.iter().map(|address| Ipv4Net::from(*address).into()).collect();
        let Some(first) = host.addresses.first() else { continue };
        begin(text, &format!("h{number}"), "host", &format!("{first}"));
        let drop = "counter drop comment \"it forwards nothing\"";
        let _ = writeln!(text, "    ip daddr != {} {drop}\n  }}", set(own));
        let _ = writeln!(forward, "    oifname \"h{number}\" jump h{number}");
    }
}

/// What leads nowhere, and why.
fn nowhere(around: &Around<'_>, network: usize, text: &mut String) {
    begin(text, "nowhere", "router", &format!("router of {}", around.land.networks[network].name()));
    let own = around.land.spaces[network].iter().copied().map(IpNet::V4);
    if !around.land.spaces[network].is_empty() {
        let _ = writeln!(text, "    ip daddr {} counter drop comment \"nobody has the address\"", set(own));
    }
    text.push_str("    counter drop comment \"no route\"\n  }\n");
}

/// The lines of the forward chain that ask groups.
#[derive(Default)]
struct Jumps {
    outbound: String,
    inbound: String,
}

/// The groups of hosts, and the security admin rules that are asked before them.
fn groups(around: &Around<'_>, network: usize, tables: &[Table], text: &mut String) -> Jumps {
    let mut known: Vec<(&ResourceId, Direction)> = Vec::new();
    let mut jumps = Jumps::default();
    let heard = heard(around.land, network, tables);
    // Chains of the kernel are named before they are jumped to: groups, then what asks them, then what asks that.
    let mut asking = String::new();
    for (direction, interface) in [(Direction::Outbound, "iifname"), (Direction::Inbound, "oifname")] {
        let admin = around.land.networks[network].azure();
        let admin = admin.map_or_else(Vec::new, |id| admin::rules(around.estate.snapshot(), id, direction));
        for (number, host) in around.of(network) {
            let asked = if direction == Direction::Outbound { &host.outbound } else { &host.inbound };
            let mut places = Vec::new();
            for group in asked {
                if !known.contains(&(group, direction)) {
                    known.push((group, direction));
                }
                places.push(known.iter().position(|known| *known == (group, direction)).unwrap_or_default());
            }
            let lines = if direction == Direction::Outbound { &mut jumps.outbound } else { &mut jumps.inbound };
            if admin.is_empty() || !admin::reach(host) {
                for place in places {
                    let _ = writeln!(lines, "    {interface} \"h{number}\" jump g{place}");
                }
                continue;
            }
            let side = direction.word().to_ascii_lowercase();
            let (before, after) = (format!("m{number}{side}"), format!("n{number}{side}"));
            let _ = writeln!(asking, "  chain {after} {{");
            for place in places {
                let _ = writeln!(asking, "    jump g{place}");
            }
            asking.push_str("  }\n");
            begin(&mut asking, &before, "rule", &format!("{} network manager", direction.word()));
            for line in admin::lines(around.estate.snapshot(), &admin, &heard, &after) {
                let _ = writeln!(asking, "    {line}");
            }
            asking.push_str("  }\n");
            let _ = writeln!(lines, "    {interface} \"h{number}\" jump {before}");
        }
    }
    for (place, (group, direction)) in known.iter().enumerate() {
        begin(text, &format!("g{place}"), "rule", &format!("{} {}", direction.word(), group.name()));
        for line in chain(around.estate.snapshot(), group, *direction, &heard) {
            let _ = writeln!(text, "    {line}");
        }
        text.push_str("  }\n");
    }
    text.push_str(&asking);
    jumps
}

/// What the tag `VirtualNetwork` means in a network: its own space, that of its peers, what lies behind the
/// gateway, and prefixes of user routes. Azure says that default routes may count, too; here they do not.
fn heard(land: &Land, network: usize, tables: &[Table]) -> Vec<IpNet> {
    let near = std::iter::once(network).chain(land.peers(network)).flat_map(|at| land.spaces[at].iter().copied());
    let users = tables.iter().flat_map(|table| &table.routes).filter(|route| matches!(route.origin, Origin::User(_)));
    let users = users.map(|route| route.prefix).filter(|prefix| prefix.prefix_len() > 0);
    near.chain(land.beyond(network)).chain(users).map(IpNet::V4).collect()
}

/// What the chains of these rules stand for.
pub(crate) fn titles(rules: &str) -> BTreeMap<String, (CounterKind, String)> {
    let read = |line: &str| {
        let (chain, rest) = line.trim().strip_prefix("# ")?.split_once(' ')?;
        let (kind, title) = rest.split_once(' ')?;
        let kind = match kind {
            "rule" => CounterKind::SecurityRule,
            "route" => CounterKind::Route,
            "peering" => CounterKind::Peering,
            "host" => CounterKind::Host,
            _ => CounterKind::Router,
        };
        Some((chain.to_owned(), (kind, title.to_owned())))
    };
    rules.lines().filter_map(read).collect()
}

/// The same for words.
fn plain_words(text: &str) -> String {
    let words: Vec<String> = text.split(' ').map(plain).collect();
    words.join(" ")
}

/// A name inside quotes of `nft`; names of Azure have no other characters.
pub(super) fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(*letter)).take(80).collect()
}

fn chain(snapshot: &Snapshot, group: &ResourceId, direction: Direction, heard: &[IpNet]) -> Vec<String> {
    let mut rules: Vec<(&ResourceId, &SecurityRule)> =
        snapshot.children::<SecurityRule>(group).filter(|(_, rule)| rule.when.direction == direction).collect();
    rules.sort_by_key(|(_, rule)| rule.priority);
    let network = set(heard.iter().copied());
    let mut lines: Vec<String> = rules
        .into_iter()
        .flat_map(|(id, rule)| {
            let end = ending(rule.access, id.name(), rule.priority);
            conditions(snapshot, &rule.when, heard).into_iter().map(move |when| format!("{when}{end}"))
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
pub(super) fn conditions(snapshot: &Snapshot, when: &Conditions, heard: &[IpNet]) -> Vec<String> {
    let Some(ports) = ports(when) else { return Vec::new() };
    let sides = |prefixes: &[AddressPrefix], word: &str| -> Vec<String> {
        prefixes.iter().filter_map(|prefix| side(snapshot, prefix, word, heard)).collect()
    };
    let destinations = sides(&when.destinations, "daddr");
    sides(&when.sources, "saddr")
        .iter()
        .flat_map(|source| destinations.iter().map(move |destination| format!("{source}{destination}")))
        .map(|when| format!("{when}{ports}"))
        .collect()
}

/// `None` for what no packet of the lab can match: IPv6, which nothing speaks here, empty groups and tags
/// of other services.
fn side(snapshot: &Snapshot, prefix: &AddressPrefix, word: &str, heard: &[IpNet]) -> Option<String> {
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
        AddressPrefix::Tag(tag) => some(word, tags::prefixes(snapshot, tag)),
        AddressPrefix::Group(group) => some(word, tags::members(snapshot, group)),
        AddressPrefix::Net(IpNet::V6(_)) => None,
    }
}

fn some(word: &str, prefixes: Vec<IpNet>) -> Option<String> {
    (!prefixes.is_empty()).then(|| format!("ip {word} {} ", set(prefixes)))
}

/// Protocol and ports; `None` for protocols that the lab does not speak.
fn ports(when: &Conditions) -> Option<String> {
    let any = |ranges: &[PortRange]| ranges.is_empty() || ranges.contains(&PortRange::ANY);
    let open = any(&when.source_ports) && any(&when.destination_ports);
    let mut text = match when.protocol {
        Protocol::Any if open => return Some(String::new()),
        Protocol::Any => "meta l4proto { tcp, udp } ".to_owned(),
        Protocol::Tcp => "meta l4proto tcp ".to_owned(),
        Protocol::Udp => "meta l4proto udp ".to_owned(),
        Protocol::Other => return None,
    };
    for (ranges, word) in [(&when.source_ports, "sport"), (&when.destination_ports, "dport")] {
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
