//! How does a lab stand on the loopback interface? Everything listens on 127.0.0.1, on ports that
//! the operating system chose; no packet goes anywhere else.
//!
//! The other medium (network namespaces) stands beside it and serves by the same code; a lab there has
//! these ports, too, for clients that cannot enter a namespace.

mod arm_server;
mod dns_server;
mod limits;
mod serve;
mod service_server;
mod socks5;
mod token_server;
mod vantages;

#[cfg(target_os = "linux")]
pub(crate) use dns_server::{Answerer, framed, start as start_dns};
#[cfg(target_os = "linux")]
pub(crate) use serve::accept;
#[cfg(target_os = "linux")]
pub(crate) use service_server::serve as serve_connection;
#[cfg(target_os = "linux")]
pub(crate) use token_server::serve as serve_tokens;

use crate::Network;
use crate::certificates::Certificates;
use crate::state::Shared;
use crate::{LabError, OperatorAccess, VantageAccess};
use limits::{Deadline, within};
use model::Vantage;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::Notify;
use vantages::Ports;

/// What is listening.
pub(crate) struct Medium {
    /// The ARM API.
    pub(crate) arm: SocketAddr,
    /// One for each vantage.
    pub(crate) vantages: Vec<VantageAccess>,
    /// Where clients of the ARM API run.
    pub(crate) operator: Option<OperatorAccess>,
}

/// Opens all ports and starts to serve. `down` is told when a client ends the lab.
pub(crate) async fn start(
    shared: &Shared,
    certificates: &Certificates,
    network: Option<&Arc<Network>>,
    down: &Arc<Notify>,
) -> Result<Medium, LabError> {
    let estate = shared.estate();
    let listener = listen().await?;
    let arm = address(&listener)?;
    let mut ports = Vec::new();
    for vantage in estate.vantages() {
        ports.push(open(&vantage, shared, certificates).await?);
    }
    let vantages = vantages::now(&ports, shared, network.map(Arc::as_ref));
    let (shared, network, down) = (shared.clone(), network.cloned(), Arc::clone(down));
    let around = arm_server::Around { shared, network: network.clone(), down, ports: ports.into() };
    let mut operator = None;
    if let Some(network) = &network {
        let listener = network.control_plane()?;
        tokio::spawn(arm_server::serve(listener, Arc::clone(&certificates.arm), around.clone()));
        operator = Some(network.operator());
    }
    tokio::spawn(arm_server::serve(listener, Arc::clone(&certificates.arm), around));
    Ok(Medium { arm, vantages, operator })
}

async fn open(vantage: &Vantage, shared: &Shared, certificates: &Certificates) -> Result<Ports, LabError> {
    let (udp, tcp) = same_port().await?;
    let dns = address(&tcp)?;
    dns_server::start(udp, tcp, dns_server::View { vantage: vantage.clone(), shared: shared.clone() });
    let listener = listen().await?;
    let socks5 = address(&listener)?;
    tokio::spawn(socks5::serve(listener, vantage.clone(), shared.clone(), Arc::clone(&certificates.service)));
    let listener = listen().await?;
    let tokens = address(&listener)?;
    tokio::spawn(token_server::serve(listener, Some(vantage.clone()), shared.clone()));
    Ok(Ports { vantage: vantage.clone(), dns, socks5, tokens })
}

/// UDP and TCP on one port, as a DNS server has them. The port that UDP got may be taken for TCP,
/// so a few are tried.
async fn same_port() -> Result<(UdpSocket, TcpListener), LabError> {
    let mut last = None;
    for _ in 0..16 {
        let tcp = listen().await?;
        match UdpSocket::bind(address(&tcp)?).await {
            Ok(udp) => return Ok((udp, tcp)),
            Err(why) => last = Some(why),
        }
    }
    let why = last.map_or_else(|| "no attempt was made".to_owned(), |why| why.to_string());
    Err(LabError::machine("no port is free for both UDP and TCP", why))
}

async fn listen() -> Result<TcpListener, LabError> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .map_err(|why| LabError::machine("no port can be opened on 127.0.0.1", why))
}

fn address(listener: &TcpListener) -> Result<SocketAddr, LabError> {
    listener.local_addr().map_err(|why| LabError::machine("a port cannot be named", why))
}
