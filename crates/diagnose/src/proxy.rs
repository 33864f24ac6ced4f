//! Does the client call by another way than the direct one?

use finding::Note;
use model::observation::{ClientSeen, ProxiedSeen, Seen};
use model::{Observation, Proxied, Question, Snapshot, visible};
use path::Trace;

/// A trace of the direct way, with the way through the proxy that the variables of the client name: those of the
/// measuring client where something was measured, else those that the estate states.
pub(crate) fn handed(snapshot: Option<&Snapshot>, trace: Trace, observations: &[Observation]) -> Trace {
    let known = || Some(path::stated_client(snapshot?, &trace.question));
    match client(observations).cloned().or_else(known) {
        Some(client) => path::handed(snapshot, trace, &client, proxied(observations)),
        None => trace,
    }
}

/// That a proxy is set and the host is exempt from it: then the direct way is the one that counts.
pub(crate) fn exempt(question: &Question, observations: &[Observation]) -> Option<Note> {
    let host = &question.to.host;
    let Proxied::Exempt { proxy, by } = client(observations)?.proxied(host) else { return None };
    let shown = |(name, value): &(String, String)| format!("{name}={}", visible(value));
    let text =
        format!("{} is set, and {} exempts {host}: curl and Python call it without the proxy", shown(proxy), shown(by));
    Some(Note { about: "client".to_owned(), text })
}

fn client(observations: &[Observation]) -> Option<&ClientSeen> {
    observations.iter().find_map(|observation| match &observation.seen {
        Seen::Client(client) => Some(client),
        _ => None,
    })
}

fn proxied(observations: &[Observation]) -> Option<&ProxiedSeen> {
    observations.iter().find_map(|observation| match &observation.seen {
        Seen::Proxied(seen) => Some(seen.as_ref()),
        _ => None,
    })
}
