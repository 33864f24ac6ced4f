//! Which programs and settings are laid beside the steps of the article?

/// Programs that the steps run, by name.
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
