//! What does the public DNS say of a name? Only the names around the service exist, and the host that signs in.
//!
//! The chains are those of `azure-facts.md` §2.1: an account with a private endpoint connection
//! has the `privatelink` alias, one with network rules has the `vnet` tail without it.

use super::lookup::{Authority, Step, Wanted};
use crate::address_plan::{CONTROL_PLANE, LOGIN, OPEN_FRONT_END, REGIONAL_FRONT_END, RESTRICTED_FRONT_END};
use crate::estate::{Estate, service_name, suffixes};
use crate::others;
use model::DnsName;
use std::net::{IpAddr, Ipv4Addr};

/// Time to live of public aliases and addresses.
const TTL: u32 = 60;

/// Where the regional hosts live.
pub(crate) const REGIONAL: &str = "api.cognitive.microsoft.com";

/// What the public DNS says.
pub(crate) fn step(estate: &Estate, name: &DnsName, wanted: Wanted) -> Step {
    if let Some((label, suffix)) = service_name(name) {
        return match account_alias(estate, label, suffix) {
            Some(alias) => alias,
            None => Step::NxDomain(authority(suffix)),
        };
    }
    for suffix in suffixes() {
        let zone = format!("privatelink.{suffix}");
        if let Some(label) = name.relative_to(&zone) {
            return private_link_alias(estate, label, &zone);
        }
    }
    if let Some(step) = other_service(estate, name, wanted) {
        return step;
    }
    if name.as_str() == LOGIN {
        return at(CONTROL_PLANE, wanted, LOGIN);
    }
    for region in estate.regions() {
        if let Some(step) = regional(name, &region, wanted) {
            return step;
        }
    }
    Step::NxDomain(authority(parent(name)))
}

/// Services of other types: the alias where there is a private endpoint, and an address at once where there is none.
fn other_service(estate: &Estate, name: &DnsName, wanted: Wanted) -> Option<Step> {
    let other = others::named(estate, name)?;
    match estate.has_connection(other.id()) {
        true if other.alias != *name => Some(Step::Alias(TTL, other.alias)),
        true => Some(at(RESTRICTED_FRONT_END, wanted, name.as_str())),
        false if other.alias == *name => Some(Step::NxDomain(authority(parent(name)))),
        false => Some(at(OPEN_FRONT_END, wanted, name.as_str())),
    }
}

fn account_alias(estate: &Estate, label: &str, suffix: &str) -> Option<Step> {
    let (id, account) = estate.account_named(label)?;
    let region = estate.region_of(id);
    let target = if estate.has_connection(id) {
        format!("{label}.privatelink.{suffix}")
    } else if estate.is_restricted(id, account) {
        restricted_tail(&region)
    } else {
        open_tail(&region)
    };
    alias(&target)
}

fn private_link_alias(estate: &Estate, label: &str, zone: &str) -> Step {
    if label == "@" {
        return Step::NoData(authority(zone));
    }
    let account = estate.account_named(label).filter(|(id, _)| estate.has_connection(id));
    account
        .and_then(|(id, _)| alias(&restricted_tail(&estate.region_of(id))))
        .unwrap_or_else(|| Step::NxDomain(authority(zone)))
}

/// The names that a region has: the ends of the chains, and its own host.
fn regional(name: &DnsName, region: &str, wanted: Wanted) -> Option<Step> {
    let code = short(region);
    let hosts = [
        (format!("{region}.{REGIONAL}"), REGIONAL_FRONT_END),
        (format!("vnetproxyv1-{code}-prod.{region}.cloudapp.azure.com"), RESTRICTED_FRONT_END),
        (format!("cog-{code}-prod.{region}.cloudapp.azure.com"), OPEN_FRONT_END),
    ];
    let known = name.as_str();
    if let Some((host, address)) = hosts.iter().find(|(host, _)| host == known) {
        return Some(at(*address, wanted, host));
    }
    if known == restricted_tail(region) {
        return alias(&hosts[1].0);
    }
    if known == open_tail(region) {
        return alias(&hosts[2].0);
    }
    None
}

fn restricted_tail(region: &str) -> String {
    format!("{region}.prod.vnet.cog.trafficmanager.net")
}

fn open_tail(region: &str) -> String {
    format!("{region}.prod.cog.trafficmanager.net")
}

fn at(address: Ipv4Addr, wanted: Wanted, host: &str) -> Step {
    match wanted {
        Wanted::A => Step::Addresses(vec![(TTL, IpAddr::V4(address))]),
        _ => Step::NoData(authority(host.split_once('.').map_or(host, |(_, zone)| zone))),
    }
}

fn alias(target: &str) -> Option<Step> {
    DnsName::parse(target).ok().map(|target| Step::Alias(TTL, target))
}

fn authority(zone: &str) -> Authority {
    Authority { zone: zone.to_owned(), private: false }
}

/// The last two labels: near enough to the zone that denies a name.
fn parent(name: &DnsName) -> &str {
    let text = name.as_str();
    text.rmatch_indices('.').nth(1).map_or(text, |(at, _)| &text[at + 1..])
}

/// The short form of a region in the names of its front ends; others are used as they are.
fn short(region: &str) -> &str {
    const CODES: [(&str, &str); 10] = [
        ("eastus", "eus"),
        ("eastus2", "eus2"),
        ("westus", "wus"),
        ("westus2", "wus2"),
        ("westus3", "wus3"),
        ("westeurope", "weu"),
        ("northeurope", "neu"),
        ("swedencentral", "sec"),
        ("uksouth", "uks"),
        ("japaneast", "jpe"),
    ];
    CODES.iter().find(|(name, _)| *name == region).map_or(region, |(_, code)| code)
}
