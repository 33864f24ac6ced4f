//! Does the price tier of a service with an endpoint offer endpoints at all?

use crate::asked::confidence;
use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Sink, check};
use model::resource::PrivateEndpoint;
use model::{Because, Decided, ResourceId};
use path::endpoint::{Landing, Serving, offers_endpoints};
use path::{Detail, Trace};

check! {
    /// ## What it finds
    ///
    /// A private endpoint that leads to a service whose price tier (`sku.name`) offers none: Service Bus below
    /// Premium, Event Hubs in Basic, a container registry below Premium, a search service in the free tier, an
    /// App Configuration store in Free. The tiers of other services are not judged.
    ///
    /// ## Why it breaks
    ///
    /// The tier decides whether the service takes part in Private Link. The endpoint is refused, or stays behind
    /// when the service was made anew in a smaller tier, and calls at its address are not served. Service Bus
    /// then says that the address was prevented from connecting.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A connection that waits or was removed shows in its state. A refusal by an address rule comes over the
    /// public way; look at the tier before the rules.
    ///
    /// ## How to repair
    ///
    /// Move the service to a tier with private endpoints. Some services change their tier in place, with a new
    /// price; a Service Bus namespace has to be made anew or migrated. Then make the endpoint again.
    ///
    /// ## Sources
    ///
    /// Azure documentation: service-bus-messaging/private-link-service.md, event-hubs/private-link-service.md.
    /// Azure Policy: the built-in definitions on tiers that support private link.
    pub struct PeSkuDoesNotSupport = {
        code: "PEP007",
        name: "pe-sku-does-not-support",
        stage: Some(model::Stage::Endpoint),
        severity: Broken,
        summary: "The service's price tier does not offer private endpoints.",
        needs: [PrivateEndpoint],
        since: "0.1.0",
    }
}

impl Check for PeSkuDoesNotSupport {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let landed = trace.steps().find_map(|step| match &step.detail {
            Detail::Endpoint(Landing::Endpoint(arrival)) => Some(&arrival.endpoint),
            _ => None,
        });
        let without = trace.steps().find_map(|step| match &step.detail {
            Detail::Serving(Serving::TierWithout(target)) => Some((target, &step.because)),
            _ => None,
        });
        let Some((endpoint, (target, because))) = landed.zip(without) else { return };
        out.findings.extend(finding(cx, endpoint, target, because));
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (endpoint, found) in cx.all::<PrivateEndpoint>() {
            for target in found.connections.iter().filter_map(|connection| connection.target.as_ref()) {
                let Decided { outcome, because } = offers_endpoints(cx.snapshot(), target);
                if outcome.is(&false) {
                    out.findings.extend(finding(cx, endpoint, target, &because));
                }
            }
        }
    }
}

fn finding(cx: &Cx<'_>, endpoint: &ResourceId, target: &ResourceId, because: &Because) -> Option<Finding> {
    let confidence = confidence(cx, because, &[])?;
    let sku = because.facts.first().map_or("?", |fact| fact.value.as_str());
    let (name, from) = (target.name(), endpoint.name());
    let title = format!("{name} is of tier {sku}: no private endpoints");
    let remedy = Remedy::manual(
        format!("move {name} to a tier with private endpoints, then make {from} again"),
        vec![
            "some services change their tier in place, with a new price; a Service Bus namespace is made anew or \
             migrated"
                .to_owned(),
        ],
    );
    let finding = Finding { confidence, ..Finding::new(PeSkuDoesNotSupport::META, title) };
    let leads = Evidence::fact(
        format!("endpoint {from} leads to {name}"),
        &model::FactRef::new(endpoint, "privateLinkServiceConnections", name.to_owned()),
    );
    let tier = because.facts.first().map(|fact| Evidence::fact(because.text.clone(), fact));
    let rules = Evidence::of(because);
    Some(finding.on(target).on(endpoint).shown_by(tier).shown_by([leads]).shown_by(rules).repaired_by(remedy))
}
