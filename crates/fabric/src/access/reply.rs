//! What does an HTTP reply say about the way it came? Never by status alone.

use model::observation::HttpSeen;
use model::{Fact, Mark};

/// What a reply shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// The service's network rules refused the call: it did not come through an approved endpoint.
    NetworkRefusal(&'static Fact),
    /// The service itself answered: TCP, TLS and network rules are good.
    Reached,
    /// Something answered; nothing shows that it was the service.
    Unclear,
}

static SWITCH_REPLY: Fact = Fact {
    id: "reply-public-access-disabled",
    text: "403 `Public access is disabled. Please configure private endpoint.` means that the call arrived at the public side.",
    mark: Mark::Recorded,
    source: "github.com/Azure-Samples/azure-search-openai-demo issue 1157, TabularEditor/TabularEditor3 issue 1557, read 2026-11-22",
};

static RULES_REPLY: Fact = Fact {
    id: "reply-network-rules",
    text: "403 `Access denied due to Virtual Network/Firewall rules.` means that the network rules do not name the public source.",
    mark: Mark::Recorded,
    source: "github.com/Azure-Samples/azure-sql-db-chatbot issue 3, read 2026-11-22",
};

static ENDPOINT_REPLY: Fact = Fact {
    id: "reply-not-an-approved-endpoint",
    text: "403 `Traffic is not from an approved private endpoint` means the public side, or an endpoint of somebody else.",
    mark: Mark::Recorded,
    source: "github.com/Azure-Samples/chat-with-your-data-solution-accelerator pull 2188, read 2026-11-22",
};

static REGIONAL_REPLY: Fact = Fact {
    id: "reply-regional-host",
    text: "403 `A Virtual Network is configured for this resource. Please use the correct endpoint` means that a regional host was called.",
    mark: Mark::Recorded,
    source: "github.com/continuedev/continue issue 12547, read 2026-11-22",
};

static POLICY_REPLY: Fact = Fact {
    id: "reply-policy-header",
    text: "The header `policy-id: ThrowExceptionDueToTrafficDenied` marks a refusal by network rules.",
    mark: Mark::Recorded,
    source: "github.com/Azure-Samples/azure-sql-db-chatbot issue 3, read 2026-11-22",
};

/// The words of a 403 body, lower case, by which the service's network rules refuse, each with what
/// they mean.
pub const REFUSALS: [(&str, &Fact); 4] = [
    ("public access is disabled", &SWITCH_REPLY),
    ("access denied due to virtual network/firewall rules", &RULES_REPLY),
    ("traffic is not from an approved private endpoint", &ENDPOINT_REPLY),
    ("a virtual network is configured for this resource", &REGIONAL_REPLY),
];

/// The value of the header `policy-id`, lower case, of such a refusal, with what it means.
pub const REFUSAL_POLICY: (&str, &Fact) = ("throwexceptionduetotrafficdenied", &POLICY_REPLY);

/// What the reply shows.
pub fn read(reply: &HttpSeen) -> Reading {
    let body = reply.body.to_ascii_lowercase();
    let header = |name: &str| {
        reply.headers.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    };
    if reply.status == 403 {
        if let Some((_, fact)) = REFUSALS.into_iter().find(|(phrase, _)| body.contains(phrase)) {
            return Reading::NetworkRefusal(fact);
        }
        if header("policy-id").is_some_and(|id| id.eq_ignore_ascii_case(REFUSAL_POLICY.0)) {
            return Reading::NetworkRefusal(REFUSAL_POLICY.1);
        }
    }
    let service_header = header("apim-request-id").or_else(|| header("x-ms-request-id")).is_some();
    let authentication =
        ["authenticationtypedisabled", "access token is missing", "invalid subscription key", "deploymentnotfound"];
    if service_header || authentication.iter().any(|phrase| body.contains(phrase)) {
        return Reading::Reached;
    }
    Reading::Unclear
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::observation::HttpOutcome;

    fn reply(status: u16, headers: &[(&str, &str)], body: &str) -> HttpSeen {
        HttpSeen {
            address: "127.0.0.1:443".parse().unwrap(),
            request: "GET /".to_owned(),
            outcome: HttpOutcome::Answered,
            status,
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.to_owned(),
            truncated: false,
        }
    }

    #[test]
    fn a_403_is_read_and_not_taken_by_its_number() {
        let network = reply(
            403,
            &[],
            r#"{"error":{"code":"403","message": "Public access is disabled. Please configure private endpoint."}}"#,
        );
        assert!(matches!(read(&network), Reading::NetworkRefusal(_)));
        let keys = reply(
            403,
            &[("apim-request-id", "1")],
            r#"{"error":{"code":"AuthenticationTypeDisabled","message": "Key based authentication is disabled for this resource."}}"#,
        );
        assert_eq!(read(&keys), Reading::Reached);
        assert_eq!(read(&reply(403, &[], "<html>blocked by your company</html>")), Reading::Unclear);
    }

    #[test]
    fn a_401_of_the_service_shows_that_it_was_reached() {
        let reading = read(&reply(
            401,
            &[],
            r#"{"statusCode": 401, "message": "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired."}"#,
        ));
        assert_eq!(reading, Reading::Reached);
        assert_eq!(read(&reply(200, &[], "hello")), Reading::Unclear);
    }
}
