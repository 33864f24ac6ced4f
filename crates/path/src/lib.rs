//! The walk: one evaluator that predicts from configuration, reads measurements, compares both and
//! proves changes by walking again.
//!
//! Knows nothing of findings, remedies or languages. All functions are total.

mod answers;
mod by_proxy;
mod compare;
mod lines;
pub mod matrix;
mod measured;
mod predict;
mod prove;
mod replied;
mod sets;
mod steps;
mod trace;
mod weigh;

#[cfg(test)]
mod tests;

pub use answers::{ServerSaid, said};
pub use by_proxy::{handed, stated_client};
pub use compare::{Gap, compare, nothing, observed};
pub use fabric::{
    Obstacle, Severed, TokenZone, access, api_gateway, auth, client, dns, endpoint, hubs, is_public, network_of, nsg,
    platform, route, severed, sources, standing, tls, token_zone, unheard,
};
pub use measured::{Measured, Resolved, StageSeen, measured};
pub use predict::{directly, predict};
pub use prove::{asked_after, prove, siblings};
pub use sets::predict_parts;
pub use trace::{ByProxy, Detail, Heard, Hop, Outcome, Part, Step, Trace};
