//! What stands behind a private endpoint? An account, the endpoint, its NIC, its records.

use super::address::Place;
use super::network::zone;
use super::{Estate, REGION, SUFFIXES, guid, id, resource};
use serde_json::{Value, json};

const ACCOUNTS: &str = "Microsoft.CognitiveServices/accounts";
const ENDPOINTS: &str = "Microsoft.Network/privateEndpoints";
const INTERFACES: &str = "Microsoft.Network/networkInterfaces";

/// The ids that the documents of one account share.
struct Names {
    label: String,
    account: String,
    endpoint: String,
    interface: String,
    connection: String,
}

impl Names {
    fn of(place: &Place) -> Self {
        let label = format!("account{}", place.label());
        let account = id(&place.group(), ACCOUNTS, &label);
        let name = format!("pe-openai-{}", place.label());
        let connection = format!("{account}/privateEndpointConnections/{name}");
        let interface = id(&place.group(), INTERFACES, &format!("{name}.nic"));
        Self { label, account, endpoint: id(&place.group(), ENDPOINTS, &name), interface, connection }
    }

    fn public_names(&self) -> Vec<String> {
        SUFFIXES.iter().map(|suffix| format!("{}.{suffix}", self.label)).collect()
    }
}

/// The account of a spoke and everything of its endpoint.
pub(super) fn add(estate: &mut Estate, place: &Place) {
    let names = Names::of(place);
    estate.add("accounts", account(&names));
    let required: Vec<String> = SUFFIXES.iter().map(|suffix| format!("privatelink.{suffix}")).collect();
    let link = json!({
        "groupId": "account", "displayName": "account", "requiredMembers": ["default"], "requiredZoneNames": required,
    });
    let link_id = format!("{}/privateLinkResources/account", names.account);
    estate.add("privateLinkResources", resource(&link_id, &format!("{ACCOUNTS}/privateLinkResources"), "", &link));
    estate.add("privateEndpoints", endpoint(&names, place));
    estate.add("networkInterfaces", interface(&names, place));
    estate.add("privateDnsZoneGroups", zone_group(&names, place));
    for suffix in SUFFIXES {
        estate.add("ALL", record(&names, place, suffix));
    }
}

fn account(names: &Names) -> Value {
    let connection = json!({
        "id": names.connection,
        "name": names.connection.rsplit('/').next(),
        "type": format!("{ACCOUNTS}/privateEndpointConnections"),
        "location": REGION,
        "properties": {
            "privateEndpoint": { "id": names.endpoint },
            "groupIds": ["account"],
            "privateLinkServiceConnectionState": {
                "status": "Approved", "description": "Approved", "actionsRequired": "None",
            },
            "provisioningState": "Succeeded",
        },
    });
    let properties = json!({
        "endpoint": format!("https://{}.openai.azure.com/", names.label),
        "customSubDomainName": names.label,
        "publicNetworkAccess": "Disabled",
        "networkAcls": { "defaultAction": "Deny", "ipRules": [], "virtualNetworkRules": [] },
        "disableLocalAuth": true,
        "privateEndpointConnections": [connection],
        "provisioningState": "Succeeded",
    });
    let mut document = resource(&names.account, ACCOUNTS, REGION, &properties);
    document["kind"] = json!("OpenAI");
    document["sku"] = json!({ "name": "S0" });
    document
}

fn endpoint(names: &Names, place: &Place) -> Value {
    let name = names.endpoint.rsplit('/').next().unwrap_or_default();
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(2, place.number),
        "subnet": { "id": place.endpoint_subnet() },
        "networkInterfaces": [{ "id": names.interface }],
        "customNetworkInterfaceName": "",
        "manualPrivateLinkServiceConnections": [],
        "privateLinkServiceConnections": [{
            "name": name,
            "properties": {
                "provisioningState": "Succeeded",
                "privateLinkServiceId": names.account,
                "groupIds": ["account"],
                "privateLinkServiceConnectionState": {
                    "status": "Approved", "description": "Approved", "actionsRequired": "None",
                },
            },
        }],
        "customDnsConfigs": [],
        "ipConfigurations": [],
    });
    resource(&names.endpoint, ENDPOINTS, REGION, &properties)
}

fn interface(names: &Names, place: &Place) -> Value {
    let configuration = json!({
        "name": "default",
        "id": format!("{}/ipConfigurations/default", names.interface),
        "type": format!("{INTERFACES}/ipConfigurations"),
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": place.endpoint_address(),
            "privateIPAllocationMethod": "Dynamic",
            "privateIPAddressVersion": "IPv4",
            "primary": true,
            "subnet": { "id": place.endpoint_subnet() },
            "privateLinkConnectionProperties": {
                "groupId": "account", "requiredMemberName": "default", "fqdns": names.public_names(),
            },
        },
    });
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(3, place.number),
        "ipConfigurations": [configuration],
        "dnsSettings": { "dnsServers": [], "appliedDnsServers": [] },
        "enableIPForwarding": false,
        "privateEndpoint": { "id": names.endpoint },
        "nicType": "Standard",
    });
    resource(&names.interface, INTERFACES, REGION, &properties)
}

fn zone_group(names: &Names, place: &Place) -> Value {
    let configurations: Vec<Value> = SUFFIXES
        .iter()
        .map(|suffix| {
            let record = json!({
                "recordType": "A", "recordSetName": names.label, "ttl": 10, "provisioningState": "Succeeded",
                "fqdn": format!("{}.privatelink.{suffix}", names.label), "ipAddresses": [place.endpoint_address()],
            });
            json!({
                "name": suffix.replace('.', "-"),
                "properties": { "privateDnsZoneId": zone(&place.zone_group(), suffix), "recordSets": [record] },
            })
        })
        .collect();
    let id = format!("{}/privateDnsZoneGroups/dns-group", names.endpoint);
    let properties = json!({ "provisioningState": "Succeeded", "privateDnsZoneConfigs": configurations });
    resource(&id, &format!("{ENDPOINTS}/privateDnsZoneGroups"), "", &properties)
}

fn record(names: &Names, place: &Place, suffix: &str) -> Value {
    let zone = zone(&place.zone_group(), suffix);
    let creator = format!(
        "created by private endpoint {} with resource guid {}",
        names.endpoint.rsplit('/').next().unwrap_or_default(),
        guid(2, place.number)
    );
    let properties = json!({
        "metadata": { "creator": creator },
        "fqdn": format!("{}.privatelink.{suffix}.", names.label),
        "ttl": 10,
        "isAutoRegistered": false,
        "aRecords": [{ "ipv4Address": place.endpoint_address() }],
    });
    resource(&format!("{zone}/A/{}", names.label), "Microsoft.Network/privateDnsZones/A", "", &properties)
}
