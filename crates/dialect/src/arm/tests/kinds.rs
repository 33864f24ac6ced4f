//! A resource of every kind, with as much in it as a kind can hold: what is written has to come back.

use super::{ACCOUNT, SITE, SPOKE, ZONE, id, published};
use crate::scenario::tests::scenario;
use model::resource::{
    Access, AddressPrefix, AgentPool, ApiBackend, ApiManagement, BackendPool, BalancingRule, CognitiveServicesAccount,
    Conditions, ConnectionState, ConnectionStatus, ConnectionType, ContainerApp, DatabricksWorkspace, Direction,
    DnsResolver, EndpointSetting, ForwardingRule, ForwardingRuleset, FrontEnd, GatewayConnection, GatewayMode,
    GatewayType, HubConnection, InboundEndpoint, LoadBalancer, LocalNetworkGateway, ManagedCluster, ManagedEnvironment,
    NetworkAcls, NextHop, OutboundEndpoint, PortRange, PrivateDnsZone, Protocol, PublicNetworkAccess, RecordData,
    RecordSet, RecordType, RoleAssignment, Route, RouteTable, RoutingIntent, RoutingPolicy, RulesetLink, SearchService,
    SecurityRule, ServiceEndpoint, SharedPrivateLink, Subnet, VirtualHub, VirtualNetworkGateway, VirtualNetworkRule,
    WebApp, WorkspaceConnection,
};
use model::{Body, DnsName, Known, Resource, ResourceId};
use std::collections::BTreeMap;

fn rule(table: &ResourceId) -> SecurityRule {
    SecurityRule {
        priority: 200,
        access: Access::Deny,
        when: Conditions {
            direction: Direction::Outbound,
            protocol: Protocol::Udp,
            sources: vec![AddressPrefix::Group(table.clone()), AddressPrefix::Group(table.child("x", "y"))],
            source_ports: vec![PortRange::one(1), PortRange { first: 5, last: 9 }],
            destinations: vec![
                AddressPrefix::Tag("Internet".into()),
                AddressPrefix::Net("10.0.0.0/8".parse().unwrap()),
            ],
            destination_ports: vec![PortRange::ANY],
        },
    }
}

fn acls(table: &ResourceId) -> NetworkAcls {
    NetworkAcls {
        default_action: Access::Deny,
        ip_rules: vec!["203.0.113.7/32".parse().unwrap()],
        virtual_network_rules: vec![VirtualNetworkRule {
            subnet: table.clone(),
            ignore_missing_endpoint: true,
            state: Some("Succeeded".into()),
        }],
        bypass: Some("AzureServices".into()),
    }
}

/// A resolver, its endpoints and a ruleset.
fn resolver_kinds(table: &ResourceId) -> Vec<(ResourceId, Body)> {
    let rules = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/dnsForwardingRulesets/rules";
    let resolver = id("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/dnsResolvers/resolver");
    let forwarding = ForwardingRule {
        domain: "openai.azure.com".into(),
        targets: vec![("10.1.8.4".parse().unwrap(), 5353)],
        enabled: false,
    };
    let inbound = InboundEndpoint { addresses: vec!["10.1.8.4".parse().unwrap()], subnet: Some(table.clone()) };
    let outbounds = ForwardingRuleset { outbound_endpoints: vec![table.clone()] };
    vec![
        (resolver.child("inboundEndpoints", "in"), Body::InboundEndpoint(inbound)),
        (
            resolver.child("outboundEndpoints", "out"),
            Body::OutboundEndpoint(OutboundEndpoint { subnet: Some(table.clone()) }),
        ),
        (resolver, Body::DnsResolver(DnsResolver { virtual_network: Some(table.clone()) })),
        (id(rules).child("forwardingRules", "r"), Body::ForwardingRule(forwarding)),
        (
            id(rules).child("virtualNetworkLinks", "l"),
            Body::RulesetLink(RulesetLink { virtual_network: Some(table.clone()) }),
        ),
        (id(rules), Body::ForwardingRuleset(outbounds)),
    ]
}

/// Resources of every kind: those of two scenarios and some that no scenario has.
pub(super) fn every_kind() -> Vec<Resource> {
    let mut all: Vec<Resource> = ["healthy", "single-vnet", "pending-approval"]
        .iter()
        .flat_map(|name| scenario(name).snapshot().iter().map(|one| (**one).clone()).collect::<Vec<_>>())
        .collect();
    let table = id("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/routeTables/t");
    let set = |record_type, data| RecordSet { record_type, ttl: None, data, creator: None };
    let route = Route {
        prefix: Some("0.0.0.0/0".parse().unwrap()),
        next_hop: NextHop::VirtualAppliance,
        next_hop_address: Some("10.1.0.4".parse().unwrap()),
    };
    for (place, body) in [
        (table.clone(), Body::RouteTable(RouteTable { disable_bgp_route_propagation: true })),
        (table.child("routes", "r"), Body::Route(route)),
        gateway(),
        local_gateway(),
        gateway_connection(),
        (id(SPOKE).child("securityRules", "r"), Body::Other),
        (
            id("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n/securityRules/r"),
            Body::SecurityRule(rule(&table)),
        ),
        (id(ZONE), Body::PrivateDnsZone(PrivateDnsZone { record_sets: Some(3), links: Some(0) })),
        (
            id(ZONE).child("AAAA", "x"),
            Body::RecordSet(set(RecordType::Aaaa, RecordData::Addresses(vec!["fd00::1".parse().unwrap()]))),
        ),
        (
            id(ZONE).child("CNAME", "x"),
            Body::RecordSet(set(RecordType::Cname, RecordData::Alias(DnsName::parse("a.b").unwrap()))),
        ),
        (
            id(ACCOUNT),
            Body::CognitiveServicesAccount(CognitiveServicesAccount {
                network_acls: Some(acls(&table)),
                restrict_outbound: Known::Value(true),
                allowed_hosts: vec!["a.search.windows.net".into()],
                ..Default::default()
            }),
        ),
        (
            id(SITE),
            Body::WebApp(WebApp {
                subnet: Known::Value(None),
                dns_servers: vec!["10.1.0.4".parse().unwrap()],
                ..Default::default()
            }),
        ),
        (
            id(SPOKE).child("subnets", "many"),
            Body::Subnet(Subnet {
                prefixes: vec!["10.0.0.0/24".parse().unwrap(), "fd00::/64".parse().unwrap()],
                service_endpoints: vec![ServiceEndpoint {
                    service: "Microsoft.Storage".into(),
                    state: Some("Succeeded".into()),
                }],
                ..Default::default()
            }),
        ),
    ]
    .into_iter()
    .chain(resolver_kinds(&table))
    .chain([cluster(), balancer(), assignment()])
    .chain(container_app())
    .chain(search())
    .chain(hub())
    .chain(gateway_of_apis())
    .chain([workspace()])
    .chain(published::kinds())
    {
        all.push(Resource::new(place, body));
    }
    all
}

fn network_id(kind: &str, name: &str) -> ResourceId {
    ResourceId::new("s", "g", &format!("Microsoft.Network/{kind}"), &[name])
}

fn gateway() -> (ResourceId, Body) {
    let gateway = VirtualNetworkGateway {
        gateway_type: Known::Value(GatewayType::Vpn),
        subnet: Some(id(SPOKE).child("subnets", "GatewaySubnet")),
        bgp: true,
        client_pool: vec!["172.16.201.0/24".parse().unwrap()],
    };
    (network_id("virtualNetworkGateways", "gw"), Body::VirtualNetworkGateway(gateway))
}

fn local_gateway() -> (ResourceId, Body) {
    let gateway = LocalNetworkGateway { address_space: vec!["192.168.0.0/16".parse().unwrap()] };
    (network_id("localNetworkGateways", "lng"), Body::LocalNetworkGateway(gateway))
}

fn gateway_connection() -> (ResourceId, Body) {
    let connection = GatewayConnection {
        connection_type: Known::Value(ConnectionType::IPsec),
        gateway: Some(network_id("virtualNetworkGateways", "gw")),
        remote_gateway: Some(network_id("virtualNetworkGateways", "other")),
        local_gateway: Some(network_id("localNetworkGateways", "lng")),
        circuit: Some(network_id("expressRouteCircuits", "er")),
        bgp: true,
        narrowed: false,
        status: Known::Value(ConnectionStatus::NotConnected),
    };
    (network_id("connections", "cn"), Body::GatewayConnection(connection))
}

fn gateway_of_apis() -> [(ResourceId, Body); 2] {
    let place = ResourceId::new("s", "g", "Microsoft.ApiManagement/service", &["gateway"]);
    let subnet = Some(id(SPOKE).child("subnets", "a"));
    let service = ApiManagement { mode: Known::Value(GatewayMode::External), subnet };
    let backend = ApiBackend { url: Some("https://a.openai.azure.com".into()) };
    let below = place.child("backends", "openai");
    [(place, Body::ApiManagement(service)), (below, Body::ApiBackend(backend))]
}

fn workspace() -> (ResourceId, Body) {
    let connection = WorkspaceConnection {
        name: "pe".into(),
        private_endpoint: Some(network_id("privateEndpoints", "pe")),
        group_ids: vec!["databricks_ui_api".into()],
        state: Known::Value(ConnectionState::Pending),
    };
    let workspace = DatabricksWorkspace {
        public_network_access: Known::Value(PublicNetworkAccess::Disabled),
        required_nsg_rules: Some("NoAzureDatabricksRules".into()),
        connections: Known::Value(vec![connection]),
    };
    let place = ResourceId::new("s", "g", "Microsoft.Databricks/workspaces", &["adb"]);
    (place, Body::DatabricksWorkspace(workspace))
}

fn hub() -> [(ResourceId, Body); 3] {
    let connection = HubConnection { network: Some(id(SPOKE)), default_route: Known::Value(false) };
    let hub = network_id("virtualHubs", "hub-weu");
    let spoke = (hub.child("hubVirtualNetworkConnections", "spoke"), Body::HubConnection(connection));
    let policy = RoutingPolicy {
        name: "PrivateTraffic".into(),
        destinations: vec!["PrivateTraffic".into()],
        next_hop: Some(network_id("azureFirewalls", "firewall")),
    };
    let intent = RoutingIntent { policies: vec![policy] };
    let intent = (hub.child("routingIntent", "intent"), Body::RoutingIntent(intent));
    [(hub, Body::VirtualHub(VirtualHub {})), spoke, intent]
}

fn proxies() -> BTreeMap<String, String> {
    [("https_proxy", "http://10.2.9.4:3128"), ("NO_PROXY", "169.254.169.254,.internal")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn container_app() -> [(ResourceId, Body); 2] {
    let place = |kind: &str, name: &str| ResourceId::new("s", "g", kind, &[name]);
    let environment = place("Microsoft.App/managedEnvironments", "env");
    let app = ContainerApp {
        environment: Some(environment.clone()),
        endpoints: Known::Value(vec![EndpointSetting {
            name: "AZURE_OPENAI_ENDPOINT".into(),
            url: "https://a.openai.azure.com".into(),
        }]),
        proxies: proxies(),
    };
    let around = ManagedEnvironment {
        subnet: Known::Value(Some(id(SPOKE).child("subnets", "a"))),
        workload_profiles: Known::Value(true),
    };
    let app_id = place("Microsoft.App/containerApps", "api");
    [(app_id, Body::ContainerApp(app)), (environment, Body::ManagedEnvironment(around))]
}

/// A service with all that it can say, and a link to an account.
fn search() -> [(ResourceId, Body); 2] {
    let service = ResourceId::new("s", "g", "Microsoft.Search/searchServices", &["search"]);
    let link = SharedPrivateLink {
        target: Some(id(ACCOUNT)),
        group_id: Some("openai_account".into()),
        status: Known::Value(ConnectionState::Rejected),
        provisioning_state: Known::Value("Succeeded".into()),
        region: Some("eastus".into()),
    };
    let body = SearchService {
        public_network_access: Known::Value(PublicNetworkAccess::SecuredByPerimeter),
        ip_rules: vec!["203.0.113.0/24".parse().unwrap()],
        bypass: Some("AzureServices".into()),
    };
    let shared = (service.child("sharedPrivateLinkResources", "l"), Body::SharedPrivateLink(link));
    [(service, Body::SearchService(body)), shared]
}

fn balancer() -> (ResourceId, Body) {
    let place = ResourceId::new("s", "g", "Microsoft.Network/loadBalancers", &["lb"]);
    let card = ResourceId::new("s", "g", "Microsoft.Network/networkInterfaces", &["n"]);
    let front_end = FrontEnd {
        name: "front".into(),
        address: Some("10.1.3.10".parse().unwrap()),
        subnet: Some(id(SPOKE).child("subnets", "a")),
    };
    let pool = BackendPool {
        name: "pool".into(),
        members: vec![card.child("ipConfigurations", "one")],
        addresses: vec!["10.1.3.6".parse().unwrap()],
    };
    let rule = BalancingRule {
        name: "every-port".into(),
        front_end: Some("front".into()),
        pools: vec![place.child("backendAddressPools", "pool")],
        every_port: true,
    };
    (place, Body::LoadBalancer(LoadBalancer { front_ends: vec![front_end], pools: vec![pool], rules: vec![rule] }))
}

fn cluster() -> (ResourceId, Body) {
    let pool = AgentPool { name: "p".into(), subnet: Some(id(SPOKE).child("subnets", "a")), pod_subnet: None };
    let cluster = ManagedCluster {
        pools: vec![pool],
        network_plugin: Some("azure".into()),
        network_plugin_mode: Some("overlay".into()),
        private_cluster: Known::Value(true),
    };
    let place = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/aks";
    (id(place), Body::ManagedCluster(cluster))
}

fn assignment() -> (ResourceId, Body) {
    let scope = "/subscriptions/s/resourcegroups/g";
    let assignment = RoleAssignment {
        principal: "p".into(),
        principal_type: Some("Group".into()),
        role: "r".into(),
        scope: scope.into(),
    };
    let place = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/a");
    (id(&place), Body::RoleAssignment(assignment))
}
