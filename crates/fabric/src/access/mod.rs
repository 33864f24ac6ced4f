//! Does the service let the call in: the public-access switch and the network rules?

mod replies;
mod reply;
mod rules;
mod services;

pub use reply::{Denial, NotThere, Reading, Refusal, address_seen, asks_first, phrases, read};
pub use rules::{SERVICE, SeenAs, seen_as};
pub use services::{ON_YOUR_DATA, by_service, may_call};

use crate::standing::Standing;
use model::resource::{Access, CognitiveServicesAccount, PublicNetworkAccess, SearchService};
use model::{Because, Decided, Fact, FactRef, Known, Mark, ResourceId, Snapshot, Why};

/// Whether the service lets the call in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Admission {
    /// It does.
    Open,
    /// Its network rules refuse it: the account, and the property that says so.
    Refused {
        /// The account.
        account: ResourceId,
        /// `publicNetworkAccess`, `networkAcls.defaultAction`, `networkAcls.virtualNetworkRules`, the `bypass` of the
        /// rules, or `allowedFqdnList` of an account that calls.
        property: &'static str,
    },
}

static SWITCH: Fact = Fact {
    id: "access-public-switch",
    text: "With publicNetworkAccess Disabled the service answers the public side with 403; an approved private endpoint is let in whatever the public side says.",
    mark: Mark::Recorded,
    source: "github.com/Azure-Samples/azure-search-openai-demo issue 1157, TabularEditor/TabularEditor3 issue 1557, read 2026-11-22",
};

static ACLS: Fact = Fact {
    id: "access-network-acls",
    text: "Network ACLs concern the public side only and have no effect unless their default action is Deny. A private endpoint does not close the public side by itself.",
    mark: Mark::Documented,
    source: "Azure AI documentation, ai-services/cognitive-services-virtual-networks.md, read 2026-11-22",
};

/// Through an approved private endpoint.
pub fn through_endpoint() -> Decided<Admission> {
    let because = Because::new("an approved private endpoint is let in").rule(&SWITCH);
    Decided::value(Admission::Open, because)
}

/// Over the public front end, from where a caller stands.
pub fn publicly(snapshot: &Snapshot, account_id: &ResourceId, from: &Standing) -> Decided<Admission> {
    if let Some(service) = snapshot.find::<SearchService>(account_id) {
        return services::publicly_into_search(account_id, service);
    }
    let Some(account) = snapshot.find::<CognitiveServicesAccount>(account_id) else {
        let text = format!("the public side of {} is not in the snapshot", account_id.name());
        return Decided::unknown(Why::NotCollected, Because::new(text));
    };
    let fact = |value: &str| FactRef::new(account_id, "publicNetworkAccess", value);
    match &account.public_network_access {
        Known::Unknown(why) => {
            let text = format!("publicNetworkAccess of {} is {}", account_id.name(), why.words());
            Decided::unknown(*why, Because::new(text))
        }
        Known::Value(PublicNetworkAccess::SecuredByPerimeter) => {
            let text = format!(
                "{} leaves public access to a network security perimeter; the snapshot does not tell whom the perimeter admits",
                account_id.name()
            );
            Decided::unknown(Why::Unsupported, Because::new(text).fact(fact("SecuredByPerimeter")))
        }
        Known::Value(PublicNetworkAccess::Disabled) => {
            let text = format!("public access of {} is disabled: the public side answers 403", account_id.name());
            let refused = Admission::Refused { account: account_id.clone(), property: "publicNetworkAccess" };
            Decided::value(refused, Because::new(text).fact(fact("Disabled")).rule(&SWITCH))
        }
        Known::Value(PublicNetworkAccess::Enabled) => rules(snapshot, account_id, account, fact("Enabled"), from),
    }
}

fn rules(
    snapshot: &Snapshot,
    id: &ResourceId,
    account: &CognitiveServicesAccount,
    switch: FactRef,
    from: &Standing,
) -> Decided<Admission> {
    let denied = account.network_acls.as_ref().filter(|acls| acls.default_action == Access::Deny);
    let Some(acls) = denied else {
        let text = format!("public access of {} is enabled for every network", id.name());
        return Decided::value(Admission::Open, Because::new(text).fact(switch).rule(&ACLS));
    };
    rules::judge(snapshot, id, acls, from)
}
