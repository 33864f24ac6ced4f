//! Which user route ended a call on the private way?

use model::{End, ResourceId, Stage, Status};
use path::route::Routing;
use path::{Detail, Step, Trace};

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
