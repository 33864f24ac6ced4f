//! May the endpoint's replies pass by the appliance that saw the request?

use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::Route;
use model::{Appliance, Change, ClientFact, End, Stage, Status};
use path::route::Routing;
use path::{Detail, Outcome, Trace};
use std::net::IpAddr;

check! {
    /// ## What it finds
    ///
    /// A user route hands the traffic for the endpoint to an appliance that sends it on with the client's
    /// address for the source, so that the endpoint's replies may go straight to the client.
    ///
    /// ## Why it matters
    ///
    /// A stateful firewall that sees one half of a session drops it: connections hang or are reset, some of
    /// them, and not always. Microsoft's documentation says that replies of endpoints are not symmetric by
    /// themselves and advises source NAT; several testers saw replies come back through the appliance
    /// without it. So this is possible, and not certain.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Nothing is wrong with an appliance that puts its own address for the source, or whose network
    /// interface has the tag `disableSnatOnPL`. An appliance that drops by its own rules drops the first
    /// packet already, and its log says so. Here the first packet passes.
    ///
    /// ## How to repair
    ///
    /// Let the appliance put its own address for the source. Since 2025 the tag `disableSnatOnPL = true` on
    /// its network interface is the other way; setting it resets long-lived connections once.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/inspect-traffic-with-azure-firewall.md and
    /// private-link/private-link-disable-snat.md. Disputed in github.com/MicrosoftDocs/azure-docs issues
    /// 102599, 69403 and 113749.
    pub struct AsymmetricReturnThroughFirewall = {
        code: "RTE005",
        name: "asymmetric-return-through-firewall",
        stage: Some(model::Stage::Route),
        severity: Advice,
        summary: "Replies may skip the stateful appliance that saw the request.",
        needs: [Route, NetworkInterface, Subnet],
        since: "0.1.0",
    }
}

/// What says how replies come back.
const TAG: &str = "tags.disableSnatOnPL";

impl Check for AsymmetricReturnThroughFirewall {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    /// A call that was predicted to be answered, and was measured to be silent.
    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let ends = |outcome: &Option<Outcome>, end| outcome.as_ref().is_some_and(|outcome| outcome.end == end);
        if ends(&trace.predicted, End::Answered) && ends(&trace.measured, End::Stopped) {
            out.findings.extend(finding(cx, trace));
        }
    }

    /// A call that is predicted to be answered. One that was measured found its way back.
    fn arrived(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        if trace.measured.is_none() {
            out.findings.extend(finding(cx, trace));
        }
    }
}

fn finding(cx: &Cx<'_>, trace: &Trace) -> Option<Finding> {
    let passed = trace.at(Stage::Route).filter(|step| step.status == Status::Pass);
    let untagged = |fact: &&model::FactRef| fact.property == TAG && fact.value.is_empty();
    let found = passed.filter_map(|step| Some((step, step.because.facts.iter().find(untagged)?)));
    let (step, tag) = found.last()?;
    let confidence = Confidence::at_most(&step.because)?;
    let (route, address) = handed(trace)?;
    let told = cx.snapshot().client().appliances.get(&address).filter(|told| !told.source_nat)?;
    let title = format!("replies may pass by {}, which saw the request", told.name);
    let mut finding =
        Finding { confidence, ..Finding::new(AsymmetricReturnThroughFirewall::META, title) }.on(&tag.resource);
    if cx.find::<Route>(route).is_some() {
        finding = finding.on(route);
    }
    let appliance = Some(Appliance { source_nat: true, ..told.clone() });
    let change = Change::Outside(ClientFact::Appliance { address, appliance });
    let title = format!("let {} put its own address for the source", told.name);
    let tagged = Remedy::manual(
        format!("or set the tag disableSnatOnPL on the NIC of {}", told.name),
        vec![format!("set the tag disableSnatOnPL = true on {}: connections are reset once", tag.resource.name())],
    );
    Some(
        finding
            .shown_by(Evidence::of(&step.because))
            .repaired_by(
                Remedy::new(title, Safety::Review, vec![change])
                    .saying("rules and logs at the endpoint then see the appliance and not the client"),
            )
            .repaired_by(tagged),
    )
}

/// The last user route that handed the call to an appliance, and the appliance's address.
fn handed(trace: &Trace) -> Option<(&model::ResourceId, IpAddr)> {
    let led = trace.at(Stage::Route).filter_map(|step| match &step.detail {
        Detail::Route(Routing::Appliance { route, address }) => Some((route, *address)),
        _ => None,
    });
    led.last()
}
