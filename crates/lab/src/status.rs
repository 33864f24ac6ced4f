//! What is a running lab like at this moment? Its hosts, and what was changed in it.

use crate::VantageAccess;
use crate::address_plan::AZURE_DNS;
use crate::state::State;
use model::resource::{InboundEndpoint, NetworkInterface, PrivateEndpoint};
use model::{ClusterDns, DnsServer, ResourceId, Snapshot};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A running lab as it is now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// The places that traffic can start from, by name.
    pub vantages: Vec<VantageAccess>,
    /// Who else has an address: private endpoints, DNS servers and appliances, by name.
    pub others: Vec<HostStatus>,
    /// What was done to the healthy estate, in order.
    pub changes: Vec<ChangeStatus>,
}

/// A host that traffic does not start from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct HostStatus {
    /// Its name, such as `endpoint/pe-openai-eastus`.
    pub name: String,
    /// Its addresses.
    pub addresses: Vec<IpAddr>,
    /// What it does, in words.
    pub does: String,
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeStatus {
    /// A line of the change language; of what came over the ARM API, method and resource.
    pub text: String,
    /// Who made it.
    pub by: ChangedBy,
}

/// Who makes changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangedBy {
    /// The scenario: it is what is wrong.
    Scenario,
    /// A user of the running lab, in the words of scenarios.
    User,
    /// A client of the ARM API.
    Arm,
}

impl ChangedBy {
    /// In words.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scenario => "the scenario",
            Self::User => "since",
            Self::Arm => "since, by the ARM API",
        }
    }
}

/// The status of a lab with these vantages.
pub(crate) fn of(state: &State, vantages: Vec<VantageAccess>) -> Status {
    let estate = state.estate();
    let mut others = endpoints(estate.snapshot());
    others.extend(inbound(estate.snapshot()));
    others.extend(servers(state));
    others.extend(appliances(state));
    others.extend(clusters(state));
    others.sort();
    Status { vantages, others, changes: state.changes().to_vec() }
}

fn endpoints(snapshot: &Snapshot) -> Vec<HostStatus> {
    let all = snapshot.all::<PrivateEndpoint>();
    let host = |(id, endpoint): (&ResourceId, &PrivateEndpoint)| {
        let cards = endpoint.network_interfaces.iter().filter_map(|card| snapshot.find::<NetworkInterface>(card));
        let states = endpoint.connections.iter().map(|connection| {
            let target = connection.target.as_ref().map_or("nothing", |target| target.name());
            let state = connection.state.value().map_or("of unknown state", |state| state.word());
            format!("leads to {target}, {state}")
        });
        HostStatus {
            name: format!("endpoint/{}", id.name()),
            addresses: cards.flat_map(NetworkInterface::addresses).collect(),
            does: states.collect::<Vec<_>>().join("; "),
        }
    };
    all.map(host).collect()
}

fn inbound(snapshot: &Snapshot) -> Vec<HostStatus> {
    let all = snapshot.all::<InboundEndpoint>();
    let host = |(id, endpoint): (&ResourceId, &InboundEndpoint)| HostStatus {
        name: format!("resolver/{}", id.parent().as_ref().map_or(id.name(), |resolver| resolver.name())),
        addresses: endpoint.addresses.clone(),
        does: format!("asks {AZURE_DNS} of its network"),
    };
    all.map(host).collect()
}

fn servers(state: &State) -> Vec<HostStatus> {
    let all = state.client().dns_servers.iter();
    let host = |(address, server): (&IpAddr, &DnsServer)| HostStatus {
        name: format!("dns-server/{}", server.name),
        addresses: vec![*address],
        does: whom_it_asks(&server.forward),
    };
    all.map(host).collect()
}

/// What the owners of clusters added to their DNS. It has no address that others could ask at.
fn clusters(state: &State) -> Vec<HostStatus> {
    let all = state.client().clusters.iter();
    let host = |(cluster, dns): (&ResourceId, &ClusterDns)| {
        let pinned = dns.hosts.iter().map(|(name, address)| format!("answers {name} with {address}"));
        let asks = Some(whom_it_asks(&dns.forward)).filter(|_| !dns.forward.is_empty());
        let does: Vec<String> = asks.into_iter().chain(pinned).collect();
        HostStatus { name: format!("coredns/{}", cluster.name()), addresses: Vec::new(), does: does.join("; ") }
    };
    all.map(host).collect()
}

/// Whom a DNS server asks, in words: domains to servers.
pub(crate) fn whom_it_asks(forward: &BTreeMap<String, Vec<IpAddr>>) -> String {
    let asks = forward.iter().map(|(domain, to)| {
        let to: Vec<String> = to.iter().map(ToString::to_string).collect();
        let domain = if domain.is_empty() { "." } else { domain };
        format!("asks {} for {domain}", to.join(", "))
    });
    let asks: Vec<String> = asks.collect();
    if asks.is_empty() { "asks nobody".to_owned() } else { asks.join("; ") }
}

fn appliances(state: &State) -> Vec<HostStatus> {
    let all = state.client().appliances.iter();
    let host = |(address, appliance): (&IpAddr, &model::Appliance)| HostStatus {
        name: format!("appliance/{}", appliance.name),
        addresses: vec![*address],
        does: match appliance.source_nat {
            true => "forwards with its own address as the source".to_owned(),
            false => "forwards with the source as it is".to_owned(),
        },
    };
    all.map(host).collect()
}
