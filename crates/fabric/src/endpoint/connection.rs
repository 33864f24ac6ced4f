//! In which state is the connection of an endpoint, and is there still anything at its other end?

use model::resource::{
    CognitiveServicesAccount, ConnectionState, PrivateEndpoint, PrivateEndpointConnection, PrivateLinkServiceConnection,
};
use model::{Because, Extent, Fact, FactRef, Key, Kind, Known, Mark, ResourceId, Snapshot, Why};

/// Why nothing is at the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lost {
    /// The service is not there any more.
    TargetGone,
    /// The service does not list this endpoint among its connections.
    NotListed,
}

static NOT_LISTED: Fact = Fact {
    id: "endpoint-not-listed-by-its-service-is-disconnected",
    text: "An endpoint that its service does not list among its private endpoint connections is Disconnected, whatever its own side still says: the connection was removed, or the service was deleted and made anew under its name.",
    mark: Mark::Inferred,
    source: "from private-link/private-endpoint-overview.md (connection states) of the Azure documentation, read 2026-11-22",
};

static TARGET_GONE: Fact = Fact {
    id: "endpoint-of-a-deleted-service-leads-nowhere",
    text: "An endpoint whose service was deleted leads nowhere. A service that is missing among fully read accounts of its resource group was deleted.",
    mark: Mark::Inferred,
    source: "from private-link/private-endpoint-overview.md (connection states) of the Azure documentation, read 2026-11-22",
};

impl Lost {
    /// What follows it in a sentence about the endpoint.
    pub(super) fn words(self, target: &ResourceId) -> String {
        match self {
            Self::TargetGone => format!("which leads to {}, and that is not there any more", target.name()),
            Self::NotListed => format!("which {} does not list among its connections", target.name()),
        }
    }

    /// The fact of the estate that shows it.
    pub fn shown_by(self, target: &ResourceId) -> FactRef {
        match self {
            Self::TargetGone => FactRef::new(target, "", "not there"),
            Self::NotListed => FactRef::new(target, "privateEndpointConnections", "this endpoint is not among them"),
        }
    }

    pub(super) fn rule(self) -> &'static Fact {
        match self {
            Self::TargetGone => &TARGET_GONE,
            Self::NotListed => &NOT_LISTED,
        }
    }
}

/// The worse of what the endpoint and the service say of their connection; Disconnected where it is [`lost`].
pub fn state(
    snapshot: &Snapshot,
    endpoint: &ResourceId,
    connection: Option<&PrivateLinkServiceConnection>,
) -> Known<ConnectionState> {
    let own = connection.map_or(Known::Unknown(Why::NotCollected), |connection| connection.state.clone());
    if connection.is_some_and(|connection| lost(snapshot, endpoint, connection).is_some()) {
        return Known::Value(ConnectionState::Disconnected);
    }
    let other = connection
        .and_then(|connection| connection.target.as_ref())
        .and_then(|target| service_side(snapshot, endpoint, target))
        .map_or(Known::Unknown(Why::NotCollected), |(_, side)| side.state.clone());
    match (own, other) {
        (Known::Value(own), Known::Value(other)) => Known::Value(own.max(other)),
        (Known::Value(one), Known::Unknown(_)) | (Known::Unknown(_), Known::Value(one)) => Known::Value(one),
        (Known::Unknown(why), Known::Unknown(_)) => Known::Unknown(why),
    }
}

/// Why a connection is lost, if the service's own documents show it. What whoever read the estate may not
/// see is not gone: a missing account counts only where another one of its resource group was read, and
/// a missing connection only where the account itself gave all of them.
pub fn lost(snapshot: &Snapshot, endpoint: &ResourceId, connection: &PrivateLinkServiceConnection) -> Option<Lost> {
    let target = connection.target.as_ref()?;
    let kind = Kind::CognitiveServicesAccount;
    if !target.resource_type().eq_ignore_ascii_case(kind.resource_type()) {
        return None;
    }
    let says = |state| connection.state.is(&state);
    if snapshot.find::<CognitiveServicesAccount>(target).is_none() {
        let gone = snapshot.coverage().of(kind) == Extent::Complete && has_neighbour(snapshot, target);
        let open = says(ConnectionState::Approved) || says(ConnectionState::Disconnected);
        return (gone && open).then_some(Lost::TargetGone);
    }
    // Either side says by itself that it is not approved: that is all there is to tell.
    if !says(ConnectionState::Approved) {
        return None;
    }
    let extent = snapshot.coverage().of_children(target, Kind::PrivateEndpointConnection);
    let mut listed = snapshot.children::<PrivateEndpointConnection>(target);
    let all_known = extent == Extent::Complete && listed.all(|(_, connection)| connection.private_endpoint.is_some());
    (all_known && service_side(snapshot, endpoint, target).is_none()).then_some(Lost::NotListed)
}

/// True when another account of the same resource group was read.
fn has_neighbour(snapshot: &Snapshot, target: &ResourceId) -> bool {
    let place = |id: &ResourceId| {
        let lower = |text: Option<&str>| text.map(str::to_ascii_lowercase);
        (lower(id.subscription()), lower(id.resource_group()))
    };
    let own = place(target);
    snapshot.all::<CognitiveServicesAccount>().any(|(id, _)| place(id) == own)
}

/// A resource that the snapshot lacks, and whose endpoints are all Disconnected: it was deleted, or its owner removed
/// every connection. Gives the first of these endpoints and why that is so; `None` while one may still lead there.
pub fn abandoned<'s>(snapshot: &'s Snapshot, target: &ResourceId) -> Option<(&'s ResourceId, Because)> {
    if snapshot.get(target).is_some() {
        return None;
    }
    let key = Key::LeadsTo(target.clone());
    let mut all = snapshot.by::<PrivateEndpoint>(&key).peekable();
    let (first, endpoint) = *all.peek()?;
    let leads = |connection: &&PrivateLinkServiceConnection| connection.target.as_ref() == Some(target);
    let gone = |(id, endpoint): (&ResourceId, &PrivateEndpoint)| {
        let connection = endpoint.connections.iter().find(leads);
        state(snapshot, id, connection).is(&ConnectionState::Disconnected)
    };
    if !all.all(gone) {
        return None;
    }
    let lost = endpoint.connections.iter().find(leads).and_then(|connection| lost(snapshot, first, connection));
    let because = match lost {
        Some(lost) => {
            let text = format!("{} is an endpoint {}", first.name(), lost.words(target));
            Because::new(text).fact(lost.shown_by(target)).rule(lost.rule())
        }
        None => {
            let (word, name) = (ConnectionState::Disconnected.word(), target.name());
            let text = format!("{} is {word}, and {name}, which it led to, is not in the snapshot", first.name());
            Because::new(text).fact(FactRef::new(first, "privateLinkServiceConnectionState.status", word))
        }
    };
    Some((first, because))
}

/// The connection as the service sees it.
pub fn service_side<'s>(
    snapshot: &'s Snapshot,
    endpoint: &ResourceId,
    target: &ResourceId,
) -> Option<(&'s ResourceId, &'s PrivateEndpointConnection)> {
    snapshot
        .children::<PrivateEndpointConnection>(target)
        .find(|(_, connection)| connection.private_endpoint.as_ref() == Some(endpoint))
}
