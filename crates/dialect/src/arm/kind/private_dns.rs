//! How does ARM spell private DNS zones, their links and their record sets?

use crate::arm::document::{Object, properties, set, set_reference, within};
use crate::arm::view::View;
use model::resource::{
    LinkState, PrivateDnsZone, RecordData, RecordSet, RecordType, ResolutionPolicy, VirtualNetworkLink,
};
use model::{DnsName, Known, ResourceId};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::net::IpAddr;

pub(super) fn read(view: &View<'_>) -> PrivateDnsZone {
    PrivateDnsZone {
        record_sets: view.parsed("numberOfRecordSets", "a number"),
        links: view.parsed("numberOfVirtualNetworkLinks", "a number"),
    }
}

pub(super) fn write(zone: &PrivateDnsZone, document: &mut Object) {
    let inner = properties(document);
    set(inner, "numberOfRecordSets", zone.record_sets.map(Into::into));
    set(inner, "numberOfVirtualNetworkLinks", zone.links.map(Into::into));
}

pub(super) fn read_link(view: &View<'_>) -> VirtualNetworkLink {
    VirtualNetworkLink {
        virtual_network: view.id("virtualNetwork"),
        registration_enabled: view.flag("registrationEnabled").unwrap_or(false),
        resolution_policy: view
            .word("resolutionPolicy", ResolutionPolicy::parse, "Default or NxDomainRedirect")
            .unwrap_or_default(),
        state: view.word("virtualNetworkLinkState", LinkState::parse, "Completed or InProgress").into(),
    }
}

pub(super) fn write_link(link: &VirtualNetworkLink, document: &mut Object) {
    let inner = properties(document);
    set_reference(inner, "virtualNetwork", link.virtual_network.as_ref());
    set(inner, "registrationEnabled", Some(link.registration_enabled.into()));
    if link.resolution_policy != ResolutionPolicy::Default || inner.contains_key("resolutionPolicy") {
        set(inner, "resolutionPolicy", Some(link.resolution_policy.word().into()));
    }
    if let Known::Value(state) = link.state {
        set(inner, "virtualNetworkLinkState", Some(state.word().into()));
    }
}

/// The type of a record set stands in its id: `…/privateDnsZones/Z/A/NAME`.
pub(super) fn read_records(id: &ResourceId, view: &View<'_>) -> RecordSet {
    let kind = id.resource_type();
    let record_type = RecordType::parse(kind.rsplit('/').next().unwrap_or_default());
    let addresses = |list: &str, member: &str| {
        let found = view.objects(list).filter_map(|item| item.parsed::<IpAddr>(member, "an IP address"));
        RecordData::Addresses(found.collect())
    };
    let alias = || {
        let target = view.within("cnameRecord");
        target.word("cname", |text| DnsName::parse(text).ok(), "a DNS name").map(RecordData::Alias)
    };
    RecordSet {
        record_type,
        ttl: view.parsed("ttl", "a number of seconds"),
        data: match record_type {
            RecordType::A => addresses("aRecords", "ipv4Address"),
            RecordType::Aaaa => addresses("aaaaRecords", "ipv6Address"),
            RecordType::Cname => alias().unwrap_or(RecordData::Other),
            _ => RecordData::Other,
        },
        creator: view.within("metadata").text("creator").map(Cow::into_owned),
    }
}

pub(super) fn write_records(records: &RecordSet, document: &mut Object) {
    let inner = properties(document);
    if let Some(ttl) = records.ttl {
        set(inner, "ttl", Some(ttl.into()));
    }
    if records.creator.is_some() || inner.contains_key("metadata") {
        set(within(inner, "metadata"), "creator", records.creator.clone().map(Into::into));
    }
    let list = |member: &str, addresses: &[IpAddr]| -> Value {
        addresses.iter().map(|address| json!({ member: address.to_string() })).collect()
    };
    match (records.record_type, &records.data) {
        (RecordType::A, RecordData::Addresses(addresses)) => {
            set(inner, "aRecords", Some(list("ipv4Address", addresses)));
        }
        (RecordType::Aaaa, RecordData::Addresses(addresses)) => {
            set(inner, "aaaaRecords", Some(list("ipv6Address", addresses)));
        }
        (RecordType::Cname, RecordData::Alias(target)) => {
            set(inner, "cnameRecord", Some(json!({ "cname": target.as_str() })));
        }
        _ => {}
    }
}
