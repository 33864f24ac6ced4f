//! How is the way through a proxy written down: what was measured of it, and what follows?

use super::observation::{Ended, HttpSeen, TlsSeen};
use super::{Evidence, Outcome, Variable};
use model::InvalidName;
use model::observation as own;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// The same call, handed to the proxy that the client's variables name. It carries no credential.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProxiedSeen {
    /// What names the proxy; the value is without credentials.
    pub variable: Variable,
    /// The address of the proxy that was dialled; null when it did not come to that.
    pub proxy: Option<SocketAddr>,
    /// What the proxy did with the call.
    pub outcome: Ended<ProxyWord>,
    /// The handshake with whoever answered through the proxy; its address says nothing.
    pub tls: Option<TlsSeen>,
    /// The request through the proxy; its address says nothing.
    pub http: Option<HttpSeen>,
}

/// What a proxy did with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProxyWord {
    Opened,
    WantsCredentials,
    Refused,
    NoWay,
    Unreachable,
    TimedOut,
    Garbage,
    NotTried,
}

/// The way through the proxy that the client's variables name, beside the direct way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ByProxy {
    /// What names the proxy; the value is without credentials.
    pub variable: Variable,
    /// Exceptions that do not cover the host, or not for every program; null when there are none.
    pub exceptions: Option<Variable>,
    /// How programs read the exceptions differently; null when all of them hand the call over.
    pub differs: Option<String>,
    /// The answer of the direct way.
    pub direct: Outcome,
    /// The answer of the way through the proxy.
    pub outcome: Outcome,
    /// True when the way through the proxy is the answer of the trace.
    pub decides: bool,
    /// Where the proxy stands, such as `vm/proxy`; null when it is no known host of the estate.
    pub stands_at: Option<String>,
    /// What configuration says of it; empty when it says nothing.
    pub summary: String,
    /// What that rests on.
    pub evidence: Vec<Evidence>,
    /// What was measured through it, a line each.
    pub seen: Vec<String>,
}

fn variable((name, value): &(String, String)) -> Variable {
    Variable { name: name.clone(), value: value.clone() }
}

impl From<&path::ByProxy> for ByProxy {
    fn from(own: &path::ByProxy) -> Self {
        Self {
            variable: variable(&own.variable),
            exceptions: own.exceptions.as_ref().map(variable),
            differs: own.differs.map(str::to_owned),
            direct: (&own.direct).into(),
            outcome: (&own.outcome).into(),
            decides: own.decides,
            stands_at: own.stands_at.as_ref().map(ToString::to_string),
            summary: own.because.text.clone(),
            evidence: finding::Evidence::of(&own.because).iter().map(Into::into).collect(),
            seen: own.seen.clone(),
        }
    }
}

impl From<&own::ProxiedSeen> for ProxiedSeen {
    fn from(own: &own::ProxiedSeen) -> Self {
        use own::ProxyOutcome as From;
        let (word, words) = match &own.outcome {
            From::Opened => (ProxyWord::Opened, None),
            From::WantsCredentials => (ProxyWord::WantsCredentials, None),
            From::Refused(words) => (ProxyWord::Refused, Some(words)),
            From::NoWay(words) => (ProxyWord::NoWay, Some(words)),
            From::Unreachable(words) => (ProxyWord::Unreachable, Some(words)),
            From::TimedOut => (ProxyWord::TimedOut, None),
            From::Garbage(words) => (ProxyWord::Garbage, Some(words)),
            From::NotTried(words) => (ProxyWord::NotTried, Some(words)),
        };
        Self {
            variable: variable(&own.variable),
            proxy: own.proxy,
            outcome: Ended { word, words: words.cloned() },
            tls: own.tls.as_ref().map(Into::into),
            http: own.http.as_ref().map(Into::into),
        }
    }
}

impl TryFrom<ProxiedSeen> for own::ProxiedSeen {
    type Error = InvalidName;

    fn try_from(read: ProxiedSeen) -> Result<Self, InvalidName> {
        use own::ProxyOutcome as To;
        let words = read.outcome.words.unwrap_or_default();
        Ok(Self {
            variable: (read.variable.name, read.variable.value),
            proxy: read.proxy,
            outcome: match read.outcome.word {
                ProxyWord::Opened => To::Opened,
                ProxyWord::WantsCredentials => To::WantsCredentials,
                ProxyWord::Refused => To::Refused(words),
                ProxyWord::NoWay => To::NoWay(words),
                ProxyWord::Unreachable => To::Unreachable(words),
                ProxyWord::TimedOut => To::TimedOut,
                ProxyWord::Garbage => To::Garbage(words),
                ProxyWord::NotTried => To::NotTried(words),
            },
            tls: read.tls.map(TryInto::try_into).transpose()?,
            http: read.http.map(Into::into),
        })
    }
}
