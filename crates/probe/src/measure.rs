//! In what order is everything measured, what goes on side by side, and when is it over?
//!
//! Every question to every DNS server and every address is a task of its own. They report to one loop,
//! which tells the caller, decides what is dialled as soon as that is clear, and puts the observations
//! in path order. Two sorts of tasks report on two channels: those that decide, for which the loop
//! waits, and company that is asked for comparison, which gets a moment when all that decides is done.

use crate::choice::{Answers, Decision, Destination, at_once, destinations};
use crate::clock::{Limits, Stopwatch};
use crate::dns::Asked;
use crate::http::Asking;
use crate::plan::Plan;
use crate::proxied::{self, Handing};
use crate::system::System;
use crate::tls::RootStores;
use crate::{ProbeError, dns, http, tcp, tls};
use model::observation::{DnsRole, ResolverOutcome, ResolverSeen, Seen};
use model::{DnsName, Observation};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout_at};

/// Servers that are asked for comparison only get no longer than this.
const BESIDE: Duration = Duration::from_millis(500);

/// No grace is longer, whatever a caller asks for.
const LONGEST_GRACE: Duration = Duration::from_secs(60);

/// Measures. Blocks until everything is known or the deadline of the plan has come; `progress` hears
/// each observation as it is made. What comes back is in path order: the client, DNS (by role, then
/// servers in order, A before AAAA), the resolver of the system, then for each address TCP, TLS and
/// HTTP, and last the same call through the proxy that the client's variables name for the host, if they do.
///
/// TLS and HTTP are tried at every address that connects; HTTP only over a chain that is trusted for
/// the host. A credential goes to the addresses that the plan names, and to no other.
pub fn measure(plan: &Plan, progress: &dyn Fn(&Observation)) -> Result<Vec<Observation>, ProbeError> {
    plan.check_request()?;
    let extra = plan.extra_roots()?;
    if tokio::runtime::Handle::try_current().is_ok() {
        return Err(ProbeError::InsideTask);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ProbeError::Runtime)?;
    let observations = runtime.block_on(async {
        let roots = RootStores::start(extra);
        Run::new(plan, roots, progress).finish(plan).await
    });
    // A lookup of the system that hangs is left behind.
    runtime.shutdown_background();
    Ok(observations)
}

/// Where an observation stands in the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Client,
    Dns { role: DnsRole, server: usize, name: usize, ipv6: bool },
    Resolver,
    Address { address: usize, stage: u8 },
    Proxied,
}

type Made = (Place, Observation);
type Reports = UnboundedSender<Made>;

/// What every visit of an address needs.
struct Errand {
    asking: Asking,
    through: Option<SocketAddr>,
    roots: RootStores,
    limits: Limits,
}

/// A measurement under way.
struct Run<'a> {
    errand: Arc<Errand>,
    began: Stopwatch,
    made: BTreeMap<Place, Observation>,
    progress: &'a dyn Fn(&Observation),
    servers: Vec<SocketAddr>,
    names: Vec<DnsName>,
    answers: Answers,
    /// What is asked for comparison, by the place of its answer.
    company: BTreeMap<Place, Asked>,
}

impl<'a> Run<'a> {
    fn new(plan: &Plan, roots: RootStores, progress: &'a dyn Fn(&Observation)) -> Self {
        let errand = Errand {
            asking: Asking {
                target: plan.target.clone(),
                path: plan.request.clone(),
                credential: plan.credential.clone(),
            },
            through: plan.socks5,
            roots,
            limits: Limits::start(plan.stage_timeout, plan.deadline),
        };
        let (servers, names) = (plan.deciding_servers(), plan.names());
        Self {
            errand: Arc::new(errand),
            began: Stopwatch::start(),
            made: BTreeMap::new(),
            progress,
            answers: Answers::of(servers.len(), names.len()),
            servers,
            names,
            company: BTreeMap::new(),
        }
    }

    async fn finish(mut self, plan: &Plan) -> Vec<Observation> {
        let (deciding, mut arriving) = unbounded_channel();
        let (company, mut beside) = unbounded_channel();
        self.note(Place::Client, Stopwatch::start().stop(Seen::Client(plan.client.clone())));
        self.ask_configured(&deciding);
        self.ask_beside(&plan.other_servers(), &company);
        self.ask_system(plan.system, &company);
        let handing = Handing::of(plan);
        self.hand_over(handing.as_ref(), &deciding);
        // The loop below ends when the last sender is gone: this one goes when the dialling is decided.
        let mut undecided = Some(deciding);
        if let (Some(destinations), Some(deciding)) = (at_once(plan), &undecided) {
            self.visit(destinations, deciding);
            undecided = None;
        }
        loop {
            self.decide(&mut undecided, &company);
            let made = tokio::select! {
                made = timeout_at(self.errand.limits.deadline(), arriving.recv()) => made.ok().flatten(),
                Some(made) = beside.recv() => Some(made),
            };
            let Some(made) = made else { break };
            self.hear(made);
        }
        drop(company);
        self.end(arriving, beside, plan.grace).await;
        if let Some(handing) = handing.filter(|_| !self.made.contains_key(&Place::Proxied)) {
            self.note(Place::Proxied, self.began.clone().stop(handing.given_up()));
        }
        self.made.into_values().collect()
    }

    /// Once all that decides is done, or the deadline has come: the last words of all others.
    async fn end(
        &mut self,
        mut arriving: UnboundedReceiver<Made>,
        mut beside: UnboundedReceiver<Made>,
        grace: Duration,
    ) {
        // What was reported in the very moment of the deadline.
        while let Ok(made) = arriving.try_recv() {
            self.hear(made);
        }
        let end = (Instant::now() + grace.min(LONGEST_GRACE)).min(self.errand.limits.deadline());
        while let Ok(Some(made)) = timeout_at(end, beside.recv()).await {
            self.hear(made);
        }
        for (place, asked) in std::mem::take(&mut self.company) {
            // Nobody needs to hear that there was no time to ask twice.
            if !self.made.contains_key(&place) && asked.role != DnsRole::Again {
                self.note(place, self.began.clone().stop(asked.given_up()));
            }
        }
        if let (true, Some(host)) = (self.answers.awaits_system(), self.names.last().cloned()) {
            let seen = ResolverSeen { name: host, outcome: ResolverOutcome::TimedOut, addresses: Vec::new() };
            self.note(Place::Resolver, self.began.clone().stop(Seen::Resolver(seen)));
        }
    }

    fn note(&mut self, place: Place, observation: Observation) {
        (self.progress)(&observation);
        self.made.insert(place, observation);
    }

    fn hear(&mut self, (place, observation): Made) {
        match (place, &observation.seen) {
            (Place::Dns { role: DnsRole::Configured | DnsRole::Searched, server, name, .. }, Seen::Dns(seen)) => {
                self.answers.hear(server, name, seen);
            }
            (Place::Resolver, Seen::Resolver(seen)) => self.answers.hear_system(&seen.addresses),
            _ => {}
        }
        self.note(place, observation);
    }

    /// Dials as soon as it is clear what, and asks the server that decided once more.
    fn decide(&mut self, undecided: &mut Option<Reports>, company: &Reports) {
        let Some(reports) = undecided else { return };
        let addresses = match self.answers.decision() {
            Decision::Wait => return,
            Decision::System(addresses) => addresses,
            Decision::Server { server, name, addresses } => {
                self.ask_again(server, name, company);
                addresses
            }
        };
        self.visit(destinations(addresses, self.errand.asking.target.port), reports);
        *undecided = None;
    }

    /// Asks all servers of the client for all names in both families.
    fn ask_configured(&self, reports: &Reports) {
        for (server, address) in self.servers.iter().enumerate() {
            for (name, text) in self.names.iter().enumerate() {
                let role = if name + 1 == self.names.len() { DnsRole::Configured } else { DnsRole::Searched };
                for ipv6 in [false, true] {
                    let asked = Asked { server: *address, role, name: text.clone(), ipv6 };
                    Self::ask(Place::Dns { role, server, name, ipv6 }, asked, self.errand.limits, reports);
                }
            }
        }
    }

    /// Asks the servers that never decide for the name itself.
    fn ask_beside(&mut self, servers: &[SocketAddr], reports: &Reports) {
        let Some(host) = self.names.last().cloned() else { return };
        let role = DnsRole::Beside;
        for (server, address) in servers.iter().enumerate() {
            for ipv6 in [false, true] {
                let asked = Asked { server: *address, role, name: host.clone(), ipv6 };
                self.ask_company(Place::Dns { role, server, name: 0, ipv6 }, asked, reports);
            }
        }
    }

    fn ask_again(&mut self, server: usize, name: usize, reports: &Reports) {
        let (Some(address), Some(text)) = (self.servers.get(server).copied(), self.names.get(name).cloned()) else {
            return;
        };
        let role = DnsRole::Again;
        for ipv6 in [false, true] {
            let asked = Asked { server: address, role, name: text.clone(), ipv6 };
            self.ask_company(Place::Dns { role, server, name, ipv6 }, asked, reports);
        }
    }

    fn ask_company(&mut self, place: Place, asked: Asked, reports: &Reports) {
        Self::ask(place, asked.clone(), self.errand.limits.with_stage(BESIDE), reports);
        self.company.insert(place, asked);
    }

    fn ask(place: Place, asked: Asked, limits: Limits, reports: &Reports) {
        let reports = reports.clone();
        tokio::spawn(async move {
            let _ = reports.send((place, dns::ask(asked, limits).await));
        });
    }

    /// Asks the resolver of the system, if it is to be asked.
    fn ask_system(&mut self, system: System, reports: &Reports) {
        let Some(host) = self.names.last().cloned() else { return };
        if matches!(system, System::NotAsked) {
            return;
        }
        self.answers.await_system();
        let (reports, limits) = (reports.clone(), self.errand.limits);
        tokio::spawn(async move {
            if let Some(observation) = system.ask(host, limits).await {
                let _ = reports.send((Place::Resolver, observation));
            }
        });
    }

    /// Hands the call to the proxy that the client's variables name, beside the direct way.
    fn hand_over(&self, handing: Option<&Handing>, reports: &Reports) {
        let Some(handing) = handing.cloned() else { return };
        let (errand, reports) = (Arc::clone(&self.errand), reports.clone());
        tokio::spawn(async move {
            // A secret is for the service, by the way that was judged: never for a proxy.
            let asking =
                Asking { target: errand.asking.target.clone(), path: errand.asking.path.clone(), credential: None };
            let observation = proxied::call(&handing, &asking, &errand.roots, errand.limits).await;
            let _ = reports.send((Place::Proxied, observation));
        });
    }

    /// Visits all destinations side by side.
    fn visit(&self, destinations: Vec<Destination>, reports: &Reports) {
        for (address, destination) in destinations.into_iter().enumerate() {
            let (errand, reports) = (Arc::clone(&self.errand), reports.clone());
            tokio::spawn(async move {
                errand
                    .visit(&destination, &|stage, observation| {
                        let _ = reports.send((Place::Address { address, stage }, observation));
                    })
                    .await;
            });
        }
    }
}

impl Errand {
    /// TCP, TLS and HTTP at one destination, as far as it goes and time is left.
    async fn visit(&self, destination: &Destination, report: &(dyn Fn(u8, Observation) + Sync)) {
        if self.limits.spent() {
            return;
        }
        let (observation, stream) = tcp::dial(destination, self.through, self.limits).await;
        report(0, observation);
        let Some(stream) = stream else { return };
        if self.limits.spent() {
            return;
        }
        let address = destination.address();
        let (observation, stream) =
            tls::shake(stream, address, &self.asking.target.host, &self.roots, self.limits).await;
        report(1, observation);
        let Some(stream) = stream else { return };
        if self.limits.spent() {
            return;
        }
        report(2, http::ask(stream, address, &self.asking, self.limits).await);
    }
}
