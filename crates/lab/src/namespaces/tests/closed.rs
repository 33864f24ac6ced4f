//! Is there any way out of a lab? From what the kernel says of each of its namespaces; no packet is sent.

use super::*;
use crate::namespaces::namespace::{Namespace, Role};
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// What the kernel says of a namespace: its interfaces, and the routes of all its tables.
struct Seen {
    name: String,
    links: Vec<Value>,
    routes: Vec<Value>,
}

fn asked(words: &[&str]) -> Vec<Value> {
    let output = Command::new("ip").arg("-json").args(words).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    if output.stdout.is_empty() { Vec::new() } else { serde_json::from_slice(&output.stdout).unwrap() }
}

fn seen(name: String, namespace: &Namespace) -> Seen {
    let (links, routes) = namespace
        .enter(|| {
            let [four, six] = ["-4", "-6"].map(|family| asked(&[family, "route", "show", "table", "all"]));
            (asked(&["-details", "link", "show"]), [four, six].concat())
        })
        .unwrap();
    Seen { name, links, routes }
}

/// Every namespace of a lab.
fn everything(lab: &Lab) -> Vec<Seen> {
    let network = lab.network().unwrap();
    let standing = network.lock();
    let built = standing.built.as_ref().unwrap();
    let hosts = built.hosts.iter().zip(&built.plan.hosts).map(|(space, host)| seen(host.name().to_owned(), space));
    let routers = built.routers.iter().zip(&built.plan.networks);
    let routers = routers.map(|(space, network)| seen(format!("router of {}", network.ground.name()), space));
    let ends = [("internet", &*built.internet), ("operator", &network.operator.namespace)];
    hosts.chain(routers).chain(ends.map(|(name, space)| seen(name.to_owned(), space))).collect()
}

/// What leads out: an interface that is no end of a pair within these namespaces, or a route of the lab's internet
/// that leads on.
fn doors(all: &[Seen]) -> Vec<String> {
    let links = || all.iter().flat_map(|one| one.links.iter().map(move |link| (&one.name, link)));
    let ends = |link: &Value| Some((link["ifindex"].as_u64()?, link["link_index"].as_u64()?));
    // Numbers of interfaces are unique in one namespace only, so ends are counted: each has another one.
    let mut count: BTreeMap<(u64, u64), usize> = BTreeMap::new();
    links().filter_map(|(_, link)| ends(link)).for_each(|pair| *count.entry(pair).or_default() += 1);
    let matched = |(here, there): (u64, u64)| match here == there {
        true => count[&(here, there)].is_multiple_of(2),
        false => count.get(&(there, here)) == count.get(&(here, there)),
    };
    let inner = |link: &Value| {
        let pair = link["linkinfo"]["info_kind"] == "veth" && link["link_netnsid"].is_u64();
        link["link_type"] == "loopback" || pair && ends(link).is_some_and(matched)
    };
    let mut doors: Vec<String> = links()
        .filter(|(_, link)| !inner(link))
        .map(|(name, link)| format!("{name} has the interface {}", link["ifname"]))
        .collect();
    for one in all.iter().filter(|one| matches!(one.name.as_str(), "internet" | "operator")) {
        let local = |route: &&Value| matches!(route["table"].as_str(), Some("local"));
        let leads_on = |route: &&Value| {
            let to = route["dst"].as_str().unwrap_or_default();
            route["type"] != "blackhole" && (to == "default" || to.contains('/') || one.name == "operator")
        };
        let found = one.routes.iter().filter(|route| !local(route)).filter(leads_on);
        doors.extend(found.map(|route| format!("{} has the route {route}", one.name)));
    }
    doors
}

#[test]
fn no_namespace_has_a_way_out() {
    for name in [
        "healthy",
        "custom-dns",
        "pod",
        "appliance-no-forwarding",
        "onprem-no-forwarder",
        "firewalls-behind-balancer",
        "proxy-resolves-publicly",
    ] {
        let Some(lab) = lab(name) else { return };
        let all = everything(&lab);
        assert_eq!(doors(&all), Vec::<String>::new(), "{name}");
        let of = |name: &str| all.iter().find(|one| one.name == name).unwrap();
        let operator: Vec<&str> = of("operator").links.iter().filter_map(|link| link["ifname"].as_str()).collect();
        assert_eq!(operator, ["lo"], "{name}");
        let end = |route: &&Value| route["dst"] == "default" && route["type"] == "blackhole";
        assert_eq!(of("internet").routes.iter().filter(end).count(), 1, "{name}: the lab's internet is the end");
        assert!(all.iter().all(|one| !one.routes.iter().any(|route| {
            route["dst"] == "default" && route["gateway"].as_str().is_some_and(|hop| hop.contains(':'))
        })));
    }
}

/// The test above can fail: links to somebody who is not of the lab are seen, and so is a route that leads on.
#[test]
fn a_way_out_is_seen() {
    let Some(lab) = lab("healthy") else { return };
    let stranger = Namespace::new(Role::Host).unwrap();
    let network = lab.network().unwrap();
    for (here, name) in [(&network.operator.namespace, "out"), (&*network.namespaces[0], "other")] {
        let to = stranger.path();
        here.ip(&format!("link add {name} type veth peer name {name} netns {}\n", to.display())).unwrap();
    }
    {
        let standing = network.lock();
        let internet = &standing.built.as_ref().unwrap().internet;
        internet.ip("route replace default via 169.254.0.2 dev n0 onlink\n").unwrap();
    }
    let said = doors(&everything(&lab)).join("\n");
    for part in ["operator has the interface \"out\"", "has the interface \"other\"", "internet has the route"] {
        assert!(said.contains(part), "{part}: {said}");
    }
}
