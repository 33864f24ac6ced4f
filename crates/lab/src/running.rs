//! How does a scenario become a running lab, and how does it end?

use crate::certificates::Certificates;
use crate::changing;
use crate::chaos::Chaos;
use crate::loopback;
use crate::state::{Shared, State};
use crate::store::Store;
use crate::tokens::Caller;
use crate::{Access, LabError, Medium, MediumTaken, Network, RuleCounter};
use dialect::scenario::Scenario;
use std::fmt;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use tokio::sync::Notify;

/// A running lab. It ends when it is dropped; nothing of it is on disk.
pub struct Lab {
    access: Access,
    shared: Shared,
    network: Option<Arc<Network>>,
    down: Arc<Notify>,
    thread: Option<JoinHandle<()>>,
}

impl Lab {
    /// Starts a lab that plays a scenario on the loopback interface; it is ready when this returns.
    pub fn start(scenario: &Scenario) -> Result<Self, LabError> {
        Self::start_on(scenario, Medium::Loopback)
    }

    /// The same on a medium, with the rights that this process has.
    pub fn start_on(scenario: &Scenario, medium: Medium) -> Result<Self, LabError> {
        Self::start_taken(scenario, medium.take()?)
    }

    /// The same for an ordinary user. This process must have one thread yet: where namespaces are wanted, it
    /// becomes root of a user namespace of its own and stays so. `trial` starts a program that tries
    /// whether that can be done, and prints the line that [`trial`](crate::trial) gives.
    pub fn start_as_user(scenario: &Scenario, medium: Medium, trial: &mut Command) -> Result<Self, LabError> {
        Self::start_taken(scenario, medium.take_as_user(trial)?)
    }

    fn start_taken(scenario: &Scenario, medium: MediumTaken) -> Result<Self, LabError> {
        let (shared, token) = prepared(scenario)?;
        let certificates = Certificates::new(scenario.inspected)?;
        let in_namespaces = medium.namespaces;
        let access = unbound(scenario, token, certificates.ca_pem.clone(), &shared, medium);
        let served = shared.clone();
        let down = Arc::new(Notify::new());
        let (tell, told) = mpsc::channel();
        let ending = Arc::clone(&down);
        let thread = std::thread::Builder::new()
            .name("lab".to_owned())
            .spawn(move || run(&shared, &certificates, in_namespaces, &ending, &tell))
            .map_err(|why| LabError::machine("no thread can be started", why))?;
        let (medium, network) = told.recv().map_err(|_| LabError::Machine("its thread ended early".to_owned()))??;
        let arm = format!("https://{}", medium.arm);
        let access = Access { arm, vantages: medium.vantages, operator: medium.operator, ..access };
        Ok(Self { access, shared: served, network, down, thread: Some(thread) })
    }

    /// How it is reached.
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// A token for the service, or for another audience, as one of the lab's identities.
    pub fn token_for(&self, audience: &str, caller: Caller) -> Result<String, LabError> {
        let token = self.shared.lock().tokens.issue_to(caller, audience);
        token.ok_or_else(|| LabError::Machine(format!("the lab has issued tokens for too many audiences: {audience}")))
    }

    /// From now on the ARM API has bad days: some requests are throttled, fail, or end with their connection, and
    /// operations take longer. Which ones follows from the seed.
    pub fn disturb(&self, seed: u64) {
        self.shared.lock().chaos = Some(Chaos::new(seed));
    }

    /// What each rule of a security group did so far; empty on the loopback interface.
    pub fn counters(&self) -> Result<Vec<RuleCounter>, LabError> {
        self.network.as_ref().map_or_else(|| Ok(Vec::new()), |network| network.counters())
    }

    /// What it stands on, if that is namespaces.
    #[cfg(all(test, target_os = "linux"))]
    pub(crate) fn network(&self) -> Option<&Network> {
        self.network.as_deref()
    }

    /// Waits until a client ends the lab (`POST /lab/down`), or the process is told to end.
    pub fn wait(mut self) {
        self.join();
    }

    /// What ends the lab when it is told.
    pub(crate) fn down_switch(&self) -> Arc<Notify> {
        Arc::clone(&self.down)
    }

    fn join(&mut self) {
        if let Some(thread) = self.thread.take() {
            // A lab that panicked has ended, too.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Lab {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Lab").field("access", &self.access).finish_non_exhaustive()
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.down.notify_one();
        self.join();
    }
}

/// The documents of the scenario, after its changes.
fn prepared(scenario: &Scenario) -> Result<(Shared, String), LabError> {
    let subscription = scenario.healthy.iter().find_map(|resource| resource.id.subscription());
    let mut store = Store::new(subscription.unwrap_or("00000000-0000-0000-0000-000000000001"));
    for resource in scenario.healthy.iter() {
        let document = serde_json::Value::Object(dialect::arm::write(resource));
        store.put(&resource.id, document).map_err(|words| LabError::Scenario { name: scenario.name.clone(), words })?;
    }
    let mut state = State::new(store)?;
    let token = state.arm_token()?;
    state.set_client(scenario.healthy.client().clone());
    for line in &scenario.change_lines {
        state.set_fault(line);
    }
    let shared = Shared::new(state);
    let mut snapshot = scenario.healthy.clone();
    for change in &scenario.changes {
        changing::make(&shared, &token, change, &snapshot).map_err(|refused| refused.of_scenario(&scenario.name))?;
        snapshot = snapshot.with(std::slice::from_ref(change));
    }
    Ok((shared, token))
}

/// What is known of the access before any port is open.
fn unbound(scenario: &Scenario, token: String, ca_pem: String, shared: &Shared, medium: MediumTaken) -> Access {
    let limits = (scenario.needs_namespaces && !medium.namespaces).then(|| {
        "routes and network security groups are not played on the loopback interface: this scenario needs the lab's \
         namespaces to show its fault"
            .to_owned()
    });
    let (identity, subscription) = {
        let state = shared.lock();
        (state.tokens.held(), state.store().subscription().to_owned())
    };
    Access {
        scenario: scenario.name.clone(),
        title: scenario.title.clone(),
        arm: String::new(),
        token,
        identity,
        ca_pem,
        subscription,
        ask_from: scenario.ask.from.clone(),
        ask_to: scenario.ask.to.clone(),
        ask_expect: scenario.ask.expect.word().to_owned(),
        limits,
        user_namespace: medium.namespaces.then(crate::user_namespace).flatten(),
        medium,
        vantages: Vec::new(),
        operator: None,
    }
}

/// The lab's own thread: one event loop, until somebody says down.
fn run(
    shared: &Shared,
    certificates: &Certificates,
    in_namespaces: bool,
    down: &Arc<Notify>,
    tell: &mpsc::Sender<Result<Opened, LabError>>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(why) => {
            let _ = tell.send(Err(LabError::machine("no event loop", why)));
            return;
        }
    };
    runtime.block_on(async {
        let medium = opened(shared, certificates, in_namespaces, down).await;
        let started = medium.is_ok();
        if tell.send(medium).is_ok() && started {
            down.notified().await;
        }
    });
    runtime.shutdown_background();
}

/// What a lab listens on, and its network if it has one.
type Opened = (loopback::Medium, Option<Arc<Network>>);

/// The network first: the access names its places.
async fn opened(
    shared: &Shared,
    certificates: &Certificates,
    in_namespaces: bool,
    down: &Arc<Notify>,
) -> Result<Opened, LabError> {
    let network = in_namespaces.then(|| Network::start(shared, certificates)).transpose()?;
    let medium = loopback::start(shared, certificates, network.as_ref(), down).await?;
    Ok((medium, network))
}
