//! Which `az` commands make a list of changes? Written to be pasted into a shell.
//!
//! Only flags that current releases of az know (recorded with 2.91), every word quoted where a
//! shell could read it otherwise, long ids once as shell variables. What az cannot say becomes a
//! comment line in plain words.

mod command;
mod put;
mod quote;
mod set;

#[cfg(test)]
mod tests;

use command::{Command, Piece};
use model::{
    Appliance, Body, Change, ClientFact, ClusterDns, DnsServer, Kind, OnPremises, Resource, ResourceId, Snapshot,
    visible,
};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;

/// Commands, and the variables that they use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Script {
    /// Shell variables: name and value (not quoted), in the order of first use.
    pub variables: Vec<(String, String)>,
    /// Commands and comment lines, in order. A long command is wrapped with ` \` and a newline.
    pub commands: Vec<String>,
}

impl Script {
    /// The assignments, quoted, one a line.
    pub fn assignments(&self) -> impl Iterator<Item = String> {
        self.variables.iter().map(|(name, value)| format!("{name}={}", quote::always(value)))
    }
}

impl fmt::Display for Script {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.assignments() {
            writeln!(out, "{line}")?;
        }
        for command in &self.commands {
            writeln!(out, "{command}")?;
        }
        Ok(())
    }
}

/// The commands that make these changes to the estate of `snapshot`, in order.
pub fn commands(changes: &[Change], snapshot: &Snapshot) -> Script {
    let mut pieces = Vec::new();
    let mut now = snapshot.clone();
    for change in changes {
        pieces.extend(spell(change, &now));
        now = now.with(std::slice::from_ref(change));
    }
    command::render(&pieces)
}

fn spell(change: &Change, snapshot: &Snapshot) -> Vec<Piece> {
    match change {
        Change::Put(resource) => put::spell(resource, snapshot),
        Change::Set(fact, value) => set::spell(&fact.resource, &fact.property, value),
        Change::Delete(id) => delete(id, snapshot),
        Change::Outside(ClientFact::Environment { name, value }) => vec![environment(name, value.as_deref())],
        Change::Outside(ClientFact::HostsEntry { name, address: Some(address) }) => {
            vec![comment(&format!("in the hosts file of the client: write the line {address} {name}"))]
        }
        Change::Outside(ClientFact::HostsEntry { name, address: None }) => {
            vec![comment(&format!("in the hosts file of the client: remove the line of {name}"))]
        }
        Change::Outside(ClientFact::DnsServer { address, server: Some(server) }) => {
            forwards(*address, server, snapshot.client().dns_servers.get(address))
        }
        Change::Outside(ClientFact::DnsServer { address, server: None }) => {
            vec![comment(&format!("on the DNS server {address}: remove what it forwards"))]
        }
        Change::Outside(ClientFact::Appliance { address, appliance }) => {
            vec![comment(&hands_on(*address, appliance.as_ref()))]
        }
        Change::Outside(ClientFact::ClusterDns { cluster, dns }) => {
            core_dns(cluster, dns.as_ref(), snapshot.client().clusters.get(cluster))
        }
        Change::Outside(ClientFact::OnPremises { name, site }) => vec![comment(&on_premises(name, site.as_ref()))],
    }
}

/// What is to be changed on a DNS server.
fn forwards(address: IpAddr, server: &DnsServer, before: Option<&DnsServer>) -> Vec<Piece> {
    let at = format!("on the DNS server {} ({address})", server.name);
    rules(&at, &server.forward, before.map(|before| &before.forward))
}

/// What is to be changed in a cluster's CoreDNS.
fn core_dns(cluster: &ResourceId, dns: Option<&ClusterDns>, before: Option<&ClusterDns>) -> Vec<Piece> {
    let at = format!("in ConfigMap kube-system/coredns-custom of {}", cluster.name());
    let (empty, none) = (ClusterDns::default(), BTreeMap::new());
    let (dns, old) = (dns.unwrap_or(&empty), before.map_or(&none, |before| &before.hosts));
    let pinned = dns.hosts.iter().filter(|(name, address)| old.get(*name) != Some(address));
    let mut lines: Vec<Piece> =
        pinned.map(|(name, address)| comment(&format!("{at}: answer {address} for {name}"))).collect();
    let gone = old.keys().filter(|name| !dns.hosts.contains_key(*name));
    lines.extend(gone.map(|name| comment(&format!("{at}: remove the answer for {name}"))));
    let same = before.is_some_and(|before| before.forward == dns.forward);
    if !same || lines.is_empty() {
        lines.extend(rules(&at, &dns.forward, before.map(|before| &before.forward)));
    }
    lines.push(Piece::Shell("kubectl --namespace kube-system rollout restart deployment coredns".to_owned()));
    lines
}

type Forward = BTreeMap<String, Vec<IpAddr>>;

/// What is to be changed in a list of forwarders, one line a domain.
fn rules(at: &str, forward: &Forward, before: Option<&Forward>) -> Vec<Piece> {
    let old = |domain: &str| before.and_then(|before| before.get(domain));
    let changed = forward.iter().filter(|(domain, servers)| old(domain) != Some(servers));
    let mut lines: Vec<Piece> = changed
        .map(|(domain, servers)| {
            let servers = servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            comment(&format!("{at}: forward {domain}. to {servers}"))
        })
        .collect();
    let gone = before.into_iter().flat_map(BTreeMap::keys);
    let gone = gone.filter(|domain| !forward.contains_key(*domain));
    lines.extend(gone.map(|domain| comment(&format!("{at}: forward {domain}. no more by a rule of its own"))));
    if lines.is_empty() {
        lines.push(comment(&format!("{at}: everything is as it should be")));
    }
    lines
}

/// What is to be changed on a host that forwards packets.
fn hands_on(address: IpAddr, appliance: Option<&Appliance>) -> String {
    match appliance {
        None => format!("on the appliance at {address}: forward nothing"),
        Some(Appliance { name, source_nat: true }) => {
            format!("on {name} ({address}): forward packets with its own address as their source")
        }
        Some(Appliance { name, source_nat: false }) => format!("on {name} ({address}): forward packets as they are"),
    }
}

/// What is to be changed at a place outside of Azure.
fn on_premises(name: &str, site: Option<&OnPremises>) -> String {
    let Some(site) = site else { return format!("at {name}: take the connection to Azure away") };
    let list = |servers: &[IpAddr]| servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match site.dns_servers.as_slice() {
        [] => format!("at {name}: give the clients no DNS servers of their own"),
        servers => format!("at {name}: let the clients ask the DNS servers {}", list(servers)),
    }
}

fn environment(name: &str, value: Option<&str>) -> Piece {
    let fits = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|next| next.is_ascii_alphanumeric() || next == '_');
    match value {
        _ if !fits => comment(&format!("in the environment of the client: change {name}, which no shell can name")),
        Some(value) => Piece::Shell(format!("export {name}={}", quote::always(value))),
        None => Piece::Shell(format!("unset {name}")),
    }
}

fn comment(text: &str) -> Piece {
    Piece::Comment(visible(text).into_owned())
}

/// What az cannot say.
fn unsayable(id: &ResourceId, what: &str) -> Vec<Piece> {
    vec![comment(&format!("az cannot say this: {what} of {} ({})", id.name(), id.resource_type()))]
}

fn delete(id: &ResourceId, snapshot: &Snapshot) -> Vec<Piece> {
    let parent = id.parent();
    let parent = parent.as_ref().map_or("", ResourceId::name);
    let kind = Kind::of_type(&id.resource_type());
    let command = match kind {
        Kind::PrivateDnsZone => Command::of("network private-dns zone delete", id).name(id.name()).plain("--yes"),
        Kind::VirtualNetworkLink => Command::of("network private-dns link vnet delete", id)
            .flag("--zone-name", parent)
            .name(id.name())
            .plain("--yes"),
        Kind::RulesetLink => Command::of("dns-resolver vnet-link delete", id)
            .flag("--ruleset-name", parent)
            .name(id.name())
            .plain("--yes"),
        Kind::RecordSet => {
            let Some(verb) = put::record_verb(id) else { return unsayable(id, "the deletion") };
            Command::of(&format!("network private-dns record-set {verb} delete"), id)
                .flag("--zone-name", parent)
                .name(id.name())
                .plain("--yes")
        }
        Kind::PrivateDnsZoneGroup => Command::of("network private-endpoint dns-zone-group delete", id)
            .flag("--endpoint-name", parent)
            .name(id.name()),
        Kind::PrivateEndpoint => Command::of("network private-endpoint delete", id).name(id.name()),
        Kind::SecurityRule => Command::of("network nsg rule delete", id).flag("--nsg-name", parent).name(id.name()),
        Kind::Peering => Command::of("network vnet peering delete", id).flag("--vnet-name", parent).name(id.name()),
        Kind::Route => {
            Command::of("network route-table route delete", id).flag("--route-table-name", parent).name(id.name())
        }
        Kind::PrivateEndpointConnection => {
            Command::new("network private-endpoint-connection delete").id("--id", id).plain("--yes")
        }
        Kind::NetworkInterface if owned_by_endpoint(id, snapshot) => {
            return vec![comment(&format!("Azure deletes {} with its private endpoint", id.name()))];
        }
        _ => Command::new("resource delete").id("--ids", id),
    };
    vec![Piece::Command(command)]
}

/// Azure deletes such a NIC itself.
fn owned_by_endpoint(id: &ResourceId, snapshot: &Snapshot) -> bool {
    match snapshot.get(id).map(|resource| &resource.body) {
        Some(Body::NetworkInterface(interface)) => interface.private_endpoint.is_some(),
        _ => false,
    }
}

/// The name of the thing that a resource was before a change.
fn before<'s>(resource: &Resource, snapshot: &'s Snapshot) -> Option<&'s Body> {
    snapshot.get(&resource.id).map(|old| &old.body)
}

/// Names of variables for ids, each once.
type Names = BTreeMap<ResourceId, String>;
