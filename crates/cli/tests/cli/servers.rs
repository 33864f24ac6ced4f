//! Who answers on 127.0.0.1 while a test runs? Each server has a port from the system and threads
//! that end with the test process.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

const LOOPBACK: Ipv4Addr = Ipv4Addr::LOCALHOST;

/// Type A of the DNS.
const A: u16 = 1;
/// Type CNAME of the DNS.
const CNAME: u16 = 5;

/// A question as it came over UDP.
pub(crate) struct Query<'q> {
    bytes: &'q [u8],
    /// Where the question section ends.
    end: usize,
}

impl<'q> Query<'q> {
    fn read(bytes: &'q [u8]) -> Self {
        let mut end = 12;
        while bytes[end] != 0 {
            end += usize::from(bytes[end]) + 1;
        }
        Self { bytes, end: end + 5 }
    }

    /// The type that is asked for.
    fn kind(&self) -> u16 {
        u16::from_be_bytes([self.bytes[self.end - 4], self.bytes[self.end - 3]])
    }

    /// An answer with these records; each is type and data, and belongs to the name that was asked.
    fn answer(&self, code: u8, records: &[(u16, Vec<u8>)]) -> Vec<u8> {
        let mut answer = self.bytes[..2].to_vec();
        answer.extend([0x81, 0x80 | code, 0, 1, 0, u8::try_from(records.len()).unwrap(), 0, 0, 0, 0]);
        answer.extend(&self.bytes[12..self.end]);
        for (kind, data) in records {
            // A pointer to the name in the question.
            answer.extend([0xc0, 12]);
            answer.extend(kind.to_be_bytes());
            answer.extend([0, 1, 0, 0, 0, 60]);
            answer.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
            answer.extend(data);
        }
        answer
    }

    /// This address for A, nothing for other types.
    pub(crate) fn address(&self, address: [u8; 4]) -> Vec<u8> {
        let records = [(A, address.to_vec())];
        self.answer(0, if self.kind() == A { &records } else { &[] })
    }

    /// The name is an alias of itself.
    pub(crate) fn alias_of_itself(&self) -> Vec<u8> {
        self.answer(0, &[(CNAME, vec![0xc0, 12])])
    }

    /// The name is an alias of itself below one more label.
    pub(crate) fn alias_of_a_longer_name(&self) -> Vec<u8> {
        self.answer(0, &[(CNAME, vec![1, b'a', 0xc0, 12])])
    }

    /// There is no such name.
    pub(crate) fn no_such_name(&self) -> Vec<u8> {
        self.answer(3, &[])
    }

    /// The server cannot say.
    pub(crate) fn failure(&self) -> Vec<u8> {
        self.answer(2, &[])
    }
}

/// A DNS server that gives each question these packets.
pub(crate) fn dns(answer: impl Fn(&Query<'_>) -> Vec<Vec<u8>> + Send + 'static) -> String {
    let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
    let address = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok((length, peer)) = socket.recv_from(&mut buffer) {
            for packet in answer(&Query::read(&buffer[..length])) {
                socket.send_to(&packet, peer).unwrap();
            }
        }
    });
    address.to_string()
}

/// A DNS server that gives every name this address.
pub(crate) fn dns_saying(address: [u8; 4]) -> String {
    dns(move |query| vec![query.address(address)])
}

/// A DNS server that asks another one, and keeps its answers for as long as they say.
pub(crate) struct Cache {
    pub(crate) address: String,
    /// Its clock, in seconds.
    pub(crate) now: Arc<AtomicU32>,
}

/// By question: when its answer came, and the answer.
type Kept = BTreeMap<Vec<u8>, (u32, Vec<u8>)>;

/// Starts a forwarder that caches; its clock stands still until a test moves it.
pub(crate) fn caching(upstream: String) -> Cache {
    let now = Arc::new(AtomicU32::new(0));
    let clock = Arc::clone(&now);
    let kept: Mutex<Kept> = Mutex::default();
    let address = dns(move |query| {
        let now = clock.load(Ordering::SeqCst);
        let asked = query.bytes[12..query.end].to_vec();
        let mut kept = kept.lock().unwrap();
        let (at, answer) = kept.remove(&asked).unwrap_or_default();
        // The TTL of the first record comes after its name, type and class.
        let place = query.end + 6..query.end + 10;
        let ttl = answer.get(place.clone()).map_or(0, |ttl| u32::from_be_bytes(ttl.try_into().unwrap()));
        let (at, answer) = if at + ttl > now { (at, answer) } else { (now, forwarded(query.bytes, &upstream)) };
        kept.insert(asked, (at, answer.clone()));
        let mut own = answer;
        own[..2].copy_from_slice(&query.bytes[..2]);
        if let Some(ttl) = own.get_mut(place) {
            let left = u32::from_be_bytes((&*ttl).try_into().unwrap()) - (now - at);
            ttl.copy_from_slice(&left.to_be_bytes());
        }
        vec![own]
    });
    Cache { address, now }
}

fn forwarded(query: &[u8], upstream: &str) -> Vec<u8> {
    let socket = UdpSocket::bind((LOOPBACK, 0)).unwrap();
    socket.send_to(query, upstream).unwrap();
    let mut buffer = vec![0; 4096];
    let length = socket.recv(&mut buffer).unwrap();
    buffer.truncate(length);
    buffer
}

/// Where no DNS server listens.
pub(crate) fn no_dns() -> String {
    UdpSocket::bind((LOOPBACK, 0)).unwrap().local_addr().unwrap().to_string()
}

/// A TCP server that does this with each connection, each on a thread of its own.
pub(crate) fn tcp(act: impl Fn(TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind((LOOPBACK, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let act = Arc::new(act);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let act = Arc::clone(&act);
            thread::spawn(move || act(stream));
        }
    });
    address
}

/// A port where nobody listens.
pub(crate) fn closed() -> SocketAddr {
    TcpListener::bind((LOOPBACK, 0)).unwrap().local_addr().unwrap()
}

/// Waits until the peer has gone.
pub(crate) fn hold(mut stream: impl Read) {
    let mut buffer = [0; 1024];
    while matches!(stream.read(&mut buffer), Ok(length) if length > 0) {}
}

/// Writes the same bytes until the peer has had enough.
pub(crate) fn flood(stream: &mut impl Write, bytes: &[u8]) {
    while stream.write_all(bytes).is_ok() {}
}

/// What a SOCKS5 server does with a request.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// Leads every connection to this address.
    To(SocketAddr),
    /// Answers with this code.
    Code(u8),
    /// Says nothing.
    Silent,
}

/// A SOCKS5 server.
pub(crate) fn socks5(way: Way) -> String {
    let server = tcp(move |mut stream| {
        let mut buffer = [0; 512];
        stream.read_exact(&mut buffer[..3]).unwrap();
        stream.write_all(&[5, 0]).unwrap();
        // An IPv4 address and a port, or one read of anything else.
        if stream.read(&mut buffer).unwrap_or_default() == 0 {
            return;
        }
        match way {
            Way::Code(code) => stream.write_all(&[5, code, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap(),
            Way::Silent => hold(stream),
            Way::To(address) => {
                let to = TcpStream::connect(address).unwrap();
                stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).unwrap();
                let (mut from, mut back) = (stream.try_clone().unwrap(), to.try_clone().unwrap());
                thread::spawn(move || std::io::copy(&mut back, &mut stream));
                let _ = std::io::copy(&mut from, &mut { to });
            }
        }
    });
    server.to_string()
}

/// A TLS connection from the server's side.
pub(crate) type Secure = StreamOwned<ServerConnection, TcpStream>;

/// A TLS server, and the certificate of the authority that vouches for it.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) authority: String,
}

/// A TLS server for a name that reads a request and then does this.
pub(crate) fn service(name: &str, act: impl Fn(&mut Secure) + Send + Sync + 'static) -> Service {
    let (config, authority) = certified(name);
    let address = tcp(move |stream| {
        let mut secure = StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
        let mut request = Vec::new();
        let mut buffer = [0; 4096];
        while !request.windows(4).any(|end| end == b"\r\n\r\n") {
            match secure.read(&mut buffer) {
                Ok(length) if length > 0 => request.extend_from_slice(&buffer[..length]),
                _ => return,
            }
        }
        act(&mut secure);
    });
    Service { address, authority }
}

fn certified(name: &str) -> (Arc<ServerConfig>, String) {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, "The authority of a test");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let authority = params.self_signed(&key).unwrap().pem();
    let own = KeyPair::generate().unwrap();
    let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let leaf = leaf.signed_by(&own, &Issuer::from_params(&params, &key)).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::try_from(own.serialize_der()).unwrap())
        .unwrap();
    (Arc::new(config), authority)
}
