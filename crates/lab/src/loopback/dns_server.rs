//! How does a DNS server come onto its sockets, whoever answers?

use super::serve::accept;
use super::{Deadline, limits, within};
use crate::dns::{Transport, answer};
use crate::state::Shared;
use model::Vantage;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::task::{JoinHandle, JoinSet};

/// Who answers.
pub(crate) trait Answerer: Clone + Send + Sync + 'static {
    /// The answer to a message; `None` for silence.
    fn answer(&self, question: Vec<u8>, transport: Transport) -> impl Future<Output = Option<Vec<u8>>> + Send;
}

/// The view of a vantage, wherever it stands at the moment, looked up without a packet.
#[derive(Clone)]
pub(super) struct View {
    pub(super) vantage: Vantage,
    pub(super) shared: Shared,
}

impl Answerer for View {
    async fn answer(&self, question: Vec<u8>, transport: Transport) -> Option<Vec<u8>> {
        let estate = self.shared.estate();
        answer(&estate, &estate.place(&self.vantage), &question, transport)
    }
}

/// Starts both transports.
pub(crate) fn start(udp: UdpSocket, tcp: TcpListener, answerer: impl Answerer) -> [JoinHandle<()>; 2] {
    let datagrams = tokio::spawn(datagrams(udp, answerer.clone()));
    [datagrams, tokio::spawn(accept(tcp, move |stream| connection(stream, answerer.clone())))]
}

/// Each question is answered beside the others: an answer may wait for other servers.
async fn datagrams(socket: UdpSocket, answerer: impl Answerer) {
    let socket = Arc::new(socket);
    let mut answers = JoinSet::new();
    let mut buffer = [0; 4096];
    loop {
        // An error here is about a datagram that was sent before (a client that is gone).
        let Ok((count, from)) = socket.recv_from(&mut buffer).await else {
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        while answers.try_join_next().is_some() {}
        if answers.len() >= limits::CONNECTIONS {
            continue;
        }
        let (question, answerer, socket) = (buffer[..count].to_vec(), answerer.clone(), Arc::clone(&socket));
        answers.spawn(async move {
            if let Some(response) = answerer.answer(question, Transport::Udp).await {
                let _ = socket.send_to(&response, from).await;
            }
        });
    }
}

/// Questions one after the other, each after its length.
async fn connection(mut stream: TcpStream, answerer: impl Answerer) {
    while let Some(Some(question)) = within(Deadline::HANDSHAKE, framed(&mut stream)).await {
        let Some(response) = answerer.answer(question, Transport::Tcp).await else { return };
        let Ok(length) = u16::try_from(response.len()) else { return };
        let mut bytes = length.to_be_bytes().to_vec();
        bytes.extend(response);
        if !matches!(within(Deadline::HANDSHAKE, stream.write_all(&bytes)).await, Some(Ok(()))) {
            return;
        }
    }
}

/// One message after its length, as DNS over TCP has it.
pub(crate) async fn framed(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let length = stream.read_u16().await.ok()?;
    let mut question = vec![0; usize::from(length)];
    stream.read_exact(&mut question).await.ok()?;
    Some(question)
}
