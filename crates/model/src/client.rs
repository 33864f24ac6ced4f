//! What surrounds a client, and is no Azure resource: no Azure API tells it.

use crate::observation::ClientSeen;
use crate::{AnswerSeen, DnsName, Host, ResourceId};
use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What surrounds a client and is no Azure resource.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Client {
    /// Environment variables that matter.
    pub environment: BTreeMap<String, String>,
    /// Hosts-file entries.
    pub hosts: BTreeMap<String, IpAddr>,
    /// What is known of the DNS servers of the estate's owner, by address.
    pub dns_servers: BTreeMap<IpAddr, DnsServer>,
    /// Places outside of Azure that reach it privately, by name.
    pub on_premises: BTreeMap<String, OnPremises>,
    /// What is known of hosts that forward packets, by address.
    pub appliances: BTreeMap<IpAddr, Appliance>,
    /// What is known of the DNS configuration of Kubernetes clusters.
    pub clusters: BTreeMap<ResourceId, ClusterDns>,
    /// What DNS servers were seen to answer, the latest first.
    pub answers: Vec<AnswerSeen>,
}

/// Something about what surrounds a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientFact {
    /// An environment variable; `None` removes it.
    Environment {
        /// Its name.
        name: String,
        /// Its value.
        value: Option<String>,
    },
    /// A hosts-file entry; `None` removes it.
    HostsEntry {
        /// The name that is pinned.
        name: String,
        /// The address it is pinned to.
        address: Option<IpAddr>,
    },
    /// A DNS server of the estate's owner; `None` forgets what is known of it.
    DnsServer {
        /// Where it answers.
        address: IpAddr,
        /// What it does.
        server: Option<DnsServer>,
    },
    /// A place outside of Azure; `None` forgets what is known of it.
    OnPremises {
        /// What it is called.
        name: String,
        /// What it has.
        site: Option<OnPremises>,
    },
    /// A host that forwards packets; `None` forgets what is known of it.
    Appliance {
        /// Its address.
        address: IpAddr,
        /// What it does.
        appliance: Option<Appliance>,
    },
    /// The DNS configuration of a Kubernetes cluster; `None` forgets what is known of it.
    ClusterDns {
        /// The cluster.
        cluster: ResourceId,
        /// What its owner configured.
        dns: Option<ClusterDns>,
    },
}

/// What a host that forwards packets does with them. Whether Azure lets it forward at all is a property
/// of its network interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Appliance {
    /// What it is called.
    pub name: String,
    /// True when it puts its own address for the source.
    pub source_nat: bool,
}

/// What a DNS server of the estate's owner does with a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsServer {
    /// What it is called.
    pub name: String,
    /// The virtual network that it stands in; `None` outside of Azure, where its address tells the
    /// place (see [`Client::site_of`]).
    pub network: Option<ResourceId>,
    /// Whom it asks: domain (lower case, empty for the root) to servers in order.
    pub forward: BTreeMap<String, Vec<IpAddr>>,
}

/// A place outside of Azure that reaches it privately: a data centre, an office, or the clients of a
/// point-to-site VPN.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OnPremises {
    /// What it is called, as in the vantage `onprem/NAME`.
    pub name: String,
    /// Its address prefixes; for point-to-site clients the pool that they get addresses from.
    pub address_space: Vec<IpNet>,
    /// The virtual network whose gateway it is connected to; `None` when that is not known.
    pub network: Option<ResourceId>,
    /// The DNS servers that its clients ask, in order; empty when that is not known, and for
    /// point-to-site clients when the VPN's profile names none.
    pub dns_servers: Vec<IpAddr>,
    /// True for single clients on a point-to-site VPN.
    pub point_to_site: bool,
}

/// What the owner of a Kubernetes cluster added to its CoreDNS (the ConfigMap `coredns-custom`).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterDns {
    /// Whom it asks in place of the node's servers: domain (lower case, empty for the root) to servers.
    pub forward: BTreeMap<String, Vec<IpAddr>>,
    /// Names that it answers itself.
    pub hosts: BTreeMap<String, IpAddr>,
}

/// Variables and application settings that hold a key of an Azure AI service, by convention of the client libraries
/// and of wrappers in use. A bare `OPENAI_API_KEY` may be meant for another service.
pub const KEY_NAMES: [&str; 7] = [
    "AZURE_OPENAI_API_KEY",
    "AZURE_OPENAI_KEY",
    "AZURE_API_KEY",
    "AZURE_AI_KEY",
    "AZURE_AI_SERVICES_KEY",
    "AZURE_INFERENCE_KEY",
    "AZURE_COGNITIVE_SERVICES_KEY",
];

/// True for the name of a variable or setting that holds a key.
pub fn is_key_name(name: &str) -> bool {
    KEY_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The value of an environment variable as it can be told: where it names an endpoint or a proxy and nothing in it can be
/// a secret, as it is; else that it is not shown. Most variables may hold one.
pub fn told_value<'v>(name: &str, value: &'v str) -> &'v str {
    let upper = name.to_ascii_uppercase();
    let names_a_place = crate::PROXY_VARIABLES.iter().any(|known| known.eq_ignore_ascii_case(name))
        || ["_ENDPOINT", "_BASE", "_BASE_URL"].iter().any(|end| upper.ends_with(end));
    if names_a_place && !value.contains(['@', '?', '#']) { value } else { "(value not shown)" }
}

impl ClusterDns {
    /// The domain that decides for a name, the longest that covers it, and whom it asks then.
    pub fn forwards(&self, name: &DnsName) -> Option<(&str, &[IpAddr])> {
        longest(&self.forward, name)
    }
}

impl DnsServer {
    /// The domain that decides for a name, the longest that covers it, and whom it asks then.
    pub fn forwards(&self, name: &DnsName) -> Option<(&str, &[IpAddr])> {
        longest(&self.forward, name)
    }
}

impl Client {
    /// With what was seen where a client of `host` runs: its endpoint and proxy variables and its hosts-file entry of
    /// that name. The values are as they were seen, without what may be secret in them.
    #[must_use]
    pub fn with_seen(mut self, seen: &ClientSeen, host: &Host) -> Self {
        self.environment.extend(seen.endpoint_variables.iter().cloned());
        self.environment.extend(seen.proxy_variables.iter().cloned());
        // That a key is there matters; which one was never read.
        self.environment.extend(seen.key_variables.iter().map(|name| (name.clone(), String::new())));
        if let (Host::Name(name), Some(address)) = (host, seen.hosts_entries.first()) {
            self.hosts.insert(name.as_str().to_owned(), *address);
        }
        self
    }

    /// The place outside of Azure that an address belongs to; `None` when there is none, or several.
    pub fn site_of(&self, address: IpAddr) -> Option<&OnPremises> {
        let holds = |site: &&OnPremises| site.address_space.iter().any(|prefix| prefix.contains(&address));
        let mut found = self.on_premises.values().filter(holds);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    pub(crate) fn apply(&mut self, fact: &ClientFact) {
        match fact {
            ClientFact::Environment { name, value } => put(&mut self.environment, name, value.as_ref()),
            ClientFact::HostsEntry { name, address } => put(&mut self.hosts, name, address.as_ref()),
            ClientFact::DnsServer { address, server } => put(&mut self.dns_servers, address, server.as_ref()),
            ClientFact::OnPremises { name, site } => put(&mut self.on_premises, name, site.as_ref()),
            ClientFact::Appliance { address, appliance } => put(&mut self.appliances, address, appliance.as_ref()),
            ClientFact::ClusterDns { cluster, dns } => put(&mut self.clusters, cluster, dns.as_ref()),
        }
    }

    pub(crate) fn undo(&self, fact: &ClientFact) -> ClientFact {
        match fact {
            ClientFact::Environment { name, .. } => {
                ClientFact::Environment { name: name.clone(), value: self.environment.get(name).cloned() }
            }
            ClientFact::HostsEntry { name, .. } => {
                ClientFact::HostsEntry { name: name.clone(), address: self.hosts.get(name).copied() }
            }
            ClientFact::DnsServer { address, .. } => {
                ClientFact::DnsServer { address: *address, server: self.dns_servers.get(address).cloned() }
            }
            ClientFact::OnPremises { name, .. } => {
                ClientFact::OnPremises { name: name.clone(), site: self.on_premises.get(name).cloned() }
            }
            ClientFact::Appliance { address, .. } => {
                ClientFact::Appliance { address: *address, appliance: self.appliances.get(address).cloned() }
            }
            ClientFact::ClusterDns { cluster, .. } => {
                ClientFact::ClusterDns { cluster: cluster.clone(), dns: self.clusters.get(cluster).cloned() }
            }
        }
    }
}

/// The longest domain that covers a name, and its servers.
fn longest<'f>(forward: &'f BTreeMap<String, Vec<IpAddr>>, name: &DnsName) -> Option<(&'f str, &'f [IpAddr])> {
    let covering = forward.iter().filter(|(domain, _)| domain.is_empty() || name.is_within(domain));
    covering.max_by_key(|(domain, _)| domain.len()).map(|(domain, servers)| (domain.as_str(), servers.as_slice()))
}

/// Sets an entry, or takes it away.
fn put<K: Clone + Ord, V: Clone>(entries: &mut BTreeMap<K, V>, key: &K, value: Option<&V>) {
    match value {
        Some(value) => entries.insert(key.clone(), value.clone()),
        None => entries.remove(key),
    };
}
