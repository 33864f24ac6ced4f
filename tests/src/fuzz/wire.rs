//! Does the probe stand whatever a server sends: DNS answers, HTTP responses, certificates?
//!
//! The servers are our own, on the loopback, and send the input. What an answer names is dialled
//! through a SOCKS server that hangs up, so that no invented address is ever called.
#![allow(clippy::disallowed_types, reason = "servers need listeners, and they are blocking on purpose")]

use super::estates::reports;
use hickory_proto::op::{Message, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use model::observation::{ClientSeen, Seen};
use model::{Expect, Host, Observation, Question, Target, Vantage};
use probe::{Plan, Servers};
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

const HOST: &str = "yourresource.openai.azure.com";
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What a server sends next.
#[derive(Debug, Default, Clone)]
struct Input(Arc<Mutex<Vec<u8>>>);

impl Input {
    fn set(&self, bytes: &[u8]) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = bytes.to_vec();
    }

    fn get(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A server with its input.
#[derive(Debug)]
struct Server {
    address: SocketAddr,
    input: Input,
}

fn host() -> Host {
    Host::parse(HOST).expect("the name is valid")
}

fn plan(port: u16) -> Plan {
    Plan {
        servers: Servers::Only(Vec::new()),
        stage_timeout: Duration::from_secs(2),
        deadline: Duration::from_secs(4),
        ..Plan::new(Target { host: host(), port }, ClientSeen::default())
    }
}

/// Measures, and reports what was measured beside what the healthy estate makes expect.
fn measure(plan: &Plan) {
    let observations = probe::measure(plan, &|_| ()).expect("the plan is good");
    observations.iter().for_each(bounded);
    let scenario = lab::scenario("healthy").expect("the scenario is built in");
    for (snapshot, from) in [(Some(&scenario.healthy), scenario.question.from.clone()), (None, Vantage::Here)] {
        let questions = vec![Question { from, to: plan.target.clone(), expect: Expect::Private }];
        let estate = diagnose::Estate::OnPath;
        let case = diagnose::Case::on_paper(snapshot, questions, estate);
        reports(&diagnose::conclude(case, observations.clone()));
    }
}

/// Nothing remote is kept without a bound.
fn bounded(observation: &Observation) {
    let size = match &observation.seen {
        Seen::Http(seen) => seen.body.len().max(seen.headers.len() * 16),
        Seen::Dns(seen) => 64 * (seen.addresses.len() + seen.chain.len()),
        Seen::Tls(seen) => 256 * seen.chain.len(),
        _ => 0,
    };
    assert!(size <= 16 * 1024, "{size} bytes were kept of {observation:?}");
}

/// A listener that hangs up on everybody.
fn hangs_up() -> SocketAddr {
    static ADDRESS: OnceLock<SocketAddr> = OnceLock::new();
    *ADDRESS.get_or_init(|| serve(drop))
}

/// Does this with each connection, one after the other, on a thread of its own.
fn serve(act: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind((LOOPBACK, 0)).expect("a port of the loopback is free");
    let address = listener.local_addr().expect("a listener has an address");
    thread::spawn(move || listener.incoming().flatten().for_each(act));
    address
}

/// Answers without their id and question, which the server fills in.
pub(super) fn dns_answers() -> Vec<Vec<u8>> {
    let name = |text: &str| Name::from_ascii(text).expect("the name is valid");
    let alias = "yourresource.privatelink.openai.azure.com";
    let record = |owner: &str, data: RData| Record::from_rdata(name(owner), 10, data);
    let private = [
        record(HOST, RData::CNAME(CNAME(name(alias)))),
        record(alias, RData::A(A([10, 1, 2, 4].into()))),
        record(alias, RData::AAAA(AAAA("fd00::4".parse().expect("an address")))),
    ];
    let public = [
        record(HOST, RData::CNAME(CNAME(name(alias)))),
        record(alias, RData::CNAME(CNAME(name("vnetproxyv2-eus-prod.eastus.cloudapp.azure.com")))),
        record("vnetproxyv2-eus-prod.eastus.cloudapp.azure.com", RData::A(A([203, 0, 113, 9].into()))),
    ];
    let circle = [record(HOST, RData::CNAME(CNAME(name(HOST))))];
    let soa = SOA::new(name("ns.example"), name("admin.example"), 1, 3600, 300, 3600, 10);
    let mut none = response(&[]);
    none.metadata.response_code = ResponseCode::NXDomain;
    none.add_authority(record("privatelink.openai.azure.com", RData::SOA(soa)));
    let mut cut = response(&private);
    cut.metadata.truncation = true;
    [response(&private), response(&public), response(&circle), none, cut].iter().map(stripped).collect()
}

fn response(answers: &[Record]) -> Message {
    let mut message = Message::response(0, OpCode::Query);
    message.add_query(Query::query(Name::from_ascii(HOST).expect("the name is valid"), RecordType::A));
    message.add_answers(answers.iter().cloned());
    message
}

/// Header without id, and what comes behind the question.
fn stripped(message: &Message) -> Vec<u8> {
    let packet = message.to_vec().expect("the message can be written");
    let question = HOST.len() + 2 + 4;
    [&packet[2..12], &packet[12 + question..]].concat()
}

/// The packet for a query: the input with id and question.
fn filled(query: &[u8], input: &[u8]) -> Vec<u8> {
    match (query.split_at_checked(12), input.split_at_checked(10)) {
        (Some((header, question)), Some((flags, records))) => {
            [&header[..2], flags, &question[..question_length(question)], records].concat()
        }
        _ => input.to_vec(),
    }
}

/// How long the question is: a name, and four bytes for type and class. What a client adds behind it (EDNS)
/// is none of the question's.
fn question_length(question: &[u8]) -> usize {
    let mut at = 0;
    while let Some(label) = question.get(at).filter(|label| **label > 0) {
        at += 1 + usize::from(*label);
    }
    question.len().min(at + 5)
}

/// The same answer as the input, and then one without records, so that nobody waits for a better one.
fn answers(query: &[u8], input: &Input) -> [Vec<u8>; 2] {
    [filled(query, &input.get()), filled(query, &[0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0])]
}

fn dns_server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let input = Input::default();
        let over_tcp = input.clone();
        let address = serve(move |stream| answer_over_tcp(stream, &over_tcp));
        let udp = UdpSocket::bind(address).expect("the port is free for UDP too");
        let over_udp = input.clone();
        thread::spawn(move || {
            let mut query = [0; 4096];
            while let Ok((length, peer)) = udp.recv_from(&mut query) {
                for answer in answers(&query[..length], &over_udp) {
                    let _ = udp.send_to(&answer, peer);
                }
            }
        });
        Server { address, input }
    })
}

fn answer_over_tcp(mut stream: TcpStream, input: &Input) {
    let mut length = [0; 2];
    let Ok(()) = stream.read_exact(&mut length) else { return };
    let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
    let Ok(()) = stream.read_exact(&mut query) else { return };
    for answer in answers(&query, input) {
        let length = u16::try_from(answer.len()).unwrap_or(u16::MAX);
        let _ = stream.write_all(&[&length.to_be_bytes(), &answer[..usize::from(length)]].concat());
    }
}

/// The input is what a DNS server answers to every question.
pub(super) fn dns(bytes: &[u8]) {
    let server = dns_server();
    server.input.set(bytes);
    let plan = Plan { servers: Servers::Only(vec![server.address]), socks5: Some(hangs_up()), ..plan(443) };
    measure(&plan);
}

/// A service whose certificate our plans trust; what it does with a connection is given.
struct Trusted {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    pem: String,
}

fn trusted() -> &'static Trusted {
    static TRUSTED: OnceLock<Trusted> = OnceLock::new();
    TRUSTED.get_or_init(|| {
        let key = KeyPair::generate().expect("a key can be made");
        let params = CertificateParams::new(vec![HOST.to_owned()]).expect("the name is valid");
        let certificate = params.self_signed(&key).expect("it can be signed");
        Trusted {
            chain: vec![certificate.der().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).expect("the key is well formed"),
            pem: certificate.pem(),
        }
    })
}

/// Answers every handshake with a chain of its own choice.
#[derive(Debug)]
struct Chain {
    input: Option<Input>,
}

impl ResolvesServerCert for Chain {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let trusted = trusted();
        let key = rustls::crypto::ring::sign::any_supported_type(&trusted.key).ok()?;
        let chain = match &self.input {
            Some(input) => vec![CertificateDer::from(input.get())],
            None => trusted.chain.clone(),
        };
        Some(Arc::new(CertifiedKey::new(chain, key)))
    }
}

fn tls(chain: Chain, send: Input) -> SocketAddr {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring has the usual versions")
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(chain));
    let config = Arc::new(config);
    serve(move |stream| {
        let Ok(connection) = ServerConnection::new(Arc::clone(&config)) else { return };
        let mut stream = StreamOwned::new(connection, stream);
        let mut request = [0; 4096];
        if matches!(stream.read(&mut request), Ok(length) if length > 0) {
            let _ = stream.write_all(&send.get());
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    })
}

/// A plan that dials the server and trusts its good certificate.
fn to(server: &Server) -> Plan {
    let mut plan = plan(server.address.port());
    plan.client.hosts_entries = vec![LOOPBACK];
    plan.extra_roots = Some(trusted().pem.clone());
    plan
}

/// What services answer.
pub(super) fn http_responses() -> Vec<Vec<u8>> {
    let refused =
        r#"{"error":{"code":"AccessDenied","message":"Access denied due to Virtual Network/Firewall rules."}}"#;
    let length = refused.len();
    let texts = [
        format!("HTTP/1.1 403 Forbidden\r\nContent-Length: {length}\r\npolicy-id: x\r\nserver: y\r\n\r\n{refused}"),
        "HTTP/1.1 401 PermissionDenied\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n".to_owned(),
        "HTTP/1.1 302 Found\r\nLocation: https://login.microsoftonline.com/\r\nVia: 1.1 \u{1b}[2Jproxy\r\n\r\n"
            .to_owned(),
        "HTTP/1.0 200 OK\r\n\r\n<html><body>An interposed page</body></html>".to_owned(),
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n".to_owned(),
    ];
    texts.map(String::into_bytes).to_vec()
}

/// The input is what a service sends over a trusted connection.
pub(super) fn http(bytes: &[u8]) {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        let input = Input::default();
        Server { address: tls(Chain { input: None }, input.clone()), input }
    });
    server.input.set(bytes);
    measure(&to(server));
}

/// Certificates in DER form.
pub(super) fn certificates() -> Vec<Vec<u8>> {
    let names = vec![HOST.to_owned(), "*.cognitiveservices.azure.com".to_owned(), "10.1.2.4".to_owned()];
    let key = KeyPair::generate().expect("a key can be made");
    let many = CertificateParams::new(names).and_then(|params| params.self_signed(&key));
    let many = many.expect("it can be signed").der().to_vec();
    vec![trusted().chain[0].to_vec(), many]
}

/// The input is the certificate that a service shows.
pub(super) fn certificate(bytes: &[u8]) {
    static SERVER: OnceLock<Server> = OnceLock::new();
    let server = SERVER.get_or_init(|| {
        let input = Input::default();
        Server { address: tls(Chain { input: Some(input.clone()) }, Input::default()), input }
    });
    server.input.set(bytes);
    measure(&to(server));
}
