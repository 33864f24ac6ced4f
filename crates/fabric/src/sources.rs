//! Which sources does a subnet or a network hold, and which of them does nothing tell apart?
//!
//! Hosts that differ in nothing that a part of Azure looks at fare alike: they are one source. What is
//! looked at: the subnet, the NIC's own security group, its DNS servers, its application security groups,
//! on which side of each prefix of a rule or route its addresses lie, and whether somebody means its very
//! address.

use crate::standing::{self, Standing};
use ipnet::IpNet;
use model::resource::{
    AddressPrefix, AddressRanges, AdminRule, EffectiveAdminRules, NetworkInterface, Route, SecurityRule, ServiceTags,
    Subnet, VirtualNetwork,
};
use model::{Because, Decided, Extent, Kind, Known, ResourceId, Snapshot, Vantage};
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// One or more hosts that fare alike.
#[derive(Debug, Clone)]
pub struct Source {
    /// One of them, which stands for all.
    pub vantage: Vantage,
    /// Where they stand, with the addresses of all.
    pub standing: Decided<Standing>,
    /// How many NICs they are; 0 for a place that holds no known NIC.
    pub count: usize,
}

/// True for a vantage that is several sources.
pub fn is_set(vantage: &Vantage) -> bool {
    matches!(vantage, Vantage::Subnet(_) | Vantage::VirtualNetwork(_))
}

/// The sources of a vantage, in order of their first NIC's id: one or more. Endpoints are no sources.
pub fn of(snapshot: &Snapshot, vantage: &Vantage) -> Vec<Source> {
    let subnets: Vec<ResourceId> = match vantage {
        Vantage::Subnet(id) => vec![id.clone()],
        Vantage::VirtualNetwork(id) => subnets_with_hosts(snapshot, id),
        _ => Vec::new(),
    };
    let interfaces = Interfaces::of(snapshot);
    let found: Vec<Source> = subnets.iter().flat_map(|subnet| interfaces.alike(snapshot, subnet)).collect();
    if found.is_empty() { vec![alone(snapshot, vantage)] } else { found }
}

fn alone(snapshot: &Snapshot, vantage: &Vantage) -> Source {
    Source { vantage: vantage.clone(), standing: standing::of(snapshot, vantage), count: 0 }
}

/// Subnets that Azure keeps for services of its own, which call nobody on their own account.
const RESERVED: [&str; 5] = [
    "GatewaySubnet",
    "AzureBastionSubnet",
    "AzureFirewallSubnet",
    "AzureFirewallManagementSubnet",
    "RouteServerSubnet",
];

/// True for a subnet that Azure keeps for services of its own.
pub(crate) fn is_reserved(subnet: &ResourceId) -> bool {
    RESERVED.iter().any(|name| subnet.name().eq_ignore_ascii_case(name))
}

/// The subnets of a network, without reserved ones and those that hold endpoints only.
fn subnets_with_hosts(snapshot: &Snapshot, network: &ResourceId) -> Vec<ResourceId> {
    let mut with_endpoints = BTreeSet::new();
    let mut with_hosts = BTreeSet::new();
    for (_, nic) in snapshot.all::<NetworkInterface>() {
        let Some(subnet) = nic.subnet() else { continue };
        if nic.private_endpoint.is_some() { &mut with_endpoints } else { &mut with_hosts }.insert(subnet);
    }
    let subnets = snapshot.children::<Subnet>(network).map(|(id, _)| id);
    subnets
        .filter(|id| !is_reserved(id) && (with_hosts.contains(id) || !with_endpoints.contains(id)))
        .cloned()
        .collect()
}

/// The NICs that calls come from, by subnet.
struct Interfaces<'s> {
    of_subnet: BTreeMap<&'s ResourceId, Vec<(&'s ResourceId, &'s NetworkInterface)>>,
}

impl<'s> Interfaces<'s> {
    fn of(snapshot: &'s Snapshot) -> Self {
        let mut of_subnet: BTreeMap<&ResourceId, Vec<(&ResourceId, &NetworkInterface)>> = BTreeMap::new();
        for (id, nic) in snapshot.all::<NetworkInterface>().filter(|(_, nic)| nic.private_endpoint.is_none()) {
            if let Some(subnet) = nic.subnet() {
                of_subnet.entry(subnet).or_default().push((id, nic));
            }
        }
        Self { of_subnet }
    }

    /// The sources of one subnet; one without NICs is a source itself.
    fn alike(&self, snapshot: &'s Snapshot, subnet: &ResourceId) -> Vec<Source> {
        let Some(interfaces) = self.of_subnet.get(subnet) else {
            let mut source = alone(snapshot, &Vantage::Subnet(subnet.clone()));
            if let Extent::Missing(why) = snapshot.coverage().of(Kind::NetworkInterface) {
                let text =
                    format!("its network interfaces are {}: one with settings of its own may differ", why.words());
                source.standing.because.parts.push(Because::new(text));
            }
            return vec![source];
        };
        let marks = Marks::of(snapshot, subnet);
        let mut groups: BTreeMap<Signature<'_>, Vec<(&ResourceId, &NetworkInterface)>> = BTreeMap::new();
        for (id, nic) in interfaces {
            groups.entry(Signature::of(nic, &marks)).or_default().push((id, nic));
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort_by_key(|members| members.first().map(|(id, _)| *id));
        groups.iter().filter_map(|members| together(snapshot, members)).collect()
    }
}

/// NICs that nothing tells apart as one source, at the addresses of all.
fn together(snapshot: &Snapshot, members: &[(&ResourceId, &NetworkInterface)]) -> Option<Source> {
    let (first, _) = members.first()?;
    let vantage = Vantage::NetworkInterface((*first).clone());
    let mut standing = standing::of(snapshot, &vantage);
    if let Known::Value(place) = &mut standing.outcome {
        let addresses: Vec<IpNet> = members.iter().flat_map(|(_, nic)| nic.addresses()).map(IpNet::from).collect();
        place.sources = IpNet::aggregate(&addresses);
    }
    Some(Source { vantage, standing, count: members.len() })
}

/// What tells addresses of one subnet apart.
struct Marks {
    /// Prefixes of rules and routes that hold some of its addresses and not all.
    prefixes: Vec<IpNet>,
    /// Addresses that something means: appliances and DNS servers.
    meant: BTreeSet<IpAddr>,
}

impl Marks {
    fn of(snapshot: &Snapshot, subnet: &ResourceId) -> Self {
        let own = snapshot.find::<Subnet>(subnet).map(|subnet| subnet.prefixes.as_slice()).unwrap_or_default();
        let splits = |net: &IpNet| own.iter().any(|own| own.contains(net)) || own.is_empty();
        let mut prefixes = of_rules(snapshot);
        prefixes.retain(splits);
        prefixes.extend(snapshot.all::<Route>().filter_map(|(_, route)| route.prefix).filter(splits));
        let networks = || snapshot.all::<VirtualNetwork>().map(|(_, network)| network);
        prefixes.extend(networks().flat_map(|network| network.address_space.iter().copied()).filter(splits));
        let client = snapshot.client();
        let mut meant: BTreeSet<IpAddr> = client.dns_servers.keys().chain(client.appliances.keys()).copied().collect();
        meant.extend(snapshot.all::<Route>().filter_map(|(_, route)| route.next_hop_address));
        meant.extend(networks().flat_map(|network| network.dns_servers.iter().copied()));
        for (_, nic) in snapshot.all::<NetworkInterface>() {
            meant.extend(nic.dns_servers.iter().copied());
        }
        Self { prefixes: prefixes.into_iter().collect(), meant }
    }

    /// The prefixes that hold an address, and the address itself where something means it.
    fn at(&self, address: IpAddr) -> (Vec<usize>, Option<IpAddr>) {
        let holding = self.prefixes.iter().enumerate().filter(|(_, net)| net.contains(&address));
        (holding.map(|(place, _)| place).collect(), self.meant.contains(&address).then_some(address))
    }
}

/// The prefixes that rules name, and those that are published for the service tags that they name.
fn of_rules(snapshot: &Snapshot) -> BTreeSet<IpNet> {
    let of_groups = snapshot.all::<SecurityRule>().flat_map(|(_, rule)| rule.when.prefixes());
    let effective = snapshot.all::<EffectiveAdminRules>().flat_map(|(_, effective)| &effective.rules);
    let admin = effective.map(|(_, rule)| rule).chain(snapshot.all::<AdminRule>().map(|(_, rule)| rule));
    let of_managers = admin.flat_map(|rule| rule.when.prefixes());
    let (mut nets, mut tags) = (BTreeSet::new(), BTreeSet::new());
    for prefix in of_groups.chain(of_managers) {
        match prefix {
            AddressPrefix::Net(net) => {
                nets.insert(*net);
            }
            AddressPrefix::Tag(tag) => {
                tags.insert(tag.as_str());
            }
            AddressPrefix::Any | AddressPrefix::Group(_) => {}
        }
    }
    let lists = || snapshot.all::<ServiceTags>().map(|(_, list)| list);
    let held = tags.iter().flat_map(|tag| lists().filter_map(|list| list.find(tag)));
    nets.extend(held.flat_map(AddressRanges::prefixes));
    nets
}

/// All that tells a NIC from the others of its subnet.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Signature<'s> {
    group: Option<&'s ResourceId>,
    servers: &'s [IpAddr],
    memberships: BTreeSet<&'s ResourceId>,
    forwards: bool,
    places: BTreeSet<(Vec<usize>, Option<IpAddr>)>,
}

impl<'s> Signature<'s> {
    fn of(nic: &'s NetworkInterface, marks: &Marks) -> Self {
        Self {
            group: nic.network_security_group.as_ref(),
            servers: &nic.dns_servers,
            memberships: nic.ip_configurations.iter().flat_map(|at| &at.application_security_groups).collect(),
            forwards: nic.ip_forwarding,
            places: nic.addresses().map(|address| marks.at(address)).collect(),
        }
    }
}
