//! Are hostile messages survived, and do zones answer by the rules?

use super::{Transport, answer};
use crate::estate::{Estate, Place};
use crate::store::Store;
use hickory_proto::op::{Edns, Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::{Name, RecordType};
use model::ResourceId;
use proptest::prelude::*;
use serde_json::json;

const NETWORK: &str = "/subscriptions/S/resourceGroups/rg/providers/Microsoft.Network";

/// One network that is linked to the zone `corp.example` with these record sets.
fn estate(records: &[(&str, &str, serde_json::Value)]) -> (Estate, Place) {
    let network = ResourceId::parse(&format!("{NETWORK}/virtualNetworks/v")).unwrap();
    let zone = ResourceId::parse(&format!("{NETWORK}/privateDnsZones/corp.example")).unwrap();
    let mut store = Store::new("S");
    store.put(&network, json!({})).unwrap();
    store.put(&zone, json!({})).unwrap();
    let link = json!({ "properties": { "virtualNetwork": { "id": network.as_str() }, "virtualNetworkLinkState": "Completed" } });
    store.put(&zone.child("virtualNetworkLinks", "l"), link).unwrap();
    for (kind, name, properties) in records {
        store.put(&zone.child(kind, name), json!({ "properties": properties })).unwrap();
    }
    (Estate::read(&store), Place { virtual_network: Some(network), ..Place::default() })
}

fn ask(of: &(Estate, Place), name: &str, kind: RecordType, transport: Transport) -> Message {
    let mut message = Message::new(1, MessageType::Query, OpCode::Query);
    message.add_query(Query::query(Name::from_ascii(name).unwrap(), kind));
    let bytes = answer(&of.0, &of.1, &message.to_vec().unwrap(), transport).unwrap();
    Message::from_vec(&bytes).unwrap()
}

fn addresses(list: &[&str]) -> serde_json::Value {
    let list: Vec<_> = list.iter().map(|address| json!({ "ipv4Address": address })).collect();
    json!({ "ttl": 30, "aRecords": list })
}

#[test]
fn records_wildcards_aliases_and_what_lies_between() {
    let of = estate(&[
        ("A", "www", addresses(&["10.0.0.1"])),
        ("A", "*.apps", addresses(&["10.0.0.2"])),
        ("A", "deep.in.apps", addresses(&["10.0.0.3"])),
        ("CNAME", "alias", json!({ "ttl": 5, "cnameRecord": { "cname": "www.corp.example" } })),
        ("CNAME", "loop", json!({ "ttl": 5, "cnameRecord": { "cname": "loop.corp.example" } })),
    ]);
    let code = |name: &str, kind| {
        let message = ask(&of, name, kind, Transport::Tcp);
        (message.metadata.response_code, message.answers.len(), message.authorities.len())
    };
    let ok = ResponseCode::NoError;
    assert_eq!(code("WWW.corp.example.", RecordType::A), (ok, 1, 0));
    assert_eq!(code("www.corp.example.", RecordType::AAAA), (ok, 0, 1));
    assert_eq!(code("www.corp.example.", RecordType::MX), (ok, 0, 1));
    assert_eq!(code("x.apps.corp.example.", RecordType::A), (ok, 1, 0));
    assert_eq!(code("in.apps.corp.example.", RecordType::A), (ok, 0, 1));
    assert_eq!(code("x.in.apps.corp.example.", RecordType::A), (ResponseCode::NXDomain, 0, 1));
    assert_eq!(code("corp.example.", RecordType::A), (ok, 0, 1));
    assert_eq!(code("none.corp.example.", RecordType::A), (ResponseCode::NXDomain, 0, 1));
    assert_eq!(code("alias.corp.example.", RecordType::A), (ok, 2, 0));
    assert_eq!(code("alias.corp.example.", RecordType::CNAME), (ok, 1, 0));
    assert_eq!(code("loop.corp.example.", RecordType::A), (ResponseCode::ServFail, 0, 0));
    assert_eq!(code("corp.example.org.", RecordType::A), (ResponseCode::NXDomain, 0, 1));
    assert_eq!(code(".", RecordType::A), (ResponseCode::NXDomain, 0, 1));
    assert!(ask(&of, "www.corp.example.", RecordType::A, Transport::Udp).metadata.authoritative);
}

#[test]
fn long_answers_are_cut_over_udp() {
    let many: Vec<String> = (0..60).map(|last| format!("10.0.0.{last}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let of = estate(&[("A", "many", addresses(&many))]);
    let cut = ask(&of, "many.corp.example.", RecordType::A, Transport::Udp);
    assert!(cut.metadata.truncation && cut.answers.is_empty());
    assert_eq!(ask(&of, "many.corp.example.", RecordType::A, Transport::Tcp).answers.len(), 60);
}

#[test]
fn servers_that_nothing_is_known_of_fail() {
    let (estate, place) = estate(&[]);
    let of = (estate, Place { dns_servers: vec![[10, 0, 0, 53].into()], ..place });
    assert_eq!(ask(&of, "a.example.", RecordType::A, Transport::Udp).metadata.response_code, ResponseCode::ServFail);
}

#[test]
fn messages_that_are_no_plain_question() {
    let of = estate(&[]);
    let reply = |bytes: &[u8]| answer(&of.0, &of.1, bytes, Transport::Udp);
    assert_eq!(reply(b""), None);
    assert_eq!(reply(&[0; 11]), None);
    let mut message = Message::new(7, MessageType::Query, OpCode::Query);
    message.set_edns(Edns::new());
    let none = Message::from_vec(&reply(&message.to_vec().unwrap()).unwrap()).unwrap();
    assert_eq!((none.metadata.id, none.metadata.response_code), (7, ResponseCode::FormErr));
    assert!(none.edns.is_some());
    message.metadata.message_type = MessageType::Response;
    assert_eq!(reply(&message.to_vec().unwrap()), None);
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let of = estate(&[]);
        if let Some(reply) = answer(&of.0, &of.1, &bytes, Transport::Udp) {
            prop_assert!(Message::from_vec(&reply).is_ok());
        }
    }
}
