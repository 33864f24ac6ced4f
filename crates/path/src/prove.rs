//! What would these changes do? The same walk over a changed copy of the estate.

use crate::{Trace, predict};
use fabric::client::url_host;
use model::resource::CognitiveServicesAccount;
use model::{Change, ClientFact, DnsName, Expect, Host, Question, Snapshot, Target};

/// The questions to ask again after a change: the one that matters first, then the names of every
/// account of the estate from the same vantage.
pub fn siblings(snapshot: &Snapshot, question: &Question) -> Vec<Question> {
    let mut questions = vec![question.clone()];
    let mut ask = |host: DnsName| {
        let to = Target { host: Host::Name(host), port: question.to.port };
        let sibling = Question { from: question.from.clone(), to, expect: Expect::Private };
        if !questions.iter().any(|known| known.to == sibling.to) && questions.len() < MAX_SIBLINGS {
            questions.push(sibling);
        }
    };
    for (id, account) in snapshot.all::<CognitiveServicesAccount>() {
        let Some(label) = &account.custom_subdomain else { continue };
        let connected = fabric::client::has_endpoint(snapshot, id).value().is_some_and(Option::is_some);
        for suffix in if connected { SUFFIXES } else { &SUFFIXES[..1] } {
            DnsName::below(label, suffix).into_iter().for_each(&mut ask);
        }
    }
    questions
}

/// Names asked again at most; an estate of thousands of accounts must not make one remedy slow.
const MAX_SIBLINGS: usize = 64;

/// The public suffixes of an Azure AI services account.
const SUFFIXES: &[&str] = &["openai.azure.com", "cognitiveservices.azure.com", "services.ai.azure.com"];

/// The estate after the changes and what Azure does because of them, and these questions walked
/// again. A client that calls another host afterwards is asked about that host.
pub fn prove(snapshot: &Snapshot, changes: &[Change], questions: &[Question]) -> (Snapshot, Vec<Trace>) {
    let after = fabric::platform::after(snapshot, changes);
    let traces = questions.iter().map(|question| predict(&after, &asked_after(snapshot, changes, question))).collect();
    (after, traces)
}

/// The question that the client asks once its own settings are changed.
pub fn asked_after(before: &Snapshot, changes: &[Change], question: &Question) -> Question {
    let moved = changes.iter().find_map(|change| {
        let Change::Outside(ClientFact::Environment { name, value: Some(value) }) = change else { return None };
        let old = before.client().environment.get(name).and_then(|url| url_host(url))?;
        (old == question.to.host).then(|| url_host(value)).flatten()
    });
    match moved {
        Some(host) => Question { to: Target { host, ..question.to.clone() }, ..question.clone() },
        None => question.clone(),
    }
}
