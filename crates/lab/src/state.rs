//! What does the lab know at this moment? Documents, tokens, and what they mean for packets.

use crate::estate::Estate;
use crate::store::Store;
use crate::tokens::Tokens;
use crate::{LabError, arm};
use model::Client;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The audiences of the ARM API, beside the lab's own address.
const ARM_AUDIENCES: [&str; 2] = ["https://management.azure.com", "https://management.core.windows.net"];

/// All that changes while a lab runs.
pub(crate) struct State {
    store: Store,
    pub(crate) tokens: Tokens,
    estate: Arc<Estate>,
    client: Client,
}

impl State {
    /// The state of these documents.
    pub(crate) fn new(store: Store) -> Result<Self, LabError> {
        let estate = Arc::new(Estate::read(&store));
        Ok(Self { store, tokens: Tokens::new()?, estate, client: Client::default() })
    }

    /// Says what surrounds the clients: DNS servers of the estate's owner, appliances, sites.
    pub(crate) fn set_client(&mut self, client: Client) {
        self.client = client;
        self.refresh();
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
        let own = |audience: &str| {
            ["https://127.0.0.1:", "https://localhost:"].iter().any(|start| audience.starts_with(start))
        };
        self.tokens.is_for(token, |audience| own(audience) || ARM_AUDIENCES.contains(&audience))
    }

    /// A token for ARM.
    pub(crate) fn arm_token(&mut self) -> Result<String, LabError> {
        let none = || LabError::Machine("no token can be issued".to_owned());
        self.tokens.issue(ARM_AUDIENCES[0]).ok_or_else(none)
    }
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

    /// The state, for as long as no other server needs it. A writer that panicked leaves documents
    /// that are still documents, so poison is no reason to stop.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
