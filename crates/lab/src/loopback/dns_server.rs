//! How does the DNS server of a vantage come onto its sockets?

use super::serve::accept;
use super::{Deadline, within};
use crate::dns::{Transport, answer};
use crate::estate::Place;
use crate::state::Shared;
use model::{ResourceId, Vantage};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::JoinHandle;

/// Whose view the server gives.
#[derive(Debug, Clone)]
pub(crate) enum Asker {
    /// Of this vantage, wherever it stands at the moment.
    Vantage(Vantage),
    /// Of this virtual network: what Azure's own server says there.
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only namespaces have networks"))]
    Network(ResourceId),
}

/// Starts both transports.
pub(crate) fn start(udp: UdpSocket, tcp: TcpListener, asker: Asker, shared: &Shared) -> [JoinHandle<()>; 2] {
    let datagrams = tokio::spawn(datagrams(udp, asker.clone(), shared.clone()));
    let shared = shared.clone();
    [datagrams, tokio::spawn(accept(tcp, move |stream| connection(stream, asker.clone(), shared.clone())))]
}

async fn datagrams(socket: UdpSocket, asker: Asker, shared: Shared) {
    let mut buffer = [0; 4096];
    loop {
        // An error here is about a datagram that was sent before (a client that is gone).
        let Ok((count, from)) = socket.recv_from(&mut buffer).await else {
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        if let Some(response) = answered(&shared, &asker, &buffer[..count], Transport::Udp) {
            let _ = socket.send_to(&response, from).await;
        }
    }
}

/// Questions one after the other, each after its length.
async fn connection(mut stream: TcpStream, asker: Asker, shared: Shared) {
    while let Some(Some(question)) = within(Deadline::HANDSHAKE, framed(&mut stream)).await {
        let Some(response) = answered(&shared, &asker, &question, Transport::Tcp) else { return };
        let Ok(length) = u16::try_from(response.len()) else { return };
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend(response);
        if !matches!(within(Deadline::HANDSHAKE, stream.write_all(&bytes)).await, Some(Ok(()))) {
            return;
        }
    }
}

async fn framed(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let length = stream.read_u16().await.ok()?;
    let mut question = vec![0; usize::from(length)];
    stream.read_exact(&mut question).await.ok()?;
    Some(question)
}

fn answered(shared: &Shared, asker: &Asker, question: &[u8], transport: Transport) -> Option<Vec<u8>> {
    let estate = shared.estate();
    let place = match asker {
        Asker::Vantage(vantage) => estate.place(vantage),
        Asker::Network(network) => Place { virtual_network: Some(network.clone()), ..Place::default() },
    };
    answer(&estate, &place, question, transport)
}
