//! Was an endpoint created before its service was ready?

use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Sink, check};
use model::resource::PrivateEndpoint;
use model::{FactRef, Known};

check! {
    /// ## What it finds
    ///
    /// A private endpoint whose own creation failed: its `provisioningState` is Failed.
    ///
    /// ## Why it breaks
    ///
    /// Deployment tools create an endpoint as soon as its service says that it is there. The network side
    /// may still see the service unfinished and give up (`AccountProvisioningStateInvalid`). What is left
    /// has a name and perhaps an address, and leads nowhere.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A Pending or Rejected connection belongs to an endpoint that was created; here the creation failed.
    ///
    /// ## How to repair
    ///
    /// Deploy the endpoint again, after the service has finished; in a template, let it depend on the
    /// service.
    ///
    /// ## Sources
    ///
    /// Seen in github.com/hashicorp/terraform-provider-azurerm issues 31712 and 15152.
    pub struct PeProvisioningRace = {
        code: "PEP005",
        name: "pe-provisioning-race",
        stage: Some(model::Stage::Endpoint),
        severity: Broken,
        summary: "The endpoint was created before the service was ready, and failed.",
        needs: [PrivateEndpoint],
        since: "0.1.0",
    }
}

impl Check for PeProvisioningRace {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (id, endpoint) in cx.all::<PrivateEndpoint>() {
            let Known::Value(state) = &endpoint.provisioning_state else { continue };
            if !state.eq_ignore_ascii_case("Failed") {
                continue;
            }
            let text = format!("the creation of {} failed", id.name());
            let evidence = Evidence::fact(text.clone(), &FactRef::new(id, "provisioningState", state));
            let remedy = Remedy::manual(
                format!("deploy {} again, once its service says Succeeded", id.name()),
                vec!["in a template, let the endpoint depend on the service".to_owned()],
            );
            out.push(Finding::new(Self::META, text).on(id).shown_by([evidence]).repaired_by(remedy));
        }
    }
}
