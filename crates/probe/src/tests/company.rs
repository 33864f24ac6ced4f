//! Is what is asked for comparison seen, and does it neither decide nor delay?

use super::servers::{self, Dns, address_record, alias_record, empty, no_such_name};
use super::{HOST, Measured, measured, plan};
use crate::{Plan, Servers, System};
use model::observation::{DnsOutcome, DnsRole, DnsSeen, ResolverOutcome, TcpOutcome};
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Enough for an answer on a busy machine.
const PATIENT: Duration = Duration::from_secs(20);
/// More than the grace for what does not decide, much less than any stage.
const AT_ONCE: Duration = Duration::from_secs(1);

fn asking(servers: &[SocketAddr]) -> Plan {
    Plan { servers: Servers::Only(servers.to_vec()), ..plan(HOST, servers::closed_port()) }
}

/// A server that gives the host this address.
fn saying(address: [u8; 4]) -> Dns {
    Dns::start(move |query, _| vec![servers::a(query, HOST, address)])
}

#[expect(clippy::disallowed_methods, reason = "the test measures the measurement")]
fn timed(plan: &Plan) -> (Measured, Duration) {
    let began = Instant::now();
    let measured = measured(plan);
    (measured, began.elapsed())
}

fn dialled(measured: &Measured) -> Vec<IpAddr> {
    measured.tcp.iter().map(|seen| seen.address.ip()).collect()
}

fn of(measured: &Measured, role: DnsRole) -> Vec<&DnsSeen> {
    measured.company.iter().filter(|seen| seen.role == role).collect()
}

#[test]
fn a_silent_server_beside_delays_nothing_and_is_seen() {
    let (server, silent) = (saying([127, 0, 0, 1]), Dns::start(|_, _| Vec::new()));
    let plan = Plan {
        beside: vec![silent.address],
        stage_timeout: Duration::from_secs(30),
        deadline: Duration::from_secs(60),
        ..asking(&[server.address])
    };
    let (measured, took) = timed(&plan);
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(measured.tcp[0].outcome, TcpOutcome::Refused);
    let beside = of(&measured, DnsRole::Beside);
    assert!(beside.iter().all(|seen| seen.outcome == DnsOutcome::TimedOut && seen.server == silent.address));
    assert_eq!(beside.len(), 2, "asked for both families: {measured:?}");
}

#[test]
fn a_server_beside_never_decides() {
    let (dead, other) = (servers::closed_udp(), saying([127, 0, 0, 3]));
    let measured = measured(&Plan { beside: vec![other.address], grace: PATIENT, ..asking(&[dead]) });
    assert!(matches!(measured.dns[0].outcome, DnsOutcome::Unreachable(_)));
    assert_eq!(of(&measured, DnsRole::Beside)[0].outcome, DnsOutcome::Answered);
    assert!(measured.tcp.is_empty(), "nothing is dialled: {measured:?}");
}

#[test]
fn the_second_answer_is_seen_when_it_differs() {
    let asked = AtomicUsize::new(0);
    let server = Dns::start(move |query, _| {
        // Both families of the first round, then those of the second.
        let address = if asked.fetch_add(1, Ordering::SeqCst) < 2 { [127, 0, 0, 1] } else { [127, 0, 0, 2] };
        vec![servers::a(query, HOST, address)]
    });
    let measured = measured(&Plan { grace: PATIENT, ..asking(&[server.address]) });
    assert_eq!(measured.dns[0].addresses[0].0, IpAddr::from([127, 0, 0, 1]));
    let again = of(&measured, DnsRole::Again);
    assert_eq!(again[0].addresses[0].0, IpAddr::from([127, 0, 0, 2]));
    assert_eq!((again[0].ipv6, again[1].ipv6), (false, true));
    assert_eq!(dialled(&measured), [IpAddr::from([127, 0, 0, 1])], "the first answer decides");
}

#[test]
fn a_server_that_keeps_silent_the_second_time_delays_nothing() {
    let asked = AtomicUsize::new(0);
    let server = Dns::start(move |query, _| {
        let first = asked.fetch_add(1, Ordering::SeqCst) < 2;
        if first { vec![servers::a(query, HOST, [127, 0, 0, 1])] } else { Vec::new() }
    });
    let (measured, took) = timed(&asking(&[server.address]));
    assert!(took < AT_ONCE, "{took:?}");
    assert!(of(&measured, DnsRole::Again).is_empty());
}

#[test]
fn the_search_list_captures_a_name_with_few_dots() {
    let captured = format!("{HOST}.corp.example");
    let owner = captured.clone();
    let server = Dns::start(move |query, _| {
        let asked = query.queries[0].name.to_ascii();
        match asked.trim_end_matches('.') {
            HOST => vec![servers::a(query, HOST, [127, 0, 0, 1])],
            name if name == owner => vec![servers::a(query, &owner, [127, 0, 0, 2])],
            _ => vec![no_such_name(query, "example")],
        }
    });
    let mut plan = Plan { grace: PATIENT, ..asking(&[server.address]) };
    plan.client.search = vec!["cluster.local".to_owned(), "corp.example".to_owned()];
    plan.client.ndots = 5;
    let seen = measured(&plan);
    let searched: Vec<(&str, bool, usize)> =
        of(&seen, DnsRole::Searched).iter().map(|seen| (seen.name.as_str(), seen.ipv6, seen.addresses.len())).collect();
    let missing = format!("{HOST}.cluster.local");
    let expected = [(&*missing, false, 0), (&missing, true, 0), (&captured, false, 1), (&captured, true, 0)];
    assert_eq!(searched, expected);
    assert_eq!(dialled(&seen), [IpAddr::from([127, 0, 0, 2])]);
    assert_eq!(of(&seen, DnsRole::Again)[0].name.as_str(), captured, "the name that decided is asked again");
    plan.client.ndots = 1;
    let seen = measured(&plan);
    assert!(of(&seen, DnsRole::Searched).is_empty());
    assert_eq!(dialled(&seen), [IpAddr::from([127, 0, 0, 1])]);
}

#[test]
fn the_resolver_of_the_system_is_compared() {
    let server = saying([127, 0, 0, 1]);
    let mut plan = Plan { grace: PATIENT, ..asking(&[server.address]) };
    plan.system = System::Ask(|_| Ok(vec![[127, 0, 0, 9].into()]));
    let seen = measured(&plan);
    let resolver = seen.resolver.as_ref().unwrap();
    assert_eq!(
        (&resolver.outcome, resolver.addresses.as_slice()),
        (&ResolverOutcome::Answered, &[[127, 0, 0, 9].into()][..])
    );
    assert_eq!(dialled(&seen), [IpAddr::from([127, 0, 0, 1])], "the DNS server decides");
    plan.system = System::Ask(|name| Err(io::Error::other(format!("no {name}"))));
    assert_eq!(measured(&plan).resolver.unwrap().outcome, ResolverOutcome::Failed(format!("no {HOST}")));
    plan.system = System::Unavailable("static");
    assert_eq!(measured(&plan).resolver.unwrap().outcome, ResolverOutcome::Unavailable("static".to_owned()));
    plan.system = System::NotAsked;
    assert_eq!(measured(&plan).resolver, None);
}

#[test]
fn the_resolver_of_the_system_decides_where_no_server_does() {
    let plan = Plan { system: System::Ask(|_| Ok(vec![[127, 0, 0, 1].into()])), ..asking(&[servers::closed_udp()]) };
    assert_eq!(dialled(&measured(&plan)), [IpAddr::from([127, 0, 0, 1])]);
    let none = Plan { system: System::Ask(|_| Ok(vec![[127, 0, 0, 1].into()])), ..asking(&[]) };
    assert_eq!(dialled(&measured(&none)), [IpAddr::from([127, 0, 0, 1])]);
}

#[test]
fn a_resolver_of_the_system_that_hangs_delays_nothing() {
    fn hang(_: &str) -> io::Result<Vec<IpAddr>> {
        loop {
            std::thread::park();
        }
    }
    let server = saying([127, 0, 0, 1]);
    let (measured, took) = timed(&Plan { system: System::Ask(hang), ..asking(&[server.address]) });
    assert!(took < AT_ONCE, "{took:?}");
    assert_eq!(measured.resolver.unwrap().outcome, ResolverOutcome::TimedOut);
}

#[test]
fn the_resolver_of_this_system_knows_localhost() {
    // Without a packet: localhost is in every hosts file, and special to resolvers.
    if let System::Ask(lookup) = crate::system_resolver() {
        assert!(lookup("localhost").unwrap().iter().all(IpAddr::is_loopback));
    }
}

#[test]
fn how_long_a_negative_answer_may_be_kept() {
    let server = Dns::start(|query, _| vec![no_such_name(query, "privatelink.openai.azure.com")]);
    assert_eq!(measured(&asking(&[server.address])).dns[0].negative_ttl, Some(10));
    let alias = "yourresource.privatelink.openai.azure.com";
    let server = Dns::start(move |query, _| {
        let mut message = empty(query);
        message.add_answer(alias_record(HOST, alias));
        message.add_answer(address_record(alias, [127, 0, 0, 1]));
        vec![message.to_vec().unwrap()]
    });
    assert_eq!(measured(&asking(&[server.address])).dns[0].negative_ttl, None);
}
