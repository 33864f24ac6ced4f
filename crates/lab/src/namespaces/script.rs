//! Which lines of `ip` build a plan? One text for each namespace, in the order of building.

use super::plan::{Host, NEVER_PUBLIC, PRIVATE_RANGES, Plan};
use crate::address_plan::{AZURE_DNS, OPEN_FRONT_END, PUBLIC_DNS, REGIONAL_FRONT_END, RESTRICTED_FRONT_END};
use std::fmt::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// The router's address on the link to a host, as the host sees it.
const GATEWAY: &str = "169.254.1.1";
/// The internet's address on every link to it, and the other end's.
const INTERNET: &str = "169.254.0.1";
const UPLINK: &str = "169.254.0.2";

/// The namespaces, by number.
pub(crate) struct Paths {
    pub(crate) hosts: Vec<PathBuf>,
    pub(crate) routers: Vec<PathBuf>,
}

/// The internet makes all links to it, sets its addresses, and knows no other way.
pub(crate) fn internet(plan: &Plan, paths: &Paths) -> String {
    let mut text = "link set lo up\n".to_owned();
    for address in
        [RESTRICTED_FRONT_END, OPEN_FRONT_END, REGIONAL_FRONT_END].map(IpAddr::V4).into_iter().chain([PUBLIC_DNS])
    {
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

/// A router makes the links to its hosts, and to the networks with a higher number.
pub(crate) fn router_links(plan: &Plan, index: usize, paths: &Paths) -> String {
    let mut text = "link set lo up\n".to_owned();
    for (number, _) in plan.hosts_of(index) {
        link(&mut text, &format!("h{number}"), &paths.hosts[number], "eth0");
    }
    for (one, other) in &plan.peerings {
        if *one == index {
            link(&mut text, &format!("p{other}"), &paths.routers[*other], &format!("p{one}"));
        }
    }
    text
}

/// Addresses and routes of a router, when all its links are there.
pub(crate) fn router_routes(plan: &Plan, index: usize) -> String {
    let mut text = format!("link set internet up\naddr add {UPLINK}/32 dev internet\naddr add {AZURE_DNS}/32 dev lo\n");
    let _ = writeln!(text, "route add default via {INTERNET} dev internet onlink");
    let space = plan.networks[index].space.iter().map(ToString::to_string);
    for prefix in NEVER_PUBLIC.iter().map(ToString::to_string).chain(space) {
        let _ = writeln!(text, "route replace blackhole {prefix}");
    }
    for (number, host) in plan.hosts_of(index) {
        let _ = writeln!(text, "addr add {GATEWAY}/32 dev h{number}");
        for address in &host.addresses {
            let _ = writeln!(text, "route replace {address}/32 dev h{number} scope link src {GATEWAY}");
        }
    }
    for (place, (one, other)) in plan.peerings.iter().enumerate() {
        let (here, there, peer) = match index {
            _ if index == *one => (1, 2, *other),
            _ if index == *other => (2, 1, *one),
            _ => continue,
        };
        let address = |end: usize| format!("169.254.{}.{}", 2 + (place / 64) % 250, 4 * (place % 64) + end);
        let _ = writeln!(text, "link set p{peer} up\naddr add {}/32 dev p{peer}", address(here));
        let endpoints =
            plan.hosts_of(peer).filter(|(_, host)| host.is_endpoint()).flat_map(|(_, host)| &host.addresses);
        let prefixes = plan.networks[peer].space.iter().map(ToString::to_string);
        for prefix in prefixes.chain(endpoints.map(|address| format!("{address}/32"))) {
            let _ = writeln!(text, "route replace {prefix} via {} dev p{peer} onlink", address(there));
        }
    }
    text
}

/// Addresses and routes of a host.
pub(crate) fn host(host: &Host) -> String {
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
    let azure = format!("{AZURE_DNS}/32");
    let into_network = match host.private_ranges_only {
        true => PRIVATE_RANGES.into_iter().chain([azure.as_str()]).collect(),
        false => vec!["default"],
    };
    for prefix in into_network {
        let _ = writeln!(text, "route add {prefix} via {GATEWAY} dev eth0 onlink src {first}");
    }
    text
}
