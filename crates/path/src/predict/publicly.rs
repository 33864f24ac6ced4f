//! What happens to a call that takes the public way, and where did it leave the private one?

use super::Walk;
use super::statuses::{nsg_status, route_status, serving_status};
use crate::steps::Builder;
use crate::{Detail, Outcome, Trace};
use fabric::access;
use fabric::client::{self, Named};
use fabric::nsg::{self, Packet, Side};
use fabric::route::{self, Routing};
use model::resource::{CognitiveServicesAccount, Protocol};
use model::{Because, Decided, End, Expect, Known, Stage, Status, Way};

impl Walk<'_> {
    /// Over the public way: it left the private one at DNS, whatever comes after.
    pub(super) fn publicly(&self, mut build: Builder<'_>) -> Trace {
        let left = self.left_private_way();
        let meant = self.question.expect == Expect::Public;
        // Whoever means to come publicly has left nothing: where it stops is where it is wrong.
        let stop = |build: Builder<'_>, stage, status| {
            build.end(match (meant, status) {
                (true, Status::Fail) => Outcome::new(Way::Public, End::Stopped, Some(stage)),
                (true, _) => Outcome::among(Way::Public, End::Unknown, vec![stage]),
                (false, Status::Fail) => Outcome { end: End::Stopped, ..left.clone() },
                (false, _) => Outcome { end: End::Unknown, ..left.clone() },
            })
        };
        // What goes well on the wrong way is told, and is no success.
        let told = |status| match status {
            Status::Pass if self.question.expect != Expect::Public => Status::Info,
            status => status,
        };
        let goes_on = |status| matches!(status, Status::Pass | Status::Info);
        let routed = route::to_public(self.snapshot, self.standing);
        // An app outside of any network never enters the private way: that is where it is left.
        let status_of =
            |routing: &Routing| if self.never_enters() { Status::Fail } else { told(route_status(routing)) };
        let status = build.decided(Stage::Route, routed, status_of, Detail::Route);
        if !goes_on(status) && !self.never_enters() {
            return stop(build, Stage::Route, status);
        }
        let bypasses = self.standing.app.as_ref().is_some_and(|app| !app.route_all.is(&true));
        if !bypasses {
            let packet = Packet {
                source: Side::Prefixes(self.standing.sources.clone()),
                destination: Side::PublicFrontEnd,
                protocol: Protocol::Tcp,
                port: self.question.to.port,
            };
            let out = match self.target {
                Known::Value(Some(target)) if self.snapshot.find::<CognitiveServicesAccount>(target).is_some() => {
                    nsg::outbound_to_account(self.snapshot, self.standing, &packet)
                }
                _ => nsg::outbound(self.snapshot, self.standing, &packet),
            };
            let status = build.decided(Stage::Nsg, out, |passage| told(nsg_status(passage)), Detail::Nsg);
            if !goes_on(status) {
                return stop(build, Stage::Nsg, status);
            }
        }
        build.place("public front end", None);
        match self.unserved() {
            Some(unserved) => {
                build.decided(Stage::Endpoint, unserved, serving_status, Detail::Serving);
            }
            None => {
                let text = "no private endpoint is on this way";
                build.step(Stage::Endpoint, Status::Info, Because::new(text), Detail::None);
            }
        }
        let admitted = match self.target {
            Known::Value(Some(account)) => access::publicly(self.snapshot, account, self.standing),
            _ => Decided::unknown(model::Why::NotCollected, Because::new("the service is not in the snapshot")),
        };
        let mut trace = self.service(build, Way::Public, admitted);
        if meant {
            return trace;
        }
        let end = trace.outcome.end;
        trace.outcome = Outcome { end, ..left };
        trace.predicted = Some(trace.outcome.clone());
        trace
    }

    /// Where a public outcome left the private way: nowhere when public is what should be, at DNS
    /// when there is an endpoint to go to, and not to be told otherwise.
    fn left_private_way(&self) -> Outcome {
        if self.question.expect == Expect::Public {
            return Outcome::new(Way::Public, End::Unknown, None);
        }
        if let Named::Regional(_) = self.named {
            // No answer of DNS leads from there to one account's endpoint.
            Outcome::new(Way::Public, End::Unknown, Some(Stage::Client))
        } else if self.never_enters() {
            Outcome::new(Way::Public, End::Unknown, Some(Stage::Route))
        } else if self.has_private_way() {
            Outcome::new(Way::Public, End::Unknown, Some(Stage::Dns))
        } else if self.unserved().is_some() {
            Outcome::new(Way::Public, End::Unknown, Some(Stage::Endpoint))
        } else {
            let outside = self.standing.entry().is_none();
            let candidates = if outside { vec![Stage::Client] } else { vec![Stage::Client, Stage::Endpoint] };
            Outcome::among(Way::Public, End::Unknown, candidates)
        }
    }

    /// True for an app, a container app, or a gateway of API Management that is known to be in no network of its owner, asking for what has a private endpoint.
    fn never_enters(&self) -> bool {
        let standing = self.standing;
        let platform = standing.app.is_some() || standing.environment.is_some() || standing.gateway.is_some();
        let alone = platform && self.standing.network.is_none();
        alone && self.question.expect != Expect::Public && self.target_has_endpoint()
    }

    /// True when there is a private way to leave: the vantage is in a network or behind its gateway, and the
    /// asked resource is known to have a private endpoint.
    pub(super) fn has_private_way(&self) -> bool {
        self.standing.entry().is_some() && self.target_has_endpoint()
    }

    fn target_has_endpoint(&self) -> bool {
        let Known::Value(Some(target)) = self.target else { return false };
        client::has_endpoint(self.snapshot, target).value().is_some_and(Option::is_some)
    }
}
