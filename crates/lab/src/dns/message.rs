//! How does a DNS message become an answer? Hostile bytes get an error or nothing, never a panic.

use super::lookup::{Authority, Data, Ending, Found, Resolution, Wanted, resolve};
use crate::estate::{Estate, Place};
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, SOA};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use model::DnsName;
use std::net::IpAddr;

/// The largest UDP answer, whatever a client says that it takes.
const LARGEST_UDP: u16 = 1232;

/// What a message came over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    Udp,
    Tcp,
}

/// The answer to a message; `None` for what deserves none (an answer, or less than a header).
pub(crate) fn answer(estate: &Estate, place: &Place, bytes: &[u8], transport: Transport) -> Option<Vec<u8>> {
    let Ok(request) = Message::from_vec(bytes) else { return malformed(bytes) };
    if request.metadata.message_type != MessageType::Query {
        return None;
    }
    let mut response = Message::response(request.metadata.id, request.metadata.op_code);
    response.metadata.recursion_desired = request.metadata.recursion_desired;
    response.metadata.recursion_available = true;
    response.metadata.checking_disabled = request.metadata.checking_disabled;
    response.metadata.response_code = match request.queries.as_slice() {
        _ if request.metadata.op_code != OpCode::Query => ResponseCode::NotImp,
        [query] if query.query_class() == DNSClass::IN => {
            response.add_query(query.clone());
            fill(&mut response, estate, place, query)
        }
        [_] => ResponseCode::Refused,
        _ => ResponseCode::FormErr,
    };
    if let Some(asked) = &request.edns {
        let mut edns = Edns::new();
        edns.set_max_payload(LARGEST_UDP).set_dnssec_ok(asked.flags().dnssec_ok);
        response.set_edns(edns);
    }
    let most = request.edns.as_ref().map_or(512, Edns::max_payload).clamp(512, LARGEST_UDP);
    let bytes = response.to_vec().ok()?;
    if transport == Transport::Udp && bytes.len() > usize::from(most) {
        return response.truncate().to_vec().ok();
    }
    Some(bytes)
}

/// FORMERR for a question that cannot be read.
fn malformed(bytes: &[u8]) -> Option<Vec<u8>> {
    let [high, low, flags, ..] = bytes else { return None };
    let is_answer = flags & 0x80 != 0;
    if is_answer || bytes.len() < 12 {
        return None;
    }
    Message::error_msg(u16::from_be_bytes([*high, *low]), OpCode::Query, ResponseCode::FormErr).to_vec().ok()
}

fn fill(response: &mut Message, estate: &Estate, place: &Place, query: &Query) -> ResponseCode {
    let Ok(name) = DnsName::parse(&query.name().to_ascii()) else {
        // The root, or labels that no name of the estate has.
        response.add_authority(start_of_authority(&Authority { zone: ".".to_owned(), private: false }));
        return ResponseCode::NXDomain;
    };
    let wanted = match query.query_type() {
        RecordType::A => Wanted::A,
        RecordType::AAAA => Wanted::Aaaa,
        RecordType::CNAME => Wanted::Cname,
        _ => Wanted::Other,
    };
    let Resolution { found, ending, authoritative } = resolve(estate, place, &name, wanted);
    response.metadata.authoritative = authoritative;
    for one in &found {
        // The first owner is spelled as it was asked (DNS 0x20).
        let owner = if one.owner == name { query.name().clone() } else { wire(one.owner.as_str()) };
        response.add_answer(record(owner, one));
    }
    match ending {
        Ending::Answered => ResponseCode::NoError,
        Ending::NoData(authority) => {
            response.add_authority(start_of_authority(&authority));
            ResponseCode::NoError
        }
        Ending::NxDomain(authority) => {
            response.add_authority(start_of_authority(&authority));
            ResponseCode::NXDomain
        }
        Ending::Failed => {
            response.metadata.authoritative = false;
            ResponseCode::ServFail
        }
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
