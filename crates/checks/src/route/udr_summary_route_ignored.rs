//! Does a user route look as if it sent endpoint traffic to an appliance, and does not?

use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use ipnet::IpNet;
use model::resource::{
    NetworkInterface, NetworkPolicies, NextHop, Peering, PeeringState, Route, RouteTable, Subnet, VirtualNetwork,
};
use model::{Change, FactRef, ResourceId};
use std::net::IpAddr;

check! {
    /// ## What it finds
    ///
    /// A user route to an appliance that covers the address of a private endpoint within reach, and does
    /// not win over the endpoint's own route.
    ///
    /// ## Why it matters
    ///
    /// Each endpoint puts a /32 route into its own virtual network and the directly peered ones. A user
    /// route wins over it only when the endpoint's subnet has the route-table policy and the route is at
    /// least as narrow as the address range of the endpoint's network; 0.0.0.0/0 never does. Traffic to
    /// the endpoint then goes straight there, and the firewall sees none of it.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Nothing fails: this is advice, for those who mean to inspect that traffic. A route of exactly the
    /// endpoint's address is left alone: whether it wins while the policy is off is not proven.
    ///
    /// ## How to repair
    ///
    /// If it is to be inspected: set the policy of the endpoint's subnet to `RouteTableEnabled`, add a
    /// route that is as narrow as the network's range, and see that the appliance translates the source or
    /// that its replies come back through it.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/disable-private-endpoint-network-policy.md,
    /// private-link/inspect-traffic-with-azure-firewall.md. Seen in
    /// github.com/MicrosoftDocs/azure-docs issues 107366, 101948 and 105920.
    pub struct UdrSummaryRouteIgnored = {
        code: "RTE003",
        name: "udr-summary-route-ignored",
        stage: Some(model::Stage::Route),
        severity: Advice,
        summary: "A broad user route is beaten by the endpoint's own route, so the firewall sees nothing.",
        needs: [RouteTable, Route, Subnet, NetworkInterface, VirtualNetwork, Peering],
        since: "0.1.0",
    }
}

/// An endpoint's NIC: where it stands.
struct Near<'s> {
    endpoint: &'s ResourceId,
    address: IpAddr,
    subnet: &'s ResourceId,
}

impl Check for UdrSummaryRouteIgnored {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        let endpoints: Vec<Near<'_>> = endpoints(cx);
        for (table, _) in cx.all::<RouteTable>() {
            let networks = networks_of(cx, table);
            let reached: Vec<&Near<'_>> =
                endpoints.iter().filter(|near| networks.iter().any(|network| hears(cx, network, near))).collect();
            for (id, route) in cx.children::<Route>(table) {
                if route.next_hop == NextHop::VirtualAppliance {
                    out.findings.extend(finding(cx, id, route, &reached));
                }
            }
        }
    }
}

fn endpoints<'s>(cx: &Cx<'s>) -> Vec<Near<'s>> {
    let cards = cx.all::<NetworkInterface>();
    cards
        .filter_map(|(_, nic)| {
            let endpoint = nic.private_endpoint.as_ref()?;
            Some(Near { endpoint, address: nic.addresses().next()?, subnet: nic.subnet()? })
        })
        .collect()
}

/// The networks whose subnets have the table.
fn networks_of(cx: &Cx<'_>, table: &ResourceId) -> Vec<ResourceId> {
    let subnets = cx.all::<Subnet>().filter(|(_, subnet)| subnet.route_table.as_ref() == Some(table));
    let mut networks: Vec<ResourceId> = subnets.filter_map(|(id, _)| id.parent()).collect();
    networks.dedup();
    networks
}

/// True when the endpoint's own route is in the network: its own, or a directly peered one.
fn hears(cx: &Cx<'_>, network: &ResourceId, near: &Near<'_>) -> bool {
    let Some(own) = near.subnet.parent() else { return false };
    own == *network
        || cx
            .children::<Peering>(network)
            .any(|(_, half)| half.remote.as_ref() == Some(&own) && half.state.is(&PeeringState::Connected))
}

fn finding(cx: &Cx<'_>, id: &ResourceId, route: &Route, reached: &[&Near<'_>]) -> Option<Finding> {
    let prefix = route.prefix?;
    let ignored: Vec<&&Near<'_>> = reached.iter().filter(|near| is_ignored(cx, prefix, near)).collect();
    let first = ignored.first()?;
    let more = ignored.len() - 1;
    let others = if more == 0 { String::new() } else { format!(" and {more} more") };
    let title = format!("route {} ({prefix}) does not take traffic to {}{others}", id.name(), first.endpoint.name());
    let text = format!("{prefix} is sent to an appliance, and the own route of {} wins", first.endpoint.name());
    let evidence = Evidence::fact(text, &FactRef::new(id, "addressPrefix", prefix.to_string()));
    let finding = Finding::new(UdrSummaryRouteIgnored::META, title).on(id).on(first.endpoint).shown_by([evidence]);
    Some(finding.repaired_by(remedy(cx, prefix, first)))
}

/// True when the route covers the endpoint and its own route is known to win.
fn is_ignored(cx: &Cx<'_>, prefix: IpNet, near: &Near<'_>) -> bool {
    if !prefix.contains(&near.address) || prefix.prefix_len() == prefix.max_prefix_len() {
        return false;
    }
    let Some(policies) = policies(cx, near.subnet) else { return false };
    let applies = matches!(policies, NetworkPolicies::Enabled | NetworkPolicies::RouteTableEnabled);
    is_narrow(cx, prefix, near).is_some_and(|narrow| !(applies && narrow))
}

fn policies(cx: &Cx<'_>, subnet: &ResourceId) -> Option<NetworkPolicies> {
    cx.find::<Subnet>(subnet)?.private_endpoint_network_policies.value().copied()
}

/// Whether a route is as narrow as the range of the endpoint's network.
fn is_narrow(cx: &Cx<'_>, prefix: IpNet, near: &Near<'_>) -> Option<bool> {
    let network = near.subnet.parent()?;
    let space = &cx.find::<VirtualNetwork>(&network)?.address_space;
    let range = space.iter().filter(|space| space.contains(&near.address)).map(IpNet::prefix_len).max()?;
    Some(prefix.prefix_len() >= range)
}

/// A route that is narrow enough lacks the policy; one that is too wide lacks a narrower one beside it.
fn remedy(cx: &Cx<'_>, prefix: IpNet, near: &Near<'_>) -> Remedy {
    let wanted = match policies(cx, near.subnet) {
        Some(NetworkPolicies::NetworkSecurityGroupEnabled) => "Enabled",
        _ => "RouteTableEnabled",
    };
    let name = near.subnet.name();
    let replies = "see that replies come back through the appliance, or let it translate the source";
    if is_narrow(cx, prefix, near) != Some(true) {
        let title = format!("if the traffic is to be inspected, route the range of the network of {name} as well");
        let policy = format!("network policies of {name} must be {wanted} for that route to count");
        return Remedy::manual(title, vec![policy, replies.to_owned()]);
    }
    let title = format!("if the traffic is to be inspected, let route tables apply in {name}");
    Remedy::new(title, Safety::Review, vec![Change::set(near.subnet, "privateEndpointNetworkPolicies", wanted)])
        .needing("Microsoft.Network/virtualNetworks/subnets/write", name)
        .saying(replies)
}
