//! How does a plan become namespaces, links, routes and rules, and how does it end?
#![allow(clippy::disallowed_types, reason = "these sockets are the lab's servers, in namespaces of its own")]

use super::counters::{SILENT, read, read_silent};
use super::hosts::Forwarding;
use super::namespace::{Namespace, Role};
use super::plan::Plan;
use super::script::{self, Paths};
use super::serve::{self, Servers};
use super::together;
use crate::{LabError, RuleCounter};
use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// All but the namespaces of the vantages. Its links and servers end with it.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) plan: Plan,
    pub(crate) routers: Vec<Arc<Namespace>>,
    pub(crate) internet: Arc<Namespace>,
    /// The hosts, vantages first.
    pub(crate) hosts: Vec<Arc<Namespace>>,
    tasks: Vec<JoinHandle<()>>,
}

impl Built {
    /// Builds a plan around the namespaces of the vantages, which are its first hosts.
    pub(crate) fn new(plan: Plan, vantages: &[Arc<Namespace>], servers: &mut Servers<'_>) -> Result<Self, LabError> {
        let rest = plan.hosts.len() - vantages.len();
        let roles = plan.networks.iter().map(|_| Role::Router).chain([Role::Router]);
        let roles = roles.chain((0..rest).map(|_| Role::Host));
        let mut made = together::all(roles, |role| Namespace::new(role).map(Arc::new))?;
        let others = made.split_off(plan.networks.len() + 1);
        let internet = made.pop().expect("one more than there are networks was made");
        let hosts = vantages.iter().cloned().chain(others).collect();
        let mut built = Self { plan, routers: made, internet, hosts, tasks: Vec::new() };
        built.connect()?;
        built.assert_closed()?;
        built.tasks = serve::start(&built, vantages.len(), servers)?;
        Ok(built)
    }

    /// Links first, from the routers and the internet; then what needs both ends.
    fn connect(&self) -> Result<(), LabError> {
        let plan = &self.plan;
        let paths = Paths {
            hosts: self.hosts.iter().map(|host| host.path()).collect(),
            routers: self.routers.iter().map(|router| router.path()).collect(),
        };
        let all = (0..self.routers.len()).map(Some).chain([None]);
        together::all(all, |number| match number {
            Some(number) => self.routers[number].ip(&script::router_links(plan, number, &paths)),
            None => self.internet.ip(&script::internet(plan, &paths)),
        })?;
        let routers = (0..self.routers.len()).map(Step::Router);
        let hosts = (0..self.hosts.len()).map(Step::Host);
        together::all(routers.chain(hosts), |step| self.set_up(step)).map(drop)
    }

    fn set_up(&self, step: Step) -> Result<(), LabError> {
        match step {
            Step::Router(number) => {
                self.routers[number].ip(&script::router_routes(&self.plan, number))?;
                self.routers[number].nft(&self.plan.networks[number].rules)
            }
            Step::Host(number) => {
                let (host, namespace) = (&self.plan.hosts[number], &self.hosts[number]);
                namespace.ip(&script::host(&self.plan, number))?;
                if host.is_silent() {
                    namespace.nft(SILENT)?;
                }
                forward(namespace, host.forwarding)?;
                match host.addresses.first().filter(|_| host.forwarding == Forwarding::OwnSource) {
                    Some(address) => namespace.nft(&script::own_source(*address)),
                    None => Ok(()),
                }
            }
        }
    }

    /// No namespace has a way out: every interface that is up is a loopback interface or an end of a
    /// link of the plan, and the other end of each link is in a namespace of this lab, too.
    fn assert_closed(&self) -> Result<(), LabError> {
        let namespaces = self.hosts.iter().chain(&self.routers).chain([&self.internet]);
        let ends = together::all(namespaces, |namespace| {
            let names = namespace.enter(interfaces)??;
            match names.iter().find(|name| !is_ours(name)) {
                Some(name) => {
                    Err(LabError::Machine(format!("a namespace has an interface `{name}` that the lab did not make")))
                }
                None => Ok(names.len()),
            }
        })?;
        let (ends, links) = (ends.into_iter().sum::<usize>(), self.plan.links());
        if ends == 2 * links {
            return Ok(());
        }
        Err(LabError::Machine(format!("{links} links have {ends} ends in the lab: a namespace may have a way out")))
    }

    /// What became of packets so far.
    pub(crate) fn counters(&self) -> Result<Vec<RuleCounter>, LabError> {
        let plan = &self.plan;
        let routers = (0..self.routers.len()).map(Step::Router);
        let silent = (0..self.hosts.len()).filter(|number| plan.hosts[*number].is_silent()).map(Step::Host);
        let all = together::all(routers.chain(silent), |step| match step {
            Step::Router(number) => {
                let network = &plan.networks[number];
                Ok(read(network.ground.name(), &self.routers[number].rules()?, &network.rules))
            }
            Step::Host(number) => {
                let host = &plan.hosts[number];
                let network = host.network.map_or("", |network| plan.networks[network].ground.name());
                Ok(read_silent(network, host.name(), &self.hosts[number].rules()?))
            }
        })?;
        Ok(all.into_iter().flatten().collect())
    }
}

/// One namespace to set up or to read.
#[derive(Debug, Clone, Copy)]
enum Step {
    Router(usize),
    Host(usize),
}

impl Drop for Built {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// A vantage's namespace stays when the estate changes, so what it did before is no guide.
#[expect(clippy::disallowed_methods, reason = "settings of a namespace are files")]
fn forward(namespace: &Namespace, forwarding: Forwarding) -> Result<(), LabError> {
    let value = if forwarding == Forwarding::Never { "0" } else { "1" };
    namespace
        .enter(|| std::fs::write("/proc/sys/net/ipv4/ip_forward", value))?
        .map_err(|why| LabError::machine("a host cannot be told whether to forward packets", why))
}

/// What the names of our ends of links begin with.
fn is_ours(name: &str) -> bool {
    let numbered = |rest: &str| !rest.is_empty() && rest.bytes().all(|letter| letter.is_ascii_digit());
    matches!(name, "eth0" | "eth1" | "internet")
        || ["h", "p", "n", "w", "a", "t"].iter().any(|start| name.strip_prefix(start).is_some_and(numbered))
}

/// How long the kernel may take to make a link carry packets.
const PATIENCE: Duration = Duration::from_secs(10);

/// The interfaces that are up, other than loopback, when all of them carry packets. A link whose other end
/// came up later drops what is sent until the kernel has looked at it again, in its own time; the loss of
/// a first packet would be seen as a second of silence.
#[expect(clippy::disallowed_methods, reason = "the lab waits for the kernel")]
pub(super) fn interfaces() -> Result<BTreeSet<String>, LabError> {
    let end = Instant::now() + PATIENCE;
    loop {
        let all =
            getifaddrs().map_err(|why| LabError::machine("the interfaces of a namespace cannot be listed", why))?;
        let ours = all.filter(|one| {
            one.flags.contains(InterfaceFlags::IFF_UP) && !one.flags.contains(InterfaceFlags::IFF_LOOPBACK)
        });
        let ours: Vec<(String, bool)> =
            ours.map(|one| (one.interface_name, one.flags.contains(InterfaceFlags::IFF_RUNNING))).collect();
        match ours.iter().find(|(_, runs)| !runs) {
            None => return Ok(ours.into_iter().map(|(name, _)| name).collect()),
            Some((name, _)) if Instant::now() >= end => {
                return Err(LabError::Machine(format!(
                    "the link `{name}` of a namespace carries nothing after {} seconds",
                    PATIENCE.as_secs()
                )));
            }
            // Only a netlink socket could be waited for.
            Some(_) => std::thread::sleep(Duration::from_millis(1)),
        }
    }
}
