//! Who answers on the connection: which certificates, and does any set of roots trust them for the name?
//!
//! The chain is captured whatever it is, and judged by the real verifiers afterwards. A stream comes
//! back only when one of them trusts the chain for the name, so nothing can be sent past a failure.

mod capture;
mod certificate;
mod roots;

pub(crate) use roots::{RootStores, Roots, roots_from_pem};

use crate::bound::words;
use crate::clock::{Limits, Stopwatch};
use capture::{Capture, Captured};
use model::observation::{ChainProblem, ChainVerdict, Seen, TlsOutcome, TlsSeen};
use model::{Host, Observation};
use roots::PUBLIC;
use rustls::ProtocolVersion;
use rustls::client::Resumption;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::ServerName;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout_at;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// Why there is no stream: how the handshake ended.
type Broken = TlsOutcome;

/// One handshake. The stream comes back only when a verifier trusts the chain for the host.
pub(crate) async fn shake<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    address: SocketAddr,
    host: &Host,
    stores: &RootStores,
    limits: Limits,
) -> (Observation, Option<TlsStream<S>>) {
    let mut watch = Stopwatch::start();
    let end = limits.stage_end();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let capture = Arc::new(Capture::new(&provider));
    let (shaken, name) = match server_name(host) {
        Ok(name) => {
            let handshake = handshake(stream, name.clone(), &provider, &capture);
            let shaken = timeout_at(end, handshake).await.unwrap_or(Err(TlsOutcome::TimedOut));
            (shaken, Some(name))
        }
        Err(broken) => (Err(broken), None),
    };
    watch.hold();
    let verdicts = match (capture.captured(), name) {
        (Some(captured), Some(name)) => {
            let judges = stores.judges(end).await;
            judges
                .into_iter()
                .map(|(roots, store)| ChainVerdict {
                    roots,
                    problem: match store {
                        Ok(store) => captured.judge(&store, &name, &provider),
                        Err(words) => Some(ChainProblem::Other(words)),
                    },
                })
                .collect()
        }
        _ => Vec::new(),
    };
    let trusted = is_trusted(&verdicts);
    let version = shaken.as_ref().ok().and_then(|stream| stream.get_ref().1.protocol_version()).map(spelled);
    let (outcome, stream) = match shaken {
        Ok(stream) if trusted => (TlsOutcome::Verified, Some(stream)),
        Ok(_) => (TlsOutcome::NotTrusted, None),
        Err(broken) => (broken, None),
    };
    let chain = capture.captured().map(Captured::certificates).unwrap_or_default();
    let seen = TlsSeen { address, server_name: host.clone(), outcome, version, chain, verdicts };
    (watch.stop(Seen::Tls(seen)), stream)
}

/// True when the roots of this host, or those that the caller named, trust the chain for the name. The
/// public ones count where this host has none at all: elsewhere they only tell why others do not.
fn is_trusted(verdicts: &[ChainVerdict]) -> bool {
    let of_host = |verdict: &&ChainVerdict| verdict.roots != PUBLIC;
    let none_here = verdicts.iter().filter(of_host).all(|verdict| verdict.problem == Some(ChainProblem::NoRoots));
    verdicts.iter().any(|verdict| verdict.problem.is_none() && (verdict.roots != PUBLIC || none_here))
}

fn server_name(host: &Host) -> Result<ServerName<'static>, Broken> {
    match host {
        Host::Address(address) => Ok(ServerName::from(*address)),
        Host::Name(name) => ServerName::try_from(name.as_str().to_owned())
            .map_err(|error| TlsOutcome::Failed(format!("the host name cannot be sent: {}", words(&error)))),
    }
}

async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    name: ServerName<'static>,
    provider: &Arc<CryptoProvider>,
    capture: &Arc<Capture>,
) -> Result<TlsStream<S>, Broken> {
    let versions = rustls::ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsOutcome::Failed(words(&error)))?;
    let mut config =
        versions.dangerous().with_custom_certificate_verifier(Arc::clone(capture) as _).with_no_client_auth();
    // A resumed handshake shows no certificate.
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| broken(&error))
}

fn broken(error: &io::Error) -> Broken {
    let of_tls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match (of_tls, error.kind()) {
        (Some(error), _) => TlsOutcome::Failed(words(error)),
        (
            None,
            ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe,
        ) => TlsOutcome::Closed,
        (None, ErrorKind::TimedOut) => TlsOutcome::TimedOut,
        (None, _) => TlsOutcome::Failed(words(error)),
    }
}

fn spelled(version: ProtocolVersion) -> String {
    match version {
        ProtocolVersion::TLSv1_2 => "TLSv1.2".to_owned(),
        ProtocolVersion::TLSv1_3 => "TLSv1.3".to_owned(),
        other => format!("{other:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_roots_judge_where_a_host_has_none() {
        use ChainProblem::{NoRoots, UnknownIssuer};
        let said = |verdicts: &[(&str, Option<ChainProblem>)]| {
            let verdict = |(roots, problem): &(&str, Option<ChainProblem>)| ChainVerdict {
                roots: (*roots).to_owned(),
                problem: problem.clone(),
            };
            is_trusted(&verdicts.iter().map(verdict).collect::<Vec<_>>())
        };
        assert!(said(&[("system", Some(NoRoots)), (PUBLIC, None)]));
        assert!(said(&[("system", None), (PUBLIC, Some(UnknownIssuer))]));
        assert!(said(&[("system", Some(UnknownIssuer)), ("extra", None), (PUBLIC, Some(UnknownIssuer))]));
        // What this host's programs do not trust is not trusted past them.
        assert!(!said(&[("system", Some(UnknownIssuer)), (PUBLIC, None)]));
        assert!(!said(&[("system", Some(NoRoots)), ("extra", Some(UnknownIssuer)), (PUBLIC, None)]));
        assert!(!said(&[("system", Some(NoRoots)), (PUBLIC, Some(UnknownIssuer))]));
    }
}
