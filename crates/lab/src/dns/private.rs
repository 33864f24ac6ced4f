//! What do the private zones that a network is linked to say of a name?

use super::lookup::{Authority, Step, Wanted};
use crate::estate::Estate;
use model::resource::{RecordData, RecordSet, RecordType};
use model::{DnsName, ResourceId};
use std::net::IpAddr;

/// The word of the most specific linked zone; `None` when no zone holds the name, or when its link
/// hands missing names on to public resolution.
pub(crate) fn step(estate: &Estate, network: Option<&ResourceId>, name: &DnsName, wanted: Wanted) -> Option<Step> {
    let zones = estate.linked_zones(network?);
    let holding = zones.into_iter().filter(|zone| name.is_within(zone.id.name()));
    let zone = holding.max_by_key(|zone| zone.id.name().len())?;
    let relative = name.relative_to(zone.id.name())?;
    let authority = Authority { zone: zone.id.name().to_ascii_lowercase(), private: true };
    let Some(sets) = sets_for(estate, zone.id, relative) else {
        // The fallback is for Private Link zones, and for addresses and aliases only.
        let falls =
            zone.redirects && zone.id.name().to_ascii_lowercase().contains("privatelink.") && wanted != Wanted::Other;
        return if falls { None } else { Some(Step::NxDomain(authority)) };
    };
    Some(said(&sets, wanted).unwrap_or(Step::NoData(authority)))
}

/// The record sets of a name, or of the wildcard that covers it; `None` when it does not exist.
fn sets_for<'e>(estate: &'e Estate, zone: &ResourceId, relative: &str) -> Option<Vec<&'e RecordSet>> {
    let all: Vec<(&ResourceId, &RecordSet)> = estate.snapshot().children::<RecordSet>(zone).collect();
    let at = |name: &str| -> Vec<&'e RecordSet> {
        all.iter().filter(|(id, _)| id.name().eq_ignore_ascii_case(name)).map(|(_, set)| *set).collect()
    };
    let exists = |name: &str| {
        let below = format!(".{}", name.to_ascii_lowercase());
        name == "@"
            || all
                .iter()
                .any(|(id, _)| id.name().eq_ignore_ascii_case(name) || id.name().to_ascii_lowercase().ends_with(&below))
    };
    if exists(relative) {
        return Some(at(relative));
    }
    // The closest name above that exists decides which wildcard applies (RFC 4592).
    let mut rest = relative;
    loop {
        let (wildcard, above) = match rest.split_once('.') {
            Some((_, above)) => (format!("*.{above}"), above),
            None => ("*".to_owned(), "@"),
        };
        let sets = at(&wildcard);
        if !sets.is_empty() {
            return Some(sets);
        }
        if exists(above) {
            return None;
        }
        rest = above;
    }
}

fn said(sets: &[&RecordSet], wanted: Wanted) -> Option<Step> {
    let ttl = |set: &RecordSet| set.ttl.unwrap_or(10);
    let alias = sets.iter().find_map(|set| match &set.data {
        RecordData::Alias(target) => Some(Step::Alias(ttl(set), target.clone())),
        RecordData::Addresses(_) | RecordData::Other => None,
    });
    if alias.is_some() {
        return alias;
    }
    let kind = match wanted {
        Wanted::A => RecordType::A,
        Wanted::Aaaa => RecordType::Aaaa,
        Wanted::Cname | Wanted::Other => return None,
    };
    let of_kind = sets.iter().filter(|set| set.record_type == kind);
    let addresses: Vec<(u32, IpAddr)> =
        of_kind.flat_map(|set| set.addresses().iter().map(|address| (ttl(set), *address))).collect();
    (!addresses.is_empty()).then_some(Step::Addresses(addresses))
}
