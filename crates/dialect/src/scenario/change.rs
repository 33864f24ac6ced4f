//! What does one line of the change language do to an estate?
//!
//! ```text
//! unlink [zone] ZONE from NETWORK
//! link [zone] ZONE to NETWORK
//! link ruleset RULESET to NETWORK        and: unlink ruleset RULESET from NETWORK
//! set KIND/NAME PROPERTY = VALUE        VALUE: a word, true, false, none, or KIND/NAME for an id
//! delete KIND/NAME                      with what Azure would delete along with it
//! zone NAME in GROUP
//! record ZONE NAME A ADDRESS[,ADDRESS]
//! zone-group ENDPOINT with ZONE[,ZONE]
//! rule NSG NAME PRIORITY allow|deny inbound|outbound tcp|udp|any from PREFIX to PREFIX port PORTS
//!                                       PREFIX: also a service tag, or asg/RESOURCE-GROUP/NAME
//! admin-rule NETWORK NAME PRIORITY allow|always-allow|deny inbound|outbound tcp|udp|any from PREFIX to PREFIX port PORTS
//!                                       a security admin rule that a network manager applies to the network
//! move endpoint ENDPOINT to ADDRESS     its NIC, its names and the records its zone group keeps
//! env NAME=VALUE
//! unset NAME
//! hosts NAME ADDRESS|none
//! forward DOMAIN at SERVER to ADDRESS[,ADDRESS]|none     what an [estate.dns-server] asks for a domain,
//!                                                        or with aks/NAME a cluster's CoreDNS
//! servers onprem/NAME to ADDRESS[,ADDRESS]|none           whom the clients of an [estate.on-premises] ask
//! ```
//!
//! `KIND/NAME` is `account/NAME`, `aks/NAME`, `apim/NAME`, `app/NAME`, `connection/ENDPOINT`, `container-environment/NAME`, `containerapp/NAME`, `databricks/NAME`, `endpoint/NAME`,
//! `link/ZONE/NETWORK`, `network/NAME`, `nic/NAME`, `nsg/NAME`, `peering/NETWORK/NAME`,
//! `record/ZONE/NAME`, `route/TABLE/NAME`, `route-table/NAME`, `rule/NSG/NAME`, `search/NAME`, `shared-link/SEARCH/NAME`,
//! `subnet/NETWORK/NAME`, `vm/NAME`, `zone/NAME`, `zone-group/ENDPOINT` or a whole resource id. A
//! property is spelled as in ARM, below `properties`. What a line means depends on the estate, so a
//! line that names what is not there is an error that lists what is.

use super::admin_rules;
use super::estate::{creator, zone_config};
use super::names::NameError;
use super::outside;
use super::place::{self, PlaceError, find};
use super::search;
use model::resource::{
    Access, AddressPrefix, Conditions, Direction, NetworkInterface, PortRange, PrivateDnsZone, PrivateDnsZoneGroup,
    PrivateEndpoint, Protocol, RecordData, RecordSet, RulesetLink, SecurityRule, VirtualNetworkLink,
};
use model::{Body, Change, ClientFact, FactRef, Key, Kind, Resource, ResourceId, Snapshot, Value};
use std::net::IpAddr;
use std::sync::Arc;

/// Why a line changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("change {line:?}: {problem}")]
pub struct ChangeError {
    /// The line as written.
    pub line: String,
    /// What is wrong and what to write.
    pub problem: String,
}

const FORMS: &str = "there is no such change; write one of: link ZONE to NETWORK; unlink ZONE from NETWORK; \
     link ruleset RULESET to NETWORK; unlink ruleset RULESET from NETWORK; set KIND/NAME PROPERTY = VALUE; \
     delete KIND/NAME; zone NAME in GROUP; record ZONE NAME A ADDRESS[,ADDRESS]; zone-group ENDPOINT with ZONE[,ZONE]; \
     rule NSG NAME PRIORITY allow|deny inbound|outbound tcp|udp|any from PREFIX to PREFIX port PORTS; \
     admin-rule NETWORK NAME PRIORITY allow|always-allow|deny inbound|outbound tcp|udp|any from PREFIX to PREFIX port PORTS; \
     move endpoint ENDPOINT to ADDRESS; env NAME=VALUE; unset NAME; hosts NAME ADDRESS|none; \
     forward DOMAIN at SERVER to ADDRESS[,ADDRESS]|none; servers onprem/NAME to ADDRESS[,ADDRESS]|none";

pub(super) type Problem<T> = Result<T, String>;

/// Reads one line in the estate that it is to change.
pub fn parse(text: &str, snapshot: &Snapshot) -> Result<Vec<Change>, ChangeError> {
    read(text.trim(), snapshot).map_err(|problem| ChangeError { line: text.trim().to_owned(), problem })
}

fn read(text: &str, snapshot: &Snapshot) -> Problem<Vec<Change>> {
    let (verb, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let rest = rest.trim();
    let words: Vec<&str> = rest.split_whitespace().collect();
    match (verb, words.as_slice()) {
        ("unlink", ["ruleset", ruleset, "from", network]) => {
            let (ruleset, network) = (ok(place::ruleset(snapshot, ruleset))?, ok(place::network(snapshot, network))?);
            let mut links = snapshot.children::<RulesetLink>(&ruleset);
            let found = links.find(|(_, link)| link.virtual_network.as_ref() == Some(&network));
            let (id, _) = found.ok_or_else(|| format!("{} is not linked to {}", ruleset.name(), network.name()))?;
            Ok(vec![Change::Delete(id.clone())])
        }
        ("link", ["ruleset", ruleset, "to", network]) => {
            let (ruleset, network) = (ok(place::ruleset(snapshot, ruleset))?, ok(place::network(snapshot, network))?);
            Ok(vec![Change::link_ruleset(&ruleset, &network)])
        }
        ("unlink", [zone, "from", network] | ["zone", zone, "from", network]) => unlink(snapshot, zone, network),
        ("link", [zone, "to", network] | ["zone", zone, "to", network]) => {
            let (zone, network) = (ok(place::zone(snapshot, zone))?, ok(place::network(snapshot, network))?);
            Ok(vec![Change::link_zone(&zone, &network)])
        }
        ("set", _) => set(snapshot, rest),
        ("delete", [what]) => delete(snapshot, what),
        ("zone", [name, "in", group]) => zone(snapshot, name, group),
        ("record", [zone, name, record_type, addresses]) => record(snapshot, zone, name, record_type, addresses),
        ("zone-group", [endpoint, "with", zones]) => zone_group(snapshot, endpoint, zones),
        ("rule", [nsg, ..]) => {
            let nsg_id = ok(place::nsg(snapshot, nsg))?;
            let (name, rule) = rule(rest[nsg.len()..].trim(), nsg_id.subscription().unwrap_or_default())?;
            Ok(vec![put(nsg_id.child("securityRules", &name), Body::SecurityRule(rule))])
        }
        ("admin-rule", [network, ..]) => admin_rules::put(snapshot, network, rest[network.len()..].trim()),
        ("move", ["endpoint", endpoint, "to", address]) => move_endpoint(snapshot, endpoint, address),
        ("env", [_, ..]) => match rest.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() => Ok(vec![environment(name.trim(), Some(value.trim()))]),
            _ => Err("write env NAME=VALUE".to_owned()),
        },
        ("unset", [name]) => Ok(vec![environment(name, None)]),
        ("hosts", [name, address]) => {
            let address = match *address {
                "none" => None,
                text => Some(ip(text)?),
            };
            Ok(vec![Change::Outside(ClientFact::HostsEntry { name: (*name).to_owned(), address })])
        }
        ("servers", [place, "to", addresses]) => outside::servers(snapshot, place, addresses),
        ("forward", [domain, "at", server, "to", addresses]) => outside::forward(snapshot, domain, server, addresses),
        _ => Err(FORMS.to_owned()),
    }
}

fn ok<T>(found: Result<T, NameError>) -> Problem<T> {
    found.map_err(|error| error.to_string())
}

pub(super) fn ip(text: &str) -> Problem<IpAddr> {
    text.parse().map_err(|_| format!("{text:?} is no IP address; write one such as 10.1.2.4"))
}

fn put(id: ResourceId, body: Body) -> Change {
    Change::Put(Arc::new(Resource::new(id, body)))
}

fn environment(name: &str, value: Option<&str>) -> Change {
    Change::Outside(ClientFact::Environment { name: name.to_owned(), value: value.map(str::to_owned) })
}

fn unlink(snapshot: &Snapshot, zone: &str, network: &str) -> Problem<Vec<Change>> {
    let zone = ok(place::zone(snapshot, zone))?;
    Ok(vec![Change::Delete(ok(place::link(snapshot, &zone, network))?)])
}

fn set(snapshot: &Snapshot, rest: &str) -> Problem<Vec<Change>> {
    let form = || "write set KIND/NAME PROPERTY = VALUE".to_owned();
    let (left, value) = rest.split_once('=').ok_or_else(form)?;
    let (place, property) = left.trim().split_once(char::is_whitespace).ok_or_else(form)?;
    let property = property.trim();
    let id = find(snapshot, place).map_err(|error: PlaceError| error.to_string())?;
    let value = match value.trim() {
        "true" => Value::Truth(true),
        "false" => Value::Truth(false),
        "none" => Value::Nothing,
        "" => return Err(form()),
        text => Value::Text(find(snapshot, text).map_or_else(|_| text.to_owned(), |id| id.as_str().to_owned())),
    };
    let fits = snapshot.get(&id).is_some_and(|resource| resource.with(property, &value).is_some());
    if !fits {
        let settable = settable(Kind::of_type(&id.resource_type()));
        return Err(match settable {
            [] => format!("no property of {place} can be set; put or delete it instead"),
            known => format!("{property} of {place} cannot be set to that; settable: {}", known.join(", ")),
        });
    }
    let change = |id: &ResourceId| {
        let fact = FactRef { resource: id.clone(), property: property.to_owned().into(), value: String::new() };
        Change::Set(fact, value.clone())
    };
    let mut changes = vec![change(&id)];
    // Azure shows the state of a connection on both sides.
    if place.starts_with("connection/") {
        let endpoint = ok(place::endpoint(snapshot, place.trim_start_matches("connection/")))?;
        changes.push(change(&endpoint));
    }
    if place.starts_with("shared-link/") && property == "status" {
        changes.extend(search::other_side(snapshot, &id).map(|connection| {
            let property = "privateLinkServiceConnectionState.status".into();
            Change::Set(FactRef { resource: connection, property, value: String::new() }, value.clone())
        }));
    }
    Ok(changes)
}

/// The properties that `Set` knows, with their values, for messages.
fn settable(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Subnet => &[
            "privateEndpointNetworkPolicies = Disabled|Enabled|NetworkSecurityGroupEnabled|RouteTableEnabled",
            "networkSecurityGroup.id = nsg/NAME|none",
            "routeTable.id = route-table/NAME|none",
            "serviceEndpoints = SERVICE[,SERVICE]|none",
        ],
        Kind::VirtualNetworkLink => {
            &["resolutionPolicy = Default|NxDomainRedirect", "virtualNetworkLinkState = Completed|InProgress"]
        }
        Kind::PrivateEndpoint | Kind::PrivateEndpointConnection => {
            &["privateLinkServiceConnectionState.status = Approved|Pending|Rejected|Disconnected"]
        }
        Kind::CognitiveServicesAccount => &[
            "publicNetworkAccess = Enabled|Disabled|SecuredByPerimeter",
            "disableLocalAuth = true|false",
            "customSubDomainName = NAME|none",
            "networkAcls.defaultAction = Allow|Deny",
            "networkAcls.bypass = AzureServices|None|none",
            "restrictOutboundNetworkAccess = true|false",
            "allowedFqdnList = NAME[,NAME]|none",
            "networkAcls.ipRules = ADDRESS[,ADDRESS]|none",
            "networkAcls.virtualNetworkRules = subnet/NETWORK/NAME|none",
            "networkInjections.subnetArmId = subnet/NETWORK/NAME|none",
        ],
        Kind::WebApp => &[
            "vnetRouteAllEnabled = true|false",
            "virtualNetworkSubnetId = subnet/NETWORK/NAME|none",
            "dnsConfiguration.dnsServers = ADDRESS[,ADDRESS]|none",
            "outboundVnetRouting.contentShareTraffic = true|false",
            "outboundVnetRouting.imagePullTraffic = true|false",
        ],
        Kind::SearchService => &[
            "publicNetworkAccess = Enabled|Disabled|SecuredByPerimeter",
            "networkRuleSet.bypass = AzureServices|None|none",
            "sku.name = NAME",
        ],
        Kind::SharedPrivateLink => &[
            "status = Approved|Pending|Rejected|Disconnected",
            "provisioningState = Succeeded|Updating|Incomplete|Failed",
            "groupId = openai_account|cognitiveservices_account",
        ],
        Kind::Other => &["sku.name = NAME"],
        Kind::ApiManagement => &[
            "virtualNetworkType = None|External|Internal",
            "virtualNetworkConfiguration.subnetResourceId = subnet/NETWORK/NAME|none",
        ],
        Kind::DatabricksWorkspace => &["publicNetworkAccess = Enabled|Disabled"],
        Kind::ManagedEnvironment => &["vnetConfiguration.infrastructureSubnetId = subnet/NETWORK/NAME|none"],
        Kind::Peering => &[
            "peeringState = Initiated|Connected|Disconnected",
            "allowVirtualNetworkAccess = true|false",
            "allowForwardedTraffic = true|false",
            "allowGatewayTransit = true|false",
            "useRemoteGateways = true|false",
        ],
        Kind::RouteTable => &["disableBgpRoutePropagation = true|false"],
        Kind::GatewayConnection => {
            &["connectionStatus = Connected|Connecting|NotConnected|Unknown", "enableBgp = true|false"]
        }
        Kind::NetworkInterface => &["enableIPForwarding = true|false", "networkSecurityGroup.id = nsg/NAME|none"],
        _ => &[],
    }
}

/// Deletes a resource with what Azure wants deleted first, or deletes along with it. The endpoints of an account stay
/// behind, Disconnected.
fn delete(snapshot: &Snapshot, what: &str) -> Problem<Vec<Change>> {
    let id = find(snapshot, what).map_err(|error| error.to_string())?;
    let mut ids = Vec::new();
    let mut left: Vec<Change> = Vec::new();
    if snapshot.get(&id).is_some_and(|found| found.kind() == Kind::CognitiveServicesAccount) {
        let key = Key::LeadsTo(id.clone());
        let endpoints = snapshot.by::<PrivateEndpoint>(&key);
        let disconnected = |(endpoint, _): (&ResourceId, &PrivateEndpoint)| {
            let state = FactRef::new(endpoint, "privateLinkServiceConnectionState.status", "");
            Change::Set(state, Value::Text("Disconnected".to_owned()))
        };
        left.extend(endpoints.map(disconnected));
    }
    if snapshot.find::<PrivateDnsZone>(&id).is_some() {
        ids.extend(snapshot.children::<VirtualNetworkLink>(&id).map(|(link, _)| link.clone()));
    }
    if snapshot.find::<PrivateDnsZoneGroup>(&id).is_some() {
        ids.extend(kept_records(snapshot, &id));
    }
    if let Some(endpoint) = snapshot.find::<PrivateEndpoint>(&id) {
        for (group, _) in snapshot.children::<PrivateDnsZoneGroup>(&id) {
            ids.extend(kept_records(snapshot, group));
            ids.push(group.clone());
        }
        ids.extend(place::connection(snapshot, &id));
        ids.push(id);
        ids.extend(endpoint.network_interfaces.iter().cloned());
    } else {
        ids.extend(search::other_side(snapshot, &id));
        ids.push(id);
    }
    left.extend(ids.into_iter().map(Change::Delete));
    Ok(left)
}

/// The records that a zone group keeps: those in its zones with an address of its endpoint.
fn kept_records(snapshot: &Snapshot, group: &ResourceId) -> Vec<ResourceId> {
    let Some(endpoint) = group.parent() else { return Vec::new() };
    let addresses = addresses(snapshot, &endpoint);
    let zones = snapshot.find::<PrivateDnsZoneGroup>(group).map_or(&[][..], |group| &group.configs);
    let zones = zones.iter().filter_map(|config| config.zone.as_ref());
    let records = zones.flat_map(|zone| snapshot.children::<RecordSet>(zone));
    let kept = records.filter(|(_, set)| set.addresses().iter().any(|address| addresses.contains(address)));
    kept.map(|(id, _)| id.clone()).collect()
}

fn addresses(snapshot: &Snapshot, endpoint: &ResourceId) -> Vec<IpAddr> {
    let interfaces = snapshot.find::<PrivateEndpoint>(endpoint).map_or(&[][..], |found| &found.network_interfaces);
    let interfaces = interfaces.iter().filter_map(|id| snapshot.find::<NetworkInterface>(id));
    interfaces.flat_map(NetworkInterface::addresses).collect()
}

fn zone(snapshot: &Snapshot, name: &str, group: &str) -> Problem<Vec<Change>> {
    let mut known: Vec<&str> = snapshot.iter().filter_map(|resource| resource.id.resource_group()).collect();
    known.sort_unstable();
    known.dedup();
    let in_group = |id: &ResourceId| id.resource_group().is_some_and(|known| known.eq_ignore_ascii_case(group));
    let neighbour = snapshot.iter().find(|resource| in_group(&resource.id));
    let subscription = neighbour.and_then(|resource| resource.id.subscription()).ok_or_else(|| {
        format!("there is no resource group {group:?} in the estate; there are: {}", known.join(", "))
    })?;
    let id = ResourceId::new(subscription, group, "Microsoft.Network/privateDnsZones", &[name]);
    let zone = Resource {
        location: Some("global".into()),
        ..Resource::new(id, Body::PrivateDnsZone(PrivateDnsZone::default()))
    };
    Ok(vec![Change::Put(Arc::new(zone))])
}

fn record(snapshot: &Snapshot, zone: &str, name: &str, record_type: &str, list: &str) -> Problem<Vec<Change>> {
    if !record_type.eq_ignore_ascii_case("A") {
        return Err(format!("records of type {record_type} cannot be written here, only A"));
    }
    let zone = ok(place::zone(snapshot, zone))?;
    let addresses = list.split(',').map(ip).collect::<Problem<Vec<IpAddr>>>()?;
    if addresses.iter().any(IpAddr::is_ipv6) {
        return Err("an A record holds IPv4 addresses only".to_owned());
    }
    Ok(vec![Change::put_record(&zone, name, addresses)])
}

/// Puts the zone group of an endpoint, with the records that it would keep.
fn zone_group(snapshot: &Snapshot, endpoint: &str, zones: &str) -> Problem<Vec<Change>> {
    let endpoint = ok(place::endpoint(snapshot, endpoint))?;
    let existing = snapshot.children::<PrivateDnsZoneGroup>(&endpoint).map(|(id, _)| id.clone()).next();
    let id = existing.unwrap_or_else(|| endpoint.child("privateDnsZoneGroups", "dns-group"));
    let zones = zones.split(',').map(|zone| ok(place::zone(snapshot, zone))).collect::<Problem<Vec<_>>>()?;
    let names = snapshot.find::<PrivateEndpoint>(&endpoint).map_or(&[][..], |found| &found.custom_dns_configs);
    let configs = zones.iter().map(zone_config).collect();
    let mut changes = vec![put(id, Body::PrivateDnsZoneGroup(PrivateDnsZoneGroup { configs }))];
    for zone in &zones {
        let suffix = zone.name().strip_prefix("privatelink.").unwrap_or(zone.name());
        for name in names {
            let Some(label) = name.fqdn.relative_to(suffix) else { continue };
            let set = RecordSet {
                record_type: model::resource::RecordType::A,
                ttl: Some(10),
                data: RecordData::Addresses(name.addresses.clone()),
                creator: Some(creator(&endpoint)),
            };
            let id = zone.child("A", label);
            if snapshot.find::<RecordSet>(&id) != Some(&set) {
                changes.push(put(id, Body::RecordSet(set)));
            }
        }
    }
    Ok(changes)
}

/// An application security group, written as `RESOURCE-GROUP/NAME`.
pub(super) fn security_group(text: &str, subscription: &str) -> Problem<ResourceId> {
    match text.split_once('/') {
        Some((group, name)) if !group.is_empty() && !name.is_empty() && !name.contains('/') => {
            Ok(ResourceId::new(subscription, group, "Microsoft.Network/applicationSecurityGroups", &[name]))
        }
        _ => Err(format!("{text:?} is no application security group; write RESOURCE-GROUP/NAME")),
    }
}

/// One end of a rule: a prefix, a service tag, or `asg/RESOURCE-GROUP/NAME`.
fn prefix(text: &str, subscription: &str) -> Problem<AddressPrefix> {
    match text.strip_prefix("asg/") {
        Some(group) => Ok(AddressPrefix::Group(security_group(group, subscription)?)),
        None => Ok(AddressPrefix::parse(text)),
    }
}

/// Reads `NAME PRIORITY allow|deny inbound|outbound PROTOCOL from PREFIXES to PREFIXES port PORTS`.
pub(super) fn rule(text: &str, subscription: &str) -> Problem<(String, SecurityRule)> {
    let form = || {
        format!(
            "{text:?} is no rule; write NAME PRIORITY allow|deny inbound|outbound tcp|udp|any from PREFIX to PREFIX \
             port PORTS, as in `deny-all 4096 deny inbound any from * to * port *`"
        )
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let [name, priority, access, direction, protocol, "from", sources, "to", destinations, "port", ports] =
        words.as_slice()
    else {
        return Err(form());
    };
    let prefixes = |list: &str| list.split(',').map(|one| prefix(one, subscription)).collect::<Problem<Vec<_>>>();
    let ports: Option<Vec<PortRange>> = ports.split(',').map(PortRange::parse).collect();
    let priority = priority.parse().ok().filter(|priority| (100..=4096).contains(priority));
    let rule = SecurityRule {
        priority: priority.ok_or_else(|| "a priority is a number from 100 to 4096".to_owned())?,
        access: match *access {
            "allow" => Access::Allow,
            "deny" => Access::Deny,
            _ => return Err(form()),
        },
        when: Conditions {
            direction: match *direction {
                "inbound" => Direction::Inbound,
                "outbound" => Direction::Outbound,
                _ => return Err(form()),
            },
            protocol: match *protocol {
                "tcp" => Protocol::Tcp,
                "udp" => Protocol::Udp,
                "any" => Protocol::Any,
                _ => return Err(form()),
            },
            sources: prefixes(sources)?,
            source_ports: vec![PortRange::ANY],
            destinations: prefixes(destinations)?,
            destination_ports: ports.ok_or_else(form)?,
        },
    };
    Ok(((*name).to_owned(), rule))
}

fn move_endpoint(snapshot: &Snapshot, endpoint: &str, address: &str) -> Problem<Vec<Change>> {
    let id = ok(place::endpoint(snapshot, endpoint))?;
    let to = ip(address)?;
    let old = addresses(snapshot, &id);
    let (Some(found), [_]) = (snapshot.find::<PrivateEndpoint>(&id), old.as_slice()) else {
        return Err(format!("{endpoint} has {} addresses; only an endpoint with one can be moved", old.len()));
    };
    let mut changes = Vec::new();
    let mut replace = |id: &ResourceId, body: Body| {
        let old = snapshot.get(id).map(|resource| (**resource).clone());
        let new =
            old.map_or_else(|| Resource::new(id.clone(), body.clone()), |old| Resource { body: body.clone(), ..old });
        changes.push(Change::Put(Arc::new(new)));
    };
    for interface in &found.network_interfaces {
        let Some(nic) = snapshot.find::<NetworkInterface>(interface) else { continue };
        let mut nic = nic.clone();
        nic.ip_configurations.iter_mut().for_each(|configuration| configuration.address = Some(to));
        replace(interface, Body::NetworkInterface(nic));
    }
    let mut moved = found.clone();
    moved.custom_dns_configs.iter_mut().for_each(|config| config.addresses = vec![to]);
    replace(&id, Body::PrivateEndpoint(moved));
    for (group, _) in snapshot.children::<PrivateDnsZoneGroup>(&id) {
        for record in kept_records(snapshot, group) {
            let Some(set) = snapshot.find::<RecordSet>(&record) else { continue };
            let set = RecordSet { data: RecordData::Addresses(vec![to]), ..set.clone() };
            replace(&record, Body::RecordSet(set));
        }
    }
    Ok(changes)
}
