//! An ARM API that answers what a test says.

use crate::live::{self, Arm};
use crate::{GatherError, Gathered};
use azure::Error;
use model::{Extent, Kind};
use std::cell::RefCell;
use std::collections::BTreeMap;

pub(super) fn gather(arm: &Pretend, subscription: &str) -> Result<Gathered, GatherError> {
    live::gather(arm, &[subscription], Extent::Complete, &|_| ())
}

/// An ARM that has these lists and documents; any other list is empty.
pub(super) struct Pretend {
    pub(super) answers: BTreeMap<String, Result<Vec<String>, Error>>,
    pub(super) asked: RefCell<Vec<String>>,
}

impl Arm for Pretend {
    fn list(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error> {
        assert!(!api_version.is_empty());
        self.asked.borrow_mut().push(path.to_owned());
        self.answers.get(path).cloned().unwrap_or_else(|| Ok(vec![r#"{"value":[]}"#.to_owned()]))
    }

    fn get(&self, path_and_query: &str) -> Result<String, Error> {
        let path = path_and_query.split('?').next().unwrap();
        self.asked.borrow_mut().push(path.to_owned());
        match self.answers.get(path) {
            Some(Ok(pages)) => Ok(pages[0].clone()),
            Some(Err(error)) => Err(error.clone()),
            None => Err(not_found()),
        }
    }

    fn ask(&self, path: &str, api_version: &str) -> Result<Vec<String>, Error> {
        self.list(path, api_version)
    }
}

pub(super) fn not_found() -> Error {
    Error::NotFound { request: "GET x".into(), code: "ResourceNotFound".into(), message: "gone".into() }
}

pub(super) fn forbidden() -> Error {
    Error::Forbidden { request: "GET x".into(), code: "AuthorizationFailed".into(), message: "no".into() }
}

pub(super) fn pretend(answers: &[(&str, Result<Vec<String>, Error>)]) -> Pretend {
    let answers = answers.iter().map(|(path, answer)| ((*path).to_owned(), answer.clone())).collect();
    Pretend { answers, asked: RefCell::default() }
}

pub(super) fn page(items: &[String]) -> String {
    format!(r#"{{"value":[{}],"nextLink":"https://x"}}"#, items.join(","))
}

pub(super) fn listed(kind: Kind) -> String {
    format!("/subscriptions/s/providers/{}", kind.resource_type())
}
