//! What is to be measured, and by whose settings?

use crate::ProbeError;
use crate::credential::Credential;
use crate::system::System;
use crate::tls::Roots;
use model::observation::ClientSeen;
use model::{DnsName, Target};
use std::net::SocketAddr;
use std::time::Duration;

/// More names of a search list than this are not asked for.
const MOST_SEARCHED: usize = 8;

/// What to measure, complete. Apart from the root certificates of the system, which are one of the
/// verifiers of every handshake, nothing else is read from the host.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is called.
    pub target: Target,
    /// The path and query of the GET, such as `/openai/models?api-version=2024-10-21`.
    pub request: String,
    /// What proves who calls, if anything.
    pub credential: Option<Credential>,
    /// Who is asked for the name. The first usable one in order decides what is dialled.
    pub servers: Servers,
    /// Servers asked for comparison only, with a short deadline; what they say is never dialled.
    pub beside: Vec<SocketAddr>,
    /// The resolver of the operating system, asked for comparison. It decides what is dialled only when
    /// no DNS server gives a usable answer.
    pub system: System,
    /// The settings of the client: from [`client`](crate::client()) or made by the lab.
    pub client: ClientSeen,
    /// Addresses are dialled through this SOCKS5 server. With no DNS server to ask, the name itself is
    /// handed to it and the far side resolves.
    pub socks5: Option<SocketAddr>,
    /// More root certificates, in PEM form.
    pub extra_roots: Option<String>,
    /// The longest a stage may take.
    pub stage_timeout: Duration,
    /// The longest everything may take.
    pub deadline: Duration,
    /// What does not decide is waited for no longer than this when all that decides is done.
    pub grace: Duration,
}

/// Which DNS servers are asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Servers {
    /// Those of [`ClientSeen::servers`].
    Configured,
    /// These and no others; none at all when the list is empty.
    Only(Vec<SocketAddr>),
}

impl Plan {
    /// A plan with the usual deadlines (5 s a stage, 15 s in all, 50 ms of grace) that asks the configured servers and
    /// sends `GET /`.
    pub fn new(target: Target, client: ClientSeen) -> Self {
        Self {
            target,
            request: "/".to_owned(),
            credential: None,
            servers: Servers::Configured,
            beside: Vec::new(),
            system: System::NotAsked,
            client,
            socks5: None,
            extra_roots: None,
            stage_timeout: Duration::from_secs(5),
            deadline: Duration::from_secs(15),
            grace: Duration::from_millis(50),
        }
    }

    /// The servers that decide, each once, in order.
    pub(crate) fn deciding_servers(&self) -> Vec<SocketAddr> {
        let servers = match &self.servers {
            Servers::Configured => &self.client.servers,
            Servers::Only(servers) => servers,
        };
        distinct(servers.iter().copied())
    }

    /// The servers asked for comparison that do not decide anyway.
    pub(crate) fn other_servers(&self) -> Vec<SocketAddr> {
        let deciding = self.deciding_servers();
        distinct(self.beside.iter().copied().filter(|server| !deciding.contains(server)))
    }

    /// The names that are asked for in the order that a client tries them: what the search list makes of
    /// the host name where it comes first, then the host name itself. Empty for an address.
    pub(crate) fn names(&self) -> Vec<DnsName> {
        let Some(name) = self.target.host.name() else { return Vec::new() };
        let before = self.client.tried_before(name).into_iter().take(MOST_SEARCHED);
        distinct(before.chain([name.clone()]))
    }

    /// The extra roots as a store, if the plan has any.
    pub(crate) fn extra_roots(&self) -> Result<Option<Roots>, ProbeError> {
        self.extra_roots
            .as_deref()
            .map(|pem| crate::tls::roots_from_pem(pem).map_err(|problem| ProbeError::ExtraRoots { problem }))
            .transpose()
    }

    /// That the request can be sent.
    pub(crate) fn check_request(&self) -> Result<(), ProbeError> {
        check_path(&self.request)?;
        self.credential.as_ref().map_or(Ok(()), Credential::check)
    }
}

/// That a path and query can be sent.
pub(crate) fn check_path(path: &str) -> Result<(), ProbeError> {
    let wrong = |problem: String| ProbeError::Request { request: path.to_owned(), problem };
    if !path.starts_with('/') {
        return Err(wrong("it does not start with `/`".to_owned()));
    }
    match path.parse::<hyper::Uri>() {
        Ok(_) => Ok(()),
        Err(error) => Err(wrong(error.to_string())),
    }
}

/// Each value once, in order.
pub(crate) fn distinct<T: PartialEq>(values: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for value in values {
        if !kept.contains(&value) {
            kept.push(value);
        }
    }
    kept
}
