//! How is one question put to one server, and which of the packets that come back is its answer?

use crate::bound::{bounded, words};
use hickory_proto::op::{Edns, Message, MessageType, Query, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RecordType};
use model::observation::Transport;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{Instant, timeout_at};

/// The size that passes everywhere without fragments (DNS flag day 2020).
const LARGEST_DATAGRAM: u16 = 1232;
/// A packet may be lost: asked again after this long, then after twice as long, and so on.
const RESEND_AFTER: Duration = Duration::from_secs(1);

/// An answer to the question.
pub(super) struct Reply {
    /// The answer.
    pub(super) message: Message,
    /// How it came.
    pub(super) transport: Transport,
}

/// No answer.
#[derive(Debug)]
pub(super) struct Failure {
    /// Over what it was missing.
    pub(super) transport: Transport,
    /// Why.
    pub(super) trouble: Trouble,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Silence.
    TimedOut,
    /// The network or the server's host said no.
    Unreachable(String),
    /// Packets came, none of them an answer.
    Garbage(String),
}

/// Asks over UDP; over TCP when the answer is truncated; without EDNS when the server cannot read it.
pub(super) async fn exchange(server: SocketAddr, name: Name, kind: RecordType, end: Instant) -> Result<Reply, Failure> {
    let first = Question::new(name.clone(), kind, Extension::Edns)?.over_udp_then_tcp(server, end).await?;
    let code = first.message.metadata.response_code;
    if !matches!(code, ResponseCode::FormErr | ResponseCode::NotImp | ResponseCode::BADVERS) {
        return Ok(first);
    }
    match Question::new(name, kind, Extension::None)?.over_udp_then_tcp(server, end).await {
        Ok(plain) => Ok(plain),
        Err(_) => Ok(first),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Extension {
    Edns,
    None,
}

/// A question as it is sent.
struct Question {
    id: u16,
    query: Query,
    bytes: Vec<u8>,
}

impl Question {
    fn new(name: Name, kind: RecordType, extension: Extension) -> Result<Self, Failure> {
        let query = Query::query(name, kind);
        let mut message = Message::query();
        message.metadata.recursion_desired = true;
        message.add_query(query.clone());
        if extension == Extension::Edns {
            let mut edns = Edns::new();
            edns.set_max_payload(LARGEST_DATAGRAM).set_version(0);
            message.set_edns(edns);
        }
        let bytes = message.to_vec().map_err(|error| {
            Trouble::Garbage(format!("the question cannot be written: {}", words(&error))).over(Transport::Udp)
        })?;
        Ok(Self { id: message.metadata.id, query, bytes })
    }

    async fn over_udp_then_tcp(&self, server: SocketAddr, end: Instant) -> Result<Reply, Failure> {
        match self.over_udp(server, end).await.map_err(|trouble| trouble.over(Transport::Udp))? {
            Some(message) => Ok(Reply { message, transport: Transport::Udp }),
            None => match timeout_at(end, self.over_tcp(server)).await.unwrap_or(Err(Trouble::TimedOut)) {
                Ok(message) => Ok(Reply { message, transport: Transport::Tcp }),
                Err(trouble) => Err(trouble.over(Transport::Tcp)),
            },
        }
    }

    /// The answer, or `None` when it was truncated.
    async fn over_udp(&self, server: SocketAddr, end: Instant) -> Result<Option<Message>, Trouble> {
        let socket = connected(server).await.map_err(|error| Trouble::Unreachable(words(&error)))?;
        let mut buffer = vec![0; usize::from(u16::MAX)];
        let mut rejected = None;
        let mut wait = RESEND_AFTER;
        let mut resend = Instant::now();
        loop {
            if Instant::now() >= end {
                return Err(rejected.map_or(Trouble::TimedOut, Trouble::Garbage));
            }
            if Instant::now() >= resend {
                socket.send(&self.bytes).await.map_err(|error| Trouble::Unreachable(words(&error)))?;
                resend = Instant::now() + wait;
                wait *= 2;
            }
            match timeout_at(resend.min(end), socket.recv(&mut buffer)).await {
                Err(_) => {}
                Ok(Err(error)) => return Err(Trouble::Unreachable(words(&error))),
                Ok(Ok(length)) => match read(&buffer[..length], self.id, &self.query) {
                    Reading::Answer(message) => return Ok(Some(*message)),
                    Reading::Truncated => return Ok(None),
                    Reading::Rejected(why) => {
                        rejected.get_or_insert(why);
                    }
                },
            }
        }
    }

    async fn over_tcp(&self, server: SocketAddr) -> Result<Message, Trouble> {
        let failed = |error: io::Error| {
            Trouble::Unreachable(format!("the answer over UDP was truncated, and over TCP: {}", words(&error)))
        };
        let mut stream = TcpStream::connect(server).await.map_err(failed)?;
        let length = u16::try_from(self.bytes.len()).unwrap_or(u16::MAX);
        let mut framed = length.to_be_bytes().to_vec();
        framed.extend_from_slice(&self.bytes);
        stream.write_all(&framed).await.map_err(failed)?;
        let length = stream.read_u16().await.map_err(failed)?;
        let mut buffer = vec![0; usize::from(length)];
        stream.read_exact(&mut buffer).await.map_err(failed)?;
        match read(&buffer, self.id, &self.query) {
            Reading::Answer(message) => Ok(*message),
            Reading::Truncated => Err(Trouble::Garbage("an answer over TCP that says it is truncated".to_owned())),
            Reading::Rejected(why) => Err(Trouble::Garbage(why)),
        }
    }
}

impl Trouble {
    fn over(self, transport: Transport) -> Failure {
        Failure { transport, trouble: self }
    }
}

/// A socket that takes packets of this server only, and hears when its port is closed.
async fn connected(server: SocketAddr) -> io::Result<UdpSocket> {
    let any = match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(server).await?;
    Ok(socket)
}

/// What a packet is.
#[derive(Debug)]
enum Reading {
    /// The answer to our question.
    Answer(Box<Message>),
    /// The same, but cut short.
    Truncated,
    /// Something else, and what.
    Rejected(String),
}

/// Reads a packet.
fn read(bytes: &[u8], id: u16, asked: &Query) -> Reading {
    let reject = |why: String| Reading::Rejected(why);
    let [high, low, flags, ..] = *bytes else {
        return reject(format!("a packet of {} bytes is no DNS message", bytes.len()));
    };
    if bytes.len() < 12 {
        return reject(format!("a packet of {} bytes is no DNS message", bytes.len()));
    }
    if u16::from_be_bytes([high, low]) != id {
        return reject("an answer with another id than the question".to_owned());
    }
    let truncated = flags & 0b10 != 0 && flags & 0x80 != 0;
    let message = match Message::from_vec(bytes) {
        Ok(message) => message,
        // Some servers cut in the middle of a record.
        Err(_) if truncated => return Reading::Truncated,
        Err(error) => return reject(format!("no readable DNS message: {}", words(&error))),
    };
    if message.metadata.message_type != MessageType::Response {
        return reject("a question, not an answer".to_owned());
    }
    let [question] = &message.queries[..] else {
        // A server that could not read the question may leave it out of its error.
        if message.queries.is_empty() && message.metadata.response_code != ResponseCode::NoError {
            return Reading::Answer(Box::new(message));
        }
        return reject(format!("an answer to {} questions", message.queries.len()));
    };
    let same = question.name.eq_ignore_root(&asked.name)
        && question.query_type == asked.query_type
        && question.query_class == DNSClass::IN;
    if !same {
        return reject(format!("an answer to another question ({})", bounded(&question.name.to_ascii(), 253)));
    }
    if truncated { Reading::Truncated } else { Reading::Answer(Box::new(message)) }
}

#[cfg(test)]
mod tests {
    use super::super::chain::Walk;
    use super::*;
    use model::DnsName;
    use proptest::prelude::*;

    fn asked() -> (Name, Query) {
        let name = super::super::in_wire_form(&DnsName::parse("yourresource.openai.azure.com").unwrap()).unwrap();
        (name.clone(), Query::query(name, RecordType::A))
    }

    fn answer(change: impl FnOnce(&mut Message)) -> Reading {
        let (_, query) = asked();
        let mut message = Message::response(7, hickory_proto::op::OpCode::Query);
        message.add_query(query.clone());
        change(&mut message);
        read(&message.to_vec().unwrap(), 7, &query)
    }

    #[test]
    fn only_the_answer_to_the_question_counts() {
        assert!(matches!(answer(|_| ()), Reading::Answer(_)));
        assert!(matches!(answer(|message| message.metadata.truncation = true), Reading::Truncated));
        assert!(matches!(answer(|message| message.metadata.id = 8), Reading::Rejected(_)));
        assert!(matches!(answer(|message| message.metadata.message_type = MessageType::Query), Reading::Rejected(_)));
        assert!(matches!(answer(|message| message.queries.clear()), Reading::Rejected(_)));
        assert!(matches!(answer(|message| message.queries[0].query_type = RecordType::AAAA), Reading::Rejected(_)));
        assert!(matches!(answer(|message| message.queries[0].name = Name::root()), Reading::Rejected(_)));
    }

    #[test]
    fn an_error_may_leave_out_the_question() {
        let reading = answer(|message| {
            message.queries.clear();
            message.metadata.response_code = ResponseCode::FormErr;
        });
        assert!(matches!(reading, Reading::Answer(_)));
    }

    #[test]
    fn a_message_cut_in_the_middle_is_truncated_only_if_it_says_so() {
        let (_, query) = asked();
        let mut message = Message::response(7, hickory_proto::op::OpCode::Query);
        message.add_query(query.clone());
        message.metadata.truncation = true;
        let mut bytes = message.to_vec().unwrap();
        bytes.truncate(20);
        assert!(matches!(read(&bytes, 7, &query), Reading::Truncated));
        bytes[2] &= !0b10;
        assert!(matches!(read(&bytes, 7, &query), Reading::Rejected(_)));
    }

    proptest! {
        #[test]
        fn no_packet_makes_the_reader_panic(mut bytes in proptest::collection::vec(any::<u8>(), 0..600), ours: bool) {
            let (name, query) = asked();
            if ours && bytes.len() > 3 {
                bytes[..2].copy_from_slice(&7u16.to_be_bytes());
                bytes[2] |= 0x80;
            }
            if let Reading::Answer(message) = read(&bytes, 7, &query) {
                let _ = Walk::from(name, RecordType::A).read(&message);
            }
        }

        #[test]
        fn no_damaged_answer_makes_the_reader_panic(
            position in 0usize..400, value: u8, targets in proptest::collection::vec(0u8..6, 0..12)
        ) {
            use hickory_proto::rr::{RData, Record, rdata::CNAME};
            let (name, query) = asked();
            let mut message = Message::response(7, hickory_proto::op::OpCode::Query);
            message.add_query(query.clone());
            let mut owner = name.clone();
            for target in targets {
                let target = Name::from_labels([vec![b'a' + target], b"example".to_vec()].iter().map(Vec::as_slice)).unwrap();
                message.add_answer(Record::from_rdata(owner, 60, RData::CNAME(CNAME(target.clone()))));
                owner = target;
            }
            let mut bytes = message.to_vec().unwrap();
            if let Some(byte) = bytes.get_mut(position) {
                *byte = value;
            }
            if let Reading::Answer(message) = read(&bytes, 7, &query) {
                let _ = Walk::from(name, RecordType::A).read(&message);
            }
        }
    }
}
