//! What do the measurements of one question show, before any prediction is looked at?

use crate::answers::{Answers, Says};
use crate::lines::{dns_line, http_line, says_nothing_new, tcp_line, tls_line};
use crate::replied::Replied;
use crate::weigh::{NOWHERE, Weighed, is_placeless, weigh};
use crate::{Heard, Outcome};
use fabric::access::{self, Reading, Refusal};
use fabric::endpoint::{self, Landing};
use fabric::is_public;
use fabric::tls::Peer;
use model::observation::{DnsSeen, HttpOutcome, HttpSeen, Seen, TcpOutcome, TcpSeen, TlsOutcome, TlsSeen};
use model::resource::ConnectionState;
use model::{
    End, Expect, Fact, Host, Known, Observation, Question, ResourceId, Snapshot, Stage, Status, Vantage, Way, visible,
};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

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
    for observation in observations {
        match &observation.seen {
            Seen::Dns(seen) => names.push(seen),
            Seen::Tcp(seen) => connections.push(seen),
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
        heard: Heard::default(),
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

    /// The way that the dialled address belongs to, and where a wrong one left the private way.
    fn way(&mut self, address: IpAddr) -> (Way, Option<Stage>) {
        let Some(snapshot) = self.setting.snapshot else { return self.way_without_snapshot(address) };
        let blame = self.named_by();
        let landing = endpoint::landing(snapshot, self.setting.network, address).outcome;
        match landing {
            Known::Value(Landing::Endpoint(arrival)) => {
                let asked = self.target();
                match (asked, &arrival.target) {
                    (Some(asked), Some(led)) if asked != *led => {
                        self.see(
                            Stage::Dns,
                            Some(Status::Fail),
                            format!("{address} is the endpoint of {}, not of what was asked", led.name()),
                        );
                        (Way::None, Some(blame))
                    }
                    // An address names whatever its endpoint leads to.
                    (None, Some(_)) if self.setting.question.to.host.name().is_none() => {
                        let approved = arrival.state.is(&ConnectionState::Approved);
                        (if approved { Way::Private } else { Way::None }, None)
                    }
                    (None, _) | (_, None) => (Way::Unknown, None),
                    _ => {
                        self.see(
                            Stage::Dns,
                            Some(Status::Pass),
                            format!("{address} is endpoint {}", arrival.endpoint.name()),
                        );
                        let approved = arrival.state.is(&ConnectionState::Approved);
                        (if approved { Way::Private } else { Way::None }, None)
                    }
                }
            }
            Known::Value(Landing::Nothing) if is_public(address) => {
                let shown = self.weighed.stage == Some(Stage::Dns);
                let status = match self.setting.question.expect {
                    Expect::Public => Status::Pass,
                    _ if shown || self.has_private_way() => Status::Fail,
                    _ => Status::Info,
                };
                self.see(Stage::Dns, Some(status), format!("{address} is a public address"));
                (Way::Public, (status == Status::Fail).then_some(blame))
            }
            Known::Value(Landing::Nothing) => {
                self.see(Stage::Dns, Some(Status::Fail), format!("{address} belongs to no NIC in the snapshot"));
                (Way::None, Some(blame))
            }
            Known::Value(Landing::OtherInterface(_)) | Known::Unknown(_) => (Way::Unknown, None),
        }
    }

    fn way_without_snapshot(&mut self, address: IpAddr) -> (Way, Option<Stage>) {
        if is_public(address) {
            let left = self.weighed.stage;
            let status = if left.is_some() { Status::Fail } else { Status::Info };
            self.see(self.named_by(), Some(status), format!("{address} is a public address"));
            return (Way::Public, left);
        }
        let by = self.named_by();
        let text = format!("{address} is not a public address; whose it is, only the endpoint's NIC can tell");
        self.see(by, Some(Status::Unknown), text);
        self.settle.push(format!(
            "{by}: compare {address} with the endpoint's addresses: privpath check --snapshot FOLDER, or az network private-endpoint show --query customDnsConfigs"
        ));
        (Way::Unknown, None)
    }

    fn target(&self) -> Option<ResourceId> {
        let service = fabric::client::service(self.setting.question.to.host.name()?)?;
        fabric::client::target(self.setting.snapshot?, &service).value()?.clone()
    }

    /// Where a public way may come from when nothing tells: without an endpoint to go to, DNS is
    /// right to answer publicly.
    fn public_candidates(&self) -> Vec<Stage> {
        if is_placeless(&self.setting) && !self.weighed.candidates.is_empty() {
            return self.weighed.candidates.clone();
        }
        match self.setting.snapshot {
            Some(_) if self.setting.network.is_none() && self.setting.question.from != Vantage::Here => {
                let from = &self.setting.question.from;
                // An app of a platform is in a network or in none by its settings.
                let is_app = matches!(from, Vantage::WebApp(_) | Vantage::ContainerApp(_));
                vec![if is_app { Stage::Route } else { Stage::Client }]
            }
            Some(_) if !self.has_private_way() => vec![Stage::Client, Stage::Endpoint],
            _ => NOWHERE.to_vec(),
        }
    }

    /// True when there is a private way to leave: we are in a network, and the asked resource is
    /// known to have a private endpoint.
    fn has_private_way(&self) -> bool {
        let found = self.setting.snapshot.zip(self.target()).filter(|_| self.setting.network.is_some());
        found.is_some_and(|(snapshot, target)| {
            fabric::client::has_endpoint(snapshot, &target).value().is_some_and(Option::is_some)
        })
    }

    fn beyond_tcp(
        &mut self,
        address: SocketAddr,
        way: Way,
        left: Option<Stage>,
        observations: &[Observation],
    ) -> Outcome {
        let tls = observations.iter().find_map(|own| match &own.seen {
            Seen::Tls(seen) if seen.address == address => Some((seen, own.took)),
            _ => None,
        });
        let Some((tls, took)) = tls else { return Outcome::among(way, End::Unknown, vec![Stage::Tls]) };
        self.heard.address = Some(address);
        let way = self.shaken(tls, took, way);
        match (&tls.outcome, &self.heard.peer) {
            (TlsOutcome::Verified, _) => {}
            (TlsOutcome::NotTrusted, Some(Peer::Unknown { .. })) => {
                return Outcome::among(way, End::Unknown, vec![Stage::Tls]);
            }
            (TlsOutcome::TimedOut, _) => return Self::stopped(way, left, &[Stage::Endpoint, Stage::Tls]),
            (TlsOutcome::NotTrusted | TlsOutcome::Failed(_) | TlsOutcome::Closed, _) => {
                return Self::stopped(way, left, &[Stage::Tls]);
            }
        }
        let http = observations.iter().find_map(|own| match &own.seen {
            Seen::Http(seen) if seen.address == address => Some((seen, own.took)),
            _ => None,
        });
        match http {
            Some((reply, took)) => {
                self.see(Stage::Access, None, format!("{} ({} ms)", http_line(reply), took.as_millis()));
                self.reply(reply, way, left)
            }
            None => Outcome::among(way, End::Unknown, vec![Stage::Access]),
        }
    }

    /// The handshake: its line, who the peer is, and by which way that shows the call to go.
    fn shaken(&mut self, tls: &TlsSeen, took: Duration, way: Way) -> Way {
        let (status, line) = tls_line(tls);
        let status = if status == Status::Pass { self.good(way) } else { status };
        self.see(Stage::Tls, Some(status), format!("{line} ({} ms)", took.as_millis()));
        self.heard.peer = fabric::tls::peer(tls).outcome.value().cloned();
        let interposed = matches!(self.heard.peer, Some(Peer::Interposed { .. }));
        if let Some(Peer::Unknown { none_here }) = self.heard.peer {
            let (text, status) = if none_here {
                (
                    "this host has no root certificates; the chain was judged by the public ones that privpath brings. \
                  Programs that use the host's fail here: install its CA bundle (package ca-certificates), or name \
                  one in SSL_CERT_FILE",
                    status,
                )
            } else {
                (
                    "the chain is a public one, and this host's CA bundle lacks its root: bring the bundle up to date \
                  (package ca-certificates), or see what SSL_CERT_FILE names",
                    Status::Unknown,
                )
            };
            let entry = self.stages.entry(Stage::Tls).or_default();
            entry.status = Some(status);
            entry.told.push(text.to_owned());
            if !none_here {
                self.settle.push("tls: bring this host's CA bundle up to date, and ask again".to_owned());
            }
        }
        match way {
            // Who shows a certificate of his own is not the service, whatever address he has.
            Way::Private if interposed => Way::None,
            Way::Private => {
                self.see(Stage::Endpoint, Some(Status::Pass), "the endpoint accepts connections");
                way
            }
            _ => way,
        }
    }

    fn reply(&mut self, reply: &HttpSeen, way: Way, left: Option<Stage>) -> Outcome {
        if reply.outcome != HttpOutcome::Answered {
            self.see(Stage::Access, Some(Status::Unknown), "TLS is good and no HTTP answer came");
            return Outcome::among(way, End::Unknown, vec![Stage::Access]);
        }
        let replied = Replied::of(reply);
        self.heard.reply = Some(replied.reading);
        self.heard.credential = reply.credential;
        self.rules.extend(replied.fact());
        if let Reading::NetworkRefusal(refusal, _) = replied.reading {
            return self.refused(reply, refusal, way, left);
        }
        if way != Way::Private
            && reply.status == 401
            && let Some(fact) = self.asks_first()
        {
            return self.asked_first(fact, way, left);
        }
        let good = self.good(way);
        self.see(Stage::Access, Some(good), "the service answered; its network rules let the call in");
        let (status, text) = replied.auth();
        self.see(Stage::Auth, Some(status), text);
        match (way, left) {
            (Way::Public, None) if self.setting.question.expect != Expect::Public => {
                Outcome::among(way, End::Answered, self.public_candidates())
            }
            _ => Outcome::new(way, End::Answered, left),
        }
    }

    fn asks_first(&self) -> Option<&'static Fact> {
        self.setting.question.to.host.name().and_then(access::asks_first)
    }

    /// The service wants to know who calls before it looks at its network rules.
    fn asked_first(&mut self, fact: &'static Fact, way: Way, left: Option<Stage>) -> Outcome {
        self.rules.push(fact);
        let text = "the service asks who calls first: whether its network rules let the call in is not known";
        self.see(Stage::Access, Some(Status::Unknown), text);
        self.see(Stage::Auth, Some(Status::Info), "401: no token that it takes was sent");
        self.settle
            .push("access: call with a token that the service takes: only then are its network rules asked".to_owned());
        match left {
            Some(_) => Outcome::new(way, End::Answered, left),
            None => Outcome::among(way, End::Unknown, vec![Stage::Access]),
        }
    }

    /// A refusal by network rules proves that it arrived at the public side, whatever was dialled.
    fn refused(&mut self, reply: &HttpSeen, refusal: Refusal, way: Way, left: Option<Stage>) -> Outcome {
        self.heard.source = access::address_seen(&reply.body);
        let seen = self.heard.source.map_or_else(String::new, |own| format!(", and saw it come from {own}"));
        self.see(Stage::Access, Some(Status::Fail), format!("the service's network rules refused it{seen}"));
        if reply.credential.is_some() {
            self.see(Stage::Auth, Some(Status::Info), "a refusal by network rules says nothing of who calls");
        }
        let public = |stage| Outcome::new(Way::Public, End::Refused, Some(stage));
        match (refusal, way, left) {
            // No address of a regional host leads to the account: the name itself is the fault.
            (Refusal::RegionalHost, ..) => public(Stage::Client),
            // Whoever means to come publicly has left nothing: the rules alone stop him.
            (_, Way::Public, _) if self.setting.question.expect == Expect::Public => public(Stage::Access),
            (_, Way::Public, Some(stage)) => public(stage),
            (_, Way::Public, None) => Outcome::among(Way::Public, End::Refused, self.public_candidates()),
            _ => Outcome::among(Way::Public, End::Refused, vec![Stage::Client, Stage::Route, Stage::Access]),
        }
    }
}
