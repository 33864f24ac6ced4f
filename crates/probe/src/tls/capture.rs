//! What does the peer show, and what do the real verifiers say of it?
//!
//! Capturing answers "go on" for any chain so that every chain is seen, but keeps the check of the
//! handshake's signature: the peer is proven to hold the key of the certificate that is reported. The
//! verdicts are reached on the captured chain by `rustls`' own verifiers, and only `super` decides
//! with them whether the connection may be used.

use super::certificate;
use super::roots::Roots;
use crate::bound::words;
use model::observation::{CertificateSeen, ChainProblem};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};
use std::sync::{Arc, OnceLock};

/// Longer chains are not kept.
const LONGEST_CHAIN: usize = 16;

/// Captures the chain of one handshake.
#[derive(Debug)]
pub(super) struct Capture {
    algorithms: WebPkiSupportedAlgorithms,
    captured: OnceLock<Captured>,
}

/// What the peer showed.
#[derive(Debug)]
pub(super) struct Captured {
    leaf: CertificateDer<'static>,
    others: Vec<CertificateDer<'static>>,
    stapled: Vec<u8>,
    at: UnixTime,
}

impl Capture {
    /// Nothing captured yet.
    pub(super) fn new(provider: &CryptoProvider) -> Self {
        Self { algorithms: provider.signature_verification_algorithms, captured: OnceLock::new() }
    }

    /// What was captured.
    pub(super) fn captured(&self) -> Option<&Captured> {
        self.captured.get()
    }
}

impl ServerCertVerifier for Capture {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        _name: &ServerName<'_>,
        stapled: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // One handshake, one chain; a second call could only repeat it.
        let _ = self.captured.set(Captured {
            leaf: leaf.clone().into_owned(),
            others: others.iter().take(LONGEST_CHAIN).map(|other| other.clone().into_owned()).collect(),
            stapled: stapled.to_vec(),
            at: now,
        });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, leaf, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, leaf, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

impl Captured {
    /// What the verifier with these roots says of the chain for the name: nothing when it trusts it.
    pub(super) fn judge(
        &self,
        roots: &Roots,
        name: &ServerName<'static>,
        provider: &Arc<CryptoProvider>,
    ) -> Option<ChainProblem> {
        if roots.is_empty() {
            return Some(ChainProblem::NoRoots);
        }
        let builder = WebPkiServerVerifier::builder_with_provider(Arc::clone(roots), Arc::clone(provider));
        let verifier = match builder.build() {
            Ok(verifier) => verifier,
            Err(error) => return Some(ChainProblem::Other(words(&error))),
        };
        match verifier.verify_server_cert(&self.leaf, &self.others, name, &self.stapled, self.at) {
            Ok(_) => None,
            Err(error) => Some(problem(&error)),
        }
    }

    /// The certificates, leaf first.
    pub(super) fn certificates(&self) -> Vec<CertificateSeen> {
        std::iter::once(&self.leaf).chain(&self.others).map(|der| certificate::read(der)).collect()
    }
}

fn problem(error: &Error) -> ChainProblem {
    let Error::InvalidCertificate(problem) = error else { return ChainProblem::Other(words(error)) };
    match problem {
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => ChainProblem::WrongName,
        CertificateError::UnknownIssuer => ChainProblem::UnknownIssuer,
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => ChainProblem::Expired,
        _ => ChainProblem::Other(words(error)),
    }
}
