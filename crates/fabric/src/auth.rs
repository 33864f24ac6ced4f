//! Will the service accept who the caller says it is? Nothing is said without a credential; what is
//! known is where tokens come from.

mod audience;
mod local;

pub use audience::audience;
pub use local::{KEYS_OFF, Keys, keys};

use model::{Because, DnsName, Fact, Mark};

/// What is said of authentication when no credential was given.
pub fn untested() -> Because {
    Because::new("not tested: no credential was given")
}

/// Where tokens come from.
pub static SIGN_IN: Fact = Fact {
    id: "tokens-come-from-public-sign-in-hosts",
    text: "Tokens of Microsoft Entra ID come from its sign-in hosts, such as login.microsoftonline.com; a client, a managed identity of an app among them, has to resolve and reach them.",
    mark: Mark::Documented,
    source: "Azure documentation, identity platform national-cloud sign-in endpoints; failure modes resolver-or-login-name-hijacked and entra-egress-blocked, read 2026-11-22",
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
