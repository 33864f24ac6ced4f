//! Which appliances take a packet that a user route hands to the front end of a load balancer?
//!
//! One of its backends, and which one is decided for each flow: so all must do the same with it.

use super::appliance::{Handed, next_hop, reached, taken};
use super::facts::{BALANCED, BALANCER_HOP, IP_FORWARDING};
use crate::networks::peering;
use model::resource::{BalancingRule, LoadBalancer, NetworkInterface};
use model::{Because, Decided, FactRef, Known, ResourceId, Snapshot, Why};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Where a load balancer says which subnet its front end is in.
const FRONT_END_SUBNET: &str = "frontendIPConfigurations.subnet.id";

/// A front end that a packet is handed to.
struct Front<'s> {
    id: &'s ResourceId,
    balancer: &'s LoadBalancer,
    name: &'s str,
    /// The virtual network that it is in.
    at: ResourceId,
}

/// What becomes of a packet that is handed to the front end at an address; `None` when no load balancer of
/// the snapshot has it.
pub(super) fn hand_over(
    snapshot: &Snapshot,
    network: &ResourceId,
    route: &ResourceId,
    address: IpAddr,
) -> Option<Decided<Handed>> {
    let front = front_end(snapshot, network, address)?;
    let hop = next_hop(route, address);
    if let Some(stopped) = reached(snapshot, network, &front.at, address, &hop) {
        return Some(match stopped.outcome {
            Known::Value(_) => {
                Decided { because: stopped.because.fact(FactRef::new(front.id, FRONT_END_SUBNET, "")), ..stopped }
            }
            Known::Unknown(_) => stopped,
        });
    }
    let named = |rule: &&BalancingRule| {
        rule.front_end.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(front.name)) && rule.every_port
    };
    let name = front.id.name();
    let Some(rule) = front.balancer.rules.iter().find(named) else {
        let text = format!(
            "{name} at {address} has no rule for every port (HA ports), and what it hands on without one is not known"
        );
        let because = Because::new(text).fact(hop).fact(FactRef::new(front.id, "loadBalancingRules", ""));
        return Some(Decided::unknown(Why::Unsupported, because));
    };
    let because = match members(snapshot, &front, rule) {
        Ok(backends) => return Some(agreed(snapshot, &front, address, &hop, &backends)),
        Err(because) => because,
    };
    Some(Decided::unknown(Why::NotCollected, because.fact(hop)))
}

/// The front end at an address, in the network or in one that is peered with it.
fn front_end<'s>(snapshot: &'s Snapshot, network: &ResourceId, address: IpAddr) -> Option<Front<'s>> {
    let mut found: Vec<Front<'s>> = snapshot
        .all::<LoadBalancer>()
        .filter_map(|(id, balancer)| {
            let front_end = balancer.front_end(address)?;
            let at = front_end.subnet.as_ref()?.parent()?;
            Some(Front { id, balancer, name: &front_end.name, at })
        })
        .collect();
    found.sort_by_key(|front| {
        std::cmp::Reverse((front.at == *network, peering(snapshot, network, &front.at).is_some()))
    });
    found.into_iter().next()
}

/// A backend: the interface that takes the packet.
type Backend<'s> = (&'s ResourceId, &'s NetworkInterface);

/// The backends of a rule, by id; else why they are not known.
fn members<'s>(snapshot: &'s Snapshot, front: &Front<'_>, rule: &BalancingRule) -> Result<Vec<Backend<'s>>, Because> {
    let mut cards: BTreeSet<ResourceId> = BTreeSet::new();
    for pool in &rule.pools {
        let listed = front.balancer.pool(pool.name());
        cards.extend(listed.into_iter().flat_map(|pool| &pool.members).filter_map(ResourceId::parent));
        let own = |nic: &NetworkInterface| nic.ip_configurations.iter().any(|one| one.backend_pools.contains(pool));
        cards.extend(snapshot.all::<NetworkInterface>().filter(|(_, nic)| own(nic)).map(|(id, _)| id.clone()));
        for address in listed.into_iter().flat_map(|pool| &pool.addresses) {
            let there = |nic: &NetworkInterface| {
                nic.addresses().any(|known| known == *address)
                    && nic.subnet().and_then(ResourceId::parent).is_some_and(|at| at == front.at)
            };
            match snapshot.all::<NetworkInterface>().find(|(_, nic)| there(nic)) {
                Some((id, _)) => cards.extend([id.clone()]),
                None => return Err(absent(front, &address.to_string())),
            }
        }
    }
    if cards.is_empty() {
        let text = format!("who is behind {} is not in the snapshot", front.id.name());
        return Err(Because::new(text).fact(FactRef::new(front.id, "backendAddressPools", "")));
    }
    cards
        .iter()
        .map(|card| {
            let known = snapshot.all::<NetworkInterface>().find(|(id, _)| *id == card);
            known.ok_or_else(|| absent(front, card.name()))
        })
        .collect()
}

fn absent(front: &Front<'_>, backend: &str) -> Because {
    let text = format!("{backend}, which is behind {}, is not in the snapshot", front.id.name());
    Because::new(text).fact(FactRef::new(front.id, "backendAddressPools", backend))
}

/// What all backends do with a packet; unknown where they differ.
fn agreed(
    snapshot: &Snapshot,
    front: &Front<'_>,
    address: IpAddr,
    hop: &FactRef,
    backends: &[Backend<'_>],
) -> Decided<Handed> {
    let handed: Vec<Decided<Handed>> =
        backends.iter().map(|(id, nic)| taken(snapshot, (id, nic), &front.at, address)).collect();
    let (name, count) = (front.id.name(), backends.len());
    let one_of = if count == 1 { "its one backend".to_owned() } else { format!("one of {count} backends") };
    let text = format!("{name} at {address} hands each flow to {one_of}");
    let because =
        handed.iter().fold(Because::new(text).fact(hop.clone()).rule(&BALANCER_HOP).rule(&BALANCED), |because, one| {
            because.part(one.because.clone())
        });
    if let Some(why) = handed.iter().find_map(|one| one.outcome.why()) {
        return Decided::unknown(why, because);
    }
    let all: Vec<Handed> = handed.into_iter().filter_map(|one| one.outcome.value().cloned()).collect();
    if all.iter().all(|one| *one == Handed::Dropped) {
        let text = format!("{name} at {address} hands each flow to {one_of}, and none may forward packets");
        let lacking = because.parts.iter().flat_map(|part| part.facts.clone()).collect::<Vec<_>>();
        let because = lacking.into_iter().fold(Because { parts: Vec::new(), text, ..because }, Because::fact);
        return Decided::value(Handed::Dropped, because.rule(&IP_FORWARDING));
    }
    match alike(backends).then(|| together(front.id, &all)).flatten() {
        Some(forwards) => Decided::value(forwards, because),
        None => {
            let text = "its backends differ in what they do with a packet, or in the rules around them";
            Decided::unknown(Why::Unsupported, because.part(Because::new(text)))
        }
    }
}

/// True when the same rules and routes hold for all backends.
fn alike(backends: &[Backend<'_>]) -> bool {
    let around = |nic: &NetworkInterface| {
        let groups: BTreeSet<ResourceId> =
            nic.ip_configurations.iter().flat_map(|one| one.application_security_groups.clone()).collect();
        (nic.subnet().cloned(), nic.network_security_group.clone(), groups)
    };
    let mut all = backends.iter().map(|(_, nic)| around(nic));
    let Some(first) = all.next() else { return false };
    all.all(|one| one == first)
}

/// One standing for all that forward the same way, with the addresses of all.
fn together(balancer: &ResourceId, all: &[Handed]) -> Option<Handed> {
    let mut found: Option<(Box<crate::standing::Standing>, bool)> = None;
    for one in all {
        let Handed::Forwards { standing, source_nat, .. } = one else { return None };
        match &mut found {
            None => found = Some((standing.clone(), *source_nat)),
            Some((first, nat)) if *nat == *source_nat => first.sources.extend(&standing.sources),
            Some(_) => return None,
        }
    }
    let (standing, source_nat) = found?;
    Some(Handed::Forwards { standing, source_nat, balancer: Some(balancer.clone()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::standing::{Servers, Standing};
    use model::resource::{BackendPool, FrontEnd, IpConfiguration, VirtualNetwork};
    use model::{Appliance, Body, Client, Coverage, Resource};

    fn network() -> ResourceId {
        ResourceId::new("s", "rg", "Microsoft.Network/virtualNetworks", &["hub"])
    }

    fn subnet(name: &str) -> ResourceId {
        network().child("subnets", name)
    }

    fn pool() -> ResourceId {
        balancer_id().child("backendAddressPools", "pool")
    }

    fn balancer_id() -> ResourceId {
        ResourceId::new("s", "rg", "Microsoft.Network/loadBalancers", &["lb"])
    }

    fn card(name: &str) -> ResourceId {
        ResourceId::new("s", "rg", "Microsoft.Network/networkInterfaces", &[name])
    }

    fn nic(name: &str, address: &str, at: &str, ip_forwarding: bool) -> Resource {
        let configuration = IpConfiguration {
            name: "one".into(),
            address: Some(address.parse().unwrap()),
            subnet: Some(subnet(at)),
            backend_pools: vec![pool()],
            ..IpConfiguration::default()
        };
        let nic =
            NetworkInterface { ip_configurations: vec![configuration], ip_forwarding, ..NetworkInterface::default() };
        Resource::new(card(name), Body::NetworkInterface(nic))
    }

    fn balancer(every_port: bool, listed: &[&str]) -> Resource {
        let front_end =
            FrontEnd { name: "Front".into(), address: Some("10.1.3.10".parse().unwrap()), subnet: Some(subnet("fw")) };
        let members = listed.iter().map(|name| card(name).child("ipConfigurations", "one")).collect();
        let rule =
            BalancingRule { name: "rule".into(), front_end: Some("front".into()), pools: vec![pool()], every_port };
        let body = LoadBalancer {
            front_ends: vec![front_end],
            pools: vec![BackendPool { name: "pool".into(), members, addresses: Vec::new() }],
            rules: vec![rule],
        };
        Resource::new(balancer_id(), Body::LoadBalancer(body))
    }

    /// What becomes of a packet; `told` says of each address whether it puts its own for the source.
    fn handed(resources: Vec<Resource>, told: &[(&str, bool)]) -> Decided<Handed> {
        let hub = Resource::new(network(), Body::VirtualNetwork(VirtualNetwork::default()));
        let mut client = Client::default();
        for (address, source_nat) in told {
            let appliance = Appliance { name: (*address).to_owned(), source_nat: *source_nat };
            client.appliances.insert(address.parse().unwrap(), appliance);
        }
        let all = resources.into_iter().chain([hub]);
        let estate = Snapshot::new(all, Coverage::complete()).with_client(client);
        let from = Standing {
            network: Some(network()),
            subnet: Some(subnet("app")),
            servers: Servers::Azure,
            ..Standing::outside()
        };
        let route = ResourceId::new("s", "rg", "Microsoft.Network/routeTables", &["t"]).child("routes", "r");
        super::super::hand_over(&estate, &from, &route, "10.1.3.10".parse().unwrap())
    }

    fn two(first: bool, second: bool) -> Vec<Resource> {
        vec![balancer(true, &["a", "b"]), nic("a", "10.1.3.4", "fw", first), nic("b", "10.1.3.5", "fw", second)]
    }

    const BOTH: [(&str, bool); 2] = [("10.1.3.4", true), ("10.1.3.5", true)];

    #[test]
    fn backends_that_agree_are_one_appliance_with_all_addresses() {
        let Known::Value(Handed::Forwards { standing, source_nat, balancer }) = handed(two(true, true), &BOTH).outcome
        else {
            panic!("it is sent on")
        };
        assert_eq!((source_nat, balancer), (true, Some(balancer_id())));
        let sources: Vec<String> = standing.sources.iter().map(ToString::to_string).collect();
        assert_eq!(sources, ["10.1.3.4/32", "10.1.3.5/32"]);
    }

    #[test]
    fn none_that_may_forward_drops_and_names_them_all() {
        let decided = handed(two(false, false), &BOTH);
        assert_eq!(decided.outcome, Known::Value(Handed::Dropped));
        let lacking = decided.because.facts.iter().filter(|fact| fact.property == "enableIPForwarding");
        assert_eq!(lacking.map(|fact| fact.resource.name()).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn backends_that_differ_leave_it_open() {
        let unknown = |decided: Decided<Handed>| assert_eq!(decided.outcome, Known::Unknown(Why::Unsupported));
        unknown(handed(two(true, false), &BOTH));
        unknown(handed(two(true, true), &[("10.1.3.4", true), ("10.1.3.5", false)]));
        let apart = vec![
            balancer(true, &["a", "b"]),
            nic("a", "10.1.3.4", "fw", true),
            nic("b", "10.1.3.5", "elsewhere", true),
        ];
        unknown(handed(apart, &BOTH));
        // What one of them does is not told.
        assert_eq!(handed(two(true, true), &[("10.1.3.4", true)]).outcome, Known::Unknown(Why::NotCollected));
    }

    #[test]
    fn without_a_rule_for_every_port_or_without_backends_nothing_is_claimed() {
        let nic = || nic("a", "10.1.3.4", "fw", false);
        let one_port = handed(vec![balancer(false, &["a"]), nic()], &BOTH);
        assert_eq!(one_port.outcome, Known::Unknown(Why::Unsupported));
        let empty = handed(vec![balancer(true, &[])], &BOTH);
        assert_eq!(empty.outcome, Known::Unknown(Why::NotCollected));
        // A scale set's interface is no resource of its own.
        let absent = handed(vec![balancer(true, &["a", "gone"]), nic()], &BOTH);
        assert_eq!(absent.outcome, Known::Unknown(Why::NotCollected));
        assert!(absent.because.text.contains("gone"), "{}", absent.because.text);
    }

    #[test]
    fn who_is_behind_may_be_said_by_either_side_or_of_the_front_end() {
        let by_the_interface = vec![balancer(true, &[]), nic("a", "10.1.3.4", "fw", true)];
        let decided = handed(by_the_interface, &[("10.1.3.10", true)]);
        assert!(matches!(decided.outcome, Known::Value(Handed::Forwards { .. })), "{:?}", decided.because);
        let by_the_balancer = {
            let mut one = nic("a", "10.1.3.4", "fw", true);
            if let Body::NetworkInterface(card) = &mut one.body {
                card.ip_configurations[0].backend_pools.clear();
            }
            vec![balancer(true, &["A"]), one]
        };
        assert!(matches!(handed(by_the_balancer, &BOTH).outcome, Known::Value(Handed::Forwards { .. })));
    }

    #[test]
    fn an_address_of_nobody_stays_unknown() {
        assert_eq!(handed(vec![], &BOTH).outcome, Known::Unknown(Why::NotCollected));
    }
}
