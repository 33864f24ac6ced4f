//! What becomes of a call that the client's variables hand to a proxy, and does that way count?
//!
//! A program that honours the variables hands the name over: its own DNS, routes and rules decide nothing any more.
//! So the answer is that of the way through the proxy, but for two cases. Where both ways come out alike, the direct
//! one is shown, because it tells more. Where nothing is known of the way through the proxy, a fault of the direct
//! way stays a fault.

use crate::lines::{http_line, tls_line};
use crate::predict::directly;
use crate::replied::Replied;
use crate::{ByProxy, Outcome, Trace};
use fabric::access::Reading;
use fabric::tls::Peer;
use model::observation::{ClientSeen, HttpOutcome, ProxiedSeen, ProxyOutcome, TlsOutcome};
use model::resource::{CognitiveServicesAccount, ContainerApp, NetworkInterface, PublicNetworkAccess, WebApp};
use model::{
    Because, End, Host, Known, Proxied, ProxyUrl, Question, Snapshot, Stage, Status, Vantage, Verdict, Way,
    proxy_variables, visible,
};

/// A trace of the direct way, with the way through the proxy that these variables name for its host: as it was
/// measured, and for the rest as the estate says. Without such a proxy the trace stays as it is.
pub fn handed(snapshot: Option<&Snapshot>, trace: Trace, client: &ClientSeen, seen: Option<&ProxiedSeen>) -> Trace {
    // The variables are a client's; no service of Azure has them.
    if let Vantage::Service(_) = trace.question.from {
        return trace;
    }
    let (variable, exceptions, differs) = match client.proxied(&trace.question.to.host) {
        Proxied::Unset | Proxied::Exempt { .. } => return trace,
        Proxied::Through { proxy, despite } => (proxy.clone(), despite.cloned(), None),
        Proxied::Differs { proxy, by, how } => (proxy.clone(), Some(by.clone()), Some(how)),
    };
    let (stands_at, paper, because) = on_paper(snapshot, &trace.question, &variable.1);
    let (measured, lines) = seen.map_or_else(|| (unknown(), Vec::new()), measured);
    let way = match (measured.way, measured.end) {
        (Way::Unknown, End::Answered) if is_closed(snapshot, &trace.question) => Way::Private,
        (Way::Unknown, _) => paper.way,
        (way, _) => way,
    };
    let end = if measured.end == End::Unknown { paper.end } else { measured.end };
    let outcome = at_client(way, end);
    let decides = counts(&trace.outcome, &outcome, differs.is_some());
    let direct = trace.outcome.clone();
    let by = ByProxy { variable, exceptions, differs, direct, outcome, decides, stands_at, because, seen: lines };
    with(trace, by)
}

/// The same from configuration alone.
pub(crate) fn handed_on_paper(snapshot: &Snapshot, trace: Trace) -> Trace {
    let client = stated_client(snapshot, &trace.question);
    handed(Some(snapshot), trace, &client, None)
}

/// The client of a question with the proxy variables that the estate states: those of an app's settings, and those
/// of the snapshot's client before them.
pub fn stated_client(snapshot: &Snapshot, question: &Question) -> ClientSeen {
    let mut variables = match &question.from {
        Vantage::WebApp(id) => snapshot.find::<WebApp>(id).map(|app| app.proxies.clone()),
        Vantage::ContainerApp(id) => snapshot.find::<ContainerApp>(id).map(|app| app.proxies.clone()),
        _ => None,
    }
    .unwrap_or_default();
    variables.extend(snapshot.client().environment.clone());
    ClientSeen { proxy_variables: proxy_variables(&variables), ..ClientSeen::default() }
}

fn with(trace: Trace, by: ByProxy) -> Trace {
    let mut trace = trace;
    if by.decides {
        trace.outcome = by.outcome.clone();
        let client = trace.hops.iter_mut().flat_map(|hop| &mut hop.steps).find(|step| step.stage == Stage::Client);
        if let Some(step) = client {
            step.status = match by.outcome.verdict {
                Verdict::Private => Status::Info,
                Verdict::Undetermined => Status::Unknown,
                Verdict::Public | Verdict::Blocked => Status::Fail,
            };
            step.told.push(told(&by));
        }
        if by.outcome.verdict == Verdict::Undetermined {
            trace.settle.insert(0, settles(&trace.question.to.host, &by));
        }
    }
    trace.proxied = Some(by);
    trace
}

fn told(by: &ByProxy) -> String {
    let (name, value) = &by.variable;
    let who = if by.differs.is_some() { "some programs hand" } else { "programs that honour it hand" };
    let where_it_is = by.stands_at.as_ref().map_or_else(String::new, |at| format!(" at {at}"));
    format!("{name}={}: {who} the name to that proxy{where_it_is}, which resolves it itself", visible(value))
}

fn settles(host: &Host, by: &ByProxy) -> String {
    let value = by.exceptions.as_ref().map_or_else(String::new, |(_, list)| format!("{},", visible(list)));
    format!(
        "client: which way the proxy takes is not known: ask on its host (nslookup {host}), or exempt the host (NO_PROXY={value}{host})"
    )
}

/// Whether the way through the proxy is the answer.
fn counts(direct: &Outcome, proxied: &Outcome, differs: bool) -> bool {
    if direct.verdict == proxied.verdict {
        return false;
    }
    // Programs that differ take both ways: the worse one counts. The verdicts are in order of badness.
    let worse = proxied.verdict < direct.verdict;
    worse || (!differs && proxied.verdict != Verdict::Undetermined)
}

fn unknown() -> Outcome {
    Outcome::among(Way::Unknown, End::Unknown, vec![Stage::Client])
}

/// It is the client that left the private way when it handed the call over.
fn at_client(way: Way, end: End) -> Outcome {
    let outcome = Outcome::new(way, end, None);
    match outcome.verdict {
        Verdict::Private => outcome,
        Verdict::Undetermined => Outcome { candidates: vec![Stage::Client], ..outcome },
        Verdict::Public | Verdict::Blocked => Outcome { stage: Some(Stage::Client), ..outcome },
    }
}

/// Where the proxy stands, what happens to a call that it makes from there, and why.
fn on_paper(snapshot: Option<&Snapshot>, question: &Question, value: &str) -> (Option<Vantage>, Outcome, Because) {
    let nothing = || (None, unknown(), Because::default());
    let Some((snapshot, url)) = snapshot.zip(ProxyUrl::parse(value)) else { return nothing() };
    let Host::Address(address) = url.host else { return nothing() };
    let card = snapshot.all::<NetworkInterface>().find(|(_, card)| card.addresses().any(|own| own == address));
    let Some((id, card)) = card.filter(|(_, card)| card.private_endpoint.is_none()) else { return nothing() };
    let from =
        card.virtual_machine.clone().map_or_else(|| Vantage::NetworkInterface(id.clone()), Vantage::VirtualMachine);
    let walked = directly(snapshot, &Question { from: from.clone(), ..question.clone() });
    let left = walked.outcome.stage.unwrap_or(Stage::Dns);
    let step = walked.at(left).next().or_else(|| walked.at(Stage::Dns).next());
    let mut because =
        Because::new(format!("the proxy is at {from}; walked from there it comes out {}", walked.outcome.verdict));
    because.parts.extend(step.map(|step| step.because.clone()));
    (Some(from), walked.outcome, because)
}

/// True when the service lets nobody in publicly: what it answered came by a private endpoint.
fn is_closed(snapshot: Option<&Snapshot>, question: &Question) -> bool {
    let service = question.to.host.name().and_then(fabric::client::service);
    let Some((snapshot, service)) = snapshot.zip(service) else { return false };
    let Known::Value(Some(target)) = fabric::client::target(snapshot, &service) else { return false };
    let account = snapshot.find::<CognitiveServicesAccount>(&target);
    account.is_some_and(|it| it.public_network_access == Known::Value(PublicNetworkAccess::Disabled))
}

/// What was measured through the proxy, and in words.
fn measured(seen: &ProxiedSeen) -> (Outcome, Vec<String>) {
    let stopped = |text: String| (at_client(Way::None, End::Stopped), vec![text]);
    let open = |text: String| (unknown(), vec![text]);
    match &seen.outcome {
        ProxyOutcome::Opened => through(seen),
        ProxyOutcome::WantsCredentials => {
            if ProxyUrl::parse(&seen.variable.1).is_some_and(|url| url.has_credentials) {
                open("the proxy wants credentials; those in the variable were not sent".to_owned())
            } else {
                stopped("the proxy wants credentials (407), and the variable has none".to_owned())
            }
        }
        ProxyOutcome::Refused(words) => stopped(format!("the proxy does not let it through: {}", visible(words))),
        ProxyOutcome::NoWay(words) => stopped(format!("the proxy finds no way to the host: {}", visible(words))),
        ProxyOutcome::Unreachable(words) => stopped(format!("the proxy is not reached: {}", visible(words))),
        ProxyOutcome::TimedOut => stopped("the proxy does not answer in time".to_owned()),
        ProxyOutcome::Garbage(words) => stopped(format!("what answers is no such proxy: {}", visible(words))),
        ProxyOutcome::NotTried(why) => open(format!("not tried: {}", visible(why))),
    }
}

/// Who answered through the proxy, and what.
fn through(seen: &ProxiedSeen) -> (Outcome, Vec<String>) {
    let Some(tls) = &seen.tls else {
        return (unknown(), vec!["the proxy opened a way; nothing more was tried".to_owned()]);
    };
    let (_, line) = tls_line(tls);
    let mut lines = vec![line];
    let peer = fabric::tls::peer(tls).outcome;
    let Some(reply) = &seen.http else {
        let outcome = match (&tls.outcome, peer) {
            (TlsOutcome::Verified, _) | (_, Known::Value(Peer::Unknown { .. })) => unknown(),
            _ => at_client(Way::None, End::Stopped),
        };
        return (outcome, lines);
    };
    lines.push(http_line(reply));
    let outcome = match (&reply.outcome, Replied::of(reply).reading) {
        (HttpOutcome::Answered, Reading::NetworkRefusal(..)) => at_client(Way::Public, End::Refused),
        (HttpOutcome::Answered, _) => at_client(Way::Unknown, End::Answered),
        _ => unknown(),
    };
    (outcome, lines)
}
