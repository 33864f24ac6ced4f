//! How does a lab stand in network namespaces? Real addresses, real packets; the kernel decides.
//!
//! A namespace for each router of a virtual network, for each host and for the internet. They are
//! joined by pairs of virtual interfaces only, and both ends of each pair are in the lab: there is no
//! way out. Namespaces are held by open files of this process, so that nothing is left when it ends.

mod available;
mod built;
mod counters;
mod exec;
mod namespace;
mod plan;
mod rootless;
mod rules;
mod script;

#[cfg(test)]
mod tests;

pub(crate) use available::available;
pub use exec::become_host;
pub(crate) use namespace::enter_at;
pub use rootless::trial;
pub(crate) use rootless::{become_root, is_privileged, join, standing, tried, user_namespace};

use crate::address_plan::{AZURE_DNS, PUBLIC_DNS};
use crate::certificates::Certificates;
use crate::state::Shared;
use crate::{Inside, LabError, RuleCounter};
use built::{Built, Servers};
use model::Vantage;
use namespace::{Namespace, Role};
use plan::Plan;
use rustls::ServerConfig;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The network of a running lab.
pub(crate) struct Network {
    shared: Shared,
    tls: Arc<ServerConfig>,
    vantages: Vec<Vantage>,
    namespaces: Vec<Arc<Namespace>>,
    built: Mutex<Option<Built>>,
}

impl Network {
    /// Builds the network of the estate as it is. Needs an event loop around it.
    pub(crate) fn start(shared: &Shared, certificates: &Certificates) -> Result<Arc<Self>, LabError> {
        let vantages = shared.estate().vantages();
        let namespaces =
            vantages.iter().map(|_| Namespace::new(Role::Host).map(Arc::new)).collect::<Result<Vec<_>, _>>()?;
        let tls = Arc::clone(&certificates.service);
        let network = Self { shared: shared.clone(), tls, vantages, namespaces, built: Mutex::new(None) };
        network.refresh()?;
        Ok(Arc::new(network))
    }

    /// Builds it anew if the estate means other packets than before. The vantages' namespaces stay,
    /// with whoever is in them.
    pub(crate) fn refresh(&self) -> Result<(), LabError> {
        let plan = Plan::of(&self.shared.estate(), &self.vantages);
        let mut built = self.lock();
        if let Some(old) = built.take_if(|old| old.plan != plan) {
            self.unlink(&old.plan)?;
        }
        if built.is_none() {
            let servers = Servers { shared: &self.shared, tls: &self.tls };
            *built = Some(Built::new(plan, &self.namespaces, &servers)?);
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
        }
        Ok(())
    }

    /// How a vantage is entered.
    pub(crate) fn inside(&self, vantage: &str) -> Option<Inside> {
        let index = self.vantages.iter().position(|known| known.to_string() == vantage)?;
        let own = self.shared.estate().place(&self.vantages[index]).dns_servers;
        let built = self.lock();
        let host = built.as_ref()?.plan.hosts.get(index)?;
        let usual = if host.network.is_some() { AZURE_DNS } else { PUBLIC_DNS };
        let servers = if own.is_empty() { vec![usual] } else { own };
        let address = host.addresses.first().copied().unwrap_or(host.public);
        Some(Inside {
            namespace: self.namespaces.get(index)?.path(),
            dns_servers: servers.into_iter().map(|server| SocketAddr::new(server, 53)).collect(),
            address: address.into(),
        })
    }

    /// What each rule of a security group did so far.
    pub(crate) fn counters(&self) -> Result<Vec<RuleCounter>, LabError> {
        let built = self.lock();
        let Some(built) = built.as_ref() else { return Ok(Vec::new()) };
        let mut all = Vec::new();
        for (router, network) in built.routers.iter().zip(&built.plan.networks) {
            let named = |chain: &str| rules::group_of(&network.rules, chain);
            all.extend(counters::read(network.id.name(), &router.rules()?, &named));
        }
        Ok(all)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Built>> {
        self.built.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
