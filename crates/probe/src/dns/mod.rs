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
use model::observation::{DnsOutcome, Seen, Transport};
use model::{DnsName, Observation};
use std::net::SocketAddr;

/// Asks one server for the addresses of one family, and follows the aliases at that same server.
pub(crate) async fn ask(server: SocketAddr, name: DnsName, ipv6: bool, limits: Limits) -> Observation {
    let watch = Stopwatch::start();
    let end = limits.stage_end();
    let kind = if ipv6 { RecordType::AAAA } else { RecordType::A };
    let mut transport = Transport::Udp;
    let Some(asked) = in_wire_form(&name) else {
        let outcome = DnsOutcome::Failed("the name cannot be written in a DNS question".to_owned());
        return watch.stop(Seen::Dns(Walk::nothing(kind).seen(server, transport, name, outcome)));
    };
    let mut walk = Walk::from(asked, kind);
    let outcome = loop {
        match exchange::exchange(server, walk.current(), kind, end).await {
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
    watch.stop(Seen::Dns(walk.seen(server, transport, name, outcome)))
}

/// The name as the wire format library has it; labels are taken byte by byte, with no escapes.
fn in_wire_form(name: &DnsName) -> Option<Name> {
    Name::from_labels(name.labels().map(str::as_bytes)).ok()
}
