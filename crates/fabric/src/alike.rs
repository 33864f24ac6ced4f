//! Which places of a whole estate does nothing tell apart? Of a thousand networks that are made from one template
//! one stands for all.
//!
//! Two places are alike when every part that could be asked about them gets the same to read: the network's zone
//! links, servers and peerings, the rules and routes of the subnet and the NIC word for word, and on which side of
//! every prefix that a rule, a route or another network has their addresses lie. Networks that something means by
//! themselves (they hold endpoints, appliances, DNS servers or gateways) are alike with no other.

use crate::{api_gateway, network_of};
use ipnet::IpNet;
use model::resource::{
    AddressPrefix, ApiManagement, CognitiveServicesAccount, ContainerApp, ForwardingRule, InboundEndpoint,
    LoadBalancer, ManagedCluster, ManagedEnvironment, NetworkInterface, Peering, PrivateDnsZone, Route, RulesetLink,
    SecurityRule, Subnet, VirtualNetwork, VirtualNetworkLink, WebApp,
};
use model::{ResourceId, Snapshot, Vantage};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Places that fare alike, in order of their ids; the first stands for all.
pub type Alike = Vec<Vantage>;

/// Every place of the estate that traffic starts from: NICs, subnets without one, apps, container apps, gateways
/// of API Management, clusters and places outside of Azure. Not the internet.
pub fn everywhere(snapshot: &Snapshot) -> Vec<Alike> {
    let reader = Reader::of(snapshot);
    let mut groups: BTreeMap<String, Alike> = BTreeMap::new();
    let mut occupied = BTreeSet::new();
    for (id, nic) in snapshot.all::<NetworkInterface>() {
        let Some(subnet) = nic.subnet() else { continue };
        occupied.insert(subnet.clone());
        if nic.private_endpoint.is_none() {
            groups.entry(reader.interface(nic, subnet)).or_default().push(Vantage::NetworkInterface(id.clone()));
        }
    }
    for (id, subnet) in snapshot.all::<Subnet>() {
        let kept = crate::sources::is_reserved(id) || !subnet.delegations.is_empty() || occupied.contains(id);
        if !kept {
            let sign = format!("subnet {}", reader.subnet(id, &subnet.prefixes));
            groups.entry(sign).or_default().push(Vantage::Subnet(id.clone()));
        }
    }
    for (id, app) in snapshot.all::<WebApp>() {
        let at = app.subnet.value().and_then(Option::as_ref).map(|subnet| reader.at(subnet));
        let sign =
            format!("app {:?} {at:?} {:?} {:?} {:?}", app.subnet.why(), app.route_all, app.dns_servers, app.proxies);
        groups.entry(sign).or_default().push(Vantage::WebApp(id.clone()));
    }
    for (id, app) in snapshot.all::<ContainerApp>() {
        let sign = match app.environment.as_ref().and_then(|id| snapshot.find::<ManagedEnvironment>(id)) {
            Some(ManagedEnvironment { subnet, .. }) => {
                let at = subnet.value().and_then(Option::as_ref).map(|subnet| reader.at(subnet));
                format!("container app {:?} {at:?} {:?}", subnet.why(), app.proxies)
            }
            None => format!("container app {:?}", app.proxies),
        };
        groups.entry(sign).or_default().push(Vantage::ContainerApp(id.clone()));
    }
    for (id, service) in snapshot.all::<ApiManagement>() {
        let at = service.leaves_from();
        let at = (at.why(), at.value().copied().flatten().map(|subnet| reader.at(subnet)));
        let sign = format!("gateway {at:?} {}", api_gateway::is_integrated(snapshot, id, service));
        groups.entry(sign).or_default().push(Vantage::ApiManagement(id.clone()));
    }
    for (id, cluster) in snapshot.all::<ManagedCluster>() {
        let at: Vec<String> = cluster
            .pools
            .iter()
            .filter_map(|pool| pool.pod_subnet.as_ref().or(pool.subnet.as_ref()))
            .map(|subnet| reader.at(subnet))
            .collect();
        let sign = format!("cluster {at:?} {:?}", snapshot.client().clusters.get(id));
        groups.entry(sign).or_default().push(Vantage::Cluster(id.clone()));
    }
    let mut alike: Vec<Alike> = groups.into_values().collect();
    alike.sort_by_cached_key(|group| group.first().map(ToString::to_string));
    alike.extend(snapshot.client().on_premises.keys().map(|name| vec![Vantage::OnPremises(name.clone())]));
    alike
}

/// What is read once for all places.
struct Reader<'s> {
    snapshot: &'s Snapshot,
    /// Everything that is told of a network, but its own address space.
    networks: BTreeMap<&'s ResourceId, String>,
    /// The rules of a security group and the routes of a table, word for word.
    rules: BTreeMap<ResourceId, Vec<String>>,
    /// Prefixes that may tell addresses apart, with the network that they are the space of.
    prefixes: Vec<(IpNet, Option<&'s ResourceId>)>,
    /// Addresses that something means.
    meant: BTreeSet<IpAddr>,
    /// Subnets that the rules of an account name, with the accounts.
    named: BTreeMap<&'s ResourceId, Vec<&'s ResourceId>>,
}

impl<'s> Reader<'s> {
    fn of(snapshot: &'s Snapshot) -> Self {
        let mut rules: BTreeMap<ResourceId, Vec<String>> = BTreeMap::new();
        for (id, rule) in snapshot.all::<SecurityRule>() {
            rules.entry(id.parent().unwrap_or_else(|| id.clone())).or_default().push(format!("{rule:?}"));
        }
        for (id, route) in snapshot.all::<Route>() {
            rules.entry(id.parent().unwrap_or_else(|| id.clone())).or_default().push(format!("{route:?}"));
        }
        let mut named: BTreeMap<&ResourceId, Vec<&ResourceId>> = BTreeMap::new();
        for (id, account) in snapshot.all::<CognitiveServicesAccount>() {
            for rule in account.network_acls.iter().flat_map(|acls| &acls.virtual_network_rules) {
                named.entry(&rule.subnet).or_default().push(id);
            }
        }
        let meant = meant(snapshot);
        let networks = networks(snapshot, &meant);
        Self { snapshot, networks, rules, prefixes: prefixes(snapshot), meant, named }
    }

    fn interface(&self, nic: &NetworkInterface, subnet: &ResourceId) -> String {
        let addresses: Vec<IpNet> = nic.addresses().map(IpNet::from).collect();
        let meant: Vec<IpAddr> = nic.addresses().filter(|address| self.meant.contains(address)).collect();
        let members: BTreeSet<&ResourceId> =
            nic.ip_configurations.iter().flat_map(|at| &at.application_security_groups).collect();
        let pools: BTreeSet<&ResourceId> = nic.ip_configurations.iter().flat_map(|at| &at.backend_pools).collect();
        let group = nic.network_security_group.as_ref().map(|group| self.rules.get(group));
        let subnet = self.subnet(subnet, &addresses);
        format!("nic {subnet} {group:?} {:?} {members:?} {pools:?} {} {meant:?}", nic.dns_servers, nic.ip_forwarding)
    }

    /// A subnet as a whole.
    fn at(&self, subnet: &ResourceId) -> String {
        let prefixes = self.snapshot.find::<Subnet>(subnet).map_or(&[][..], |found| &found.prefixes);
        self.subnet(subnet, prefixes)
    }

    /// A subnet, for what is at these addresses of it.
    fn subnet(&self, id: &ResourceId, addresses: &[IpNet]) -> String {
        let network = network_of(id);
        let of_network = network.as_ref().and_then(|network| self.networks.get(network));
        let Some(subnet) = self.snapshot.find::<Subnet>(id) else { return format!("{id}") };
        let group = subnet.network_security_group.as_ref().map(|group| self.rules.get(group));
        let table = subnet.route_table.as_ref().map(|table| {
            let found = self.snapshot.find::<model::resource::RouteTable>(table);
            (found, self.rules.get(table))
        });
        let sides: Vec<(usize, bool)> = self
            .prefixes
            .iter()
            .enumerate()
            .filter(|(_, (_, own))| own.is_none() || *own != network.as_ref())
            .filter_map(|(place, (prefix, _))| {
                let whole = addresses.iter().all(|net| prefix.contains(net));
                let partly = addresses.iter().any(|net| prefix.contains(net) || net.contains(prefix));
                partly.then_some((place, whole))
            })
            .collect();
        let services = &subnet.service_endpoints;
        format!("{of_network:?} {group:?} {table:?} {services:?} {:?} {sides:?}", self.named.get(id))
    }
}

/// Prefixes of rules, routes, networks and places outside.
fn prefixes(snapshot: &Snapshot) -> Vec<(IpNet, Option<&ResourceId>)> {
    let mut prefixes: BTreeSet<(IpNet, Option<&ResourceId>)> = BTreeSet::new();
    for (_, rule) in snapshot.all::<SecurityRule>() {
        let nets = rule.when.prefixes().filter_map(|prefix| match prefix {
            AddressPrefix::Net(net) => Some((*net, None)),
            _ => None,
        });
        prefixes.extend(nets);
    }
    prefixes.extend(snapshot.all::<Route>().filter_map(|(_, route)| Some((route.prefix?, None))));
    for (id, network) in snapshot.all::<VirtualNetwork>() {
        prefixes.extend(network.address_space.iter().map(|net| (*net, Some(id))));
    }
    let sites = snapshot.client().on_premises.values();
    prefixes.extend(sites.flat_map(|site| &site.address_space).map(|net| (*net, None)));
    prefixes.into_iter().filter(|(net, _)| net.prefix_len() > 0).collect()
}

/// Addresses of DNS servers and appliances.
fn meant(snapshot: &Snapshot) -> BTreeSet<IpAddr> {
    let client = snapshot.client();
    let mut meant: BTreeSet<IpAddr> = client.dns_servers.keys().chain(client.appliances.keys()).copied().collect();
    meant.extend(client.dns_servers.values().flat_map(|server| server.forward.values().flatten()));
    meant.extend(client.on_premises.values().flat_map(|site| &site.dns_servers));
    meant.extend(client.clusters.values().flat_map(|dns| dns.forward.values().flatten()));
    meant.extend(snapshot.all::<Route>().filter_map(|(_, route)| route.next_hop_address));
    meant.extend(snapshot.all::<VirtualNetwork>().flat_map(|(_, network)| network.dns_servers.iter().copied()));
    meant.extend(snapshot.all::<WebApp>().flat_map(|(_, app)| app.dns_servers.iter().copied()));
    meant.extend(snapshot.all::<ForwardingRule>().flat_map(|(_, rule)| rule.targets.iter().map(|(at, _)| *at)));
    for (_, nic) in snapshot.all::<NetworkInterface>() {
        meant.extend(nic.dns_servers.iter().copied());
    }
    meant
}

/// What each network is told by, without its address space.
fn networks<'s>(snapshot: &'s Snapshot, meant: &BTreeSet<IpAddr>) -> BTreeMap<&'s ResourceId, String> {
    let special = special(snapshot, meant);
    let mut links: BTreeMap<&ResourceId, Vec<String>> = BTreeMap::new();
    for (zone, _) in snapshot.all::<PrivateDnsZone>() {
        for (_, link) in snapshot.children::<VirtualNetworkLink>(zone) {
            if let Some(network) = &link.virtual_network {
                let told = format!("{zone} {:?} {:?}", link.state, link.resolution_policy);
                links.entry(network).or_default().push(told);
            }
        }
    }
    for (id, link) in snapshot.all::<RulesetLink>() {
        if let Some(network) = &link.virtual_network {
            links.entry(network).or_default().push(format!("{:?}", id.parent()));
        }
    }
    let mut halves: BTreeMap<(ResourceId, &ResourceId), String> = BTreeMap::new();
    for (id, half) in snapshot.all::<Peering>() {
        if let (Some(from), Some(to)) = (id.parent(), &half.remote) {
            let flags = Peering { remote: None, ..half.clone() };
            halves.insert((from, to), format!("{flags:?}"));
        }
    }
    let hubs = crate::hubs::told(snapshot);
    let described = |(id, network): (&'s ResourceId, &VirtualNetwork)| {
        let location = snapshot.get(id).and_then(|resource| resource.location.clone());
        let mut peers: Vec<String> = snapshot
            .children::<Peering>(id)
            .filter_map(|(half_id, half)| {
                let remote = half.remote.as_ref()?;
                let there = halves.get(&(remote.clone(), id));
                let by_hub = crate::hubs::made_by_a_hub(snapshot, half_id, remote);
                Some(format!("{remote} {:?} {there:?} {by_hub}", halves.get(&(id.clone(), remote))))
            })
            .collect();
        peers.sort();
        let itself = special.contains(id).then_some(id);
        let told = format!(
            "{itself:?} {location:?} {:?} {:?} {peers:?} {:?}",
            network.dns_servers,
            links.get(id),
            hubs.get(id)
        );
        (id, told)
    };
    snapshot.all::<VirtualNetwork>().map(described).collect()
}

/// Networks that something means by themselves.
fn special(snapshot: &Snapshot, meant: &BTreeSet<IpAddr>) -> BTreeSet<ResourceId> {
    let mut special = BTreeSet::new();
    for (_, nic) in snapshot.all::<NetworkInterface>() {
        if nic.private_endpoint.is_some() || nic.ip_forwarding || nic.addresses().any(|own| meant.contains(&own)) {
            special.extend(nic.subnet().and_then(network_of));
        }
    }
    let balancers = snapshot.all::<LoadBalancer>().flat_map(|(_, balancer)| &balancer.front_ends);
    special.extend(balancers.filter_map(|front_end| network_of(front_end.subnet.as_ref()?)));
    // A gateway, a firewall or a route server brings routes of its own.
    let reserved = snapshot.all::<Subnet>().filter(|(id, _)| crate::sources::is_reserved(id));
    special.extend(reserved.filter_map(|(id, _)| network_of(id)));
    special.extend(snapshot.all::<InboundEndpoint>().filter_map(|(_, at)| network_of(at.subnet.as_ref()?)));
    let resolvers = snapshot.all::<model::resource::DnsResolver>();
    special.extend(resolvers.filter_map(|(_, resolver)| resolver.virtual_network.clone()));
    special.extend(snapshot.client().on_premises.values().filter_map(|site| site.network.clone()));
    special.extend(snapshot.client().dns_servers.values().filter_map(|server| server.network.clone()));
    special
}
