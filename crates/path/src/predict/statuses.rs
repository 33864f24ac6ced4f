//! Which decision of a part lets a call pass, stops it, or leaves it open?

use crate::Outcome;
use fabric::endpoint::{Landing, Serving};
use fabric::nsg::Passage;
use fabric::route::Routing;
use model::resource::ConnectionState;
use model::{Decided, End, Known, Stage, Status, Way};

pub(super) fn route_status(routing: &Routing) -> Status {
    match routing {
        Routing::Local | Routing::Peering(_) | Routing::Appliance { .. } | Routing::Gateway(_) | Routing::Internet => {
            Status::Pass
        }
        Routing::Dropped(_) | Routing::NoPath => Status::Fail,
    }
}

pub(super) fn nsg_status(passage: &Passage) -> Status {
    match passage {
        Passage::NoGroup | Passage::Allowed(_) => Status::Pass,
        Passage::Denied(_) => Status::Fail,
    }
}

/// What comes of a call for a name that the endpoint does not serve at this address. What the service says
/// to a name of another sub-resource or member is not known.
pub(super) fn not_served(serving: &Decided<Serving>) -> Option<Outcome> {
    match serving.outcome.value()? {
        Serving::OtherSubResource { .. } | Serving::NoSubdomain(_) | Serving::TierWithout(_) => {
            Some(Outcome::new(Way::None, End::Unknown, Some(Stage::Endpoint)))
        }
        Serving::Elsewhere(_) => Some(Outcome::among(Way::Private, End::Unknown, vec![Stage::Dns, Stage::Endpoint])),
        Serving::Yes => None,
    }
}

pub(super) fn serving_status(serving: &Serving) -> Status {
    match serving {
        Serving::Yes => Status::Pass,
        Serving::Elsewhere(_) => Status::Unknown,
        Serving::OtherSubResource { .. } | Serving::NoSubdomain(_) | Serving::TierWithout(_) => Status::Fail,
    }
}

pub(super) fn landing_status(landing: &Landing) -> Status {
    match landing {
        Landing::Endpoint(arrival) => match arrival.state {
            Known::Value(ConnectionState::Approved) => Status::Pass,
            Known::Value(_) => Status::Fail,
            Known::Unknown(_) => Status::Unknown,
        },
        Landing::OtherInterface(_) => Status::Unknown,
        Landing::Nothing => Status::Fail,
    }
}
