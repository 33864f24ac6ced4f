//! What does this estate gain from what checks saw elsewhere?
//!
//! A report was made somewhere: at a vantage of the snapshot, or at least in one of its networks. What
//! DNS servers answered there is joined to the estate, each answer with the place it was asked from.
//! What was measured on a call joins the same question from the same vantage, and no other.

use crate::{note, vantage};
use finding::Note;
use model::observation::{ClientSeen, Seen};
use model::resource::{Subnet, VirtualNetwork};
use model::{AnswerSeen, Asker, Client, Elsewhere, Kind, Observation, Question, ResourceId, Snapshot, Vantage};
use path::{network_of, standing};
use std::net::IpAddr;

/// A report, and where it was made if somebody said so.
#[derive(Debug, Clone)]
pub struct Told {
    /// Where it was made; `None` leaves that to the report.
    pub from: Option<Vantage>,
    /// The report.
    pub report: Elsewhere,
}

/// A report whose vantage is known.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Where it was made.
    pub from: Vantage,
    /// The report.
    pub report: Elsewhere,
}

/// An estate with what was seen elsewhere.
#[derive(Debug)]
pub struct Joined {
    /// The estate; it knows what DNS servers were seen to answer.
    pub snapshot: Snapshot,
    /// The reports that were made at a vantage of it, the latest first.
    pub seen: Vec<Placed>,
    /// What is to be said about the reports.
    pub notes: Vec<Note>,
}

/// A report this old is warned of.
const OLD_AFTER_SECONDS: i64 = 4 * 3600;

/// The port of DNS.
const DNS_PORT: u16 = 53;

/// Joins reports to an estate that is asked these questions.
pub fn join(snapshot: Snapshot, questions: &[Question], mut told: Vec<Told>) -> Joined {
    // A time stamp that cannot be read is older than any other.
    told.sort_by_key(|told| probe::seconds_since(&told.report.taken).unwrap_or(i64::MAX));
    let mut joined = Joined { snapshot, seen: Vec::new(), notes: Vec::new() };
    let mut answers = Vec::new();
    for Told { from, report } in told {
        let from = from.or_else(|| place(&joined.snapshot, &report));
        let asker = asker(&joined.snapshot, from.as_ref(), &report.observations);
        let about = format!("seen in {}", report.file);
        joined.notes.push(note(&about, introduced(&report, from.as_ref(), asker.as_ref(), questions)));
        if let Some(asker) = asker {
            let (steady, restless) = answered(&report, from.as_ref(), &asker);
            answers.extend(steady);
            joined.notes.extend(restless.map(|text| note(&about, text)));
        }
        if let Some(from) = from {
            joined.seen.push(Placed { from, report });
        }
    }
    let client = Client { answers, ..joined.snapshot.client().clone() };
    let client = match questions {
        // What is set where the one question starts is part of what is predicted for it.
        [only] => match of_question(&joined.seen, only).and_then(settings) {
            Some(settings) => client.with_seen(settings, &only.to.host),
            None => client,
        },
        _ => client,
    };
    joined.snapshot = joined.snapshot.with_client(client);
    joined
}

/// What was measured elsewhere about this very question, the latest.
pub(crate) fn of_question<'p>(seen: &'p [Placed], question: &Question) -> Option<&'p [Observation]> {
    let same = |placed: &&Placed| placed.from == question.from && placed.report.to == question.to;
    seen.iter().find(same).map(|placed| placed.report.observations.as_slice())
}

/// The estate for a question that was measured: of servers about which something is declared, the
/// declaration alone predicts, and what was measured is compared with it.
pub(crate) fn without_what_is_declared(snapshot: &Snapshot) -> Snapshot {
    let mut client = snapshot.client().clone();
    if client.answers.is_empty() {
        return snapshot.clone();
    }
    let servers = std::mem::take(&mut client.dns_servers);
    let inbound = |server: IpAddr| {
        let mut all = snapshot.all::<model::resource::InboundEndpoint>();
        all.any(|(_, endpoint)| endpoint.addresses.contains(&server))
    };
    client.answers.retain(|answer| {
        let server = answer.server;
        server != standing::AZURE_DNS && !servers.contains_key(&server) && !inbound(server)
    });
    client.dns_servers = servers;
    snapshot.clone().with_client(client)
}

fn settings(observations: &[Observation]) -> Option<&ClientSeen> {
    observations.iter().find_map(|observation| match &observation.seen {
        Seen::Client(client) => Some(client),
        _ => None,
    })
}

/// The vantage that a report was made at: the resource that it names, the place outside of Azure that it
/// names, or the node that has its own address.
fn place(snapshot: &Snapshot, report: &Elsewhere) -> Option<Vantage> {
    if let Some(id) = &report.resource {
        let found = snapshot.get(id)?;
        let id = found.id.clone();
        return match found.kind() {
            Kind::VirtualMachine => Some(Vantage::VirtualMachine(id)),
            Kind::NetworkInterface => Some(Vantage::NetworkInterface(id)),
            Kind::Subnet => Some(Vantage::Subnet(id)),
            Kind::WebApp => Some(Vantage::WebApp(id)),
            Kind::ManagedCluster => Some(Vantage::Cluster(id)),
            _ => None,
        };
    }
    if let Some(site) = report.vantage.strip_prefix("onprem/") {
        return snapshot.client().on_premises.contains_key(site).then(|| Vantage::OnPremises(site.to_owned()));
    }
    match report.vantage.as_str() {
        "internet" => Some(Vantage::Internet),
        _ => vantage::infer(snapshot, &report.observations),
    }
}

/// Where the DNS servers of a report were asked from.
fn asker(snapshot: &Snapshot, from: Option<&Vantage>, observations: &[Observation]) -> Option<Asker> {
    let Some(from) = from else { return by_own_address(snapshot, observations) };
    let standing = standing::of(snapshot, from).outcome.value()?.clone();
    match (standing.network, standing.site) {
        (Some(network), _) => Some(Asker::Network { network, subnet: standing.subnet }),
        (None, Some(site)) => Some(Asker::Site(site.name)),
        (None, None) => None,
    }
}

/// The one network that has our own address, and its subnet: of networks that overlap none is known.
fn by_own_address(snapshot: &Snapshot, observations: &[Observation]) -> Option<Asker> {
    let own: Vec<IpAddr> = vantage::own_addresses(observations).collect();
    let holds = |prefixes: &[ipnet::IpNet]| prefixes.iter().any(|prefix| own.iter().any(|one| prefix.contains(one)));
    let mut networks = snapshot.all::<VirtualNetwork>().filter(|(_, network)| holds(&network.address_space));
    let (network, _) = networks.next()?;
    if networks.next().is_some() {
        return None;
    }
    let subnets = snapshot.children::<Subnet>(network);
    let subnet: Vec<&ResourceId> = subnets.filter(|(_, subnet)| holds(&subnet.prefixes)).map(|(id, _)| id).collect();
    let subnet = subnet.first().filter(|subnet| network_of(subnet).as_ref() == Some(network));
    Some(Asker::Network { network: network.clone(), subnet: subnet.map(|subnet| (*subnet).clone()) })
}

/// What the servers answered; and in words, which of them said two things.
fn answered<'r>(
    report: &'r Elsewhere,
    from: Option<&Vantage>,
    asker: &'r Asker,
) -> (Vec<AnswerSeen>, impl Iterator<Item = String> + use<'r>) {
    let said = path::said(&report.observations);
    let (steady, restless): (Vec<_>, Vec<_>) = said
        .into_iter()
        .filter(|said| said.server.port() == DNS_PORT && !said.server.ip().is_loopback())
        .partition(|said| said.steady);
    let place = from.map_or_else(|| named(asker).to_owned(), ToString::to_string);
    let by = format!("from {place} at {} in {}", report.taken, report.file);
    let seen = steady.into_iter().map(|said| AnswerSeen {
        server: said.server.ip(),
        asker: asker.clone(),
        name: said.name,
        aliases: said.aliases,
        addresses: said.addresses,
        at: report.taken.clone(),
        by: by.clone(),
    });
    let restless = restless.into_iter().map(|said| {
        let server = said.server.ip();
        format!("{server} gave two answers for {}, so neither is used for anybody else", said.name)
    });
    (seen.collect(), restless)
}

fn named(asker: &Asker) -> &str {
    match asker {
        Asker::Network { network, .. } => network.name(),
        Asker::Site(site) => site,
    }
}

/// Where and when a report was made, how old it is, and what it is used for.
fn introduced(report: &Elsewhere, from: Option<&Vantage>, asker: Option<&Asker>, questions: &[Question]) -> String {
    let place = match (from, asker) {
        (Some(from), _) => format!("made at {from}"),
        (None, Some(asker)) => format!("made in {}", named(asker)),
        (None, None) => format!("made at {}", report.vantage),
    };
    let when = age(&report.taken);
    let about = &report.to;
    let measured = questions.iter().any(|question| from == Some(&question.from) && *about == question.to);
    let used = match (measured, asker) {
        (true, _) => "what it measured is shown beside what is predicted".to_owned(),
        (false, Some(_)) => {
            format!("it is about {about} from there, which is not asked here: only what DNS servers answered is used")
        }
        (false, None) => match &report.resource {
            Some(id) if from.is_none() => format!("{} is not in this estate: nothing of it is used", id.name()),
            _ if from.is_none() => {
                "nothing tells which node of this estate that is, so nothing of it is used; say so with \
                 --seen VANTAGE=FILE"
                    .to_owned()
            }
            _ => format!("it is about {about} from there, which is not asked here: nothing of it is used"),
        },
    };
    format!("{place}, {when}; {used}")
}

/// How long ago, in words, and what an old report is worth.
fn age(taken: &str) -> String {
    let Some(seconds) = probe::seconds_since(taken) else {
        return format!("at a time that cannot be read ({taken}): nothing tells how old it is");
    };
    let (number, unit) = match seconds {
        ..-60 => return format!("{taken}, which is in the future: one of the two clocks is wrong"),
        -60..120 => return format!("{taken}, just now"),
        120..7_200 => (seconds / 60, "minutes"),
        7_200..172_800 => (seconds / 3_600, "hours"),
        _ => (seconds / 86_400, "days"),
    };
    let old = if seconds > OLD_AFTER_SECONDS { ": much may have changed since, take it again" } else { "" };
    format!("{taken}, {number} {unit} ago{old}")
}
