//! Which names do endpoints serve, and what do the zones that are to hold them say?

use finding::Cx;
use model::resource::{PrivateDnsZone, PrivateDnsZoneGroup, PrivateEndpoint, RecordSet, VirtualNetworkLink};
use model::{DnsName, Kind, ResourceId};
use path::client::{self, Service};
use path::dns::record_for;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A name of an endpoint, and a zone of the name that its record has to be in.
pub(crate) struct Registered<'s> {
    pub(crate) endpoint: &'s ResourceId,
    pub(crate) fqdn: DnsName,
    pub(crate) service: Service,
    /// Where the endpoint serves the name.
    pub(crate) addresses: Vec<IpAddr>,
    pub(crate) zone: &'s ResourceId,
    /// What the zone says of the name.
    pub(crate) record: Option<(&'s ResourceId, &'s RecordSet)>,
}

impl Registered<'_> {
    /// The record holds an address of the endpoint for this name.
    pub(crate) fn is_right(&self) -> bool {
        self.record.is_some_and(|(_, set)| set.addresses().iter().any(|address| self.addresses.contains(address)))
    }

    /// The addresses in one line.
    pub(crate) fn list(&self) -> String {
        self.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }
}

/// Every name of every endpoint with each zone that is called as the name's zone has to be.
pub(crate) fn registered<'s>(cx: &Cx<'s>) -> Vec<Registered<'s>> {
    let mut zones: BTreeMap<String, Vec<&'s ResourceId>> = BTreeMap::new();
    for (id, _) in cx.all::<PrivateDnsZone>() {
        zones.entry(id.name().to_ascii_lowercase()).or_default().push(id);
    }
    let mut all = Vec::new();
    for (endpoint, _) in cx.all::<PrivateEndpoint>() {
        for (fqdn, addresses) in path::platform::served_names(cx.snapshot(), endpoint) {
            let Some(service) = client::service(&fqdn).filter(|service| service.host == fqdn) else { continue };
            for zone in zones.get(service.zone).into_iter().flatten().copied() {
                let record = record_for(cx.snapshot(), zone, &service.alias);
                let (fqdn, service, addresses) = (fqdn.clone(), service.clone(), addresses.clone());
                all.push(Registered { endpoint, fqdn, service, addresses, zone, record });
            }
        }
    }
    all
}

/// True when the zone group of an endpoint keeps records in the zone.
pub(crate) fn keeps(cx: &Cx<'_>, endpoint: &ResourceId, zone: &ResourceId) -> bool {
    let mut configs = cx.children::<PrivateDnsZoneGroup>(endpoint).flat_map(|(_, group)| &group.configs);
    configs.any(|config| config.zone.as_ref() == Some(zone))
}

/// True when all records of a zone are known.
pub(crate) fn is_whole(cx: &Cx<'_>, zone: &ResourceId) -> bool {
    cx.snapshot().coverage().of_children(zone, Kind::RecordSet).is_whole()
}

/// True when a network asks the zone.
pub(crate) fn is_linked(cx: &Cx<'_>, zone: &ResourceId) -> bool {
    cx.children::<VirtualNetworkLink>(zone).next().is_some()
}
