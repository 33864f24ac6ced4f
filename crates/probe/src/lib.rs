//! What really happens when this host calls the target: DNS, TCP, TLS and HTTP, as observations.
//!
//! The room takes a [`Plan`] and gives back [`Observation`](model::Observation)s in path order. It
//! measures and never judges: it has no notion of what is expected, of Azure's phrases or of private
//! addresses. Every wait has a deadline, everything that comes from the wire is bounded, and a
//! credential goes over a trusted chain only, to addresses that the plan names.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let host = model::Host::parse("yourresource.openai.azure.com")?;
//! let plan = probe::Plan::new(model::Target { host: host.clone(), port: 443 }, probe::client(&host));
//! for observation in probe::measure(&plan, &|_| ())? {
//!     println!("{observation:?}");
//! }
//! # Ok(())
//! # }
//! ```

mod bound;
mod choice;
mod client;
mod clock;
mod credential;
mod dns;
mod error;
mod http;
mod measure;
mod plan;
mod proxied;
mod socks5;
mod system;
mod tcp;
mod tls;

#[cfg(test)]
mod tests;

pub use client::{client, client_from, without_secrets};
pub use clock::{now, seconds_since};
pub use credential::{Credential, Post, Recipients};
pub use error::ProbeError;
pub use measure::measure;
pub use plan::{Plan, Servers};
pub use system::{Lookup, System, system_resolver};
pub use tcp::FAR_SIDE;
