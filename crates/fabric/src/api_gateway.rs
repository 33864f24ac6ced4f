//! Where do the calls of an API Management service leave from, and which DNS servers does it ask?

use crate::networks::network_of;
use crate::standing::{App, Standing, missing, network_servers, place, settle};
use model::resource::{ApiManagement, GatewayMode, Subnet};
use model::{Because, Decided, Fact, FactRef, Known, Mark, ResourceId, Snapshot, Why};

/// Where an API Management service says the mode of its network.
pub const MODE: &str = "virtualNetworkType";

/// Where an API Management service says its subnet.
pub const SUBNET: &str = "virtualNetworkConfiguration.subnetResourceId";

static INJECTED: Fact = Fact {
    id: "injected-gateways-call-from-their-subnet",
    text: "An API Management service that is injected into a virtual network (Developer, Premium and Premium v2) calls its backends from its subnet, under the routes and the network security group of that subnet, and asks the DNS servers of the network; after these were changed the classic tiers want the network configuration applied again.",
    mark: Mark::Documented,
    source: "Azure documentation, api-management/virtual-network-concepts.md and api-management/inject-vnet-v2.md, read 2026-11-23",
};

static INTEGRATED: Fact = Fact {
    id: "v2-gateways-call-from-their-integration-subnet",
    text: "An API Management service of the tiers Standard v2 and Premium v2 that is integrated with a subnet, delegated to Microsoft.Web/serverFarms, reaches backends in that virtual network and in networks peered with it; it is called publicly all the same.",
    mark: Mark::Documented,
    source: "Azure documentation, api-management/integrate-vnet-outbound.md, read 2026-11-23",
};

static INTEGRATED_DNS: Fact = Fact {
    id: "v2-gateways-ask-the-dns-of-their-network",
    text: "An API Management service that is integrated with a virtual network asks the DNS servers of that network, as apps do that are integrated by the same delegation.",
    mark: Mark::Inferred,
    source: "from api-management/integrate-vnet-outbound.md (backends that are isolated in the network are reached) and app-service/overview-vnet-integration.md, read 2026-11-23",
};

static ALONE: Fact = Fact {
    id: "gateways-without-a-network-call-publicly",
    text: "By default the gateway of an API Management service is a gateway to public backends: without injection or integration its calls leave from the internet. A private endpoint of the service is for calls to it alone.",
    mark: Mark::Documented,
    source: "Azure documentation, api-management/virtual-network-concepts.md and api-management/private-endpoint.md, read 2026-11-23",
};

/// Where the gateway of an API Management service stands: that of its first region.
pub(crate) fn standing(snapshot: &Snapshot, id: &ResourceId) -> Decided<Standing> {
    let Some(service) = snapshot.find::<ApiManagement>(id) else { return missing("API Management service", id) };
    let subnet = match service.leaves_from() {
        Known::Value(Some(subnet)) => subnet,
        Known::Value(None) => {
            let text = format!("API Management service {} is in no virtual network: it calls from outside", id.name());
            let because = Because::new(text).fact(FactRef::new(id, MODE, GatewayMode::None.word())).rule(&ALONE);
            return Decided::value(Standing { gateway: Some(id.clone()), ..Standing::outside() }, because);
        }
        Known::Unknown(why) => {
            let text = format!("the network of API Management service {} is {}", id.name(), why.words());
            return Decided::unknown(why, Because::new(text));
        }
    };
    let Some(network) = network_of(subnet) else { return missing("the network of subnet", subnet) };
    let sources = snapshot.find::<Subnet>(subnet).map(|subnet| subnet.prefixes.clone()).unwrap_or_default();
    let integrated = is_integrated(snapshot, id, service);
    let (verb, rule) = if integrated { ("is integrated with", &INTEGRATED) } else { ("stands in", &INJECTED) };
    let text = format!("API Management service {} {verb} {}", id.name(), place(subnet));
    let mut because = Because::new(text).fact(FactRef::new(id, SUBNET, subnet.as_str())).rule(rule);
    if integrated {
        because = because.part(Because::new("which DNS servers it asks is not said by Azure").rule(&INTEGRATED_DNS));
    }
    let rule = if integrated { &INTEGRATED_DNS } else { &INJECTED };
    settle(network_servers(snapshot, &network), rule, because, |servers| Standing {
        network: Some(network.clone()),
        subnet: Some(subnet.clone()),
        sources: sources.clone(),
        servers,
        // Azure says of integrated gateways that they reach what is in the network, and no more: whether they
        // send into it what is for public addresses is open.
        app: integrated.then(|| App { id: id.clone(), route_all: Known::Unknown(Why::Unsupported) }),
        gateway: Some(id.clone()),
        ..Standing::outside()
    })
}

/// True unless the tier is known to be one that is injected in this mode.
pub(crate) fn is_integrated(snapshot: &Snapshot, id: &ResourceId, service: &ApiManagement) -> bool {
    let tier = snapshot.get(id).and_then(|resource| resource.sku.as_deref()).map(str::to_ascii_lowercase);
    service.mode.is(&GatewayMode::External) && !matches!(tier.as_deref(), Some("developer" | "premium"))
}
