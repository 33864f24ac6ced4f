//! How do the tests speak to a lab? Blocking sockets to 127.0.0.1, with nothing of the lab's code.

use crate::{Access, VantageAccess};
use hickory_proto::op::{Message, MessageType, OpCode, Query};
use hickory_proto::rr::{Name, RData, RecordType};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::net::{IpAddr, TcpStream, UdpSocket};
use std::sync::Arc;
use std::time::Duration;

/// What came back over HTTP.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The DNS question in bytes.
pub(crate) fn question(name: &str, kind: RecordType) -> Vec<u8> {
    let mut message = Message::new(4711, MessageType::Query, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    message.to_vec().unwrap()
}

/// Asks over UDP.
pub(crate) fn dig(vantage: &VantageAccess, name: &str) -> Message {
    let socket = UdpSocket::bind(if vantage.dns.ip().is_loopback() { "127.0.0.1:0" } else { "0.0.0.0:0" }).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    socket.connect(vantage.dns).unwrap();
    socket.send(&question(name, RecordType::A)).unwrap();
    let mut buffer = [0; 4096];
    let count = socket.recv(&mut buffer).unwrap();
    Message::from_vec(&buffer[..count]).unwrap()
}

/// Asks over TCP.
pub(crate) fn dig_tcp(vantage: &VantageAccess, name: &str) -> Message {
    let mut stream = TcpStream::connect(vantage.dns).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    let question = question(name, RecordType::A);
    stream.write_all(&u16::try_from(question.len()).unwrap().to_be_bytes()).unwrap();
    stream.write_all(&question).unwrap();
    let mut length = [0; 2];
    stream.read_exact(&mut length).unwrap();
    let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut answer).unwrap();
    Message::from_vec(&answer).unwrap()
}

/// The targets of the aliases and the addresses of an answer, in order.
pub(crate) fn chain(message: &Message) -> Vec<String> {
    let of = |data: &RData| match data {
        RData::A(address) => address.0.to_string(),
        RData::CNAME(target) => target.0.to_ascii().trim_end_matches('.').to_owned(),
        other => other.to_string(),
    };
    message.answers.iter().map(|record| of(&record.data)).collect()
}

/// The zone of the SOA record of a negative answer.
pub(crate) fn authority(message: &Message) -> Option<String> {
    let soa = message.authorities.iter().find(|record| matches!(record.data, RData::SOA(_)))?;
    Some(soa.name.to_ascii().trim_end_matches('.').to_owned())
}

/// The SOCKS5 greeting and a CONNECT; the stream and the reply code, `None` when nothing came.
pub(crate) fn connect(vantage: &VantageAccess, address: IpAddr) -> (TcpStream, Option<u8>) {
    let mut request = vec![5, 1, 0, 1];
    match address {
        IpAddr::V4(address) => request.extend(address.octets()),
        IpAddr::V6(_) => unreachable!("the tests dial IPv4"),
    }
    request.extend(443_u16.to_be_bytes());
    socks(vantage, &request)
}

/// CONNECT with a name.
pub(crate) fn connect_name(vantage: &VantageAccess, name: &str) -> (TcpStream, Option<u8>) {
    let mut request = vec![5, 1, 0, 3, u8::try_from(name.len()).unwrap()];
    request.extend(name.as_bytes());
    request.extend(443_u16.to_be_bytes());
    socks(vantage, &request)
}

fn socks(vantage: &VantageAccess, request: &[u8]) -> (TcpStream, Option<u8>) {
    let mut stream = TcpStream::connect(vantage.socks5).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    stream.write_all(&[5, 1, 0]).unwrap();
    let mut greeting = [0; 2];
    stream.read_exact(&mut greeting).unwrap();
    assert_eq!(greeting, [5, 0]);
    // Long enough for an answer that comes, short for one that never does.
    stream.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    stream.write_all(request).unwrap();
    let mut reply = [0; 10];
    let code = stream.read_exact(&mut reply).ok().map(|()| reply[1]);
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    (stream, code)
}

/// Resolves, dials and asks, as a client at the vantage would.
pub(crate) fn get(access: &Access, vantage: &str, host: &str, headers: &str) -> Reply {
    let vantage = access.of(vantage).unwrap();
    let answer = dig(vantage, host);
    let last = chain(&answer).pop().unwrap_or_else(|| panic!("{host} has no address"));
    let (stream, code) = connect(vantage, last.parse().unwrap());
    assert_eq!(code, Some(0), "{host} at {last}");
    https(access, stream, host, &format!("GET /openai/models?api-version=2024-10-21 HTTP/1.1\r\n{headers}"), "")
}

/// One request over verified TLS.
pub(crate) fn https(access: &Access, stream: TcpStream, host: &str, start: &str, body: &str) -> Reply {
    try_https(access, stream, host, start, body).unwrap()
}

/// The same, where it may fail.
pub(crate) fn try_https(
    access: &Access,
    stream: TcpStream,
    host: &str,
    start: &str,
    body: &str,
) -> std::io::Result<Reply> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(access.ca_pem.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name).unwrap(), stream);
    let request = format!("{start}host: {host}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    stream.write_all(request.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head[9..12].parse().unwrap();
    Ok(Reply { status, head: head.to_owned(), body: body.to_owned() })
}

/// One ARM request with the lab's token.
pub(crate) fn arm(access: &Access, method: &str, path: &str, body: &str) -> Reply {
    arm_with(access, method, path, &format!("authorization: Bearer {}\r\n", access.token), body)
}

/// One ARM request with these headers.
pub(crate) fn arm_with(access: &Access, method: &str, path: &str, headers: &str, body: &str) -> Reply {
    let place = access.arm.strip_prefix("https://").unwrap();
    let stream = TcpStream::connect(place).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
    https(access, stream, "127.0.0.1", &format!("{method} {path} HTTP/1.1\r\n{headers}"), body)
}
