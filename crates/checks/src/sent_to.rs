//! Which private endpoint was a call sent to, by the name's answer?

use finding::Cx;
use model::Known;
use path::endpoint::{Arrival, Landing, landing};
use path::{Trace, dns, standing};
use std::net::IpAddr;

/// The first answered address that is an endpoint's, and that endpoint, as seen from where the client stands.
pub(crate) fn endpoint(cx: &Cx<'_>, trace: &Trace) -> Option<(IpAddr, Arrival)> {
    let addresses = match &trace.resolution()?.answer {
        dns::Answer::Private { addresses, .. } => addresses.clone(),
        dns::Answer::Pinned(address) => vec![*address],
        dns::Answer::Public { .. } | dns::Answer::NxDomain { .. } | dns::Answer::Circle | dns::Answer::Silent => {
            return None;
        }
    };
    let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
    let from = standing.value().and_then(standing::Standing::entry);
    addresses.into_iter().find_map(|address| match landing(cx.snapshot(), from, address).outcome {
        Known::Value(Landing::Endpoint(arrival)) => Some((address, arrival)),
        _ => None,
    })
}
