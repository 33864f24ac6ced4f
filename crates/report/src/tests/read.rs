//! Is what a check wrote read back as it was measured, and everything else refused in plain words?

use super::*;
use crate::{error_json, explanation_json, json, read};
use model::Observation;
use model::observation::{
    ClientSeen, DnsOutcome, DnsRole, DnsSeen, HttpOutcome, HttpSeen, ProxiedSeen, ProxyOutcome, ResolverOutcome,
    ResolverSeen, Seen, TcpOutcome, TcpSeen, TlsOutcome, TlsSeen, Transport,
};
use proptest::prelude::*;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

fn report(observations: Vec<Observation>) -> String {
    json(&Diagnosis { observations, ..diagnoses::public() }, &TOOL)
}

#[test]
fn what_was_measured_is_read_back_whole() {
    for diagnosis in diagnoses::all() {
        if diagnosis.observations.is_empty() || diagnosis.traces.is_empty() {
            continue;
        }
        let seen = read("seen.json", &json(&diagnosis, &TOOL)).unwrap();
        let question = &diagnosis.traces[0].question;
        assert_eq!(seen.observations, diagnosis.observations);
        assert_eq!((&seen.to, seen.vantage), (&question.to, question.from.to_string()));
        assert_eq!(seen.resource.as_ref(), question.from.resource());
        assert_eq!((seen.file.as_str(), &seen.taken), ("seen.json", &diagnosis.taken));
    }
}

#[track_caller]
fn refused(text: &str, words: &str) {
    let error = read("seen.json", text).unwrap_err().to_string();
    assert!(error.starts_with("seen.json cannot be used as what a check saw: "), "{error}");
    assert!(error.contains(words), "{error}");
}

#[test]
fn what_is_no_check_is_refused_in_plain_words() {
    let good = json(&diagnoses::public(), &TOOL);
    refused("", "it is empty");
    refused(" \n", "it is empty");
    refused(&good[..good.len() / 2], "it ends in the middle");
    refused("Server: 168.63.129.16", "it is no JSON report");
    refused("[]", "it is no JSON report");
    refused("{}", "it names no schema");
    refused(&good.replace("privpath/report/1", "privpath/report/2"), "use the privpath that wrote it");
    refused(&good.replace("privpath/report/1", "other/1"), "its schema is other/1");
    refused(&error_json("no URL", &[], None, &TOOL), "the check failed (no URL)");
    refused(&explanation_json(&explanations::explanation(), &TOOL), "privpath/explanation/1, not privpath/report/1");
    refused(&good.replacen("\"taken\"", "\"extra\": 1, \"taken\"", 1), "unknown field `extra`");
    refused(&report(Vec::new()), "nothing was measured in it");
    refused(&json(&Diagnosis { traces: Vec::new(), ..diagnoses::public() }, &TOOL), "it is about no call");
    refused(&good.replace("yourresource.openai.azure.com", "not a name"), "is no");
    refused(&"[".repeat(100_000), "it is no JSON report");
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[ -~]{0,20}", any::<String>()]
}

fn name() -> impl Strategy<Value = DnsName> {
    "[a-z][a-z0-9]{0,9}(\\.[a-z]{1,8}){1,3}".prop_map(|name| DnsName::parse(&name).unwrap())
}

fn outcome() -> impl Strategy<Value = DnsOutcome> {
    prop_oneof![
        Just(DnsOutcome::Answered),
        Just(DnsOutcome::NoData),
        Just(DnsOutcome::NxDomain),
        Just(DnsOutcome::TimedOut),
        Just(DnsOutcome::Loop),
        text().prop_map(DnsOutcome::Failed),
        text().prop_map(DnsOutcome::Unreachable),
        text().prop_map(DnsOutcome::Garbage),
    ]
}

fn role() -> impl Strategy<Value = DnsRole> {
    prop_oneof![Just(DnsRole::Configured), Just(DnsRole::Again), Just(DnsRole::Searched), Just(DnsRole::Beside)]
}

fn dns() -> impl Strategy<Value = Seen> {
    let server = (any::<IpAddr>(), any::<u16>(), role(), any::<bool>());
    let answer = (
        prop::collection::vec((name(), name(), any::<u32>()), 0..3),
        prop::collection::vec((any::<IpAddr>(), any::<u32>()), 0..3),
        prop::option::of(name()),
        prop::option::of(any::<u32>()),
    );
    (server, name(), outcome(), answer, any::<bool>()).prop_map(
        |((server, port, role, tcp), name, outcome, (chain, addresses, soa, negative_ttl), flag)| {
            Seen::Dns(DnsSeen {
                server: SocketAddr::new(server, port),
                role,
                transport: if tcp { Transport::Tcp } else { Transport::Udp },
                name,
                ipv6: flag,
                outcome,
                chain,
                addresses,
                soa,
                negative_ttl,
                authoritative: !flag,
            })
        },
    )
}

fn other() -> impl Strategy<Value = Seen> {
    let address = || (any::<IpAddr>(), any::<u16>()).prop_map(|(ip, port)| SocketAddr::new(ip, port));
    prop_oneof![
        (prop::collection::vec((text(), text()), 0..3), prop::collection::vec(address(), 0..3), any::<u32>(), text())
            .prop_map(|(variables, servers, ndots, problem)| Seen::Client(ClientSeen {
                endpoint_variables: variables.clone(),
                key_variables: vec![problem.clone()],
                proxy_variables: variables,
                hosts_entries: servers.iter().map(SocketAddr::ip).collect(),
                servers,
                search: vec![problem.clone()],
                ndots,
                resolver_problem: Some(problem),
            })),
        (name(), text(), any::<IpAddr>()).prop_map(|(name, words, address)| Seen::Resolver(ResolverSeen {
            name,
            outcome: ResolverOutcome::Failed(words),
            addresses: vec![address],
        })),
        (address(), prop::option::of(address()), text()).prop_map(|(address, local, words)| Seen::Tcp(TcpSeen {
            address,
            through: local,
            local,
            outcome: if words.is_empty() { TcpOutcome::Connected } else { TcpOutcome::Unreachable(words) },
        })),
        (address(), name(), text()).prop_map(|(address, name, words)| Seen::Tls(TlsSeen {
            address,
            server_name: Host::Name(name),
            outcome: TlsOutcome::Failed(words),
            version: None,
            chain: Vec::new(),
            verdicts: Vec::new(),
        })),
        (address(), text(), 0..8_usize).prop_map(|(address, words, outcome)| Seen::Proxied(Box::new(ProxiedSeen {
            variable: ("https_proxy".to_owned(), words.clone()),
            proxy: Some(address),
            outcome: [
                ProxyOutcome::Opened,
                ProxyOutcome::WantsCredentials,
                ProxyOutcome::Refused(words.clone()),
                ProxyOutcome::NoWay(words.clone()),
                ProxyOutcome::Unreachable(words.clone()),
                ProxyOutcome::TimedOut,
                ProxyOutcome::Garbage(words.clone()),
                ProxyOutcome::NotTried(words),
            ][outcome]
                .clone(),
            tls: None,
            http: None,
        }))),
        (address(), text(), any::<u16>()).prop_map(|(address, body, status)| Seen::Http(HttpSeen {
            address,
            request: body.clone(),
            credential: None,
            outcome: HttpOutcome::Garbage(body.clone()),
            status,
            headers: vec![(body.clone(), body.clone())],
            body,
            truncated: status % 2 == 0,
        })),
    ]
}

fn observation() -> impl Strategy<Value = Observation> {
    (any::<u32>(), text(), prop_oneof![dns(), other()]).prop_map(|(took, at, seen)| Observation {
        at,
        took: Duration::from_millis(took.into()),
        seen,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_was_measured_is_read_back(observations in prop::collection::vec(observation(), 1..6)) {
        let seen = read("seen.json", &report(observations.clone())).unwrap();
        prop_assert_eq!(seen.observations, observations);
    }

    #[test]
    fn a_mangled_file_is_read_or_refused(
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), text()), 1..4)
    ) {
        let mut text: Vec<char> = json(&diagnoses::public(), &TOOL).chars().collect();
        for (from, length, put) in cuts {
            let from = from.index(text.len());
            let to = (from + length.index(40)).min(text.len());
            text.splice(from..to, put.chars());
            prop_assume!(!text.is_empty());
        }
        let text: String = text.into_iter().collect();
        if let Err(error) = read("seen.json", &text) {
            prop_assert!(!error.problem.is_empty());
        }
    }
}
