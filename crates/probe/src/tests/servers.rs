//! What do the servers of these tests do? Each listens on 127.0.0.1 at a port from the system, on a
//! thread of its own that ends with the test process.
#![allow(clippy::disallowed_types, reason = "servers need listeners, and they are blocking on purpose")]

use super::LOOPBACK;
use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, CNAME, SOA};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use model::observation::Transport;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A TLS connection from the server's side.
pub(super) type Secure = StreamOwned<ServerConnection, TcpStream>;

/// A port that was free a moment ago, for TCP.
pub(super) fn closed_port() -> u16 {
    TcpListener::bind((LOOPBACK, 0)).unwrap().local_addr().unwrap().port()
}

/// An address where nobody listens, for UDP.
pub(super) fn closed_udp() -> SocketAddr {
    UdpSocket::bind((LOOPBACK, 0)).unwrap().local_addr().unwrap()
}

/// A DNS server over UDP and TCP at the same port.
pub(super) struct Dns {
    pub(super) address: SocketAddr,
    asked: Arc<Mutex<Vec<(String, Transport)>>>,
}

impl Dns {
    /// Answers each question with the packets that `answer` gives.
    pub(super) fn start(answer: impl Fn(&Message, Transport) -> Vec<Vec<u8>> + Send + Sync + 'static) -> Self {
        let (udp, tcp) = pair();
        let address = udp.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answer = Arc::new(answer);
        let note = |asked: &Mutex<Vec<(String, Transport)>>, query: &Message, transport| {
            asked.lock().unwrap().push((query.queries[0].name.to_ascii(), transport));
        };
        let (log, reply) = (Arc::clone(&asked), Arc::clone(&answer));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok((length, peer)) = udp.recv_from(&mut buffer) {
                let query = Message::from_vec(&buffer[..length]).unwrap();
                note(&log, &query, Transport::Udp);
                for packet in reply(&query, Transport::Udp) {
                    udp.send_to(&packet, peer).unwrap();
                }
            }
        });
        let log = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in tcp.incoming() {
                let Ok(mut stream) = stream else { return };
                let mut length = [0; 2];
                if stream.read_exact(&mut length).is_err() {
                    continue;
                }
                let mut buffer = vec![0; usize::from(u16::from_be_bytes(length))];
                stream.read_exact(&mut buffer).unwrap();
                let query = Message::from_vec(&buffer).unwrap();
                note(&log, &query, Transport::Tcp);
                for packet in answer(&query, Transport::Tcp) {
                    let length = u16::try_from(packet.len()).unwrap();
                    stream.write_all(&length.to_be_bytes()).unwrap();
                    stream.write_all(&packet).unwrap();
                }
            }
        });
        Self { address, asked }
    }

    /// How many questions came over this transport.
    pub(super) fn asked(&self, transport: Transport) -> usize {
        self.asked.lock().unwrap().iter().filter(|(_, over)| *over == transport).count()
    }
}

/// A UDP socket and a TCP listener with the same number.
fn pair() -> (UdpSocket, TcpListener) {
    loop {
        let tcp = TcpListener::bind((LOOPBACK, 0)).unwrap();
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()) {
            return (udp, tcp);
        }
    }
}

/// A name in wire form.
pub(super) fn name(text: &str) -> Name {
    Name::from_labels(text.split('.').map(str::as_bytes)).unwrap()
}

/// An answer to the query without any record.
pub(super) fn empty(query: &Message) -> Message {
    let mut message = Message::response(query.metadata.id, OpCode::Query);
    message.queries.clone_from(&query.queries);
    message
}

/// An address for A questions, nothing for the others.
pub(super) fn a(query: &Message, owner: &str, address: [u8; 4]) -> Vec<u8> {
    let mut message = empty(query);
    if query.queries[0].query_type == RecordType::A {
        message.add_answer(address_record(owner, address));
    }
    message.to_vec().unwrap()
}

pub(super) fn address_record(owner: &str, address: [u8; 4]) -> Record {
    Record::from_rdata(name(owner), 10, RData::A(A(address.into())))
}

pub(super) fn alias_record(owner: &str, target: &str) -> Record {
    Record::from_rdata(name(owner), 60, RData::CNAME(CNAME(name(target))))
}

/// "There is no such name", with the SOA record of the zone.
pub(super) fn no_such_name(query: &Message, zone: &str) -> Vec<u8> {
    let mut message = empty(query);
    message.metadata.response_code = ResponseCode::NXDomain;
    message.metadata.authoritative = true;
    let soa = SOA::new(name("ns.example"), name("admin.example"), 1, 3600, 300, 3600, 10);
    message.add_authority(Record::from_rdata(name(zone), 10, RData::SOA(soa)));
    message.to_vec().unwrap()
}

/// Something that accepts connections.
pub(super) struct Service {
    pub(super) address: SocketAddr,
    served: Arc<AtomicUsize>,
}

impl Service {
    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// How many requests came.
    pub(super) fn served(&self) -> usize {
        self.served.load(Ordering::SeqCst)
    }
}

/// A TCP server that does this with each connection, each on a thread of its own.
pub(super) fn tcp(act: impl Fn(TcpStream) + Send + Sync + 'static) -> Service {
    let listener = TcpListener::bind((LOOPBACK, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let act = Arc::new(act);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let act = Arc::clone(&act);
            thread::spawn(move || act(stream));
        }
    });
    Service { address, served: Arc::default() }
}

/// Waits until the peer has gone.
pub(super) fn hold(mut stream: impl Read) {
    let mut buffer = [0; 1024];
    while matches!(stream.read(&mut buffer), Ok(length) if length > 0) {}
}

/// A TLS server that reads a request and then does this.
pub(super) fn service(
    (chain, key): (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>),
    act: impl Fn(String, &mut Secure) + Send + Sync + 'static,
) -> Service {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    let served = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&served);
    let service = tcp(move |stream| {
        let mut secure = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            match secure.read(&mut buffer) {
                Ok(length) if length > 0 => request.extend_from_slice(&buffer[..length]),
                _ => return,
            }
        }
        count.fetch_add(1, Ordering::SeqCst);
        act(String::from_utf8(request).unwrap(), &mut secure);
    });
    Service { served, ..service }
}

/// What the data plane says to a call without a key.
#[expect(clippy::needless_pass_by_value, reason = "the shape of every act of a service")]
pub(super) fn answer_401(request: String, secure: &mut Secure) {
    let body = format!(r#"{{"error":{{"code":"401","message":"{}"}}}}"#, request.lines().next().unwrap());
    let response = format!(
        "HTTP/1.1 401 PermissionDenied\r\nContent-Type: application/json\r\napim-request-id: 1f0c\r\nX-Secret: no\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    secure.write_all(response.as_bytes()).unwrap();
    secure.conn.send_close_notify();
    let _ = secure.flush();
}

/// A certificate authority of a test's own.
pub(super) struct Authority {
    params: CertificateParams,
    key: KeyPair,
}

impl Authority {
    pub(super) fn new() -> Self {
        Self::named("The authority of a test")
    }

    pub(super) fn named(name: &str) -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self { params, key: KeyPair::generate().unwrap() }
    }

    pub(super) fn pem(&self) -> String {
        self.params.self_signed(&self.key).unwrap().pem()
    }

    /// A certificate for the names, and its key.
    pub(super) fn certificate(&self, names: &[&str]) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        self.certificate_with(names, |_| ())
    }

    pub(super) fn certificate_with(
        &self,
        names: &[&str],
        change: impl FnOnce(&mut CertificateParams),
    ) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        (vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
    }
}

/// A DNS server over UDP alone.
pub(super) fn udp_only(answer: impl Fn(&Message) -> Vec<u8> + Send + 'static) -> SocketAddr {
    let udp = UdpSocket::bind((LOOPBACK, 0)).unwrap();
    let address = udp.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, peer)) = udp.recv_from(&mut buffer) {
            udp.send_to(&answer(&Message::from_vec(&buffer[..length]).unwrap()), peer).unwrap();
        }
    });
    address
}

/// A connection, for a proxy.
pub(super) fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).unwrap()
}
