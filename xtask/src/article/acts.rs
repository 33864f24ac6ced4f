//! What is played? The four gotchas of the article: symptom, what `check` says, the fix, and the end of the symptom.

/// One gotcha.
pub(super) struct Act {
    pub(super) scenario: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    /// The seed of the ARM API's bad days, if it has any.
    pub(super) chaos: Option<&'static str>,
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
    /// A server: it runs on, until the act ends or another one takes its place.
    pub(super) serves: bool,
}

const fn step(
    says: &'static str,
    at: &'static str,
    run: &'static str,
    wanted: &'static [&'static str],
    kept: &'static [&'static str],
) -> Step {
    Step { says, at, run, wanted, kept, serves: false }
}

/// A server that is awaited until it says that it serves.
const fn server(says: &'static str, at: &'static str, run: &'static str, ready: &'static [&'static str]) -> Step {
    Step { says, at, run, wanted: ready, kept: ready, serves: true }
}

const VM: &str = "vm/app";
const APP: &str = "app/your-app-service";
const POD: &str = "aks/aks-app";
const OPERATOR: &str = "operator";
const CHECK: &str = "privpath check --lab article --quiet";
const NAMES: &str = "nslookup yourresource.openai.azure.com";
const CALL: &str = "python call.py";
const ANSWER: &[&str] = &["Server", "canonical", "Name", "Address"];
const CURL: &str = "curl -k -v -sS --max-time 5 https://yourresource.openai.azure.com --resolve yourresource.openai.azure.com:443:10.1.2.4";
const CURL_SAYS: &[&str] = &["< HTTP/", "SSL connection", "timed out after", "issuer"];

/// How the page begins.
pub(super) const INTRODUCTION: &str = "\
<!-- Written by `cargo xtask article`; edit xtask/src/article/acts.rs instead. -->

# The article, played

privpath grew from an article on private endpoints for Azure OpenAI and the four gotchas that nobody warns about. Here
its commands run in the lab: `az`, `nslookup`, `curl`, `unbound` and the `openai` package for Python, unmodified, in network
namespaces without a way out of the machine. What they say is what you read; lengths of time are left out.

The lab agrees with the documented behaviour of Azure, by our reading of it; where the article and the facts differ,
the page says so. Lines that begin with `operator$` run on a host that reaches the ARM API and nothing else
(`privpath lab exec operator -- az …`: no login, no configuration), those with `vm/app$`, `app/your-app-service$` or
`aks/aks-app$` on hosts of the estate, and a bare `$` is the machine that you sit at.

The program that calls the service, with a managed identity as the article writes it, the same for a pod, one that reads
the estate with the management packages, and what a DNS server of your own is told:
";

/// Programs that the steps run.
pub(super) const PROGRAMS: [(&str, &str); 4] = [
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
        "pod.py",
        r#"import os
from azure.identity import WorkloadIdentityCredential, get_bearer_token_provider
from openai import AzureOpenAI

client = AzureOpenAI(
    azure_endpoint=os.environ["AZURE_OPENAI_ENDPOINT"],
    azure_ad_token_provider=get_bearer_token_provider(
        WorkloadIdentityCredential(disable_instance_discovery=True), "https://cognitiveservices.azure.com/.default"
    ),
    api_version="2024-08-01-preview", max_retries=0, timeout=5,
)
answer = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hello"}])
print(answer.choices[0].message.content)
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
network, dns = NetworkManagementClient(who, where), PrivateDnsManagementClient(who, where)
services = CognitiveServicesManagementClient(who, where)

def read(kind, listed, get):
    """Reads each resource of a list again by its name: both have to say the same."""
    listed = list(listed)
    for one in listed:
        assert get(one.name).as_dict() == one.as_dict(), one.id
    print(kind, *sorted(one.name for one in listed) or "-")

hub, spoke, ai = "rg-networking", "rg-app", "rg-ai"
zone, pe, account = "privatelink.openai.azure.com", "pe-openai-eastus", "yourresource"
for group, net, nsg in [(hub, "hub-vnet", "nsg-private-endpoints"), (spoke, "spoke-vnet", "nsg-app")]:
    read("network", network.virtual_networks.list(group), lambda name: network.virtual_networks.get(group, name))
    read("subnet", network.subnets.list(group, net), lambda name: network.subnets.get(group, net, name))
    peerings = network.virtual_network_peerings
    read("peering", peerings.list(group, net), lambda name: peerings.get(group, net, name))
    groups = network.network_security_groups
    read("security group", groups.list(group), lambda name: groups.get(group, name))
    read("rule", network.security_rules.list(group, nsg), lambda name: network.security_rules.get(group, nsg, name))
    read("route table", network.route_tables.list(group), lambda name: network.route_tables.get(group, name))
    cards = network.network_interfaces
    read("interface", cards.list(group), lambda name: cards.get(group, name))
read("interface", network.network_interfaces.list(ai), lambda name: network.network_interfaces.get(ai, name))
read("endpoint", network.private_endpoints.list(ai), lambda name: network.private_endpoints.get(ai, name))
zone_groups = network.private_dns_zone_groups
read("zone group", zone_groups.list(pe, ai), lambda name: zone_groups.get(ai, pe, name))
read("zone", dns.private_zones.list_by_resource_group(hub), lambda name: dns.private_zones.get(hub, name))
links = dns.virtual_network_links
read("link", links.list(hub, zone), lambda name: links.get(hub, zone, name))
records = dns.record_sets
read("record", records.list_by_type(hub, zone, "A"), lambda name: records.get(hub, zone, "A", name))
read("record", records.list_by_type(hub, zone, "SOA"), lambda name: records.get(hub, zone, "SOA", name))
read("account", services.accounts.list_by_resource_group(ai), lambda name: services.accounts.get(ai, name))
connections = services.private_endpoint_connections
for connection in connections.list(ai, account).value:
    assert connections.get(ai, account, connection.name).as_dict() == connection.as_dict()
    print("connection of", connection.properties.private_endpoint.id.rsplit("/", 1)[1],
          connection.properties.private_link_service_connection_state.status)
print("of", pe, [config.fqdn for config in network.private_endpoints.get(ai, pe).custom_dns_configs])
print("of", zone, [a.ipv4_address for a in records.get(hub, zone, "A", account).a_records])
"#,
    ),
    (
        "unbound.conf",
        r#"server:
  interface: 10.2.1.4
  access-control: 10.0.0.0/8 allow
  module-config: "iterator"
  do-ip6: no
  username: ""
  chroot: ""
  directory: ""
  pidfile: ""
  use-syslog: no
  logfile: ""
forward-zone:
  name: "."
  forward-addr: 203.0.113.53
"#,
    ),
];

/// The gotchas, in the order of the article.
pub(super) const ACTS: &[Act] = &[
    Act {
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
    },
    Act {
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
    },
    Act {
        scenario: "healthy",
        title: "Gotcha 1, with a DNS server of your own",
        about: "The spoke shall ask a DNS server of its own, on the machine 10.2.1.4. `unbound` runs there and forwards to \
                a resolver on the internet, which knows no private zone.",
        chaos: None,
        steps: &[
            step(
                "",
                OPERATOR,
                "az network vnet update -g rg-app -n spoke-vnet --dns-servers 10.2.1.4 --query dhcpOptions.dnsServers -o tsv",
                &["10.2.1.4"],
                &[],
            ),
            server("", VM, "unbound -d -c unbound.conf", &["start of service"]),
            step("The symptom:", VM, NAMES, &["203.0.113.10"], ANSWER),
            step("", VM, CALL, &["403", "Public access is disabled"], &[]),
            step("What privpath says:", "", CHECK, &["PUBLIC", "dns"], &[]),
            step(
                "No Azure API tells what a server forwards. The whole report names the server, and what it was seen to say:",
                "",
                "privpath check --lab article",
                &["names are asked at 10.2.1.4"],
                &["10.2.1.4", "203.0.113.10 is a public"],
            ),
            step(
                "The fix, as the article has it: the server forwards to Azure's own, which hears it inside the network.",
                VM,
                "sed -i s/203.0.113.53/168.63.129.16/ unbound.conf && tail -1 unbound.conf",
                &["168.63.129.16"],
                &[],
            ),
            server("", VM, "unbound -d -c unbound.conf", &["start of service"]),
            step("And the symptom is gone:", VM, NAMES, &["10.1.2.4"], ANSWER),
            step("", VM, CALL, &["This is the privpath lab."], &[]),
            step("", "", CHECK, &["PRIVATE"], &[]),
        ],
    },
    Act {
        scenario: "pod",
        title: "From a pod",
        about: "The article calls from AKS, too. Nothing is wrong here: the pod's token is exchanged at the sign-in host \
                on the internet (workload identity), and the call takes the endpoint.",
        chaos: None,
        steps: &[
            step("", POD, NAMES, &["10.1.2.4"], ANSWER),
            step("", POD, "env | grep ^AZURE_ | cut -d= -f1 | sort", &["AZURE_FEDERATED_TOKEN_FILE"], &[]),
            step("", POD, "python pod.py", &["This is the privpath lab."], &[]),
            step("", "", CHECK, &["PRIVATE"], &[]),
        ],
    },
    Act {
        scenario: "route-all-off",
        title: "Gotcha 2: App Service does not route into the network",
        about: "The article says that route-all is needed for private endpoints. Addresses of RFC 1918 go into the network \
                without it; it is needed for an endpoint elsewhere, such as this one in 100.64.0.0/10.",
        chaos: None,
        steps: &[
            step(
                "The name is right, and the virtual machine is answered:",
                VM,
                CALL,
                &["This is the privpath lab."],
                &[],
            ),
            step("The app is not:", APP, NAMES, &["100.64.2.4"], ANSWER),
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
    },
    Act {
        scenario: "wrong-endpoint",
        title: "Gotcha 4: the client has the wrong URL",
        about: "The endpoint setting names the host of the region, which no private endpoint serves.",
        chaos: None,
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
    Act {
        scenario: "zone-not-linked",
        title: "On a bad day",
        about: "The ARM API throttles, fails and cuts connections (`privpath lab up zone-not-linked --chaos 7`). `az` waits \
                and asks again by itself, and so does privpath.",
        chaos: Some("7"),
        steps: &[
            step(
                "",
                OPERATOR,
                "az network private-dns zone list --query \"[].name\" -o tsv; az network vnet list --query \"[].name\" -o tsv",
                &["hub-vnet", "spoke-vnet"],
                &[],
            ),
            step("", "", CHECK, &["DNS003"], &[]),
        ],
    },
];
