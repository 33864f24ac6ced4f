//! Which measurements are told in the tests?

use super::*;
use model::Observation;
use model::observation::{
    CertificateSeen, ChainProblem, ChainVerdict, ClientSeen, DnsOutcome, DnsRole, DnsSeen, HttpOutcome, HttpSeen,
    ProxiedSeen, ProxyOutcome, ResolverOutcome, ResolverSeen, Seen, TcpOutcome, TcpSeen, TlsOutcome, TlsSeen,
    Transport,
};
use std::time::Duration;

pub(in super::super) fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

pub(in super::super) fn observation(took: u64, seen: Seen) -> Observation {
    Observation { at: "2026-11-22T02:00:00.125Z".to_owned(), took: Duration::from_millis(took), seen }
}

/// One of every sort, with every optional part.
pub(in super::super) fn observations() -> Vec<Observation> {
    let name = |text: &str| DnsName::parse(text).unwrap();
    let dns = DnsSeen {
        server: "168.63.129.16:53".parse().unwrap(),
        role: DnsRole::Configured,
        transport: Transport::Tcp,
        name: name("yourresource.openai.azure.com"),
        ipv6: false,
        outcome: DnsOutcome::Answered,
        chain: vec![(name("yourresource.openai.azure.com"), name("yourresource.privatelink.openai.azure.com"), 60)],
        addresses: vec![("20.62.61.1".parse().unwrap(), 10)],
        soa: Some(name("openai.azure.com")),
        negative_ttl: Some(10),
        authoritative: false,
    };
    let failed = DnsSeen { outcome: DnsOutcome::Failed("SERVFAIL".to_owned()), ..dns.clone() };
    let beside = DnsSeen { role: DnsRole::Beside, ..dns.clone() };
    let resolver = ResolverSeen {
        name: name("yourresource.openai.azure.com"),
        outcome: ResolverOutcome::Unavailable("static".to_owned()),
        addresses: Vec::new(),
    };
    let tcp = TcpSeen {
        address: "20.62.61.1:443".parse().unwrap(),
        through: Some("127.0.0.1:1080".parse().unwrap()),
        local: Some("[::1]:50000".parse().unwrap()),
        outcome: TcpOutcome::Connected,
    };
    let unreachable = TcpSeen { outcome: TcpOutcome::Unreachable("no route to host".to_owned()), ..tcp.clone() };
    let leaf = CertificateSeen {
        subject: "CN=*.openai.azure.com".to_owned(),
        issuer: "CN=Microsoft Azure RSA TLS Issuing CA 07".to_owned(),
        names: vec!["*.openai.azure.com".to_owned()],
        not_before: "2026-01-01T00:00:00Z".to_owned(),
        not_after: "2027-01-01T00:00:00Z".to_owned(),
    };
    let tls = TlsSeen {
        address: tcp.address,
        server_name: Host::Name(name("yourresource.openai.azure.com")),
        outcome: TlsOutcome::NotTrusted,
        version: Some("TLSv1.3".to_owned()),
        chain: vec![leaf],
        verdicts: vec![ChainVerdict {
            roots: "system".to_owned(),
            problem: Some(ChainProblem::Other("odd".to_owned())),
        }],
    };
    let http = HttpSeen {
        address: tcp.address,
        request: "GET /openai/models".to_owned(),
        credential: Some(model::observation::CredentialKind::Key),
        outcome: HttpOutcome::Answered,
        status: 403,
        headers: vec![pair("x-ms-request-id", "1")],
        body: "{\"error\":\n\t{}}\u{1b}[31m\u{202e}".to_owned(),
        truncated: true,
    };
    let client = ClientSeen {
        endpoint_variables: vec![pair("AZURE_OPENAI_ENDPOINT", "https://yourresource.openai.azure.com/")],
        hosts_entries: vec!["10.1.2.4".parse().unwrap()],
        servers: vec!["168.63.129.16:53".parse().unwrap()],
        search: vec!["internal".to_owned()],
        ndots: 1,
        resolver_problem: Some("line 3 is odd".to_owned()),
        ..ClientSeen::default()
    };
    let tls_and_http = (tls.clone(), http.clone());
    let seen = [
        Seen::Client(client),
        Seen::Dns(dns),
        Seen::Dns(failed),
        Seen::Dns(beside),
        Seen::Resolver(resolver),
        Seen::Tcp(tcp),
        Seen::Tcp(unreachable),
        Seen::Tls(tls),
        Seen::Http(http),
    ];
    let proxied = proxied(&tls_and_http.0, &tls_and_http.1).map(|seen| Seen::Proxied(Box::new(seen)));
    seen.into_iter().chain(proxied).map(|seen| observation(3, seen)).collect()
}

/// A way that a proxy opened, and one that it did not.
fn proxied(tls: &TlsSeen, http: &HttpSeen) -> [ProxiedSeen; 2] {
    let closed = ProxiedSeen {
        variable: pair("HTTPS_PROXY", "http://***@10.9.1.4:3128"),
        proxy: None,
        outcome: ProxyOutcome::Refused("403 Forbidden\u{1b}[31m".to_owned()),
        tls: None,
        http: None,
    };
    let opened = ProxiedSeen {
        proxy: "10.9.1.4:3128".parse().ok(),
        outcome: ProxyOutcome::Opened,
        tls: Some(tls.clone()),
        http: Some(http.clone()),
        ..closed.clone()
    };
    [opened, closed]
}
