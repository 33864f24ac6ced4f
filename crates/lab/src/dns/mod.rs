//! How is a DNS question answered from a place in the estate? Pure: bytes in, bytes out.

mod forwarder;
mod lookup;
mod message;
mod private;
mod public;

pub(crate) use lookup::{Ending, Wanted, resolve};
pub(crate) use message::{Transport, answer};
pub(crate) use public::REGIONAL;

#[cfg(test)]
mod tests;
