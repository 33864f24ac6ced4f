//! Does a whole measurement see what small servers on the loopback really do?

mod company;
mod credentials;
mod dns;
mod http;
mod proxied;
mod servers;
mod socks;
mod tls;

use crate::{Plan, ProbeError, Servers, measure};
use model::observation::{
    ClientSeen, DnsRole, DnsSeen, HttpSeen, ProxiedSeen, ResolverSeen, Seen, TcpOutcome, TcpSeen, TlsSeen,
};
use model::{Host, Observation, Target};
use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

const HOST: &str = "yourresource.openai.azure.com";
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A plan with no server to ask and nothing pinned.
fn plan(host: &str, port: u16) -> Plan {
    let target = Target { host: Host::parse(host).unwrap(), port };
    Plan { servers: Servers::Only(Vec::new()), ..Plan::new(target, ClientSeen::default()) }
}

/// A plan that dials 127.0.0.1 for the name.
fn pinned(port: u16) -> Plan {
    let mut plan = plan(HOST, port);
    plan.client.hosts_entries = vec![LOOPBACK];
    plan
}

/// What was measured, sorted by stage.
#[derive(Debug, Default)]
struct Measured {
    /// What the servers of the client said, asked once.
    dns: Vec<DnsSeen>,
    /// What was asked again, for the search list or beside.
    company: Vec<DnsSeen>,
    resolver: Option<ResolverSeen>,
    tcp: Vec<TcpSeen>,
    tls: Vec<TlsSeen>,
    http: Vec<HttpSeen>,
    proxied: Option<ProxiedSeen>,
}

fn measured(plan: &Plan) -> Measured {
    let mut measured = Measured::default();
    let mut observations = measure(plan, &|_| ()).unwrap().into_iter();
    assert!(matches!(observations.next(), Some(Observation { seen: Seen::Client(_), .. })));
    for observation in observations {
        match observation.seen {
            Seen::Client(_) => panic!("the client comes once"),
            Seen::SignIn(_) => panic!("nobody signs in"),
            Seen::Dns(seen) if seen.role == DnsRole::Configured => measured.dns.push(seen),
            Seen::Dns(seen) => measured.company.push(seen),
            Seen::Resolver(seen) => measured.resolver = Some(seen),
            Seen::Tcp(seen) => measured.tcp.push(seen),
            Seen::Tls(seen) => measured.tls.push(seen),
            Seen::Http(seen) => measured.http.push(seen),
            Seen::Proxied(seen) => measured.proxied = Some(*seen),
        }
    }
    measured
}

#[test]
fn a_healthy_path_is_measured_in_path_order() {
    let authority = servers::Authority::new();
    let service = servers::service(authority.certificate(&[HOST]), servers::answer_401);
    let server = servers::Dns::start(|query, _| vec![servers::a(query, HOST, [127, 0, 0, 1])]);
    let mut plan = plan(HOST, service.port());
    plan.servers = Servers::Only(vec![server.address]);
    plan.extra_roots = Some(authority.pem());
    plan.request = "/openai/models?api-version=2024-10-21".to_owned();
    plan.grace = Duration::from_secs(20);
    let heard = RefCell::new(Vec::new());
    let observations = measure(&plan, &|observation| heard.borrow_mut().push(observation.clone())).unwrap();
    let stages: Vec<&str> = observations
        .iter()
        .map(|observation| match &observation.seen {
            Seen::Client(_) => "client",
            Seen::Dns(seen) if seen.role == DnsRole::Again => "again",
            Seen::Dns(seen) if seen.ipv6 => "aaaa",
            Seen::Dns(_) => "a",
            Seen::Resolver(_) => "resolver",
            Seen::Tcp(_) => "tcp",
            Seen::Tls(_) => "tls",
            Seen::Http(_) => "http",
            Seen::Proxied(_) => "proxied",
            Seen::SignIn(_) => "sign-in",
        })
        .collect();
    assert_eq!(stages, ["client", "a", "aaaa", "again", "again", "tcp", "tls", "http"]);
    let heard = heard.into_inner();
    assert_eq!(heard.len(), observations.len());
    assert!(observations.iter().all(|observation| heard.contains(observation)));
}

#[test]
fn a_closed_port_refuses_and_nothing_follows() {
    let measured = measured(&pinned(servers::closed_port()));
    assert_eq!(measured.tcp[0].outcome, TcpOutcome::Refused);
    assert_eq!(measured.tcp[0].local, None);
    assert!(measured.tls.is_empty() && measured.http.is_empty());
}

#[test]
fn an_address_needs_no_dns() {
    let port = servers::closed_port();
    let mut plan = plan("127.0.0.1", port);
    plan.servers = Servers::Only(vec![SocketAddr::new(LOOPBACK, servers::closed_port())]);
    let measured = measured(&plan);
    assert!(measured.dns.is_empty());
    assert_eq!(measured.tcp[0].address, SocketAddr::new(LOOPBACK, port));
}

#[test]
fn a_pin_is_dialled_and_dns_is_recorded_all_the_same() {
    let server = servers::Dns::start(|query, _| vec![servers::a(query, HOST, [127, 0, 0, 2])]);
    let mut plan = pinned(servers::closed_port());
    plan.servers = Servers::Only(vec![server.address]);
    let measured = measured(&plan);
    assert_eq!(measured.dns[0].addresses[0].0, IpAddr::from([127, 0, 0, 2]));
    let dialled: Vec<IpAddr> = measured.tcp.iter().map(|seen| seen.address.ip()).collect();
    assert_eq!(dialled, [LOOPBACK]);
}

#[test]
fn the_configured_servers_are_those_of_the_client() {
    let server = servers::Dns::start(|query, _| vec![servers::a(query, HOST, [127, 0, 0, 1])]);
    let mut plan = plan(HOST, servers::closed_port());
    plan.client.servers = vec![server.address];
    plan.servers = Servers::Configured;
    let measured = measured(&plan);
    assert_eq!(measured.dns.len(), 2);
    assert_eq!(measured.tcp[0].outcome, TcpOutcome::Refused);
}

#[test]
fn nothing_to_ask_and_nothing_to_dial() {
    let measured = measured(&plan(HOST, 443));
    assert!(measured.dns.is_empty() && measured.tcp.is_empty());
}

#[test]
fn never_past_the_deadline() {
    let server = servers::Dns::start(|_, _| Vec::new());
    let mut plan = plan(HOST, 443);
    plan.servers = Servers::Only(vec![server.address]);
    plan.stage_timeout = Duration::from_secs(3600);
    for deadline in [Duration::ZERO, Duration::from_millis(300)] {
        plan.deadline = deadline;
        #[expect(clippy::disallowed_methods, reason = "the test measures the measurement")]
        let began = Instant::now();
        let _ = measured(&plan);
        assert!(began.elapsed() < deadline + Duration::from_secs(1), "{:?}", began.elapsed());
    }
}

#[test]
fn errors_of_the_caller() {
    for request in ["", "openai", "/a b", "/\n"] {
        let plan = Plan { request: request.to_owned(), ..plan(HOST, 443) };
        assert!(matches!(measure(&plan, &|_| ()), Err(ProbeError::Request { .. })), "{request:?}");
    }
    for pem in ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
        let plan = Plan { extra_roots: Some(pem.to_owned()), ..plan(HOST, 443) };
        assert!(matches!(measure(&plan, &|_| ()), Err(ProbeError::ExtraRoots { .. })), "{pem:?}");
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let inside = runtime.block_on(async { measure(&plan(HOST, 443), &|_| ()) });
    assert!(matches!(inside, Err(ProbeError::InsideTask)));
}
