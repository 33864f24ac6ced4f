//! By which root certificates are chains judged?

use crate::bound::words;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use std::sync::Arc;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

/// A set of root certificates.
pub(crate) type Roots = Arc<RootCertStore>;

/// The name of the public roots among the sets that judge.
pub(crate) const PUBLIC: &str = "public";

/// The public roots that come with privpath, whatever this host has.
fn public_roots() -> Roots {
    Arc::new(RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() })
}

/// The sets that judge: the system's, which are still being read, and the extra ones of the plan.
#[derive(Clone)]
pub(crate) struct RootStores {
    system: watch::Receiver<Option<Roots>>,
    extra: Option<Roots>,
}

impl RootStores {
    /// Begins to read the system's roots on a thread of its own: reading and parsing a hundred and more
    /// of them takes milliseconds that DNS and TCP take anyway.
    pub(crate) fn start(extra: Option<Roots>) -> Self {
        let (sender, system) = watch::channel(None);
        // Should there be no thread, the channel closes and the verdict says so.
        let _ = std::thread::Builder::new().name("system-roots".to_owned()).spawn(move || {
            let mut store = RootCertStore::empty();
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            sender.send_replace(Some(Arc::new(store)));
        });
        Self { system, extra }
    }

    /// The sets by name; the words say why one cannot judge.
    pub(crate) async fn judges(&self, end: Instant) -> Vec<(String, Result<Roots, String>)> {
        let mut system = self.system.clone();
        let system = match timeout_at(end, system.wait_for(Option::is_some)).await {
            Ok(Ok(roots)) => roots.clone().ok_or("the roots of the system could not be read"),
            Ok(Err(_)) => Err("the roots of the system could not be read"),
            Err(_) => Err("the roots of the system could not be read in time"),
        };
        let extra = self.extra.clone().map(|roots| ("extra".to_owned(), Ok(roots)));
        let public = (PUBLIC.to_owned(), Ok(public_roots()));
        [("system".to_owned(), system.map_err(str::to_owned))].into_iter().chain(extra).chain([public]).collect()
    }
}

/// Roots from PEM text; the words say what is wrong with it.
pub(crate) fn roots_from_pem(pem: &str) -> Result<Roots, String> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| words(&error))?;
        store.add(certificate).map_err(|error| words(&error))?;
    }
    if store.is_empty() { Err("there is no certificate in it".to_owned()) } else { Ok(Arc::new(store)) }
}
