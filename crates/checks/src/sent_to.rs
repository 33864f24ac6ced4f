//! Which private endpoint was a call sent to, by the name's answer?

use finding::Cx;
use model::Known;
use path::endpoint::{Arrival, Landing, landing};
use path::{Trace, standing};
use std::net::IpAddr;

/// The first answered address that is an endpoint's, and that endpoint, as seen from where the client stands.
pub(crate) fn endpoint(cx: &Cx<'_>, trace: &Trace) -> Option<(IpAddr, Arrival)> {
    let addresses = trace.resolution()?.answer.addresses();
    let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
    let from = standing.value().and_then(standing::Standing::entry);
    addresses.iter().find_map(|address| match landing(cx.snapshot(), from, *address).outcome {
        Known::Value(Landing::Endpoint(arrival)) => Some((*address, arrival)),
        _ => None,
    })
}
