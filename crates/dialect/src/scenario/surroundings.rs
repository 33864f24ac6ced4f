//! What does an `[estate]` say of what is no Azure resource: DNS servers, places on premises, CoreDNS?

use super::estate::{Builder, Built, CLUSTER, bare};
use super::file::{ClusterEntry, DnsServerEntry, Estate, Forwards, OnPremisesEntry, VmEntry};
use model::{Appliance, ClusterDns, DnsServer, OnPremises, ResourceId};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What the DNS servers of the estate's owner do.
pub(super) fn dns_servers(estate: &Estate) -> Built<BTreeMap<IpAddr, DnsServer>> {
    let builder = Builder::new(estate);
    let read = |(name, entry): (&String, &DnsServerEntry)| {
        let at = format!("estate.dns-server.{name}");
        let network = entry.network.as_ref().map(|network| builder.network_id(network, &at)).transpose()?;
        let forward = entry.forward.iter().map(|(domain, servers)| (bare(domain), servers.0.clone())).collect();
        Ok((entry.address, DnsServer { name: name.clone(), network, forward }))
    };
    estate.dns_server.iter().map(read).collect()
}

/// What the hosts do that forward packets.
pub(super) fn appliances(estate: &Estate) -> BTreeMap<IpAddr, Appliance> {
    let read = |(name, entry): (&String, &VmEntry)| {
        let source_nat = entry.forwards? == Forwards::SourceNat;
        Some((entry.address, Appliance { name: name.clone(), source_nat }))
    };
    estate.vm.iter().filter_map(read).collect()
}

/// The places outside of Azure that reach it privately.
pub(super) fn on_premises(estate: &Estate) -> Built<BTreeMap<String, OnPremises>> {
    let builder = Builder::new(estate);
    let read = |(name, entry): (&String, &OnPremisesEntry)| {
        let at = format!("estate.on-premises.{name}");
        let site = OnPremises {
            name: name.clone(),
            address_space: entry.space.0.clone(),
            network: entry.gateway.as_ref().map(|network| builder.network_id(network, &at)).transpose()?,
            dns_servers: entry.dns.clone(),
            point_to_site: entry.point_to_site,
        };
        Ok((name.clone(), site))
    };
    estate.on_premises.iter().map(read).collect()
}

/// What is known of the DNS configuration of clusters.
pub(super) fn clusters(estate: &Estate) -> BTreeMap<ResourceId, ClusterDns> {
    let builder = Builder::new(estate);
    let read = |(name, entry): (&String, &ClusterEntry)| {
        let table = entry.coredns.as_ref()?;
        let forward = table.forward.iter().map(|(domain, servers)| (bare(domain), servers.0.clone())).collect();
        let hosts = table.hosts.iter().map(|(name, address)| (bare(name), *address)).collect();
        Some((builder.id(&entry.group, CLUSTER, name), ClusterDns { forward, hosts }))
    };
    estate.aks.iter().filter_map(read).collect()
}
