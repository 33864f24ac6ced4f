//! Why can a lab not be started or found?

/// A lab that does not come up, or cannot be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabError {
    /// There is no scenario of that name.
    #[error("there is no scenario `{name}`; there are: {known}")]
    UnknownScenario {
        /// What was asked for.
        name: String,
        /// All names.
        known: String,
    },
    /// The scenario file cannot be read.
    #[error("the scenario `{name}` cannot be read: {words}")]
    Scenario {
        /// Its name.
        name: String,
        /// Where and why.
        words: String,
    },
    /// One of its changes is refused by the ARM API of the lab.
    #[error("the scenario `{name}` cannot be played: {request} was answered {status} ({words})")]
    Change {
        /// The scenario.
        name: String,
        /// Method and path.
        request: String,
        /// The HTTP status.
        status: u16,
        /// The error that came back.
        words: String,
    },
    /// This machine does not give what the lab needs.
    #[error("the lab cannot start: {0}")]
    Machine(String),
    /// A program cannot be run on a host.
    #[error("`{program}` cannot be run at {vantage}: {words}")]
    Program {
        /// Its name, as given.
        program: String,
        /// The host.
        vantage: String,
        /// Why, and what to do.
        words: String,
    },
    /// The name of a background lab cannot be a file name.
    #[error("`{0}` cannot be the name of a lab: use up to 40 lower-case letters, digits and dashes")]
    Name(String),
    /// A background lab of that name runs already.
    #[error("a lab `{0}` runs already; stop it with `privpath lab down {0}` or choose another name")]
    Exists(String),
    /// No background lab of that name runs.
    #[error("no lab `{0}` runs; start it with `privpath lab up {0}`")]
    NotRunning(String),
    /// A running lab would not do what it was asked to.
    #[error("{0}")]
    Refused(String),
    /// The folder that holds the state files cannot be used.
    #[error("the state folder {path} cannot be used: {words}")]
    StateFolder {
        /// Where.
        path: String,
        /// Why, and what to do.
        words: String,
    },
}

impl LabError {
    /// What went wrong, without what was being done.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Machine(words) => words.clone(),
            other => other.to_string(),
        }
    }

    /// What the machine would not do.
    pub(crate) fn machine(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Machine(format!("{what}: {why}"))
    }
}
