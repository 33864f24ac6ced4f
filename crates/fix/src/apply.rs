//! In which order is a remedy sent, and what when one request fails? No I/O: the caller sends.

use finding::Remedy;
use model::Request;
use std::collections::VecDeque;

/// A remedy under way. Ask [`Apply::next`], send what it says, tell [`Apply::answered`].
#[derive(Debug)]
pub struct Apply {
    todo: VecDeque<Request>,
    done: Vec<Request>,
    failed: Option<(Request, String)>,
}

/// What to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// Send this and tell the answer.
    Send(&'a Request),
    /// Everything was sent and accepted.
    Done,
    /// This request was refused; what was sent before it stays, and is undone by the remedy's undo.
    Failed {
        /// The request.
        request: &'a Request,
        /// The answer, in words.
        why: &'a str,
        /// What had been accepted before.
        done: &'a [Request],
    },
}

impl Apply {
    /// The requests of a remedy, in order.
    pub fn new(remedy: &Remedy) -> Self {
        Self { todo: remedy.spelling.arm.iter().cloned().collect(), done: Vec::new(), failed: None }
    }

    /// What to do next.
    pub fn next(&self) -> Next<'_> {
        match (&self.failed, self.todo.front()) {
            (Some((request, why)), _) => Next::Failed { request, why, done: &self.done },
            (None, Some(request)) => Next::Send(request),
            (None, None) => Next::Done,
        }
    }

    /// Takes the answer to the request that was asked for: its HTTP status and, for a refusal, why.
    pub fn answered(&mut self, status: u16, why: &str) {
        let Some(request) = self.todo.pop_front() else { return };
        if (200..300).contains(&status) {
            self.done.push(request);
        } else {
            self.todo.clear();
            self.failed = Some((request, format!("{status} {why}")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use finding::Safety;
    use model::{Method, ResourceId};

    fn remedy(names: &[&str]) -> Remedy {
        let mut remedy = Remedy::new("test", Safety::Safe, Vec::new());
        remedy.spelling.arm = names
            .iter()
            .map(|name| Request {
                method: Method::Put,
                resource: ResourceId::new("s", "g", "Microsoft.Network/virtualNetworks", &[name]),
                api_version: "2025-05-01",
                body: None,
            })
            .collect();
        remedy
    }

    #[test]
    fn requests_go_in_order_until_done() {
        let mut apply = Apply::new(&remedy(&["a", "b"]));
        for name in ["a", "b"] {
            let Next::Send(request) = apply.next() else { panic!("a request") };
            assert_eq!(request.resource.name(), name);
            apply.answered(201, "");
        }
        assert_eq!(apply.next(), Next::Done);
    }

    #[test]
    fn a_refusal_stops_and_says_what_was_done() {
        let mut apply = Apply::new(&remedy(&["a", "b", "c"]));
        apply.answered(200, "");
        apply.answered(403, "AuthorizationFailed");
        let Next::Failed { request, why, done } = apply.next() else { panic!("a failure") };
        assert_eq!((request.resource.name(), why, done.len()), ("b", "403 AuthorizationFailed", 1));
    }
}
