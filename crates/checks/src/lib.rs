//! The judges: one file for each check, named after its mode; the registry is generated.
//!
//! A check explains only its own stage, holds no state and does not see the others. Look-alikes are
//! told apart by facts, not by guessing.

pub mod access;
mod admin_rule;
mod admitted;
mod asked;
pub mod auth;
mod between;
mod called;
mod called_by_service;
pub mod client;
mod closed;
pub mod dns;
mod dormant_rules;
mod dropped;
pub mod endpoint;
mod engine;
pub mod gap;
pub mod modes;
mod narrow_rule;
mod near_miss;
pub mod nsg;
pub mod phrases;
mod registered;
pub mod registry;
mod replied;
pub mod route;
mod rule_in_words;
mod sent_to;
mod servers;
mod severed;
pub mod tls;
pub mod unjudged;
mod user_route;

pub use engine::{Verdicts, explain, judge};
pub use registry::CHECKS;
