//! Which kinds of Azure resources do we know, and what do we know of each? One file per kind.
//!
//! What ARM nests in a parent document (subnets, peerings, rules, routes, private endpoint
//! connections) is a resource of its own here, so that a change can put, set or delete it.

/// The words of an enumeration that ARM spells like the variants here.
macro_rules! spelled {
    ($name:ident: $($variant:ident),+) => {
        impl $name {
            /// All values, in ARM's spelling.
            pub const ALL: &'static [(Self, &'static str)] = &[$((Self::$variant, stringify!($variant))),+];

            /// ARM's spelling.
            pub fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($variant),)+
                }
            }

            /// The value of a word, compared without case.
            pub fn parse(word: &str) -> Option<Self> {
                Self::ALL.iter().find(|(_, known)| known.eq_ignore_ascii_case(word)).map(|(value, _)| *value)
            }
        }
    };
}

mod api_management;
mod cognitive_services;
mod container_app;
mod databricks;
mod dns_resolver;
mod gateway;
mod identity;
mod load_balancer;
mod managed_cluster;
mod network_interface;
mod network_manager;
mod network_security_group;
mod private_dns;
mod private_endpoint;
mod route_table;
mod search_service;
mod service_tags;
mod virtual_hub;
mod virtual_machine;
mod virtual_network;
mod web_app;

pub use api_management::{ApiBackend, ApiManagement, GatewayMode};
pub use cognitive_services::{
    CognitiveServicesAccount, NetworkAcls, PrivateEndpointConnection, PrivateLinkResource, PublicNetworkAccess,
    VirtualNetworkRule,
};
pub use container_app::{ContainerApp, ManagedEnvironment};
pub use databricks::{DatabricksWorkspace, WorkspaceConnection};
pub use dns_resolver::{
    DnsResolver, ForwardingRule, ForwardingRuleset, InboundEndpoint, OutboundEndpoint, RulesetLink,
};
pub use gateway::{
    ConnectionStatus, ConnectionType, GatewayConnection, GatewayType, LocalNetworkGateway, VirtualNetworkGateway,
};
pub use identity::{Identity, RoleAssignment};
pub use load_balancer::{BackendPool, BalancingRule, FrontEnd, LoadBalancer};
pub use managed_cluster::{AgentPool, ManagedCluster};
pub use network_interface::{IpConfiguration, NetworkInterface};
pub use network_manager::{
    AdminAccess, AdminRule, AdminRuleCollection, EffectiveAdminRules, NetworkGroupMember, NetworkManager,
};
pub use network_security_group::{
    Access, AddressPrefix, Conditions, Direction, NetworkSecurityGroup, PortRange, Protocol, SecurityRule,
};
pub use private_dns::{
    LinkState, PrivateDnsZone, RecordData, RecordSet, RecordType, ResolutionPolicy, VirtualNetworkLink,
};
pub use private_endpoint::{
    ConnectionState, CustomDnsConfig, PrivateDnsZoneConfig, PrivateDnsZoneGroup, PrivateEndpoint,
    PrivateLinkServiceConnection,
};
pub use route_table::{NextHop, Route, RouteTable};
pub use search_service::{SearchService, SharedPrivateLink};
pub use service_tags::{AddressRanges, ServiceTags};
pub use virtual_hub::{HubConnection, RoutingIntent, RoutingPolicy, VirtualHub};
pub use virtual_machine::VirtualMachine;
pub use virtual_network::{NetworkPolicies, Peering, PeeringState, ServiceEndpoint, Subnet, VirtualNetwork};
pub use web_app::{EndpointSetting, PlatformTraffic, WebApp};

use crate::{ResourceId, Value};
use std::sync::Arc;

/// A resource: what it is called, what it says, and the document that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Its id.
    pub id: ResourceId,
    /// The region, where it has one.
    pub location: Option<Arc<str>>,
    /// The price tier (`sku.name`), where it says one.
    pub sku: Option<Arc<str>>,
    /// Its managed identities (`identity`), where it has any.
    pub identity: Option<Arc<Identity>>,
    /// What we understand of it.
    pub body: Body,
    /// The text it was read from, opaque here; empty for resources that a change made.
    pub document: Arc<str>,
}

impl Resource {
    /// A resource without a document.
    pub fn new(id: ResourceId, body: Body) -> Self {
        Self { id, location: None, sku: None, identity: None, body, document: Arc::from("") }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.body.kind()
    }

    /// The same resource with one property set; `None` when the kind has no such settable
    /// property or the value does not fit it.
    #[must_use]
    pub fn with(&self, property: &str, value: &Value) -> Option<Self> {
        if property == "sku.name" {
            return Some(Self { sku: Some(Arc::from(value.text()?)), ..self.clone() });
        }
        let mut body = self.body.clone();
        let done = match &mut body {
            Body::ApiManagement(service) => service.set(property, value),
            Body::DatabricksWorkspace(workspace) => workspace.set(property, value),
            Body::Subnet(subnet) => subnet.set(property, value),
            Body::VirtualNetworkLink(link) => link.set(property, value),
            Body::PrivateEndpoint(endpoint) => endpoint.set(property, value),
            Body::CognitiveServicesAccount(account) => account.set(property, value),
            Body::PrivateEndpointConnection(connection) => connection.set(property, value),
            Body::WebApp(app) => app.set(property, value),
            Body::ManagedEnvironment(environment) => environment.set(property, value),
            Body::Peering(peering) => peering.set(property, value),
            Body::NetworkInterface(interface) => interface.set(property, value),
            Body::RouteTable(table) => table.set(property, value),
            Body::GatewayConnection(connection) => connection.set(property, value),
            Body::SearchService(service) => service.set(property, value),
            Body::SharedPrivateLink(link) => link.set(property, value),
            _ => None,
        };
        done.map(|()| Self { body, ..self.clone() })
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $arm:literal,)*) => {
        /// A kind of resource.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
            /// Any other type: kept, not understood.
            Other,
        }

        /// What we understand of a resource.
        #[derive(Debug, Clone, PartialEq)]
        #[allow(clippy::large_enum_variant)]
        pub enum Body {
            $($(#[$doc])* $kind($kind),)*
            /// Any other type: kept, not understood.
            Other,
        }

        impl Kind {
            /// All kinds but `Other`.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)*];

            /// True for what most estates lack and nobody misses: such a kind is never called incomplete.
            pub fn is_supplement(self) -> bool {
                matches!(
                    self,
                    Self::ApiManagement
                        | Self::ApiBackend
                        | Self::DatabricksWorkspace
                        | Self::VirtualHub
                        | Self::HubConnection
                        | Self::RoutingIntent
                        | Self::ServiceTags
                        | Self::NetworkManager
                        | Self::NetworkGroupMember
                        | Self::AdminRuleCollection
                        | Self::AdminRule
                        | Self::EffectiveAdminRules
                        | Self::SearchService
                        | Self::SharedPrivateLink
                )
            }

            /// The ARM type. `Other` has none.
            pub fn resource_type(self) -> &'static str {
                match self {
                    $(Self::$kind => $arm,)*
                    Self::Other => "",
                }
            }

            /// The kind of an ARM type, compared without case.
            pub fn of_type(resource_type: &str) -> Self {
                $(if resource_type.eq_ignore_ascii_case($arm) { return Self::$kind; })*
                if resource_type.to_ascii_lowercase().starts_with("microsoft.network/privatednszones/") {
                    return Self::RecordSet;
                }
                Self::Other
            }
        }

        impl Body {
            /// Its kind.
            pub fn kind(&self) -> Kind {
                match self {
                    $(Self::$kind(_) => Kind::$kind,)*
                    Self::Other => Kind::Other,
                }
            }
        }

        $(impl Typed for $kind {
            const KIND: Kind = Kind::$kind;
            fn of(body: &Body) -> Option<&Self> {
                match body {
                    Body::$kind(value) => Some(value),
                    _ => None,
                }
            }
        })*
    };
}

/// A body that belongs to one kind, so that a snapshot can hand out typed values.
pub trait Typed: Sized {
    /// The kind.
    const KIND: Kind;
    /// The value in a body of that kind.
    fn of(body: &Body) -> Option<&Self>;
}

kinds! {
    /// A virtual network.
    VirtualNetwork = "Microsoft.Network/virtualNetworks",
    /// A subnet of a virtual network.
    Subnet = "Microsoft.Network/virtualNetworks/subnets",
    /// One half of a peering between two virtual networks.
    Peering = "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
    /// A network security group.
    NetworkSecurityGroup = "Microsoft.Network/networkSecurityGroups",
    /// A user rule of a network security group.
    SecurityRule = "Microsoft.Network/networkSecurityGroups/securityRules",
    /// A route table.
    RouteTable = "Microsoft.Network/routeTables",
    /// A user route of a route table.
    Route = "Microsoft.Network/routeTables/routes",
    /// The gateway of a virtual network: VPN or `ExpressRoute`.
    VirtualNetworkGateway = "Microsoft.Network/virtualNetworkGateways",
    /// What stands for a place at the other end of a VPN.
    LocalNetworkGateway = "Microsoft.Network/localNetworkGateways",
    /// A connection of a gateway.
    GatewayConnection = "Microsoft.Network/connections",
    /// A virtual hub of Virtual WAN.
    VirtualHub = "Microsoft.Network/virtualHubs",
    /// A virtual network's connection to a virtual hub.
    HubConnection = "Microsoft.Network/virtualHubs/hubVirtualNetworkConnections",
    /// What a virtual hub sends through a firewall of its own.
    RoutingIntent = "Microsoft.Network/virtualHubs/routingIntent",
    /// A network interface.
    NetworkInterface = "Microsoft.Network/networkInterfaces",
    /// A load balancer.
    LoadBalancer = "Microsoft.Network/loadBalancers",
    /// A private endpoint.
    PrivateEndpoint = "Microsoft.Network/privateEndpoints",
    /// The private DNS zone group of a private endpoint.
    PrivateDnsZoneGroup = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
    /// A private DNS zone.
    PrivateDnsZone = "Microsoft.Network/privateDnsZones",
    /// A link of a private DNS zone to a virtual network.
    VirtualNetworkLink = "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
    /// A record set of a private DNS zone (`…/privateDnsZones/A`, `…/CNAME`, …).
    RecordSet = "Microsoft.Network/privateDnsZones/A",
    /// A DNS Private Resolver.
    DnsResolver = "Microsoft.Network/dnsResolvers",
    /// An address at which a DNS Private Resolver takes questions.
    InboundEndpoint = "Microsoft.Network/dnsResolvers/inboundEndpoints",
    /// Where the questions that a forwarding ruleset forwards leave from.
    OutboundEndpoint = "Microsoft.Network/dnsResolvers/outboundEndpoints",
    /// A DNS forwarding ruleset.
    ForwardingRuleset = "Microsoft.Network/dnsForwardingRulesets",
    /// A rule of a DNS forwarding ruleset.
    ForwardingRule = "Microsoft.Network/dnsForwardingRulesets/forwardingRules",
    /// A link of a DNS forwarding ruleset to a virtual network.
    RulesetLink = "Microsoft.Network/dnsForwardingRulesets/virtualNetworkLinks",
    /// An Azure AI services account (Azure OpenAI is one kind of it).
    CognitiveServicesAccount = "Microsoft.CognitiveServices/accounts",
    /// A private endpoint connection as the account sees it.
    PrivateEndpointConnection = "Microsoft.CognitiveServices/accounts/privateEndpointConnections",
    /// A private-link resource of an account: group id and required zones.
    PrivateLinkResource = "Microsoft.CognitiveServices/accounts/privateLinkResources",
    /// A web or function app.
    WebApp = "Microsoft.Web/sites",
    /// A virtual machine.
    VirtualMachine = "Microsoft.Compute/virtualMachines",
    /// A Kubernetes cluster (AKS).
    ManagedCluster = "Microsoft.ContainerService/managedClusters",
    /// A container app.
    ContainerApp = "Microsoft.App/containerApps",
    /// An environment of container apps.
    ManagedEnvironment = "Microsoft.App/managedEnvironments",
    /// An API Management service.
    ApiManagement = "Microsoft.ApiManagement/service",
    /// A backend of an API Management service.
    ApiBackend = "Microsoft.ApiManagement/service/backends",
    /// A Databricks workspace.
    DatabricksWorkspace = "Microsoft.Databricks/workspaces",
    /// The published list of what service tags hold.
    ServiceTags = "Microsoft.Network/serviceTags",
    /// A network manager.
    NetworkManager = "Microsoft.Network/networkManagers",
    /// A virtual network that was put into a network group by hand.
    NetworkGroupMember = "Microsoft.Network/networkManagers/networkGroups/staticMembers",
    /// A collection of security admin rules.
    AdminRuleCollection = "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections",
    /// A security admin rule.
    AdminRule = "Microsoft.Network/networkManagers/securityAdminConfigurations/ruleCollections/rules",
    /// The security admin rules that apply to a virtual network.
    EffectiveAdminRules = "Microsoft.Network/virtualNetworks/listNetworkManagerEffectiveSecurityAdminRules",
    /// A search service (Azure AI Search).
    SearchService = "Microsoft.Search/searchServices",
    /// A private way of a search service to another resource.
    SharedPrivateLink = "Microsoft.Search/searchServices/sharedPrivateLinkResources",
    /// A role that was given to somebody.
    RoleAssignment = "Microsoft.Authorization/roleAssignments",
}
