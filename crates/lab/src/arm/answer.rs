//! How does ARM answer? Status and body, and its errors in ARM's words.

use serde_json::{Value, json};

/// One answer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Option<Value>,
    /// Headers beside those that every answer has.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// What is said instead of JSON: the few answers that clients want as XML.
    pub(crate) xml: Option<String>,
    /// The lab ends after this answer.
    pub(crate) ends: bool,
}

impl Answer {
    /// A success with a document.
    pub(crate) fn document(status: u16, body: Value) -> Self {
        Self { body: Some(body), ..Self::empty(status) }
    }

    /// A success that says nothing.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, body: None, headers: Vec::new(), xml: None, ends: false }
    }

    /// A success in XML.
    pub(crate) fn xml(text: &str) -> Self {
        Self { xml: Some(text.to_owned()), ..Self::empty(200) }
    }

    /// The same with one more header.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    /// An error.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::document(status, json!({ "error": { "code": code, "message": message } }))
    }

    /// 404 for a resource.
    pub(crate) fn not_found(id: &model::ResourceId) -> Self {
        let what = format!("{}/{}", id.resource_type(), id.name());
        let group = id.resource_group().unwrap_or_default();
        let message = format!("The Resource '{what}' under resource group '{group}' was not found.");
        Self::error(404, "ResourceNotFound", &message)
    }

    /// 404 for a resource group.
    pub(crate) fn no_group(name: &str) -> Self {
        Self::error(404, "ResourceGroupNotFound", &format!("Resource group '{name}' could not be found."))
    }

    /// 405.
    pub(crate) fn no_method() -> Self {
        Self::error(405, "MethodNotAllowed", "The method is not allowed for this resource.")
    }

    /// True for a success.
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Code and message of an error.
    pub(crate) fn words(&self) -> String {
        let part = |pointer: &str| self.body.as_ref()?.pointer(pointer)?.as_str();
        match (part("/error/code"), part("/error/message")) {
            (Some(code), Some(message)) => format!("{code}: {message}"),
            _ => "no words".to_owned(),
        }
    }
}
