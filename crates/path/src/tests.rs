//! Do the answers of several servers tell the neighbouring causes of one symptom apart?

use crate::{Measured, Trace, measured, observed};
use model::observation::{
    ClientSeen, DnsOutcome, DnsRole, DnsSeen, HttpOutcome, HttpSeen, ResolverOutcome, ResolverSeen, Seen, TcpOutcome,
    TcpSeen, TlsOutcome, TlsSeen, Transport,
};
use model::{DnsName, End, Expect, Host, Observation, Question, Stage, Status, Target, Vantage, Verdict, Way};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

const HOST: &str = "yourresource.openai.azure.com";
const ALIAS: &str = "yourresource.privatelink.openai.azure.com";
const TAIL: &str = "vnetproxyv1-eus-prod.eastus.cloudapp.azure.com";
const AZURE: &str = "168.63.129.16";
const CUSTOM: &str = "10.1.9.4";
const OTHER: &str = "10.1.9.5";
const PUBLIC: &str = "20.62.61.1";
const PRIVATE: &str = "10.1.2.4";

fn name(text: &str) -> DnsName {
    DnsName::parse(text).unwrap()
}

fn at(address: &str, port: u16) -> SocketAddr {
    SocketAddr::new(address.parse().unwrap(), port)
}

fn observation(seen: Seen) -> Observation {
    Observation { at: "2026-11-22T02:00:00.000Z".to_owned(), took: Duration::from_millis(3), seen }
}

/// What a server answers for A; AAAA has nothing.
fn reply(role: DnsRole, server: &str, outcome: DnsOutcome, aliases: &[&str], addresses: &[&str]) -> Vec<Observation> {
    reply_of(HOST, role, server, outcome, aliases, addresses)
}

fn reply_of(
    host: &str,
    role: DnsRole,
    server: &str,
    outcome: DnsOutcome,
    aliases: &[&str],
    addresses: &[&str],
) -> Vec<Observation> {
    let owners = std::iter::once(&host).chain(aliases);
    let denied = outcome == DnsOutcome::NxDomain;
    let v4 = DnsSeen {
        server: at(server, 53),
        role,
        transport: Transport::Udp,
        name: name(host),
        ipv6: false,
        outcome: outcome.clone(),
        chain: owners.zip(aliases).map(|(owner, alias)| (name(owner), name(alias), 60)).collect(),
        addresses: addresses.iter().map(|address| (address.parse().unwrap(), 10)).collect(),
        soa: denied.then(|| name("privatelink.openai.azure.com")),
        negative_ttl: denied.then_some(300),
        authoritative: false,
    };
    let none = if outcome == DnsOutcome::Answered { DnsOutcome::NoData } else { outcome };
    let v6 = DnsSeen { ipv6: true, outcome: none, addresses: Vec::new(), ..v4.clone() };
    [v4, v6].map(|seen| observation(Seen::Dns(seen))).into()
}

fn answers(role: DnsRole, server: &str, address: &str) -> Vec<Observation> {
    let aliases: &[&str] = if address == PUBLIC { &[ALIAS, TAIL] } else { &[ALIAS] };
    reply(role, server, DnsOutcome::Answered, aliases, &[address])
}

fn no_such_name(role: DnsRole, server: &str) -> Vec<Observation> {
    reply(role, server, DnsOutcome::NxDomain, &[ALIAS], &[])
}

fn silent(role: DnsRole, server: &str) -> Vec<Observation> {
    reply(role, server, DnsOutcome::TimedOut, &[], &[])
}

/// A call to this address that the service answered.
fn dialled(address: &str) -> Vec<Observation> {
    let address = at(address, 443);
    let tcp = TcpSeen { address, through: None, local: None, outcome: TcpOutcome::Connected };
    let tls = TlsSeen {
        address,
        server_name: Host::parse(HOST).unwrap(),
        outcome: TlsOutcome::Verified,
        version: None,
        chain: Vec::new(),
        verdicts: Vec::new(),
    };
    let http = HttpSeen {
        address,
        request: "GET /".to_owned(),
        credential: None,
        outcome: HttpOutcome::Answered,
        status: 401,
        headers: Vec::new(),
        body: String::new(),
        truncated: false,
    };
    [Seen::Tcp(tcp), Seen::Tls(tls), Seen::Http(http)].map(observation).into()
}

fn client(search: &[&str], ndots: u32, pins: &[&str]) -> Vec<Observation> {
    let client = ClientSeen {
        search: search.iter().map(ToString::to_string).collect(),
        ndots,
        hosts_entries: pins.iter().map(|pin| pin.parse().unwrap()).collect(),
        ..ClientSeen::default()
    };
    vec![observation(Seen::Client(client))]
}

fn resolver(outcome: ResolverOutcome, addresses: &[&str]) -> Vec<Observation> {
    let addresses: Vec<IpAddr> = addresses.iter().map(|address| address.parse().unwrap()).collect();
    vec![observation(Seen::Resolver(ResolverSeen { name: name(HOST), outcome, addresses }))]
}

fn question(expect: Expect) -> Question {
    Question { from: Vantage::Here, to: Target { host: Host::parse(HOST).unwrap(), port: 443 }, expect }
}

struct Read {
    measured: Measured,
    trace: Trace,
}

/// Reads what was measured from here, with no snapshot.
fn read(observations: &[Vec<Observation>]) -> Read {
    read_as(Expect::Private, observations)
}

fn read_as(expect: Expect, observations: &[Vec<Observation>]) -> Read {
    let question = question(expect);
    let measured = measured(None, None, &question, &observations.concat()).unwrap();
    let trace = observed(&question, &measured);
    Read { measured, trace }
}

impl Read {
    fn told(&self, stage: Stage) -> String {
        self.trace.at(stage).flat_map(|step| step.told.clone()).collect::<Vec<_>>().join("\n")
    }

    #[track_caller]
    fn tells(&self, words: &str) -> &Self {
        let told = self.told(Stage::Client) + &self.told(Stage::Dns);
        assert!(told.contains(words), "not told: {words}\n{told}");
        self
    }

    #[track_caller]
    fn settles(&self, commands: &[&str]) -> &Self {
        let settle = &self.trace.settle;
        assert_eq!(settle.len(), commands.len(), "{settle:#?}");
        for (line, command) in settle.iter().zip(commands) {
            assert!(line.contains(command), "not {command}: {line}");
        }
        self
    }

    #[track_caller]
    fn may_be(&self, stages: &[Stage]) -> &Self {
        assert_eq!((self.trace.outcome.stage, self.trace.outcome.candidates.as_slice()), (None, stages));
        self
    }
}

const ZONE: &str =
    "az network private-dns zone list --query \"[?name=='privatelink.openai.azure.com'].resourceGroup\" -o tsv";
const LINK: &str = "link vnet list -g {} -z privatelink.openai.azure.com";
const RECORD: &str = "record-set a show -g {} -z privatelink.openai.azure.com -n yourresource";
const ASK_AZURE: &str = "nslookup yourresource.openai.azure.com 168.63.129.16";

#[test]
fn a_public_answer_where_azure_dns_answers_privately_is_the_forwarding() {
    let read = read(&[
        answers(DnsRole::Configured, CUSTOM, PUBLIC),
        answers(DnsRole::Beside, AZURE, PRIVATE),
        dialled(PUBLIC),
    ]);
    assert_eq!((read.trace.outcome.verdict, read.trace.outcome.stage), (Verdict::Public, Some(Stage::Dns)));
    assert_eq!(read.trace.at(Stage::Dns).next().unwrap().status, Status::Fail);
    assert!(!read.trace.is_from_nowhere_known(), "Azure DNS answers inside of the network only");
    read.tells("168.63.129.16 answers 10.1.2.4 here and 10.1.9.4 does not")
        .tells("10.1.9.4 does not forward openai.azure.com to 168.63.129.16")
        .tells("ask on 10.1.9.4 (nslookup yourresource.openai.azure.com 168.63.129.16)")
        .settles(&[]);
}

#[test]
fn a_public_answer_of_azure_dns_too_is_the_zone_or_its_link() {
    let read =
        read(&[answers(DnsRole::Configured, CUSTOM, PUBLIC), answers(DnsRole::Beside, AZURE, PUBLIC), dialled(PUBLIC)]);
    read.tells("168.63.129.16 answers publicly too: no zone with this record is linked to this network")
        .may_be(&[Stage::Dns])
        .settles(&[ZONE, LINK, RECORD]);
    assert!(read.trace.settle[1].contains("the network that 10.1.9.4 is in"), "{:?}", read.trace.settle);
    assert!(!read.trace.is_from_nowhere_known());
}

#[test]
fn azure_dns_as_the_clients_own_server_is_asked_once() {
    let read = read(&[answers(DnsRole::Configured, AZURE, PUBLIC), dialled(PUBLIC)]);
    read.tells("168.63.129.16 itself answers publicly").may_be(&[Stage::Dns]).settles(&[ZONE, LINK, RECORD]);
    assert!(read.trace.settle[1].contains("linked to this network"), "{:?}", read.trace.settle);
}

#[test]
fn without_azure_dns_the_missing_answers_are_told_as_commands() {
    for beside in [Vec::new(), silent(DnsRole::Beside, AZURE)] {
        let read = read(&[answers(DnsRole::Configured, CUSTOM, PUBLIC), beside, dialled(PUBLIC)]);
        read.may_be(&[Stage::Client, Stage::Dns]).settles(&[ASK_AZURE, ZONE, LINK, RECORD]);
        assert!(read.trace.is_from_nowhere_known(), "nothing tells that this is inside");
    }
}

#[test]
fn a_linked_zone_without_the_record_behind_a_server_that_bypasses_it() {
    let read =
        read(&[answers(DnsRole::Configured, CUSTOM, PUBLIC), no_such_name(DnsRole::Beside, AZURE), dialled(PUBLIC)]);
    read.tells("168.63.129.16 says that there is no such name (zone privatelink.openai.azure.com)")
        .tells("10.1.9.4 answers past it")
        .may_be(&[Stage::Dns]);
}

#[test]
fn where_the_chain_left_the_private_zones() {
    let after = read(&[answers(DnsRole::Configured, CUSTOM, PUBLIC), dialled(PUBLIC)]);
    after
        .tells("after the privatelink alias public DNS goes on with vnetproxyv1-eus-prod.eastus.cloudapp.azure.com")
        .tells("10.1.9.4 sees no private zone with the record");
    assert_eq!(after.measured.rules[0].id, "dns-public-tail-after-the-alias");
    let chain = reply(DnsRole::Configured, CUSTOM, DnsOutcome::Answered, &[TAIL], &[PUBLIC]);
    let without = read(&[chain, dialled(PUBLIC)]);
    without.tells("no privatelink alias in the answer").may_be(&[Stage::Client, Stage::Endpoint]);
    let silent = read(&[reply(DnsRole::Configured, CUSTOM, DnsOutcome::Answered, &[], &[PUBLIC]), dialled(PUBLIC)]);
    assert!(!silent.told(Stage::Dns).contains("alias"), "an answer without a chain tells nothing of it");
}

#[test]
fn a_public_answer_that_is_wanted_needs_no_cause() {
    let observations =
        [answers(DnsRole::Configured, CUSTOM, PUBLIC), answers(DnsRole::Beside, AZURE, PRIVATE), dialled(PUBLIC)];
    let read = read_as(Expect::Public, &observations);
    assert_eq!(read.told(Stage::Dns), "");
    assert_eq!(read.trace.outcome.stage, None);
}

#[test]
fn a_server_beside_never_decides() {
    let read = read(&[silent(DnsRole::Configured, CUSTOM), answers(DnsRole::Beside, AZURE, PRIVATE)]);
    assert_eq!(read.measured.resolved, None);
    assert_eq!((read.trace.outcome.way, read.trace.outcome.end), (Way::Unknown, End::Unknown));
    let gone = self::read(&[no_such_name(DnsRole::Configured, CUSTOM), answers(DnsRole::Beside, AZURE, PRIVATE)]);
    assert_eq!(gone.measured.resolved.as_ref().unwrap().server, Some(at(CUSTOM, 53)));
    assert_eq!((gone.trace.outcome.verdict, gone.trace.outcome.stage), (Verdict::Blocked, Some(Stage::Dns)));
    gone.tells("168.63.129.16 answers 10.1.2.4 here, and 10.1.9.4 says that there is no such name");
    let private = [answers(DnsRole::Configured, CUSTOM, PRIVATE), answers(DnsRole::Beside, AZURE, PUBLIC)];
    let private = self::read(&[private.concat(), dialled(PRIVATE)]);
    assert_eq!(private.told(Stage::Dns), "", "a server in a linked hub, asked from a spoke without a link");
}

#[test]
fn the_first_server_with_a_usable_answer_decides() {
    let by = |observations: &[Vec<Observation>]| read(observations).measured.resolved.unwrap().server.unwrap().ip();
    let custom: IpAddr = CUSTOM.parse().unwrap();
    let other: IpAddr = OTHER.parse().unwrap();
    assert_eq!(by(&[no_such_name(DnsRole::Configured, CUSTOM), answers(DnsRole::Configured, OTHER, PRIVATE)]), custom);
    assert_eq!(by(&[silent(DnsRole::Configured, CUSTOM), answers(DnsRole::Configured, OTHER, PRIVATE)]), other);
    // IPv6 was denied and IPv4 never answered: a client goes on to the next server.
    let mut half = reply(DnsRole::Configured, CUSTOM, DnsOutcome::NoData, &[], &[]);
    let Seen::Dns(v4) = &mut half[0].seen else { panic!("DNS") };
    v4.outcome = DnsOutcome::TimedOut;
    assert_eq!(by(&[half, answers(DnsRole::Configured, OTHER, PRIVATE)]), other);
    let circle = reply(DnsRole::Configured, CUSTOM, DnsOutcome::Loop, &[], &[]);
    let circle = read(&[circle, answers(DnsRole::Configured, OTHER, PRIVATE)]);
    assert_eq!(circle.trace.outcome.stage, Some(Stage::Dns), "a circle is an answer, and a client stops there");
}

#[test]
fn servers_that_disagree() {
    let servers = [answers(DnsRole::Configured, CUSTOM, PRIVATE), answers(DnsRole::Configured, OTHER, PUBLIC)];
    let read = read(&[servers.concat(), dialled(PRIVATE)]);
    read.tells("the servers disagree: 10.1.9.4 says 10.1.2.4, 10.1.9.5 says 20.62.61.1");
    let rotating = reply(DnsRole::Configured, OTHER, DnsOutcome::Answered, &[ALIAS, TAIL], &["20.62.61.9"]);
    let read = self::read(&[answers(DnsRole::Configured, CUSTOM, PUBLIC), rotating, dialled(PUBLIC)]);
    assert!(!read.told(Stage::Dns).contains("disagree"), "public front ends take turns");
}

#[test]
fn servers_that_keep_silent() {
    let own = answers(DnsRole::Configured, CUSTOM, PUBLIC);
    let silent = silent(DnsRole::Configured, OTHER);
    let before = read(&[silent.clone(), own.clone(), dialled(PUBLIC)]);
    before.tells("10.1.9.5 gives no usable answer; a client waits for it before it asks 10.1.9.4");
    let first = &before.trace.at(Stage::Dns).next().unwrap().seen[0];
    assert!(first.contains("10.1.9.4:53 says"), "what decided comes first: {first}");
    let after = read(&[own, silent, dialled(PUBLIC)]);
    after.tells("10.1.9.5 gives no usable answer");
    assert!(!after.told(Stage::Dns).contains("waits"));
}

#[test]
fn an_answer_over_tcp_is_told() {
    let mut over_tcp = answers(DnsRole::Configured, CUSTOM, PUBLIC);
    let Seen::Dns(v4) = &mut over_tcp[0].seen else { panic!("DNS") };
    v4.transport = Transport::Tcp;
    let read = read(&[over_tcp, dialled(PUBLIC)]);
    let line = &read.trace.at(Stage::Dns).next().unwrap().seen[0];
    assert!(line.contains("20.62.61.1, over TCP as the answer over UDP was cut short (3 ms)"), "{line}");
}

#[test]
fn another_answer_the_second_time() {
    let first = answers(DnsRole::Configured, CUSTOM, PUBLIC);
    let read = read(&[first.clone(), answers(DnsRole::Again, CUSTOM, PRIVATE), dialled(PUBLIC)]);
    read.tells("10.1.9.4 says something else when asked again: first 20.62.61.1, then 10.1.2.4").may_be(&[Stage::Dns]);
    for second in [answers(DnsRole::Again, CUSTOM, PUBLIC), silent(DnsRole::Again, CUSTOM), Vec::new()] {
        let read = self::read(&[first.clone(), second, dialled(PUBLIC)]);
        assert!(!read.told(Stage::Dns).contains("again"), "{}", read.told(Stage::Dns));
    }
    let gone = self::read(&[first, no_such_name(DnsRole::Again, CUSTOM), dialled(PUBLIC)]);
    gone.tells("then that there is no such name");
}

#[test]
fn the_systems_resolver_says_something_else() {
    let dns = [answers(DnsRole::Configured, CUSTOM, PUBLIC), dialled(PUBLIC)].concat();
    let private = resolver(ResolverOutcome::Answered, &[PRIVATE]);
    read(&[client(&[], 1, &[]), dns.clone(), private.clone()])
        .tells(
            "the system's resolver (getaddrinfo), which most programs ask, says 10.1.2.4, and 10.1.9.4 says 20.62.61.1",
        )
        .may_be(&[Stage::Client]);
    // The hosts file says why the two differ, and the client's settings show it.
    let pinned = read(&[client(&[], 1, &[PRIVATE]), dns.clone(), private.clone()]);
    assert_eq!(pinned.told(Stage::Client), "");
    let same = read(&[client(&[], 1, &[]), dns.clone(), resolver(ResolverOutcome::Answered, &["20.62.61.7"])]);
    assert_eq!(same.told(Stage::Client), "", "public front ends take turns");
    let failed = resolver(ResolverOutcome::Failed("Name or service not known".to_owned()), &[]);
    read(&[dns.clone(), failed.clone()]).tells("says that there is no such name");
    let gone = read(&[no_such_name(DnsRole::Configured, CUSTOM), failed]);
    assert_eq!(gone.told(Stage::Client), "", "both say that there is none");
    read(&[dns.clone(), resolver(ResolverOutcome::Unavailable("it is static".to_owned()), &[])])
        .tells("the system's resolver was not asked: it is static");
    let hangs = read(&[dns, resolver(ResolverOutcome::TimedOut, &[])]);
    assert_eq!(hangs.told(Stage::Client), "");
    let alone = read(&[silent(DnsRole::Configured, CUSTOM), private, dialled(PRIVATE)]);
    alone.tells("the system's resolver answers 10.1.2.4 where no DNS server does");
    assert_eq!(alone.measured.resolved.unwrap().server, None);
}

#[test]
fn names_of_the_search_list() {
    let search = client(&["default.svc.cluster.local", "corp.example"], 5, &[]);
    let first = format!("{HOST}.default.svc.cluster.local");
    let captured = format!("{HOST}.corp.example");
    let missing = reply_of(&first, DnsRole::Searched, CUSTOM, DnsOutcome::NxDomain, &[], &[]);
    let own = answers(DnsRole::Configured, CUSTOM, PUBLIC);
    let none = read(&[search.clone(), own.clone(), missing.clone(), dialled(PUBLIC)]);
    none.tells(&format!("ndots is 5: a client tries {first} and 1 more of its search list first"));
    assert!(!none.told(Stage::Client).contains("is dialled"));
    let hit = reply_of(&captured, DnsRole::Searched, CUSTOM, DnsOutcome::Answered, &[], &["10.9.9.9"]);
    let hit = read(&[search, own.clone(), missing, hit, dialled("10.9.9.9")]);
    hit.tells(&format!("10.1.9.4 answers {captured} with 10.9.9.9: that name is dialled, not {HOST}"));
    assert_eq!(hit.measured.resolved.unwrap().addresses, ["10.9.9.9".parse::<IpAddr>().unwrap()]);
    let few = read(&[client(&["corp.example"], 1, &[]), own, dialled(PUBLIC)]);
    assert_eq!(few.told(Stage::Client), "");
}

#[test]
fn how_long_an_answer_may_outlive_a_repair() {
    let public = read(&[answers(DnsRole::Configured, CUSTOM, PUBLIC), dialled(PUBLIC)]);
    public.tells("caches may keep this answer for 60 s");
    assert_eq!(public.measured.resolved.unwrap().kept, Some(60));
    let gone = read(&[no_such_name(DnsRole::Configured, CUSTOM)]);
    gone.tells("caches may keep this answer for 300 s")
        .tells("the zone privatelink.openai.azure.com that 10.1.9.4 sees");
    let private = read(&[answers(DnsRole::Configured, CUSTOM, PRIVATE), dialled(PRIVATE)]);
    assert!(!private.told(Stage::Dns).contains("caches"), "nothing to repair");
    let mut direct = reply(DnsRole::Configured, CUSTOM, DnsOutcome::Answered, &[], &[PUBLIC]);
    let Seen::Dns(v4) = &mut direct[0].seen else { panic!("DNS") };
    v4.addresses[0].1 = 0;
    assert_eq!(read(&[direct, dialled(PUBLIC)]).measured.resolved.unwrap().kept, None, "it must not be kept");
}

#[test]
fn a_name_of_no_private_link_service_is_left_alone() {
    let host = "www.example.com";
    let question = Question { to: Target { host: Host::parse(host).unwrap(), port: 443 }, ..question(Expect::Private) };
    let observations = [
        reply_of(host, DnsRole::Configured, CUSTOM, DnsOutcome::Answered, &[TAIL], &[PUBLIC]),
        reply_of(host, DnsRole::Beside, AZURE, DnsOutcome::Answered, &[], &[PRIVATE]),
        dialled(PUBLIC),
    ];
    let measured = measured(None, None, &question, &observations.concat()).unwrap();
    assert!(measured.settle.is_empty() && measured.rules.is_empty());
    assert_eq!(measured.outcome.stage, None);
}
