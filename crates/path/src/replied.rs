//! What does the reply to a measured call say of who calls?

use fabric::access::{self, Denial, NotThere, Reading};
use model::observation::{CredentialKind, HttpSeen};
use model::{Fact, Status};

/// A reply, read.
pub(crate) struct Replied {
    pub(crate) reading: Reading,
    status: u16,
    credential: Option<CredentialKind>,
}

impl Replied {
    pub(crate) fn of(reply: &HttpSeen) -> Self {
        Self { reading: access::read(reply), status: reply.status, credential: reply.credential }
    }

    /// The general fact that the reading rests on.
    pub(crate) fn fact(&self) -> Option<&'static Fact> {
        match self.reading {
            Reading::NetworkRefusal(_, fact) | Reading::Denied(_, fact) | Reading::NotThere(_, fact) => Some(fact),
            Reading::Reached | Reading::Unclear => None,
        }
    }

    /// How authentication went. Without a credential nothing is judged.
    pub(crate) fn auth(&self) -> (Status, String) {
        let Some(kind) = self.credential else {
            let text = match self.status {
                401 => "401: no credential was sent",
                _ => "not tested: no credential was given",
            };
            return (Status::Info, text.to_owned());
        };
        let what = match kind {
            CredentialKind::Key => "key",
            CredentialKind::Token => "token",
        };
        match self.reading {
            Reading::Denied(denial, _) => (Status::Fail, denied(denial).to_owned()),
            Reading::NotThere(NotThere::Deployment, _) => {
                (Status::Pass, format!("the {what} was accepted; there is no such deployment"))
            }
            Reading::NotThere(NotThere::Path, _) => {
                (Status::Info, "nothing is at this path, which says nothing of the credential".to_owned())
            }
            _ if (200..300).contains(&self.status) => (Status::Pass, format!("the {what} was accepted")),
            _ => (Status::Unknown, format!("{}: whether the {what} was accepted cannot be told", self.status)),
        }
    }
}

fn denied(denial: Denial) -> &'static str {
    match denial {
        Denial::Key => "the key was not accepted: it is not one of this resource",
        Denial::Token => "the token was not accepted: expired, or for another audience or tenant",
        Denial::Role | Denial::VaultRole => "the token was accepted; its identity has no role for this call",
        Denial::KeysDisabled => "keys are switched off for this account, and a key was sent",
        Denial::VaultPolicy => "the token was accepted; the vault's access policy does not allow this call",
        Denial::NoSubdomain => "tokens need an account with a custom subdomain, called by that name",
    }
}
