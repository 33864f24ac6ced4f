//! Does the firewall of a virtual hub see only one direction of the traffic to an endpoint?

use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::{HubConnection, NetworkPolicies, PrivateEndpoint, RoutingIntent, Subnet};
use model::{Because, Change, FactRef, ResourceId};
use path::hubs::{Intent, ROUTING_INTENT, routing_intent};
use std::collections::BTreeMap;

check! {
    /// ## What it finds
    ///
    /// Private endpoints in a network that is connected to a virtual hub with a routing policy for private
    /// traffic (routing intent), in a subnet whose network policies do not apply route tables.
    ///
    /// ## Why it breaks
    ///
    /// Routing intent sends private traffic through the firewall of the hub. Each endpoint has a /32 route of
    /// its own, by which traffic from the premises goes past that firewall. The replies are sent to it: a
    /// firewall that sees one direction only may drop them. Azure documents that this can lead to loss of
    /// connectivity, not that it always does, so nothing is called broken; and where calls do arrive, the
    /// firewall has not inspected them.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The firewall logs one direction of the connection, or none. A firewall that denies the call logs it.
    /// A network that is not connected to the hub, or a hub without a policy for private traffic, is another
    /// matter. What the rules of the firewall let through, whether it translates the source, the hub's own
    /// route tables, and hubs that are not in the snapshot are not judged.
    ///
    /// ## How to repair
    ///
    /// Let route tables apply to the endpoints of the subnet. Some pages advise to put the /32 of each
    /// endpoint into the list of private prefixes: the page of routing intent says that this does not make
    /// both directions pass the firewall. The firewall has to let the calls through from then on, and application
    /// rules or source translation keep replies on the same way.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-wan/how-to-routing-policies.md (troubleshooting the data path),
    /// firewall-manager/private-link-inspection-secure-virtual-hub.md. Seen in
    /// github.com/MicrosoftDocs/azure-docs issue 113749.
    pub struct VwanRoutingIntentBypass = {
        code: "RTE006",
        name: "vwan-routing-intent-bypass",
        stage: Some(model::Stage::Route),
        severity: Fragile,
        summary: "Virtual WAN routing intent covers only one direction of the endpoint's traffic.",
        needs: [PrivateEndpoint, Subnet],
        since: "0.1.0",
    }
}

const POLICIES: &str = "privateEndpointNetworkPolicies";

impl Check for VwanRoutingIntentBypass {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        // Most estates have no such hub: then no endpoint is looked at.
        if cx.snapshot().all::<RoutingIntent>().next().is_none()
            || cx.snapshot().all::<HubConnection>().next().is_none()
        {
            return;
        }
        let mut subnets: BTreeMap<&ResourceId, Vec<&ResourceId>> = BTreeMap::new();
        for (id, endpoint) in cx.all::<PrivateEndpoint>() {
            if let Some(subnet) = &endpoint.subnet {
                subnets.entry(subnet).or_default().push(id);
            }
        }
        for (subnet, endpoints) in subnets {
            let Some(network) = path::network_of(subnet) else { continue };
            let Some(intent) = routing_intent(cx.snapshot(), &network) else { continue };
            out.findings.extend(finding(cx, subnet, &endpoints, &intent));
        }
    }
}

fn finding(cx: &Cx<'_>, subnet: &ResourceId, endpoints: &[&ResourceId], intent: &Intent) -> Option<Finding> {
    let policies = *cx.find::<Subnet>(subnet)?.private_endpoint_network_policies.value()?;
    let wanted = match policies {
        NetworkPolicies::Enabled | NetworkPolicies::RouteTableEnabled => return None,
        NetworkPolicies::Disabled => "RouteTableEnabled",
        NetworkPolicies::NetworkSecurityGroupEnabled => "Enabled",
    };
    let (first, more) = endpoints.split_first()?;
    let others = if more.is_empty() { String::new() } else { format!(" and {} more", more.len()) };
    let through = intent.through.as_ref().map_or("its firewall", ResourceId::name);
    let sends = format!("virtual hub {} sends private traffic through {through}", intent.hub.name());
    let applies = format!("the network policies of {} do not apply route tables", subnet.name());
    let title =
        format!("{through} of {} may see one direction of calls to {}{others}", intent.hub.name(), first.name());
    let evidence = [
        Evidence::fact(sends, &intent.told),
        Evidence::fact(applies, &FactRef::new(subnet, POLICIES, policies.word())),
    ];
    let rule = Evidence::of(&Because::default().rule(&ROUTING_INTENT));
    let mut finding = Finding::new(VwanRoutingIntentBypass::META, title).on(subnet).on(&intent.hub);
    finding.resources.extend(endpoints.iter().map(|id| (*id).clone()));
    let remedy = Remedy::new(
        format!("let route tables apply to the endpoints of {}", subnet.name()),
        Safety::Review,
        vec![Change::set(subnet, POLICIES, wanted)],
    )
    .needing("Microsoft.Network/virtualNetworks/subnets/write", subnet.name())
    .saying(format!("{through} then sees these calls, and has to let them through"));
    Some(finding.shown_by(evidence).shown_by(rule).repaired_by(remedy))
}
