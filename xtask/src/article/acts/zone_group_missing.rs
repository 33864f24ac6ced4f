//! What is played where nobody writes the record?

use super::{ANSWER, Act, CHECK, NAMES, OPERATOR, VM, step};

/// The act.
pub(super) const ACT: Act = Act {
    scenario: "zone-group-missing",
    title: "Gotcha 1, third step: nobody writes the record",
    about: "The zones exist and are linked, but the endpoint has no zone group.",
    chaos: None,
    steps: &[
        step("", VM, NAMES, &["NXDOMAIN"], &["NXDOMAIN"]),
        step("", "", CHECK, &["DNS"], &[]),
        step(
            "The article's command names the zone without its group. `az` then takes the group of the endpoint, where \
             there is no such zone:",
            OPERATOR,
            "az network private-endpoint dns-zone-group create \\\n  --resource-group rg-ai \\\n  --endpoint-name pe-openai-eastus \\\n  --name dns-group \\\n  --private-dns-zone \"privatelink.openai.azure.com\" \\\n  --zone-name openai",
            &["InvalidResourceReference"],
            &["Code"],
        ),
        step(
            "With the whole id of the zone it works:",
            OPERATOR,
            "az network private-endpoint dns-zone-group create \\\n  --resource-group rg-ai \\\n  --endpoint-name pe-openai-eastus \\\n  --name dns-group \\\n  --private-dns-zone /subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/rg-networking/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com \\\n  --zone-name openai",
            &["\"Succeeded\""],
            &["provisioningState"],
        ),
        step(
            "",
            OPERATOR,
            "az network private-dns record-set a list -g rg-networking -z privatelink.openai.azure.com --query \"[].[name,ttl,aRecords[0].ipv4Address]\" -o tsv",
            &["yourresource\t10\t10.1.2.4"],
            &[],
        ),
        step("", VM, NAMES, &["10.1.2.4"], ANSWER),
        step("", "", CHECK, &["PRIVATE"], &[]),
    ],
};
