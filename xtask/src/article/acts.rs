//! What is played? The four gotchas of the article: symptom, what `check` says, the fix, and the end of the symptom.

/// One gotcha.
pub(super) struct Act {
    pub(super) scenario: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    pub(super) steps: &'static [Step],
}

/// One command.
pub(super) struct Step {
    /// What the reader should know before; may be empty.
    pub(super) says: &'static str,
    /// The host that it runs on; empty for this machine.
    pub(super) at: &'static str,
    /// A line of a shell; on this machine a `privpath` command.
    pub(super) run: &'static str,
    /// What it has to say.
    pub(super) wanted: &'static [&'static str],
    /// Lines with one of these are shown; without any, all lines.
    pub(super) kept: &'static [&'static str],
}

const fn step(
    says: &'static str,
    at: &'static str,
    run: &'static str,
    wanted: &'static [&'static str],
    kept: &'static [&'static str],
) -> Step {
    Step { says, at, run, wanted, kept }
}

const VM: &str = "vm/app";
const APP: &str = "app/your-app-service";
const OPERATOR: &str = "operator";
const CHECK: &str = "privpath check --lab article --quiet";
const NAMES: &str = "nslookup yourresource.openai.azure.com";
const CALL: &str = "python call.py";
const CURL: &str = "curl -k -v -sS --max-time 5 https://yourresource.openai.azure.com --resolve yourresource.openai.azure.com:443:10.1.2.4";
const CURL_SAYS: &[&str] = &["< HTTP/", "SSL connection", "timed out after", "issuer"];

/// How the page begins.
pub(super) const INTRODUCTION: &str = "\
<!-- Written by `cargo xtask article`; edit xtask/src/article/acts.rs instead. -->

# The article, played

privpath grew from an article on private endpoints for Azure OpenAI and the four gotchas that nobody warns about. Here
its commands run in the lab: `az`, `nslookup`, `curl` and the `openai` package for Python, unmodified, in network
namespaces without a way out of the machine. What they say is what you read; lengths of time are left out.

The lab agrees with the documented behaviour of Azure, by our reading of it; where the article and the facts differ,
the page says so. Lines that begin with `operator$` run on a host that reaches the ARM API and nothing else
(`privpath lab exec operator -- az …`: no login, no configuration), those with `vm/app$` or `app/your-app-service$` on
hosts of the estate, and a bare `$` is the machine that you sit at.

The program that calls the service, with a managed identity as the article writes it, and one that reads the estate with
the management packages:
";

/// Programs that the steps run.
pub(super) const PROGRAMS: [(&str, &str); 2] = [
    (
        "call.py",
        r#"import os
from azure.identity import ManagedIdentityCredential
from openai import AzureOpenAI

client = AzureOpenAI(
    azure_endpoint=os.environ["AZURE_OPENAI_ENDPOINT"],
    azure_ad_token_provider=lambda: ManagedIdentityCredential().get_token("https://cognitiveservices.azure.com/.default").token,
    api_version="2024-08-01-preview", max_retries=0, timeout=5,
)
try:
    answer = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}])
    print(answer.choices[0].message.content)
except Exception as why:
    print(f"{type(why).__name__}: {why}")
"#,
    ),
    (
        "read.py",
        r#"import os
from azure.identity import ManagedIdentityCredential
from azure.mgmt.cognitiveservices import CognitiveServicesManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.privatedns import PrivateDnsManagementClient

who, where = ManagedIdentityCredential(), os.environ["AZURE_SUBSCRIPTION_ID"]
for endpoint in NetworkManagementClient(who, where).private_endpoints.list_by_subscription():
    print("endpoint", endpoint.name, [config.fqdn for config in endpoint.custom_dns_configs or []])
zones = PrivateDnsManagementClient(who, where)
for link in zones.virtual_network_links.list("rg-networking", "privatelink.openai.azure.com"):
    print("link", link.name, link.virtual_network_link_state)
for record in zones.record_sets.list("rg-networking", "privatelink.openai.azure.com"):
    print("record", record.name, [a.ipv4_address for a in record.a_records or []])
for account in CognitiveServicesManagementClient(who, where).accounts.list():
    print("account", account.name, account.properties.public_network_access)
"#,
    ),
];

/// The gotchas, in the order of the article.
pub(super) const ACTS: &[Act] = &[
    Act {
        scenario: "zone-not-linked",
        title: "Gotcha 1: the name resolves to the wrong address",
        about: "The private DNS zone is linked to the hub and not to the spoke that the application is in.",
        steps: &[
            step("The symptom:", VM, NAMES, &["203.0.113.10"], &["Server", "canonical", "Name", "Address"]),
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
            step("And the symptom is gone:", VM, NAMES, &["10.1.2.4"], &["Server", "canonical", "Name", "Address"]),
            step("", VM, CALL, &["This is the privpath lab."], &[]),
            step("", "", CHECK, &["PRIVATE"], &[]),
            step(
                "The management packages for Python read the same estate:",
                OPERATOR,
                "python read.py",
                &[
                    "endpoint pe-openai-eastus",
                    "link link-to-spoke-vnet Completed",
                    "record yourresource ['10.1.2.4']",
                    "account yourresource",
                ],
                &[],
            ),
        ],
    },
    Act {
        scenario: "zone-group-missing",
        title: "Gotcha 1, third step: nobody writes the record",
        about: "The zones exist and are linked, but the endpoint has no zone group.",
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
            step("", VM, NAMES, &["10.1.2.4"], &["Server", "canonical", "Name", "Address"]),
            step("", "", CHECK, &["PRIVATE"], &[]),
        ],
    },
    Act {
        scenario: "route-all-off",
        title: "Gotcha 2: App Service does not route into the network",
        about: "The article says that route-all is needed for private endpoints. Addresses of RFC 1918 go into the network \
                without it; it is needed for an endpoint elsewhere, such as this one in 100.64.0.0/10.",
        steps: &[
            step(
                "The name is right, and the virtual machine is answered:",
                VM,
                CALL,
                &["This is the privpath lab."],
                &[],
            ),
            step("The app is not:", APP, NAMES, &["100.64.2.4"], &["Server", "canonical", "Name", "Address"]),
            step("", APP, CALL, &["timed out"], &[]),
            step("", "", CHECK, &["RTE"], &[]),
            step(
                "The fix, word for word:",
                OPERATOR,
                "az webapp config set \\\n  --resource-group rg-app \\\n  --name your-app-service \\\n  --generic-configurations '{\"vnetRouteAllEnabled\": true}'",
                &["\"vnetRouteAllEnabled\": true"],
                &["vnetRouteAllEnabled"],
            ),
            step(
                "",
                OPERATOR,
                "az webapp show --resource-group rg-app --name your-app-service --query siteConfig.vnetRouteAllEnabled",
                &["true"],
                &[],
            ),
            step("", APP, CALL, &["This is the privpath lab."], &[]),
            step("", "", CHECK, &["PRIVATE"], &[]),
        ],
    },
    Act {
        scenario: "nsg-deny",
        title: "Gotcha 3: a security group blocks port 443",
        about: "The endpoint's subnet has network policies enabled, and a rule of its security group drops the call. A drop \
                is a time-out, never a refusal.",
        steps: &[
            step("", VM, NAMES, &["10.1.2.4"], &["Server", "canonical", "Name", "Address"]),
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
    },
    Act {
        scenario: "wrong-endpoint",
        title: "Gotcha 4: the client has the wrong URL",
        about: "The endpoint setting names the host of the region, which no private endpoint serves.",
        steps: &[
            step(
                "",
                VM,
                "python -c 'import os; print(os.environ.get(\"AZURE_OPENAI_ENDPOINT\"))'",
                &["eastus.api"],
                &[],
            ),
            step("", VM, CALL, &["custom subdomain"], &[]),
            step("", "", CHECK, &["CLN004"], &[]),
            step(
                "The fix is in the application's settings; in the lab, one line:",
                "",
                "privpath lab change --lab article 'env AZURE_OPENAI_ENDPOINT=https://yourresource.openai.azure.com'",
                &["AZURE_OPENAI_ENDPOINT"],
                &[],
            ),
            step("", VM, CALL, &["This is the privpath lab."], &[]),
            step(
                "",
                "",
                "privpath check https://yourresource.openai.azure.com --lab article --quiet",
                &["PRIVATE"],
                &[],
            ),
        ],
    },
];
