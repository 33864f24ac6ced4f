//! Which resources does an `[estate]` stand for? What the file leaves out is made here: NICs,
//! connections, links, the records that a zone group keeps.

mod apps;
mod endpoints;
mod names;
mod services;

use super::change::{rule, security_group};
use super::file::{Estate, NetworkEntry, RouteTableEntry, VmEntry};
use super::gateways;
use super::network_managers;
use super::roles;
use super::search;
use super::{admin_rules, api_management, databricks};
use model::resource::{
    Identity, IpConfiguration, NetworkInterface, NetworkPolicies, NetworkSecurityGroup, NextHop, Peering, PeeringState,
    PrivateDnsZoneConfig, Route, RouteTable, ServiceEndpoint, ServiceTags, Subnet, VirtualMachine, VirtualNetwork,
};
use model::{Body, Known, Resource, ResourceId, ZoneRow, private_link_zones};
use std::sync::Arc;

const SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000001";
const LOCATION: &str = "eastus";

pub(super) type Built<T = ()> = Result<T, String>;

/// The resources of an estate. The error names the table and the key.
pub(super) fn build(estate: &Estate) -> Built<Vec<Resource>> {
    let mut builder = Builder::new(estate);
    builder.service_tags();
    for (name, entry) in &estate.network {
        builder.network(name, entry)?;
    }
    for (name, entry) in &estate.nsg {
        let id = builder.id(&entry.group, "Microsoft.Network/networkSecurityGroups", name);
        builder.add(id.clone(), Body::NetworkSecurityGroup(NetworkSecurityGroup {}));
        for text in &entry.rules {
            let (name, rule) =
                rule(text, builder.subscription()).map_err(|problem| format!("estate.nsg.{}: {problem}", id.name()))?;
            builder.add(id.child("securityRules", &name), Body::SecurityRule(rule));
        }
    }
    for (name, entry) in &estate.route_table {
        builder.route_table(name, entry)?;
    }
    gateways::build(&mut builder, estate)?;
    network_managers::build(&mut builder, estate)?;
    for (name, entry) in &estate.zone {
        builder.zone(name, entry)?;
    }
    for (name, entry) in &estate.account {
        builder.account(name, entry)?;
    }
    for (name, entry) in &estate.service {
        builder.service(name, entry);
    }
    for (name, entry) in &estate.endpoint {
        builder.endpoint(name, entry)?;
    }
    for (name, entry) in &estate.resolver {
        builder.resolver(name, entry)?;
    }
    for (name, entry) in &estate.ruleset {
        builder.ruleset(name, entry)?;
    }
    for (name, entry) in &estate.vm {
        builder.machine(name, entry)?;
    }
    for (name, entry) in &estate.load_balancer {
        builder.load_balancer(name, entry)?;
    }
    for (name, entry) in &estate.app {
        builder.app(name, entry)?;
    }
    for (name, entry) in &estate.aks {
        builder.cluster(name, entry)?;
    }
    for (name, entry) in &estate.container_environment {
        builder.container_environment(name, entry)?;
    }
    for (name, entry) in &estate.container_app {
        builder.container_app(name, entry)?;
    }
    for (name, entry) in &estate.search {
        search::build(&mut builder, name, entry)?;
    }
    for (name, entry) in &estate.api_management {
        api_management::build(&mut builder, name, entry)?;
    }
    for (name, entry) in &estate.databricks {
        databricks::build(&mut builder, name, entry)?;
    }
    for (name, entry) in &estate.role {
        roles::role(&mut builder, name, entry)?;
    }
    Ok(builder.resources)
}

/// The type of an Azure AI services account.
const ACCOUNT: &str = "Microsoft.CognitiveServices/accounts";
/// The type of a storage account.
const STORAGE: &str = "Microsoft.Storage/storageAccounts";

/// The type of an environment of container apps.
const ENVIRONMENT: &str = "Microsoft.App/managedEnvironments";

/// The type of an AKS cluster.
pub(super) const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";

fn service_endpoint(service: &str) -> ServiceEndpoint {
    ServiceEndpoint { service: service.to_owned(), state: Some("Succeeded".to_owned()) }
}

/// A domain in lower case, without the dot at its end: the root is empty.
pub(super) fn bare(domain: &str) -> String {
    domain.trim_end_matches('.').to_ascii_lowercase()
}

pub(super) struct Builder<'e> {
    estate: &'e Estate,
    resources: Vec<Resource>,
}

impl<'e> Builder<'e> {
    pub(super) fn new(estate: &'e Estate) -> Self {
        Self { estate, resources: Vec::new() }
    }

    pub(super) fn id(&self, group: &str, resource_type: &str, name: &str) -> ResourceId {
        ResourceId::new(self.subscription(), group, resource_type, &[name])
    }

    pub(super) fn estate(&self) -> &'e Estate {
        self.estate
    }

    /// What was built so far.
    pub(super) fn resources_mut(&mut self) -> &mut [Resource] {
        &mut self.resources
    }

    pub(super) fn subscription(&self) -> &'e str {
        self.estate.subscription.as_deref().unwrap_or(SUBSCRIPTION)
    }

    /// Application security groups, each written as `RESOURCE-GROUP/NAME`.
    fn security_groups(&self, names: &[String], at: &str) -> Built<Vec<ResourceId>> {
        let group = |name: &String| security_group(name, self.subscription());
        names.iter().map(group).collect::<Built<_>>().map_err(|problem| format!("{at}: {problem}"))
    }

    /// Adds a resource; children and global resources have no region of their own.
    pub(super) fn add(&mut self, id: ResourceId, body: Body) {
        let location = match &body {
            Body::PrivateDnsZone(_) | Body::VirtualNetworkLink(_) => Some(Arc::from("global")),
            Body::RoleAssignment(_) => None,
            _ if id.parent().is_some() => None,
            _ => Some(Arc::from(self.estate.location.as_deref().unwrap_or(LOCATION))),
        };
        self.resources.push(Resource { location, ..Resource::new(id, body) });
    }

    /// Adds a resource as it is.
    pub(super) fn push(&mut self, resource: Resource) {
        self.resources.push(resource);
    }

    /// Gives what was added last a price tier.
    pub(super) fn priced(&mut self, sku: &str) {
        if let Some(resource) = self.resources.last_mut() {
            resource.sku = Some(Arc::from(sku));
        }
    }

    pub(super) fn network_id(&self, name: &str, at: &str) -> Built<ResourceId> {
        let entry = self.estate.network.get(name);
        let entry = entry.ok_or_else(|| missing(at, "network", name, self.estate.network.keys()))?;
        Ok(self.id(&entry.group, "Microsoft.Network/virtualNetworks", name))
    }

    fn nsg_id(&self, name: &str, at: &str) -> Built<ResourceId> {
        let found = self.estate.nsg.get(name).ok_or_else(|| missing(at, "nsg", name, self.estate.nsg.keys()));
        Ok(self.id(&found?.group, "Microsoft.Network/networkSecurityGroups", name))
    }

    pub(super) fn subnet_id(&self, text: &str, at: &str) -> Built<ResourceId> {
        let (network, name) =
            text.split_once('/').ok_or_else(|| format!("{at}: write the subnet as NETWORK/SUBNET, not {text:?}"))?;
        let id = self.network_id(network, at)?;
        let subnets = self.estate.network.get(network).map(|entry| &entry.subnet);
        match subnets.filter(|subnets| subnets.contains_key(name)) {
            Some(_) => Ok(id.child("subnets", name)),
            None => Err(missing(at, "subnet", name, subnets.into_iter().flat_map(|subnets| subnets.keys()))),
        }
    }

    /// The published list of service tags, if there is one.
    fn service_tags(&mut self) {
        let tags = &self.estate.service_tags;
        if let (false, Some(id)) =
            (tags.is_empty(), ResourceId::parse("/providers/Microsoft.Network/serviceTags/public"))
        {
            let list =
                ServiceTags::new(Some(1), tags.iter().map(|(name, prefixes)| (name.as_str(), prefixes.0.clone())));
            self.add(id, Body::ServiceTags(list));
        }
    }

    fn network(&mut self, name: &str, entry: &NetworkEntry) -> Built {
        let at = format!("estate.network.{name}");
        let id = self.network_id(name, &at)?;
        let network = VirtualNetwork { address_space: entry.space.0.clone(), dns_servers: entry.dns.clone() };
        self.add(id.clone(), Body::VirtualNetwork(network));
        if !entry.admin_rules.is_empty() {
            let rules = entry.admin_rules.iter().map(|text| admin_rules::read(text, &id));
            let rules = rules.collect::<Result<_, _>>().map_err(|words| format!("{at}: {words}"))?;
            let effective = admin_rules::effective(&id, rules);
            self.add(effective.id, effective.body);
        }
        for (subnet_name, subnet) in &entry.subnet {
            let at = format!("{at}.subnet.{subnet_name}");
            let nsg = subnet.nsg.as_ref().map(|nsg| self.nsg_id(nsg, &at));
            let table = subnet.route_table.as_ref().map(|table| {
                let tables = &self.estate.route_table;
                let found = tables.get(table).ok_or_else(|| missing(&at, "route-table", table, tables.keys()));
                Ok::<_, String>(self.id(&found?.group, "Microsoft.Network/routeTables", table))
            });
            let policies = word(&at, subnet.policies.as_deref(), NetworkPolicies::parse, NetworkPolicies::Disabled)?;
            let body = Subnet {
                prefixes: subnet.prefix.0.clone(),
                network_security_group: nsg.transpose()?,
                route_table: table.transpose()?,
                private_endpoint_network_policies: Known::Value(policies),
                delegations: subnet.delegate.iter().cloned().collect(),
                service_endpoints: subnet.service_endpoints.iter().map(|service| service_endpoint(service)).collect(),
            };
            self.add(id.child("subnets", subnet_name), Body::Subnet(body));
        }
        for peer_name in &entry.peers {
            let peer = self.network_id(peer_name, &at)?;
            self.peering((name, &id), (peer_name, &peer));
            self.peering((peer_name, &peer), (name, &id));
        }
        let peered = |other: &String| {
            entry.peers.contains(other)
                || self.estate.network.get(other).is_some_and(|other| other.peers.iter().any(|peer| peer == name))
        };
        match entry.forwarded_from.iter().chain(&entry.gateway_of).find(|other| !peered(other)) {
            Some(other) => Err(format!("{at}: it is not peered with {other:?}; name one of its peers")),
            None => Ok(()),
        }
    }

    /// One half of a peering, with what both networks say of it.
    fn peering(&mut self, (from_name, from): (&str, &ResourceId), (to_name, to): (&str, &ResourceId)) {
        let entry = |name| self.estate.network.get(name);
        let uses = |user, hub: &str| {
            entry(user).and_then(|entry: &NetworkEntry| entry.gateway_of.as_deref()).is_some_and(|known| known == hub)
        };
        let forwarded = entry(from_name).is_some_and(|entry| entry.forwarded_from.iter().any(|known| known == to_name));
        let peering = Peering {
            remote: Some(to.clone()),
            state: Known::Value(PeeringState::Connected),
            allow_virtual_network_access: true,
            allow_forwarded_traffic: forwarded,
            allow_gateway_transit: uses(to_name, from_name),
            use_remote_gateways: uses(from_name, to_name),
        };
        let id = from.child("virtualNetworkPeerings", &format!("{}-to-{}", from.name(), to.name()));
        self.add(id, Body::Peering(peering));
    }

    fn route_table(&mut self, name: &str, entry: &RouteTableEntry) -> Built {
        let id = self.id(&entry.group, "Microsoft.Network/routeTables", name);
        self.add(id.clone(), Body::RouteTable(RouteTable { disable_bgp_route_propagation: !entry.propagate }));
        for (route_name, text) in &entry.routes {
            let at = format!("estate.route-table.{name}.routes.{route_name}");
            let form =
                || format!("{at}: write `PREFIX NEXT-HOP [ADDRESS]`, as in `0.0.0.0/0 VirtualAppliance 10.1.0.4`");
            let mut words = text.split_whitespace();
            let prefix = words.next().and_then(|word| word.parse().ok()).ok_or_else(form)?;
            let next_hop = words.next().and_then(NextHop::parse).ok_or_else(form)?;
            let next_hop_address = words.next().map(|word| word.parse().map_err(|_| form())).transpose()?;
            let route = Route { prefix: Some(prefix), next_hop, next_hop_address };
            self.add(id.child("routes", route_name), Body::Route(route));
        }
        Ok(())
    }

    /// The id of an account of the estate.
    pub(super) fn account_id(&self, name: &str) -> Option<ResourceId> {
        let entry = self.estate.account.get(name)?;
        Some(self.id(&entry.group, ACCOUNT, name))
    }

    fn machine(&mut self, name: &str, entry: &VmEntry) -> Built {
        let subnet = self.subnet_id(&entry.subnet, &format!("estate.vm.{name}"))?;
        let id = self.id(&entry.group, "Microsoft.Compute/virtualMachines", name);
        let interface = self.id(&entry.group, "Microsoft.Network/networkInterfaces", &format!("{name}-nic"));
        let nsg = entry.nsg.as_ref().map(|nsg| self.nsg_id(nsg, &format!("estate.vm.{name}"))).transpose()?;
        let configuration = IpConfiguration {
            name: "ipconfig1".to_owned(),
            address: Some(entry.address),
            subnet: Some(subnet),
            application_security_groups: self.security_groups(&entry.asg, &format!("estate.vm.{name}"))?,
            ..IpConfiguration::default()
        };
        let nic = NetworkInterface {
            ip_configurations: vec![configuration],
            virtual_machine: Some(id.clone()),
            dns_servers: entry.dns.clone(),
            network_security_group: nsg,
            ip_forwarding: entry.forwards.is_some(),
            returns_through: entry.returns_through,
            ..NetworkInterface::default()
        };
        self.add(interface.clone(), Body::NetworkInterface(nic));
        self.add(id, Body::VirtualMachine(VirtualMachine { network_interfaces: vec![interface] }));
        self.identified(entry.identity.as_deref());
        Ok(())
    }

    /// Gives the resource that was added last a managed identity of its own.
    pub(super) fn identified(&mut self, principal: Option<&str>) {
        if let (Some(resource), Some(principal)) = (self.resources.last_mut(), principal) {
            let identity = Identity { system: Some(principal.to_ascii_lowercase()), user: Vec::new() };
            resource.identity = Some(Arc::new(identity));
        }
    }
}

/// What a zone group leaves on a record that it keeps.
pub(super) fn creator(endpoint: &ResourceId) -> String {
    format!("created by private endpoint {}", endpoint.name())
}

/// The entry of a zone group for a zone.
pub(super) fn zone_config(zone: &ResourceId) -> PrivateDnsZoneConfig {
    PrivateDnsZoneConfig { name: zone.name().replace('.', "-"), zone: Some(zone.clone()) }
}

/// The zones and public names of an Azure AI services account.
pub(super) fn account_row() -> Option<&'static ZoneRow> {
    private_link_zones().iter().find(|row| row.cloud == "AzureCloud" && row.resource_type == ACCOUNT)
}

pub(super) fn word<T>(at: &str, text: Option<&str>, read: impl Fn(&str) -> Option<T>, otherwise: T) -> Built<T> {
    match text {
        None => Ok(otherwise),
        Some(text) => read(text).ok_or_else(|| format!("{at}: {text:?} is no value that Azure knows")),
    }
}

pub(super) fn missing<'n>(at: &str, kind: &str, name: &str, known: impl Iterator<Item = &'n String>) -> String {
    let known: Vec<&str> = known.map(String::as_str).collect();
    match known.as_slice() {
        [] => format!("{at}: there is no {kind} {name:?}; add an [estate.{kind}.NAME]"),
        known => format!("{at}: there is no {kind} {name:?}; there are: {}", known.join(", ")),
    }
}
