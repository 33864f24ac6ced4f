//! Which writes take Azure its time, and how does a client learn that one is done?
//!
//! The write itself is made at once. The client is told to poll, hears once that it is in progress, and then
//! that it succeeded: `Azure-AsyncOperation` tells a status, `Location` answers 202 until it answers 200.

use super::answer::Answer;
use super::request::Request;
use crate::chaos::Chaos;
use crate::state::State;
use http::Method;
use model::ResourceId;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most operations that are remembered.
const MOST: usize = 1_000;

/// How often an operation is said to be in progress.
const POLLS: u32 = 1;

/// Seconds that a client should wait. Without a word about it, `az` waits half a minute for each poll.
const WAIT: &str = "1";

/// Children of the provider's resources that are written at once all the same.
const AT_ONCE: &str = "microsoft.network/privatednszones/";

/// The operations that were begun.
#[derive(Debug, Default)]
pub(crate) struct Operations {
    begun: u64,
    left: BTreeMap<u64, u32>, // polls until the operation is done, by number
}

impl Operations {
    /// Begins one, in the place of the oldest if there are very many.
    fn begin(&mut self, more: u32) -> u64 {
        if self.left.len() >= MOST {
            self.left.pop_first();
        }
        self.begun += 1;
        self.left.insert(self.begun, POLLS + more);
        self.begun
    }

    /// True when an operation is done; `None` when nobody knows it.
    fn poll(&mut self, number: u64) -> Option<bool> {
        let left = self.left.get_mut(&number)?;
        let done = *left == 0;
        *left = left.saturating_sub(1);
        Some(done)
    }
}

/// Turns the answer to a write into the beginning of an operation, where Azure does so.
pub(super) fn begun(state: &mut State, request: &Request, answer: Answer) -> Answer {
    let writes = [Method::PUT, Method::PATCH, Method::DELETE].contains(&request.method);
    let id = ResourceId::parse(&request.path).filter(|id| writes && is_slow(&id.resource_type()));
    let (Some(id), 200 | 201) = (id, answer.status) else { return answer };
    let more = state.chaos.as_mut().map_or(0, Chaos::slower);
    let number = state.operations.begin(more);
    let place = format!(
        "{}/subscriptions/{}/providers/Microsoft.Network/locations/eastus",
        request.base(),
        id.subscription().unwrap_or_default()
    );
    let version = request.query("api-version").unwrap_or_default();
    let version = super::request::encoded(version);
    let answer = match request.method == Method::DELETE {
        true => Answer::empty(202).with("location", format!("{place}/operationResults/{number}?api-version={version}")),
        false => updating(answer),
    };
    answer
        .with("azure-asyncoperation", format!("{place}/operations/{number}?api-version={version}"))
        .with("retry-after", WAIT.to_owned())
}

/// True for the kinds of resources whose writes are operations.
fn is_slow(kind: &str) -> bool {
    let kind = kind.to_ascii_lowercase();
    let record = kind.strip_prefix(AT_ONCE).is_some_and(|child| child != "virtualnetworklinks");
    kind.starts_with("microsoft.network/") && !record
}

/// What the client sees meanwhile.
fn updating(mut answer: Answer) -> Answer {
    let state = answer.body.as_mut().and_then(|body| body.pointer_mut("/properties/provisioningState"));
    if let Some(state) = state {
        *state = Value::from("Updating");
    }
    answer
}

/// Answers a poll: `…/locations/PLACE/operations/NUMBER`, or `operationResults` for what `Location` named.
pub(super) fn polled(operations: &mut Operations, request: &Request, what: &str, number: &str) -> Answer {
    if request.method != Method::GET {
        return Answer::no_method();
    }
    let Some(done) = number.parse().ok().and_then(|number| operations.poll(number)) else {
        return Answer::error(404, "OperationNotFound", &format!("There is no operation '{number}'."));
    };
    let by_status = what.eq_ignore_ascii_case("operations");
    let answer = match (by_status, done) {
        (true, true) => return Answer::document(200, json!({ "name": number, "status": "Succeeded" })),
        (true, false) => Answer::document(200, json!({ "name": number, "status": "InProgress" })),
        (false, true) => return Answer::empty(204),
        (false, false) => Answer::empty(202).with("location", format!("{}{}", request.base(), again(request))),
    };
    answer.with("retry-after", WAIT.to_owned())
}

/// Path and query as they were.
fn again(request: &Request) -> String {
    let version = super::request::encoded(request.query("api-version").unwrap_or_default());
    format!("{}?api-version={version}", super::request::encoded(&request.path))
}
