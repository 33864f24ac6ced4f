//! Which file reads and writes which kind? The one place where kinds are told apart.

mod api_management;
mod cognitive_services;
mod container_app;
mod databricks;
mod dns_resolver;
mod gateway;
pub(super) mod identity;
mod load_balancer;
mod managed_cluster;
mod network_interface;
pub(super) mod network_manager;
mod network_security_group;
mod private_dns;
mod private_endpoint;
mod route_table;
mod search_service;
pub(super) mod service_tags;
mod virtual_hub;
mod virtual_machine;
mod virtual_network;
pub(super) mod web_app;

use super::document::Object;
use super::view::View;
use model::{Body, Kind, ResourceId};

/// Reads the body of a resource from its whole document. `None` when a member that decides what
/// the resource means is missing or unreadable; the issues say which.
pub(super) fn read(kind: Kind, id: &ResourceId, document: &View<'_>) -> Option<Body> {
    let inner = document.properties();
    Some(match kind {
        Kind::VirtualNetwork => Body::VirtualNetwork(virtual_network::read(&inner)),
        Kind::Subnet => Body::Subnet(virtual_network::read_subnet(&inner)),
        Kind::Peering => Body::Peering(virtual_network::read_peering(&inner)),
        Kind::NetworkSecurityGroup => Body::NetworkSecurityGroup(model::resource::NetworkSecurityGroup {}),
        Kind::SecurityRule => Body::SecurityRule(network_security_group::read(&inner)?),
        Kind::RouteTable => Body::RouteTable(route_table::read(&inner)),
        Kind::Route => Body::Route(route_table::read_route(&inner)?),
        Kind::VirtualNetworkGateway => Body::VirtualNetworkGateway(gateway::read(&inner)),
        Kind::LocalNetworkGateway => Body::LocalNetworkGateway(gateway::read_local(&inner)),
        Kind::GatewayConnection => Body::GatewayConnection(gateway::read_connection(&inner)),
        Kind::VirtualHub => Body::VirtualHub(model::resource::VirtualHub {}),
        Kind::HubConnection => Body::HubConnection(virtual_hub::read_connection(&inner)),
        Kind::RoutingIntent => Body::RoutingIntent(virtual_hub::read_intent(&inner)),
        Kind::NetworkInterface => Body::NetworkInterface(network_interface::read(document, &inner)),
        Kind::LoadBalancer => Body::LoadBalancer(load_balancer::read(&inner)),
        Kind::PrivateEndpoint => Body::PrivateEndpoint(private_endpoint::read(&inner)),
        Kind::PrivateDnsZoneGroup => Body::PrivateDnsZoneGroup(private_endpoint::read_group(&inner)),
        Kind::PrivateDnsZone => Body::PrivateDnsZone(private_dns::read(&inner)),
        Kind::VirtualNetworkLink => Body::VirtualNetworkLink(private_dns::read_link(&inner)),
        Kind::RecordSet => Body::RecordSet(private_dns::read_records(id, &inner)),
        Kind::CognitiveServicesAccount => Body::CognitiveServicesAccount(cognitive_services::read(document, &inner)),
        Kind::PrivateEndpointConnection => Body::PrivateEndpointConnection(cognitive_services::read_connection(&inner)),
        Kind::PrivateLinkResource => Body::PrivateLinkResource(cognitive_services::read_link_resource(&inner)),
        Kind::WebApp => Body::WebApp(web_app::read(&inner)),
        Kind::VirtualMachine => Body::VirtualMachine(virtual_machine::read(&inner)),
        Kind::ManagedCluster => Body::ManagedCluster(managed_cluster::read(&inner)),
        Kind::ApiManagement => Body::ApiManagement(api_management::read(&inner)),
        Kind::ApiBackend => Body::ApiBackend(api_management::read_backend(id, &inner)),
        Kind::DatabricksWorkspace => Body::DatabricksWorkspace(databricks::read(&inner)),
        Kind::ContainerApp => Body::ContainerApp(container_app::read(&inner)),
        Kind::ManagedEnvironment => Body::ManagedEnvironment(container_app::read_environment(&inner)),
        Kind::DnsResolver => Body::DnsResolver(dns_resolver::read(&inner)),
        Kind::InboundEndpoint => Body::InboundEndpoint(dns_resolver::read_inbound(&inner)),
        Kind::OutboundEndpoint => Body::OutboundEndpoint(dns_resolver::read_outbound(&inner)),
        Kind::ForwardingRuleset => Body::ForwardingRuleset(dns_resolver::read_ruleset(&inner)),
        Kind::ForwardingRule => Body::ForwardingRule(dns_resolver::read_rule(&inner)?),
        Kind::RulesetLink => Body::RulesetLink(dns_resolver::read_link(&inner)),
        Kind::ServiceTags => Body::ServiceTags(service_tags::read(&inner)?),
        Kind::NetworkManager => Body::NetworkManager(network_manager::read_manager(&inner)),
        Kind::NetworkGroupMember => Body::NetworkGroupMember(network_manager::read_member(&inner)),
        Kind::AdminRuleCollection => Body::AdminRuleCollection(network_manager::read_collection(&inner)),
        Kind::AdminRule => Body::AdminRule(network_manager::read_rule(&inner)?),
        Kind::EffectiveAdminRules => Body::EffectiveAdminRules(network_manager::read_effective(&inner)?),
        Kind::SearchService => Body::SearchService(search_service::read(&inner)),
        Kind::SharedPrivateLink => Body::SharedPrivateLink(search_service::read_link(&inner)),
        Kind::RoleAssignment => Body::RoleAssignment(identity::read_assignment(&inner)?),
        Kind::Other => Body::Other,
    })
}

/// Lays a body over a document in ARM's shape.
pub(super) fn write(id: &ResourceId, body: &Body, document: &mut Object) {
    match body {
        Body::VirtualNetwork(value) => virtual_network::write(value, document),
        Body::Subnet(value) => virtual_network::write_subnet(value, document),
        Body::Peering(value) => virtual_network::write_peering(value, document),
        Body::SecurityRule(value) => network_security_group::write(value, document),
        Body::RouteTable(value) => route_table::write(value, document),
        Body::Route(value) => route_table::write_route(value, document),
        Body::VirtualNetworkGateway(value) => gateway::write(value, document),
        Body::LocalNetworkGateway(value) => gateway::write_local(value, document),
        Body::GatewayConnection(value) => gateway::write_connection(value, document),
        Body::HubConnection(value) => virtual_hub::write_connection(value, document),
        Body::RoutingIntent(value) => virtual_hub::write_intent(value, document),
        Body::NetworkInterface(value) => network_interface::write(value, document),
        Body::LoadBalancer(value) => load_balancer::write(value, document),
        Body::PrivateEndpoint(value) => private_endpoint::write(value, document),
        Body::PrivateDnsZoneGroup(value) => private_endpoint::write_group(value, document),
        Body::PrivateDnsZone(value) => private_dns::write(value, document),
        Body::VirtualNetworkLink(value) => private_dns::write_link(value, document),
        Body::RecordSet(value) => private_dns::write_records(value, document),
        Body::CognitiveServicesAccount(value) => cognitive_services::write(value, document),
        Body::PrivateEndpointConnection(value) => cognitive_services::write_connection(value, document),
        Body::PrivateLinkResource(value) => cognitive_services::write_link_resource(value, document),
        Body::WebApp(value) => web_app::write(value, document),
        Body::VirtualMachine(value) => virtual_machine::write(value, document),
        Body::ManagedCluster(value) => managed_cluster::write(value, document),
        Body::ApiManagement(value) => api_management::write(value, document),
        Body::ApiBackend(value) => api_management::write_backend(value, document),
        Body::DatabricksWorkspace(value) => databricks::write(id, value, document),
        Body::ContainerApp(value) => container_app::write(value, document),
        Body::ManagedEnvironment(value) => container_app::write_environment(value, document),
        Body::DnsResolver(value) => dns_resolver::write(value, document),
        Body::InboundEndpoint(value) => dns_resolver::write_inbound(value, document),
        Body::OutboundEndpoint(value) => dns_resolver::write_outbound(value, document),
        Body::ForwardingRuleset(value) => dns_resolver::write_ruleset(value, document),
        Body::ForwardingRule(value) => dns_resolver::write_rule(value, document),
        Body::RulesetLink(value) => dns_resolver::write_link(value, document),
        Body::SearchService(value) => search_service::write(value, document),
        Body::SharedPrivateLink(value) => search_service::write_link(value, document),
        Body::RoleAssignment(value) => identity::write_assignment(value, document),
        Body::ServiceTags(value) => service_tags::write(value, id, document),
        Body::NetworkGroupMember(value) => network_manager::write_member(value, document),
        Body::AdminRuleCollection(value) => network_manager::write_collection(value, document),
        Body::AdminRule(value) => network_manager::write_rule(value, document),
        Body::EffectiveAdminRules(value) => network_manager::write_effective(value, document),
        Body::NetworkManager(value) => network_manager::write_manager(value, document),
        Body::NetworkSecurityGroup(_) | Body::VirtualHub(_) | Body::Other => {}
    }
}

/// A collection that ARM nests in the document of its parent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Nested {
    /// The kind of the parent.
    pub(super) parent: Kind,
    /// The member below `properties`, which is the segment of the children's ids too.
    pub(super) member: &'static str,
    /// The kind of the children.
    pub(super) child: Kind,
}

/// Every collection that ARM nests.
pub(super) const NESTED: [Nested; 6] = [
    Nested { parent: Kind::VirtualNetwork, member: "subnets", child: Kind::Subnet },
    Nested { parent: Kind::VirtualNetwork, member: "virtualNetworkPeerings", child: Kind::Peering },
    Nested { parent: Kind::NetworkSecurityGroup, member: "securityRules", child: Kind::SecurityRule },
    Nested { parent: Kind::RouteTable, member: "routes", child: Kind::Route },
    Nested {
        parent: Kind::CognitiveServicesAccount,
        member: "privateEndpointConnections",
        child: Kind::PrivateEndpointConnection,
    },
    Nested { parent: Kind::SearchService, member: "sharedPrivateLinkResources", child: Kind::SharedPrivateLink },
];
