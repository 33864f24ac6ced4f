//! The parts: what each Azure part does to one question, and why. One module a stage.
//!
//! Each general fact about Azure is written once, here, as a [`model::Fact`] with its source and
//! its mark, next to the code that follows it. Parts know nothing of each other's order (that is
//! `path`) and nothing of any input language. All functions are total: what cannot be decided is
//! an unknown with its reason.

pub mod access;
pub mod alike;
pub mod api_gateway;
pub mod auth;
pub mod client;
pub mod dns;
pub mod endpoint;
mod gateways;
pub mod hubs;
mod networks;
pub mod nsg;
pub mod platform;
mod premises;
mod reach;
pub mod route;
pub mod sources;
pub mod standing;
pub mod tls;
mod token_zone;

pub use networks::{is_public, network_of};
pub use premises::{Severed, severed};
pub use reach::{Obstacle, unheard};
pub use token_zone::{TokenZone, token_zone};
