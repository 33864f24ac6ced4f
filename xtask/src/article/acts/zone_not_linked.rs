//! What is played where the name resolves to the wrong address?

use super::{ANSWER, Act, CALL, CHECK, NAMES, OPERATOR, VM, step};

/// The act.
pub(super) const ACT: Act = Act {
    scenario: "zone-not-linked",
    title: "Gotcha 1: the name resolves to the wrong address",
    about: "The private DNS zone is linked to the hub and not to the spoke that the application is in.",
    chaos: None,
    steps: &[
        step("The symptom:", VM, NAMES, &["203.0.113.10"], ANSWER),
        step("", VM, CALL, &["403", "Public access is disabled"], &[]),
        step("What privpath says:", "", CHECK, &["DNS"], &[]),
        step(
            "The article's first command creates the zone. Here it exists, and ARM says so:",
            OPERATOR,
            "az network private-dns zone create \\\n  --resource-group rg-networking \\\n  --name \"privatelink.openai.azure.com\"",
            &["PreconditionFailed"],
            &["ERROR"],
        ),
        step(
            "The link is the fix:",
            OPERATOR,
            "az network private-dns link vnet create \\\n  --resource-group rg-networking \\\n  --zone-name \"privatelink.openai.azure.com\" \\\n  --name link-to-spoke-vnet \\\n  --virtual-network /subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/rg-app/providers/Microsoft.Network/virtualNetworks/spoke-vnet \\\n  --registration-enabled false",
            &["\"Succeeded\"", "Completed"],
            &["State", "\"name\""],
        ),
        step("And the symptom is gone:", VM, NAMES, &["10.1.2.4"], ANSWER),
        step("", VM, CALL, &["This is the privpath lab."], &[]),
        step("", "", CHECK, &["PRIVATE"], &[]),
        step(
            "The management packages for Python read the same estate, each resource in its list and by its name:",
            OPERATOR,
            "python read.py",
            &[
                "endpoint pe-openai-eastus",
                "link link-to-hub-vnet link-to-spoke-vnet",
                "of privatelink.openai.azure.com ['10.1.2.4']",
                "connection of pe-openai-eastus PrivateEndpointServiceConnectionStatus.APPROVED",
            ],
            &[],
        ),
    ],
};
