//! Which tables and keys does a scenario file have? The TOML as typed data, nothing concluded.

use super::{Line, Named};
use ipnet::IpNet;
use model::{Expect, ResourceId};
use serde::Deserialize;
use serde_json::json;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A scenario file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) title: String,
    pub(super) explain: String,
    pub(super) base: Option<Line>,
    #[serde(default)]
    pub(super) changes: Vec<Line>,
    /// DNS servers, by name, that the lab plays and of which nobody is told what they forward.
    #[serde(default)]
    pub(super) untold: Vec<Line>,
    /// Something on the way shows a certificate of its own in place of the service's.
    #[serde(default)]
    pub(super) inspected: bool,
    pub(super) needs: Option<Needs>,
    pub(super) ask: Option<AskTable>,
    #[serde(default)]
    pub(super) client: ClientTable,
    #[serde(default)]
    pub(super) estate: Estate,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Needs {
    Namespaces,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AskTable {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
    pub(super) expect: Option<ExpectWord>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum ExpectWord {
    Private,
    Public,
    Refused,
}

impl From<ExpectWord> for Expect {
    fn from(word: ExpectWord) -> Self {
        match word {
            ExpectWord::Private => Self::Private,
            ExpectWord::Public => Self::Public,
            ExpectWord::Refused => Self::Refused,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClientTable {
    pub(super) environment: Option<BTreeMap<String, String>>,
    pub(super) hosts: Option<BTreeMap<String, IpAddr>>,
}

/// The estate: one table a kind, one entry a resource. Names are those of the resources.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(super) struct Estate {
    pub(super) subscription: Option<String>,
    pub(super) location: Option<String>,
    pub(super) network: Named<NetworkEntry>,
    pub(super) nsg: Named<NsgEntry>,
    pub(super) route_table: Named<RouteTableEntry>,
    pub(super) load_balancer: Named<LoadBalancerEntry>,
    pub(super) gateway: Named<GatewayEntry>,
    pub(super) local_gateway: Named<LocalGatewayEntry>,
    pub(super) gateway_connection: Named<GatewayConnectionEntry>,
    pub(super) virtual_hub: Named<VirtualHubEntry>,
    pub(super) network_manager: Named<NetworkManagerEntry>,
    pub(super) vm: Named<VmEntry>,
    pub(super) app: Named<AppEntry>,
    pub(super) aks: Named<ClusterEntry>,
    pub(super) api_management: Named<ApiManagementEntry>,
    pub(super) container_environment: Named<EnvironmentEntry>,
    pub(super) container_app: Named<ContainerAppEntry>,
    pub(super) databricks: Named<DatabricksEntry>,
    pub(super) zone: Named<ZoneEntry>,
    pub(super) account: Named<AccountEntry>,
    pub(super) service: Named<ServiceEntry>,
    pub(super) endpoint: Named<EndpointEntry>,
    pub(super) dns_server: Named<DnsServerEntry>,
    pub(super) on_premises: Named<OnPremisesEntry>,
    pub(super) resolver: Named<ResolverEntry>,
    pub(super) ruleset: Named<RulesetEntry>,
    pub(super) search: Named<SearchEntry>,
    pub(super) role: Named<RoleEntry>,
    /// What Azure publishes of service tags.
    pub(super) service_tags: Named<Prefixes>,
}

impl Estate {
    /// Lays another estate over this one: an entry of the same name is replaced.
    pub(super) fn extend(&mut self, over: &Self) {
        let other = over.clone();
        self.subscription = other.subscription.or(self.subscription.take());
        self.location = other.location.or(self.location.take());
        self.network.extend(other.network);
        self.nsg.extend(other.nsg);
        self.route_table.extend(other.route_table);
        self.load_balancer.extend(other.load_balancer);
        self.gateway.extend(other.gateway);
        self.local_gateway.extend(other.local_gateway);
        self.gateway_connection.extend(other.gateway_connection);
        self.virtual_hub.extend(other.virtual_hub);
        self.network_manager.extend(other.network_manager);
        self.vm.extend(other.vm);
        self.app.extend(other.app);
        self.aks.extend(other.aks);
        self.api_management.extend(other.api_management);
        self.container_environment.extend(other.container_environment);
        self.container_app.extend(other.container_app);
        self.databricks.extend(other.databricks);
        self.zone.extend(other.zone);
        self.account.extend(other.account);
        self.service.extend(other.service);
        self.endpoint.extend(other.endpoint);
        self.dns_server.extend(other.dns_server);
        self.on_premises.extend(other.on_premises);
        self.resolver.extend(other.resolver);
        self.ruleset.extend(other.ruleset);
        self.search.extend(other.search);
        self.role.extend(other.role);
        self.service_tags.extend(other.service_tags);
    }
}

/// A virtual network.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct NetworkEntry {
    pub(super) group: String,
    pub(super) space: Prefixes,
    #[serde(default)]
    pub(super) dns: Vec<IpAddr>,
    /// Networks peered with this one. Each pair is written once; both halves are made.
    #[serde(default)]
    pub(super) peers: Vec<String>,
    /// Of these, networks whose forwarded traffic is let in, by this network alone.
    #[serde(default)]
    pub(super) forwarded_from: Vec<String>,
    /// The peer whose gateway this network uses; that one allows it.
    pub(super) gateway_of: Option<String>,
    /// The security admin rules that a network manager applies to this network.
    #[serde(default)]
    pub(super) admin_rules: Vec<String>,
    #[serde(default)]
    pub(super) subnet: Named<SubnetEntry>,
}

/// One address prefix, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "Texts")]
pub(super) struct Prefixes(pub(super) Vec<IpNet>);

#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
}

impl TryFrom<Texts> for Prefixes {
    type Error = String;

    fn try_from(texts: Texts) -> Result<Self, String> {
        let texts = match texts {
            Texts::One(one) => vec![one],
            Texts::Many(many) => many,
        };
        let read =
            |text: &String| text.parse().map_err(|_| format!("{text:?} is no address prefix such as 10.1.0.0/16"));
        texts.iter().map(read).collect::<Result<_, _>>().map(Self)
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SubnetEntry {
    pub(super) prefix: Prefixes,
    pub(super) nsg: Option<String>,
    pub(super) route_table: Option<String>,
    /// `privateEndpointNetworkPolicies`; `Disabled` unless stated.
    pub(super) policies: Option<String>,
    /// A service that the subnet is delegated to.
    pub(super) delegate: Option<String>,
    /// Services that it has a service endpoint for, such as `Microsoft.CognitiveServices`.
    #[serde(default)]
    pub(super) service_endpoints: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NsgEntry {
    pub(super) group: String,
    /// Rules, as in the change language: `NAME PRIORITY allow inbound tcp from P to P port P`.
    #[serde(default)]
    pub(super) rules: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RouteTableEntry {
    pub(super) group: String,
    /// Routes: name → `PREFIX NEXT-HOP [ADDRESS]`.
    #[serde(default)]
    pub(super) routes: Named<String>,
    /// False keeps what gateways bring out of its subnets (`disableBgpRoutePropagation`).
    #[serde(default = "yes")]
    pub(super) propagate: bool,
}

fn yes() -> bool {
    true
}

/// The gateway of a network that has a `GatewaySubnet`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct GatewayEntry {
    pub(super) group: String,
    pub(super) network: String,
    /// `Vpn` unless stated, or `ExpressRoute`.
    #[serde(rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) bgp: bool,
    /// The pool that clients of its point-to-site VPN get addresses from.
    pub(super) clients: Option<Prefixes>,
}

/// What stands for a place at the other end of a VPN.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LocalGatewayEntry {
    pub(super) group: String,
    pub(super) space: Prefixes,
}

/// A connection of a gateway: with a local gateway, or with a circuit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GatewayConnectionEntry {
    pub(super) group: String,
    pub(super) gateway: String,
    /// The local gateway at the other end; without one the connection is one of `ExpressRoute`.
    pub(super) to: Option<String>,
    #[serde(default)]
    pub(super) bgp: bool,
    /// `connectionStatus`; `Connected` unless stated.
    pub(super) status: Option<String>,
}

/// A virtual hub of Virtual WAN, and the networks that are connected to it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct VirtualHubEntry {
    pub(super) group: String,
    pub(super) networks: Vec<String>,
    /// False where its connections are not given the default route that the hub has (`enableInternetSecurity`).
    #[serde(default = "yes")]
    pub(super) default_route: bool,
    /// True where the hub is not in the estate, and the peerings that it made in the networks are.
    #[serde(default)]
    pub(super) elsewhere: bool,
    /// The firewall of the hub, in its resource group, that its routing intent sends private traffic through.
    pub(super) private_traffic_through: Option<String>,
    /// The same for what goes to the internet.
    pub(super) internet_through: Option<String>,
}

/// A network manager with one network group and one collection of security admin rules, which is deployed.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NetworkManagerEntry {
    pub(super) group: String,
    /// The networks in its group.
    pub(super) networks: Vec<String>,
    /// Its rules, as in the change language without the network: `NAME PRIORITY deny outbound tcp from P to P port P`.
    pub(super) rules: Vec<String>,
}

/// An internal load balancer with one front end, one rule and one pool.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LoadBalancerEntry {
    pub(super) group: String,
    /// `NETWORK/SUBNET` of its front end.
    pub(super) subnet: String,
    /// The address of its front end.
    pub(super) address: IpAddr,
    /// The virtual machines of its pool.
    pub(super) backends: Vec<String>,
    /// The one port that its rule is about; every port of every protocol without.
    pub(super) port: Option<u16>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct VmEntry {
    pub(super) group: String,
    /// `NETWORK/SUBNET`.
    pub(super) subnet: String,
    pub(super) address: IpAddr,
    /// DNS servers of its NIC, in place of those of the network.
    #[serde(default)]
    pub(super) dns: Vec<IpAddr>,
    /// The NSG of its NIC.
    pub(super) nsg: Option<String>,
    /// The application security groups of its NIC, each as `RESOURCE-GROUP/NAME`.
    #[serde(default)]
    pub(super) asg: Vec<String>,
    /// What it does with packets for others, which its NIC then lets it: an appliance.
    pub(super) forwards: Option<Forwards>,
    /// The object id of its managed identity, if it has one.
    pub(super) identity: Option<String>,
    /// True when its NIC has the tag `disableSnatOnPL`: replies of endpoints come back through it.
    #[serde(default)]
    pub(super) returns_through: bool,
}

/// A role that was given to somebody.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct RoleEntry {
    /// The object id of who has it.
    pub(super) principal: String,
    /// `ServicePrincipal`, `User` or `Group`; an identity of Azure is the first.
    #[serde(default = "service_principal")]
    pub(super) principal_type: String,
    /// The id of the role.
    pub(super) role: String,
    /// `account/NAME`, `group/NAME`, or `subscription`.
    pub(super) at: String,
}

fn service_principal() -> String {
    "ServicePrincipal".to_owned()
}

/// What an appliance does with packets for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Forwards {
    /// It hands them on as they are.
    Plain,
    /// It puts its own address for the source.
    SourceNat,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AppEntry {
    pub(super) group: String,
    /// The integration subnet; without one the app is not integrated.
    pub(super) subnet: Option<String>,
    #[serde(default)]
    pub(super) route_all: bool,
    /// DNS servers of its own, in place of those of the network.
    #[serde(default)]
    pub(super) dns: Vec<IpAddr>,
    /// The storage account of its content share.
    pub(super) content_share: Option<String>,
    /// Whether the content share is reached through the network.
    #[serde(default)]
    pub(super) content_over_network: bool,
    /// Application settings that name endpoints.
    #[serde(default)]
    pub(super) settings: Named<String>,
    /// The object id of its managed identity, if it has one.
    pub(super) identity: Option<String>,
}

/// An environment of container apps.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EnvironmentEntry {
    pub(super) group: String,
    /// `NETWORK/SUBNET`; without one it is in a network that Azure made.
    pub(super) subnet: Option<String>,
    /// True for one without workload profiles.
    #[serde(default)]
    pub(super) consumption_only: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ContainerAppEntry {
    pub(super) group: String,
    /// The environment that it runs in.
    pub(super) environment: String,
    /// Environment variables that name endpoints.
    #[serde(default)]
    pub(super) settings: Named<String>,
}

/// An API Management service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApiManagementEntry {
    pub(super) group: String,
    /// `sku.name`; `StandardV2` unless stated.
    pub(super) sku: Option<String>,
    /// `NETWORK/SUBNET` that its calls leave from; without one it is in no network.
    pub(super) subnet: Option<String>,
    /// `virtualNetworkType`; with a subnet `External` unless stated.
    pub(super) mode: Option<String>,
    /// Its backends: name to URL.
    #[serde(default)]
    pub(super) backends: Named<String>,
}

/// A Databricks workspace; endpoints lead to it with `service`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct DatabricksEntry {
    pub(super) group: String,
    /// `publicNetworkAccess`; `Disabled` unless stated.
    pub(super) public: Option<String>,
    /// `requiredNsgRules`; not said without.
    pub(super) required_nsg_rules: Option<String>,
}

/// A Kubernetes cluster with one pool of nodes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ClusterEntry {
    pub(super) group: String,
    /// `NETWORK/SUBNET` of the nodes.
    pub(super) subnet: String,
    /// `NETWORK/SUBNET` of the pods, where they have one of their own.
    pub(super) pod_subnet: Option<String>,
    /// What its owner added to CoreDNS; not known without.
    pub(super) coredns: Option<CoreDnsTable>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CoreDnsTable {
    /// Whom it asks: domain (`.` for all others) to an address or a list of them.
    #[serde(default)]
    pub(super) forward: Named<Addresses>,
    /// Names that it answers itself.
    #[serde(default)]
    pub(super) hosts: Named<IpAddr>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ZoneEntry {
    pub(super) group: String,
    /// Networks that it is linked to.
    #[serde(default)]
    pub(super) links: Vec<String>,
    /// Records made by hand: name → address, or → the name that it is an alias for.
    #[serde(default)]
    pub(super) records: Named<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AccountEntry {
    pub(super) group: String,
    /// `OpenAI` unless stated.
    pub(super) kind: Option<String>,
    /// The custom subdomain; the account's name unless stated.
    pub(super) subdomain: Option<String>,
    /// `publicNetworkAccess`; `Disabled` unless stated.
    pub(super) public: Option<String>,
    /// `NETWORK/SUBNET` of its agents, where they stand in a network of their owner.
    pub(super) agent_subnet: Option<String>,
    /// The sources that its public side lets in; all of them without.
    pub(super) admits: Option<AdmitsTable>,
    /// True where trusted services of Azure are let in whatever else the rules say (`networkAcls.bypass`).
    #[serde(default)]
    pub(super) trusted_services: bool,
    /// The only hosts that it may call itself (`allowedFqdnList`); without, it may call all.
    pub(super) may_call: Option<Vec<String>>,
    /// The object id of its managed identity, if it has one.
    pub(super) identity: Option<String>,
}

/// A search service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SearchEntry {
    pub(super) group: String,
    /// The price tier; `standard` unless stated.
    pub(super) sku: Option<String>,
    /// `publicNetworkAccess`; `Enabled` unless stated.
    pub(super) public: Option<String>,
    /// The public addresses and prefixes that alone are let in.
    #[serde(default)]
    pub(super) addresses: Vec<String>,
    /// True where trusted services of Azure are let in whatever else is said (`networkRuleSet.bypass`).
    #[serde(default)]
    pub(super) trusted_services: bool,
    /// The object id of its managed identity, if it has one.
    pub(super) identity: Option<String>,
    /// Its private ways to other resources.
    #[serde(default)]
    pub(super) shared_link: Named<SharedLinkEntry>,
}

/// A shared private link of a search service.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct SharedLinkEntry {
    /// The account that it leads to.
    pub(super) account: String,
    /// `openai_account` unless stated.
    pub(super) group_id: Option<String>,
    /// `Approved` unless stated; the account sees the same.
    pub(super) status: Option<String>,
    /// `provisioningState`; `Succeeded` unless stated.
    pub(super) provisioning: Option<String>,
}

/// The network rules of an account whose default action is Deny.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct AdmitsTable {
    /// Addresses and prefixes.
    #[serde(default)]
    pub(super) addresses: Vec<String>,
    /// Subnets, each as `NETWORK/SUBNET`.
    #[serde(default)]
    pub(super) subnets: Vec<String>,
    /// Subnets that were deleted since, and made anew under the same name.
    #[serde(default)]
    pub(super) deleted_subnets: Vec<String>,
}

/// A service of another type than accounts of Azure AI services: nothing but what its endpoints need.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ServiceEntry {
    pub(super) group: String,
    /// Its resource type, such as `Microsoft.ServiceBus/namespaces`.
    #[serde(rename = "type")]
    pub(super) resource_type: String,
    /// Its price tier, `sku.name`; not known without.
    pub(super) sku: Option<String>,
    /// `publicNetworkAccess` of its document; not said without.
    pub(super) public: Option<String>,
    /// `networkAcls.defaultAction` of its document; not said without.
    #[serde(rename = "default-action")]
    pub(super) default_action: Option<String>,
}

impl ServiceEntry {
    /// The document of a service that says something of its public side.
    pub(super) fn document(&self, id: &ResourceId) -> Option<String> {
        let mut properties = serde_json::Map::new();
        if let Some(public) = &self.public {
            properties.insert("publicNetworkAccess".to_owned(), json!(public));
        }
        if let Some(action) = &self.default_action {
            properties.insert("networkAcls".to_owned(), json!({ "defaultAction": action }));
        }
        let document =
            json!({ "id": id.as_str(), "name": id.name(), "type": id.resource_type(), "properties": properties });
        (!properties.is_empty()).then(|| document.to_string())
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct EndpointEntry {
    pub(super) group: String,
    /// `NETWORK/SUBNET`.
    pub(super) subnet: String,
    pub(super) address: IpAddr,
    /// The account that it leads to: this, `storage` or `service`.
    pub(super) account: Option<String>,
    /// The storage account that it leads to, which stands in the endpoint's resource group.
    pub(super) storage: Option<String>,
    /// The entry of `[estate.service]`, `[estate.api-management]` or `[estate.databricks]` that it leads to.
    pub(super) service: Option<String>,
    /// The group id: `account` unless stated, and to be stated for storage (`blob`, `dfs`, `file`, …).
    pub(super) sub_resource: Option<String>,
    /// Names that it serves beside those of the service's own name, each with an address of its own.
    #[serde(default)]
    pub(super) names: Named<IpAddr>,
    /// The connection state; `Approved` unless stated.
    pub(super) state: Option<String>,
    /// The application security groups that it is in, each as `RESOURCE-GROUP/NAME`.
    #[serde(default)]
    pub(super) asg: Vec<String>,
    /// Zones of its zone group, which keeps a record in each; none without the list.
    #[serde(default)]
    pub(super) zones: Vec<String>,
}

/// A DNS server of the estate's owner: what it does is no Azure resource.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DnsServerEntry {
    pub(super) address: IpAddr,
    /// The network that it stands in; without one it stands outside of Azure, and its address tells
    /// at which place.
    pub(super) network: Option<String>,
    /// Whom it asks: domain (`.` for all others) to an address or a list of them.
    #[serde(default)]
    pub(super) forward: Named<Addresses>,
}

/// A place outside of Azure that reaches it privately.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct OnPremisesEntry {
    pub(super) space: Prefixes,
    /// The network whose gateway it is connected to; not known without.
    pub(super) gateway: Option<String>,
    /// The DNS servers that its clients ask, in order.
    #[serde(default)]
    pub(super) dns: Vec<IpAddr>,
    /// True for single clients on a point-to-site VPN.
    #[serde(default)]
    pub(super) point_to_site: bool,
}

/// A DNS Private Resolver with an inbound and an outbound endpoint.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ResolverEntry {
    pub(super) group: String,
    pub(super) network: String,
    /// The address of its inbound endpoint.
    pub(super) inbound: Option<IpAddr>,
}

/// A DNS forwarding ruleset.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RulesetEntry {
    pub(super) group: String,
    /// The resolver whose outbound endpoint forwards.
    pub(super) resolver: String,
    /// Networks that it is linked to.
    #[serde(default)]
    pub(super) links: Vec<String>,
    /// Rules: domain (`.` for all others) to an address or a list of them.
    #[serde(default)]
    pub(super) rules: Named<Addresses>,
}

/// One address, or a list of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(from = "OneOrMany")]
pub(super) struct Addresses(pub(super) Vec<IpAddr>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(IpAddr),
    Many(Vec<IpAddr>),
}

impl From<OneOrMany> for Addresses {
    fn from(addresses: OneOrMany) -> Self {
        match addresses {
            OneOrMany::One(one) => Self(vec![one]),
            OneOrMany::Many(many) => Self(many),
        }
    }
}
