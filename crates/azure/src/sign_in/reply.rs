//! What does a token endpoint answer: a token, or which error?

use super::Refusal;
use super::exchange::Reply;
use model::Secret;

/// Errors of the sign-in host that people meet, with what they mean. Source: Microsoft identity platform,
/// "Microsoft Entra authentication and authorization error codes", and the threads that show them.
const KNOWN: [(&str, &str); 10] = [
    ("AADSTS90002", "there is no such tenant: AZURE_TENANT_ID is wrong"),
    ("AADSTS900023", "AZURE_TENANT_ID is no tenant"),
    ("AADSTS700016", "the tenant has no such application: AZURE_CLIENT_ID or AZURE_TENANT_ID is wrong"),
    ("AADSTS7000215", "the secret in AZURE_CLIENT_SECRET is wrong; the id of a secret is not its value"),
    ("AADSTS7000222", "the secret in AZURE_CLIENT_SECRET has expired"),
    ("AADSTS70021", "no federated credential of the application matches the token: issuer, subject or audience differ"),
    ("AADSTS700211", "no federated credential of the application has the issuer of the token"),
    ("AADSTS700213", "no federated credential of the application has the subject of the token"),
    ("AADSTS700024", "the federated token is out of its time"),
    ("AADSTS500011", "the tenant knows no such service"),
];

#[derive(serde::Deserialize)]
struct Given {
    access_token: Option<String>,
}

#[derive(serde::Deserialize)]
struct Refused {
    error: Option<serde_json::Value>,
    error_description: Option<String>,
    message: Option<String>,
}

/// The token of a reply with status 200; else why there is none. `secrets` are taken out of the words.
pub(super) fn token(reply: &Reply, secrets: &[&str]) -> Result<Secret, Refusal> {
    if reply.status != 200 {
        return Err(Refusal::Failed(refused(reply, secrets)));
    }
    let given: Option<Given> = serde_json::from_slice(&reply.body).ok();
    match given.and_then(|given| given.access_token).filter(|token| usable(token)) {
        Some(token) => Ok(Secret::new(&token)),
        None => Err(Refusal::Failed("the reply has no token that can be sent".to_owned())),
    }
}

/// True for what a header may carry.
pub(super) fn usable(token: &str) -> bool {
    let token = token.trim();
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The words of an error reply, short and without secrets.
pub(super) fn refused(reply: &Reply, secrets: &[&str]) -> String {
    let read: Option<Refused> = serde_json::from_slice(&reply.body).ok();
    let Some(Refused { error, error_description, message }) = read else {
        return format!("HTTP {}", reply.status);
    };
    let inner = |name: &str| error.as_ref()?.get(name)?.as_str().map(ToOwned::to_owned);
    let plain = error.as_ref().and_then(|error| error.as_str()).map(ToOwned::to_owned);
    let said = error_description.or_else(|| inner("message")).or(message).or(plain).unwrap_or_default();
    if let Some((code, meaning)) = KNOWN.iter().find(|(code, _)| begins_with_code(&said, code)) {
        return format!("{meaning} ({code})");
    }
    let line =
        secrets.iter().filter(|secret| !secret.is_empty()).fold(said, |text, secret| text.replace(secret, "***"));
    let line: String = line.lines().next().unwrap_or_default().chars().take(200).collect();
    format!("HTTP {} {line}", reply.status).trim_end().to_owned()
}

/// True when the text names exactly this code, not one that goes on.
fn begins_with_code(text: &str, code: &str) -> bool {
    text.strip_prefix(code).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(status: u16, body: &str) -> Reply {
        Reply { status, body: body.as_bytes().to_vec() }
    }

    #[test]
    fn a_known_error_is_told_in_words() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret provided. Trace ID: 1"}"#;
        assert_eq!(
            refused(&reply(401, body), &[]),
            "the secret in AZURE_CLIENT_SECRET is wrong; the id of a secret is not its value (AADSTS7000215)"
        );
        assert!(refused(&reply(400, r#"{"error_description":"AADSTS700213: No matching"}"#), &[]).contains("subject"));
        assert!(refused(&reply(400, r#"{"error_description":"AADSTS70021: No matching"}"#), &[]).contains("matches"));
    }

    #[test]
    fn an_unknown_error_loses_its_secrets_and_its_length() {
        let long = "x".repeat(900);
        let body = format!(r#"{{"error":"odd","error_description":"AADSTS1: CANARY {long}\nsecond line"}}"#);
        let words = refused(&reply(400, &body), &["CANARY"]);
        assert!(words.starts_with("HTTP 400 AADSTS1: *** xxx") && words.len() < 240, "{words}");
        assert!(!words.contains("second"));
        assert_eq!(refused(&reply(502, "<html>"), &[]), "HTTP 502");
        assert_eq!(refused(&reply(400, r#"{"error":{"code":"BadRequest","message":"no"}}"#), &[]), "HTTP 400 no");
    }

    #[test]
    fn a_reply_without_a_usable_token_is_a_failure() {
        assert_eq!(token(&reply(200, r#"{"access_token":"abc"}"#), &[]).unwrap().reveal(), "abc");
        for body in ["", "{}", "[]", r#"{"access_token":""}"#, r#"{"access_token":"a\nb"}"#, r#"{"access_token":7}"#] {
            assert!(token(&reply(200, body), &[]).is_err(), "{body}");
        }
    }
}
