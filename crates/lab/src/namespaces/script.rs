//! Which lines of `ip` build a plan? One text for each namespace and step, in the order of building.

use super::hosts::{Host, Occupant};
use super::land::Ground;
use super::plan::{NEVER_PUBLIC, PRIVATE_RANGES, Plan};
use super::routes::{Hop, Table};
use crate::address_plan::{
    AZURE_DNS, CONTROL_PLANE, OPEN_FRONT_END, PUBLIC_DNS, REGIONAL_FRONT_END, RESTRICTED_FRONT_END,
};
use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};

/// The router's address on the link to a host, as the host sees it.
const GATEWAY: &str = "169.254.1.1";
/// The internet's address on every link to it, and the other end's.
const INTERNET: &str = "169.254.0.1";
const UPLINK: &str = "169.254.0.2";

/// Numbers of the kernel's tables: those of a network, and those of the wires that end at a router.
const TABLES: usize = 1_000;
const WIRES: usize = 50_000;

/// The namespaces, by number.
pub(crate) struct Paths {
    pub(crate) hosts: Vec<PathBuf>,
    pub(crate) routers: Vec<PathBuf>,
}

/// The two ends of a link between routers: the number of the link in its block gives the addresses.
fn ends(block: usize, number: usize) -> [String; 2] {
    [1, 2].map(|end| format!("169.254.{}.{}", block + (number / 64) % 60, 4 * (number % 64) + end))
}

fn peering_ends(number: usize) -> [String; 2] {
    ends(2, number)
}

fn wire_ends(number: usize) -> [String; 2] {
    ends(70, number)
}

fn tunnel_ends(number: usize) -> [String; 2] {
    ends(140, number)
}

/// The internet makes all links to it, sets its addresses, and knows no other way.
pub(crate) fn internet(plan: &Plan, paths: &Paths) -> String {
    let mut text = "link set lo up\n".to_owned();
    let front_ends = [RESTRICTED_FRONT_END, OPEN_FRONT_END, REGIONAL_FRONT_END, CONTROL_PLANE];
    let named = plan.resolvers.iter().copied().map(IpAddr::V4).filter(|address| *address != PUBLIC_DNS);
    for address in front_ends.map(IpAddr::V4).into_iter().chain([PUBLIC_DNS]).chain(named) {
        let _ = writeln!(text, "addr add {address}/32 dev lo");
    }
    let _ = writeln!(text, "route add blackhole default");
    for (index, path) in paths.routers.iter().enumerate() {
        uplink(&mut text, &format!("n{index}"), path, "internet");
        for (_, host) in plan.hosts_of(index).filter(|(_, host)| !host.has_own_way()) {
            let _ = writeln!(text, "route add {}/32 via {UPLINK} dev n{index} onlink", host.public);
        }
    }
    for (number, host) in plan.hosts.iter().enumerate().filter(|(_, host)| host.has_own_way()) {
        uplink(&mut text, &format!("w{number}"), &paths.hosts[number], own_way(host));
        let _ = writeln!(text, "route add {}/32 via {UPLINK} dev w{number} onlink", host.public);
    }
    text
}

fn uplink(text: &mut String, name: &str, to: &Path, as_name: &str) {
    link(text, name, to, as_name);
    let _ = writeln!(text, "addr add {INTERNET}/32 dev {name}");
}

fn link(text: &mut String, name: &str, to: &Path, as_name: &str) {
    let _ = writeln!(text, "link add {name} type veth peer name {as_name} netns {}", to.display());
    let _ = writeln!(text, "link set {name} up");
}

/// What a host calls its own link to the internet.
pub(crate) fn own_way(host: &Host) -> &'static str {
    if host.network.is_some() { "eth1" } else { "eth0" }
}

/// A router makes the links to its hosts, to the networks with a higher number, and the wires from it.
pub(crate) fn router_links(plan: &Plan, index: usize, paths: &Paths) -> String {
    let mut text = "link set lo up\n".to_owned();
    for (number, _) in plan.hosts_of(index) {
        link(&mut text, &format!("h{number}"), &paths.hosts[number], "eth0");
    }
    for (one, other) in plan.peerings.iter().filter(|(one, _)| *one == index) {
        link(&mut text, &format!("p{other}"), &paths.routers[*other], &format!("p{one}"));
    }
    for (number, wire) in plan.wires.iter().enumerate().filter(|(_, wire)| wire.from == index) {
        link(&mut text, &format!("a{number}"), &paths.routers[wire.to], &format!("a{number}"));
    }
    for (number, tunnel) in plan.tunnels.iter().enumerate().filter(|(_, tunnel)| tunnel.site == index) {
        link(&mut text, &format!("t{number}"), &paths.hosts[tunnel.gateway], &format!("t{number}"));
    }
    text
}

/// Addresses and routes of a router, when all its links are there. What it delivers is in the kernel's
/// main table; what its hosts send is decided by the tables of their subnets, which fall back on it.
pub(crate) fn router_routes(plan: &Plan, index: usize) -> String {
    let mut text = format!("link set internet up\naddr add {UPLINK}/32 dev internet\n");
    for (number, host) in plan.hosts_of(index) {
        let _ = writeln!(text, "addr add {GATEWAY}/32 dev h{number}");
        for address in &host.addresses {
            let _ = writeln!(text, "route replace {address}/32 dev h{number} scope link src {GATEWAY}");
        }
    }
    for (number, (one, other)) in plan.peerings.iter().enumerate() {
        let [first, second] = peering_ends(number);
        let (here, peer) = match index {
            _ if index == *one => (first, *other),
            _ if index == *other => (second, *one),
            _ => continue,
        };
        let _ = writeln!(text, "link set p{peer} up\naddr add {here}/32 dev p{peer}");
    }
    wires(plan, index, &mut text);
    match plan.networks[index].ground {
        Ground::Azure(_) => {
            let _ = writeln!(text, "addr add {AZURE_DNS}/32 dev lo\nroute add default dev lo");
            for (place, table) in plan.networks[index].tables.iter().enumerate() {
                decisions(plan, index, table, TABLES + place, &mut text);
            }
        }
        Ground::Site(_) => site(plan, index, &mut text),
    }
    text
}

/// What arrives by a wire goes to the host at its end, whatever its destination.
fn wires(plan: &Plan, index: usize, text: &mut String) {
    for (number, wire) in plan.wires.iter().enumerate() {
        let [from, to] = wire_ends(number);
        if wire.from == index {
            let _ = writeln!(text, "addr add {from}/32 dev a{number}");
        } else if wire.to == index {
            let table = WIRES + number;
            let _ = writeln!(text, "link set a{number} up\naddr add {to}/32 dev a{number}");
            let _ = writeln!(text, "route add default via {} dev h{} onlink table {table}", wire.address, wire.host);
            let _ = writeln!(text, "rule add iif a{number} lookup {table} pref 100");
        }
    }
}

/// One table: of equal prefixes the smaller metric wins. To `throw` is to go on to the main table, which
/// delivers; `dev lo` is where packets go that are dropped and counted.
fn decisions(plan: &Plan, index: usize, table: &Table, number: usize, text: &mut String) {
    for host in &table.hosts {
        let _ = writeln!(text, "rule add iif h{host} lookup {number} pref 100");
    }
    for route in &table.routes {
        let (prefix, rest) = (route.prefix, format!("table {number} metric {}", route.origin.metric()));
        let _ = match route.hop {
            Hop::Deliver => writeln!(text, "route replace throw {prefix} {rest}"),
            Hop::Nowhere => writeln!(text, "route replace {prefix} dev lo {rest}"),
            Hop::Internet => writeln!(text, "route replace {prefix} via {INTERNET} dev internet onlink {rest}"),
            Hop::Peer(peer) => {
                let pair = (index.min(peer), index.max(peer));
                let number = plan.peerings.iter().position(|known| *known == pair).unwrap_or_default();
                let [first, second] = peering_ends(number);
                let there = if index == pair.0 { second } else { first };
                writeln!(text, "route replace {prefix} via {there} dev p{peer} onlink {rest}")
            }
            Hop::Host(host, address) if plan.hosts[host].network == Some(index) => {
                writeln!(text, "route replace {prefix} via {address} dev h{host} onlink {rest}")
            }
            Hop::Host(host, address) => {
                let is_it = |wire: &super::plan::Wire| (wire.from, wire.host, wire.address) == (index, host, address);
                let number = plan.wires.iter().position(is_it).unwrap_or_default();
                writeln!(text, "route replace {prefix} via {} dev a{number} onlink {rest}", wire_ends(number)[1])
            }
        };
    }
}

/// A site: its own hosts, Azure through the gateway, and the internet. Azure's own DNS server is not there.
fn site(plan: &Plan, index: usize, text: &mut String) {
    let _ = writeln!(text, "route add default via {INTERNET} dev internet onlink");
    let _ = writeln!(text, "route add {AZURE_DNS}/32 dev lo metric 400");
    let space = plan.networks[index].space.iter().map(ToString::to_string);
    for (prefix, metric) in
        NEVER_PUBLIC.iter().map(|prefix| ((*prefix).to_owned(), 400)).chain(space.map(|own| (own, 200)))
    {
        let _ = writeln!(text, "route replace {prefix} dev lo metric {metric}");
    }
    for (number, tunnel) in plan.tunnels.iter().enumerate().filter(|(_, tunnel)| tunnel.site == index) {
        let [here, there] = tunnel_ends(number);
        let _ = writeln!(text, "addr add {here}/32 dev t{number}");
        for prefix in &tunnel.azure {
            let _ = writeln!(text, "route replace {prefix} via {there} dev t{number} onlink metric 300");
        }
    }
}

/// Addresses and routes of a host.
pub(crate) fn host(plan: &Plan, number: usize) -> String {
    let host = &plan.hosts[number];
    let mut text = "link set lo up\n".to_owned();
    if host.has_own_way() {
        let name = own_way(host);
        let _ = writeln!(text, "link set {name} up\naddr add {}/32 dev {name}", host.public);
        let _ = writeln!(text, "addr add {UPLINK}/32 dev {name}");
        let _ = writeln!(text, "route add default via {INTERNET} dev {name} onlink src {}", host.public);
    }
    let Some(first) = host.addresses.first().filter(|_| host.network.is_some()) else { return text };
    text.push_str("link set eth0 up\n");
    for address in &host.addresses {
        let _ = writeln!(text, "addr add {address}/32 dev eth0");
    }
    let into_network: Vec<String> = match (&host.occupant, host.private_ranges_only) {
        (Occupant::Gateway, _) => gateway(plan, number, &mut text),
        (_, true) => PRIVATE_RANGES.map(str::to_owned).into_iter().chain([format!("{AZURE_DNS}/32")]).collect(),
        (_, false) => vec!["default".to_owned()],
    };
    for prefix in into_network {
        let _ = writeln!(text, "route add {prefix} via {GATEWAY} dev eth0 onlink src {first}");
    }
    text
}

/// A gateway knows its sites, and on Azure's side the networks that it serves; nothing else.
fn gateway(plan: &Plan, gateway: usize, text: &mut String) -> Vec<String> {
    let mut azure = Vec::new();
    text.push_str("route add blackhole default\n");
    for (number, tunnel) in plan.tunnels.iter().enumerate().filter(|(_, tunnel)| tunnel.gateway == gateway) {
        let [there, here] = tunnel_ends(number);
        let _ = writeln!(text, "link set t{number} up\naddr add {here}/32 dev t{number}");
        for prefix in &plan.networks[tunnel.site].space {
            let _ = writeln!(text, "route replace {prefix} via {there} dev t{number} onlink");
        }
        azure.clone_from(&tunnel.azure);
    }
    azure.iter().map(ToString::to_string).collect()
}

/// The rules of an appliance that puts its own address for the source of what it hands on.
pub(crate) fn own_source(address: Ipv4Addr) -> String {
    format!(
        "table ip privpath {{\n  chain source {{\n    type nat hook postrouting priority 100;\n    oifname \"eth0\" ip saddr \
         != {address} snat to {address}\n  }}\n}}\n"
    )
}
