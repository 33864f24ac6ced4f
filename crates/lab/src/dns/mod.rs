//! How is a DNS question answered from a place in the estate? Pure: bytes in, bytes out.

mod forwarder;
mod lookup;
mod message;
mod private;
mod public;
#[cfg(target_os = "linux")]
mod upstream;

#[cfg(target_os = "linux")]
pub(crate) use forwarder::{MOST, PORT, Referral, upstream as forwards_to};
#[cfg(target_os = "linux")]
pub(crate) use lookup::{CoreDns, Resolution, Walk, core_dns, failed, walk};
pub(crate) use lookup::{Ending, Wanted, resolve};
pub(crate) use message::{Asked, Transport, read};
#[cfg(target_os = "linux")]
pub(crate) use message::{Note, Question};
pub(crate) use public::REGIONAL;
#[cfg(target_os = "linux")]
pub(crate) use upstream::{Said, said};

use crate::estate::{Estate, Place};

/// The answer to a message at a place, on a medium without packets; `None` for what deserves none.
pub(crate) fn answer(estate: &Estate, place: &Place, bytes: &[u8], transport: Transport) -> Option<Vec<u8>> {
    match read(bytes) {
        Asked::Question(question) => {
            let resolution = resolve(estate, place, &question.name, question.wanted);
            question.reply(&resolution, transport)
        }
        Asked::Other(reply) => Some(reply),
        Asked::Nothing => None,
    }
}

#[cfg(test)]
mod tests;
