//! How can a call to ARM fail, and who is at fault? Every variant names method and path.

/// A failed call. No variant ever holds a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The client cannot be set up: the caller's arguments or this system.
    #[error("the ARM client cannot start: {0}")]
    Setup(String),
    /// The request cannot be sent as asked: the caller's arguments.
    #[error("{request} cannot be sent: {words}")]
    Request {
        /// Method and path.
        request: String,
        /// What is wrong with it, and what to do.
        words: String,
    },
    /// 401: the token is missing, expired or for another audience.
    #[error("{request}: ARM does not accept the token ({message}); sign in again, for example with `az login`")]
    Unauthorized {
        /// Method and path.
        request: String,
        /// ARM's words.
        message: String,
    },
    /// 403: the identity may not do this, or a network rule of ARM refuses.
    #[error("{request}: not permitted ({code}: {message})")]
    Forbidden {
        /// Method and path.
        request: String,
        /// ARM's error code, such as `AuthorizationFailed`.
        code: String,
        /// ARM's words.
        message: String,
    },
    /// 404: there is no such resource.
    #[error("{request}: not found ({code}: {message})")]
    NotFound {
        /// Method and path.
        request: String,
        /// ARM's error code, such as `ResourceNotFound`.
        code: String,
        /// ARM's words.
        message: String,
    },
    /// ARM answered with another error, or with something that cannot be used.
    #[error("{request}: ARM answered {status} ({code}: {message})")]
    Service {
        /// Method and path.
        request: String,
        /// The HTTP status.
        status: u16,
        /// ARM's error code, or ours in angle brackets.
        code: String,
        /// ARM's words.
        message: String,
    },
    /// No usable answer came: name resolution, connection, TLS, time.
    #[error("{request}: no answer from ARM: {words}")]
    Transport {
        /// Method and path.
        request: String,
        /// What went wrong.
        words: String,
    },
}

impl Error {
    /// The error of a response that is not a success.
    pub(crate) fn of_response(request: String, status: u16, body: &[u8]) -> Self {
        let (code, message) = words(status, body);
        match status {
            401 => Self::Unauthorized { request, message },
            403 => Self::Forbidden { request, code, message },
            404 => Self::NotFound { request, code, message },
            _ => Self::Service { request, status, code, message },
        }
    }
}

#[derive(serde::Deserialize)]
struct Wrapped {
    error: Option<Words>,
    code: Option<String>,
    message: Option<String>,
}

#[derive(serde::Deserialize)]
struct Words {
    code: Option<String>,
    message: Option<String>,
}

/// Code and message of an ARM error body, made harmless and short; ARM also sends both without
/// the `error` object around them.
fn words(status: u16, body: &[u8]) -> (String, String) {
    let read = serde_json::from_slice::<Wrapped>(body).ok();
    let (code, message) = match read {
        Some(Wrapped { error: Some(inner), .. }) => (inner.code, inner.message),
        Some(Wrapped { code, message, .. }) => (code, message),
        None => (None, None),
    };
    let code = code.unwrap_or_else(|| format!("HTTP {status}"));
    let message = message.unwrap_or_else(|| "no message".to_owned());
    (shown(&code), shown(&message))
}

fn shown(text: &str) -> String {
    let start: String = text.chars().take(500).collect();
    model::visible(&start).into_owned()
}
