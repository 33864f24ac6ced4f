//! What is played where a security group drops the call?

use super::{ANSWER, Act, CHECK, CURL, CURL_SAYS, NAMES, OPERATOR, VM, step};

/// The act.
pub(super) const ACT: Act = Act {
    scenario: "nsg-deny",
    title: "Gotcha 3: a security group blocks port 443",
    about: "The endpoint's subnet has network policies enabled, and a rule of its security group drops the call. A drop \
            is a time-out, never a refusal.",
    chaos: None,
    steps: &[
        step("", VM, NAMES, &["10.1.2.4"], ANSWER),
        step("", VM, CURL, &["timed out"], CURL_SAYS),
        step(
            "",
            OPERATOR,
            "az network nsg rule list \\\n  --resource-group rg-networking \\\n  --nsg-name nsg-private-endpoints \\\n  --query \"[].{name:name, priority:priority, access:access, direction:direction}\" \\\n  --output table",
            &["deny-all"],
            &[],
        ),
        step(
            "",
            OPERATOR,
            "az network vnet subnet show \\\n  --resource-group rg-networking \\\n  --vnet-name hub-vnet \\\n  --name snet-private-endpoints \\\n  --query privateEndpointNetworkPolicies",
            &["Enabled"],
            &[],
        ),
        step(
            "The flow logs that the article reads are not there unless somebody made them:",
            OPERATOR,
            "az network watcher flow-log show --resource-group rg-networking --nsg nsg-private-endpoints",
            &["\"enabled\": false"],
            &["\"enabled\": false,"],
        ),
        step(
            "Azure makes no new ones for security groups any more. Those of a network need an account to store them in:",
            OPERATOR,
            "az storage account create -g rg-networking --name stflowlogs --sku Standard_LRS --query provisioningState",
            &["Succeeded"],
            &["Succeeded"],
        ),
        step(
            "",
            OPERATOR,
            "az network watcher flow-log create --location eastus --name log-nsg \\\n  --nsg /subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/rg-networking/providers/Microsoft.Network/networkSecurityGroups/nsg-private-endpoints \\\n  --storage-account /subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/rg-networking/providers/Microsoft.Storage/storageAccounts/stflowlogs",
            &["since 2025-06-30"],
            &["Message"],
        ),
        step(
            "",
            OPERATOR,
            "az network watcher flow-log create --location eastus --name log-spoke \\\n  --vnet /subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/rg-app/providers/Microsoft.Network/virtualNetworks/spoke-vnet \\\n  --storage-account /subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/rg-networking/providers/Microsoft.Storage/storageAccounts/stflowlogs",
            &["\"enabled\": true", "\"Succeeded\""],
            &["\"enabled\": true,", "\"name\"", "provisioningState"],
        ),
        step(
            "It would show the call at the machine that makes it. What arrives at an endpoint is never logged there.",
            OPERATOR,
            "az network watcher flow-log list --location eastus --query \"[].[name,enabled]\" -o tsv",
            &["log-spoke\tTrue"],
            &[],
        ),
        step("", "", CHECK, &["NSG"], &[]),
        step(
            "The narrow fix, which keeps the group in force: a rule that allows the call.",
            OPERATOR,
            "az network nsg rule create \\\n  --resource-group rg-networking \\\n  --nsg-name nsg-private-endpoints \\\n  --name allow-app-443 --priority 100 --access Allow --protocol Tcp --direction Inbound \\\n  --source-address-prefixes 10.2.1.0/24 --destination-port-ranges 443",
            &["\"Succeeded\""],
            &["provisioningState"],
        ),
        step("", VM, CURL, &["HTTP/1.1 401"], CURL_SAYS),
        step("", "", CHECK, &["PRIVATE"], &[]),
        step(
            "Without it, the article's own fix: it switches the policies of the whole subnet off.",
            OPERATOR,
            "az network nsg rule delete -g rg-networking --nsg-name nsg-private-endpoints --name allow-app-443",
            &[],
            &[],
        ),
        step("", "", CHECK, &["NSG"], &[]),
        step(
            "",
            OPERATOR,
            "az network vnet subnet update \\\n  --resource-group rg-networking \\\n  --vnet-name hub-vnet \\\n  --name snet-private-endpoints \\\n  --disable-private-endpoint-network-policies true",
            &["\"privateEndpointNetworkPolicies\": \"Disabled\""],
            &["privateEndpointNetworkPolicies", "provisioningState"],
        ),
        step("", VM, CURL, &["HTTP/1.1 401"], CURL_SAYS),
        step("", "", CHECK, &["PRIVATE"], &[]),
    ],
};
