//! How are the service's answers spelled?

use serde_json::json;

/// One answer of the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceAnswer {
    pub(crate) status: u16,
    pub(crate) body: String,
    /// The header `policy-id`, for refusals of the network.
    pub(crate) policy: Option<&'static str>,
    /// What kind of text the body is.
    pub(crate) content_type: &'static str,
    /// The header that carries the number of the request.
    pub(crate) request_id: &'static str,
}

impl ServiceAnswer {
    /// As services of other types send it.
    pub(super) fn of_another(self, content_type: &'static str) -> Self {
        Self { content_type, request_id: "x-ms-request-id", ..self }
    }

    /// With the header that refusals of the network carry.
    pub(super) fn denied(self) -> Self {
        Self { policy: Some("ThrowExceptionDueToTrafficDenied"), ..self }
    }
}

/// `{"error":{"code":…,"message":…}}`, with the blank that Azure has before the message.
pub(super) fn coded(status: u16, code: &str, message: &str) -> ServiceAnswer {
    plain(status, &format!("{{\"error\":{{\"code\":\"{code}\",\"message\": \"{message}\"}}}}"))
}

/// A body as it is.
pub(super) fn plain(status: u16, body: &str) -> ServiceAnswer {
    let (content_type, request_id) = ("application/json; charset=utf-8", "apim-request-id");
    ServiceAnswer { status, body: body.to_owned(), policy: None, content_type, request_id }
}

/// The models of an account.
pub(super) fn listing(model: &str) -> ServiceAnswer {
    let body = json!({ "object": "list", "data": [{ "id": model, "object": "model", "status": "succeeded" }] });
    plain(200, &body.to_string())
}

/// A completion that says where it came from.
pub(super) fn completion() -> ServiceAnswer {
    let message = json!({ "role": "assistant", "content": "This is the privpath lab." });
    let body = json!({
        "id": "chatcmpl-lab", "object": "chat.completion", "created": 0, "model": super::DEPLOYMENT,
        "choices": [{ "index": 0, "finish_reason": "stop", "message": message }],
        "usage": { "prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0 },
    });
    plain(200, &body.to_string())
}

/// A deployment that the account does not have.
pub(super) fn no_deployment() -> ServiceAnswer {
    coded(
        404,
        "DeploymentNotFound",
        "The API deployment for this resource does not exist. If you created the deployment within the last 5 \
         minutes, please wait a moment and try again.",
    )
}
