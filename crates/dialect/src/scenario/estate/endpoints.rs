//! Which resources does an endpoint stand for? Its NIC, its connection, and the records that its zone group keeps.

use super::super::file::EndpointEntry;
use super::{Builder, Built, creator, missing, word, zone_config};
use model::resource::{
    ConnectionState, CustomDnsConfig, IpConfiguration, NetworkInterface, PrivateDnsZoneGroup, PrivateEndpoint,
    PrivateEndpointConnection, PrivateLinkServiceConnection,
};
use model::{Body, DnsName, Known, ResourceId, ZoneRow};
use std::net::IpAddr;

impl Builder<'_> {
    pub(super) fn endpoint(&mut self, name: &str, entry: &EndpointEntry) -> Built {
        let at = format!("estate.endpoint.{name}");
        let (target, label, row) = self.served(&at, entry)?;
        let state = word(&at, entry.state.as_deref(), ConnectionState::parse, ConnectionState::Approved)?;
        let subnet = self.subnet_id(&entry.subnet, &at)?;
        let id = self.id(&entry.group, "Microsoft.Network/privateEndpoints", name);
        let interface = self.id(&entry.group, "Microsoft.Network/networkInterfaces", &format!("{name}-nic"));
        // Names that carry a region or a partition are written out: `names`.
        let fixed = row.suffixes.iter().filter(|suffix| !suffix.contains('{'));
        let fqdns: Vec<DnsName> = fixed.filter_map(|suffix| DnsName::below(&label, suffix).ok()).collect();
        let connection = PrivateLinkServiceConnection {
            name: name.to_owned(),
            target: Some(target.clone()),
            group_ids: vec![row.group_id.to_owned()],
            state: Known::Value(state),
            manual: state != ConnectionState::Approved,
        };
        let named = |fqdn: &DnsName| CustomDnsConfig { fqdn: fqdn.clone(), addresses: vec![entry.address] };
        let more = entry.names.iter().map(|(name, address)| {
            let fqdn = DnsName::parse(name).map_err(|_| format!("{at}.names: {name:?} is no DNS name"))?;
            Ok(CustomDnsConfig { fqdn, addresses: vec![*address] })
        });
        let more = more.collect::<Built<Vec<CustomDnsConfig>>>()?;
        let endpoint = PrivateEndpoint {
            subnet: Some(subnet.clone()),
            connections: vec![connection],
            network_interfaces: vec![interface.clone()],
            application_security_groups: self.security_groups(&entry.asg, &at)?,
            custom_dns_configs: fqdns.iter().map(named).chain(more.clone()).collect(),
            provisioning_state: Known::Value("Succeeded".to_owned()),
        };
        self.add(id.clone(), Body::PrivateEndpoint(endpoint));
        let configuration = |name: String, member: String, address: IpAddr, fqdns: Vec<DnsName>| IpConfiguration {
            name,
            address: Some(address),
            subnet: Some(subnet.clone()),
            group_id: Some(row.group_id.to_owned()),
            member: Some(member),
            fqdns,
            ..IpConfiguration::default()
        };
        let first = configuration("privateEndpointIpConfig".to_owned(), "default".to_owned(), entry.address, fqdns);
        let others = more.into_iter().map(|config| {
            let member = config.fqdn.labels().next().unwrap_or_default().to_owned();
            configuration(format!("ipconfig-{member}"), member, config.addresses[0], vec![config.fqdn])
        });
        let nic = NetworkInterface {
            ip_configurations: std::iter::once(first).chain(others).collect(),
            private_endpoint: Some(id.clone()),
            ..NetworkInterface::default()
        };
        self.add(interface, Body::NetworkInterface(nic));
        if entry.account.is_some() {
            let seen = PrivateEndpointConnection { private_endpoint: Some(id.clone()), state: Known::Value(state) };
            self.add(target.child("privateEndpointConnections", name), Body::PrivateEndpointConnection(seen));
        }
        self.zone_group(&id, entry, (&label, row), &at)
    }

    /// The zone group of an endpoint and the records that it keeps.
    pub(super) fn zone_group(
        &mut self,
        endpoint: &ResourceId,
        entry: &EndpointEntry,
        (label, row): (&str, &'static ZoneRow),
        at: &str,
    ) -> Built {
        if entry.zones.is_empty() {
            return Ok(());
        }
        let mut configs = Vec::with_capacity(entry.zones.len());
        for name in &entry.zones {
            let zones = &self.estate.zone;
            let zone = zones.get(name).ok_or_else(|| missing(at, "zone", name, zones.keys()))?;
            let zone = self.id(&zone.group, "Microsoft.Network/privateDnsZones", name);
            self.record(&zone, label, entry.address, Some(creator(endpoint)));
            // A name of a web app's deployment host has its record in the zone of the app.
            for suffix in row.suffixes.iter().filter(|suffix| row.zone_for(suffix).is_none() && !suffix.contains('{')) {
                let mut wider = row.suffixes.iter().filter(|wide| row.zone_for(wide) == Some(name.as_str()));
                if let Some(between) = wider.find_map(|wide| suffix.strip_suffix(wide)?.strip_suffix('.')) {
                    self.record(&zone, &format!("{label}.{between}"), entry.address, Some(creator(endpoint)));
                }
            }
            for (other, address) in &entry.names {
                let mut suffixes = row.suffixes.iter().filter(|suffix| row.zone_for(suffix) == Some(name.as_str()));
                let below = suffixes.find_map(|suffix| other.strip_suffix(suffix)?.strip_suffix('.'));
                if let Some(below) = below {
                    self.record(&zone, below, *address, Some(creator(endpoint)));
                }
            }
            configs.push(zone_config(&zone));
        }
        let group = endpoint.child("privateDnsZoneGroups", "dns-group");
        self.add(group, Body::PrivateDnsZoneGroup(PrivateDnsZoneGroup { configs }));
        Ok(())
    }
}
