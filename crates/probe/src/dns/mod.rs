//! What does one DNS server say of one name?
//!
//! The questions go out on sockets of our own, because the answers with a wrong id, the refusals and
//! the retry over TCP are evidence that a resolver library would hide.

mod chain;
mod exchange;

use crate::clock::{Limits, Stopwatch};
use chain::{Next, Walk};
use exchange::Trouble;
use hickory_proto::rr::{Name, RecordType};
use model::observation::{DnsOutcome, DnsRole, Seen, Transport};
use model::{DnsName, Observation};
use std::net::SocketAddr;

/// One question to one server, and why it is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) server: SocketAddr,
    pub(crate) role: DnsRole,
    pub(crate) name: DnsName,
    pub(crate) ipv6: bool,
}

impl Asked {
    fn kind(&self) -> RecordType {
        if self.ipv6 { RecordType::AAAA } else { RecordType::A }
    }

    /// What is seen of a question that nobody waits for any longer.
    pub(crate) fn given_up(self) -> Seen {
        Seen::Dns(Walk::nothing(self.kind()).seen(self, Transport::Udp, DnsOutcome::TimedOut))
    }
}

/// Asks one server for the addresses of one family, and follows the aliases at that same server.
pub(crate) async fn ask(asked: Asked, limits: Limits) -> Observation {
    let watch = Stopwatch::start();
    let end = limits.stage_end();
    let kind = asked.kind();
    let mut transport = Transport::Udp;
    let Some(name) = in_wire_form(&asked.name) else {
        let outcome = DnsOutcome::Failed("the name cannot be written in a DNS question".to_owned());
        return watch.stop(Seen::Dns(Walk::nothing(kind).seen(asked, transport, outcome)));
    };
    let mut walk = Walk::from(name, kind);
    let outcome = loop {
        match exchange::exchange(asked.server, walk.current(), kind, end).await {
            Ok(reply) => {
                transport = transport.max(reply.transport);
                match walk.read(&reply.message) {
                    Next::Ask => {}
                    Next::End(outcome) => break outcome,
                }
            }
            Err(failure) => {
                transport = transport.max(failure.transport);
                break match failure.trouble {
                    Trouble::TimedOut => DnsOutcome::TimedOut,
                    Trouble::Unreachable(words) => DnsOutcome::Unreachable(words),
                    Trouble::Garbage(words) => DnsOutcome::Garbage(words),
                };
            }
        }
    };
    watch.stop(Seen::Dns(walk.seen(asked, transport, outcome)))
}

/// The name as the wire format library has it; labels are taken byte by byte, with no escapes.
fn in_wire_form(name: &DnsName) -> Option<Name> {
    Name::from_labels(name.labels().map(str::as_bytes)).ok()
}
