//! The wire: the client of the ARM API; the only room that holds a token.
//!
//! [`Client`] is a small blocking HTTPS client over one kept connection: it gets single documents,
//! follows the pages of a list, and sends the requests that a change is spelled as. It knows no
//! body: what a document means is for the dialect room. The token goes to one host only, is never
//! shown, and no page link to another host is followed.
//!
//! ```no_run
//! let client = azure::Client::new(
//!     "https://management.azure.com",
//!     &azure::Token::bearer("…"),
//!     &azure::Roots::System,
//! )?;
//! let pages = client.list("/subscriptions", "2022-12-01")?;
//! # Ok::<(), azure::Error>(())
//! ```

mod client;
mod cloud;
mod connection;
mod error;
mod next_link;
mod retry;
mod roots;
mod sign_in;
mod token;

#[cfg(test)]
mod tests;

pub use client::{Client, Response};
pub use cloud::Cloud;
pub use error::Error;
pub use roots::Roots;
pub use sign_in::{Az, Claims, File, NotSignedIn, Passed, Reach, SignedIn, Source, Surroundings, Variable, sign_in};
pub use token::{Redacted, Token};
