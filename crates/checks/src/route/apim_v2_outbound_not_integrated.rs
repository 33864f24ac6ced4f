//! Does a gateway of API Management that should call privately stand in no network at all?

use crate::called;
use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::{ConnectionState, PrivateEndpoint, Subnet};
use model::{Change, End, FactRef, Key, ResourceId, Stage, Value};
use path::api_gateway::{MODE, SUBNET};
use path::{Trace, standing};

check! {
    /// ## What it finds
    ///
    /// An API Management service in no virtual network, one of whose backends is a service with a private
    /// endpoint.
    ///
    /// ## Why it breaks
    ///
    /// The gateway then calls from addresses of Azure's own: the backend's name resolves publicly, and no
    /// private address is in reach. A backend that is closed to its public side refuses it. A private endpoint
    /// of the gateway itself is for calls to the gateway and does not help its own calls.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The answer `BackendConnectionFailure`, or a 403 that the backend gave, comes out of the gateway: the way
    /// to the gateway is fine. A gateway that is injected or integrated and resolves publicly has a fault of DNS.
    /// A gateway without an endpoint of its own whose backend answers publicly is left alone: nothing says that
    /// it is meant to be private. Not judged: gateways in further regions, workspace gateways, self-hosted
    /// gateways, backends that policies name, whether a proxy of a backend stands between, and whether the
    /// subnet is still delegated.
    ///
    /// ## How to repair
    ///
    /// In the tiers Standard v2 and Premium v2, integrate it with a subnet of its own that is delegated to
    /// `Microsoft.Web/serverFarms`, in the region and subscription of the service, in a network that reaches
    /// the endpoint and whose DNS knows its zone. Developer and Premium are injected into a subnet without
    /// delegation. The other tiers cannot: choose another one.
    ///
    /// ## Sources
    ///
    /// Azure documentation: api-management/virtual-network-concepts.md,
    /// api-management/integrate-vnet-outbound.md, api-management/private-endpoint.md.
    pub struct ApimV2OutboundNotIntegrated = {
        code: "RTE011",
        name: "apim-v2-outbound-not-integrated",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "The API gateway has an inbound endpoint but calls its backends publicly.",
        needs: [PrivateEndpoint, Subnet],
        since: "0.1.0",
    }
}

const DELEGATION: &str = "Microsoft.Web/serverFarms";

impl Check for ApimV2OutboundNotIntegrated {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        if trace.outcome.stage != Some(Stage::Route) {
            return;
        }
        let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
        let outside = standing.value().filter(|one| one.network.is_none());
        let Some(gateway) = outside.and_then(|outside| outside.gateway.as_ref()) else { return };
        let Some(endpoint) = called::endpoint(cx, trace) else { return };
        let inbound = inbound(cx, gateway);
        if inbound.is_none() && trace.outcome.end == End::Answered {
            return;
        }
        out.push(finding(cx, gateway, endpoint, inbound));
    }
}

fn finding(cx: &Cx<'_>, gateway: &ResourceId, endpoint: &ResourceId, inbound: Option<&ResourceId>) -> Finding {
    let name = gateway.name();
    let text = format!("{name} is in no network, and {} can be reached from networks only", endpoint.name());
    let mut evidence = vec![Evidence::fact(text, &FactRef::new(gateway, MODE, "None"))];
    if let Some(inbound) = inbound {
        let text = format!("its own endpoint {} is for calls to it, not for those that it makes", inbound.name());
        evidence.push(Evidence::fact(text, &FactRef::new(inbound, "privateLinkServiceId", gateway.as_str())));
    }
    let title = format!("API gateway {name} is in no virtual network");
    let finding = Finding::new(ApimV2OutboundNotIntegrated::META, title).on(gateway).shown_by(evidence);
    finding.repaired_by(remedy(cx, gateway, endpoint))
}

/// An approved endpoint of the gateway itself.
fn inbound<'s>(cx: &Cx<'s>, gateway: &ResourceId) -> Option<&'s ResourceId> {
    let approved = |endpoint: &PrivateEndpoint| {
        endpoint.connections.iter().any(|connection| connection.state.is(&ConnectionState::Approved))
    };
    let own = cx.by::<PrivateEndpoint>(&Key::LeadsTo(gateway.clone()));
    own.into_iter().find(|(_, endpoint)| approved(endpoint)).map(|(id, _)| id)
}

/// For the tiers that are integrated the one free subnet that is made for it, if there is just one; else words.
fn remedy(cx: &Cx<'_>, gateway: &ResourceId, endpoint: &ResourceId) -> Remedy {
    let tier = cx.snapshot().get(gateway).and_then(|resource| resource.sku.as_deref()).unwrap_or("of an unknown tier");
    let reaches = format!("a network that reaches {}", endpoint.name());
    match tier.to_ascii_lowercase().as_str() {
        "standardv2" | "premiumv2" => {}
        "developer" | "premium" => {
            let subnet =
                "it takes a subnet without delegation, with a network security group that lets Azure manage it";
            return Remedy::manual(format!("inject {} into {reaches}", gateway.name()), vec![subnet.to_owned()]);
        }
        _ => {
            let words =
                format!("{} is {tier}, which reaches no network: Standard v2 and Premium v2 do", gateway.name());
            let title = format!("move {} to a tier that reaches networks, and into {reaches}", gateway.name());
            return Remedy::manual(title, vec![words]);
        }
    }
    let subnets = free(cx);
    let [subnet] = subnets.as_slice() else {
        return Remedy::manual(
            format!("integrate {} with {reaches}", gateway.name()),
            vec![format!("it takes a subnet of its own, delegated to {DELEGATION}, in its region and subscription")],
        );
    };
    let network = subnet.parent();
    let place = format!("{}/{}", network.as_ref().map_or("", ResourceId::name), subnet.name());
    Remedy::new(
        format!("integrate {} with {place}", gateway.name()),
        Safety::Review,
        vec![Change::Set(FactRef::new(gateway, SUBNET, ""), Value::Text(subnet.as_str().to_owned()))],
    )
    .needing("Microsoft.ApiManagement/service/write", gateway.name())
    .needing("Microsoft.Network/virtualNetworks/subnets/join/action", subnet.name())
    .saying("nothing else may use the subnet; the change takes minutes, and calls then come from there")
}

/// The subnets with the delegation that nothing of the estate is known to use.
fn free<'s>(cx: &Cx<'s>) -> Vec<&'s ResourceId> {
    let snapshot = cx.snapshot();
    let by_app = snapshot.all::<model::resource::WebApp>().filter_map(|(_, app)| app.subnet.value()?.as_ref());
    let by_gateway = snapshot.all::<model::resource::ApiManagement>().filter_map(|(_, other)| other.subnet.as_ref());
    let used: Vec<&ResourceId> = by_app.chain(by_gateway).collect();
    let delegated = |subnet: &Subnet| subnet.delegations.iter().any(|name| name.eq_ignore_ascii_case(DELEGATION));
    let all = cx.all::<Subnet>().filter(|(id, subnet)| delegated(subnet) && !used.contains(id));
    all.map(|(id, _)| id).collect()
}
