//! How does a lab stand in network namespaces? Real addresses, real packets; the kernel decides.
//!
//! A namespace for each router of a virtual network, for each host and for the internet. They are
//! joined by pairs of virtual interfaces only, and both ends of each pair are in the lab: there is no
//! way out. Namespaces are held by open files of this process, so that nothing is left when it ends.

mod available;
mod built;
mod counters;
mod dns;
mod exec;
mod gateways;
mod hosts;
mod land;
mod limits;
mod namespace;
mod operator;
mod operator_files;
mod plan;
mod rootless;
mod routes;
mod rules;
mod script;
mod serve;
mod tags;
mod together;

#[cfg(test)]
mod tests;

pub(crate) use available::available;
pub use exec::become_host;
pub(crate) use namespace::enter_at;
pub use rootless::trial;
pub(crate) use rootless::{become_root, is_privileged, join, standing, tried, user_namespace};

use crate::address_plan::{AZURE_DNS, CORE_DNS, PUBLIC_DNS};
use crate::certificates::Certificates;
use crate::state::Shared;
use crate::{Inside, LabError, OperatorAccess, RuleCounter};
use built::Built;
use hosts::Forwarding;
use model::Vantage;
use namespace::{Namespace, Role};
use operator::{Operator, give_tokens};
use plan::Plan;
use rustls::ServerConfig;
use serve::Servers;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::task::JoinHandle;

/// The network of a running lab.
pub(crate) struct Network {
    shared: Shared,
    tls: Arc<ServerConfig>,
    vantages: Vec<Vantage>,
    namespaces: Vec<Arc<Namespace>>,
    operator: Operator,
    standing: Mutex<Standing>,
}

/// What is rebuilt when the estate changes, and what is kept.
#[derive(Default)]
struct Standing {
    built: Option<Built>,
    staying: BTreeMap<(usize, Ipv4Addr), [JoinHandle<()>; 2]>,
}

impl Network {
    /// Builds the network of the estate as it is. Needs an event loop around it.
    pub(crate) fn start(shared: &Shared, certificates: &Certificates) -> Result<Arc<Self>, LabError> {
        let vantages = shared.estate().vantages();
        let namespaces = together::all(vantages.iter(), |_| Namespace::new(Role::Host).map(Arc::new))?;
        for (namespace, vantage) in namespaces.iter().zip(&vantages) {
            give_tokens(namespace, Some(vantage), shared)?;
        }
        let operator = Operator::new(shared)?;
        let tls = Arc::clone(&certificates.service);
        let network = Self { shared: shared.clone(), tls, vantages, namespaces, operator, standing: Mutex::default() };
        network.refresh()?;
        Ok(Arc::new(network))
    }

    /// Builds it anew if the estate means other packets than before. The vantages' namespaces stay,
    /// with whoever is in them.
    pub(crate) fn refresh(&self) -> Result<(), LabError> {
        let plan = Plan::of(&self.shared.estate(), &self.vantages);
        let mut standing = self.lock();
        let Standing { built, staying } = &mut *standing;
        if let Some(old) = built.take_if(|old| old.plan != plan) {
            self.unlink(&old.plan)?;
        }
        if built.is_none() {
            let mut servers = Servers { shared: &self.shared, tls: &self.tls, staying };
            *built = Some(Built::new(plan, &self.namespaces, &mut servers)?);
        }
        Ok(())
    }

    /// The links of the vantages go at once: those of namespaces that end go when the kernel has time.
    fn unlink(&self, plan: &Plan) -> Result<(), LabError> {
        for (namespace, host) in self.namespaces.iter().zip(&plan.hosts) {
            let mut lines = String::new();
            if host.network.is_some() {
                lines.push_str("link del eth0\n");
            }
            if host.has_own_way() {
                lines.extend(["link del ", script::own_way(host), "\n"]);
            }
            namespace.ip(&lines)?;
            if host.forwarding == Forwarding::OwnSource {
                namespace.nft("flush ruleset\n")?;
            }
        }
        Ok(())
    }

    /// How a vantage is entered.
    pub(crate) fn inside(&self, vantage: &str) -> Option<Inside> {
        let index = self.vantages.iter().position(|known| known.to_string() == vantage)?;
        let standing = self.lock();
        let host = standing.built.as_ref()?.plan.hosts.get(index)?;
        let place = self.shared.estate().place(&self.vantages[index]);
        let usual = if place.virtual_network.is_some() { AZURE_DNS } else { PUBLIC_DNS };
        let servers = match place.dns_servers {
            _ if place.cluster.is_some() => vec![CORE_DNS.into()],
            servers if servers.is_empty() => vec![usual],
            servers => servers,
        };
        let address = host.addresses.first().copied().unwrap_or(host.public);
        Some(Inside {
            namespace: self.namespaces.get(index)?.path(),
            dns_servers: servers.into_iter().map(|server| SocketAddr::new(server, 53)).collect(),
            address: address.into(),
        })
    }

    /// How the operator's host is entered.
    pub(crate) fn operator(&self) -> OperatorAccess {
        self.operator.access()
    }

    /// Where the ARM API listens for the operator.
    pub(crate) fn control_plane(&self) -> Result<tokio::net::TcpListener, LabError> {
        self.operator.control_plane()
    }

    /// What the network does not play for a vantage.
    pub(crate) fn limits(&self, vantage: &str) -> Option<String> {
        let index = self.vantages.iter().position(|known| known.to_string() == vantage)?;
        self.lock().built.as_ref()?.plan.limits.get(index)?.clone()
    }

    /// What rules, routes and hosts did with packets so far.
    pub(crate) fn counters(&self) -> Result<Vec<RuleCounter>, LabError> {
        self.lock().built.as_ref().map_or_else(|| Ok(Vec::new()), Built::counters)
    }

    fn lock(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
