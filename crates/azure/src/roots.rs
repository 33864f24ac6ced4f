//! Which certificate authorities may vouch for ARM?

use crate::Error;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// The roots that a server certificate must lead to. Verification is never switched off.
#[derive(Debug, Clone)]
pub enum Roots {
    /// Those of this system.
    System,
    /// Exactly the certificates of this PEM text, such as the CA of a lab.
    Pem(String),
}

impl Roots {
    /// The TLS settings for these roots.
    pub(crate) fn client_config(&self) -> Result<ClientConfig, Error> {
        let mut store = RootCertStore::empty();
        match self {
            Self::System => {
                store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            }
            Self::Pem(text) => {
                for certificate in CertificateDer::pem_slice_iter(text.as_bytes()) {
                    let certificate = certificate.map_err(|why| {
                        Error::Setup(format!("the PEM text of the root certificates is broken: {why}"))
                    })?;
                    store
                        .add(certificate)
                        .map_err(|why| Error::Setup(format!("a root certificate cannot be used: {why}")))?;
                }
            }
        }
        if store.is_empty() {
            return Err(Error::Setup(
                "there are no root certificates to verify the server with: install the CA bundle of this system \
                 (package ca-certificates) or name one in SSL_CERT_FILE"
                    .to_owned(),
            ));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|why| Error::Setup(format!("TLS cannot be set up: {why}")))?
            .with_root_certificates(store)
            .with_no_client_auth();
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}
