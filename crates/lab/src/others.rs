//! Which services of other types than accounts of Azure AI services does the estate have, and how are they called?

use crate::address_plan::PUBLIC_SOURCE;
use crate::estate::{Estate, PublicSide};
use ipnet::IpNet;
use model::{DnsName, Resource, ResourceId, ZoneRow, private_link_zones};
use serde_json::Value;
use std::net::IpAddr;

/// A service of the estate, called by one of its names.
pub(crate) struct Other<'e> {
    /// The service.
    pub(crate) resource: &'e Resource,
    /// Its name in the zone of its private endpoints.
    pub(crate) alias: DnsName,
}

/// The service that a public name, or its alias, belongs to.
pub(crate) fn named<'e>(estate: &'e Estate, name: &DnsName) -> Option<Other<'e>> {
    let rows = private_link_zones().iter().filter(|row| row.cloud == "AzureCloud" && !is_account(row));
    let mut pairs = rows.flat_map(|row| row.suffixes.iter().map(move |suffix| (row, *suffix)));
    pairs.find_map(|(row, suffix)| {
        let zone = row.zone_for(suffix).filter(|zone| !zone.contains('{') && !suffix.contains('{'))?;
        let label = name.relative_to(zone).or_else(|| name.relative_to(suffix))?;
        let resource = estate.snapshot().iter().find(|resource| {
            let is_kind = resource.id.resource_type().eq_ignore_ascii_case(row.resource_type);
            is_kind && resource.id.name().eq_ignore_ascii_case(own_label(row, label))
        })?;
        Some(Other { resource, alias: DnsName::below(label, zone).ok()? })
    })
}

/// The name of the resource in a label: a web app has a deployment host of its own, `NAME.scm`.
fn own_label<'l>(row: &ZoneRow, label: &'l str) -> &'l str {
    let app = row.resource_type == "Microsoft.Web/sites";
    label.strip_suffix(".scm").filter(|_| app).unwrap_or(label)
}

impl Other<'_> {
    /// The service.
    pub(crate) fn id(&self) -> &ResourceId {
        &self.resource.id
    }

    /// Whether its public side lets the estate's public traffic in. What its document leaves out is open.
    pub(crate) fn public_side(&self) -> PublicSide {
        let document: Value = serde_json::from_str(&self.resource.document).unwrap_or_default();
        let says = |pointer: &str, wanted: &str| {
            document.pointer(pointer).and_then(Value::as_str).is_some_and(|said| said.eq_ignore_ascii_case(wanted))
        };
        if says("/properties/publicNetworkAccess", "Disabled") {
            return PublicSide::Closed;
        }
        let rules = document.pointer("/properties/networkAcls/ipRules").and_then(Value::as_array);
        let mut named = rules.into_iter().flatten().filter_map(|rule| rule.get("value")?.as_str());
        if says("/properties/networkAcls/defaultAction", "Deny") && !named.any(names_us) {
            return PublicSide::NotListed;
        }
        PublicSide::Open
    }
}

fn is_account(row: &ZoneRow) -> bool {
    row.resource_type == "Microsoft.CognitiveServices/accounts"
}

fn names_us(rule: &str) -> bool {
    let net = rule.parse::<IpNet>().ok().or_else(|| rule.parse::<IpAddr>().ok().map(IpNet::from));
    net.is_some_and(|net| net.contains(&PUBLIC_SOURCE))
}
