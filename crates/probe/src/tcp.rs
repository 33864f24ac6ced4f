//! Does a connection to the address come about, and if not, who said no?

use crate::bound::words;
use crate::choice::Destination;
use crate::clock::{Limits, Stopwatch};
use crate::socks5;
use model::Observation;
use model::observation::{Seen, TcpOutcome, TcpSeen};
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use tokio::net::TcpStream;
use tokio::time::timeout_at;

/// What stands for the address when a SOCKS5 server resolves the name itself and does not say to what.
pub const FAR_SIDE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

impl Destination {
    /// The address of the observations about this destination.
    pub(crate) fn address(&self) -> SocketAddr {
        match self {
            Self::Address(address) => *address,
            Self::FarSide(_, port) => SocketAddr::new(FAR_SIDE, *port),
        }
    }
}

/// One connection attempt, through the SOCKS5 server if there is one.
pub(crate) async fn dial(
    destination: &Destination,
    through: Option<SocketAddr>,
    limits: Limits,
) -> (Observation, Option<TcpStream>) {
    let watch = Stopwatch::start();
    let end = limits.stage_end();
    let dialled = match (through, destination) {
        (Some(proxy), _) => socks5::connect(proxy, destination, end).await,
        (None, Destination::Address(address)) => match timeout_at(end, TcpStream::connect(*address)).await {
            Ok(connected) => connected.map_err(|error| outcome(&error)),
            Err(_) => Err(TcpOutcome::TimedOut),
        },
        (None, Destination::FarSide(..)) => {
            Err(TcpOutcome::Tunnel("there is no SOCKS5 server that could resolve the name".to_owned()))
        }
    };
    let (outcome, stream) = match dialled {
        Ok(stream) => {
            // Without it Nagle and delayed ACKs add tens of milliseconds that the network is not to blame for.
            let _ = stream.set_nodelay(true);
            (TcpOutcome::Connected, Some(stream))
        }
        Err(outcome) => (outcome, None),
    };
    let seen = TcpSeen {
        address: destination.address(),
        through,
        // Through a proxy our own address says nothing of the way to the target.
        local: stream.as_ref().filter(|_| through.is_none()).and_then(|stream| stream.local_addr().ok()),
        outcome,
    };
    (watch.stop(Seen::Tcp(seen)), stream)
}

/// What an error of `connect` means.
pub(crate) fn outcome(error: &io::Error) -> TcpOutcome {
    match error.kind() {
        ErrorKind::ConnectionRefused => TcpOutcome::Refused,
        // An RST right after the SYN was accepted surfaces in `connect` itself.
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => TcpOutcome::Reset,
        ErrorKind::TimedOut => TcpOutcome::TimedOut,
        _ => TcpOutcome::Unreachable(words(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_errors() {
        for (kind, expected) in [
            (ErrorKind::ConnectionRefused, TcpOutcome::Refused),
            (ErrorKind::ConnectionReset, TcpOutcome::Reset),
            (ErrorKind::TimedOut, TcpOutcome::TimedOut),
        ] {
            assert_eq!(outcome(&io::Error::from(kind)), expected);
        }
        for kind in [ErrorKind::HostUnreachable, ErrorKind::NetworkUnreachable, ErrorKind::PermissionDenied] {
            assert!(matches!(outcome(&io::Error::from(kind)), TcpOutcome::Unreachable(words) if !words.is_empty()));
        }
    }
}
