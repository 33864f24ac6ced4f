//! Which addresses may a credential be sent to?

use model::resource::ConnectionState;
use model::{Expect, Known, Question, ResourceId, Snapshot, Vantage};
use path::endpoint::{Landing, landing};
use path::{client, is_public, standing};
use probe::Recipients;
use std::net::IpAddr;

/// Those that lead where the caller expects to go. Whoever expects the public way may be answered by
/// anybody whose chain is trusted for the name. Else an address has to be one of an approved endpoint of
/// the asked resource; where no snapshot tells, a public address is still out of the question.
pub fn recipients(snapshot: Option<&Snapshot>, question: &Question) -> Recipients {
    if question.expect == Expect::Public {
        return Recipients::where_true(|_| true);
    }
    let Some(snapshot) = snapshot.cloned() else {
        return Recipients::where_true(|address| !is_public(address) && !address.is_unspecified());
    };
    let question = question.clone();
    let network = entry(&snapshot, &question);
    Recipients::where_true(move |address| is_endpoint(&snapshot, network.as_ref(), &question, address))
}

fn entry(snapshot: &Snapshot, question: &Question) -> Option<ResourceId> {
    if question.from == Vantage::Here {
        return None;
    }
    standing::of(snapshot, &question.from).outcome.value()?.entry().cloned()
}

fn is_endpoint(snapshot: &Snapshot, network: Option<&ResourceId>, question: &Question, address: IpAddr) -> bool {
    let Known::Value(Landing::Endpoint(arrival)) = landing(snapshot, network, address).outcome else { return false };
    let service = question.to.host.name().and_then(client::service);
    let asked = service.and_then(|service| client::target(snapshot, &service).value().cloned().flatten());
    let approved = arrival.state.is(&ConnectionState::Approved);
    approved && asked.is_some() && asked == arrival.target
}
