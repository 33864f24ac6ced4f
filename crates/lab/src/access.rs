//! How is a running lab reached? The addresses and secrets that a client needs, as one value; it
//! is also the state file of a background lab.

use crate::{LabError, MediumTaken};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

/// All that a client of a lab needs.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The scenario that it plays.
    pub scenario: String,
    /// One line about it.
    pub title: String,
    /// The ARM API: `https://127.0.0.1:PORT`.
    pub arm: String,
    /// A bearer token for it.
    pub token: String,
    /// The CA of every certificate of the lab, as PEM.
    pub ca_pem: String,
    /// The subscription of the estate.
    pub subscription: String,
    /// Where the scenario's question starts, such as `vm/app`.
    pub ask_from: String,
    /// The URL that it asks for.
    pub ask_to: String,
    /// `private`, `public` or `refused`.
    pub ask_expect: String,
    /// What this medium cannot play of the scenario, if anything.
    pub limits: Option<String>,
    /// Where it stands.
    #[serde(default)]
    pub medium: MediumTaken,
    /// The user namespace that its network namespaces belong to, if it was started by an ordinary user.
    #[serde(default)]
    pub user_namespace: Option<PathBuf>,
    /// The places that traffic can start from, by name.
    pub vantages: Vec<VantageAccess>,
    /// Where clients of the ARM API run, in a lab that stands in namespaces.
    #[serde(default)]
    pub operator: Option<OperatorAccess>,
}

/// The host of whoever operates the estate: it reaches the ARM API and the token endpoints, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperatorAccess {
    /// Its network namespace.
    pub inside: Inside,
    /// Its hosts file: the names of the ARM API and of the token endpoints.
    pub hosts: BTreeMap<String, IpAddr>,
}

/// One place that traffic can start from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VantageAccess {
    /// Its short name, such as `vm/app`.
    pub text: String,
    /// Its DNS server, UDP and TCP.
    pub dns: SocketAddr,
    /// Its SOCKS5 server: connections made through it start at the vantage.
    pub socks5: SocketAddr,
    /// Environment variables of its process.
    pub environment: BTreeMap<String, String>,
    /// Variables that lead a program of its own to the tokens of its managed identity.
    #[serde(default)]
    pub identity: BTreeMap<String, String>,
    /// Its hosts file.
    pub hosts: BTreeMap<String, IpAddr>,
    /// What this medium cannot play of the vantage, if anything.
    pub limits: Option<String>,
    /// Its network namespace, in a lab that stands in namespaces.
    #[serde(default)]
    pub inside: Option<Inside>,
}

/// A host in a network namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inside {
    /// The file that stands for the namespace while the lab runs.
    pub namespace: PathBuf,
    /// The DNS servers that it asks there, in order; at least one.
    pub dns_servers: Vec<SocketAddr>,
    /// Its address there.
    pub address: IpAddr,
}

impl Inside {
    /// Does something inside, on a thread of its own: sockets that it opens belong to the vantage. In
    /// a lab of an ordinary user's, after [`Access::join`].
    pub fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T, LabError> {
        crate::enter_at(&self.namespace, work)
    }
}

impl Access {
    /// Makes this process one that may enter the namespaces of the lab's hosts. It must have one thread
    /// yet. Nothing to do for a lab that root started, or that stands on the loopback interface.
    pub fn join(&self) -> Result<(), LabError> {
        self.user_namespace.as_deref().map_or(Ok(()), crate::join)
    }

    /// The host of a name, compared without case: a vantage, or `operator`.
    pub fn host<'a>(&'a self, name: &str) -> Option<Host<'a>> {
        if let Some(vantage) = self.of(name) {
            return Some(Host { name: &vantage.text, kind: HostKind::Vantage(vantage) });
        }
        name.eq_ignore_ascii_case(OPERATOR)
            .then_some(Host { name: OPERATOR, kind: HostKind::Operator(self.operator.as_ref()) })
    }

    /// The names of all hosts, the operator's last.
    pub fn host_names(&self) -> Vec<&str> {
        self.vantages.iter().map(|known| known.text.as_str()).chain([OPERATOR]).collect()
    }

    /// The vantage of a short name, compared without case.
    pub fn of(&self, vantage: &str) -> Option<&VantageAccess> {
        self.vantages.iter().find(|known| known.text.eq_ignore_ascii_case(vantage))
    }
}

/// The name of the operator's host.
const OPERATOR: &str = "operator";

/// A host that programs can run on.
#[derive(Debug, Clone, Copy)]
pub struct Host<'a> {
    pub(crate) name: &'a str,
    pub(crate) kind: HostKind<'a>,
}

/// Who sits at a host.
#[derive(Debug, Clone, Copy)]
pub(crate) enum HostKind<'a> {
    /// Somebody who calls the service.
    Vantage(&'a VantageAccess),
    /// Somebody who calls the ARM API; nothing on a lab without namespaces.
    Operator(Option<&'a OperatorAccess>),
}

impl fmt::Debug for Access {
    /// Everything but the token.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Access")
            .field("scenario", &self.scenario)
            .field("arm", &self.arm)
            .field("vantages", &self.vantages)
            .finish_non_exhaustive()
    }
}
