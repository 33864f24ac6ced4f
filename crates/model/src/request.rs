//! What would be sent to ARM? A request as a value; the body is opaque text here.

use crate::ResourceId;
use std::sync::Arc;

/// The method of an ARM request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates or replaces.
    Put,
    /// Merges.
    Patch,
    /// Deletes.
    Delete,
}

/// One ARM request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The resource; the path of the request.
    pub resource: ResourceId,
    /// `api-version`.
    pub api_version: &'static str,
    /// JSON text, for `Put` and `Patch`.
    pub body: Option<Arc<str>>,
}

impl Method {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}
