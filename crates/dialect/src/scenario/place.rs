//! Which resource does `KIND/NAME` mean in the change language?

use super::names::{NameError, child, one, one_of};
use model::resource::{
    ApiManagement, CognitiveServicesAccount, ContainerApp, DatabricksWorkspace, GatewayConnection, LoadBalancer,
    LocalNetworkGateway, ManagedCluster, ManagedEnvironment, NetworkInterface, NetworkSecurityGroup, Peering,
    PrivateDnsZone, PrivateDnsZoneGroup, PrivateEndpoint, PrivateEndpointConnection, RecordSet, RoleAssignment, Route,
    RouteTable, SearchService, SecurityRule, SharedPrivateLink, Subnet, VirtualMachine, VirtualNetwork,
    VirtualNetworkGateway, VirtualNetworkLink, WebApp,
};
use model::{Kind, ResourceId, Snapshot};

/// Every form, for messages.
pub(super) const FORMS: &str = "account/NAME, aks/NAME, apim/NAME, app/NAME, connection/ENDPOINT, container-environment/NAME, containerapp/NAME, databricks/NAME, endpoint/NAME, gateway/NAME, gateway-connection/NAME, link/ZONE/NETWORK, load-balancer/NAME, local-gateway/NAME, \
     network/NAME, nic/NAME, nsg/NAME, peering/NETWORK/NAME, record/ZONE/NAME, role/NAME, route/TABLE/NAME, route-table/NAME, \
     rule/NSG/NAME, search/NAME, service/NAME, shared-link/SEARCH/NAME, subnet/NETWORK/NAME, vm/NAME, zone/NAME, zone-group/ENDPOINT or a whole resource id";

/// Why a text means no resource.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PlaceError {
    /// The text has none of the forms.
    #[error("{0:?} names nothing; write {FORMS}")]
    Form(String),
    /// The name is not there, or there several times.
    #[error(transparent)]
    Name(#[from] NameError),
}

/// The resource that a text means.
pub(super) fn find(snapshot: &Snapshot, text: &str) -> Result<ResourceId, PlaceError> {
    if let Some(id) = ResourceId::parse(text) {
        return Ok(one_of(
            "resource",
            id.as_str(),
            snapshot.iter().map(|resource| &resource.id).filter(|known| **known == id),
        )?);
    }
    let form = || PlaceError::Form(text.to_owned());
    let (kind, name) = text.split_once('/').ok_or_else(form)?;
    let found = match (kind, name.split_once('/')) {
        ("account", None) => one::<CognitiveServicesAccount>(snapshot, "account", name)?,
        ("aks", None) => one::<ManagedCluster>(snapshot, "AKS cluster", name)?,
        ("apim", None) => one::<ApiManagement>(snapshot, "API Management service", name)?,
        ("app", None) => one::<WebApp>(snapshot, "web app", name)?,
        ("container-environment", None) => one::<ManagedEnvironment>(snapshot, "environment of container apps", name)?,
        ("containerapp", None) => one::<ContainerApp>(snapshot, "container app", name)?,
        ("databricks", None) => one::<DatabricksWorkspace>(snapshot, "Databricks workspace", name)?,
        ("endpoint", None) => endpoint(snapshot, name)?,
        ("load-balancer", None) => one::<LoadBalancer>(snapshot, "load balancer", name)?,
        ("gateway", None) => one::<VirtualNetworkGateway>(snapshot, "gateway", name)?,
        ("gateway-connection", None) => one::<GatewayConnection>(snapshot, "connection of a gateway", name)?,
        ("local-gateway", None) => one::<LocalNetworkGateway>(snapshot, "local network gateway", name)?,
        ("network", None) => network(snapshot, name)?,
        ("nic", None) => one::<NetworkInterface>(snapshot, "network interface", name)?,
        ("nsg", None) => nsg(snapshot, name)?,
        ("role", None) => one::<RoleAssignment>(snapshot, "role assignment", name)?,
        ("route-table", None) => one::<RouteTable>(snapshot, "route table", name)?,
        ("search", None) => one::<SearchService>(snapshot, "search service", name)?,
        ("shared-link", Some((parent, name))) => {
            let service = one::<SearchService>(snapshot, "search service", parent)?;
            child::<SharedPrivateLink>(snapshot, "shared private link", &service, name)?
        }
        ("service", None) => one_of("service", name, snapshot.of_kind(Kind::Other).map(|resource| &resource.id))?,
        ("vm", None) => one::<VirtualMachine>(snapshot, "virtual machine", name)?,
        ("zone", None) => zone(snapshot, name)?,
        ("zone-group", None) => zone_group(snapshot, name)?,
        ("connection", None) => connection(snapshot, &endpoint(snapshot, name)?)?,
        ("subnet", Some((parent, name))) => subnet(snapshot, parent, name)?,
        ("peering", Some((parent, name))) => peering(snapshot, parent, name)?,
        ("rule", Some((parent, name))) => child::<SecurityRule>(snapshot, "rule", &nsg(snapshot, parent)?, name)?,
        ("route", Some((parent, name))) => {
            let table = one::<RouteTable>(snapshot, "route table", parent)?;
            child::<Route>(snapshot, "route", &table, name)?
        }
        ("link", Some((parent, name))) => link(snapshot, &zone(snapshot, parent)?, name)?,
        ("record", Some((parent, name))) => child::<RecordSet>(snapshot, "record", &zone(snapshot, parent)?, name)?,
        _ => return Err(form()),
    };
    Ok(found)
}

pub(super) fn zone(snapshot: &Snapshot, name: &str) -> Result<ResourceId, NameError> {
    one::<PrivateDnsZone>(snapshot, "private DNS zone", name)
}

pub(super) fn network(snapshot: &Snapshot, name: &str) -> Result<ResourceId, NameError> {
    one::<VirtualNetwork>(snapshot, "virtual network", name)
}

pub(super) fn endpoint(snapshot: &Snapshot, name: &str) -> Result<ResourceId, NameError> {
    one::<PrivateEndpoint>(snapshot, "private endpoint", name)
}

pub(super) fn nsg(snapshot: &Snapshot, name: &str) -> Result<ResourceId, NameError> {
    one::<NetworkSecurityGroup>(snapshot, "network security group", name)
}

pub(super) fn subnet(snapshot: &Snapshot, parent: &str, name: &str) -> Result<ResourceId, NameError> {
    child::<Subnet>(snapshot, "subnet", &network(snapshot, parent)?, name)
}

/// A DNS forwarding ruleset.
pub(super) fn ruleset(snapshot: &Snapshot, name: &str) -> Result<ResourceId, NameError> {
    one::<model::resource::ForwardingRuleset>(snapshot, "DNS forwarding ruleset", name)
}

/// The link of a zone to a network, by the network's name or its own.
pub(super) fn link(snapshot: &Snapshot, zone: &ResourceId, name: &str) -> Result<ResourceId, NameError> {
    let links = || snapshot.children::<VirtualNetworkLink>(zone);
    let to = |link: &VirtualNetworkLink| {
        link.virtual_network.as_ref().is_some_and(|network| network.name().eq_ignore_ascii_case(name))
    };
    match links().filter(|(_, link)| to(link)).map(|(id, _)| id).collect::<Vec<_>>().as_slice() {
        [one] => Ok((*one).clone()),
        _ => one_of("link to or called", name, links().map(|(id, _)| id)),
    }
}

/// The half of a peering that lives in a network, by its own name or the remote network's.
fn peering(snapshot: &Snapshot, parent: &str, name: &str) -> Result<ResourceId, NameError> {
    let parent = network(snapshot, parent)?;
    let all = || snapshot.children::<Peering>(&parent);
    let to = |peering: &Peering| peering.remote.as_ref().is_some_and(|id| id.name().eq_ignore_ascii_case(name));
    match all().filter(|(_, peering)| to(peering)).map(|(id, _)| id).collect::<Vec<_>>().as_slice() {
        [one] => Ok((*one).clone()),
        _ => one_of("peering with or called", name, all().map(|(id, _)| id)),
    }
}

/// The zone group of an endpoint; Azure allows one.
pub(super) fn zone_group(snapshot: &Snapshot, endpoint_name: &str) -> Result<ResourceId, NameError> {
    let endpoint = endpoint(snapshot, endpoint_name)?;
    let mut groups = snapshot.children::<PrivateDnsZoneGroup>(&endpoint).map(|(id, _)| id.clone());
    groups.next().ok_or_else(|| NameError {
        what: "zone group of endpoint",
        name: endpoint_name.to_owned(),
        candidates: Vec::new(),
        ambiguous: false,
    })
}

/// The connection that an endpoint's target has of it.
pub(super) fn connection(snapshot: &Snapshot, endpoint: &ResourceId) -> Result<ResourceId, NameError> {
    let of_this = |connection: &PrivateEndpointConnection| connection.private_endpoint.as_ref() == Some(endpoint);
    let mut all = snapshot.all::<PrivateEndpointConnection>();
    all.find(|(_, connection)| of_this(connection)).map(|(id, _)| id.clone()).ok_or_else(|| NameError {
        what: "connection of endpoint",
        name: endpoint.name().to_owned(),
        candidates: Vec::new(),
        ambiguous: false,
    })
}
