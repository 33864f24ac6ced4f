//! Who calls the accounts? Machines and a web app in each spoke.

use super::address::Place;
use super::{Estate, REGION, guid, id, resource};
use serde_json::{Value, json};

const MACHINES: u32 = 4;
const INTERFACES: &str = "Microsoft.Network/networkInterfaces";

/// The machines and the web app of a spoke.
pub(super) fn add(estate: &mut Estate, place: &Place) {
    for machine in 0..MACHINES {
        let name = format!("vm-{}-{machine}", place.label());
        let interface = id(&place.group(), INTERFACES, &format!("{name}-nic"));
        let own = id(&place.group(), "Microsoft.Compute/virtualMachines", &name);
        estate.add("networkInterfaces", interface_document(place, machine, &interface, &own));
        let properties = json!({
            "provisioningState": "Succeeded",
            "hardwareProfile": { "vmSize": "Standard_D2s_v5" },
            "networkProfile": { "networkInterfaces": [{ "id": interface, "properties": { "primary": true } }] },
        });
        estate.add("virtualMachines", resource(&own, "Microsoft.Compute/virtualMachines", REGION, &properties));
    }
    estate.add("sites", web_app(place));
}

fn interface_document(place: &Place, machine: u32, interface: &str, own: &str) -> Value {
    let configuration = json!({
        "name": "ipconfig1",
        "id": format!("{interface}/ipConfigurations/ipconfig1"),
        "type": format!("{INTERFACES}/ipConfigurations"),
        "properties": {
            "provisioningState": "Succeeded",
            "privateIPAddress": place.address(4 + machine),
            "privateIPAllocationMethod": "Dynamic",
            "privateIPAddressVersion": "IPv4",
            "primary": true,
            "subnet": { "id": place.subnet("snet-app") },
        },
    });
    let properties = json!({
        "provisioningState": "Succeeded",
        "resourceGuid": guid(4, place.number * 8 + usize::try_from(machine).unwrap_or(0)),
        "ipConfigurations": [configuration],
        "dnsSettings": { "dnsServers": [], "appliedDnsServers": [] },
        "enableIPForwarding": false,
        "primary": true,
        "virtualMachine": { "id": own },
    });
    resource(interface, INTERFACES, REGION, &properties)
}

fn web_app(place: &Place) -> Value {
    let name = format!("your-app-service-{}", place.label());
    let endpoint = format!("https://account{}.openai.azure.com", place.label());
    let properties = json!({
        "state": "Running",
        "enabled": true,
        "defaultHostName": format!("{name}.azurewebsites.net"),
        "hostNames": [format!("{name}.azurewebsites.net")],
        "virtualNetworkSubnetId": place.subnet("snet-app-service"),
        "outboundVnetRouting": {
            "allTraffic": false, "applicationTraffic": false, "contentShareTraffic": false,
            "imagePullTraffic": false, "backupRestoreTraffic": false,
        },
        "siteConfig": {
            "vnetRouteAllEnabled": false,
            "linuxFxVersion": "PYTHON|3.12",
            "appSettings": [{ "name": "AZURE_OPENAI_ENDPOINT", "value": endpoint }],
        },
        "publicNetworkAccess": "Enabled",
    });
    let mut document =
        resource(&id(&place.group(), "Microsoft.Web/sites", &name), "Microsoft.Web/sites", REGION, &properties);
    document["kind"] = json!("app,linux");
    document
}
