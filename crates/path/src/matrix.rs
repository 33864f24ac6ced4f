//! By which way does every place of an estate reach everything that has a private endpoint? A matrix: it judges
//! nothing, since nobody stated that a pair should be anything.
//!
//! Places that nothing tells apart are walked once, and what then fares alike is told together, so that the matrix
//! of a thousand networks made from one template is as large as that of one.

use crate::{Outcome, predict};
use fabric::alike;
use fabric::client;
use model::resource::{CognitiveServicesAccount, NetworkInterface, PrivateEndpoint};
use model::{DnsName, Expect, Host, Key, Question, ResourceId, Snapshot, Target, Vantage};
use std::collections::BTreeMap;

/// Every place against everything that has a private endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matrix {
    /// Places that fare alike with every target, each group in order of its ids.
    pub sources: Vec<Vec<Vantage>>,
    /// Names that every source fares alike with.
    pub targets: Vec<Vec<DnsName>>,
    /// One outcome for each pair of groups, sources first.
    pub cells: Vec<Cell>,
    /// Names that were not walked because there are too many.
    pub left_out: Vec<DnsName>,
}

/// What becomes of a call from each place of a group to each name of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The group of sources, as an index.
    pub from: usize,
    /// The group of targets, as an index.
    pub to: usize,
    /// What becomes of it, from configuration alone.
    pub outcome: Outcome,
}

/// So many walks a matrix takes at most; what does not fit is named.
pub const MOST_WALKS: usize = 20_000;

/// The matrix of an estate.
pub fn of(snapshot: &Snapshot) -> Matrix {
    let sources = alike::everywhere(snapshot);
    let mut targets = targets(snapshot);
    let fits = MOST_WALKS.checked_div(sources.len()).unwrap_or(0).min(targets.len());
    let left_out = targets.split_off(fits);
    let walk = |from: &Vantage, host: &DnsName| {
        let to = Target { host: Host::Name(host.clone()), port: 443 };
        predict(snapshot, &Question { from: from.clone(), to, expect: Expect::Private }).outcome
    };
    let rows: Vec<(Vec<Vantage>, Vec<Outcome>)> = sources
        .into_iter()
        .filter_map(|group| {
            let first = group.first()?.clone();
            Some((group, targets.iter().map(|host| walk(&first, host)).collect()))
        })
        .collect();
    together(rows, targets, left_out)
}

/// Rows that are equal become one, and so do columns.
fn together(rows: Vec<(Vec<Vantage>, Vec<Outcome>)>, hosts: Vec<DnsName>, left_out: Vec<DnsName>) -> Matrix {
    let mut merged: Vec<(Vec<Vantage>, Vec<Outcome>)> = Vec::new();
    for (places, outcomes) in rows {
        match merged.iter_mut().find(|(_, known)| *known == outcomes) {
            Some((known, _)) => known.extend(places),
            None => merged.push((places, outcomes)),
        }
    }
    let mut columns: Vec<(Vec<DnsName>, usize)> = Vec::new();
    for (place, host) in hosts.into_iter().enumerate() {
        let same = |known: usize| merged.iter().all(|(_, outcomes)| outcomes[known] == outcomes[place]);
        match columns.iter_mut().find(|(_, known)| same(*known)) {
            Some((names, _)) => names.push(host),
            None => columns.push((vec![host], place)),
        }
    }
    let mut cells = Vec::with_capacity(merged.len() * columns.len());
    for (from, (_, outcomes)) in merged.iter().enumerate() {
        for (to, (_, place)) in columns.iter().enumerate() {
            cells.push(Cell { from, to, outcome: outcomes[*place].clone() });
        }
    }
    Matrix {
        sources: merged.into_iter().map(|(places, _)| places).collect(),
        targets: columns.into_iter().map(|(names, _)| names).collect(),
        cells,
        left_out,
    }
}

/// One public name of each resource that a private endpoint leads to, in order of the ids.
fn targets(snapshot: &Snapshot) -> Vec<DnsName> {
    let mut named: BTreeMap<ResourceId, Option<DnsName>> = BTreeMap::new();
    for (id, endpoint) in snapshot.all::<PrivateEndpoint>() {
        for target in endpoint.connections.iter().filter_map(|connection| connection.target.as_ref()) {
            let known = named.entry(target.clone()).or_default();
            if known.is_none() {
                *known = account_name(snapshot, target).or_else(|| served_name(snapshot, id, endpoint));
            }
        }
    }
    named.into_values().flatten().collect()
}

fn account_name(snapshot: &Snapshot, account: &ResourceId) -> Option<DnsName> {
    let account = snapshot.find::<CognitiveServicesAccount>(account)?;
    let kind = account.kind.as_deref().unwrap_or("OpenAI");
    let serves_models = ["OpenAI", "AIServices"].iter().any(|known| kind.eq_ignore_ascii_case(known));
    let suffix = if serves_models { "openai.azure.com" } else { "cognitiveservices.azure.com" };
    DnsName::below(account.custom_subdomain.as_deref()?, suffix).ok()
}

fn served_name(snapshot: &Snapshot, id: &ResourceId, endpoint: &PrivateEndpoint) -> Option<DnsName> {
    let configured = endpoint.custom_dns_configs.iter().map(|config| config.fqdn.clone());
    let key = Key::InterfaceOf(id.clone());
    let of_nics: Vec<DnsName> = snapshot
        .by::<NetworkInterface>(&key)
        .flat_map(|(_, nic)| nic.ip_configurations.iter().flat_map(|at| at.fqdns.iter().cloned()))
        .collect();
    configured.chain(of_nics).find_map(|name| Some(client::service(&name)?.host))
}
