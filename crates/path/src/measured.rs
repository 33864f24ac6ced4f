//! What do the measurements of one question show, before any prediction is looked at?

mod beyond;
mod ways;

use crate::answers::{Answers, Says};
use crate::lines::{dns_line, says_nothing_new, tcp_line};
use crate::weigh::{Weighed, weigh};
use crate::{Heard, Outcome};
use model::observation::{DnsSeen, Seen, TcpOutcome, TcpSeen};
use model::{End, Expect, Fact, Host, Observation, Question, ResourceId, Snapshot, Stage, Status, Way, visible};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

/// What the measurements of one question show.
#[derive(Debug, Clone)]
pub struct Measured {
    /// Way and end as measured.
    pub outcome: Outcome,
    /// What was seen at each stage.
    pub stages: BTreeMap<Stage, StageSeen>,
    /// The addresses that the name resolved to, by whoever decided; `None` when nobody said anything
    /// usable.
    pub resolved: Option<Resolved>,
    /// The DNS servers that the host which measured is set to ask and did ask, in order.
    pub servers: Vec<IpAddr>,
    /// The connection that decided.
    pub dialled: Option<SocketAddr>,
    /// What the far side of that connection said.
    pub heard: Heard,
    /// The general facts that the reading rests on.
    pub rules: Vec<&'static Fact>,
    /// What would settle what is not known.
    pub settle: Vec<String>,
}

/// What was seen at one stage.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StageSeen {
    /// How it went, if that can be told.
    pub status: Option<Status>,
    /// A line for each observation.
    pub lines: Vec<String>,
    /// What follows from them, and must be told whatever else is left out.
    pub told: Vec<String>,
}

/// What the name resolved to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The DNS server that said it; `None` for the resolver of the system.
    pub server: Option<SocketAddr>,
    /// The addresses; empty when the name does not exist.
    pub addresses: Vec<IpAddr>,
    /// For how many seconds a cache may keep this answer, if it may.
    pub kept: Option<u32>,
}

/// Where the measuring was done, as far as the snapshot knows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting<'s> {
    pub snapshot: Option<&'s Snapshot>,
    pub network: Option<&'s ResourceId>,
    pub question: &'s Question,
}

/// Reads the measurements of one question. `None` when nothing but settings was observed.
pub fn measured(
    snapshot: Option<&Snapshot>,
    network: Option<&ResourceId>,
    question: &Question,
    observations: &[Observation],
) -> Option<Measured> {
    let setting = Setting { snapshot, network, question };
    let answers = Answers::of(observations);
    let weighed = weigh(&setting, &answers);
    let mut names: Vec<&DnsSeen> = Vec::new();
    let mut connections: Vec<&TcpSeen> = Vec::new();
    let mut sign_in = None;
    for observation in observations {
        match &observation.seen {
            Seen::Dns(seen) => names.push(seen),
            Seen::Tcp(seen) => connections.push(seen),
            Seen::SignIn(seen) => sign_in = Some(seen),
            Seen::Client(_) | Seen::Resolver(_) | Seen::Tls(_) | Seen::Http(_) | Seen::Proxied(_) => {}
        }
    }
    if names.is_empty() && connections.is_empty() {
        return None;
    }
    let mut reader = Reader {
        setting,
        stages: BTreeMap::new(),
        rules: Vec::new(),
        settle: Vec::new(),
        weighed,
        heard: Heard { sign_in: sign_in.cloned(), ..Heard::default() },
    };
    reader.weighed();
    let resolved = reader.names(&names, &answers, observations);
    let outcome = match connections.iter().find(|seen| seen.outcome == TcpOutcome::Connected).or(connections.first()) {
        Some(connection) => reader.connection(connection, &connections, observations),
        None => reader.without_connection(resolved.as_ref()),
    };
    Some(Measured {
        outcome,
        stages: reader.stages,
        resolved,
        servers: own_servers(&answers, &names),
        dialled: connections.first().map(|seen| seen.address),
        heard: reader.heard,
        rules: reader.rules,
        settle: reader.settle,
    })
}

/// The servers that the host is set to ask, of those that were asked: whoever measures may name others.
fn own_servers(answers: &Answers<'_>, names: &[&DnsSeen]) -> Vec<IpAddr> {
    let set = answers.client.map_or(&[][..], |client| &client.servers);
    let asked = |server: &&SocketAddr| names.iter().any(|seen| seen.server == **server);
    set.iter().filter(asked).map(SocketAddr::ip).collect()
}

struct Reader<'s> {
    setting: Setting<'s>,
    stages: BTreeMap<Stage, StageSeen>,
    rules: Vec<&'static Fact>,
    settle: Vec<String>,
    weighed: Weighed,
    heard: Heard,
}

impl Reader<'_> {
    fn see(&mut self, stage: Stage, status: Option<Status>, line: impl Into<String>) {
        let entry = self.stages.entry(stage).or_default();
        entry.status = status.or(entry.status);
        entry.lines.push(line.into());
    }

    /// What the answers say together.
    fn weighed(&mut self) {
        for (stage, text) in std::mem::take(&mut self.weighed.told) {
            self.stages.entry(stage).or_default().told.push(text);
        }
        self.settle.append(&mut self.weighed.settle);
        self.rules.append(&mut self.weighed.rules);
    }

    /// DNS lines of every server, and what was decided.
    fn names(&mut self, names: &[&DnsSeen], answers: &Answers<'_>, observations: &[Observation]) -> Option<Resolved> {
        let deciding = answers.deciding();
        let decided = |seen: &DnsSeen| {
            deciding.is_some_and(|reply| (reply.role, reply.server, reply.name) == (seen.role, seen.server, &seen.name))
        };
        // What decided is told first.
        let mut told: Vec<&DnsSeen> = names.iter().filter(|seen| !says_nothing_new(seen, names)).copied().collect();
        told.sort_by_key(|seen| !decided(seen));
        for seen in told {
            let took =
                observations.iter().find(|own| matches!(&own.seen, Seen::Dns(dns) if dns == seen)).map(|own| own.took);
            let line = dns_line(seen, took);
            self.see(Stage::Dns, None, line);
        }
        match (deciding, answers.resolver) {
            (Some(reply), _) => {
                let addresses = if reply.says() == Says::NoSuchName { Vec::new() } else { reply.addresses() };
                Some(Resolved { server: Some(reply.server), addresses, kept: reply.kept() })
            }
            (None, Some(resolver)) if !resolver.addresses.is_empty() => {
                Some(Resolved { server: None, addresses: resolver.addresses.clone(), kept: None })
            }
            _ => None,
        }
    }

    /// Nothing was dialled: DNS ended it.
    fn without_connection(&mut self, resolved: Option<&Resolved>) -> Outcome {
        if resolved.is_some() {
            let text = format!("no address for {}: nothing to dial", self.setting.question.to.host);
            self.see(Stage::Dns, Some(Status::Fail), text);
            return Outcome::new(Way::None, End::Stopped, Some(Stage::Dns));
        }
        self.see(Stage::Dns, Some(Status::Unknown), "no DNS server gave a usable answer");
        self.settle.push("dns: ask a server that answers (name it with --dns ADDR:PORT)".to_owned());
        Outcome::among(Way::Unknown, End::Unknown, vec![Stage::Dns])
    }

    fn connection(&mut self, decisive: &TcpSeen, all: &[&TcpSeen], observations: &[Observation]) -> Outcome {
        let (way, left) = self.way(decisive.address.ip());
        for seen in all {
            let line = tcp_line(seen, observations);
            self.see(Stage::Route, None, line);
        }
        match &decisive.outcome {
            TcpOutcome::Connected => {
                for stage in [Stage::Route, Stage::Nsg] {
                    let good = self.good(way);
                    let entry = self.stages.entry(stage).or_default();
                    entry.status = Some(good);
                    if entry.lines.is_empty() {
                        entry.lines.push("TCP connected, so nothing on the way drops it".to_owned());
                    }
                }
                self.beyond_tcp(decisive.address, way, left, observations)
            }
            TcpOutcome::Tunnel(words) => {
                self.settle.push(format!("client: the tunnel failed ({}): check --socks5", visible(words)));
                Outcome::among(way, End::Unknown, vec![Stage::Client])
            }
            TcpOutcome::TimedOut => {
                self.silence(way, left, &[self.named_by(), Stage::Route, Stage::Nsg, Stage::Endpoint])
            }
            TcpOutcome::Refused | TcpOutcome::Reset => {
                self.settle.push("route: something answers and says no, which a security group never does: a wrong address, port or appliance".to_owned());
                Self::stopped(way, left, &[self.named_by(), Stage::Route])
            }
            TcpOutcome::Unreachable(_) => Self::stopped(way, left, &[Stage::Route]),
        }
    }

    /// What goes well on the wrong way is told, and is no success.
    fn good(&self, way: Way) -> Status {
        let wrong = way == Way::Public && self.setting.question.expect != Expect::Public;
        if wrong { Status::Info } else { Status::Pass }
    }

    /// Dropped without a word: what would tell the causes apart, cheapest first.
    fn silence(&mut self, way: Way, left: Option<Stage>, candidates: &[Stage]) -> Outcome {
        if left.is_none() {
            self.settle.extend([
                format!("{}: is the address one of the endpoint's NIC? (az network private-endpoint show --query networkInterfaces)", self.named_by()),
                "endpoint: is its connection Approved?".to_owned(),
                "route: is this network the endpoint's own or a Connected peer?".to_owned(),
                "nsg: does a rule deny it on the way out, or on the endpoint's subnet with network policies on?".to_owned(),
            ]);
        }
        Self::stopped(way, left, candidates)
    }

    fn stopped(way: Way, left: Option<Stage>, candidates: &[Stage]) -> Outcome {
        match (left, candidates) {
            (Some(stage), _) => Outcome::new(way, End::Stopped, Some(stage)),
            (None, [only]) => Outcome::new(way, End::Stopped, Some(*only)),
            (None, several) => Outcome::among(way, End::Stopped, several.to_vec()),
        }
    }

    /// The stage that chose the address: DNS for a name, the client itself for an address literal.
    fn named_by(&self) -> Stage {
        match self.setting.question.to.host {
            Host::Name(_) => Stage::Dns,
            Host::Address(_) => Stage::Client,
        }
    }
}
