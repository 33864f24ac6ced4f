//! Do the network rules of the public side name the source of a call?

use super::{ACLS, Admission};
use crate::standing::{self, Standing};
use model::resource::{NetworkAcls, Subnet};
use model::{Because, Decided, Fact, FactRef, Known, Mark, ResourceId, Snapshot, Why};

/// What the service endpoint of accounts is called.
pub const SERVICE: &str = "Microsoft.CognitiveServices";

/// The property that lists the subnets.
const SUBNET_RULES: &str = "networkAcls.virtualNetworkRules";

static SUBNETS: Fact = Fact {
    id: "access-subnet-rules-need-a-service-endpoint",
    text: "A rule for a subnet lets in what comes from there with a service endpoint (Microsoft.CognitiveServices): the endpoint sends the identity of the subnet with each request.",
    mark: Mark::Documented,
    source: "Azure AI documentation, ai-services/cognitive-services-virtual-networks.md, read 2026-11-23",
};

static HIDDEN: Fact = Fact {
    id: "access-service-endpoint-replaces-the-public-address",
    text: "With a service endpoint in its subnet a call comes from its private address: rules for public addresses do not name it, and rules for private ones are not allowed.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/virtual-network-service-endpoints-overview.md, and ai-services/cognitive-services-virtual-networks.md, read 2026-11-23",
};

static DELETED: Fact = Fact {
    id: "access-rule-of-a-deleted-subnet",
    text: "A rule in state NetworkSourceDeleted names a subnet that was deleted; one that was made anew under the same name is another subnet.",
    mark: Mark::Inferred,
    source: "from the values of the property in the API, and github.com/Azure/azure-cli issue 16771, read 2026-11-22",
};

/// As what the public side of an account sees a caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenAs {
    /// As this subnet: it has the service endpoint.
    Subnet(ResourceId),
    /// As a public address, which the estate does not tell.
    PublicAddress,
}

/// As what the public side of an account sees a caller.
pub fn seen_as(snapshot: &Snapshot, from: &Standing) -> Decided<SeenAs> {
    let outside = |words: &str| Decided::value(SeenAs::PublicAddress, Because::new(words.to_owned()));
    let Some(id) = &from.subnet else { return outside("it comes from no subnet of Azure") };
    let Some(subnet) = snapshot.find::<Subnet>(id) else {
        return Decided::unknown(
            Why::NotCollected,
            Because::new(format!("subnet {} is not in the snapshot", id.name())),
        );
    };
    let place = standing::place(id);
    let fact = |value: &str| FactRef::new(id, "serviceEndpoints", value);
    let Some(endpoint) = subnet.service_endpoint(SERVICE) else {
        let because = Because::new(format!("{place} has no service endpoint {SERVICE}")).fact(fact("none"));
        return Decided::value(SeenAs::PublicAddress, because.rule(&SUBNETS));
    };
    if endpoint.state.as_deref().is_some_and(|state| !state.eq_ignore_ascii_case("succeeded")) {
        let text = format!("the service endpoint of {place} is {}", endpoint.state.as_deref().unwrap_or_default());
        return Decided::unknown(Why::Unsupported, Because::new(text).fact(fact(SERVICE)));
    }
    if from.app.as_ref().is_some_and(|app| !app.route_all.is(&true)) {
        let text = format!("whether an app that routes private ranges only comes by the service endpoint of {place}");
        return Decided::unknown(Why::Unsupported, Because::new(text).fact(fact(SERVICE)));
    }
    let because = Because::new(format!("it comes as {place}, which has a service endpoint")).fact(fact(SERVICE));
    Decided::value(SeenAs::Subnet(id.clone()), because.rule(&HIDDEN))
}

/// What rules whose default is Deny do to a caller.
pub(super) fn judge(snapshot: &Snapshot, id: &ResourceId, acls: &NetworkAcls, from: &Standing) -> Decided<Admission> {
    let default = FactRef::new(id, "networkAcls.defaultAction", "Deny");
    let name = id.name();
    let refused = |text: String| {
        let refused = Admission::Refused { account: id.clone(), property: "networkAcls.defaultAction" };
        Decided::value(refused, Because::new(text).fact(default.clone()).rule(&ACLS))
    };
    if acls.ip_rules.is_empty() && acls.virtual_network_rules.is_empty() {
        return refused(format!("the network rules of {name} deny every public source"));
    }
    let seen = seen_as(snapshot, from);
    let told = |mut decided: Decided<Admission>| {
        decided.because.rules.extend(seen.because.rules.clone());
        decided.because.parts.push(seen.because.clone());
        decided
    };
    let names_addresses = !acls.ip_rules.is_empty();
    match &seen.outcome {
        Known::Value(SeenAs::Subnet(subnet)) => told(by_subnet(id, acls, subnet)),
        Known::Value(SeenAs::PublicAddress) if !names_addresses => {
            told(refused(format!("{name} admits subnets only, each by its service endpoint")))
        }
        Known::Unknown(_)
            if !names_addresses && from.subnet.as_ref().is_none_or(|subnet| acls.rule_of(subnet).is_none()) =>
        {
            told(refused(format!("{name} admits subnets only, and this one is none of them")))
        }
        Known::Value(SeenAs::PublicAddress) if acls.ip_rules.iter().any(|net| net.prefix_len() == 0) => {
            let rule = FactRef::new(id, "networkAcls.ipRules", "0.0.0.0/0");
            let because = Because::new(format!("a rule of {name} lets every address in")).fact(rule).rule(&ACLS);
            told(Decided::value(Admission::Open, because))
        }
        Known::Value(SeenAs::PublicAddress) => {
            let text = format!("{name} admits some addresses; from which one this call would arrive is not known");
            told(Decided::unknown(Why::Unsupported, Because::new(text).fact(default)))
        }
        Known::Unknown(why) => {
            let text = format!("{name} admits some public sources; whether this is one of them is not known");
            told(Decided::unknown(*why, Because::new(text).fact(default)))
        }
    }
}

/// What comes with the identity of a subnet is let in by the rule for it, and by no other.
fn by_subnet(id: &ResourceId, acls: &NetworkAcls, subnet: &ResourceId) -> Decided<Admission> {
    let (name, place) = (id.name(), standing::place(subnet));
    let refused = Admission::Refused { account: id.clone(), property: SUBNET_RULES };
    let default = || FactRef::new(id, "networkAcls.defaultAction", "Deny");
    let Some(rule) = acls.rule_of(subnet) else {
        let because = Because::new(format!("no rule of {name} names {place}")).fact(default()).rule(&ACLS);
        return Decided::value(refused, because.rule(&SUBNETS));
    };
    let fact = FactRef::new(id, SUBNET_RULES, subnet.as_str());
    match rule.state.as_deref().map(str::to_ascii_lowercase).as_deref() {
        None | Some("succeeded") => {
            let because = Because::new(format!("a rule of {name} lets {place} in")).fact(fact).rule(&ACLS);
            Decided::value(Admission::Open, because.rule(&SUBNETS))
        }
        Some("networksourcedeleted") => {
            let text = format!("the rule of {name} for {place} means a subnet that was deleted");
            Decided::value(refused, Because::new(text).fact(fact).rule(&DELETED))
        }
        Some(state) => {
            let text = format!("the rule of {name} for {place} is in state {state}");
            Decided::unknown(Why::Unsupported, Because::new(text).fact(fact))
        }
    }
}
