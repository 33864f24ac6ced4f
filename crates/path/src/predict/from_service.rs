//! What happens to a call that a service of Azure makes by itself? It starts in no network of the estate's owner.

use super::{Walk, target, unknown};
use crate::steps::Builder;
use crate::{Detail, Outcome, Trace};
use fabric::access::{self, Admission};
use fabric::client::{self, Named, Service};
use fabric::endpoint::{self, SharedWay};
use fabric::standing::Standing;
use model::resource::SearchService;
use model::{Because, Decided, End, Expect, Fact, Known, Question, ResourceId, Snapshot, Stage, Status, Way, Why};

/// Walks one question of a service that calls by itself: a search service, or an account of Azure AI services.
pub(super) fn walk(snapshot: &Snapshot, question: &Question, caller: &ResourceId) -> Trace {
    let mut build = Builder::new(question);
    build.place(question.from.to_string(), Some(caller));
    let named = client::named(&question.to.host);
    let target = target(snapshot, &named.outcome);
    build.decided(Stage::Client, named.clone(), super::client_status, Detail::Client);
    let (Known::Value(named), Some(service)) = (&named.outcome, service(&named.outcome)) else {
        return build.end(unknown(vec![Stage::Client]));
    };
    let standing = Standing::outside();
    let walk = Walk { snapshot, question, standing: &standing, named, target: &target };
    if snapshot.find::<SearchService>(caller).is_some() {
        walk.search_calls(build, caller, service)
    } else {
        walk.account_calls(build, caller, service)
    }
}

/// The service that a name is of; one that names none is called by no service of Azure.
fn service(named: &Known<Named>) -> Option<&Service> {
    match named {
        Known::Value(Named::Public(service)) => Some(service),
        _ => None,
    }
}

impl Walk<'_> {
    fn search_calls(&self, mut build: Builder<'_>, caller: &ResourceId, service: &Service) -> Trace {
        not_yours(&mut build, caller, &endpoint::OUTSIDE);
        let shared = endpoint::shared_way(self.snapshot, caller, service, self.target);
        let found = shared.outcome.clone();
        if let Known::Value(SharedWay::Open(link)) = &found {
            build.place(format!("shared-link/{}/{}", caller.name(), link.name()), Some(link));
        } else {
            build.place("public front end", None);
        }
        let private = self.question.expect == Expect::Private;
        let status = |shared: &SharedWay| match shared {
            SharedWay::Open(_) => Status::Pass,
            SharedWay::Closed(_) | SharedWay::Missing if private => Status::Fail,
            SharedWay::Closed(_) | SharedWay::Missing => Status::Info,
        };
        match build.decided(Stage::Endpoint, shared, status, Detail::Shared) {
            Status::Unknown => build.end(unknown(vec![Stage::Endpoint])),
            Status::Pass => self.service(build, Way::Private, access::through_endpoint()),
            _ => self.called_publicly(build, caller),
        }
    }

    /// An account of Azure AI services that calls for its users: it may have a list of hosts, and it calls publicly.
    fn account_calls(&self, mut build: Builder<'_>, caller: &ResourceId, service: &Service) -> Trace {
        not_yours(&mut build, caller, &access::ON_YOUR_DATA);
        let text = "no shared private link is there for accounts: they call the public side";
        build.step(Stage::Endpoint, Status::Info, Because::new(text).rule(&access::ON_YOUR_DATA), Detail::None);
        if let Some(may) = access::may_call(self.snapshot, caller, &service.host) {
            let open = |admission: &Admission| match admission {
                Admission::Open => Status::Info,
                Admission::Refused { .. } => Status::Fail,
            };
            match build.decided(Stage::Access, may, open, Detail::Access) {
                Status::Fail => return build.end(Outcome::new(Way::None, End::Stopped, Some(Stage::Access))),
                Status::Unknown => return build.end(unknown(vec![Stage::Access])),
                _ => {}
            }
        }
        if !service.is_of(model::Kind::SearchService) {
            let text = format!("by which way {} would call {} is not documented here", caller.name(), service.host);
            let because = Decided::<Admission>::unknown(Why::Unsupported, Because::new(text));
            build.decided(Stage::Access, because, |_| Status::Unknown, Detail::Access);
            return build.end(unknown(vec![Stage::Endpoint, Stage::Access]));
        }
        build.place("public front end", None);
        self.called_publicly(build, caller)
    }

    /// Over the public side of what is called, as a service that may be trusted there.
    fn called_publicly(&self, build: Builder<'_>, caller: &ResourceId) -> Trace {
        let admitted = match self.target {
            Known::Value(Some(target)) => access::by_service(self.snapshot, caller, target),
            _ => Decided::unknown(Why::NotCollected, Because::new("the service is not in the snapshot")),
        };
        let mut trace = self.service(build, Way::Public, admitted);
        if self.question.expect != Expect::Public {
            let end = trace.outcome.end;
            trace.outcome = Outcome::new(Way::Public, end, Some(Stage::Endpoint));
            trace.predicted = Some(trace.outcome.clone());
        }
        trace
    }
}

/// The stages that a call of a service passes in Azure's own network.
fn not_yours(build: &mut Builder<'_>, caller: &ResourceId, rule: &'static Fact) {
    let name = caller.name();
    for (stage, text) in [
        (Stage::Dns, format!("{name} resolves names itself: no zone and no DNS server of yours is asked")),
        (Stage::Route, format!("{name} calls from Azure's own network: no route of yours applies")),
        (Stage::Nsg, "no security group of yours is on this way".to_owned()),
    ] {
        build.step(stage, Status::Info, Because::new(text).rule(rule), Detail::None);
    }
}
