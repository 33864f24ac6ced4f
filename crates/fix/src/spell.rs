//! How is a remedy said to Azure, and how is it taken back?

use dialect::{arm, az};
use finding::Remedy;
use model::{Change, Request, Snapshot};

/// Fills in the commands, the requests and the undo of a remedy.
pub(crate) fn spell(remedy: &mut Remedy, before: &Snapshot) {
    let (requests, after) = requests(&remedy.changes, before);
    let undo = path::platform::undo(before, &remedy.changes);
    let forward = az::commands(&remedy.changes, before);
    let backward = az::commands(&undo, &after);
    remedy.spelling.variables = forward.variables;
    for variable in backward.variables {
        if !remedy.spelling.variables.contains(&variable) {
            remedy.spelling.variables.push(variable);
        }
    }
    remedy.spelling.az = forward.commands;
    remedy.spelling.undo = backward.commands;
    remedy.spelling.arm = requests;
}

/// The requests of changes in order, and the estate afterwards.
fn requests(changes: &[Change], before: &Snapshot) -> (Vec<Request>, Snapshot) {
    let mut now = before.clone();
    let mut requests = Vec::new();
    for change in changes {
        requests.extend(arm::request(change, &now));
        now = path::platform::after(&now, std::slice::from_ref(change));
    }
    (requests, now)
}
