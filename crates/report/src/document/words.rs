//! Which closed word lists does the document use?
//!
//! Each mirrors an enumeration of the model; a test compares every word with the model's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($case:literal; $($(#[$attribute:meta])* $name:ident = $source:ty { $($variant:ident),* $(,)? })*) => {
        $(
            $(#[$attribute])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
            #[serde(rename_all = $case)]
            pub(crate) enum $name {
                $($variant,)*
            }

            impl From<$source> for $name {
                fn from(value: $source) -> Self {
                    type Source = $source;
                    match value {
                        $(Source::$variant => Self::$variant,)*
                    }
                }
            }

            impl From<$name> for $source {
                fn from(word: $name) -> Self {
                    match word {
                        $($name::$variant => Self::$variant,)*
                    }
                }
            }

            #[cfg(test)]
            impl $name {
                /// Every word of the model with the word of the document.
                pub(crate) fn pairs() -> Vec<($source, Self)> {
                    type Source = $source;
                    vec![$((Source::$variant, Self::$variant)),*]
                }
            }
        )*
    };
}

words! {
    "kebab-case";

    /// A link of the chain, in path order.
    Stage = model::Stage { Client, Dns, Route, Nsg, Endpoint, Tls, Access, Auth }

    /// How a step went.
    Status = model::Status { Pass, Fail, Unknown, NotReached, Info }

    /// By which way the call goes. `private`: the address dialled belongs to an approved private
    /// endpoint of this very target.
    Way = model::Way { Private, Public, None, Unknown }

    /// How the call ends. `refused`: by the service's network rules; `stopped`: at a stage.
    End = model::End { Answered, Refused, Stopped, Unknown }

    /// The answer to a question.
    Verdict = model::Verdict { Blocked, Public, Undetermined, Private }

    /// By which way the call should go.
    Expect = model::Expect { Private, Public, Refused }

    /// How bad a finding is.
    Severity = finding::Severity { Broken, Exposed, Fragile, Advice }

    /// How sure a finding is.
    Confidence = finding::Confidence { Proven, Measured, Inferred }

    /// What sort of evidence.
    EvidenceKind = finding::EvidenceKind { Configuration, Measured, Fact, Reason }

    /// How well a general fact is known. `recorded`: seen in public threads or labs; `believed`: not
    /// verified, and accuses nobody.
    Mark = model::Mark { Protocol, Documented, Recorded, Inferred, Believed }

    /// What a remedy may touch.
    Safety = finding::Safety { Safe, Review, Manual }

    /// Whether a remedy clears its question.
    Effect = finding::Outcome { Clears, Leaves, NotTried }

    /// Why something is not known.
    Why = model::Why { NotPermitted, NotCollected, AfterApply, Unresolved, Unsupported }

    /// How a DNS question was carried.
    Transport = model::observation::Transport { Udp, Tcp }

    /// Why a DNS question was asked. `configured`: a server of the client, asked for the name itself;
    /// `again`: the one that decided, asked once more; `searched`: for a name that the search list makes of
    /// it; `beside`: for comparison only.
    DnsRole = model::observation::DnsRole { Configured, Again, Searched, Beside }
}

words! {
    "UPPERCASE";

    /// The method of an ARM request.
    Method = model::Method { Get, Put, Patch, Delete }
}

/// How complete a type of resource is. `assumed`: some were found and nothing says that more exist;
/// `complete` is said only of what lies below one parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Extent {
    Complete,
    Assumed,
    Missing,
}
