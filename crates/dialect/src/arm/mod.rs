//! How does ARM spell an estate? Documents to resources, resources to documents, changes to requests.

mod api_version;
mod coverage;
mod document;
mod effective;
mod envelope;
mod kind;
mod reader;
mod request;
mod secrets;
mod subscription;
mod unidentified;
mod view;
mod write;

#[cfg(test)]
mod tests;

pub use api_version::api_version;
pub use reader::{Reader, Reading};
pub use request::request;
pub use subscription::{Subscription, subscriptions};
pub use write::write;
