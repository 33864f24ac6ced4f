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

#[cfg(target_os = "linux")]
pub(crate) use dns_server::{Answerer, framed, start as start_dns};
#[cfg(target_os = "linux")]
pub(crate) use serve::accept;
#[cfg(target_os = "linux")]
pub(crate) use service_server::serve as serve_connection;

use crate::Network;
use crate::certificates::Certificates;
use crate::estate::Estate;
use crate::state::Shared;
use crate::{LabError, VantageAccess};
use limits::{Deadline, within};
use model::Vantage;
use model::resource::WebApp;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::Notify;

/// What is listening.
pub(crate) struct Medium {
    /// The ARM API.
    pub(crate) arm: SocketAddr,
    /// One for each vantage.
    pub(crate) vantages: Vec<VantageAccess>,
}

/// Opens all ports and starts to serve. `down` is told when a client ends the lab.
pub(crate) async fn start(
    shared: &Shared,
    certificates: &Certificates,
    client: &model::Client,
    network: Option<&Arc<Network>>,
    down: &Arc<Notify>,
) -> Result<Medium, LabError> {
    let estate = shared.estate();
    let listener = listen().await?;
    let arm = address(&listener)?;
    let around = arm_server::Around { shared: shared.clone(), network: network.cloned(), down: Arc::clone(down) };
    tokio::spawn(arm_server::serve(listener, Arc::clone(&certificates.arm), around));
    let mut vantages = Vec::new();
    for vantage in estate.vantages() {
        let access = open(&vantage, &estate, shared, certificates, client).await?;
        let inside = network.and_then(|network| network.inside(&access.text));
        vantages.push(VantageAccess { inside, ..access });
    }
    vantages.sort_by(|one, other| one.text.cmp(&other.text));
    Ok(Medium { arm, vantages })
}

async fn open(
    vantage: &Vantage,
    estate: &Estate,
    shared: &Shared,
    certificates: &Certificates,
    client: &model::Client,
) -> Result<VantageAccess, LabError> {
    let (udp, tcp) = same_port().await?;
    let dns = address(&tcp)?;
    dns_server::start(udp, tcp, dns_server::View { vantage: vantage.clone(), shared: shared.clone() });
    let listener = listen().await?;
    let socks5 = address(&listener)?;
    tokio::spawn(socks5::serve(listener, vantage.clone(), shared.clone(), Arc::clone(&certificates.service)));
    let place = estate.place(vantage);
    let servers: Vec<String> = estate.unknown_servers(&place).iter().map(ToString::to_string).collect();
    let limits = (!servers.is_empty()).then(|| {
        format!("what its DNS servers ({}) forward is not known: names asked there are SERVFAIL", servers.join(", "))
    });
    Ok(VantageAccess {
        text: vantage.to_string(),
        dns,
        socks5,
        environment: environment(vantage, estate, client),
        hosts: client.hosts.clone(),
        limits,
        inside: None,
    })
}

/// An app has its own settings; what the scenario says of the client comes over them.
fn environment(vantage: &Vantage, estate: &Estate, client: &model::Client) -> BTreeMap<String, String> {
    let app = match vantage {
        Vantage::WebApp(id) => estate.snapshot().find::<WebApp>(id),
        _ => None,
    };
    let settings = app.and_then(|app| app.endpoints.value()).into_iter().flatten();
    let mut environment: BTreeMap<String, String> =
        settings.map(|setting| (setting.name.clone(), setting.url.clone())).collect();
    environment.extend(client.environment.clone());
    environment
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
