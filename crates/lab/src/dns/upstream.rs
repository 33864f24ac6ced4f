//! What did another server say? Its message, read as the resolution that it stands for.

use super::lookup::{Authority, Data, Ending, Found, Resolution, failed};
use hickory_proto::op::{Message, MessageType, ResponseCode};
use hickory_proto::rr::{RData, Record};
use model::DnsName;

/// What Azure's private zones call their first server.
const PRIVATE: &str = "azureprivatedns.net";

/// The reply to the question of this id.
pub(crate) enum Said {
    /// All of it.
    Whole(Resolution),
    /// Too long for a datagram.
    Cut,
    /// It is another's, or none that can be read.
    Nothing,
}

/// Reads a reply.
pub(crate) fn said(bytes: &[u8], id: u16) -> Said {
    match Message::from_vec(bytes) {
        Ok(message) if message.metadata.message_type == MessageType::Response && message.metadata.id == id => {
            if message.metadata.truncation { Said::Cut } else { Said::Whole(resolution(&message)) }
        }
        _ => Said::Nothing,
    }
}

fn resolution(message: &Message) -> Resolution {
    let found: Vec<Found> = message.answers.iter().filter_map(found).collect();
    let authority = message.authorities.iter().find_map(authority);
    let ending = match (message.metadata.response_code, authority) {
        (ResponseCode::NoError, None) => Ending::Answered,
        (ResponseCode::NoError, Some(authority)) => Ending::NoData(authority),
        (ResponseCode::NXDomain, authority) => {
            Ending::NxDomain(authority.unwrap_or_else(|| Authority { zone: ".".to_owned(), private: false }))
        }
        _ => return failed(),
    };
    Resolution { found, ending, authoritative: message.metadata.authoritative }
}

fn found(record: &Record) -> Option<Found> {
    let data = match &record.data {
        RData::A(address) => Data::Address(address.0.into()),
        RData::AAAA(address) => Data::Address(address.0.into()),
        RData::CNAME(target) => Data::Alias(DnsName::parse(&target.0.to_ascii()).ok()?),
        _ => return None,
    };
    Some(Found { owner: DnsName::parse(&record.name.to_ascii()).ok()?, ttl: record.ttl, data })
}

fn authority(record: &Record) -> Option<Authority> {
    let RData::SOA(start) = &record.data else { return None };
    let text = |name: &hickory_proto::rr::Name| name.to_ascii().trim_end_matches('.').to_ascii_lowercase();
    let zone = match text(&record.name) {
        root if root.is_empty() => ".".to_owned(),
        zone => zone,
    };
    Some(Authority { zone, private: text(&start.mname) == PRIVATE })
}
