//! What do the handshake and the reply show, once TCP has connected?

use super::Reader;
use crate::Outcome;
use crate::lines::{http_line, tls_line};
use crate::replied::Replied;
use fabric::access::{self, Reading, Refusal};
use fabric::tls::Peer;
use model::observation::{HttpOutcome, HttpSeen, Seen, TlsOutcome, TlsSeen};
use model::{End, Expect, Fact, Observation, Stage, Status, Way};
use std::net::SocketAddr;
use std::time::Duration;

impl Reader<'_> {
    pub(super) fn beyond_tcp(
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
