//! Which general facts about routes decide? Each once, with its source.

use model::{Fact, Mark};

/// The endpoint's own route.
pub(super) static SYSTEM_ROUTE: Fact = Fact {
    id: "endpoint-route-in-own-and-peered-networks",
    text: "A private endpoint puts a /32 route for its address into its own virtual network and into directly peered ones.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/disable-private-endpoint-network-policy.md and private-endpoint-overview.md, read 2026-11-22",
};

/// Who reaches an endpoint from outside of Azure.
pub(super) static FROM_PREMISES: Fact = Fact {
    id: "endpoint-is-reached-from-premises",
    text: "A private endpoint is reached from on premises over a VPN or the private peering of ExpressRoute.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/private-endpoint-overview.md, read 2026-11-22",
};

/// Peering joins two networks and no third.
pub(super) static NOT_TRANSITIVE: Fact = Fact {
    id: "peering-is-not-transitive",
    text: "A network hears a private endpoint from its own network or over a peering that is Connected; peering is not transitive.",
    mark: Mark::Recorded,
    source: "failure mode route-no-path-to-pe-vnet: plan-private-endpoints lab and azure-privatelink-routing topologies, read 2026-11-22",
};

/// When a user route wins over the endpoint's own.
pub(super) static SMALL_ROUTE: Fact = Fact {
    id: "user-route-against-the-endpoint-route",
    text: "A user route overrides the /32 of an endpoint only when the endpoint's subnet has route-table policy and the route is at least as narrow as the network's address range; 0.0.0.0/0 never does.",
    mark: Mark::Inferred,
    source: "from disable-private-endpoint-network-policy.md and virtual-networks-udr-overview.md, read 2026-11-22",
};

/// What next hop None does.
pub(super) static NONE_DROPS: Fact = Fact {
    id: "next-hop-none-drops",
    text: "A user route with next hop None drops the packet silently.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-networks-udr-overview.md, read 2026-11-22",
};

/// What an app keeps out of its network.
pub(super) static ROUTE_ALL: Fact = Fact {
    id: "app-service-routes-rfc1918-without-route-all",
    text: "Without route-all, App Service sends RFC 1918 destinations into the integrated network and everything else by its own way out.",
    mark: Mark::Inferred,
    source: "from app-service/overview-vnet-integration.md, read 2026-11-22",
};

/// What Azure routes nowhere by itself.
pub(super) static RESERVED: Fact = Fact {
    id: "system-routes-drop-private-ranges",
    text: "Azure's own routes send 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 and 100.64.0.0/10 nowhere, except for the address space of the network and of its peers; a user route of the same or a longer prefix wins.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-networks-udr-overview.md, read 2026-11-22",
};

/// Private addresses are nobody's on the internet (RFC 1918, RFC 6598).
pub(super) static NOT_ROUTED: Fact = Fact {
    id: "internet-does-not-route-private-addresses",
    text: "A packet for a private address (RFC 1918, RFC 6598) that is sent to the internet arrives nowhere.",
    mark: Mark::Protocol,
    source: "RFC 1918 section 3, RFC 6598 section 4",
};

/// What an appliance needs to forward.
pub(super) static IP_FORWARDING: Fact = Fact {
    id: "appliances-need-ip-forwarding",
    text: "Azure drops a packet that is handed to a virtual appliance whose network interface lacks enableIPForwarding, and to one that is not reached directly.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-networks-udr-overview.md, read 2026-11-22",
};

/// What a peering lets in.
pub(super) static FORWARDED: Fact = Fact {
    id: "peerings-drop-forwarded-traffic-unless-allowed",
    text: "A peering carries packets whose source is in neither network only where forwarded traffic is allowed.",
    mark: Mark::Documented,
    source: "Azure documentation, REST reference of virtual network peerings (allowForwardedTraffic) and virtual-network/virtual-network-manage-peering.md, read 2026-11-22",
};

/// What Azure does with packets that an appliance sends on beside their sender.
pub(super) static BESIDE: Fact = Fact {
    id: "appliances-beside-the-sender-need-their-own-source",
    text: "Azure drops what an appliance in the network of the sender sends on to a private endpoint with the sender's address for the source; with its own address it arrives.",
    mark: Mark::Recorded,
    source: "failure mode udr-nva-same-vnet-blackhole: github.com/mddazure/azure-privatelink-routing, topologies 1, 4 and 7, read 2026-11-22",
};

/// A user route to a gateway that is not there.
pub(super) static NO_GATEWAY: Fact = Fact {
    id: "routes-to-a-gateway-that-is-not-there-drop",
    text: "A user route with next hop VirtualNetworkGateway drops the packet where the network has no gateway and uses none of a peer.",
    mark: Mark::Inferred,
    source: "from virtual-network/virtual-networks-udr-overview.md (user-defined routes: None is listed as the next hop address of what is not configured), read 2026-11-23",
};

/// Who wins over what a gateway brings.
pub(super) static ORDER: Fact = Fact {
    id: "user-then-learnt-then-system",
    text: "The longest prefix wins, and of equal ones the user's route before one that a gateway brings before Azure's own; routes of the network, of its peers and of service endpoints win over longer learnt ones.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-networks-udr-overview.md (how Azure selects a route), read 2026-11-23",
};

/// What takes the place of Azure's default route.
pub(super) static DEFAULT: Fact = Fact {
    id: "gateways-may-learn-a-default-route",
    text: "A default route that a gateway learns by BGP takes the place of Azure's own way to the internet (forced tunnelling).",
    mark: Mark::Documented,
    source: "Azure documentation, vpn-gateway/about-site-to-site-tunneling.md and virtual-network/virtual-networks-udr-overview.md (how Azure selects a route), read 2026-11-23",
};

/// Which way the replies of endpoints take.
pub(super) static PAST: Fact = Fact {
    id: "replies-of-endpoints-may-pass-by-the-appliance",
    text: "What a private endpoint answers may go straight to the caller, past an appliance that left the source as it is, and a stateful one then drops the session; source NAT, or the tag disableSnatOnPL on the appliance's network interface, brings replies back through it.",
    mark: Mark::Inferred,
    source: "from private-link/inspect-traffic-with-azure-firewall.md and private-link/private-link-disable-snat.md; disputed in github.com/MicrosoftDocs/azure-docs issues 102599, 69403 and 113749, read 2026-11-23",
};

/// What a next hop may be.
pub(super) static BALANCER_HOP: Fact = Fact {
    id: "next-hop-may-be-an-internal-load-balancer",
    text: "The next hop address of a user route to a virtual appliance is that of a network interface, or the private one of an internal load balancer.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-networks-udr-overview.md, read 2026-11-23",
};

/// What a load balancer does with what is not for itself.
pub(super) static BALANCED: Fact = Fact {
    id: "ha-ports-hand-every-flow-to-one-backend",
    text: "A rule for all ports (HA ports: protocol All, both ports 0) of an internal Standard load balancer hands each TCP or UDP flow, whatever its port, to one of the appliances in its backend pool.",
    mark: Mark::Documented,
    source: "Azure documentation, load-balancer/load-balancer-ha-ports-overview.md, read 2026-11-23",
};

/// What App Service fetches for an app, and by which way.
pub static PLATFORM_TRAFFIC: Fact = Fact {
    id: "app-service-fetches-content-and-image-apart",
    text: "App Service mounts the content share of an app and pulls its image past the app's network, unless switches of their own (contentShareTraffic, imagePullTraffic, or allTraffic) send them through it; route-all alone does not.",
    mark: Mark::Documented,
    source: "Azure documentation, app-service/configure-vnet-integration-routing.md; SDK reference of outboundVnetRouting, read 2026-11-22",
};

/// Where the agents of an account can stand.
pub static AGENT_SUBNET: Fact = Fact {
    id: "agents-need-a-subnet-delegated-to-container-apps",
    text: "The agents of a Foundry account run on container apps: in a subnet of their owner's only when it exists and is delegated to Microsoft.App/environments.",
    mark: Mark::Documented,
    source: "Azure documentation, foundry/agents/how-to/virtual-networks.md and foundry/agents/concepts/agents-networking-deep-dive.md; SDK reference of NetworkInjection, read 2026-11-22",
};

/// Where Azure does not promise that user routes hold.
pub(super) static NO_USER_ROUTES: Fact = Fact {
    id: "consumption-only-environments-do-not-support-user-routes",
    text: "A consumption-only environment of container apps, one without workload profiles, does not support user routes; what Azure does with them there is not said.",
    mark: Mark::Documented,
    source: "Azure documentation, container-apps/networking.md, read 2026-11-23",
};
