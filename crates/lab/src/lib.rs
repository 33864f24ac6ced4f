//! A pretend Azure on this machine: ARM API, DNS, networks, services, faults.
//!
//! A scenario (a healthy estate and changes) becomes a running estate: an ARM API over TLS with a
//! CA of its own, and for each place that traffic can start from a DNS port and a SOCKS5 port on
//! the loopback interface, behind which the pretend service answers by the rules of Azure.
//! Changes to the estate reach it only as ARM requests.
//!
//! The lab is a second reading of the facts that `fabric` holds, by other code. That both agree
//! shows that two implementations agree; what the facts are worth is a matter of `conformance/`.
//!
//! ```no_run
//! let lab = lab::Lab::start(&lab::scenario("zone-not-linked")?)?;
//! let vantage = lab.access().of("vm/app").unwrap();
//! println!("dig @{} -p {} …", vantage.dns.ip(), vantage.dns.port());
//! # Ok::<(), lab::LabError>(())
//! ```

mod access;
mod address_plan;
mod arm;
mod certificates;
mod changing;
mod chaos;
mod clock;
pub mod daemon;
mod dns;
mod error;
mod estate;
mod loopback;
mod medium;
#[cfg(target_os = "linux")]
mod namespaces;
#[cfg(not(target_os = "linux"))]
#[path = "no_namespaces.rs"]
mod namespaces;
mod others;
mod proxy;
mod random;
mod rule_counter;
mod running;
mod scenario;
mod scenarios;
mod service;
mod state;
mod status;
mod store;
mod tokens;

#[cfg(test)]
mod tests;

pub use access::{Access, Host, Inside, OperatorAccess, VantageAccess};
pub use changing::Made;
pub use error::LabError;
pub use medium::{Medium, MediumTaken};
pub(crate) use namespaces::{Network, enter_at, join, user_namespace};
pub use namespaces::{become_host, trial};
pub use rule_counter::{CounterKind, RuleCounter};
pub use running::Lab;
pub use scenario::{scenario, scenarios};
pub use service::key_of;
pub use status::{ChangeStatus, ChangedBy, HostStatus, Status};
pub use tokens::{Caller, HeldIdentity};
