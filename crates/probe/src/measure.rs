//! In what order is everything measured, what goes on side by side, and when is it over?
//!
//! Every question to every DNS server and every address is a task of its own. They report to one loop,
//! which tells the caller, decides what is dialled as soon as that is clear, and puts the observations
//! in path order.

use crate::choice::{Answers, Decision, Destination, at_once, destinations};
use crate::clock::{Limits, Stopwatch};
use crate::plan::Plan;
use crate::tls::RootStores;
use crate::{ProbeError, dns, http, tcp, tls};
use model::observation::Seen;
use model::{Observation, Target};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::time::timeout_at;

/// Servers that are asked for comparison only get no longer than this.
const BESIDE: Duration = Duration::from_millis(500);

/// Measures. Blocks until everything is known or the deadline of the plan has come; `progress` hears
/// each observation as it is made. What comes back is in path order: the client, DNS (servers in order,
/// A before AAAA), then for each address TCP, TLS and HTTP.
///
/// TLS and HTTP are tried at every address that connects; HTTP only over a chain that is trusted for
/// the host. No credential is sent.
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
    runtime.shutdown_background();
    Ok(observations)
}

/// Where an observation stands in the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Client,
    Dns { server: usize, ipv6: bool },
    Address { address: usize, stage: u8 },
}

type Reports = UnboundedSender<(Place, Observation)>;

/// What every visit of an address needs.
struct Errand {
    target: Target,
    request: String,
    through: Option<SocketAddr>,
    roots: RootStores,
    limits: Limits,
}

/// A measurement under way.
struct Run<'a> {
    errand: Arc<Errand>,
    made: BTreeMap<Place, Observation>,
    progress: &'a dyn Fn(&Observation),
}

impl<'a> Run<'a> {
    fn new(plan: &Plan, roots: RootStores, progress: &'a dyn Fn(&Observation)) -> Self {
        let errand = Errand {
            target: plan.target.clone(),
            request: plan.request.clone(),
            through: plan.socks5,
            roots,
            limits: Limits::start(plan.stage_timeout, plan.deadline),
        };
        Self { errand: Arc::new(errand), made: BTreeMap::new(), progress }
    }

    async fn finish(mut self, plan: &Plan) -> Vec<Observation> {
        let (reports, mut arriving) = unbounded_channel();
        self.note(Place::Client, Stopwatch::start().stop(Seen::Client(plan.client.clone())));
        let servers = plan.deciding_servers();
        self.ask(&servers, &plan.other_servers(), &reports);
        let mut answers = Answers::of(servers.len());
        // The loop below ends when the last sender is gone: this one goes when the dialling is decided.
        let mut undecided = match at_once(plan) {
            Some(destinations) => {
                self.visit(destinations, &reports);
                drop(reports);
                None
            }
            None => Some(reports),
        };
        while let Ok(Some((place, observation))) = timeout_at(self.errand.limits.deadline(), arriving.recv()).await {
            if let (Place::Dns { server, .. }, Seen::Dns(seen)) = (place, &observation.seen) {
                answers.hear(server, seen);
            }
            self.note(place, observation);
            if let (Some(reports), Decision::Dial(addresses)) = (&undecided, answers.decision()) {
                self.visit(destinations(addresses, plan.target.port), reports);
                undecided = None;
            }
        }
        // What was reported in the very moment of the deadline.
        while let Ok((place, observation)) = arriving.try_recv() {
            self.note(place, observation);
        }
        self.made.into_values().collect()
    }

    fn note(&mut self, place: Place, observation: Observation) {
        (self.progress)(&observation);
        self.made.insert(place, observation);
    }

    /// Asks all servers for both families.
    fn ask(&self, deciding: &[SocketAddr], beside: &[SocketAddr], reports: &Reports) {
        let Some(name) = self.errand.target.host.name() else { return };
        let limits = self.errand.limits;
        let deciding = deciding.iter().map(|server| (*server, limits));
        let beside = beside.iter().map(|server| (*server, limits.with_stage(BESIDE)));
        for (index, (server, limits)) in deciding.chain(beside).enumerate() {
            for ipv6 in [false, true] {
                let (name, reports) = (name.clone(), reports.clone());
                tokio::spawn(async move {
                    let observation = dns::ask(server, name, ipv6, limits).await;
                    let _ = reports.send((Place::Dns { server: index, ipv6 }, observation));
                });
            }
        }
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
        let (observation, stream) = tls::shake(stream, address, &self.target.host, &self.roots, self.limits).await;
        report(1, observation);
        let Some(stream) = stream else { return };
        if self.limits.spent() {
            return;
        }
        report(2, http::get(stream, address, &self.target, &self.request, self.limits).await);
    }
}
