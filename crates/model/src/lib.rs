//! The nouns of privpath: an Azure estate, the questions asked of it, changes and observations.
//!
//! Everything else in the workspace speaks in these types. Nothing here knows clocks, files,
//! sockets or how any language spells a value, and nothing here can fail: a value that is not
//! known says why ([`Known`]), and what a snapshot lacks is said by its [`Coverage`].

mod change;
mod client;
mod coverage;
mod elsewhere;
mod id;
mod index;
pub mod intent;
mod known;
mod name;
pub mod observation;
mod proxy;
mod question;
mod reason;
mod request;
pub mod resource;
mod safe_text;
mod secret;
mod snapshot;
mod stage;
mod zone_table;

#[cfg(test)]
mod tests;

pub use change::{Change, Value};
pub use client::{
    Appliance, Client, ClientFact, ClusterDns, DnsServer, KEY_NAMES, OnPremises, is_key_name, told_value,
};
pub use coverage::{Coverage, Extent};
pub use elsewhere::{AnswerSeen, Asker, Elsewhere};
pub use id::ResourceId;
pub use index::Key;
pub use known::{Known, Why};
pub use name::{DnsName, Host, InvalidName};
pub use observation::Observation;
pub use proxy::{PROXY_VARIABLES, Proxied, ProxyScheme, ProxyUrl, proxy_variables};
pub use question::{Expect, Question, Target, Vantage};
pub use reason::{Because, Decided, Fact, FactRef, Mark};
pub use request::{Method, Request};
pub use resource::{Body, Kind, Resource};
pub use safe_text::visible;
pub use secret::Secret;
pub use snapshot::Snapshot;
pub use stage::{End, Stage, Status, Verdict, Way};
pub use zone_table::{ZoneRow, private_link_zones, types_of_suffix};
