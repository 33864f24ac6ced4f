//! Where do the aliases of an answer lead, and is the end of them an address? Pure.

use super::Asked;
use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::{DNSClass, Name, RData, Record, RecordType};
use model::DnsName;
use model::observation::{DnsOutcome, DnsSeen, Transport};
use std::net::IpAddr;

/// More aliases than this are a loop, whatever they say.
const DEEPEST: usize = 16;
/// More addresses than this are not kept.
const MOST_ADDRESSES: usize = 64;

/// The way from the asked name along its aliases, over one or several answers.
pub(super) struct Walk {
    kind: RecordType,
    visited: Vec<Name>,
    links: Vec<(DnsName, DnsName, u32)>,
    addresses: Vec<(IpAddr, u32)>,
    soa: Option<DnsName>,
    negative_ttl: Option<u32>,
    authoritative: bool,
}

/// What to do after an answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The aliases end at a name that this answer says nothing about: ask for it.
    Ask,
    /// This is how it ended.
    End(DnsOutcome),
}

impl Walk {
    /// Starts at the asked name.
    pub(super) fn from(asked: Name, kind: RecordType) -> Self {
        Self { visited: vec![asked], ..Self::nothing(kind) }
    }

    /// A walk that never started.
    pub(super) fn nothing(kind: RecordType) -> Self {
        Self {
            kind,
            visited: Vec::new(),
            links: Vec::new(),
            addresses: Vec::new(),
            soa: None,
            negative_ttl: None,
            authoritative: false,
        }
    }

    /// The name that the aliases have led to.
    pub(super) fn current(&self) -> Name {
        self.visited.last().cloned().unwrap_or_else(Name::root)
    }

    /// Takes an answer to the question for [`current`](Self::current).
    pub(super) fn read(&mut self, message: &Message) -> Next {
        self.authoritative = message.metadata.authoritative;
        let start = self.links.len();
        if let Err(outcome) = self.follow(&message.answers) {
            return Next::End(outcome);
        }
        let soa = message.authorities.iter().find(|record| record.record_type() == RecordType::SOA);
        self.soa = soa.and_then(|record| spelled(&record.name));
        self.negative_ttl = soa.and_then(negative_ttl);
        match message.metadata.response_code {
            ResponseCode::NoError => {}
            ResponseCode::NXDomain => {
                self.addresses.clear();
                return Next::End(DnsOutcome::NxDomain);
            }
            code => {
                self.addresses.clear();
                self.negative_ttl = None;
                return Next::End(DnsOutcome::Failed(mnemonic(code)));
            }
        }
        if !self.addresses.is_empty() {
            self.negative_ttl = None;
            return Next::End(DnsOutcome::Answered);
        }
        // RFC 2308: the SOA record of the zone says that the end of the chain has no such record.
        let denied = soa.is_some_and(|record| record.name.zone_of(&self.current()));
        if self.links.len() > start && !denied { Next::Ask } else { Next::End(DnsOutcome::NoData) }
    }

    /// Goes along the aliases of one answer section, and takes the addresses at their end.
    fn follow(&mut self, answers: &[Record]) -> Result<(), DnsOutcome> {
        loop {
            let current = self.current();
            let here = |record: &&Record| record.dns_class == DNSClass::IN && record.name.eq_ignore_root(&current);
            for record in answers.iter().filter(here) {
                let Some(address) = address(record, self.kind) else { continue };
                let known = self.addresses.iter().any(|(known, _)| *known == address);
                if !known && self.addresses.len() < MOST_ADDRESSES {
                    self.addresses.push((address, record.ttl));
                }
            }
            if !self.addresses.is_empty() {
                return Ok(());
            }
            let alias = answers.iter().filter(here).find_map(|record| match &record.data {
                RData::CNAME(target) => Some((record.ttl, &target.0)),
                _ => None,
            });
            let Some((ttl, target)) = alias else { return Ok(()) };
            self.step(&current, target, ttl)?;
        }
    }

    fn step(&mut self, owner: &Name, target: &Name, ttl: u32) -> Result<(), DnsOutcome> {
        let (Some(from), Some(to)) = (spelled(owner), spelled(target)) else {
            let words = "an alias leads to a name that cannot be written as a host name";
            return Err(DnsOutcome::Garbage(words.to_owned()));
        };
        self.links.push((from, to, ttl));
        if self.links.len() > DEEPEST || self.visited.iter().any(|seen| seen.eq_ignore_root(target)) {
            return Err(DnsOutcome::Loop);
        }
        self.visited.push(target.clone());
        Ok(())
    }

    /// Everything seen on the way.
    pub(super) fn seen(self, asked: Asked, transport: Transport, outcome: DnsOutcome) -> DnsSeen {
        DnsSeen {
            server: asked.server,
            role: asked.role,
            transport,
            name: asked.name,
            ipv6: self.kind == RecordType::AAAA,
            outcome,
            chain: self.links,
            addresses: self.addresses,
            soa: self.soa,
            negative_ttl: self.negative_ttl,
            authoritative: self.authoritative,
        }
    }
}

/// RFC 2308: how long a cache may keep "there is none" that came with this SOA record.
fn negative_ttl(record: &Record) -> Option<u32> {
    match &record.data {
        RData::SOA(soa) => Some(record.ttl.min(soa.minimum)),
        _ => None,
    }
}

fn address(record: &Record, kind: RecordType) -> Option<IpAddr> {
    match (&record.data, kind) {
        (RData::A(address), RecordType::A) => Some(IpAddr::V4(address.0)),
        (RData::AAAA(address), RecordType::AAAA) => Some(IpAddr::V6(address.0)),
        _ => None,
    }
}

/// A name from the wire as text; bytes that are no text are escaped, so two names stay two names.
fn spelled(name: &Name) -> Option<DnsName> {
    DnsName::parse(&name.to_ascii()).ok()
}

/// The response code as tools write it.
fn mnemonic(code: ResponseCode) -> String {
    match code {
        ResponseCode::FormErr => "FORMERR".to_owned(),
        ResponseCode::ServFail => "SERVFAIL".to_owned(),
        ResponseCode::NotImp => "NOTIMP".to_owned(),
        ResponseCode::Refused => "REFUSED".to_owned(),
        ResponseCode::NotAuth => "NOTAUTH".to_owned(),
        ResponseCode::BADVERS => "BADVERS".to_owned(),
        other => format!("RCODE{}", u16::from(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hickory_proto::op::OpCode;
    use hickory_proto::rr::rdata::{A, CNAME, SOA};

    fn name(text: &str) -> Name {
        super::super::in_wire_form(&DnsName::parse(text).unwrap()).unwrap()
    }

    fn alias(from: &str, to: &str) -> Record {
        Record::from_rdata(name(from), 60, RData::CNAME(CNAME(name(to))))
    }

    fn host(owner: &str, last: u8) -> Record {
        Record::from_rdata(name(owner), 10, RData::A(A::new(10, 1, 2, last)))
    }

    fn answer(records: Vec<Record>) -> Message {
        let mut message = Message::response(1, OpCode::Query);
        message.answers = records;
        message
    }

    fn walk() -> Walk {
        Walk::from(name("a.example"), RecordType::A)
    }

    #[test]
    fn aliases_are_followed_in_any_order_of_records_and_any_case() {
        let mut walk = walk();
        let message =
            answer(vec![host("C.example", 4), alias("B.EXAMPLE", "c.example"), alias("a.example", "b.example")]);
        assert_eq!(walk.read(&message), Next::End(DnsOutcome::Answered));
        let names: Vec<&str> = walk.links.iter().map(|(_, to, _)| to.as_str()).collect();
        assert_eq!(names, ["b.example", "c.example"]);
        assert_eq!(walk.addresses, [(IpAddr::from([10, 1, 2, 4]), 10)]);
    }

    #[test]
    fn addresses_of_other_names_do_not_count() {
        let mut walk = walk();
        assert_eq!(walk.read(&answer(vec![host("evil.example", 9)])), Next::End(DnsOutcome::NoData));
        assert!(walk.addresses.is_empty());
    }

    #[test]
    fn a_dangling_alias_is_asked_for_unless_its_zone_denies_it() {
        let mut open = walk();
        assert_eq!(open.read(&answer(vec![alias("a.example", "b.example")])), Next::Ask);
        assert_eq!(open.current(), name("b.example"));
        assert_eq!(open.read(&answer(vec![])), Next::End(DnsOutcome::NoData));

        let mut denied = walk();
        let mut message = answer(vec![alias("a.example", "b.example")]);
        let soa = SOA::new(name("ns.example"), name("admin.example"), 1, 1, 1, 1, 1);
        message.authorities = vec![Record::from_rdata(name("example"), 60, RData::SOA(soa))];
        assert_eq!(denied.read(&message), Next::End(DnsOutcome::NoData));
        assert_eq!(denied.soa, Some(DnsName::parse("example").unwrap()));
    }

    #[test]
    fn circles_and_endless_chains_end() {
        let mut circle = walk();
        let message = answer(vec![alias("a.example", "b.example"), alias("b.example", "a.example")]);
        assert_eq!(circle.read(&message), Next::End(DnsOutcome::Loop));

        let mut own = walk();
        assert_eq!(own.read(&answer(vec![alias("a.example", "a.example")])), Next::End(DnsOutcome::Loop));

        let mut endless = walk();
        let mut from = "a.example".to_owned();
        let mut answers = 0;
        loop {
            let to = format!("n{answers}.example");
            answers += 1;
            match endless.read(&answer(vec![alias(&from, &to)])) {
                Next::Ask => from = to,
                Next::End(outcome) => break assert_eq!(outcome, DnsOutcome::Loop),
            }
        }
        assert_eq!(answers, DEEPEST + 1);
    }

    #[test]
    fn response_codes_win_over_records() {
        let mut walk = walk();
        let mut message = answer(vec![host("a.example", 4)]);
        message.metadata.response_code = ResponseCode::ServFail;
        assert_eq!(walk.read(&message), Next::End(DnsOutcome::Failed("SERVFAIL".to_owned())));
        assert!(walk.addresses.is_empty());
    }

    #[test]
    fn an_alias_to_the_root_is_garbage() {
        let mut walk = walk();
        let record = Record::from_rdata(name("a.example"), 60, RData::CNAME(CNAME(Name::root())));
        assert!(matches!(walk.read(&answer(vec![record])), Next::End(DnsOutcome::Garbage(_))));
    }
}
