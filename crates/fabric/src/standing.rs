//! Where does a vantage stand: in which network, at which address, asking which DNS servers?

use crate::api_gateway;
use crate::networks::network_of;
use crate::reach::Place;
use ipnet::IpNet;
use model::resource::{
    ContainerApp, ManagedCluster, ManagedEnvironment, NetworkInterface, Subnet, VirtualMachine, VirtualNetwork, WebApp,
};
use model::{Because, ClusterDns, Decided, Fact, FactRef, Known, Mark, OnPremises, ResourceId, Snapshot, Vantage, Why};
use std::net::IpAddr;

/// Where a vantage stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The virtual network that its traffic and its DNS questions start in; `None` outside.
    pub network: Option<ResourceId>,
    /// The subnet; `None` outside.
    pub subnet: Option<ResourceId>,
    /// Its NIC, when it has one of its own.
    pub network_interface: Option<ResourceId>,
    /// Its addresses: single ones, or the prefixes of its subnet.
    pub sources: Vec<IpNet>,
    /// Who it asks for names.
    pub servers: Servers,
    /// The app of App Service that it is, whose traffic enters the network only by its own rules.
    pub app: Option<App>,
    /// The place outside of Azure that it is.
    pub site: Option<OnPremises>,
    /// The Kubernetes cluster that it is a pod of.
    pub cluster: Option<Cluster>,
    /// The environment of container apps that it runs in.
    pub environment: Option<ResourceId>,
    /// The API Management service that it is the gateway of.
    pub gateway: Option<ResourceId>,
}

/// The DNS of a Kubernetes cluster, which pods ask before the servers of their node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    /// The cluster.
    pub id: ResourceId,
    /// What its owner added to it, where somebody told.
    pub dns: Option<ClusterDns>,
}

/// How an app's traffic enters its network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct App {
    /// The app.
    pub id: ResourceId,
    /// Whether all traffic enters.
    pub route_all: Known<bool>,
}

/// Who a vantage asks for names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Servers {
    /// Azure DNS (168.63.129.16) as seen from its network.
    Azure,
    /// These servers.
    Custom(Vec<IpAddr>),
    /// A resolver outside any virtual network: the public view.
    Public,
}

static DEFAULT_DNS: Fact = Fact {
    id: "dns-servers-of-the-network",
    text: "A host uses the DNS servers of its NIC, else those of its virtual network, else Azure DNS (168.63.129.16), which answers with the zones linked to that network.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-dns-privatednszone.md and private-link/private-endpoint-dns-integration.md, read 2026-11-22",
};

static APP_DNS: Fact = Fact {
    id: "app-service-uses-the-integration-network",
    text: "An app with virtual network integration uses the DNS servers of the integration network and, with Azure DNS, the zones linked to that network, whatever route-all says.",
    mark: Mark::Documented,
    source: "Azure documentation, app-service/overview-vnet-integration.md, read 2026-11-22",
};

static APP_OVERRIDE: Fact = Fact {
    id: "app-service-dns-setting-replaces-the-network",
    text: "The DNS servers in an app's dnsConfiguration.dnsServers or its setting WEBSITE_DNS_SERVER replace those of the virtual network; of those that answer in time the first in the list decides.",
    mark: Mark::Documented,
    source: "Azure documentation, app-service/overview-name-resolution.md, read 2026-11-22",
};

static POD_DNS: Fact = Fact {
    id: "aks-pods-ask-the-servers-of-the-node",
    text: "Pods of AKS ask CoreDNS, which forwards to the servers of its node: those of the virtual network, and with Azure DNS the zones linked to that network.",
    mark: Mark::Documented,
    source: "Azure documentation, aks/coredns-custom.md and aks/dns-concepts.md, read 2026-11-22",
};

static ENVIRONMENT: Fact = Fact {
    id: "container-apps-use-the-network-of-their-environment",
    text: "Container apps call from the subnet of their environment: its network security group applies, with workload profiles its routes too, and the DNS servers of its virtual network are asked. No app has a switch of its own for this.",
    mark: Mark::Documented,
    source: "Azure documentation, container-apps/networking.md and container-apps/custom-virtual-networks.md, read 2026-11-22",
};

static MADE_NETWORK: Fact = Fact {
    id: "container-apps-without-a-network-reach-the-internet-alone",
    text: "An environment of container apps without a virtual network of its owner is in one that Azure made: it reaches internet addresses only, and the network cannot be changed later.",
    mark: Mark::Documented,
    source: "Azure documentation, container-apps/networking.md, read 2026-11-22",
};

static NO_OVERRIDE: Fact = Fact {
    id: "aks-coredns-is-taken-to-be-as-delivered",
    text: "What the owner of a cluster adds to CoreDNS is in no Azure API: where nobody tells, it is taken to be as delivered.",
    mark: Mark::Inferred,
    source: "from aks/coredns-custom.md, read 2026-11-22",
};

static POINT_TO_SITE: Fact = Fact {
    id: "point-to-site-clients-get-the-servers-of-the-network",
    text: "A point-to-site VPN client gets the DNS servers that are set on the gateway's virtual network. With none set it keeps asking its own: Azure DNS (168.63.129.16) is not to be asked through the tunnel.",
    mark: Mark::Recorded,
    source: "github.com/dmauser/PrivateLink, DNS-Integration-P2S (failure mode vpn-client-nrpt-split), read 2026-11-22",
};

impl Standing {
    /// The virtual network that its packets enter Azure in: its own, or that of its gateway.
    pub fn entry(&self) -> Option<&ResourceId> {
        self.network.as_ref().or_else(|| self.site.as_ref()?.network.as_ref())
    }

    /// On the internet, asking public servers.
    pub fn outside() -> Self {
        Self {
            network: None,
            subnet: None,
            network_interface: None,
            sources: Vec::new(),
            servers: Servers::Public,
            app: None,
            site: None,
            cluster: None,
            environment: None,
            gateway: None,
        }
    }

    /// Where its questions leave from.
    pub(crate) fn place(&self) -> Place<'_> {
        match (&self.network, &self.site) {
            (Some(_), _) => Place::Host(self),
            (None, Some(site)) => Place::Site(site),
            (None, None) => Place::Outside,
        }
    }
}

/// Where a vantage stands in this estate.
pub fn of(snapshot: &Snapshot, vantage: &Vantage) -> Decided<Standing> {
    match vantage {
        Vantage::VirtualMachine(id) => machine(snapshot, id),
        Vantage::NetworkInterface(id) => interface(snapshot, id),
        Vantage::Subnet(id) => subnet(snapshot, id),
        Vantage::VirtualNetwork(id) => Decided::unknown(
            Why::Unsupported,
            Because::new(format!("{} has no host that could be asked from: name a subnet of it", id.name())),
        ),
        Vantage::WebApp(id) => app(snapshot, id),
        Vantage::ContainerApp(id) => container_app(snapshot, id),
        Vantage::ApiManagement(id) => api_gateway::standing(snapshot, id),
        Vantage::Cluster(id) => cluster(snapshot, id),
        Vantage::Service(id) => Decided::unknown(
            Why::Unsupported,
            Because::new(format!("{} calls by itself, from Azure's own network: no place of yours is its", id.name())),
        ),
        Vantage::Internet => Decided::value(Standing::outside(), Because::new("somewhere on the internet")),
        Vantage::OnPremises(name) => on_premises(snapshot, name),
        Vantage::Here => Decided::unknown(
            Why::NotCollected,
            Because::new("nothing says which node of the snapshot this host is (name it with --from)"),
        ),
    }
}

pub(crate) fn missing(what: &str, id: &ResourceId) -> Decided<Standing> {
    Decided::unknown(Why::NotCollected, Because::new(format!("{what} {} is not in the snapshot", id.name())))
}

fn machine(snapshot: &Snapshot, id: &ResourceId) -> Decided<Standing> {
    let listed = snapshot.find::<VirtualMachine>(id).and_then(|machine| machine.network_interfaces.first());
    let own = |(_, nic): &(&ResourceId, &NetworkInterface)| nic.virtual_machine.as_ref() == Some(id);
    match listed.or_else(|| snapshot.all::<NetworkInterface>().find(own).map(|(nic, _)| nic)) {
        Some(nic) => interface(snapshot, nic),
        None => missing("a NIC of virtual machine", id),
    }
}

fn interface(snapshot: &Snapshot, id: &ResourceId) -> Decided<Standing> {
    let Some(nic) = snapshot.find::<NetworkInterface>(id) else { return missing("NIC", id) };
    let Some(subnet) = nic.subnet() else { return missing("the subnet of NIC", id) };
    let Some(network) = network_of(subnet) else { return missing("the network of subnet", subnet) };
    let sources: Vec<IpNet> = nic.addresses().map(IpNet::from).collect();
    let servers = if nic.dns_servers.is_empty() {
        network_servers(snapshot, &network)
    } else {
        Known::Value((chosen(&nic.dns_servers), FactRef::new(id, "dnsSettings.dnsServers", list(&nic.dns_servers))))
    };
    let text = format!("NIC {} at {} in {}", id.name(), addresses(&sources), place(subnet));
    settle(servers, &DEFAULT_DNS, Because::new(text).fact(FactRef::new(id, "", "")), |servers| Standing {
        network: Some(network.clone()),
        subnet: Some(subnet.clone()),
        network_interface: Some(id.clone()),
        sources: sources.clone(),
        servers,
        ..Standing::outside()
    })
}

fn subnet(snapshot: &Snapshot, id: &ResourceId) -> Decided<Standing> {
    let Some(found) = snapshot.find::<Subnet>(id) else { return missing("subnet", id) };
    let Some(network) = network_of(id) else { return missing("the network of subnet", id) };
    let servers = network_servers(snapshot, &network);
    let because = Because::new(format!("any host of {}", place(id))).fact(FactRef::new(id, "", ""));
    settle(servers, &DEFAULT_DNS, because, |servers| Standing {
        network: Some(network.clone()),
        subnet: Some(id.clone()),
        network_interface: None,
        sources: found.prefixes.clone(),
        servers,
        ..Standing::outside()
    })
}

fn app(snapshot: &Snapshot, id: &ResourceId) -> Decided<Standing> {
    let Some(app) = snapshot.find::<WebApp>(id) else { return missing("app", id) };
    let subnet = match &app.subnet {
        Known::Value(Some(subnet)) => subnet,
        Known::Value(None) => {
            let because = Because::new(format!("app {} is not integrated with a virtual network", id.name()))
                .fact(FactRef::new(id, "virtualNetworkSubnetId", ""));
            let egress = App { id: id.clone(), route_all: app.route_all.clone() };
            return Decided::value(Standing { app: Some(egress), ..Standing::outside() }, because);
        }
        Known::Unknown(why) => {
            return Decided::unknown(
                *why,
                Because::new(format!("the network integration of app {} is {}", id.name(), why.words())),
            );
        }
    };
    let Some(network) = network_of(subnet) else { return missing("the network of subnet", subnet) };
    let servers = if app.dns_servers.is_empty() {
        network_servers(snapshot, &network)
    } else {
        Known::Value((
            chosen(&app.dns_servers),
            FactRef::new(id, "dnsConfiguration.dnsServers", list(&app.dns_servers)),
        ))
    };
    let because = Because::new(format!("app {} is integrated with {}", id.name(), place(subnet))).fact(FactRef::new(
        id,
        "virtualNetworkSubnetId",
        subnet.as_str(),
    ));
    let sources = snapshot.find::<Subnet>(subnet).map(|subnet| subnet.prefixes.clone()).unwrap_or_default();
    let rule = if app.dns_servers.is_empty() { &APP_DNS } else { &APP_OVERRIDE };
    settle(servers, rule, because, |servers| Standing {
        network: Some(network.clone()),
        subnet: Some(subnet.clone()),
        network_interface: None,
        sources: sources.clone(),
        servers,
        app: Some(App { id: id.clone(), route_all: app.route_all.clone() }),
        ..Standing::outside()
    })
}

fn container_app(snapshot: &Snapshot, id: &ResourceId) -> Decided<Standing> {
    let Some(app) = snapshot.find::<ContainerApp>(id) else { return missing("container app", id) };
    let Some(environment) = &app.environment else { return missing("the environment of container app", id) };
    let Some(found) = snapshot.find::<ManagedEnvironment>(environment) else {
        return missing("the environment", environment);
    };
    let fact = |value: &str| FactRef::new(environment, INFRASTRUCTURE_SUBNET, value);
    let subnet = match &found.subnet {
        Known::Value(Some(subnet)) => subnet,
        Known::Value(None) => {
            let text = format!(
                "container app {} runs in {}, whose network Azure made: it reaches the internet alone",
                id.name(),
                environment.name()
            );
            let standing = Standing { environment: Some(environment.clone()), ..Standing::outside() };
            return Decided::value(standing, Because::new(text).fact(fact("")).rule(&MADE_NETWORK));
        }
        Known::Unknown(why) => {
            let text = format!("the network of environment {} is {}", environment.name(), why.words());
            return Decided::unknown(*why, Because::new(text));
        }
    };
    let Some(network) = network_of(subnet) else { return missing("the network of subnet", subnet) };
    let sources = snapshot.find::<Subnet>(subnet).map(|subnet| subnet.prefixes.clone()).unwrap_or_default();
    let text = format!("container app {} runs in {}, which stands in {}", id.name(), environment.name(), place(subnet));
    let because = Because::new(text).fact(fact(subnet.as_str()));
    settle(network_servers(snapshot, &network), &ENVIRONMENT, because, |servers| Standing {
        network: Some(network.clone()),
        subnet: Some(subnet.clone()),
        sources: sources.clone(),
        servers,
        environment: Some(environment.clone()),
        ..Standing::outside()
    })
}

/// Where an environment of container apps says its subnet.
pub const INFRASTRUCTURE_SUBNET: &str = "vnetConfiguration.infrastructureSubnetId";

fn cluster(snapshot: &Snapshot, id: &ResourceId) -> Decided<Standing> {
    let Some(found) = snapshot.find::<ManagedCluster>(id) else { return missing("AKS cluster", id) };
    let pools = || found.pools.iter().filter_map(|pool| pool.pod_subnet.as_ref().or(pool.subnet.as_ref()));
    let Some(subnet) = pools().next() else {
        let text = format!("in which network the nodes of {} stand is not known: Azure made it", id.name());
        let because = Because::new(text).fact(FactRef::new(id, "agentPoolProfiles.vnetSubnetID", ""));
        return Decided::unknown(Why::Unsupported, because);
    };
    let Some(network) = network_of(subnet) else { return missing("the network of subnet", subnet) };
    let dns = snapshot.client().clusters.get(id).cloned();
    let sources = snapshot.find::<Subnet>(subnet).map(|subnet| subnet.prefixes.clone()).unwrap_or_default();
    let text = format!("a pod of AKS cluster {} in {}", id.name(), place(subnet));
    let mut because = Because::new(text).fact(FactRef::new(id, "agentPoolProfiles.vnetSubnetID", subnet.as_str()));
    if dns.is_none() {
        let text = "provided that nothing in ConfigMap kube-system/coredns-custom overrides it";
        because = because.part(Because::new(text).rule(&NO_OVERRIDE));
    }
    let others = pools().filter(|other| *other != subnet).count();
    if others > 0 {
        because = because.part(Because::new(format!("{others} more pools stand in other subnets")));
    }
    settle(network_servers(snapshot, &network), &POD_DNS, because, |servers| Standing {
        network: Some(network.clone()),
        subnet: Some(subnet.clone()),
        sources: sources.clone(),
        servers,
        cluster: Some(Cluster { id: id.clone(), dns: dns.clone() }),
        ..Standing::outside()
    })
}

fn on_premises(snapshot: &Snapshot, name: &str) -> Decided<Standing> {
    let Some(site) = snapshot.client().on_premises.get(name) else {
        let text = format!("how {name} reaches Azure and which DNS servers it asks is not known");
        return Decided::unknown(Why::NotCollected, Because::new(text));
    };
    let standing = |servers| Standing {
        sources: site.address_space.clone(),
        servers,
        site: Some(site.clone()),
        ..Standing::outside()
    };
    let at = if site.point_to_site { format!("a VPN client of {name}") } else { format!("a host at {name}") };
    if !site.dns_servers.is_empty() {
        let because = Because::new(format!("{at}, which asks {}", list(&site.dns_servers)));
        return Decided::value(standing(Servers::Custom(site.dns_servers.clone())), because);
    }
    let Some(gateway) = site.network.as_ref().filter(|_| site.point_to_site) else {
        return Decided::unknown(Why::NotCollected, Because::new(format!("which DNS servers {at} asks is not known")));
    };
    match network_servers(snapshot, gateway) {
        Known::Value((Servers::Custom(servers), fact)) => {
            let text = format!("{at}, which gets the DNS servers of {}: {}", gateway.name(), list(&servers));
            Decided::value(standing(Servers::Custom(servers)), Because::new(text).fact(fact).rule(&POINT_TO_SITE))
        }
        Known::Value((Servers::Azure | Servers::Public, fact)) => {
            let text = format!("{at}, which gets no DNS servers from {}: it asks its own", gateway.name());
            Decided::value(standing(Servers::Public), Because::new(text).fact(fact).rule(&POINT_TO_SITE))
        }
        Known::Unknown(why) => {
            Decided::unknown(why, Because::new(format!("the DNS servers of {} are {}", gateway.name(), why.words())))
        }
    }
}

pub(crate) fn settle(
    servers: Known<(Servers, FactRef)>,
    rule: &'static Fact,
    because: Because,
    standing: impl Fn(Servers) -> Standing,
) -> Decided<Standing> {
    match servers {
        Known::Value((servers, fact)) => Decided::value(standing(servers), because.rule(rule).fact(fact)),
        Known::Unknown(why) => {
            let part = Because::new(format!("its virtual network is {}, and with it the DNS servers", why.words()));
            Decided::unknown(why, because.part(part))
        }
    }
}

pub(crate) fn network_servers(snapshot: &Snapshot, network: &ResourceId) -> Known<(Servers, FactRef)> {
    match snapshot.find::<VirtualNetwork>(network) {
        None => Known::Unknown(Why::NotCollected),
        Some(found) => {
            let fact = FactRef::new(network, "dhcpOptions.dnsServers", list(&found.dns_servers));
            Known::Value((chosen(&found.dns_servers), fact))
        }
    }
}

/// The address at which Azure DNS answers inside every virtual network.
pub const AZURE_DNS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(168, 63, 129, 16));

fn chosen(servers: &[IpAddr]) -> Servers {
    if servers.iter().all(|server| *server == AZURE_DNS) { Servers::Azure } else { Servers::Custom(servers.to_vec()) }
}

fn list(servers: &[IpAddr]) -> String {
    servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn addresses(sources: &[IpNet]) -> String {
    match sources {
        [] => "an unknown address".to_owned(),
        _ => sources.iter().map(|net| net.addr().to_string()).collect::<Vec<_>>().join(", "),
    }
}

/// `subnet of network`, in words.
pub(crate) fn place(subnet: &ResourceId) -> String {
    match network_of(subnet) {
        Some(network) => format!("{}/{}", network.name(), subnet.name()),
        None => subnet.name().to_owned(),
    }
}
