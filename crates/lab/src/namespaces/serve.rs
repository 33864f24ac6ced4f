//! Which servers run where: DNS in routers and on hosts, the service on endpoints and front ends?
#![allow(clippy::disallowed_types, reason = "these sockets are the lab's servers, in namespaces of its own")]

use super::built::Built;
use super::dns::{Outbounds, Part, Server};
use super::hosts::{Host, Occupant};
use super::land::Ground;
use super::namespace::Namespace;
use crate::LabError;
use crate::address_plan::{
    AZURE_DNS, CONTROL_PLANE, CORE_DNS, OPEN_FRONT_END, PUBLIC_DNS, REGIONAL_FRONT_END, RESTRICTED_FRONT_END,
};
use crate::estate::Arrival;
use crate::loopback::{accept, serve_connection, serve_sign_in};
use crate::state::Shared;
use model::{ResourceId, Vantage};
use rustls::ServerConfig;
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The port that the service listens on.
const HTTPS: u16 = 443;

/// Who serves, and with what.
pub(crate) struct Servers<'s> {
    pub(crate) shared: &'s Shared,
    pub(crate) tls: &'s Arc<ServerConfig>,
    /// How the sign-in host proves who it is.
    pub(crate) sign_in: &'s Arc<ServerConfig>,
    /// DNS servers on the vantages' hosts, by number and address: these namespaces stay when the estate
    /// changes, and the servers with them.
    pub(crate) staying: &'s mut BTreeMap<(usize, Ipv4Addr), [JoinHandle<()>; 2]>,
}

/// Starts everything. `vantages` is how many of the hosts are vantages.
pub(crate) fn start(
    built: &Built,
    vantages: usize,
    servers: &mut Servers<'_>,
) -> Result<Vec<JoinHandle<()>>, LabError> {
    let mut tasks = Vec::new();
    names(built, vantages, servers, &mut tasks)?;
    let callers: Arc<Vec<(Ipv4Addr, ResourceId)>> = Arc::new(
        built.plan.hosts.iter().filter_map(|host| Some((host.public, calling_subnet(host, servers)?))).collect(),
    );
    for address in [RESTRICTED_FRONT_END, OPEN_FRONT_END, REGIONAL_FRONT_END] {
        let callers = Arc::clone(&callers);
        let arrival = move |from: SocketAddr| {
            let caller = callers.iter().find(|(public, _)| IpAddr::V4(*public) == from.ip());
            Arrival::Public(caller.map(|(_, subnet)| subnet.clone()))
        };
        tasks.push(service(&built.internet, address, arrival, servers)?);
    }
    tasks.push(sign_in(&built.internet, servers)?);
    for (namespace, host) in built.hosts.iter().zip(&built.plan.hosts) {
        if let Occupant::Endpoint(_, Some(account)) = &host.occupant {
            for address in &host.addresses {
                let account = account.clone();
                tasks.push(service(namespace, *address, move |_| Arrival::Private(account.clone()), servers)?);
            }
        }
    }
    Ok(tasks)
}

/// The subnet that calls of a host to the internet come from.
fn calling_subnet(host: &Host, servers: &Servers<'_>) -> Option<ResourceId> {
    match &host.occupant {
        Occupant::Vantage(Vantage::OnPremises(_)) => None,
        Occupant::Vantage(vantage) => servers.shared.estate().place(vantage).subnet,
        _ => host.subnet.clone(),
    }
}

/// DNS: Azure's server in each router, those of hosts, and those on the internet.
fn names(
    built: &Built,
    vantages: usize,
    servers: &mut Servers<'_>,
    tasks: &mut Vec<JoinHandle<()>>,
) -> Result<(), LabError> {
    let outbounds: Arc<Outbounds> = Arc::new(
        built
            .hosts
            .iter()
            .zip(&built.plan.hosts)
            .filter_map(|(namespace, host)| match &host.occupant {
                Occupant::Outbound(id) => Some((id.clone(), Arc::clone(namespace))),
                _ => None,
            })
            .collect(),
    );
    let shared = servers.shared;
    let server = |part, at: &Arc<Namespace>| Server {
        part,
        at: Arc::clone(at),
        outbounds: Arc::clone(&outbounds),
        shared: shared.clone(),
    };
    let estate = shared.estate();
    for (router, network) in built.routers.iter().zip(&built.plan.networks) {
        let (Ground::Azure(id), IpAddr::V4(azure)) = (&network.ground, AZURE_DNS) else { continue };
        tasks.extend(server(Part::Azure(id.clone()), router).start(azure)?);
    }
    let IpAddr::V4(public) = PUBLIC_DNS else { unreachable!("the plan of addresses is IPv4") };
    for address in built.plan.resolvers.iter().copied().filter(|known| *known != public).chain([public]) {
        let own = estate.dns_server(address.into()).is_some();
        let part = if own { Part::Owner(address.into()) } else { Part::Public };
        tasks.extend(server(part, &built.internet).start(address)?);
    }
    let mut staying = std::mem::take(servers.staying);
    for (number, (namespace, host)) in built.hosts.iter().zip(&built.plan.hosts).enumerate() {
        for address in &host.resolves_at {
            let started = || {
                let part = match &host.occupant {
                    Occupant::Vantage(Vantage::Cluster(id)) if *address == CORE_DNS => Part::Cluster(id.clone()),
                    _ => estate.inbound((*address).into()).map_or(Part::Owner((*address).into()), Part::Azure),
                };
                server(part, namespace).start(*address)
            };
            if number >= vantages {
                tasks.extend(started()?);
            } else {
                let running = staying.remove(&(number, *address)).map_or_else(started, Ok)?;
                servers.staying.insert((number, *address), running);
            }
        }
    }
    for task in staying.into_values().flatten() {
        task.abort();
    }
    Ok(())
}

/// The host that signs in, for whoever reaches the internet.
fn sign_in(internet: &Namespace, servers: &Servers<'_>) -> Result<JoinHandle<()>, LabError> {
    let listener = listening(internet, CONTROL_PLANE)?;
    let (tls, shared) = (Arc::clone(servers.sign_in), servers.shared.clone());
    Ok(tokio::spawn(accept(listener, move |stream| serve_sign_in(stream, Arc::clone(&tls), shared.clone()))))
}

fn service(
    namespace: &Namespace,
    address: Ipv4Addr,
    arrival: impl Fn(SocketAddr) -> Arrival + Send + 'static,
    servers: &Servers<'_>,
) -> Result<JoinHandle<()>, LabError> {
    let listener = listening(namespace, address)?;
    let (tls, shared) = (Arc::clone(servers.tls), servers.shared.clone());
    Ok(tokio::spawn(accept(listener, move |stream| {
        let arrival = stream.peer_addr().map_or(Arrival::Nowhere, &arrival);
        serve_connection(stream, arrival, Arc::clone(&tls), shared.clone())
    })))
}

fn listening(namespace: &Namespace, address: Ipv4Addr) -> Result<tokio::net::TcpListener, LabError> {
    let address = SocketAddr::from((address, HTTPS));
    let socket = namespace.enter(|| {
        let socket = TcpListener::bind(address)?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    })?;
    let failed = |why: std::io::Error| LabError::machine(&format!("{address} cannot be served"), why);
    tokio::net::TcpListener::from_std(socket.map_err(failed)?).map_err(failed)
}
