//! What does a line of the change language do to DNS servers, places on premises and CoreDNS?

use super::change::{Problem, ip};
use super::estate::bare;
use super::place::find;
use model::{Change, ClientFact, Snapshot};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// Whom the clients of a place on premises ask.
pub(super) fn servers(snapshot: &Snapshot, place: &str, addresses: &str) -> Problem<Vec<Change>> {
    let known = &snapshot.client().on_premises;
    let found = place.strip_prefix("onprem/").and_then(|name| known.get(name));
    let mut site = found.cloned().ok_or_else(|| {
        let names: Vec<String> = known.keys().map(|name| format!("onprem/{name}")).collect();
        format!("there is no place {place:?}; there are: {}", names.join(", "))
    })?;
    site.dns_servers = match addresses {
        "none" => Vec::new(),
        list => list.split(',').map(ip).collect::<Problem<_>>()?,
    };
    Ok(vec![Change::Outside(ClientFact::OnPremises { name: site.name.clone(), site: Some(site) })])
}

/// Whom a DNS server, or a cluster's CoreDNS, asks for a domain.
pub(super) fn forward(snapshot: &Snapshot, domain: &str, server: &str, addresses: &str) -> Problem<Vec<Change>> {
    if server.starts_with("aks/") {
        let cluster = find(snapshot, server).map_err(|error| error.to_string())?;
        let mut dns = snapshot.client().clusters.get(&cluster).cloned().unwrap_or_default();
        redirect(&mut dns.forward, domain, addresses)?;
        return Ok(vec![Change::Outside(ClientFact::ClusterDns { cluster, dns: Some(dns) })]);
    }
    let servers = &snapshot.client().dns_servers;
    let found = servers.iter().find(|(_, known)| known.name == server);
    let (address, known) = found.ok_or_else(|| {
        let names: Vec<&str> = servers.values().map(|server| server.name.as_str()).collect();
        format!("there is no dns-server {server:?}; there are: {}", names.join(", "))
    })?;
    let mut after = known.clone();
    redirect(&mut after.forward, domain, addresses)?;
    Ok(vec![Change::Outside(ClientFact::DnsServer { address: *address, server: Some(after) })])
}

fn redirect(forward: &mut BTreeMap<String, Vec<IpAddr>>, domain: &str, addresses: &str) -> Problem<()> {
    if addresses == "none" {
        forward.remove(&bare(domain));
    } else {
        forward.insert(bare(domain), addresses.split(',').map(ip).collect::<Problem<_>>()?);
    }
    Ok(())
}
