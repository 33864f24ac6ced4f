//! Where does a client get its tokens, and is the way there open on paper?

use crate::nsg::{self, Decider, Packet, Passage, SIGN_IN_TAG, Side};
use crate::route::{self, Routing};
use crate::standing;
use model::resource::Protocol;
use model::{
    Because, Decided, DnsName, Fact, FactRef, Known, Mark, Question, ResourceId, Snapshot, Vantage, is_key_name,
};

/// Where tokens come from.
pub static SIGN_IN: Fact = Fact {
    id: "tokens-come-from-public-sign-in-hosts",
    text: "Applications with a secret, a certificate or a federated token, and users, get tokens of Microsoft Entra ID from its sign-in hosts, such as login.microsoftonline.com, which they have to resolve and reach themselves. A managed identity asks an endpoint of its own host instead: 169.254.169.254 on a machine, what IDENTITY_ENDPOINT names in an app.",
    mark: Mark::Documented,
    source: "Azure documentation, identity platform national-cloud sign-in endpoints and managed-identities-azure-resources/how-to-use-vm-token.md, app-service/overview-managed-identity.md, read 2026-11-23; failure modes resolver-or-login-name-hijacked and entra-egress-blocked, read 2026-11-22",
};

/// The sign-in hosts of the Azure clouds.
const HOSTS: [&str; 4] = [
    "login.microsoftonline.com",
    "login.microsoft.com",
    "login.microsoftonline.us",
    "login.partner.microsoftonline.cn",
];

/// The sign-in hosts that a zone of this name would answer for.
pub fn sign_in_hosts(zone: &str) -> impl Iterator<Item = DnsName> {
    HOSTS.into_iter().filter_map(|host| DnsName::parse(host).ok()).filter(move |host| host.is_within(zone))
}

/// Variables that say how an application proves itself to a sign-in host.
const PROOFS: [&str; 3] = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_CERTIFICATE_PATH", "AZURE_FEDERATED_TOKEN_FILE"];

/// What keeps a client from the sign-in hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// A rule of a security group.
    ByGroup(Decider),
    /// A user route that drops what it matches.
    ByRoute(ResourceId),
}

/// What keeps a client that signs in at a sign-in host from it, on paper. `None` where nothing does, where the client is
/// not known to go there, and where it cannot be told: what a firewall lets through is in no configuration that is read.
pub fn kept_from_sign_in(snapshot: &Snapshot, question: &Question) -> Option<Decided<Kept>> {
    let variable = signs_in_by(snapshot, &question.from)?;
    let standing = standing::of(snapshot, &question.from).outcome;
    let standing = standing.value()?;
    let because = |text: &str| {
        Because::new(format!("{variable} is set: the client asks a sign-in host for its token, and {text}"))
            .rule(&SIGN_IN)
    };
    let routed = route::to_public(snapshot, standing);
    match routed.outcome.value()? {
        Routing::Dropped(route) => {
            let kept = Kept::ByRoute(route.clone());
            return Some(Decided::value(kept, because("a user route drops the call").part(routed.because)));
        }
        Routing::Internet => {}
        _ => return None,
    }
    // What bypasses the network meets no group of it.
    if standing.app.as_ref().is_some_and(|app| !app.route_all.is(&true)) {
        return None;
    }
    let source = Side::Prefixes(standing.sources.clone());
    let packet = Packet { source, destination: Side::SignIn, protocol: Protocol::Tcp, port: 443 };
    let passed = nsg::outbound(snapshot, standing, &packet);
    let Known::Value(Passage::Denied(decider)) = passed.outcome else { return None };
    let fact = FactRef::new(decider.rule.as_ref().unwrap_or(&decider.group), "access", "Deny");
    let because = because("a security group drops the call").fact(fact).rule(&SIGN_IN_TAG).part(passed.because);
    Some(Decided::value(Kept::ByGroup(decider), because))
}

/// The variable by which the client signs in at a sign-in host. A managed identity has none, and neither has a key.
fn signs_in_by(snapshot: &Snapshot, from: &Vantage) -> Option<&'static str> {
    // The variables are those of the host that is asked about; apps have settings of their own.
    if matches!(from, Vantage::WebApp(_) | Vantage::ContainerApp(_)) {
        return None;
    }
    let environment = &snapshot.client().environment;
    // Who has a key may call with it.
    if environment.keys().any(|name| is_key_name(name)) {
        return None;
    }
    let set = |name: &&str| environment.get(*name).is_some_and(|value| !value.trim().is_empty());
    // Without these the libraries pass the variable over.
    let complete = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID"].iter().all(set);
    PROOFS.into_iter().find(set).filter(|_| complete)
}
