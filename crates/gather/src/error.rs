//! How can gathering fail altogether, and who can do something about it?

use std::path::PathBuf;

/// Nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The file or folder cannot be opened.
    #[error("cannot read the snapshot {}: {words}; give a JSON file, or a folder of them", path.display())]
    Path {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        words: String,
    },
    /// The file or folder holds nothing that can be used.
    #[error(
        "the snapshot {} holds no Azure resource{}; save the output of `az … list -o json` in .json files",
        path.display(),
        .first.as_ref().map_or_else(String::new, |first| format!(" ({first})"))
    )]
    Nothing {
        /// The file or folder.
        path: PathBuf,
        /// The first thing that was noted about it.
        first: Option<String>,
    },
    /// ARM cannot be asked.
    #[error("cannot read subscription {subscription}: {source}")]
    Arm {
        /// The subscription.
        subscription: String,
        /// What ARM or the network says.
        source: azure::Error,
    },
    /// ARM does not say which subscriptions there are.
    #[error("cannot list the subscriptions that may be read: {0}")]
    Subscriptions(#[source] azure::Error),
    /// What ARM says is no list of subscriptions.
    #[error("cannot list the subscriptions that may be read: {0}")]
    NotAList(String),
    /// There is no subscription to read.
    #[error(
        "the identity that is signed in may read no subscription; \
         ask for the role Reader on those of the network team and of the application"
    )]
    NoSubscription,
    /// ARM lets the caller read nothing.
    #[error(
        "subscription {subscription}: none of its networks, endpoints, zones or accounts may be read; \
         ask for the role Reader on the subscription or on its resource groups"
    )]
    NotPermitted {
        /// The subscription.
        subscription: String,
    },
}
