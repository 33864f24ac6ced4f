//! Does a service let another service of Azure in, that calls by itself from outside of every network?

use super::{Admission, publicly};
use crate::standing::Standing;
use model::resource::{Access, CognitiveServicesAccount, PublicNetworkAccess, SearchService};
use model::{Because, Decided, DnsName, Fact, FactRef, Known, Mark, ResourceId, Snapshot, Why};

/// Trusted services at an account.
static TRUSTED: Fact = Fact {
    id: "access-trusted-services-of-azure-openai",
    text: "With networkAcls.bypass AzureServices an account of Azure OpenAI lets in calls of search services and other Azure AI services that come with their system-assigned managed identity, although its public side is closed; calls with a key are not recognised.",
    mark: Mark::Documented,
    source: "Azure AI documentation, ai-services/cognitive-services-virtual-networks.md (trusted Azure services) and ai-services/openai/how-to/on-your-data-configuration.md, read 2026-11-23",
};

/// Trusted services at a search service.
static TRUSTED_BY_SEARCH: Fact = Fact {
    id: "access-trusted-services-of-search",
    text: "With networkRuleSet.bypass AzureServices a search service lets in calls of Azure OpenAI that come with its system-assigned managed identity, although its public access is disabled or limited to addresses.",
    mark: Mark::Documented,
    source: "Azure AI documentation, ai-services/openai/how-to/on-your-data-configuration.md (enable trusted service), and the property networkRuleSet.bypass of Azure's specification of Microsoft.Search, read 2026-11-23",
};

/// The public side of a search service.
static SEARCH_SWITCH: Fact = Fact {
    id: "access-search-public-switch",
    text: "With publicNetworkAccess disabled a search service answers private endpoints only, but for trusted services that it lets in; networkRuleSet.ipRules limit the public side to these addresses.",
    mark: Mark::Documented,
    source: "Azure AI Search documentation, search/service-configure-firewall.md and search/service-create-private-endpoint.md, read 2026-11-23",
};

/// Where the calls of an account for its users leave from.
pub static ON_YOUR_DATA: Fact = Fact {
    id: "accounts-call-search-from-azures-own-network",
    text: "For Azure OpenAI On Your Data the account calls the search service itself, from Azure's own network and over its public side; the managed private endpoint of former days was removed in July 2025. No network, zone, route or security group of the owner is on that way.",
    mark: Mark::Documented,
    source: "Azure AI documentation, ai-services/openai/how-to/on-your-data-configuration.md, read 2026-11-23",
};

/// The hosts that an account may call.
static OUTBOUND: Fact = Fact {
    id: "access-outbound-list-of-an-account",
    text: "An account with restrictOutboundNetworkAccess calls only what its allowedFqdnList names: host names or IPv4 addresses, 1000 at most. A change takes up to 15 minutes.",
    mark: Mark::Documented,
    source: "Azure AI documentation, ai-services/cognitive-services-data-loss-prevention.md; the reply: github.com/microsoft/sample-app-aoai-chatGPT issue 1050; read 2026-11-23",
};

/// Kinds of accounts that the list is documented for.
const WITH_OUTBOUND_LIST: [&str; 8] = [
    "OpenAI",
    "ComputerVision",
    "ContentModerator",
    "CustomVision.Prediction",
    "CustomVision.Training",
    "Face",
    "FormRecognizer",
    "SpeechServices",
];

/// The property that lets trusted services in.
const BYPASS: &str = "networkAcls.bypass";

/// Whether what is called lets a service in that calls publicly, by itself.
pub fn by_service(snapshot: &Snapshot, caller: &ResourceId, target: &ResourceId) -> Decided<Admission> {
    if let Some(service) = snapshot.find::<SearchService>(target) {
        return into_search(snapshot, caller, target, service);
    }
    let Some(account) = snapshot.find::<CognitiveServicesAccount>(target) else {
        let text = format!("the public side of {} is not in the snapshot", target.name());
        return Decided::unknown(Why::NotCollected, Because::new(text));
    };
    let acls = account.network_acls.as_ref();
    let closed = match &account.public_network_access {
        Known::Value(PublicNetworkAccess::Disabled) => true,
        Known::Value(PublicNetworkAccess::Enabled) => acls.is_some_and(|acls| acls.default_action == Access::Deny),
        _ => false,
    };
    let bypass = acls.and_then(|acls| acls.bypass.as_deref());
    if !closed || !bypass.is_some_and(trusts) {
        return outside(snapshot, target, bypass, closed);
    }
    if !matches!(account.kind.as_deref(), Some("OpenAI" | "AIServices")) {
        let text = format!(
            "{} lets trusted services in; that this holds for calls to an account of its kind is not documented",
            target.name()
        );
        return Decided::unknown(
            Why::Unsupported,
            Because::new(text).fact(FactRef::new(target, BYPASS, "AzureServices")),
        );
    }
    trusted(snapshot, caller, target, (BYPASS, &TRUSTED))
}

fn trusts(bypass: &str) -> bool {
    bypass.eq_ignore_ascii_case("AzureServices")
}

/// As anybody on the internet is let in; where nobody is, with the word that trusted services are not either.
fn outside(snapshot: &Snapshot, target: &ResourceId, bypass: Option<&str>, closed: bool) -> Decided<Admission> {
    let mut decided = publicly(snapshot, target, &Standing::outside());
    if closed {
        let text = format!("{} makes no exception for trusted services", target.name());
        let part = Because::new(text).fact(FactRef::new(target, BYPASS, bypass.unwrap_or("none"))).rule(&TRUSTED);
        decided.because = decided.because.part(part);
    }
    decided
}

/// Trusted services prove who they are with the identity that is theirs alone.
fn trusted(
    snapshot: &Snapshot,
    caller: &ResourceId,
    target: &ResourceId,
    (property, rule): (&'static str, &'static Fact),
) -> Decided<Admission> {
    let fact = FactRef::new(target, property, "AzureServices");
    let (who, whom) = (caller.name(), target.name());
    let Some(resource) = snapshot.get(caller) else {
        let text = format!("{whom} lets trusted services in; whether {who} has an identity is not in the snapshot");
        return Decided::unknown(Why::NotCollected, Because::new(text).fact(fact).rule(rule));
    };
    let system = resource.identity.as_ref().and_then(|identity| identity.system.as_deref());
    let Some(principal) = system else {
        let text = format!("{whom} lets trusted services in by their system-assigned identity, and {who} has none");
        let because = Because::new(text).fact(fact).fact(FactRef::new(caller, "identity.principalId", "")).rule(rule);
        return Decided::value(Admission::Refused { account: target.clone(), property }, because);
    };
    let text = format!("{whom} lets trusted services in, and with them {who} where it calls with its own identity");
    let because = Because::new(text).fact(fact).fact(FactRef::new(caller, "identity.principalId", principal));
    let proviso = "whether it calls with this identity or with a key is in its own definitions, which no Azure Resource Manager tells";
    Decided::value(Admission::Open, because.rule(rule).part(Because::new(proviso).rule(rule)))
}

/// The property that lets trusted services into a search service.
const SEARCH_BYPASS: &str = "networkRuleSet.bypass";

fn into_search(
    snapshot: &Snapshot,
    caller: &ResourceId,
    target: &ResourceId,
    service: &SearchService,
) -> Decided<Admission> {
    let mut decided = publicly_into_search(target, service);
    let closed = match &decided.outcome {
        Known::Value(Admission::Open) => false,
        Known::Value(Admission::Refused { .. }) => true,
        Known::Unknown(_) => !service.ip_rules.is_empty(),
    };
    if closed && service.bypass.as_deref().is_some_and(trusts) {
        return trusted(snapshot, caller, target, (SEARCH_BYPASS, &TRUSTED_BY_SEARCH));
    }
    if closed {
        let bypass = service.bypass.as_deref().unwrap_or("none");
        let exception = Because::new(format!("{} makes no exception for trusted services", target.name()));
        let exception = exception.fact(FactRef::new(target, SEARCH_BYPASS, bypass)).rule(&TRUSTED_BY_SEARCH);
        decided.because = decided.because.part(exception);
    }
    decided
}

/// Whether the public side of a search service lets in whoever has no private endpoint.
pub(super) fn publicly_into_search(target: &ResourceId, service: &SearchService) -> Decided<Admission> {
    let name = target.name();
    let fact = |value: &str| FactRef::new(target, "publicNetworkAccess", value);
    match &service.public_network_access {
        Known::Unknown(why) => {
            Decided::unknown(*why, Because::new(format!("publicNetworkAccess of {name} is {}", why.words())))
        }
        Known::Value(PublicNetworkAccess::SecuredByPerimeter) => {
            let text = format!(
                "{name} leaves public access to a network security perimeter; the snapshot does not tell whom the perimeter admits"
            );
            Decided::unknown(Why::Unsupported, Because::new(text).fact(fact("securedByPerimeter")))
        }
        Known::Value(PublicNetworkAccess::Disabled) => {
            let because = Because::new(format!("public access of {name} is disabled")).fact(fact("disabled"));
            let refused = Admission::Refused { account: target.clone(), property: "publicNetworkAccess" };
            Decided::value(refused, because.rule(&SEARCH_SWITCH))
        }
        Known::Value(PublicNetworkAccess::Enabled) if service.ip_rules.is_empty() => {
            let because = Because::new(format!("public access of {name} is enabled for every network"));
            Decided::value(Admission::Open, because.fact(fact("enabled")).rule(&SEARCH_SWITCH))
        }
        Known::Value(PublicNetworkAccess::Enabled) => {
            let text = format!("{name} admits some addresses; from which one this call would arrive is not known");
            let fact = FactRef::new(target, "networkRuleSet.ipRules", "some");
            Decided::unknown(Why::Unsupported, Because::new(text).fact(fact).rule(&SEARCH_SWITCH))
        }
    }
}

/// Whether an account may call a host at all. `None` where nothing restricts it.
pub fn may_call(snapshot: &Snapshot, caller: &ResourceId, host: &DnsName) -> Option<Decided<Admission>> {
    const LIST: &str = "allowedFqdnList";
    let account = snapshot.find::<CognitiveServicesAccount>(caller)?;
    if !account.restrict_outbound.is(&true) {
        return None;
    }
    let name = caller.name();
    let unknown = |text: String| {
        let fact = FactRef::new(caller, "restrictOutboundNetworkAccess", "true");
        Some(Decided::unknown(Why::Unsupported, Because::new(text).fact(fact).rule(&OUTBOUND)))
    };
    if !account.kind.as_deref().is_some_and(|kind| WITH_OUTBOUND_LIST.contains(&kind)) {
        return unknown(format!("{name} restricts whom it calls; what that does for its kind is not documented"));
    }
    let entry = |text: &&String| Listed::of(text, host);
    let best = account.allowed_hosts.iter().map(|text| entry(&text)).max().unwrap_or(Listed::No);
    match best {
        Listed::Yes => {
            let text = format!("{name} may call {host}: its list names it");
            let because = Because::new(text).fact(FactRef::new(caller, LIST, host.as_str())).rule(&OUTBOUND);
            Some(Decided::value(Admission::Open, because))
        }
        Listed::Above => unknown(format!(
            "the list of {name} names a domain above {host}; whether that lets it through is not documented"
        )),
        Listed::No => {
            let text = format!("{name} may call only the hosts of its own list, and {host} is not one of them");
            let listed = FactRef::new(caller, LIST, account.allowed_hosts.join(", "));
            let because = Because::new(text)
                .fact(FactRef::new(caller, "restrictOutboundNetworkAccess", "true"))
                .fact(listed)
                .rule(&OUTBOUND);
            Some(Decided::value(Admission::Refused { account: caller.clone(), property: LIST }, because))
        }
    }
}

/// What an entry of a list says of a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Listed {
    No,
    Above,
    Yes,
}

impl Listed {
    fn of(text: &str, host: &DnsName) -> Self {
        let text = text.trim();
        let text = text.split_once("://").map_or(text, |(_, rest)| rest);
        let text = text.split(['/', ':']).next().unwrap_or_default().trim_end_matches('.').to_ascii_lowercase();
        let domain = text.trim_start_matches("*.");
        match host.as_str() {
            host if host == text => Self::Yes,
            // What cannot be read may well name it.
            host if domain.contains('*') || host.ends_with(&format!(".{domain}")) => Self::Above,
            _ => Self::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_names_a_host_or_a_domain_above_it() {
        let host = DnsName::parse("yoursearch.search.windows.net").unwrap();
        let of = |text: &str| Listed::of(text, &host);
        for text in [
            "yoursearch.search.windows.net",
            "https://YourSearch.search.windows.net/",
            " yoursearch.search.windows.net. ",
        ] {
            assert_eq!(of(text), Listed::Yes, "{text}");
        }
        for text in ["search.windows.net", "*.search.windows.net", "your*.windows.net", "net"] {
            assert_eq!(of(text), Listed::Above, "{text}");
        }
        for text in ["", "other.search.windows.net", "search.windows.net.example", "earch.windows.net", "203.0.113.7"] {
            assert_eq!(of(text), Listed::No, "{text}");
        }
    }
}
