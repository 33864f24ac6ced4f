//! How does a document write the way to the host at which a client signs in?

use super::observation::{Ended, ended, saying};
use model::observation as seen;
use model::{Host, InvalidName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// The way to the host at which a client of Microsoft Entra ID signs in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInSeen {
    /// The host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The address at which the way ended; null when it did not come to that.
    pub address: Option<SocketAddr>,
    /// How it ended.
    pub outcome: Ended<SignInWord>,
}

/// How the way to a sign-in host ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SignInWord {
    Reached,
    NoAddress,
    TimedOut,
    Refused,
    Reset,
    Unreachable,
    NotTrusted,
    Failed,
}

impl From<&seen::SignInSeen> for SignInSeen {
    fn from(own: &seen::SignInSeen) -> Self {
        use seen::SignInOutcome as From;
        let outcome = match &own.outcome {
            From::Reached => ended(SignInWord::Reached),
            From::NoAddress(words) => saying(SignInWord::NoAddress, words),
            From::TimedOut => ended(SignInWord::TimedOut),
            From::Refused => ended(SignInWord::Refused),
            From::Reset => ended(SignInWord::Reset),
            From::Unreachable(words) => saying(SignInWord::Unreachable, words),
            From::NotTrusted(words) => saying(SignInWord::NotTrusted, words),
            From::Failed(words) => saying(SignInWord::Failed, words),
        };
        Self { host: own.host.to_string(), port: own.port, address: own.address, outcome }
    }
}

impl TryFrom<SignInSeen> for seen::SignInSeen {
    type Error = InvalidName;

    fn try_from(read: SignInSeen) -> Result<Self, InvalidName> {
        use seen::SignInOutcome as To;
        let words = read.outcome.words.unwrap_or_default();
        let outcome = match read.outcome.word {
            SignInWord::Reached => To::Reached,
            SignInWord::NoAddress => To::NoAddress(words),
            SignInWord::TimedOut => To::TimedOut,
            SignInWord::Refused => To::Refused,
            SignInWord::Reset => To::Reset,
            SignInWord::Unreachable => To::Unreachable(words),
            SignInWord::NotTrusted => To::NotTrusted(words),
            SignInWord::Failed => To::Failed(words),
        };
        Ok(Self { host: Host::parse(&read.host)?, port: read.port, address: read.address, outcome })
    }
}
