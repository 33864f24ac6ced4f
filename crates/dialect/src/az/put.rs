//! Which commands create a resource, or bring one that exists to what it should be?

use super::command::{Command, Piece};
use super::{before, comment, set, unsayable};
use model::resource::{
    AddressPrefix, CognitiveServicesAccount, Direction, NetworkAcls, Peering, PortRange, PrivateDnsZoneGroup,
    PrivateEndpoint, Protocol, PublicNetworkAccess, RecordData, RecordSet, RecordType, ResolutionPolicy, Route,
    SearchService, SecurityRule, Subnet, VirtualNetworkLink,
};
use model::{Body, Known, Resource, ResourceId, Snapshot, Value};
use std::net::IpAddr;

pub(super) fn spell(resource: &Resource, snapshot: &Snapshot) -> Vec<Piece> {
    let id = &resource.id;
    let old = before(resource, snapshot);
    if old == Some(&resource.body) {
        return vec![comment(&format!("{} is as it should be", id.name()))];
    }
    let one = |command: Command| vec![Piece::Command(command)];
    match (&resource.body, old) {
        (Body::PrivateDnsZone(_), None) => one(Command::of("network private-dns zone create", id).name(id.name())),
        (Body::VirtualNetworkLink(link), None) => create_link(id, link).map_or_else(|| unsayable(id, "the link"), one),
        (Body::VirtualNetworkLink(link), Some(_)) => {
            set::spell(id, "resolutionPolicy", &Value::Text(link.resolution_policy.word().to_owned()))
        }
        (Body::RulesetLink(link), None) => match &link.virtual_network {
            Some(network) => one(Command::of("dns-resolver vnet-link create", id)
                .flag("--ruleset-name", parent(id))
                .name(id.name())
                .id("--id", network)),
            None => unsayable(id, "the link"),
        },
        (Body::RecordSet(set), old) => records(id, set, old),
        (Body::PrivateDnsZoneGroup(group), old) => zone_group(id, group, old),
        (Body::SecurityRule(rule), _) => security_rule(id, rule).map_or_else(|| unsayable(id, "the protocol"), one),
        (Body::Route(route), _) => create_route(id, route).map_or_else(|| unsayable(id, "the route"), one),
        (Body::Peering(peering), None) => peering_create(id, peering).map_or_else(|| unsayable(id, "the peering"), one),
        (Body::Subnet(subnet), None) => one(create_subnet(id, subnet)),
        (Body::NetworkSecurityGroup(_), None) => one(located("network nsg create", resource)),
        (Body::RouteTable(_), None) => one(located("network route-table create", resource)),
        (Body::LocalNetworkGateway(gateway), Some(_)) => {
            let prefixes = gateway.address_space.iter().map(ToString::to_string);
            let update = Command::of("network local-gateway update", id).name(id.name());
            one(update.flags("--local-address-prefixes", prefixes))
        }
        (Body::VirtualNetwork(network), None) => {
            let prefixes = network.address_space.iter().map(ToString::to_string);
            one(located("network vnet create", resource).flags("--address-prefixes", prefixes))
        }
        (Body::PrivateEndpoint(endpoint), None) => {
            create_endpoint(resource, endpoint).map_or_else(|| unsayable(id, "the endpoint"), one)
        }
        (Body::ApiManagement(service), Some(Body::ApiManagement(old))) if old.subnet != service.subnet => {
            let subnet = service.subnet.as_ref().map_or(Value::Nothing, |id| Value::Text(id.as_str().to_owned()));
            set::spell(id, "virtualNetworkConfiguration.subnetResourceId", &subnet)
        }
        (new, Some(old)) => differences(id, old, new),
        (_, None) => unsayable(id, "the creation"),
    }
}

fn located(verb: &str, resource: &Resource) -> Command {
    let command = Command::of(verb, &resource.id).name(resource.id.name());
    match &resource.location {
        Some(location) => command.flag("--location", &**location),
        None => command,
    }
}

fn parent(id: &ResourceId) -> String {
    id.parent().map(|parent| parent.name().to_owned()).unwrap_or_default()
}

/// A list with commas, or no value.
fn list<T: ToString>(items: impl Iterator<Item = T>) -> Value {
    let items: Vec<String> = items.map(|item| item.to_string()).collect();
    if items.is_empty() { Value::Nothing } else { Value::Text(items.join(",")) }
}

/// The network rules of an account, where they differ.
fn rules(old: Option<&NetworkAcls>, new: &NetworkAcls) -> Vec<(&'static str, Value)> {
    let mut sets = Vec::new();
    if old.is_none_or(|old| old.default_action != new.default_action) {
        sets.push(("networkAcls.defaultAction", Value::Text(new.default_action.word().to_owned())));
    }
    if old.and_then(|old| old.bypass.as_ref()) != new.bypass.as_ref() {
        sets.push(("networkAcls.bypass", Value::Text(new.bypass.as_deref().unwrap_or("None").to_owned())));
    }
    if old.map_or(&[][..], |old| &old.ip_rules) != new.ip_rules {
        sets.push(("networkAcls.ipRules", list(new.ip_rules.iter())));
    }
    if old.map_or(&[][..], |old| &old.virtual_network_rules) != new.virtual_network_rules {
        let subnets = new.virtual_network_rules.iter().map(|rule| rule.subnet.as_str());
        sets.push(("networkAcls.virtualNetworkRules", list(subnets)));
    }
    sets
}

/// What differs of an account.
fn of_account(old: &CognitiveServicesAccount, new: &CognitiveServicesAccount) -> Vec<(&'static str, Value)> {
    let mut sets = of_public_side(&old.public_network_access, &new.public_network_access);
    if let (true, Known::Value(disabled)) = (old.disable_local_auth != new.disable_local_auth, &new.disable_local_auth)
    {
        sets.push(("disableLocalAuth", Value::Truth(*disabled)));
    }
    if let (true, Some(acls)) = (old.network_acls != new.network_acls, &new.network_acls) {
        sets.extend(rules(old.network_acls.as_ref(), acls));
    }
    if let (true, Known::Value(restricted)) = (old.restrict_outbound != new.restrict_outbound, &new.restrict_outbound) {
        sets.push(("restrictOutboundNetworkAccess", Value::Truth(*restricted)));
    }
    if old.allowed_hosts != new.allowed_hosts {
        sets.push(("allowedFqdnList", list(new.allowed_hosts.iter())));
    }
    sets
}

/// What differs of a search service.
fn of_search(old: &SearchService, new: &SearchService) -> Vec<(&'static str, Value)> {
    let mut sets = of_public_side(&old.public_network_access, &new.public_network_access);
    if old.bypass != new.bypass {
        sets.push(("networkRuleSet.bypass", Value::Text(new.bypass.as_deref().unwrap_or("None").to_owned())));
    }
    sets
}

fn of_public_side(old: &Known<PublicNetworkAccess>, new: &Known<PublicNetworkAccess>) -> Vec<(&'static str, Value)> {
    match new {
        Known::Value(public) if old != new => vec![("publicNetworkAccess", Value::Text(public.word().to_owned()))],
        _ => Vec::new(),
    }
}

/// A resource that exists, property by property.
fn differences(id: &ResourceId, old: &Body, new: &Body) -> Vec<Piece> {
    let text = |word: &str| Value::Text(word.to_owned());
    let reference = |id: &Option<ResourceId>| id.as_ref().map_or(Value::Nothing, |id| text(id.as_str()));
    let mut sets: Vec<(&str, Value)> = Vec::new();
    match (old, new) {
        (Body::Subnet(old), Body::Subnet(new)) => {
            if let (true, Known::Value(policies)) = (
                old.private_endpoint_network_policies != new.private_endpoint_network_policies,
                &new.private_endpoint_network_policies,
            ) {
                sets.push(("privateEndpointNetworkPolicies", text(policies.word())));
            }
            if old.network_security_group != new.network_security_group {
                sets.push(("networkSecurityGroup.id", reference(&new.network_security_group)));
            }
            if old.route_table != new.route_table {
                sets.push(("routeTable.id", reference(&new.route_table)));
            }
            if old.service_endpoints != new.service_endpoints {
                sets.push(("serviceEndpoints", list(new.service_endpoints.iter().map(|endpoint| &endpoint.service))));
            }
        }
        (Body::CognitiveServicesAccount(old), Body::CognitiveServicesAccount(new)) => sets = of_account(old, new),
        (Body::SearchService(old), Body::SearchService(new)) => sets = of_search(old, new),
        (Body::PrivateEndpointConnection(_), Body::PrivateEndpointConnection(new)) => {
            if let Known::Value(state) = &new.state {
                sets.push(("privateLinkServiceConnectionState.status", text(state.word())));
            }
        }
        (Body::WebApp(old), Body::WebApp(new)) => {
            if let (true, Known::Value(route_all)) = (old.route_all != new.route_all, &new.route_all) {
                sets.push(("vnetRouteAllEnabled", Value::Truth(*route_all)));
            }
            if let (true, Known::Value(subnet)) = (old.subnet != new.subnet, &new.subnet) {
                sets.push(("virtualNetworkSubnetId", reference(subnet)));
            }
            if old.dns_servers != new.dns_servers {
                let list = new.dns_servers.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
                let value = if list.is_empty() { Value::Nothing } else { Value::Text(list) };
                sets.push(("dnsConfiguration.dnsServers", value));
            }
        }
        (Body::RouteTable(old), Body::RouteTable(new)) if old != new => {
            sets.push(("disableBgpRoutePropagation", Value::Truth(new.disable_bgp_route_propagation)));
        }
        (Body::GatewayConnection(old), Body::GatewayConnection(new)) if old.bgp != new.bgp => {
            sets.push(("enableBgp", Value::Truth(new.bgp)));
        }
        (Body::Peering(old), Body::Peering(new)) => {
            for (property, old, new) in [
                ("allowVirtualNetworkAccess", old.allow_virtual_network_access, new.allow_virtual_network_access),
                ("allowForwardedTraffic", old.allow_forwarded_traffic, new.allow_forwarded_traffic),
                ("allowGatewayTransit", old.allow_gateway_transit, new.allow_gateway_transit),
                ("useRemoteGateways", old.use_remote_gateways, new.use_remote_gateways),
            ] {
                if old != new {
                    sets.push((property, Value::Truth(new)));
                }
            }
        }
        _ => {}
    }
    if sets.is_empty() {
        return unsayable(id, "the new contents");
    }
    sets.iter().flat_map(|(property, value)| set::spell(id, property, value)).collect()
}

fn create_link(id: &ResourceId, link: &VirtualNetworkLink) -> Option<Command> {
    let command = Command::of("network private-dns link vnet create", id)
        .flag("--zone-name", parent(id))
        .name(id.name())
        .id("--virtual-network", link.virtual_network.as_ref()?)
        .flag("--registration-enabled", link.registration_enabled.to_string());
    Some(match link.resolution_policy {
        ResolutionPolicy::Default => command,
        policy @ ResolutionPolicy::NxDomainRedirect => command.flag("--resolution-policy", policy.word()),
    })
}

/// The word of az for the type of a record set.
pub(super) fn record_verb(id: &ResourceId) -> Option<&'static str> {
    let kind = id.resource_type();
    match RecordType::parse(kind.rsplit('/').next().unwrap_or_default()) {
        RecordType::A => Some("a"),
        RecordType::Aaaa => Some("aaaa"),
        RecordType::Cname => Some("cname"),
        RecordType::Mx => Some("mx"),
        RecordType::Ptr => Some("ptr"),
        RecordType::Srv => Some("srv"),
        RecordType::Txt => Some("txt"),
        RecordType::Soa | RecordType::Other => None,
    }
}

fn records(id: &ResourceId, new: &RecordSet, old: Option<&Body>) -> Vec<Piece> {
    let readable = !matches!(new.data, RecordData::Other);
    let Some(verb) = record_verb(id).filter(|_| readable) else { return unsayable(id, "the record set") };
    let command = |word: &str| {
        Command::of(&format!("network private-dns record-set {verb} {word}"), id).flag("--zone-name", parent(id))
    };
    let mut pieces = Vec::new();
    let known: &[IpAddr] = match old {
        Some(Body::RecordSet(old)) => {
            if let (true, Some(ttl)) = (old.ttl != new.ttl, new.ttl) {
                let update = command("update").name(id.name()).flag("--set", format!("ttl={ttl}"));
                pieces.push(Piece::Command(update));
            }
            old.addresses()
        }
        _ => {
            let create = command("create").name(id.name());
            let create = new.ttl.map_or(create.clone(), |ttl| create.flag("--ttl", ttl.to_string()));
            pieces.push(Piece::Command(create));
            &[]
        }
    };
    if let RecordData::Alias(target) = &new.data {
        let set = command("set-record").flag("--record-set-name", id.name()).flag("--cname", target.as_str());
        pieces.push(Piece::Command(set));
    }
    let flag = if verb == "aaaa" { "--ipv6-address" } else { "--ipv4-address" };
    let edit = |word: &str, address: &IpAddr| {
        command(word).flag("--record-set-name", id.name()).flag(flag, address.to_string())
    };
    let wanted = new.addresses();
    let added = wanted.iter().filter(|address| !known.contains(address)).map(|address| edit("add-record", address));
    let removed = known
        .iter()
        .filter(|address| !wanted.contains(address))
        .map(|address| edit("remove-record", address).plain("--keep-empty-record-set"));
    pieces.extend(added.chain(removed).map(Piece::Command));
    match pieces.is_empty() {
        true => vec![comment(&format!("{} has the right addresses already", id.name()))],
        false => pieces,
    }
}

fn zone_group(id: &ResourceId, new: &PrivateDnsZoneGroup, old: Option<&Body>) -> Vec<Piece> {
    let known = match old {
        Some(Body::PrivateDnsZoneGroup(old)) => old.configs.as_slice(),
        _ => &[],
    };
    let command = |word: &str| {
        Command::of(&format!("network private-endpoint dns-zone-group {word}"), id)
            .flag("--endpoint-name", parent(id))
            .name(id.name())
    };
    let mut pieces = Vec::new();
    let gone = known.iter().filter(|old| new.configs.iter().all(|config| config.zone != old.zone));
    pieces.extend(gone.map(|config| Piece::Command(command("remove").flag("--zone-name", config.name.clone()))));
    let mut word = if old.is_none() { "create" } else { "add" };
    for config in new.configs.iter().filter(|config| known.iter().all(|old| old.zone != config.zone)) {
        let Some(zone) = &config.zone else { continue };
        let next = command(std::mem::replace(&mut word, "add"));
        pieces.push(Piece::Command(next.flag("--zone-name", config.name.clone()).id("--private-dns-zone", zone)));
    }
    pieces
}

fn security_rule(id: &ResourceId, rule: &SecurityRule) -> Option<Command> {
    let protocol = match rule.when.protocol {
        Protocol::Any => "*",
        Protocol::Tcp => "Tcp",
        Protocol::Udp => "Udp",
        // Which one, only the document knows.
        Protocol::Other => return None,
    };
    let direction = match rule.when.direction {
        Direction::Inbound => "Inbound",
        Direction::Outbound => "Outbound",
    };
    let ports = |ranges: &[PortRange]| ranges.iter().map(ToString::to_string).collect::<Vec<_>>();
    let command = Command::of("network nsg rule create", id)
        .flag("--nsg-name", parent(id))
        .name(id.name())
        .flag("--priority", rule.priority.to_string())
        .flag("--direction", direction)
        .flag("--access", rule.access.word())
        .flag("--protocol", protocol);
    let command =
        side(command, "source", &rule.when.sources).flags("--source-port-ranges", ports(&rule.when.source_ports));
    let command = side(command, "destination", &rule.when.destinations);
    Some(command.flags("--destination-port-ranges", ports(&rule.when.destination_ports)))
}

/// Prefixes and tags, or application security groups by id.
fn side(command: Command, side: &str, all: &[AddressPrefix]) -> Command {
    let is_group = |prefix: &&AddressPrefix| matches!(prefix, AddressPrefix::Group(_));
    let prefixes: Vec<String> = all.iter().filter(|prefix| !is_group(prefix)).map(ToString::to_string).collect();
    let groups: Vec<ResourceId> = all
        .iter()
        .filter_map(|prefix| match prefix {
            AddressPrefix::Group(id) => Some(id.clone()),
            _ => None,
        })
        .collect();
    let command = match prefixes.is_empty() {
        true => command,
        false => command.flags(&format!("--{side}-address-prefixes"), prefixes),
    };
    if groups.is_empty() { command } else { command.ids(&format!("--{side}-asgs"), &groups) }
}

fn create_route(id: &ResourceId, route: &Route) -> Option<Command> {
    let command = Command::of("network route-table route create", id)
        .flag("--route-table-name", parent(id))
        .name(id.name())
        .flag("--address-prefix", route.prefix?.to_string())
        .flag("--next-hop-type", route.next_hop.word());
    Some(match route.next_hop_address {
        Some(address) => command.flag("--next-hop-ip-address", address.to_string()),
        None => command,
    })
}

fn peering_create(id: &ResourceId, peering: &Peering) -> Option<Command> {
    let mut command = Command::of("network vnet peering create", id)
        .flag("--vnet-name", parent(id))
        .name(id.name())
        .id("--remote-vnet", peering.remote.as_ref()?);
    for (flag, on) in [
        ("--allow-vnet-access", peering.allow_virtual_network_access),
        ("--allow-forwarded-traffic", peering.allow_forwarded_traffic),
        ("--allow-gateway-transit", peering.allow_gateway_transit),
        ("--use-remote-gateways", peering.use_remote_gateways),
    ] {
        if on {
            command = command.plain(flag);
        }
    }
    Some(command)
}

fn create_subnet(id: &ResourceId, subnet: &Subnet) -> Command {
    let mut command = Command::of("network vnet subnet create", id)
        .flag("--vnet-name", parent(id))
        .name(id.name())
        .flags("--address-prefixes", subnet.prefixes.iter().map(ToString::to_string));
    if let Some(nsg) = &subnet.network_security_group {
        command = command.id("--network-security-group", nsg);
    }
    if let Some(table) = &subnet.route_table {
        command = command.id("--route-table", table);
    }
    if let Known::Value(policies) = &subnet.private_endpoint_network_policies {
        command = command.flag("--private-endpoint-network-policies", policies.word());
    }
    if !subnet.delegations.is_empty() {
        command = command.flags("--delegations", subnet.delegations.iter().cloned());
    }
    command
}

fn create_endpoint(resource: &Resource, endpoint: &PrivateEndpoint) -> Option<Command> {
    let connection = endpoint.connections.first()?;
    let command = located("network private-endpoint create", resource)
        .id("--subnet", endpoint.subnet.as_ref()?)
        .id("--private-connection-resource-id", connection.target.as_ref()?)
        .flags("--group-id", connection.group_ids.iter().cloned())
        .flag("--connection-name", connection.name.clone());
    Some(if connection.manual { command.flag("--manual-request", "true") } else { command })
}
