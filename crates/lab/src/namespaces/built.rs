//! How does a plan become namespaces, links, routes, rules and servers, and how does it end?
#![allow(clippy::disallowed_types, reason = "these sockets are the lab's servers, in namespaces of its own")]

use super::namespace::{Namespace, Role};
use super::plan::{Occupant, Plan};
use super::script::{self, Paths};
use crate::LabError;
use crate::address_plan::{AZURE_DNS, OPEN_FRONT_END, PUBLIC_DNS, REGIONAL_FRONT_END, RESTRICTED_FRONT_END};
use crate::estate::Arrival;
use crate::loopback::{Asker, accept, serve_connection, start_dns};
use crate::state::Shared;
use model::Vantage;
use nix::ifaddrs::getifaddrs;
use nix::net::if_::InterfaceFlags;
use rustls::ServerConfig;
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The port that the service listens on.
const HTTPS: u16 = 443;

/// All but the namespaces of the vantages. Its links and servers end with it.
#[derive(Debug)]
pub(crate) struct Built {
    pub(crate) plan: Plan,
    pub(crate) routers: Vec<Namespace>,
    internet: Namespace,
    endpoints: Vec<Namespace>,
    tasks: Vec<JoinHandle<()>>,
}

/// Who serves there, and with what.
pub(crate) struct Servers<'s> {
    pub(crate) shared: &'s Shared,
    pub(crate) tls: &'s Arc<ServerConfig>,
}

impl Built {
    /// Builds a plan around the namespaces of the vantages, which are its first hosts.
    pub(crate) fn new(plan: Plan, vantages: &[Arc<Namespace>], servers: &Servers<'_>) -> Result<Self, LabError> {
        let routers = plan.networks.iter().map(|_| Namespace::new(Role::Router)).collect::<Result<Vec<_>, _>>()?;
        let internet = Namespace::new(Role::Router)?;
        let rest = plan.hosts.iter().skip(vantages.len());
        let endpoints = rest.map(|_| Namespace::new(Role::Host)).collect::<Result<Vec<_>, _>>()?;
        let mut built = Self { plan, routers, internet, endpoints, tasks: Vec::new() };
        built.connect(vantages)?;
        built.assert_closed(vantages)?;
        built.serve(vantages.len(), servers)?;
        Ok(built)
    }

    fn hosts<'n>(&'n self, vantages: &'n [Arc<Namespace>]) -> impl Iterator<Item = &'n Namespace> {
        vantages.iter().map(Arc::as_ref).chain(&self.endpoints)
    }

    /// Links first, from the routers and the internet; then what needs both ends.
    fn connect(&self, vantages: &[Arc<Namespace>]) -> Result<(), LabError> {
        let paths = Paths {
            hosts: self.hosts(vantages).map(Namespace::path).collect(),
            routers: self.routers.iter().map(Namespace::path).collect(),
        };
        self.internet.ip(&script::internet(&self.plan, &paths))?;
        for (index, router) in self.routers.iter().enumerate() {
            router.ip(&script::router_links(&self.plan, index, &paths))?;
        }
        for (index, router) in self.routers.iter().enumerate() {
            router.ip(&script::router_routes(&self.plan, index))?;
            router.nft(&self.plan.networks[index].rules)?;
        }
        for (namespace, host) in self.hosts(vantages).zip(&self.plan.hosts) {
            namespace.ip(&script::host(host))?;
        }
        Ok(())
    }

    /// No namespace has a way out: every interface that is up is a loopback interface or an end of a
    /// link of the plan, and the other end of each link is in a namespace of this lab, too.
    fn assert_closed(&self, vantages: &[Arc<Namespace>]) -> Result<(), LabError> {
        let mut ends = 0;
        for namespace in self.hosts(vantages).chain(&self.routers).chain([&self.internet]) {
            let names = namespace.enter(interfaces)??;
            if let Some(name) = names.iter().find(|name| !is_ours(name)) {
                return Err(LabError::Machine(format!(
                    "a namespace has an interface `{name}` that the lab did not make"
                )));
            }
            ends += names.len();
        }
        let own_ways = self.plan.hosts.iter().filter(|host| host.has_own_way()).count();
        let attached = self.plan.hosts.iter().filter(|host| host.network.is_some()).count();
        let links = own_ways + attached + self.plan.networks.len() + self.plan.peerings.len();
        if ends == 2 * links {
            return Ok(());
        }
        Err(LabError::Machine(format!("{links} links have {ends} ends in the lab: a namespace may have a way out")))
    }

    fn serve(&mut self, vantages: usize, servers: &Servers<'_>) -> Result<(), LabError> {
        let shared = servers.shared;
        let mut tasks = Vec::new();
        for (router, network) in self.routers.iter().zip(&self.plan.networks) {
            tasks.extend(dns(router, AZURE_DNS, Asker::Network(network.id.clone()), shared)?);
        }
        tasks.extend(dns(&self.internet, PUBLIC_DNS, Asker::Vantage(Vantage::Internet), shared)?);
        let callers: Arc<Vec<(Ipv4Addr, Vantage)>> = Arc::new(
            self.plan
                .hosts
                .iter()
                .filter_map(|host| match &host.occupant {
                    Occupant::Vantage(vantage) => Some((host.public, vantage.clone())),
                    Occupant::Endpoint(..) => None,
                })
                .collect(),
        );
        for address in [RESTRICTED_FRONT_END, OPEN_FRONT_END, REGIONAL_FRONT_END] {
            let (callers, state) = (Arc::clone(&callers), shared.clone());
            let arrival = move |from: SocketAddr| {
                let caller = callers.iter().find(|(public, _)| IpAddr::V4(*public) == from.ip());
                let subnet = caller.and_then(|(_, vantage)| state.estate().place(vantage).subnet);
                Arrival::Public(subnet)
            };
            tasks.push(service(&self.internet, address, arrival, servers)?);
        }
        for (namespace, host) in self.endpoints.iter().zip(self.plan.hosts.iter().skip(vantages)) {
            for address in &host.addresses {
                match &host.occupant {
                    Occupant::Endpoint(_, Some(account)) => {
                        let account = account.clone();
                        let arrival = move |_| Arrival::Private(account.clone());
                        tasks.push(service(namespace, *address, arrival, servers)?);
                    }
                    // Nobody approved it: it takes every packet and says nothing.
                    _ => namespace.nft(SILENT)?,
                }
            }
        }
        self.tasks = tasks;
        Ok(())
    }
}

/// The rules of a host that keeps silent.
const SILENT: &str = "table ip privpath {
  chain input {
    type filter hook input priority 0; policy drop;
  }
}
";

impl Drop for Built {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// What the names of our ends of links begin with.
fn is_ours(name: &str) -> bool {
    let numbered = |rest: &str| !rest.is_empty() && rest.bytes().all(|letter| letter.is_ascii_digit());
    matches!(name, "eth0" | "eth1" | "internet")
        || ["h", "p", "n", "w"].iter().any(|start| name.strip_prefix(start).is_some_and(numbered))
}

/// The interfaces that are up, other than loopback.
fn interfaces() -> Result<BTreeSet<String>, LabError> {
    let all = getifaddrs().map_err(|why| LabError::machine("the interfaces of a namespace cannot be listed", why))?;
    let up = all
        .filter(|one| one.flags.contains(InterfaceFlags::IFF_UP) && !one.flags.contains(InterfaceFlags::IFF_LOOPBACK));
    Ok(up.map(|one| one.interface_name).collect())
}

fn dns(namespace: &Namespace, address: IpAddr, asker: Asker, shared: &Shared) -> Result<[JoinHandle<()>; 2], LabError> {
    let address = SocketAddr::new(address, 53);
    let sockets = namespace.enter(|| {
        let (udp, tcp) = (UdpSocket::bind(address)?, TcpListener::bind(address)?);
        udp.set_nonblocking(true)?;
        tcp.set_nonblocking(true)?;
        Ok((udp, tcp))
    })?;
    let failed = |why: std::io::Error| LabError::machine(&format!("{address} cannot be served"), why);
    let (udp, tcp) = sockets.map_err(failed)?;
    let udp = tokio::net::UdpSocket::from_std(udp).map_err(failed)?;
    let tcp = tokio::net::TcpListener::from_std(tcp).map_err(failed)?;
    Ok(start_dns(udp, tcp, asker, shared))
}

fn service(
    namespace: &Namespace,
    address: Ipv4Addr,
    arrival: impl Fn(SocketAddr) -> Arrival + Send + 'static,
    servers: &Servers<'_>,
) -> Result<JoinHandle<()>, LabError> {
    let address = SocketAddr::from((address, HTTPS));
    let socket = namespace.enter(|| {
        let socket = TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    })?;
    let failed = |why: std::io::Error| LabError::machine(&format!("{address} cannot be served"), why);
    let listener = tokio::net::TcpListener::from_std(socket.map_err(failed)?).map_err(failed)?;
    let (tls, shared) = (Arc::clone(servers.tls), servers.shared.clone());
    Ok(tokio::spawn(accept(listener, move |stream| {
        let arrival = stream.peer_addr().map_or(Arrival::Nowhere, &arrival);
        serve_connection(stream, arrival, Arc::clone(&tls), shared.clone())
    })))
}
