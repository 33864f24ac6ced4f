//! Who answers DNS questions on the hosts of the lab, and how does one server ask another? By packets.
#![allow(clippy::disallowed_types, reason = "these sockets are inside the lab's own namespaces")]

use super::namespace::Namespace;
use crate::LabError;
use crate::address_plan::AZURE_DNS;
use crate::dns::{
    Asked, CoreDns, Ending, MOST, Note, PORT, Question, Referral, Resolution, Said, Transport, Walk, core_dns, failed,
    forwards_to, read, said, walk,
};
use crate::loopback::{Answerer, framed, start_dns};
use crate::state::Shared;
use model::{ResourceId, Vantage};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use tokio::io::AsyncWriteExt;
use tokio::task::JoinHandle;
use tokio::time::Instant;

/// Whose answers a server gives.
#[derive(Debug, Clone)]
pub(crate) enum Part {
    /// Azure's own in this network; also an inbound endpoint's.
    Azure(ResourceId),
    /// Those of a server of the estate's owner, by its address.
    Owner(IpAddr),
    /// Those of CoreDNS in a cluster, which pods ask.
    Cluster(ResourceId),
    /// A resolver's on the internet.
    Public,
}

/// The namespaces that the questions of outbound endpoints leave from.
pub(crate) type Outbounds = BTreeMap<ResourceId, Arc<Namespace>>;

/// One DNS server.
#[derive(Clone)]
pub(crate) struct Server {
    pub(crate) part: Part,
    /// Where it stands, and where its own questions leave from.
    pub(crate) at: Arc<Namespace>,
    pub(crate) outbounds: Arc<Outbounds>,
    pub(crate) shared: Shared,
}

impl Answerer for Server {
    async fn answer(&self, question: Vec<u8>, transport: Transport) -> Option<Vec<u8>> {
        match read(&question) {
            Asked::Question(question) => question.reply(&self.resolve(&question).await, transport),
            Asked::Other(reply) => Some(reply),
            Asked::Nothing => None,
        }
    }
}

impl Server {
    /// Listens at an address of the namespace, on both transports.
    pub(crate) fn start(self, address: Ipv4Addr) -> Result<[JoinHandle<()>; 2], LabError> {
        let address = SocketAddr::from((address, PORT));
        let failed = |why: std::io::Error| LabError::machine(&format!("{address} cannot be served"), why);
        let sockets = self.at.enter(|| {
            let (udp, tcp) = (UdpSocket::bind(address)?, TcpListener::bind(address)?);
            udp.set_nonblocking(true)?;
            tcp.set_nonblocking(true)?;
            Ok((udp, tcp))
        })?;
        let (udp, tcp) = sockets.map_err(failed)?;
        let udp = tokio::net::UdpSocket::from_std(udp).map_err(failed)?;
        let tcp = tokio::net::TcpListener::from_std(tcp).map_err(failed)?;
        Ok(start_dns(udp, tcp, self))
    }

    async fn resolve(&self, question: &Question) -> Resolution {
        if usize::from(question.note.hops) >= MOST {
            return failed();
        }
        let estate = self.shared.estate();
        let walked = match &self.part {
            Part::Owner(address) => {
                let Some(known) = estate.dns_server(*address) else { return failed() };
                let next = forwards_to(known, &question.name);
                let servers: Vec<SocketAddr> = next.iter().map(|server| SocketAddr::new(*server, PORT)).collect();
                return first(&self.at, &servers, question, &question.name).await;
            }
            Part::Cluster(id) => return self.of_cluster(id, question).await,
            Part::Azure(network) => walk(&estate, Some(network), &question.name, question.wanted),
            Part::Public => walk(&estate, None, &question.name, question.wanted),
        };
        match walked {
            Walk::Done(resolution) => resolution,
            Walk::Referred(begun, referral) => {
                let rest = self.referred(&referral, question).await;
                begun.with(rest)
            }
        }
    }

    /// What CoreDNS says: what its owner added, else what the servers of the node say.
    async fn of_cluster(&self, id: &ResourceId, question: &Question) -> Resolution {
        let estate = self.shared.estate();
        let servers = match core_dns(&estate, id, &question.name) {
            CoreDns::Answers(resolution) => return resolution,
            CoreDns::Asks(servers) => servers.to_vec(),
            CoreDns::AsksTheNodes => estate.place(&Vantage::Cluster(id.clone())).dns_servers,
        };
        let servers = if servers.is_empty() { vec![AZURE_DNS] } else { servers };
        let servers: Vec<SocketAddr> = servers.into_iter().map(|server| SocketAddr::new(server, PORT)).collect();
        first(&self.at, &servers, question, &question.name).await
    }

    /// What comes back for a name that a forwarding rule sends elsewhere.
    async fn referred(&self, referral: &Referral, question: &Question) -> Resolution {
        let outbound = referral.outbound.as_ref().and_then(|endpoint| self.outbounds.get(endpoint));
        match outbound {
            Some(at) => first(at, &referral.servers, question, &referral.name).await,
            None => failed(),
        }
    }
}

/// What the first server says that says anything. Each gets its share of the time that is left, so that one
/// that is silent leaves time for the next, and whoever asked is still waiting.
async fn first(at: &Namespace, servers: &[SocketAddr], question: &Question, name: &model::DnsName) -> Resolution {
    let end = Instant::now() + question.note.patience.mul_f32(0.9);
    for (place, server) in servers.iter().enumerate() {
        let rest = u32::try_from(servers.len() - place).unwrap_or(u32::MAX);
        let share = end.saturating_duration_since(Instant::now()) / rest;
        let note = Note { hops: question.note.hops + 1, patience: share.mul_f32(0.9) };
        let asked = tokio::time::timeout(share, exchange(at, *server, question, name, note));
        match asked.await {
            Ok(Some(resolution)) if resolution.ending != Ending::Failed => return resolution,
            _ => {}
        }
    }
    failed()
}

/// One question to one server, from the namespace; over TCP when a datagram is too short for the answer.
async fn exchange(
    at: &Namespace,
    server: SocketAddr,
    question: &Question,
    name: &model::DnsName,
    note: Note,
) -> Option<Resolution> {
    let [high, low] = crate::random::bytes().ok()?;
    let id = u16::from_be_bytes([high, low]);
    let message = question.onward(id, name, note)?;
    let socket = at
        .enter(|| {
            let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
            socket.connect(server).ok()?;
            socket.set_nonblocking(true).ok()?;
            Some(socket)
        })
        .ok()??;
    let socket = tokio::net::UdpSocket::from_std(socket).ok()?;
    socket.send(&message).await.ok()?;
    let mut buffer = [0; 4096];
    loop {
        let count = socket.recv(&mut buffer).await.ok()?;
        match said(&buffer[..count], id) {
            Said::Whole(resolution) => return Some(resolution),
            Said::Cut => return over_tcp(at, server, &message, id).await,
            Said::Nothing => {}
        }
    }
}

async fn over_tcp(at: &Namespace, server: SocketAddr, message: &[u8], id: u16) -> Option<Resolution> {
    // A socket belongs to the namespace that it was made in, wherever it is used.
    let socket = at.enter(|| tokio::net::TcpSocket::new_v4().ok()).ok()??;
    let mut stream = socket.connect(server).await.ok()?;
    let mut bytes = u16::try_from(message.len()).ok()?.to_be_bytes().to_vec();
    bytes.extend(message);
    stream.write_all(&bytes).await.ok()?;
    match said(&framed(&mut stream).await?, id) {
        Said::Whole(resolution) => Some(resolution),
        Said::Cut | Said::Nothing => None,
    }
}
