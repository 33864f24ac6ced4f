//! How does a change reach the estate of a lab? As ARM requests, through the code that the API has; what
//! surrounds a client, and is no resource, is kept beside the estate.

use crate::LabError;
use crate::arm::{Answer, Request, encoded};
use crate::state::Shared;
use crate::status::whom_it_asks;
use http::{HeaderMap, HeaderValue, Method};
use model::{Change, ClientFact, Snapshot};
use serde::{Deserialize, Serialize};

/// A part of a change that was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// What was done, in words: an ARM request or a fact about the client.
    pub what: String,
    /// The status that ARM answered; nothing for what is no resource.
    pub status: Option<u16>,
}

/// What ARM refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) request: String,
    pub(crate) status: u16,
    pub(crate) words: String,
}

/// Makes one change in the estate as `snapshot` has it.
pub(crate) fn make(shared: &Shared, token: &str, change: &Change, snapshot: &Snapshot) -> Result<Made, Refused> {
    if let Change::Outside(fact) = change {
        let after = snapshot.with(std::slice::from_ref(change));
        shared.lock().set_client(after.client().clone());
        return Ok(Made { what: noted(fact), status: None });
    }
    let Some(request) = dialect::arm::request(change, snapshot) else {
        let request = change.resource().map_or_else(String::new, |id| id.as_str().to_owned());
        return Err(Refused { request, status: 400, words: "no ARM request does that".to_owned() });
    };
    let method =
        Method::from_bytes(request.method.word().as_bytes()).expect("the words of model::Method are methods of HTTP");
    let mut headers = HeaderMap::new();
    if let Ok(value) = HeaderValue::from_str(&format!("Bearer {token}")) {
        headers.insert(http::header::AUTHORIZATION, value);
    }
    let what = told(&method, request.resource.as_str());
    let path = format!("{}?api-version={}", encoded(request.resource.as_str()), request.api_version);
    let body = request.body.as_deref().unwrap_or_default().as_bytes().to_vec();
    let refused = |status, words| Refused { request: what.clone(), status, words };
    let Some(request) = Request::new(method, &path, headers, body) else {
        return Err(refused(400, "the path cannot be decoded".to_owned()));
    };
    let answer = shared.arm(&request);
    match answer.is_success() {
        true => Ok(Made { what, status: Some(answer.status) }),
        false => Err(refused(answer.status, answer.words())),
    }
}

/// What is different from now on for clients.
fn noted(fact: &ClientFact) -> String {
    match fact {
        ClientFact::Environment { name, value: Some(_) } => format!("the variable {name} is set on every host"),
        ClientFact::Environment { name, value: None } => format!("the variable {name} is set on no host"),
        ClientFact::HostsEntry { name, address: Some(address) } => {
            format!("every hosts file pins {name} to {address}")
        }
        ClientFact::HostsEntry { name, address: None } => format!("no hosts file pins {name}"),
        ClientFact::DnsServer { address, server: Some(server) } => {
            format!("the DNS server {} ({address}) {}", server.name, whom_it_asks(&server.forward))
        }
        ClientFact::DnsServer { address, server: None } => format!("nothing is known of the DNS server {address}"),
        ClientFact::ClusterDns { cluster, dns } => {
            let forward = dns.as_ref().map(|dns| dns.forward.clone()).unwrap_or_default();
            format!("the DNS of the cluster {} {}", cluster.name(), whom_it_asks(&forward))
        }
        // No line of the language says these.
        ClientFact::OnPremises { .. } | ClientFact::Appliance { .. } => "noted; it is no Azure resource".to_owned(),
    }
}

/// A request in few words: the method, and the resource without what all ids begin with.
pub(crate) fn told(method: &Method, path: &str) -> String {
    let below = path.rsplit_once("/providers/").and_then(|(_, rest)| rest.split_once('/'));
    format!("{method} {}", below.map_or(path, |(_, rest)| rest))
}

/// Makes all changes of a line, in the estate as it is now, and remembers the line.
pub(crate) fn line(shared: &Shared, token: &str, text: &str) -> Answer {
    let mut snapshot = {
        let state = shared.lock();
        state.estate().snapshot().clone().with_client(state.client().clone())
    };
    let changes = match dialect::scenario::change::parse(text, &snapshot) {
        Ok(changes) => changes,
        Err(why) => return Answer::error(400, "ChangeNotUnderstood", &why.problem),
    };
    let mut made = Vec::new();
    for change in &changes {
        match make(shared, token, change, &snapshot) {
            Ok(part) => made.push(part),
            Err(refused) => {
                let before = match made.len() {
                    0 => String::new(),
                    parts => format!(" (done before it: {parts} of {})", changes.len()),
                };
                let words = format!("{} was answered {}{before}: {}", refused.request, refused.status, refused.words);
                return Answer::error(409, "ChangeRefused", &words);
            }
        }
        snapshot = snapshot.with(std::slice::from_ref(change));
    }
    shared.lock().remember(text.trim());
    Answer::document(200, serde_json::json!({ "made": made }))
}

impl Refused {
    /// As the error of a scenario that cannot be played.
    pub(crate) fn of_scenario(self, name: &str) -> LabError {
        let Self { request, status, words } = self;
        LabError::Change { name: name.to_owned(), request, status, words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_in_few_words() {
        let link =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/privateDnsZones/z/virtualNetworkLinks/l";
        assert_eq!(told(&Method::PUT, link), "PUT privateDnsZones/z/virtualNetworkLinks/l");
        assert_eq!(told(&Method::DELETE, "/odd"), "DELETE /odd");
    }
}
