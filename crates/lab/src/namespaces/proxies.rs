//! How does a proxy stand on a machine of the lab? It listens there, and dials from there.
#![allow(clippy::disallowed_types, reason = "these sockets are inside the lab's own namespaces")]

use super::namespace::Namespace;
use crate::LabError;
use crate::loopback::accept;
use crate::proxy::{NO_WAY, OPENED, asked};
use crate::state::Shared;
use model::Vantage;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// As long does a proxy wait for a request, and for the target.
const PATIENCE: Duration = Duration::from_secs(10);
/// The longest that a tunnel stays open.
const TUNNEL: Duration = Duration::from_secs(600);

/// Starts a proxy on a machine, for as long as the lab runs. It listens at every address of the machine, whatever
/// becomes of its links.
pub(crate) fn start(namespace: &Arc<Namespace>, at: &Vantage, port: u16, shared: &Shared) -> Result<(), LabError> {
    let failed = |why: std::io::Error| LabError::machine(&format!("port {port} of {at} cannot be served"), why);
    let socket = namespace.enter(|| {
        let socket = TcpListener::bind((Ipv4Addr::UNSPECIFIED, port))?;
        socket.set_nonblocking(true)?;
        Ok(socket)
    })?;
    let listener = tokio::net::TcpListener::from_std(socket.map_err(failed)?).map_err(failed)?;
    let (namespace, at, shared) = (Arc::clone(namespace), at.clone(), shared.clone());
    tokio::spawn(accept(listener, move |stream| serve(stream, Arc::clone(&namespace), at.clone(), shared.clone())));
    Ok(())
}

async fn serve(mut stream: TcpStream, namespace: Arc<Namespace>, at: Vantage, shared: Shared) {
    let estate = shared.estate();
    let Ok(Some(to)) = timeout(PATIENCE, asked(&mut stream, &estate, &at)).await else { return };
    match timeout(PATIENCE, dialled(&namespace, to)).await {
        Ok(Some(mut far)) => {
            if stream.write_all(OPENED).await.is_ok() {
                let _ = timeout(TUNNEL, copy_bidirectional(&mut stream, &mut far)).await;
            }
        }
        Ok(None) | Err(_) => {
            let _ = stream.write_all(NO_WAY).await;
        }
    }
}

/// A connection that starts at the machine: a socket belongs to the namespace that it was made in.
async fn dialled(namespace: &Namespace, to: SocketAddr) -> Option<TcpStream> {
    let socket = namespace.enter(|| tokio::net::TcpSocket::new_v4().ok()).ok()??;
    socket.connect(to).await.ok()
}
