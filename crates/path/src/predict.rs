//! What would happen to this question, from configuration alone?

mod from_service;
mod publicly;
mod statuses;

use crate::by_proxy::handed_on_paper;
use crate::sets::parts;
use crate::steps::Builder;
use crate::{Detail, Outcome, Trace};
use fabric::access::{self, Admission};
use fabric::client::{self, Named};
use fabric::dns::{self, Answer, Resolution};
use fabric::endpoint::{self, Arrival, Landing, Serving};
use fabric::nsg::{self, Packet, Side};
use fabric::route::{self, Handed, Routing};
use fabric::sources;
use fabric::standing::{self, Standing};
use fabric::{auth, is_public, tls};
use ipnet::IpNet;
use model::resource::{ConnectionState, Protocol};
use model::{Because, Decided, End, Expect, Host, Known, Question, ResourceId, Snapshot, Stage, Status, Vantage, Way};
use statuses::{landing_status, not_served, nsg_status, route_status, serving_status};
use std::net::IpAddr;

/// Walks one question over an estate, by the way that a client with the variables of the snapshot takes. Of several
/// addresses the one that fares worst is shown, and of a set of sources the part that fares worst.
pub fn predict(snapshot: &Snapshot, question: &Question) -> Trace {
    handed_on_paper(snapshot, directly(snapshot, question))
}

/// The same for a client that calls directly, whatever its variables say of proxies.
pub fn directly(snapshot: &Snapshot, question: &Question) -> Trace {
    if let Vantage::Service(caller) = &question.from {
        return from_service::walk(snapshot, question, caller);
    }
    if !sources::is_set(&question.from) {
        return walk(snapshot, question, standing::of(snapshot, &question.from));
    }
    let worst = parts(snapshot, question).into_iter().min_by_key(|trace| trace.outcome.verdict);
    worst.unwrap_or_else(|| walk(snapshot, question, standing::of(snapshot, &question.from)))
}

/// Walks one question from where a vantage stands.
pub(crate) fn walk(snapshot: &Snapshot, question: &Question, standing: Decided<Standing>) -> Trace {
    let mut build = Builder::new(question);
    build.place(question.from.to_string(), question.from.resource());
    let named = client::named(&question.to.host);
    let target = target(snapshot, &named.outcome);
    build.decided(Stage::Client, named.clone(), client_status, Detail::Client);
    let Known::Value(named) = named.outcome else { return build.end(unknown(vec![Stage::Client])) };

    let Known::Value(place) = standing.outcome.clone() else {
        build.decided(Stage::Dns, standing, |_| Status::Unknown, |_| Detail::None);
        return build.end(unknown(vec![Stage::Dns]));
    };
    let is_host = |net: &&IpNet| place.network_interface.is_some() || net.prefix_len() == net.max_prefix_len();
    build.from(place.sources.iter().filter(is_host).copied());
    let walk = Walk { snapshot, question, standing: &place, named: &named, target: &target };
    match &question.to.host {
        Host::Address(address) => {
            build.step(Stage::Dns, Status::Info, Because::new("DNS is not asked for an address"), Detail::None);
            walk.to_address(build, *address)
        }
        Host::Name(name) => {
            let mut resolved = dns::resolve(snapshot, &place, name);
            // Who is asked is part of why the answer is what it is.
            resolved.because.rules.extend(standing.because.rules);
            resolved.because.parts.extend(standing.because.parts);
            walk.resolved(build, resolved)
        }
    }
}

fn unknown(candidates: Vec<Stage>) -> Outcome {
    Outcome::among(Way::Unknown, End::Unknown, candidates)
}

fn client_status(named: &Named) -> Status {
    match named {
        Named::Public(_) => Status::Pass,
        Named::Privatelink(_) | Named::Regional(_) | Named::Address(_) | Named::Other(_) => Status::Info,
    }
}

/// The resource that the question means.
fn target(snapshot: &Snapshot, named: &Known<Named>) -> Known<Option<ResourceId>> {
    match named {
        Known::Value(Named::Public(service) | Named::Privatelink(service)) => client::target(snapshot, service),
        _ => Known::Unknown(model::Why::Unsupported),
    }
}

/// How many appliances may stand behind each other.
const MOST_APPLIANCES: usize = 4;

/// What stays the same while one question is walked.
struct Walk<'s> {
    snapshot: &'s Snapshot,
    question: &'s Question,
    standing: &'s Standing,
    named: &'s Named,
    target: &'s Known<Option<ResourceId>>,
}

impl Walk<'_> {
    fn resolved(&self, mut build: Builder<'_>, resolved: Decided<Resolution>) -> Trace {
        let Known::Value(resolution) = resolved.outcome.clone() else {
            build.decided(Stage::Dns, resolved, |_| Status::Unknown, Detail::Dns);
            // Whatever DNS answers, no endpoint serves the name, or leads anywhere.
            match (self.unserved(), self.abandoned()) {
                (Some(unserved), _) => build.decided(Stage::Endpoint, unserved, serving_status, Detail::Serving),
                (None, Some(landing)) => build.decided(Stage::Endpoint, landing, landing_status, Detail::Endpoint),
                (None, None) => return build.end(unknown(vec![Stage::Dns])),
            };
            return build.end(Outcome::new(Way::Unknown, End::Unknown, Some(Stage::Endpoint)));
        };
        match &resolution.answer {
            Answer::NxDomain { .. } | Answer::Circle | Answer::Silent => {
                build.decided(Stage::Dns, resolved, |_| Status::Fail, Detail::Dns);
                build.end(Outcome::new(Way::None, End::Stopped, Some(Stage::Dns)))
            }
            Answer::Public { .. } => self.answered_publicly(build, resolved),
            Answer::Pinned(address) => self.addressed(build, resolved, &[*address]),
            // What was seen may be public: then it is no more wrong than what is predicted.
            Answer::Seen { addresses } if self.is_public(addresses) => self.answered_publicly(build, resolved),
            Answer::Private { addresses, .. } | Answer::Seen { addresses } => {
                self.addressed(build, resolved, addresses)
            }
        }
    }

    fn answered_publicly(&self, mut build: Builder<'_>, resolved: Decided<Resolution>) -> Trace {
        let status = match (self.question.expect, self.has_private_way()) {
            (Expect::Public, _) => Status::Pass,
            (_, true) => Status::Fail,
            // Nothing to go to privately: DNS is right to answer publicly.
            (_, false) => Status::Info,
        };
        build.decided(Stage::Dns, resolved, |_| status, Detail::Dns);
        self.publicly(build)
    }

    /// True for addresses that are the internet's, and of no endpoint in sight.
    fn is_public(&self, addresses: &[IpAddr]) -> bool {
        let nobody = |address: &IpAddr| is_public(*address) && self.landing(*address).outcome.is(&Landing::Nothing);
        !addresses.is_empty() && addresses.iter().all(nobody)
    }

    /// The first address that is not the asked resource's own endpoint decides, else the first.
    fn addressed(&self, mut build: Builder<'_>, resolved: Decided<Resolution>, addresses: &[IpAddr]) -> Trace {
        let wrong = addresses.iter().find(|address| !self.is_own(**address));
        let Some(address) = wrong.or(addresses.first()).copied() else {
            build.decided(Stage::Dns, resolved, |_| Status::Fail, Detail::Dns);
            return build.end(Outcome::new(Way::None, End::Stopped, Some(Stage::Dns)));
        };
        let landing = self.landing(address);
        let status = match &landing.outcome {
            Known::Value(Landing::Endpoint(arrival)) if self.leads_to_target(arrival) == Some(false) => Status::Fail,
            Known::Value(Landing::Nothing) if !is_public(address) || self.question.expect != Expect::Public => {
                Status::Fail
            }
            Known::Value(Landing::Endpoint(_) | Landing::Nothing) => Status::Pass,
            Known::Value(Landing::OtherInterface(_)) | Known::Unknown(_) => Status::Unknown,
        };
        let because =
            if status == Status::Pass { resolved.because } else { resolved.because.part(landing.because.clone()) };
        build.decided(Stage::Dns, Decided { outcome: resolved.outcome, because }, |_| status, Detail::Dns);
        self.to_address(build, address)
    }

    fn landing(&self, address: IpAddr) -> Decided<Landing> {
        endpoint::landing(self.snapshot, self.standing.entry(), address)
    }

    fn is_own(&self, address: IpAddr) -> bool {
        match self.landing(address).outcome {
            Known::Value(Landing::Endpoint(arrival)) => self.leads_to_target(&arrival) == Some(true),
            _ => false,
        }
    }

    /// Whether an endpoint leads to what the question means; `None` when that is not known.
    fn leads_to_target(&self, arrival: &Arrival) -> Option<bool> {
        match (self.target, &arrival.target) {
            (Known::Value(Some(asked)), Some(led)) => Some(asked == led),
            (_, Some(led)) => {
                let (Named::Public(service) | Named::Privatelink(service)) = self.named else { return None };
                endpoint::has_name_of(service, led).then_some(true)
            }
            _ => None,
        }
    }

    fn to_address(&self, build: Builder<'_>, address: IpAddr) -> Trace {
        let landing = self.landing(address);
        match landing.outcome.clone() {
            Known::Value(Landing::Endpoint(arrival)) => match self.leads_to_target(&arrival) {
                Some(true) => self.to_endpoint(build, address, &arrival, landing),
                Some(false) => build.end(Outcome::new(Way::None, End::Unknown, Some(Stage::Dns))),
                None if matches!(self.named, Named::Address(_)) => self.to_endpoint(build, address, &arrival, landing),
                None => build.end(unknown(vec![Stage::Dns, Stage::Endpoint])),
            },
            Known::Value(Landing::Nothing) if is_public(address) => self.publicly(build),
            Known::Value(Landing::Nothing) => build.end(Outcome::new(Way::None, End::Stopped, Some(Stage::Dns))),
            Known::Value(Landing::OtherInterface(_)) | Known::Unknown(_) => {
                build.end(unknown(vec![Stage::Dns, Stage::Route, Stage::Endpoint]))
            }
        }
    }

    /// Over the private way, stage by stage; the first that stops ends the walk.
    fn to_endpoint(
        &self,
        mut build: Builder<'_>,
        address: IpAddr,
        arrival: &Arrival,
        landing: Decided<Landing>,
    ) -> Trace {
        // Only an Approved endpoint is the private way, wherever the packet stops.
        let closed = matches!(&arrival.state, Known::Value(state) if *state != ConnectionState::Approved);
        let way = if closed { Way::None } else { Way::Private };
        let stop = |build: Builder<'_>, stage, status| match status {
            Status::Fail => build.end(Outcome::new(way, End::Stopped, Some(stage))),
            _ => build.end(Outcome::among(way, End::Unknown, vec![stage])),
        };
        let mut from = self.standing.clone();
        let mut sender = self.standing.clone();
        let mut packet = Packet {
            source: Side::Prefixes(from.sources.clone()),
            destination: nsg::one(address),
            protocol: Protocol::Tcp,
            port: self.question.to.port,
        };
        for passed in 0.. {
            let routed = route::to_endpoint(self.snapshot, &from, address, arrival);
            let next = routed.outcome.clone();
            let status = build.decided(Stage::Route, routed, route_status, Detail::Route);
            if status != Status::Pass {
                return stop(build, Stage::Route, status);
            }
            let out = nsg::outbound(self.snapshot, &from, &packet);
            let status = build.decided(Stage::Nsg, out, nsg_status, Detail::Nsg);
            if status != Status::Pass {
                return stop(build, Stage::Nsg, status);
            }
            let Known::Value(Routing::Appliance { route, address: appliance }) = next else { break };
            if passed == MOST_APPLIANCES {
                return stop(build, Stage::Route, Status::Unknown);
            }
            match self.through(&mut build, (&from, &sender), &packet, arrival, (&route, appliance)) {
                Ok((standing, source_nat)) => {
                    if source_nat {
                        packet.source = Side::Prefixes(standing.sources.clone());
                        sender = standing.clone();
                    }
                    from = standing;
                }
                Err((stage, status)) => return stop(build, stage, status),
            }
        }
        build.place(standing_place(&arrival.subnet), Some(&arrival.subnet));
        let into = nsg::inbound(self.snapshot, &arrival.subnet, &packet);
        let status = build.decided(Stage::Nsg, into, nsg_status, Detail::Nsg);
        if status != Status::Pass {
            return stop(build, Stage::Nsg, status);
        }
        build.place(arrival.endpoint.name(), Some(&arrival.endpoint));
        let serving = self.serving(arrival, address);
        let mut landing = landing;
        // That it serves the name is part of why the endpoint lets the call through.
        let serves = serving.as_ref().filter(|serving| serving.outcome.is(&Serving::Yes));
        landing.because.rules.extend(serves.into_iter().flat_map(|serving| &serving.because.rules));
        match build.decided(Stage::Endpoint, landing, landing_status, Detail::Endpoint) {
            Status::Pass => match serving.and_then(|serving| Some((not_served(&serving)?, serving))) {
                Some((other, serving)) => {
                    build.decided(Stage::Endpoint, serving, serving_status, Detail::Serving);
                    build.end(other)
                }
                None => self.service(build, Way::Private, access::through_endpoint()),
            },
            Status::Fail => build.end(Outcome::new(Way::None, End::Stopped, Some(Stage::Endpoint))),
            _ => build.end(unknown(vec![Stage::Endpoint])),
        }
    }

    /// Whether an endpoint serves the called name at this address; `None` for what is no name of a service.
    fn serving(&self, arrival: &Arrival, address: IpAddr) -> Option<Decided<Serving>> {
        let (Named::Public(service) | Named::Privatelink(service)) = self.named else { return None };
        Some(endpoint::serving(self.snapshot, arrival, address, service))
    }

    /// The endpoint that is left of a called resource which is not there any more, if so.
    fn abandoned(&self) -> Option<Decided<Landing>> {
        let Known::Value(Some(target)) = self.target else { return None };
        let (left, _) = endpoint::abandoned(self.snapshot, target)?;
        let landing = self.landing(*endpoint::addresses_of(self.snapshot, left).first()?);
        let own = |found: &Landing| matches!(found, Landing::Endpoint(arrival) if arrival.endpoint == *left);
        landing.outcome.value().is_some_and(own).then_some(landing)
    }

    /// That no endpoint of the called resource leads to the sub-resource that has the name, if so.
    fn unserved(&self) -> Option<Decided<Serving>> {
        let (Named::Public(service) | Named::Privatelink(service)) = self.named else { return None };
        let private = self.question.expect == Expect::Private && self.standing.entry().is_some();
        private.then(|| endpoint::unserved(self.snapshot, service)).flatten()
    }

    /// Through an appliance: where the packet goes on from, and whether with another source; else where
    /// it stops. It comes from one place, and its source may be the address of another.
    fn through(
        &self,
        build: &mut Builder<'_>,
        (from, sender): (&Standing, &Standing),
        packet: &Packet,
        arrival: &Arrival,
        (route, appliance): (&ResourceId, IpAddr),
    ) -> Result<(Standing, bool), (Stage, Status)> {
        let handed = route::hand_over(self.snapshot, from, route, appliance);
        let Known::Value(Handed::Forwards { standing, source_nat, balancer }) = handed.outcome.clone() else {
            let dropped = |_: &Handed| Status::Fail;
            let detail = |_| Detail::Route(Routing::Dropped(route.clone()));
            return Err((Stage::Route, build.decided(Stage::Route, handed, dropped, detail)));
        };
        let place = standing.network_interface.as_ref();
        let (label, at) = match (&balancer, place) {
            (Some(balancer), _) => (format!("load-balancer/{}", balancer.name()), Some(balancer)),
            (None, Some(nic)) => (format!("nic/{}", nic.name()), Some(nic)),
            (None, None) => (appliance.to_string(), None),
        };
        build.place(label, at);
        let into = nsg::into_host(self.snapshot, &standing, packet);
        let status = build.decided(Stage::Nsg, into, nsg_status, Detail::Nsg);
        if status != Status::Pass {
            return Err((Stage::Nsg, status));
        }
        build.decided(Stage::Route, handed, |_| Status::Pass, |_| Detail::None);
        let leaves = route::leaves_appliance(self.snapshot, sender, &standing, source_nat, &arrival.network);
        let carried = |carried: &bool| if *carried { Status::Pass } else { Status::Fail };
        match build.decided(Stage::Route, leaves, carried, |_| Detail::Route(Routing::Dropped(route.clone()))) {
            Status::Pass => Ok((*standing, source_nat)),
            status => Err((Stage::Route, status)),
        }
    }

    /// The service's own stages, at the end of either way.
    fn service(&self, mut build: Builder<'_>, way: Way, admitted: Decided<Admission>) -> Trace {
        build.place(self.question.to.to_string(), self.target.value().and_then(Option::as_ref));
        let covered = |coverage: &tls::Coverage| match coverage {
            tls::Coverage::Covered => Status::Pass,
            tls::Coverage::NotCovered(_) => Status::Fail,
        };
        let told = |status| match (way, status) {
            (Way::Public, Status::Pass) if self.question.expect != Expect::Public => Status::Info,
            (_, status) => status,
        };
        match build.decided(Stage::Tls, tls::coverage(self.named), |found| told(covered(found)), Detail::Tls) {
            Status::Fail => return build.end(Outcome::new(way, End::Stopped, Some(Stage::Tls))),
            Status::Unknown => return build.end(Outcome::among(way, End::Unknown, vec![Stage::Tls])),
            _ => {}
        }
        let open = |admission: &Admission| match admission {
            Admission::Open => Status::Pass,
            Admission::Refused { .. } => Status::Fail,
        };
        let outcome = match build.decided(Stage::Access, admitted, |found| told(open(found)), Detail::Access) {
            Status::Fail => return build.end(Outcome::new(way, End::Refused, Some(Stage::Access))),
            Status::Unknown => Outcome::among(way, End::Unknown, vec![Stage::Access]),
            _ => Outcome::new(way, End::Answered, None),
        };
        self.credential(&mut build);
        build.end(outcome)
    }

    /// What is known of the client's key, else of its identity; whether a call uses it is not, so nothing fails here.
    fn credential(&self, build: &mut Builder<'_>) {
        let (from, account) = (&self.question.from, self.target.value().and_then(Option::as_ref));
        let (because, detail) = match account.and_then(|account| auth::keys(self.snapshot, from, account)) {
            Some(Decided { outcome: Known::Value(keys), because }) => (because, Detail::Auth(keys)),
            Some(Decided { outcome: Known::Unknown(_), .. }) => (auth::untested(), Detail::None),
            None => match account.and_then(|account| auth::roles(self.snapshot, from, account)) {
                Some(Decided { outcome: Known::Value(roles), because }) => (because, Detail::Roles(roles)),
                Some(Decided { outcome: Known::Unknown(_), because }) => (because, Detail::None),
                None => (auth::untested(), Detail::None),
            },
        };
        build.step(Stage::Auth, Status::Info, because, detail);
    }
}

fn standing_place(subnet: &ResourceId) -> String {
    match fabric::network_of(subnet) {
        Some(network) => format!("{}/{}", network.name(), subnet.name()),
        None => subnet.name().to_owned(),
    }
}
