//! Which resources belong to an address, a network or a name? Kept beside the resources, so that nobody
//! has to look at all of them.

use crate::{Body, ResourceId};
use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};
use std::net::IpAddr;
use std::sync::Arc;

/// What is looked up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// Network interfaces with this address.
    Address(IpAddr),
    /// Network interfaces of this private endpoint.
    InterfaceOf(ResourceId),
    /// Network interfaces and private endpoints in this application security group.
    MemberOf(ResourceId),
    /// Links of private DNS zones to this virtual network.
    LinkedTo(ResourceId),
    /// Private endpoints that lead to this resource.
    LeadsTo(ResourceId),
    /// Accounts with this custom subdomain, in lower case.
    Subdomain(Arc<str>),
    /// Network interfaces and private endpoints that serve this name, in lower case.
    Serves(Arc<str>),
    /// Private DNS zones of this name, in lower case.
    Zone(Arc<str>),
    /// Zone groups that name this zone, after its name in lower case.
    Grouped(Arc<str>, ResourceId),
    /// Record sets of this zone at this label or below it, in lower case.
    Label(ResourceId, Arc<str>),
}

type Ids = RedBlackTreeSetSync<ResourceId>;

/// The ids of each key. Cloning and changing share all that stays the same.
#[derive(Debug, Clone, Default)]
pub(crate) struct Index {
    ids: RedBlackTreeMapSync<Key, Ids>,
}

impl Index {
    pub(crate) fn get(&self, key: &Key) -> impl Iterator<Item = &ResourceId> {
        self.ids.get(key).into_iter().flat_map(Ids::iter)
    }

    /// The zones of a name that zone groups name, each with the first of these groups.
    pub(crate) fn grouped(&self, name: &str) -> impl Iterator<Item = (&ResourceId, &ResourceId)> {
        let name = lower(name);
        let first = Key::Grouped(Arc::clone(&name), ResourceId::first());
        let all = self.ids.range(first..).map_while(move |(key, groups)| match key {
            Key::Grouped(own, zone) if *own == name => Some((zone, groups.iter().next())),
            _ => None,
        });
        all.filter_map(|(zone, group)| Some((zone, group?)))
    }

    pub(crate) fn add(&mut self, id: &ResourceId, body: &Body) {
        for key in keys(id, body) {
            let mut ids = self.ids.get(&key).cloned().unwrap_or_default();
            ids.insert_mut(id.clone());
            self.ids.insert_mut(key, ids);
        }
    }

    pub(crate) fn remove(&mut self, id: &ResourceId, body: &Body) {
        for key in keys(id, body) {
            let Some(mut ids) = self.ids.get(&key).cloned() else { continue };
            ids.remove_mut(id);
            if ids.is_empty() {
                self.ids.remove_mut(&key);
            } else {
                self.ids.insert_mut(key, ids);
            }
        }
    }
}

impl Key {
    /// What serves a name.
    pub fn serves(name: &str) -> Self {
        Self::Serves(lower(name))
    }

    /// Accounts of a subdomain.
    pub fn subdomain(name: &str) -> Self {
        Self::Subdomain(lower(name))
    }

    /// Record sets of a zone at a label, or at labels below it.
    pub fn label(zone: &ResourceId, label: &str) -> Self {
        Self::Label(zone.clone(), lower(label))
    }

    /// Zones of a name.
    pub fn zone(name: &str) -> Self {
        Self::Zone(lower(name))
    }
}

fn lower(name: &str) -> Arc<str> {
    name.to_ascii_lowercase().into()
}

/// Under what a resource is found.
fn keys(id: &ResourceId, body: &Body) -> Vec<Key> {
    match body {
        Body::NetworkInterface(nic) => {
            let addresses = nic.addresses().map(Key::Address);
            let names = nic.ip_configurations.iter().flat_map(|configuration| &configuration.fqdns);
            let names = names.map(|name| Key::serves(name.as_str()));
            let groups = nic.ip_configurations.iter().flat_map(|at| at.application_security_groups.clone());
            let endpoint = nic.private_endpoint.clone().map(Key::InterfaceOf);
            addresses.chain(names).chain(endpoint).chain(groups.map(Key::MemberOf)).collect()
        }
        Body::VirtualNetworkLink(link) => link.virtual_network.clone().map(Key::LinkedTo).into_iter().collect(),
        Body::PrivateEndpoint(endpoint) => {
            let targets = endpoint.connections.iter().filter_map(|connection| connection.target.clone());
            let names = endpoint.custom_dns_configs.iter().map(|config| Key::serves(config.fqdn.as_str()));
            let groups = endpoint.application_security_groups.iter().cloned().map(Key::MemberOf);
            targets.map(Key::LeadsTo).chain(names).chain(groups).collect()
        }
        Body::CognitiveServicesAccount(account) => {
            account.custom_subdomain.as_deref().map(Key::subdomain).into_iter().collect()
        }
        Body::RecordSet(_) => id.parent().map_or_else(Vec::new, |zone| {
            let labels = std::iter::successors(Some(id.name()), |label| Some(label.split_once('.')?.1));
            labels.map(|label| Key::label(&zone, label)).collect()
        }),
        Body::PrivateDnsZone(_) => vec![Key::zone(id.name())],
        Body::PrivateDnsZoneGroup(group) => {
            let zones = group.configs.iter().filter_map(|config| config.zone.as_ref());
            zones.map(|zone| Key::Grouped(lower(zone.name()), zone.clone())).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::resource::{IpConfiguration, NetworkInterface};
    use crate::{Body, Change, Coverage, Key, Kind, Resource, ResourceId, Snapshot, Why};
    use std::sync::Arc;

    fn nic(address: &str) -> Resource {
        let id = ResourceId::new("s", "g", "Microsoft.Network/networkInterfaces", &["nic"]);
        let configuration = IpConfiguration { address: Some(address.parse().unwrap()), ..IpConfiguration::default() };
        let body = NetworkInterface { ip_configurations: vec![configuration], ..NetworkInterface::default() };
        Resource::new(id, Body::NetworkInterface(body))
    }

    fn at(snapshot: &Snapshot, address: &str) -> usize {
        snapshot.by::<NetworkInterface>(&Key::Address(address.parse().unwrap())).count()
    }

    #[test]
    fn what_is_looked_up_follows_every_change() {
        let old = Snapshot::new([nic("10.0.0.9"), nic("10.0.0.4")], Coverage::complete());
        assert_eq!((at(&old, "10.0.0.9"), at(&old, "10.0.0.4")), (0, 1));
        let moved = old.with(&[Change::Put(Arc::new(nic("10.0.0.5")))]);
        assert_eq!((at(&moved, "10.0.0.4"), at(&moved, "10.0.0.5"), at(&old, "10.0.0.4")), (0, 1, 1));
        let gone = moved.with(&[Change::Delete(nic("10.0.0.5").id)]);
        assert_eq!(at(&gone, "10.0.0.5"), 0);
        assert_eq!(at(&old.without(Kind::NetworkInterface, Why::NotPermitted), "10.0.0.4"), 0);
    }
}
