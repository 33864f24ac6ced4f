//! Does a search service have a private way of its own to what it calls? Its shared private links.

use super::sub_resource::{has_name_of, needed_groups};
use crate::client::Service;
use model::resource::{ConnectionState, PrivateEndpointConnection, SharedPrivateLink};
use model::{Because, Decided, Extent, Fact, FactRef, Kind, Known, Mark, ResourceId, Snapshot, Why};

/// The private way of a search service to what it calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SharedWay {
    /// This shared private link carries its calls.
    Open(ResourceId),
    /// These shared private links lead there, and none of them carries them: each with the reason.
    Closed(Vec<(ResourceId, Fault)>),
    /// None leads there.
    Missing,
}

/// Why a shared private link carries nothing, or not what is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Its owner has not approved it, or not any more.
    State(ConnectionState),
    /// Azure did not finish it: its `provisioningState`.
    Unfinished(String),
    /// It says Approved, and the account that it leads to lists no approved connection.
    NotListed,
    /// It is for another sub-resource than the one that has the name.
    OtherGroup {
        /// The group id that it has.
        has: String,
        /// The group id that the name needs.
        needs: &'static str,
    },
}

/// When a shared private link carries calls.
static CARRIES: Fact = Fact {
    id: "shared-private-link-carries-when-provisioned-and-approved",
    text: "A shared private link is functional when its provisioningState is Succeeded and its status Approved: the search service then uses it for every connection to that resource. Until the owner of the resource approves it, calls fail; one that is Incomplete has to be made again.",
    mark: Mark::Documented,
    source: "Azure AI Search documentation, search/search-indexer-howto-access-private.md, read 2026-11-23",
};

/// Which indexers take it.
static PRIVATE_ENVIRONMENT: Fact = Fact {
    id: "indexers-take-shared-private-links-in-the-private-environment",
    text: "An indexer takes a shared private link only where its definition says executionEnvironment private; that definition is in the search service, not in Azure Resource Manager.",
    mark: Mark::Documented,
    source: "Azure AI Search documentation, search/search-indexer-howto-access-private.md, read 2026-11-23",
};

/// Group ids of links to accounts.
static GROUPS: Fact = Fact {
    id: "shared-private-link-groups-of-accounts",
    text: "A shared private link to an account of Azure AI services has the group id openai_account for models that Azure OpenAI serves (embeddings, vectorizers), or cognitiveservices_account for what AI enrichment is billed to; the private DNS zone that is made for the link goes by its group id, so it carries the names of that group alone.",
    mark: Mark::Inferred,
    source: "from search/search-indexer-howto-access-private.md (supported resource types, creation workflow) of the Azure AI Search documentation, and github.com/MicrosoftDocs/azure-ai-docs pull request 842, read 2026-11-23",
};

/// A link that the other side does not know.
static NOT_LISTED: Fact = Fact {
    id: "shared-private-link-not-listed-by-its-account-is-gone",
    text: "A shared private link whose account lists no approved private endpoint connection at all carries nothing, whatever its own side still says: the connection was removed or rejected, or the account was made anew.",
    mark: Mark::Inferred,
    source: "from private-link/private-endpoint-overview.md (connection states) of the Azure documentation, read 2026-11-23",
};

/// Where calls of a search service leave from.
pub static OUTSIDE: Fact = Fact {
    id: "search-calls-from-azures-own-network",
    text: "A search service calls other resources from networks of Azure's own, over public connections unless a shared private link leads to the resource: no network, DNS zone, route or security group of its owner is on that way. An endpoint in a network of the owner is no way for it.",
    mark: Mark::Documented,
    source: "Azure AI Search documentation, search/search-indexer-howto-access-private.md and search/search-security-overview.md, read 2026-11-23",
};

impl Fault {
    /// What follows the name of the link in a sentence.
    pub fn words(&self) -> String {
        match self {
            Self::State(ConnectionState::Pending) => "waits for approval".to_owned(),
            Self::State(state) => format!("is {}", state.word()),
            Self::Unfinished(state) => format!("was not finished by Azure ({state})"),
            Self::NotListed => "says Approved, and its account lists no approved connection".to_owned(),
            Self::OtherGroup { has, needs } => format!("is for {has}, and the name is of {needs}"),
        }
    }

    /// The property that shows it, and its value.
    pub fn fact(&self, link: &ResourceId) -> FactRef {
        match self {
            Self::State(state) => FactRef::new(link, "status", state.word()),
            Self::Unfinished(state) => FactRef::new(link, "provisioningState", state.as_str()),
            Self::NotListed => FactRef::new(link, "status", "Approved"),
            Self::OtherGroup { has, .. } => FactRef::new(link, "groupId", has.as_str()),
        }
    }

    /// The fact about Azure that it follows from.
    pub fn rule(&self) -> &'static Fact {
        match self {
            Self::State(_) | Self::Unfinished(_) => &CARRIES,
            Self::NotListed => &NOT_LISTED,
            Self::OtherGroup { .. } => &GROUPS,
        }
    }
}

/// The private way of a search service to a name of a service, of which the resource is known or not.
pub fn shared_way(
    snapshot: &Snapshot,
    search: &ResourceId,
    service: &Service,
    target: &Known<Option<ResourceId>>,
) -> Decided<SharedWay> {
    let (name, host) = (search.name(), &service.host);
    let open = |why: Why, text: String| Decided::unknown(why, Because::new(text));
    let mut closed = Vec::new();
    let mut untold = None;
    for (id, link) in snapshot.children::<SharedPrivateLink>(search) {
        match leads(service, link, target) {
            Some(true) => {}
            Some(false) => continue,
            None => {
                untold.get_or_insert(format!("whether shared private link {} of {name} leads to {host}", id.name()));
                continue;
            }
        }
        match fault(snapshot, link, Some(service)) {
            Known::Value(None) => {
                let text = format!(
                    "shared private link {} of {name} is approved: it carries the call (of an indexer: with executionEnvironment private)",
                    id.name()
                );
                let fact = FactRef::new(id, "status", "Approved");
                let proviso = "the executionEnvironment of an indexer is in its own definition, which no Azure Resource Manager tells";
                let because = Because::new(text).fact(fact).rule(&CARRIES);
                let because = because.part(Because::new(proviso).rule(&PRIVATE_ENVIRONMENT));
                return Decided::value(SharedWay::Open(id.clone()), because);
            }
            Known::Value(Some(fault)) => closed.push((id.clone(), fault)),
            Known::Unknown(_) => {
                untold.get_or_insert(format!("whether shared private link {} of {name} carries calls yet", id.name()));
            }
        }
    }
    if let Some(text) = untold {
        return open(Why::NotCollected, format!("{text} is not known"));
    }
    if !closed.is_empty() {
        return shut(name, host.as_str(), closed);
    }
    match snapshot.coverage().of_children(search, Kind::SharedPrivateLink) {
        Extent::Missing(why) => open(why, format!("the shared private links of {name} are {}", why.words())),
        Extent::Complete | Extent::Assumed => {
            let text = format!("no shared private link of {name} leads to {host}: it calls publicly");
            let fact = FactRef::new(search, "sharedPrivateLinkResources", "none that leads there");
            Decided::value(SharedWay::Missing, Because::new(text).fact(fact).rule(&OUTSIDE))
        }
    }
}

fn shut(name: &str, host: &str, mut closed: Vec<(ResourceId, Fault)>) -> Decided<SharedWay> {
    // A link for the right names that is not open is nearer to the truth than one for others.
    closed.sort_by_key(|(_, fault)| matches!(fault, Fault::OtherGroup { .. }));
    let words: Vec<String> = closed.iter().map(|(id, fault)| format!("{} {}", id.name(), fault.words())).collect();
    let text = format!("no shared private link of {name} carries calls to {host}: {}", words.join("; "));
    let because = closed.iter().fold(Because::new(text), |because, (id, fault)| {
        let because = because.fact(fault.fact(id));
        if because.rules.contains(&fault.rule()) { because } else { because.rule(fault.rule()) }
    });
    Decided::value(SharedWay::Closed(closed), because)
}

/// Whether a link leads to the resource that has a name; `None` when that cannot be told.
fn leads(service: &Service, link: &SharedPrivateLink, target: &Known<Option<ResourceId>>) -> Option<bool> {
    let led = link.target.as_ref()?;
    let kind = led.resource_type();
    if !service.resource_types.iter().any(|known| known.eq_ignore_ascii_case(&kind)) {
        return Some(false);
    }
    match target {
        Known::Value(Some(asked)) => Some(asked == led),
        _ if has_name_of(service, led) => Some(true),
        // Accounts are named by their subdomain, others by themselves.
        _ => (!service.is_of(Kind::CognitiveServicesAccount)).then_some(false),
    }
}

/// Why a link carries nothing; with a name, also why it does not carry calls to it. A known `None` is a link that
/// carries them.
pub fn fault(snapshot: &Snapshot, link: &SharedPrivateLink, service: Option<&Service>) -> Known<Option<Fault>> {
    if let Some(fault) = service.and_then(|service| other_group(link, service)) {
        return Known::Value(Some(fault));
    }
    if link.is_under_way() {
        return Known::Unknown(Why::Unsupported);
    }
    let state = match &link.status {
        Known::Unknown(why) => return Known::Unknown(*why),
        Known::Value(state) => *state,
    };
    let unfinished = link.provisioning_state.value().filter(|state| {
        let state = state.to_ascii_lowercase();
        state == "incomplete" || state == "failed"
    });
    Known::Value(match (state, unfinished) {
        (ConnectionState::Approved, None) => is_not_listed(snapshot, link).then_some(Fault::NotListed),
        (ConnectionState::Approved, Some(state)) => Some(Fault::Unfinished(state.clone())),
        (state, _) => Some(Fault::State(state)),
    })
}

/// True when the account at the other end gave all of its connections, and none of them is approved. Which of them
/// is the link's is not told: its endpoint stands in a subscription of Azure's own.
fn is_not_listed(snapshot: &Snapshot, link: &SharedPrivateLink) -> bool {
    let Some(target) = &link.target else { return false };
    let all = snapshot.coverage().of_children(target, Kind::PrivateEndpointConnection) == Extent::Complete;
    let is_account = Kind::of_type(&target.resource_type()) == Kind::CognitiveServicesAccount;
    let may_be = |connection: &PrivateEndpointConnection| {
        let own = connection.private_endpoint.as_ref().is_some_and(|endpoint| snapshot.get(endpoint).is_some());
        !own && !matches!(connection.state, Known::Value(state) if state != ConnectionState::Approved)
    };
    let mut listed = snapshot.children::<PrivateEndpointConnection>(target);
    is_account && all && snapshot.get(target).is_some() && !listed.any(|(_, connection)| may_be(connection))
}

/// That a link is for another sub-resource than the one that has the name, where that is known.
fn other_group(link: &SharedPrivateLink, service: &Service) -> Option<Fault> {
    let (has, target) = (link.group_id.as_ref()?, link.target.as_ref()?);
    let (needs, others): (&'static str, &[&str]) = if service.is_of(Kind::CognitiveServicesAccount) {
        match service.suffix.split('.').next()? {
            "openai" => ("openai_account", &["cognitiveservices_account"]),
            "cognitiveservices" => ("cognitiveservices_account", &["openai_account"]),
            _ => return None,
        }
    } else {
        (needed_groups(target, service).into_iter().next()?, &[])
    };
    let is_other = if others.is_empty() {
        !has.eq_ignore_ascii_case(needs)
    } else {
        others.iter().any(|other| has.eq_ignore_ascii_case(other))
    };
    is_other.then(|| Fault::OtherGroup { has: has.clone(), needs })
}
