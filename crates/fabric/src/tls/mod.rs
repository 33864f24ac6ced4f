//! Does the service's certificate cover the name that the client calls?

mod peer;

pub use peer::{Peer, peer};

use crate::client::Named;
use model::{Because, Decided, Fact, Mark, Why};

/// Whether the certificate covers the name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Coverage {
    /// It does.
    Covered,
    /// It does not; the name that it covers, if known.
    NotCovered(Option<String>),
}

static PUBLIC_NAMES_ONLY: Fact = Fact {
    id: "tls-certificate-covers-public-names-only",
    text: "The service's certificate carries the public suffix and not the privatelink names: calling an alias fails the name check.",
    mark: Mark::Recorded,
    source: "github.com/Azure/azure-sdk-for-python issue 16761 and MicrosoftDocs/azure-docs issues 43475, 52778, read 2026-11-22",
};

static NAMES_NOT_ADDRESSES: Fact = Fact {
    id: "tls-checks-the-name",
    text: "TLS compares the certificate with the name in the URL, not with the address that was dialled (RFC 9525).",
    mark: Mark::Protocol,
    source: "RFC 9525",
};

/// Whether the certificate of the service covers the name in the URL.
pub fn coverage(named: &Named) -> Decided<Coverage> {
    match named {
        Named::Public(_) => {
            let text = "the service's certificate covers this name, whatever the address";
            Decided::value(Coverage::Covered, Because::new(text).rule(&NAMES_NOT_ADDRESSES))
        }
        Named::Regional(name) => {
            let text = format!("the service's certificate covers {name}");
            Decided::value(Coverage::Covered, Because::new(text).rule(&NAMES_NOT_ADDRESSES))
        }
        Named::Privatelink(service) => {
            let text = format!("the certificate covers {}, not {}", service.host, service.alias);
            let covered = Some(service.host.as_str().to_owned());
            Decided::value(Coverage::NotCovered(covered), Because::new(text).rule(&PUBLIC_NAMES_ONLY))
        }
        Named::Address(address) => {
            let text = format!("the certificate covers names, not the address {address}");
            Decided::value(Coverage::NotCovered(None), Because::new(text).rule(&NAMES_NOT_ADDRESSES))
        }
        Named::Other(name) => Decided::unknown(
            Why::Unsupported,
            Because::new(format!("which names the certificate behind {name} covers is not known")),
        ),
    }
}
