//! How does the DNS server of a vantage come onto its sockets?

use super::serve::accept;
use super::{Deadline, within};
use crate::dns::{Transport, answer};
use crate::state::Shared;
use model::Vantage;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};

/// Starts both transports.
pub(super) fn start(udp: UdpSocket, tcp: TcpListener, vantage: &Vantage, shared: &Shared) {
    tokio::spawn(datagrams(udp, vantage.clone(), shared.clone()));
    let (vantage, shared) = (vantage.clone(), shared.clone());
    tokio::spawn(accept(tcp, move |stream| connection(stream, vantage.clone(), shared.clone())));
}

async fn datagrams(socket: UdpSocket, vantage: Vantage, shared: Shared) {
    let mut buffer = [0; 4096];
    loop {
        // An error here is about a datagram that was sent before (a client that is gone).
        let Ok((count, from)) = socket.recv_from(&mut buffer).await else {
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        if let Some(response) = answered(&shared, &vantage, &buffer[..count], Transport::Udp) {
            let _ = socket.send_to(&response, from).await;
        }
    }
}

/// Questions one after the other, each after its length.
async fn connection(mut stream: TcpStream, vantage: Vantage, shared: Shared) {
    while let Some(Some(question)) = within(Deadline::HANDSHAKE, framed(&mut stream)).await {
        let Some(response) = answered(&shared, &vantage, &question, Transport::Tcp) else { return };
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

fn answered(shared: &Shared, vantage: &Vantage, question: &[u8], transport: Transport) -> Option<Vec<u8>> {
    let estate = shared.estate();
    answer(&estate, &estate.place(vantage), question, transport)
}
