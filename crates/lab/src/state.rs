//! What does the lab know at this moment? Documents, tokens, and what they mean for packets.

use crate::arm::Operations;
use crate::chaos::Chaos;
use crate::estate::Estate;
use crate::store::Store;
use crate::tokens::Tokens;
use crate::{ChangeStatus, ChangedBy, LabError, arm};
use model::Client;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The audiences of the ARM API, beside the lab's own address.
const ARM_AUDIENCES: [&str; 2] = ["https://management.azure.com", "https://management.core.windows.net"];

/// How many changes are remembered.
const MOST_CHANGES: usize = 200;

/// All that changes while a lab runs.
pub(crate) struct State {
    store: Store,
    pub(crate) tokens: Tokens,
    pub(crate) operations: Operations,
    pub(crate) chaos: Option<Chaos>,
    estate: Arc<Estate>,
    client: Client,
    changes: Vec<ChangeStatus>,
}

impl State {
    /// The state of these documents.
    pub(crate) fn new(store: Store) -> Result<Self, LabError> {
        let estate = Arc::new(Estate::read(&store));
        let (tokens, operations) = (Tokens::new()?, Operations::default());
        Ok(Self { store, tokens, operations, chaos: None, estate, client: Client::default(), changes: Vec::new() })
    }

    /// Says what surrounds the clients and is no Azure resource: variables, pins, DNS servers, appliances,
    /// sites.
    pub(crate) fn set_client(&mut self, client: Client) {
        self.client = client;
        self.refresh();
    }

    /// What surrounds the clients.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// What was done to the healthy estate so far.
    pub(crate) fn changes(&self) -> &[ChangeStatus] {
        &self.changes
    }

    /// Says that the scenario changes this.
    pub(crate) fn set_fault(&mut self, line: &str) {
        self.note(line.to_owned(), ChangedBy::Scenario);
    }

    /// Remembers a line that was done to the running lab.
    pub(crate) fn remember(&mut self, line: &str) {
        let variable = line.trim().strip_prefix("env ").and_then(|set| set.split_once('='));
        let told = match variable {
            Some((name, value)) => format!("env {}={}", name.trim(), model::told_value(name.trim(), value)),
            None => line.to_owned(),
        };
        self.note(told, ChangedBy::User);
    }

    /// Remembers what a client of the ARM API did.
    pub(crate) fn remember_request(&mut self, told: String) {
        self.note(told, ChangedBy::Arm);
    }

    /// The last ones are kept when there are very many.
    fn note(&mut self, text: String, by: ChangedBy) {
        if self.changes.len() >= MOST_CHANGES {
            self.changes.remove(0);
        }
        self.changes.push(ChangeStatus { text, by });
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    pub(crate) fn store_mut(&mut self) -> &mut Store {
        &mut self.store
    }

    pub(crate) fn store_version(&self) -> u64 {
        self.store.version()
    }

    /// Reads the estate again, after a write.
    pub(crate) fn refresh(&mut self) {
        self.estate = Arc::new(Estate::read(&self.store).with_client(self.client.clone()));
    }

    /// What the documents mean for packets.
    pub(crate) fn estate(&self) -> Arc<Estate> {
        Arc::clone(&self.estate)
    }

    /// True for a token for ARM.
    pub(crate) fn accepts(&self, token: &str) -> bool {
        self.tokens.is_for(token, is_arm)
    }

    /// True for a resource whose tokens the ARM API takes.
    pub(crate) fn is_arm(resource: &str) -> bool {
        is_arm(&Tokens::audience(resource))
    }

    /// A token for ARM.
    pub(crate) fn arm_token(&mut self) -> Result<String, LabError> {
        let none = || LabError::Machine("no token can be issued".to_owned());
        self.tokens.issue(ARM_AUDIENCES[0]).ok_or_else(none)
    }
}

/// True for an audience of the ARM API.
fn is_arm(audience: &str) -> bool {
    let own = ["https://127.0.0.1:", "https://localhost:"].iter().any(|start| audience.starts_with(start));
    own || ARM_AUDIENCES.contains(&audience)
}

/// The state as the servers share it.
#[derive(Clone)]
pub(crate) struct Shared(Arc<Mutex<State>>);

impl Shared {
    pub(crate) fn new(state: State) -> Self {
        Self(Arc::new(Mutex::new(state)))
    }

    /// What the documents mean for packets, now.
    pub(crate) fn estate(&self) -> Arc<Estate> {
        self.lock().estate()
    }

    /// Answers one ARM request.
    pub(crate) fn arm(&self, request: &arm::Request) -> arm::Answer {
        arm::handle(&mut self.lock(), request)
    }

    /// The same as real clients meet it: what takes Azure its time is an operation to be polled.
    pub(crate) fn arm_as_served(&self, request: &arm::Request) -> arm::Answer {
        arm::serve(&mut self.lock(), request)
    }

    /// The state, for as long as no other server needs it. A writer that panicked leaves documents
    /// that are still documents, so poison is no reason to stop.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
