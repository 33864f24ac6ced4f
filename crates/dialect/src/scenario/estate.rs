//! Which resources does an `[estate]` stand for? What the file leaves out is made here: NICs,
//! connections, links, the records that a zone group keeps.

use super::change::{rule, security_group};
use super::file::{
    AccountEntry, AdmitsTable, AppEntry, ClusterEntry, ContainerAppEntry, EndpointEntry, EnvironmentEntry, Estate,
    NetworkEntry, ResolverEntry, RouteTableEntry, RulesetEntry, ServiceEntry, VmEntry, ZoneEntry,
};
use super::gateways;
use super::network_managers;
use super::roles;
use super::search;
use super::{admin_rules, api_management, databricks};
use ipnet::IpNet;
use model::resource::{
    Access, AgentPool, CognitiveServicesAccount, ConnectionState, ContainerApp, CustomDnsConfig, DnsResolver,
    EndpointSetting, ForwardingRule, ForwardingRuleset, Identity, InboundEndpoint, IpConfiguration, LinkState,
    ManagedCluster, ManagedEnvironment, NetworkAcls, NetworkInterface, NetworkPolicies, NetworkSecurityGroup, NextHop,
    OutboundEndpoint, Peering, PeeringState, PlatformTraffic, PrivateDnsZone, PrivateDnsZoneConfig,
    PrivateDnsZoneGroup, PrivateEndpoint, PrivateEndpointConnection, PrivateLinkResource, PrivateLinkServiceConnection,
    PublicNetworkAccess, RecordData, RecordSet, RecordType, Route, RouteTable, RulesetLink, ServiceEndpoint,
    ServiceTags, Subnet, VirtualMachine, VirtualNetwork, VirtualNetworkLink, VirtualNetworkRule, WebApp,
};
use model::{Body, DnsName, Known, PROXY_VARIABLES, Resource, ResourceId, ZoneRow, is_key_name, private_link_zones};
use std::collections::BTreeMap;
use std::net::IpAddr;
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

    fn zone(&mut self, name: &str, entry: &ZoneEntry) -> Built {
        let id = self.id(&entry.group, "Microsoft.Network/privateDnsZones", name);
        self.add(id.clone(), Body::PrivateDnsZone(PrivateDnsZone::default()));
        for network in &entry.links {
            let network = self.network_id(network, &format!("estate.zone.{name:?}.links"))?;
            let link = VirtualNetworkLink {
                virtual_network: Some(network.clone()),
                state: Known::Value(LinkState::Completed),
                ..VirtualNetworkLink::default()
            };
            let link_id = id.child("virtualNetworkLinks", &format!("link-to-{}", network.name()));
            self.add(link_id, Body::VirtualNetworkLink(link));
        }
        for (label, text) in &entry.records {
            match text.parse() {
                Ok(address) => self.record(&id, label, address, None),
                Err(_) => {
                    let at = format!("estate.zone.{name:?}.records.{label}");
                    let alias = DnsName::parse(text);
                    let alias = alias.map_err(|_| format!("{at}: {text:?} is neither an address nor a name"))?;
                    let data = RecordData::Alias(alias);
                    let set = RecordSet { record_type: RecordType::Cname, ttl: Some(10), data, creator: None };
                    self.add(id.child(RecordType::Cname.word(), label), Body::RecordSet(set));
                }
            }
        }
        Ok(())
    }

    fn record(&mut self, zone: &ResourceId, label: &str, address: IpAddr, creator: Option<String>) {
        let record_type = if address.is_ipv4() { RecordType::A } else { RecordType::Aaaa };
        let set = RecordSet { record_type, ttl: Some(10), data: RecordData::Addresses(vec![address]), creator };
        self.add(zone.child(record_type.word(), label), Body::RecordSet(set));
    }

    /// The network rules of an account; `None` for one that has none.
    fn network_acls(&self, entry: &AccountEntry, at: &str) -> Built<Option<NetworkAcls>> {
        let mut acls = entry.admits.as_ref().map(|admits| self.admits(admits, at)).transpose()?;
        if entry.trusted_services {
            let acls = acls.get_or_insert_with(|| NetworkAcls::without_rules(Access::Deny));
            acls.bypass = Some("AzureServices".to_owned());
        }
        Ok(acls)
    }

    /// Network rules that let nobody else in.
    fn admits(&self, admits: &AdmitsTable, at: &str) -> Built<NetworkAcls> {
        let mut acls = NetworkAcls::without_rules(Access::Deny);
        for text in &admits.addresses {
            let prefix = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
            acls.ip_rules.push(prefix.ok_or_else(|| format!("{at}.admits: {text:?} is no address or prefix"))?);
        }
        let there = admits.subnets.iter().map(|text| (text, "Succeeded"));
        for (text, state) in there.chain(admits.deleted_subnets.iter().map(|text| (text, "NetworkSourceDeleted"))) {
            let subnet = self.subnet_id(text, &format!("{at}.admits"))?;
            let state = Some(state.to_owned());
            acls.virtual_network_rules.push(VirtualNetworkRule { subnet, ignore_missing_endpoint: false, state });
        }
        Ok(acls)
    }

    fn account(&mut self, name: &str, entry: &AccountEntry) -> Built {
        let at = format!("estate.account.{name}");
        let public = word(&at, entry.public.as_deref(), PublicNetworkAccess::parse, PublicNetworkAccess::Disabled)?;
        let id = self.id(&entry.group, ACCOUNT, name);
        let account = CognitiveServicesAccount {
            kind: Some(entry.kind.clone().unwrap_or_else(|| "OpenAI".to_owned())),
            custom_subdomain: Some(entry.subdomain.clone().unwrap_or_else(|| name.to_owned())),
            public_network_access: Known::Value(public),
            network_acls: self.network_acls(entry, &at)?,
            disable_local_auth: Known::Value(false),
            agent_subnet: entry.agent_subnet.as_ref().map(|subnet| self.subnet_id(subnet, &at)).transpose()?,
            // Azure does not mention it where it was never set.
            restrict_outbound: entry.may_call.as_ref().map(|_| true).into(),
            allowed_hosts: entry.may_call.clone().unwrap_or_default(),
        };
        self.add(id.clone(), Body::CognitiveServicesAccount(account));
        self.identified(entry.identity.as_deref());
        let zones = account_row().map_or(&[][..], |row| &row.zones);
        let resource = PrivateLinkResource {
            group_id: Some("account".to_owned()),
            required_zone_names: zones.iter().map(|zone| (*zone).to_owned()).collect(),
        };
        self.add(id.child("privateLinkResources", "account"), Body::PrivateLinkResource(resource));
        Ok(())
    }

    /// A service that is nothing but its id, its tier and what its document says of its public side.
    fn service(&mut self, name: &str, entry: &ServiceEntry) {
        let id = self.id(&entry.group, &entry.resource_type, name);
        let document = entry.document(&id);
        self.add(id, Body::Other);
        if let (Some(resource), Some(document)) = (self.resources.last_mut(), document) {
            resource.document = Arc::from(document);
        }
        if let Some(sku) = &entry.sku {
            self.priced(sku);
        }
    }

    /// What an endpoint leads to: the resource, the label of its names, and the row of the zone table.
    fn served(&self, at: &str, entry: &EndpointEntry) -> Built<(ResourceId, String, &'static ZoneRow)> {
        let row = |kind: &str, group: &str| {
            let fits = |row: &&ZoneRow| row.cloud == "AzureCloud" && row.resource_type == kind && row.group_id == group;
            let found = private_link_zones().iter().find(fits);
            found.ok_or_else(|| format!("{at}: {kind} has no sub-resource {group:?}; write one such as blob or dfs"))
        };
        match (&entry.account, &entry.storage, &entry.service) {
            (Some(name), None, None) => {
                let accounts = &self.estate.account;
                let of = accounts.get(name).ok_or_else(|| missing(at, "account", name, accounts.keys()))?;
                let label = of.subdomain.clone().unwrap_or_else(|| name.clone());
                let row = row(ACCOUNT, entry.sub_resource.as_deref().unwrap_or("account"))?;
                Ok((self.id(&of.group, ACCOUNT, name), label, row))
            }
            (None, None, Some(name)) => {
                let (group, kind) = self.typed_service(at, name)?;
                let row = row(kind, entry.sub_resource.as_deref().unwrap_or_default())?;
                Ok((self.id(group, kind, name), name.clone(), row))
            }
            (None, Some(name), None) => {
                let row = row(STORAGE, entry.sub_resource.as_deref().unwrap_or_default())?;
                Ok((self.id(&entry.group, STORAGE, name), name.clone(), row))
            }
            _ => Err(format!("{at}: write what it leads to, one of account = NAME, storage = NAME and service = NAME")),
        }
    }

    /// The resource group and the type of a service that an endpoint names.
    fn typed_service(&self, at: &str, name: &str) -> Built<(&'e str, &'e str)> {
        let services = &self.estate.service;
        let gateway = || Some((self.estate.api_management.get(name)?.group.as_str(), api_management::SERVICE));
        let workspace = || Some((self.estate.databricks.get(name)?.group.as_str(), databricks::WORKSPACE));
        let plain = services.get(name).map(|of| (of.group.as_str(), of.resource_type.as_str()));
        plain.or_else(gateway).or_else(workspace).ok_or_else(|| missing(at, "service", name, services.keys()))
    }

    fn endpoint(&mut self, name: &str, entry: &EndpointEntry) -> Built {
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
    fn zone_group(
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

    fn resolver(&mut self, name: &str, entry: &ResolverEntry) -> Built {
        let network = self.network_id(&entry.network, &format!("estate.resolver.{name}"))?;
        let id = self.id(&entry.group, "Microsoft.Network/dnsResolvers", name);
        self.add(id.clone(), Body::DnsResolver(DnsResolver { virtual_network: Some(network) }));
        if let Some(address) = entry.inbound {
            let inbound = InboundEndpoint { addresses: vec![address], subnet: None };
            self.add(id.child("inboundEndpoints", "inbound"), Body::InboundEndpoint(inbound));
        }
        self.add(id.child("outboundEndpoints", "outbound"), Body::OutboundEndpoint(OutboundEndpoint::default()));
        Ok(())
    }

    fn ruleset(&mut self, name: &str, entry: &RulesetEntry) -> Built {
        let at = format!("estate.ruleset.{name}");
        let resolvers = &self.estate.resolver;
        let resolver = resolvers.get(&entry.resolver);
        let resolver = resolver.ok_or_else(|| missing(&at, "resolver", &entry.resolver, resolvers.keys()))?;
        let resolver = self.id(&resolver.group, "Microsoft.Network/dnsResolvers", &entry.resolver);
        let id = self.id(&entry.group, "Microsoft.Network/dnsForwardingRulesets", name);
        let outbound_endpoints = vec![resolver.child("outboundEndpoints", "outbound")];
        self.add(id.clone(), Body::ForwardingRuleset(ForwardingRuleset { outbound_endpoints }));
        for (domain, servers) in &entry.rules {
            let domain = bare(domain);
            let named = if domain.is_empty() { "wildcard".to_owned() } else { domain.replace('.', "-") };
            let targets = servers.0.iter().map(|server| (*server, 53)).collect();
            let rule = ForwardingRule { domain, targets, enabled: true };
            self.add(id.child("forwardingRules", &named), Body::ForwardingRule(rule));
        }
        for network in &entry.links {
            let network = self.network_id(network, &at)?;
            let link_id = id.child("virtualNetworkLinks", &format!("link-to-{}", network.name()));
            self.add(link_id, Body::RulesetLink(RulesetLink { virtual_network: Some(network) }));
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

    fn cluster(&mut self, name: &str, entry: &ClusterEntry) -> Built {
        let at = format!("estate.aks.{name}");
        let pool = AgentPool {
            name: "nodepool1".to_owned(),
            subnet: Some(self.subnet_id(&entry.subnet, &at)?),
            pod_subnet: entry.pod_subnet.as_ref().map(|subnet| self.subnet_id(subnet, &at)).transpose()?,
        };
        let cluster = ManagedCluster {
            pools: vec![pool],
            network_plugin: Some("azure".to_owned()),
            network_plugin_mode: None,
            private_cluster: Known::Value(false),
        };
        self.add(self.id(&entry.group, CLUSTER, name), Body::ManagedCluster(cluster));
        Ok(())
    }

    fn container_environment(&mut self, name: &str, entry: &EnvironmentEntry) -> Built {
        let at = format!("estate.container-environment.{name}");
        let subnet = entry.subnet.as_ref().map(|subnet| self.subnet_id(subnet, &at)).transpose()?;
        let workload_profiles = Known::Value(!entry.consumption_only);
        let body = ManagedEnvironment { subnet: Known::Value(subnet), workload_profiles };
        self.add(self.id(&entry.group, ENVIRONMENT, name), Body::ManagedEnvironment(body));
        Ok(())
    }

    fn container_app(&mut self, name: &str, entry: &ContainerAppEntry) -> Built {
        let known = &self.estate.container_environment;
        let at = format!("estate.container-app.{name}");
        let environment = known.get(&entry.environment);
        let group =
            &environment.ok_or_else(|| missing(&at, "container-environment", &entry.environment, known.keys()))?.group;
        let (proxies, endpoints) = settings(&entry.settings);
        let body = ContainerApp {
            environment: Some(self.id(group, ENVIRONMENT, &entry.environment)),
            endpoints: Known::Value(endpoints),
            proxies,
        };
        self.add(self.id(&entry.group, "Microsoft.App/containerApps", name), Body::ContainerApp(body));
        Ok(())
    }

    fn app(&mut self, name: &str, entry: &AppEntry) -> Built {
        let at = format!("estate.app.{name}");
        let subnet = entry.subnet.as_ref().map(|subnet| self.subnet_id(subnet, &at)).transpose()?;
        let share = entry.content_share.as_ref().map(|account| {
            let host = DnsName::parse(&format!("{account}.file.core.windows.net"));
            let host = host.map_err(|_| format!("{at}: {account:?} is no name of a storage account"))?;
            Ok::<_, String>(PlatformTraffic { host, through_network: Known::Value(entry.content_over_network) })
        });
        let keys = entry.settings.keys().filter(|name| is_key_name(name)).cloned().collect();
        let (proxies, endpoints) = settings(&entry.settings);
        let app = WebApp {
            subnet: Known::Value(subnet),
            route_all: Known::Value(entry.route_all),
            dns_servers: entry.dns.clone(),
            endpoints: Known::Value(endpoints),
            keys,
            proxies,
            content_share: share.transpose()?,
            image: None,
        };
        self.add(self.id(&entry.group, "Microsoft.Web/sites", name), Body::WebApp(app));
        self.identified(entry.identity.as_deref());
        Ok(())
    }
}

/// The settings of an app that name a proxy, and those that name an endpoint. That there is a key is told elsewhere.
fn settings(all: &BTreeMap<String, String>) -> (BTreeMap<String, String>, Vec<EndpointSetting>) {
    let plain = all.iter().filter(|(name, _)| !is_key_name(name));
    let (proxies, endpoints): (BTreeMap<_, _>, BTreeMap<_, _>) = plain
        .map(|(name, value)| (name.clone(), value.clone()))
        .partition(|(name, _)| PROXY_VARIABLES.contains(&name.as_str()));
    let endpoints = endpoints.into_iter().map(|(name, url)| EndpointSetting { name, url });
    (proxies, endpoints.collect())
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
