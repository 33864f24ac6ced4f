//! Does the endpoint's network not use the gateway that the premises are behind?

use crate::between::Between;
use crate::sent_to;
use crate::severed;
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::{Stage, Status};
use path::route::Routing;
use path::{Detail, Trace, standing};

check! {
    /// ## What it finds
    ///
    /// A place on premises resolves the endpoint's address, and is behind the gateway of a virtual network
    /// that does not lend it to the endpoint's: gateway transit is off on one side of the peering, or the
    /// two networks are not peered. Or nothing of the gateway's own leads back to the place: no connection routes its
    /// prefixes, those that do are down, or the route table of GatewaySubnet keeps the gateway's routes out.
    ///
    /// ## Why it breaks
    ///
    /// A gateway tells the premises of its own network, and of those peers that use it: there
    /// `useRemoteGateways` is on, and `allowGatewayTransit` at the gateway's side. The premises have no way
    /// to any other network: a time-out, with perfect DNS. The other way round, a connection without BGP
    /// routes what its local network gateway says, and nothing else finds back to the place: not even the
    /// answers of a DNS server in the network.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A firewall on premises, or a tunnel that carries other prefixes, gives the same silence, and no Azure
    /// API tells of it. A connection is taken for down only where it says NotConnected: lists of connections leave
    /// its state out, and what is not told is not held against it. Where the gateway's subnet has a user route for the endpoint, an appliance may carry
    /// the packets, and nothing is found.
    ///
    /// ## How to repair
    ///
    /// Lend the gateway to the endpoint's network, and see that the devices on premises route its prefix
    /// into the tunnel. A network uses one gateway: its own, or that of one peer. What the local network
    /// gateway lacks is added there. Why a connection is down is told by the devices on both sides: address, key and
    /// proposals have to fit.
    ///
    /// ## Sources
    ///
    /// Azure documentation: vpn-gateway/vpn-gateway-peering-gateway-transit.md,
    /// virtual-network/virtual-networks-udr-overview.md; REST reference of gateway connections.
    pub struct RouteOnpremPrefixNotAdvertised = {
        code: "RTE002",
        name: "route-onprem-prefix-not-advertised",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "The endpoint's network is not advertised to the premises, or gateway transit is off.",
        needs: [VirtualNetwork, Peering, PrivateEndpoint, NetworkInterface, Subnet],
        since: "0.1.0",
    }
}

/// What says that the gateway is not lent.
const LENDING: [&str; 3] = ["allowGatewayTransit", "useRemoteGateways", "virtualNetworkPeerings"];

impl Check for RouteOnpremPrefixNotAdvertised {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let stopped = trace.at(Stage::Route).find(|step| {
            let no_path = step.status == Status::Fail && step.detail == Detail::Route(Routing::NoPath);
            no_path && step.because.facts.iter().any(|fact| LENDING.contains(&fact.property.as_ref()))
        });
        let Some(step) = stopped else {
            out.findings.extend(severed::finding(cx, trace, Self::META));
            return;
        };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
        let Some(site) = standing.value().and_then(|standing| standing.site.as_ref()) else { return };
        let (Some(hub), Some((_, to))) = (&site.network, sent_to::endpoint(cx, trace)) else { return };
        let between = Between::of(cx, hub.clone(), to.network);
        let (here, there) = (between.from.name(), between.to.name());
        let title = format!("{there} does not use the gateway of {here}");
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(&between.from).on(&between.to);
        let remedy = if between.overlap(cx) {
            let words = format!("the address space of {there} overlaps with that of {here}: they cannot be peered");
            Remedy::manual(format!("give {here} an endpoint of its own"), vec![words])
        } else {
            Remedy::new(format!("lend the gateway of {here} to {there}"), Safety::Review, between.lent())
                .needing("Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write", here)
                .needing("Microsoft.Network/virtualNetworks/virtualNetworkPeerings/write", there)
                .saying(format!("everything behind the gateway then reaches {there}, as far as its rules allow"))
                .saying(format!("see that {} routes the prefixes of {there} into the tunnel", site.name))
        };
        out.push(finding.shown_by(Evidence::of(&step.because)).repaired_by(remedy));
    }
}
