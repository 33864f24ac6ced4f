//! Which command sets one property?

use super::command::{Command, Piece};
use super::unsayable;
use model::resource::ConnectionState;
use model::{Kind, ResourceId, Value};

pub(super) fn spell(id: &ResourceId, property: &str, value: &Value) -> Vec<Piece> {
    let command = match Kind::of_type(&id.resource_type()) {
        Kind::Subnet => subnet(id, property, value),
        Kind::VirtualNetworkLink => link(id, property, value),
        Kind::PrivateEndpointConnection => connection(id, value),
        Kind::CognitiveServicesAccount => {
            let written = match property {
                "networkAcls.ipRules" => listed(value, "value"),
                "networkAcls.virtualNetworkRules" => listed(value, "id"),
                "allowedFqdnList" => texts(value),
                _ => written(value),
            };
            written.map(|value| {
                Command::new("resource update").id("--ids", id).flag("--set", format!("properties.{property}={value}"))
            })
        }
        Kind::SearchService => written(value).map(|value| {
            Command::new("resource update").id("--ids", id).flag("--set", format!("properties.{property}={value}"))
        }),
        Kind::ApiManagement => gateway(id, property, value),
        Kind::WebApp => app(id, property, value),
        Kind::Peering if property != "peeringState" => written(value).map(|value| {
            let parent = id.parent();
            Command::of("network vnet peering update", id)
                .flag("--vnet-name", parent.as_ref().map_or("", ResourceId::name))
                .name(id.name())
                .flag("--set", format!("{property}={value}"))
        }),
        Kind::NetworkInterface => interface(id, property, value),
        Kind::RouteTable if property == "disableBgpRoutePropagation" => value.truth().map(|truth| {
            Command::of("network route-table update", id)
                .name(id.name())
                .flag("--disable-bgp-route-propagation", truth.to_string())
        }),
        Kind::GatewayConnection if property == "enableBgp" => value.truth().map(|truth| {
            Command::of("network vpn-connection update", id).name(id.name()).flag("--enable-bgp", truth.to_string())
        }),
        _ => None,
    };
    match command {
        Some(command) => vec![Piece::Command(command)],
        None => unsayable(id, &format!("{property} = {}", written(value).unwrap_or_else(|| "none".to_owned()))),
    }
}

fn written(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Truth(truth) => Some(truth.to_string()),
        Value::Nothing => None,
    }
}

/// A list with commas as a JSON list of objects with one member.
fn listed(value: &Value, member: &str) -> Option<String> {
    let items = match value {
        Value::Nothing => Vec::new(),
        value => value.text()?.split(',').map(|item| serde_json::json!({ member: item.trim() })).collect(),
    };
    Some(serde_json::Value::Array(items).to_string())
}

/// A list with commas as a JSON list of texts.
fn texts(value: &Value) -> Option<String> {
    let items: Vec<&str> = match value {
        Value::Nothing => Vec::new(),
        value => value.text()?.split(',').map(str::trim).collect(),
    };
    Some(serde_json::json!(items).to_string())
}

fn subnet(id: &ResourceId, property: &str, value: &Value) -> Option<Command> {
    let parent = id.parent()?;
    let update = Command::of("network vnet subnet update", id).flag("--vnet-name", parent.name()).name(id.name());
    let (flag, member) = match property {
        "privateEndpointNetworkPolicies" => {
            return Some(update.flag("--private-endpoint-network-policies", value.text()?));
        }
        "serviceEndpoints" => {
            return Some(match value {
                Value::Nothing => update.flag("--remove", "serviceEndpoints"),
                value => {
                    let services = value.text()?.split(',').map(|service| service.trim().to_owned());
                    update.flags("--service-endpoints", services)
                }
            });
        }
        "networkSecurityGroup.id" => ("--network-security-group", "networkSecurityGroup"),
        "routeTable.id" => ("--route-table", "routeTable"),
        _ => return None,
    };
    Some(match value.id()? {
        Some(target) => update.id(flag, &target),
        None => update.flag("--remove", member),
    })
}

fn interface(id: &ResourceId, property: &str, value: &Value) -> Option<Command> {
    let update = Command::of("network nic update", id).name(id.name());
    match property {
        "enableIPForwarding" => Some(update.flag("--ip-forwarding", value.truth()?.to_string())),
        "networkSecurityGroup.id" => Some(match value.id()? {
            Some(group) => update.id("--network-security-group", &group),
            None => update.flag("--remove", "networkSecurityGroup"),
        }),
        _ => None,
    }
}

fn link(id: &ResourceId, property: &str, value: &Value) -> Option<Command> {
    let parent = id.parent()?;
    (property == "resolutionPolicy").then_some(())?;
    let update = Command::of("network private-dns link vnet update", id);
    Some(update.flag("--zone-name", parent.name()).name(id.name()).flag("--resolution-policy", value.text()?))
}

/// az can approve and reject; the other states come about by themselves.
fn connection(id: &ResourceId, value: &Value) -> Option<Command> {
    let verb = match ConnectionState::parse(value.text()?)? {
        ConnectionState::Approved => "approve",
        ConnectionState::Rejected => "reject",
        ConnectionState::Pending | ConnectionState::Disconnected => return None,
    };
    Some(Command::new(&format!("network private-endpoint-connection {verb}")).id("--id", id))
}

/// Azure takes the subnet of an API Management service only together with the mode, and no mode without a subnet.
/// Its documents have certificates that are never read: only what changes is sent.
fn gateway(id: &ResourceId, property: &str, value: &Value) -> Option<Command> {
    (property == "virtualNetworkConfiguration.subnetResourceId").then_some(())?;
    let properties = match value.id()? {
        Some(subnet) => serde_json::json!({
            "virtualNetworkType": "External",
            "virtualNetworkConfiguration": { "subnetResourceId": subnet.as_str() },
        }),
        None => serde_json::json!({ "virtualNetworkType": "None", "virtualNetworkConfiguration": null }),
    };
    Some(Command::new("resource patch").id("--ids", id).flag("--properties", properties.to_string()))
}

fn app(id: &ResourceId, property: &str, value: &Value) -> Option<Command> {
    if property == "virtualNetworkSubnetId" {
        return match value.id()? {
            Some(subnet) => {
                let network = subnet.parent()?;
                let add = Command::of("webapp vnet-integration add", id).name(id.name());
                Some(add.id("--vnet", &network).flag("--subnet", subnet.name()))
            }
            None => Some(Command::of("webapp vnet-integration remove", id).name(id.name())),
        };
    }
    if let Some(member) = property.strip_prefix("outboundVnetRouting.") {
        let update = Command::new("resource update").id("--ids", id);
        return Some(update.flag("--set", format!("properties.outboundVnetRouting.{member}={}", value.truth()?)));
    }
    if property == "dnsConfiguration.dnsServers" {
        let servers = match value {
            Value::Nothing => String::new(),
            Value::Text(list) => list.split(',').map(|one| format!("\"{}\"", one.trim())).collect::<Vec<_>>().join(","),
            Value::Truth(_) => return None,
        };
        let update = Command::new("resource update").id("--ids", id);
        return Some(update.flag("--set", format!("properties.dnsConfiguration.dnsServers=[{servers}]")));
    }
    let set = Command::of("webapp config set", id).name(id.name());
    Some(set.flag("--vnet-route-all-enabled", value.truth()?.to_string()))
}
