//! Is what DNS servers do seen as it is?

use super::servers::{self, Dns, address_record, alias_record, closed_udp, empty, name, no_such_name};
use super::{HOST, measured, plan};
use crate::{Plan, Servers};
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::RecordType;
use model::observation::{DnsOutcome, DnsRole, DnsSeen, Transport};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

fn asking(servers: &[SocketAddr]) -> Plan {
    Plan { servers: Servers::Only(servers.to_vec()), ..plan(HOST, servers::closed_port()) }
}

/// The answer for A of the only server.
fn seen(plan: &Plan) -> DnsSeen {
    let seen = measured(plan).dns.swap_remove(0);
    assert!(!seen.ipv6);
    seen
}

fn chain(seen: &DnsSeen) -> Vec<(&str, &str, u32)> {
    seen.chain.iter().map(|(from, to, ttl)| (from.as_str(), to.as_str(), *ttl)).collect()
}

#[test]
fn the_whole_chain_in_one_answer() {
    let alias = "yourresource.privatelink.openai.azure.com";
    let server = Dns::start(move |query, _| {
        let mut message = empty(query);
        message.add_answer(alias_record("YourResource.openai.azure.com", alias));
        if query.queries[0].query_type == RecordType::A {
            message.add_answer(address_record(alias, [127, 0, 0, 1]));
        }
        vec![message.to_vec().unwrap()]
    });
    let measured = measured(&asking(&[server.address]));
    let [v4, v6] = &measured.dns[..] else { panic!("two questions: {measured:?}") };
    assert_eq!(v4.outcome, DnsOutcome::Answered);
    assert_eq!(chain(v4), [(HOST, alias, 60)]);
    assert_eq!(v4.addresses, [(IpAddr::from([127, 0, 0, 1]), 10)]);
    assert_eq!((v4.transport, v4.authoritative, v4.server), (Transport::Udp, false, server.address));
    assert_eq!(v6.outcome, DnsOutcome::NoData);
    assert!(v6.ipv6);
    assert_eq!(chain(v6), [(HOST, alias, 60)]);
    assert_eq!(measured.tcp.len(), 1);
}

#[test]
fn each_alias_asked_for_on_its_own() {
    let server = Dns::start(|query, _| {
        let mut message = empty(query);
        let asked = query.queries[0].name.to_ascii();
        match asked.trim_end_matches('.') {
            HOST => message.add_answer(alias_record(HOST, "b.example")),
            "b.example" => message.add_answer(alias_record("b.example", "c.example")),
            "c.example" if query.queries[0].query_type == RecordType::A => {
                message.add_answer(address_record("c.example", [127, 0, 0, 1]))
            }
            _ => &mut message,
        };
        vec![message.to_vec().unwrap()]
    });
    let seen = seen(&asking(&[server.address]));
    assert_eq!(seen.outcome, DnsOutcome::Answered);
    assert_eq!(chain(&seen), [(HOST, "b.example", 60), ("b.example", "c.example", 60)]);
    assert!(server.asked(Transport::Udp) >= 6, "three names in two families");
}

#[test]
fn a_truncated_answer_is_asked_for_again_over_tcp() {
    let server = Dns::start(|query, transport| {
        if transport == Transport::Tcp {
            return vec![servers::a(query, HOST, [127, 0, 0, 1])];
        }
        let mut message = empty(query);
        message.metadata.truncation = true;
        vec![message.to_vec().unwrap()]
    });
    let seen = seen(&asking(&[server.address]));
    assert_eq!((seen.outcome, seen.transport), (DnsOutcome::Answered, Transport::Tcp));
    assert!(server.asked(Transport::Tcp) >= 2, "both families");
}

#[test]
fn garbage_and_wrong_ids_before_the_answer_are_passed_over() {
    let server = Dns::start(|query, _| {
        let mut forged = Message::from_vec(&servers::a(query, HOST, [127, 0, 0, 66])).unwrap();
        forged.metadata.id ^= 1;
        let mut other = empty(query);
        other.queries[0].name = name("other.example");
        vec![
            b"nonsense".to_vec(),
            forged.to_vec().unwrap(),
            other.to_vec().unwrap(),
            servers::a(query, HOST, [127, 0, 0, 1]),
        ]
    });
    let seen = seen(&asking(&[server.address]));
    assert_eq!(seen.outcome, DnsOutcome::Answered);
    assert_eq!(seen.addresses[0].0, IpAddr::from([127, 0, 0, 1]));
}

#[test]
fn nothing_but_a_wrong_id_is_reported_at_the_end() {
    let server = Dns::start(|query, _| {
        let mut forged = empty(query);
        forged.metadata.id ^= 1;
        vec![forged.to_vec().unwrap()]
    });
    let plan = Plan { stage_timeout: Duration::from_millis(200), ..asking(&[server.address]) };
    let seen = seen(&plan);
    assert!(matches!(&seen.outcome, DnsOutcome::Garbage(words) if words.contains("another id")), "{seen:?}");
}

#[test]
fn no_such_name_with_its_zone() {
    let server = Dns::start(|query, _| vec![no_such_name(query, "privatelink.openai.azure.com")]);
    let measured = measured(&asking(&[server.address]));
    assert_eq!(measured.dns[0].outcome, DnsOutcome::NxDomain);
    assert_eq!(measured.dns[0].soa.as_ref().unwrap().as_str(), "privatelink.openai.azure.com");
    assert!(measured.dns[0].authoritative);
    assert!(measured.tcp.is_empty());
}

#[test]
fn aliases_in_a_circle() {
    let server = Dns::start(|query, _| {
        let mut message = empty(query);
        message.add_answer(alias_record(HOST, "b.example"));
        message.add_answer(alias_record("b.example", HOST));
        vec![message.to_vec().unwrap()]
    });
    assert_eq!(seen(&asking(&[server.address])).outcome, DnsOutcome::Loop);
}

#[test]
fn a_closed_port_is_unreachable_at_once() {
    let plan = Plan { stage_timeout: Duration::from_secs(30), ..asking(&[closed_udp()]) };
    #[expect(clippy::disallowed_methods, reason = "the test measures the measurement")]
    let began = std::time::Instant::now();
    assert!(matches!(seen(&plan).outcome, DnsOutcome::Unreachable(_)));
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_closed_tcp_port_after_a_truncated_answer_is_unreachable() {
    // Nothing listens for TCP here, because the socket is made by hand.
    let udp = servers::udp_only(|query| {
        let mut message = empty(query);
        message.metadata.truncation = true;
        message.to_vec().unwrap()
    });
    let seen = seen(&asking(&[udp]));
    assert_eq!(seen.transport, Transport::Tcp);
    assert!(matches!(&seen.outcome, DnsOutcome::Unreachable(words) if words.contains("truncated")), "{seen:?}");
}

#[test]
fn silence_times_out() {
    let server = Dns::start(|_, _| Vec::new());
    let plan = Plan { stage_timeout: Duration::from_millis(150), ..asking(&[server.address]) };
    assert_eq!(seen(&plan).outcome, DnsOutcome::TimedOut);
    assert_eq!(server.asked(Transport::Udp), 2);
}

#[test]
fn a_lost_packet_is_sent_again() {
    let first = std::sync::atomic::AtomicUsize::new(0);
    let server = Dns::start(move |query, _| {
        // The first question of each family is lost.
        if first.fetch_add(1, std::sync::atomic::Ordering::SeqCst) < 2 {
            return Vec::new();
        }
        vec![servers::a(query, HOST, [127, 0, 0, 1])]
    });
    assert_eq!(seen(&asking(&[server.address])).outcome, DnsOutcome::Answered);
    assert!(server.asked(Transport::Udp) >= 4, "two lost and two sent again");
}

#[test]
fn a_server_that_knows_no_edns_is_asked_without() {
    let server = Dns::start(|query, _| {
        if query.edns.is_none() {
            return vec![servers::a(query, HOST, [127, 0, 0, 1])];
        }
        let mut message = empty(query);
        message.queries.clear();
        message.metadata.response_code = ResponseCode::FormErr;
        vec![message.to_vec().unwrap()]
    });
    assert_eq!(seen(&asking(&[server.address])).outcome, DnsOutcome::Answered);
}

#[test]
fn the_next_server_decides_when_the_first_fails() {
    let failing = Dns::start(|query, _| {
        let mut message = empty(query);
        message.metadata.response_code = ResponseCode::ServFail;
        vec![message.to_vec().unwrap()]
    });
    let good = Dns::start(|query, _| vec![servers::a(query, HOST, [127, 0, 0, 1])]);
    let other = Dns::start(|query, _| vec![servers::a(query, HOST, [127, 0, 0, 3])]);
    let mut plan = asking(&[failing.address, good.address]);
    plan.beside = vec![other.address, good.address];
    plan.grace = Duration::from_secs(20);
    let measured = measured(&plan);
    let [f, g, o] = [failing.address, good.address, other.address];
    assert_eq!(measured.dns.iter().map(|seen| seen.server).collect::<Vec<_>>(), [f, f, g, g]);
    let company: Vec<_> = measured.company.iter().map(|seen| (seen.role, seen.server)).collect();
    let (again, beside) = (DnsRole::Again, DnsRole::Beside);
    assert_eq!(company, [(again, g), (again, g), (beside, o), (beside, o)]);
    assert_eq!(measured.dns[0].outcome, DnsOutcome::Failed("SERVFAIL".to_owned()));
    let dialled: Vec<IpAddr> = measured.tcp.iter().map(|seen| seen.address.ip()).collect();
    assert_eq!(dialled, [IpAddr::from([127, 0, 0, 1])]);
}
