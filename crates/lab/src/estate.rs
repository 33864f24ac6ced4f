//! What do the documents mean for packets? The lab's own reading, by other code than `fabric`.

use crate::address_plan::{PUBLIC_SOURCE, is_front_end};
use crate::store::Store;
use dialect::arm::Reader;
use model::resource::{
    Access, ApiManagement, CognitiveServicesAccount, ConnectionState, ContainerApp, DnsResolver, ForwardingRule,
    GatewayMode, InboundEndpoint, LinkState, ManagedCluster, ManagedEnvironment, NetworkInterface, Peering,
    PeeringState, PrivateDnsZone, PrivateEndpoint, PrivateEndpointConnection, PublicNetworkAccess, ResolutionPolicy,
    Subnet, VirtualMachine, VirtualNetwork, VirtualNetworkLink, VirtualNetworkRule, WebApp,
};
use model::{Client, DnsName, DnsServer, ResourceId};
use model::{Snapshot, Vantage, private_link_zones};
use std::net::IpAddr;

/// The estate as its documents say it.
pub(crate) struct Estate {
    snapshot: Snapshot,
}

/// Where a vantage stands in the network at this moment.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Place {
    /// The network, if it is in one.
    pub(crate) virtual_network: Option<ResourceId>,
    /// Its subnet.
    pub(crate) subnet: Option<ResourceId>,
    /// Its DNS servers, in order; empty means Azure's alone.
    pub(crate) dns_servers: Vec<IpAddr>,
    /// Outside of Azure: the network whose gateway it is connected to.
    pub(crate) gateway: Option<ResourceId>,
    /// The Kubernetes cluster whose CoreDNS is asked first.
    pub(crate) cluster: Option<ResourceId>,
    /// True for an app that sends only the private ranges (RFC 1918) into the network.
    pub(crate) private_ranges_only: bool,
}

/// What stands at an address, seen from a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// The endpoint of this service.
    Private(ResourceId),
    /// A public front end, coming from this subnet if from any.
    Public(Option<ResourceId>),
    /// Nothing that answers.
    Nowhere,
}

/// A private zone as a network sees it.
pub(crate) struct LinkedZone<'e> {
    /// The zone.
    pub(crate) id: &'e ResourceId,
    /// Whether a name that it lacks is looked up publicly.
    pub(crate) redirects: bool,
}

impl Estate {
    /// Reads all documents.
    pub(crate) fn read(store: &Store) -> Self {
        let text = serde_json::Value::Array(store.all()).to_string();
        let mut reader = Reader::new();
        reader.document(&text, "lab");
        let reading = reader.finish();
        Self { snapshot: Snapshot::new(reading.resources, reading.coverage) }
    }

    /// The same estate with what no document tells of: DNS servers of its owner, appliances, sites.
    pub(crate) fn with_client(self, client: Client) -> Self {
        Self { snapshot: self.snapshot.with_client(client) }
    }

    /// What surrounds the clients.
    pub(crate) fn client(&self) -> &Client {
        self.snapshot.client()
    }

    /// True for an appliance that puts its own address for the source of what it forwards.
    #[cfg(target_os = "linux")]
    pub(crate) fn hides_sources(&self, address: IpAddr) -> bool {
        self.client().appliances.get(&address).is_some_and(|appliance| appliance.source_nat)
    }

    /// What a DNS server of the owner does.
    pub(crate) fn dns_server(&self, address: IpAddr) -> Option<&DnsServer> {
        self.client().dns_servers.get(&address)
    }

    /// The servers of a place that nothing is known of.
    pub(crate) fn unknown_servers(&self, place: &Place) -> Vec<IpAddr> {
        let known = |server: IpAddr| {
            server == crate::address_plan::AZURE_DNS
                || self.dns_server(server).is_some()
                || self.inbound(server).is_some()
                || is_internet(server)
        };
        place.dns_servers.iter().copied().filter(|server| !known(*server)).collect()
    }

    /// The network of the resolver that takes questions at an address.
    pub(crate) fn inbound(&self, address: IpAddr) -> Option<ResourceId> {
        let mut endpoints = self.snapshot.all::<InboundEndpoint>();
        let (id, _) = endpoints.find(|(_, endpoint)| endpoint.addresses.contains(&address))?;
        self.snapshot.find::<DnsResolver>(&id.parent()?)?.virtual_network.clone()
    }

    /// The resources.
    pub(crate) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// Where a vantage stands. One that is in no network, or gone, is on the internet.
    pub(crate) fn place(&self, vantage: &Vantage) -> Place {
        match vantage {
            Vantage::VirtualMachine(id) => self.of_virtual_machine(id).unwrap_or_default(),
            Vantage::NetworkInterface(id) => self.of_network_interface(id).unwrap_or_default(),
            Vantage::Subnet(id) => self.in_subnet(id, &[]),
            Vantage::WebApp(id) => self.of_web_app(id).unwrap_or_default(),
            Vantage::ContainerApp(id) => self.of_container_app(id).unwrap_or_default(),
            Vantage::ApiManagement(id) => self.of_gateway(id).unwrap_or_default(),
            Vantage::Cluster(id) => self.of_cluster(id).unwrap_or_default(),
            Vantage::OnPremises(name) => self.on_premises(name).unwrap_or_default(),
            // A network is many places, of which none stands for all; a service calls from where nobody else is.
            Vantage::VirtualNetwork(_) | Vantage::Service(_) | Vantage::Internet | Vantage::Here => Place::default(),
        }
    }

    /// Point-to-site clients without servers of their own get those of the network.
    fn on_premises(&self, name: &str) -> Option<Place> {
        let site = self.client().on_premises.get(name)?;
        let network = site.network.as_ref().and_then(|network| self.snapshot.find::<VirtualNetwork>(network));
        let inherited = network.filter(|_| site.point_to_site && site.dns_servers.is_empty());
        let dns_servers = inherited.map_or(&site.dns_servers, |network| &network.dns_servers);
        Some(Place { dns_servers: dns_servers.clone(), gateway: site.network.clone(), ..Place::default() })
    }

    fn of_virtual_machine(&self, id: &ResourceId) -> Option<Place> {
        self.of_network_interface(self.first_card(id)?)
    }

    fn first_card(&self, id: &ResourceId) -> Option<&ResourceId> {
        let machine = self.snapshot.find::<VirtualMachine>(id)?;
        let attached = || {
            let mut cards = self.snapshot.all::<NetworkInterface>();
            cards.find(|(_, card)| card.virtual_machine.as_ref() == Some(id)).map(|(card, _)| card)
        };
        machine.network_interfaces.first().or_else(attached)
    }

    /// The network interface that a vantage sends through, if it has one.
    #[cfg(target_os = "linux")]
    pub(crate) fn card_of<'e>(&'e self, vantage: &'e Vantage) -> Option<&'e ResourceId> {
        match vantage {
            Vantage::VirtualMachine(id) => self.first_card(id),
            Vantage::NetworkInterface(id) => Some(id),
            _ => None,
        }
    }

    fn of_network_interface(&self, id: &ResourceId) -> Option<Place> {
        let card = self.snapshot.find::<NetworkInterface>(id)?;
        Some(self.in_subnet(card.subnet()?, &card.dns_servers))
    }

    fn of_web_app(&self, id: &ResourceId) -> Option<Place> {
        let app = self.snapshot.find::<WebApp>(id)?;
        let subnet = app.subnet.value()?.as_ref()?;
        let private_ranges_only = !app.route_all.is(&true);
        Some(Place { private_ranges_only, ..self.in_subnet(subnet, &app.dns_servers) })
    }

    /// Container apps stand in the subnet of their environment.
    fn of_container_app(&self, id: &ResourceId) -> Option<Place> {
        let environment = self.snapshot.find::<ContainerApp>(id)?.environment.as_ref()?;
        let subnet = &self.snapshot.find::<ManagedEnvironment>(environment)?.subnet;
        Some(self.in_subnet(subnet.value()?.as_ref()?, &[]))
    }

    /// The gateway of an API Management service calls from its subnet, if it has one.
    fn of_gateway(&self, id: &ResourceId) -> Option<Place> {
        let service = self.snapshot.find::<ApiManagement>(id)?;
        let subnet = service.subnet.as_ref().filter(|_| !service.mode.is(&GatewayMode::None))?;
        Some(self.in_subnet(subnet, &[]))
    }

    /// Pods stand in the subnet of their own, else in that of their nodes.
    fn of_cluster(&self, id: &ResourceId) -> Option<Place> {
        let pool = self.snapshot.find::<ManagedCluster>(id)?.pools.first()?;
        let place = self.in_subnet(pool.pod_subnet.as_ref().or(pool.subnet.as_ref())?, &[]);
        Some(Place { cluster: Some(id.clone()), ..place })
    }

    /// Own servers go before those of the network.
    fn in_subnet(&self, subnet: &ResourceId, own: &[IpAddr]) -> Place {
        let network = subnet.parent();
        let shared = network.as_ref().and_then(|id| self.snapshot.find::<VirtualNetwork>(id));
        let servers = if own.is_empty() { shared.map_or(&[][..], |shared| &shared.dns_servers) } else { own };
        let only_azure = servers.iter().all(|server| *server == crate::address_plan::AZURE_DNS);
        let dns_servers = if only_azure { Vec::new() } else { servers.to_vec() };
        Place { virtual_network: network, subnet: Some(subnet.clone()), dns_servers, ..Place::default() }
    }

    /// The zones that a network is linked to, for resolution.
    pub(crate) fn linked_zones(&self, network: &ResourceId) -> Vec<LinkedZone<'_>> {
        let linked = |zone: &ResourceId| {
            self.snapshot
                .children::<VirtualNetworkLink>(zone)
                .map(|(_, link)| link)
                .find(|link| link.virtual_network.as_ref() == Some(network) && !link.state.is(&LinkState::InProgress))
        };
        let zones = self.snapshot.all::<PrivateDnsZone>();
        zones
            .filter_map(|(id, _)| {
                let redirects = linked(id)?.resolution_policy == ResolutionPolicy::NxDomainRedirect;
                Some(LinkedZone { id, redirects })
            })
            .collect()
    }

    /// What stands at an address.
    pub(crate) fn arrival(&self, place: &Place, address: IpAddr) -> Arrival {
        if is_front_end(address) {
            return Arrival::Public(place.subnet.clone());
        }
        let near = |remote: &ResourceId| match (&place.virtual_network, &place.gateway) {
            (Some(network), _) => self.reaches(network, remote),
            (None, Some(gateway)) => self.lends_gateway(gateway, remote),
            (None, None) => false,
        };
        if place.private_ranges_only && !is_private_range(address) {
            return Arrival::Nowhere;
        }
        let mut cards = self.snapshot.all::<NetworkInterface>();
        let seen = cards.find(|(_, card)| {
            let near = card.subnet().and_then(ResourceId::parent).is_some_and(|remote| near(&remote));
            card.private_endpoint.is_some() && near && card.addresses().any(|known| known == address)
        });
        seen.and_then(|(_, card)| self.approved_account(card.private_endpoint.as_ref()?))
            .map_or(Arrival::Nowhere, Arrival::Private)
    }

    /// The same network, or one that is peered with it.
    pub(crate) fn reaches(&self, network: &ResourceId, remote: &ResourceId) -> bool {
        let open = |from: &ResourceId, to: &ResourceId| {
            self.half(from, to)
                .is_some_and(|half| half.state.is(&PeeringState::Connected) && half.allow_virtual_network_access)
        };
        network == remote || (open(network, remote) && open(remote, network))
    }

    /// The half of a peering that a network has.
    pub(crate) fn half(&self, network: &ResourceId, remote: &ResourceId) -> Option<&Peering> {
        let mut halves = self.snapshot.children::<Peering>(network).map(|(_, half)| half);
        halves.find(|half| half.remote.as_ref() == Some(remote))
    }

    /// Every DNS server that somebody in the estate is told to ask.
    #[cfg(target_os = "linux")]
    pub(crate) fn named_servers(&self) -> Vec<IpAddr> {
        let snapshot = &self.snapshot;
        let networks = snapshot.all::<VirtualNetwork>().flat_map(|(_, network)| &network.dns_servers);
        let cards = snapshot.all::<NetworkInterface>().flat_map(|(_, card)| &card.dns_servers);
        let apps = snapshot.all::<WebApp>().flat_map(|(_, app)| &app.dns_servers);
        let sites = self.client().on_premises.values().flat_map(|site| &site.dns_servers);
        let own = self.client().dns_servers.iter();
        let own = own.flat_map(|(at, server)| server.forward.values().flatten().chain([at]));
        let rules = snapshot.all::<ForwardingRule>().flat_map(|(_, rule)| rule.targets.iter().map(|(at, _)| at));
        let clusters = self.client().clusters.values().flat_map(|dns| dns.forward.values().flatten());
        networks.chain(cards).chain(apps).chain(sites).chain(own).chain(rules).chain(clusters).copied().collect()
    }

    /// The same network, or a peer that uses its gateway.
    fn lends_gateway(&self, gateway: &ResourceId, remote: &ResourceId) -> bool {
        let half = |from: &ResourceId, to: &ResourceId, wanted: fn(&Peering) -> bool| {
            self.snapshot.children::<Peering>(from).any(|(_, half)| half.remote.as_ref() == Some(to) && wanted(half))
        };
        let gives = |half: &Peering| half.allow_gateway_transit;
        let takes = |half: &Peering| half.use_remote_gateways;
        gateway == remote
            || (self.reaches(gateway, remote) && half(gateway, remote, gives) && half(remote, gateway, takes))
    }

    /// The service that an endpoint leads to, when both sides say Approved.
    pub(crate) fn approved_account(&self, endpoint: &ResourceId) -> Option<ResourceId> {
        let connections = &self.snapshot.find::<PrivateEndpoint>(endpoint)?.connections;
        let open = connections.iter().find(|connection| connection.state.is(&ConnectionState::Approved))?;
        let target = open.target.as_ref()?;
        let theirs = self.connections(target).find(|connection| connection.private_endpoint.as_ref() == Some(endpoint));
        let agreed = theirs.is_none_or(|connection| connection.state.is(&ConnectionState::Approved));
        (agreed && self.snapshot.get(target).is_some()).then(|| target.clone())
    }

    fn connections<'e>(&'e self, account: &ResourceId) -> impl Iterator<Item = &'e PrivateEndpointConnection> {
        self.snapshot.children::<PrivateEndpointConnection>(account).map(|(_, connection)| connection)
    }

    /// The account that owns a label below the service's suffixes.
    pub(crate) fn account_named(&self, label: &str) -> Option<(&ResourceId, &CognitiveServicesAccount)> {
        self.snapshot.all::<CognitiveServicesAccount>().find(|(_, account)| {
            account.custom_subdomain.as_deref().is_some_and(|subdomain| subdomain.eq_ignore_ascii_case(label))
        })
    }

    /// The region of an account, as one word.
    pub(crate) fn region_of(&self, id: &ResourceId) -> String {
        let location = self.snapshot.get(id).and_then(|resource| resource.location.clone());
        location.as_deref().unwrap_or("eastus").replace(' ', "").to_ascii_lowercase()
    }

    /// Every region that has an account.
    pub(crate) fn regions(&self) -> impl Iterator<Item = String> {
        self.snapshot.all::<CognitiveServicesAccount>().map(|(id, _)| self.region_of(id))
    }

    /// True when an account has a private endpoint connection: its public name then has the
    /// `privatelink` alias, whatever the state of the connection.
    pub(crate) fn has_connection(&self, account: &ResourceId) -> bool {
        self.connections(account).next().is_some()
            || self.snapshot.all::<PrivateEndpoint>().any(|(_, endpoint)| {
                endpoint.connections.iter().any(|connection| connection.target.as_ref() == Some(account))
            })
    }

    /// True when an account has network rules of any kind.
    pub(crate) fn is_restricted(&self, id: &ResourceId, account: &CognitiveServicesAccount) -> bool {
        let closed = !matches!(account.public_network_access.value(), None | Some(PublicNetworkAccess::Enabled));
        let rules = account.network_acls.as_ref().is_some_and(|rules| rules.default_action == Access::Deny);
        closed || rules || self.has_connection(id)
    }

    /// Whether the public side lets a caller of this subnet in.
    pub(crate) fn public_side(&self, account: &CognitiveServicesAccount, subnet: Option<&ResourceId>) -> PublicSide {
        match account.public_network_access.value() {
            None | Some(PublicNetworkAccess::Enabled) => {}
            Some(PublicNetworkAccess::Disabled) => return PublicSide::Closed,
            // Believed: a perimeter without rules admits nobody.
            Some(PublicNetworkAccess::SecuredByPerimeter) => return PublicSide::Perimeter,
        }
        let Some(rules) = &account.network_acls else { return PublicSide::Open };
        // A service endpoint tells the service the subnet, in place of a public address.
        let marked = subnet.filter(|subnet| {
            let found = self.snapshot.find::<Subnet>(subnet);
            found.is_some_and(|found| {
                let mut services = found.service_endpoints.iter().map(|endpoint| &endpoint.service);
                services.any(|service| service.eq_ignore_ascii_case("Microsoft.CognitiveServices"))
            })
        });
        let (by_address, by_subnet) = match marked {
            Some(subnet) => {
                let gone = |rule: &VirtualNetworkRule| {
                    rule.state.as_deref().is_some_and(|state| state.eq_ignore_ascii_case("NetworkSourceDeleted"))
                };
                let mut rules = rules.virtual_network_rules.iter();
                (false, rules.any(|rule| rule.subnet == *subnet && !gone(rule)))
            }
            None => (rules.ip_rules.iter().any(|prefix| prefix.contains(&PUBLIC_SOURCE)), false),
        };
        if rules.default_action == Access::Allow || by_address || by_subnet {
            PublicSide::Open
        } else {
            PublicSide::NotListed
        }
    }

    /// The places that traffic can start from: machines, apps, container apps, gateways of API Management, clusters, sites, the internet.
    pub(crate) fn vantages(&self) -> Vec<Vantage> {
        let machines = self.snapshot.all::<VirtualMachine>().map(|(id, _)| Vantage::VirtualMachine(id.clone()));
        let apps = self.snapshot.all::<WebApp>().map(|(id, _)| Vantage::WebApp(id.clone()));
        let containers = self.snapshot.all::<ContainerApp>().map(|(id, _)| Vantage::ContainerApp(id.clone()));
        let gateways = self.snapshot.all::<ApiManagement>().map(|(id, _)| Vantage::ApiManagement(id.clone()));
        let clusters = self.snapshot.all::<ManagedCluster>().map(|(id, _)| Vantage::Cluster(id.clone()));
        let sites = self.client().on_premises.keys().cloned().map(Vantage::OnPremises);
        machines
            .chain(apps)
            .chain(containers)
            .chain(gateways)
            .chain(clusters)
            .chain(sites)
            .chain([Vantage::Internet])
            .collect()
    }
}

/// Whether the public side of an account lets a caller in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PublicSide {
    /// Yes.
    Open,
    /// Public access is disabled.
    Closed,
    /// The network rules do not name the caller.
    NotListed,
    /// A network security perimeter does not admit the caller.
    Perimeter,
}

/// The public suffixes of the service, after the zone table.
pub(crate) fn suffixes() -> &'static [&'static str] {
    private_link_zones()
        .iter()
        .find(|row| row.cloud == "AzureCloud" && row.resource_type == "Microsoft.CognitiveServices/accounts")
        .map_or(&[], |row| &row.suffixes)
}

/// The label of a name directly below one of the service's suffixes, and that suffix.
pub(crate) fn service_name(name: &DnsName) -> Option<(&str, &'static str)> {
    suffixes().iter().find_map(|suffix| {
        let label = name.relative_to(suffix)?;
        (label != "@" && !label.contains('.')).then_some((label, *suffix))
    })
}

/// True outside the ranges that nobody has on the internet.
pub(crate) fn is_internet(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let shared = v4.octets()[0] == 100 && v4.octets()[1] & 0xc0 == 64;
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || shared)
        }
        IpAddr::V6(v6) => v6.segments()[0] & 0xe000 == 0x2000,
    }
}

fn is_private_range(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_private(),
        IpAddr::V6(_) => false,
    }
}
