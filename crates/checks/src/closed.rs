//! Which endpoints have a connection in a state that passes nothing, and what is said of those that
//! have to be made again?

use finding::{Cx, Evidence, Finding, Meta, Remedy};
use model::resource::{ConnectionState, PrivateEndpoint};
use model::{FactRef, ResourceId, Stage};
use path::endpoint::Landing;
use path::{Detail, Trace};

/// The property that holds the state.
pub(crate) const STATE: &str = "privateLinkServiceConnectionState.status";

/// An endpoint and the resource that it should lead to.
pub(crate) type Closed<'s> = (&'s ResourceId, Option<&'s ResourceId>);

/// The endpoint that a call met in this state.
pub(crate) fn met(trace: &Trace, state: ConnectionState) -> Option<Closed<'_>> {
    trace.at(Stage::Endpoint).find_map(|step| match &step.detail {
        Detail::Endpoint(Landing::Endpoint(arrival)) if arrival.state.is(&state) => {
            Some((&arrival.endpoint, arrival.target.as_ref()))
        }
        _ => None,
    })
}

/// All endpoints in this state.
pub(crate) fn all<'s>(cx: &Cx<'s>, state: ConnectionState) -> impl Iterator<Item = Closed<'s>> {
    let snapshot = cx.snapshot();
    cx.all::<PrivateEndpoint>().filter_map(move |(id, endpoint)| {
        let known = path::endpoint::state(snapshot, id, endpoint.connections.first());
        let target = endpoint.connections.iter().find_map(|connection| connection.target.as_ref());
        known.is(&state).then_some((id, target))
    })
}

/// An endpoint that can only be made again.
pub(crate) fn to_be_made_again(
    meta: &'static Meta,
    (endpoint, target): Closed<'_>,
    state: ConnectionState,
    verb: &str,
) -> Finding {
    let owner = target.map_or("the service", ResourceId::name);
    let name = endpoint.name();
    let fact = FactRef::new(endpoint, STATE, state.word());
    let evidence = Evidence::fact(format!("the connection of {name} is {}", state.word()), &fact);
    let mut finding = Finding::new(meta, format!("endpoint {name} {verb} {owner}")).on(endpoint).shown_by([evidence]);
    finding.resources.extend(target.cloned());
    finding.repaired_by(Remedy::manual(
        format!("delete {name} and create it again; the owner of {owner} then approves the new connection"),
        vec!["its address may change: a zone group takes the new one over, a record made by hand does not".to_owned()],
    ))
}
