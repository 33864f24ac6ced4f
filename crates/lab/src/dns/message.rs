//! How does a DNS message become a question, and a resolution a message? Hostile bytes get an error or
//! nothing, never a panic.

use super::lookup::{Authority, Data, Ending, Found, Resolution, Wanted};
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::opt::{EdnsCode, EdnsOption};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, SOA};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use model::DnsName;
use std::net::IpAddr;
use std::time::Duration;

/// The largest UDP answer, whatever a client says that it takes.
const LARGEST_UDP: u16 = 1232;

/// What a message came over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

/// A question that can be answered.
pub(crate) struct Question {
    request: Message,
    query: Query,
    /// The name.
    pub(crate) name: DnsName,
    /// The records that are asked for.
    pub(crate) wanted: Wanted,
    /// What servers of the lab tell each other.
    pub(crate) note: Note,
}

/// What a message is.
pub(crate) enum Asked {
    /// A question.
    Question(Box<Question>),
    /// Something that is answered without looking anything up.
    Other(Vec<u8>),
    /// What deserves no answer: an answer, or less than a header.
    Nothing,
}

/// What a server of the lab tells the one that it asks, in an EDNS option for local use (RFC 6891):
/// so that servers that ask each other come to an end, and the last gives up first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Note {
    /// How many servers asked before.
    pub(crate) hops: u8,
    /// How long the asker waits.
    pub(crate) patience: Duration,
}

/// The first option for local use.
const NOTE: u16 = 65_001;

impl Default for Note {
    /// Of a client, which says nothing: shorter than clients wait.
    fn default() -> Self {
        Self { hops: 0, patience: Duration::from_millis(600) }
    }
}

impl Note {
    fn of(request: &Message) -> Self {
        let option = request.edns.as_ref().and_then(|edns| edns.option(EdnsCode::Unknown(NOTE)));
        match option {
            Some(EdnsOption::Unknown(_, bytes)) => match bytes.as_slice() {
                [hops, high, low] => {
                    let patience = Duration::from_millis(u16::from_be_bytes([*high, *low]).into());
                    Self { hops: *hops, patience: patience.min(Self::default().patience) }
                }
                _ => Self::default(),
            },
            _ => Self::default(),
        }
    }

    fn option(self) -> EdnsOption {
        let [high, low] = u16::try_from(self.patience.as_millis()).unwrap_or(u16::MAX).to_be_bytes();
        EdnsOption::Unknown(NOTE, vec![self.hops, high, low])
    }
}

/// Reads a message.
pub(crate) fn read(bytes: &[u8]) -> Asked {
    let Ok(request) = Message::from_vec(bytes) else { return malformed(bytes) };
    if request.metadata.message_type != MessageType::Query {
        return Asked::Nothing;
    }
    let refused = |code, filled: &dyn Fn(&mut Message)| {
        let mut response = begun(&request);
        response.metadata.response_code = code;
        filled(&mut response);
        response.to_vec().map_or(Asked::Nothing, Asked::Other)
    };
    if request.metadata.op_code != OpCode::Query {
        return refused(ResponseCode::NotImp, &|_| ());
    }
    let query = match request.queries.as_slice() {
        [query] if query.query_class() == DNSClass::IN => query.clone(),
        [_] => return refused(ResponseCode::Refused, &|_| ()),
        _ => return refused(ResponseCode::FormErr, &|_| ()),
    };
    let Ok(name) = DnsName::parse(&query.name().to_ascii()) else {
        // The root, or labels that no name of the estate has.
        return refused(ResponseCode::NXDomain, &|response| {
            response.add_query(query.clone());
            response.add_authority(start_of_authority(&Authority { zone: ".".to_owned(), private: false }));
        });
    };
    let wanted = match query.query_type() {
        RecordType::A => Wanted::A,
        RecordType::AAAA => Wanted::Aaaa,
        RecordType::CNAME => Wanted::Cname,
        _ => Wanted::Other,
    };
    let note = Note::of(&request);
    Asked::Question(Box::new(Question { request, query, name, wanted, note }))
}

/// An answer without content.
fn begun(request: &Message) -> Message {
    let mut response = Message::response(request.metadata.id, request.metadata.op_code);
    response.metadata.recursion_desired = request.metadata.recursion_desired;
    response.metadata.recursion_available = true;
    response.metadata.checking_disabled = request.metadata.checking_disabled;
    if let Some(asked) = &request.edns {
        let mut edns = Edns::new();
        edns.set_max_payload(LARGEST_UDP).set_dnssec_ok(asked.flags().dnssec_ok);
        response.set_edns(edns);
    }
    response
}

/// FORMERR for a question that cannot be read.
fn malformed(bytes: &[u8]) -> Asked {
    let [high, low, flags, ..] = bytes else { return Asked::Nothing };
    let is_answer = flags & 0x80 != 0;
    if is_answer || bytes.len() < 12 {
        return Asked::Nothing;
    }
    let message = Message::error_msg(u16::from_be_bytes([*high, *low]), OpCode::Query, ResponseCode::FormErr);
    message.to_vec().map_or(Asked::Nothing, Asked::Other)
}

impl Question {
    /// The message that says how the resolution went.
    pub(crate) fn reply(&self, resolution: &Resolution, transport: Transport) -> Option<Vec<u8>> {
        let mut response = begun(&self.request);
        response.add_query(self.query.clone());
        response.metadata.authoritative = resolution.authoritative;
        for one in &resolution.found {
            // The first owner is spelled as it was asked (DNS 0x20).
            let owner = if one.owner == self.name { self.query.name().clone() } else { wire(one.owner.as_str()) };
            response.add_answer(record(owner, one));
        }
        response.metadata.response_code = match &resolution.ending {
            Ending::Answered => ResponseCode::NoError,
            Ending::NoData(authority) => {
                response.add_authority(start_of_authority(authority));
                ResponseCode::NoError
            }
            Ending::NxDomain(authority) => {
                response.add_authority(start_of_authority(authority));
                ResponseCode::NXDomain
            }
            Ending::Failed => {
                response.metadata.authoritative = false;
                ResponseCode::ServFail
            }
        };
        let most = self.request.edns.as_ref().map_or(512, Edns::max_payload).clamp(512, LARGEST_UDP);
        let bytes = response.to_vec().ok()?;
        if transport == Transport::Udp && bytes.len() > usize::from(most) {
            return response.truncate().to_vec().ok();
        }
        Some(bytes)
    }

    /// The message that asks another server for a name, the same records wanted.
    #[cfg(target_os = "linux")]
    pub(crate) fn onward(&self, id: u16, name: &DnsName, note: Note) -> Option<Vec<u8>> {
        let mut message = Message::new(id, MessageType::Query, OpCode::Query);
        message.metadata.recursion_desired = true;
        message.add_query(Query::query(wire(name.as_str()), self.query.query_type()));
        let mut edns = Edns::new();
        edns.set_max_payload(LARGEST_UDP);
        edns.options_mut().insert(note.option());
        message.set_edns(edns);
        message.to_vec().ok()
    }
}

fn record(owner: Name, found: &Found) -> Record {
    let data = match &found.data {
        Data::Address(IpAddr::V4(address)) => RData::A(A(*address)),
        Data::Address(IpAddr::V6(address)) => RData::AAAA(AAAA(*address)),
        Data::Alias(target) => RData::CNAME(CNAME(wire(target.as_str()))),
    };
    Record::from_rdata(owner, found.ttl, data)
}

/// Its last number says how long "there is no such name" may be kept, in seconds. These are the numbers of
/// zones that nobody changed: 10 in private zones, 300 in public ones.
fn start_of_authority(authority: &Authority) -> Record {
    let (server, mailbox, negative) = match authority.private {
        true => ("azureprivatedns.net", "azureprivatedns-host.microsoft.com", 10),
        false => ("ns1-01.azure-dns.com", "azuredns-hostmaster.microsoft.com", 300),
    };
    let soa = SOA::new(wire(server), wire(mailbox), 1, 3600, 300, 2_419_200, negative);
    Record::from_rdata(wire(&authority.zone), negative, RData::SOA(soa))
}

/// A name on the wire; one that cannot be spelled there becomes the root.
fn wire(name: &str) -> Name {
    let mut name = Name::from_ascii(name).unwrap_or_default();
    name.set_fqdn(true);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_answer_lives_as_long_as_the_zone_says() {
        for (private, seconds) in [(true, 10), (false, 300)] {
            let record = start_of_authority(&Authority { zone: "z.example".to_owned(), private });
            let RData::SOA(soa) = &record.data else { panic!("an SOA record") };
            assert_eq!((record.ttl, soa.minimum), (seconds, seconds));
        }
    }
}
