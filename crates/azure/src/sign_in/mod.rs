//! Who is signed in here, and how is a token of it got?
//!
//! The sources are tried in the order in which `DefaultAzureCredential` of the Azure SDKs tries them, so
//! that the identity is the one that an application here has: an application with a secret, a workload with
//! a federated token, a managed identity, and last whoever is logged in to `az`. A source that is not set up
//! is passed over; one that is set up and fails ends the search, as it does for the application, because
//! another identity would prove nothing.

mod az;
mod claims;
mod exchange;
mod managed;
mod reply;
mod tenant;

#[cfg(test)]
mod tests;

pub use az::Az;
pub use claims::Claims;

use crate::Roots;
use model::{Secret, visible};
use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// Looks up an environment variable of the process that signs in.
pub type Variable<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Reads a file, or says why not.
pub type File<'a> = &'a dyn Fn(&str) -> Result<String, String>;

/// Finds where a host of this name and port answers over TLS, or says why it is out of reach.
pub type Reach<'a> = &'a dyn Fn(&str, u16) -> Result<SocketAddr, String>;

/// What surrounds whoever signs in. The room reads no environment and no file, and asks no DNS server.
pub struct Surroundings<'a> {
    /// The environment variables.
    pub variable: Variable<'a>,
    /// The file of a federated token.
    pub file: File<'a>,
    /// Where the sign-in host is.
    pub reach: Reach<'a>,
    /// Which certificates vouch for the sign-in host.
    pub roots: &'a Roots,
    /// Whether `az` may be run.
    pub az: Az,
    /// The longest that everything may take.
    pub deadline: Duration,
}

/// Where a token may come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// An application and its secret, in environment variables.
    Environment,
    /// An application and a token that a Kubernetes cluster or a pipeline vouches with.
    WorkloadIdentity,
    /// The managed identity of an app, from the endpoint that App Service and Container Apps give it.
    AppManagedIdentity,
    /// The managed identity of a virtual machine, from the instance metadata service.
    MachineManagedIdentity,
    /// Whoever is logged in to the Azure CLI.
    AzureCli,
}

impl Source {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::WorkloadIdentity => "workload identity",
            Self::AppManagedIdentity => "managed identity (App Service)",
            Self::MachineManagedIdentity => "managed identity (instance metadata)",
            Self::AzureCli => "az",
        }
    }
}

/// A source that gave no token, and why: names of variables and hosts, never a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The source.
    pub source: Source,
    /// Why it gave none, in a few words.
    pub why: String,
}

/// A token, and how it was got.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// The token.
    pub token: Secret,
    /// What it says of itself, as far as it can be read.
    pub claims: Claims,
    /// The source that gave it.
    pub by: Source,
    /// Those that were asked before and gave none.
    pub passed: Vec<Passed>,
}

/// No source gave a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotSignedIn {
    /// Every source that was asked, in order. The last one ended the search if it was set up.
    pub passed: Vec<Passed>,
    /// The sign-in host, when it was out of reach.
    pub unreached: Option<String>,
}

impl fmt::Display for SignedIn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.by.words())?;
        tell(out, "; ", &self.passed)
    }
}

impl fmt::Display for NotSignedIn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("no token could be had")?;
        tell(out, ": ", &self.passed)
    }
}

fn tell(out: &mut fmt::Formatter<'_>, before: &str, passed: &[Passed]) -> fmt::Result {
    for (index, Passed { source, why }) in passed.iter().enumerate() {
        let joint = if index == 0 { before } else { "; " };
        write!(out, "{joint}{}: {why}", source.words())?;
    }
    Ok(())
}

/// Why a source gave no token.
#[derive(Debug)]
enum Refusal {
    /// It is not set up here: the next one is asked.
    Absent(String),
    /// It is set up and failed: the application would fail as well.
    Failed(String),
    /// It is set up, and the sign-in host that it needs is out of reach.
    Unreached { host: String, words: String },
}

/// Gets a token for an audience such as `https://cognitiveservices.azure.com`. Blocks; sends nothing after
/// the deadline, and leaves no program behind.
pub fn sign_in(around: &Surroundings<'_>, audience: &str) -> Result<SignedIn, NotSignedIn> {
    let mut passed = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| NotSignedIn {
        passed: vec![Passed { source: Source::Environment, why: format!("no event loop: {why}") }],
        unreached: None,
    })?;
    let end = Instant::now() + around.deadline;
    let sources = [
        Source::Environment,
        Source::WorkloadIdentity,
        Source::AppManagedIdentity,
        Source::MachineManagedIdentity,
        Source::AzureCli,
    ];
    for source in sources {
        let outcome = match source {
            Source::Environment => tenant::by_secret(around, audience, &runtime, end),
            Source::WorkloadIdentity => tenant::by_federation(around, audience, &runtime, end),
            Source::AppManagedIdentity => runtime.block_on(managed::of_app(around, audience, end)),
            Source::MachineManagedIdentity => runtime.block_on(managed::of_machine(around, audience, end)),
            Source::AzureCli => az::token(around, audience, end),
        };
        let (why, unreached, ended) = match outcome {
            Ok(token) => {
                return Ok(SignedIn { claims: Claims::of(token.reveal()), token, by: source, passed });
            }
            Err(Refusal::Absent(why)) => (why, None, false),
            Err(Refusal::Failed(why)) => (why, None, true),
            Err(Refusal::Unreached { host, words }) => (words, Some(host), true),
        };
        passed.push(Passed { source, why: visible(&why).into_owned() });
        if ended {
            return Err(NotSignedIn { passed, unreached });
        }
    }
    Err(NotSignedIn { passed, unreached: None })
}

/// A variable that is set and not empty.
fn set(around: &Surroundings<'_>, name: &str) -> Option<String> {
    (around.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// The names of these variables that are not set, as a sentence; `None` when all are.
fn unset(around: &Surroundings<'_>, names: &[&str]) -> Option<String> {
    let missing: Vec<&str> = names.iter().copied().filter(|name| set(around, name).is_none()).collect();
    match missing.as_slice() {
        [] => None,
        [one] => Some(format!("{one} is not set")),
        several => Some(format!("{} are not set", several.join(", "))),
    }
}
