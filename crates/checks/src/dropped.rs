//! Which user route ended a call on the private way?

use finding::Cx;
use model::{End, Known, ResourceId, Stage, Status};
use path::endpoint::{Landing, landing};
use path::route::Routing;
use path::{Detail, Step, Trace, dns};

/// The step and the route.
pub(crate) struct Dropped<'t> {
    pub(crate) step: &'t Step,
    pub(crate) route: &'t ResourceId,
}

/// The route that drops what is for the endpoint.
pub(crate) fn dropped(trace: &Trace) -> Option<Dropped<'_>> {
    if (trace.outcome.end, trace.outcome.stage) != (End::Stopped, Some(Stage::Route)) {
        return None;
    }
    trace.at(Stage::Route).find_map(|step| match &step.detail {
        Detail::Route(Routing::Dropped(route)) if step.status == Status::Fail => Some(Dropped { step, route }),
        _ => None,
    })
}

/// The subnet of the endpoint that the call was sent to.
pub(crate) fn endpoint_subnet(cx: &Cx<'_>, trace: &Trace) -> Option<ResourceId> {
    let addresses = match &trace.resolution()?.answer {
        dns::Answer::Private { addresses, .. } => addresses.clone(),
        dns::Answer::Pinned(address) => vec![*address],
        _ => return None,
    };
    addresses.into_iter().find_map(|address| match landing(cx.snapshot(), None, address).outcome {
        Known::Value(Landing::Endpoint(arrival)) => Some(arrival.subnet),
        _ => None,
    })
}
