//! What keeps us from measuring at all? (A target that fails is an observation, not an error.)

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// The request path of the plan cannot be sent.
    #[error(
        "cannot ask for {request:?}: {problem}; give a path that starts with `/`, with other characters percent-encoded"
    )]
    Request {
        /// The path.
        request: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The credential of the plan cannot be sent.
    #[error("cannot send the credential: {problem}; see what the variable or the sign-in gave")]
    Credential {
        /// What is wrong with it.
        problem: String,
    },
    /// The extra roots are not certificates.
    #[error("cannot use the extra root certificates: {problem}; give certificates in PEM form")]
    ExtraRoots {
        /// What is wrong with them.
        problem: String,
    },
    /// The operating system gave us no sockets or timers to work with.
    #[error("cannot start measuring: {0}; see whether this process may open more files (`ulimit -n`)")]
    Runtime(#[source] std::io::Error),
    /// Called from a place that must not block.
    #[error("cannot measure inside an asynchronous task, because measuring blocks; call it on a thread of its own")]
    InsideTask,
}
