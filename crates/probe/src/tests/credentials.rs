//! Does a credential go where it may and nowhere else, and is it never told?

use super::servers::{self, Authority, Secure, answer_401};
use super::{HOST, LOOPBACK, measured, pinned};
use crate::{Credential, Plan, Post, ProbeError, Recipients, measure};
use model::Secret;
use model::observation::{CredentialKind, TlsOutcome};
use std::io::Write;
use std::sync::{Arc, Mutex};

const CANARY: &str = "CANARY0123456789";

fn key(allowed: bool) -> Credential {
    Credential {
        kind: CredentialKind::Key,
        secret: Secret::new(CANARY),
        recipients: Recipients::where_true(move |address| allowed && address == LOOPBACK),
        post: None,
    }
}

/// What the service heard, and what was observed of it.
fn heard(plan: Plan, authority: &Authority) -> (String, super::Measured) {
    let requests = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&requests);
    let service = servers::service(authority.certificate(&[HOST]), move |request, secure: &mut Secure| {
        kept.lock().unwrap().push_str(&request);
        // The reply repeats the whole request.
        answer_401(request, secure);
    });
    let mut plan = plan;
    plan.target.port = service.port();
    let seen = measured(&plan);
    let words = requests.lock().unwrap().clone();
    (words, seen)
}

#[test]
fn it_goes_to_an_address_that_may_have_it_and_is_not_told() {
    let authority = Authority::new();
    for (kind, header) in [(CredentialKind::Key, "api-key: "), (CredentialKind::Token, "authorization: Bearer ")] {
        let credential = Credential { kind, ..key(true) };
        let plan = Plan { extra_roots: Some(authority.pem()), credential: Some(credential), ..pinned(1) };
        assert!(!format!("{plan:?}").contains(CANARY));
        let (request, seen) = heard(plan, &authority);
        assert!(request.contains(&format!("{header}{CANARY}")), "{request}");
        assert_eq!(seen.http[0].credential, Some(kind));
        assert!(!format!("{seen:?}").contains(CANARY), "{seen:?}");
    }
}

#[test]
fn every_other_address_gets_the_request_without_it() {
    let authority = Authority::new();
    let post = Post { path: "/completions".to_owned(), body: "{}".to_owned() };
    let credential = Credential { post: Some(post), ..key(false) };
    let plan = Plan { extra_roots: Some(authority.pem()), credential: Some(credential), ..pinned(1) };
    let (request, seen) = heard(plan, &authority);
    assert!(request.starts_with("GET / ") && !request.contains(CANARY), "{request}");
    assert_eq!(seen.http[0].credential, None);
}

#[test]
fn nothing_is_sent_over_a_chain_that_is_not_trusted() {
    let (ours, theirs) = (Authority::new(), Authority::named("Somebody on the way"));
    let plan = Plan { extra_roots: Some(ours.pem()), credential: Some(key(true)), ..pinned(1) };
    let (request, seen) = heard(plan, &theirs);
    assert_eq!((request.as_str(), seen.http.len()), ("", 0));
    assert_eq!(seen.tls[0].outcome, TlsOutcome::NotTrusted);
}

#[test]
fn a_completion_is_a_post() {
    let authority = Authority::new();
    let post =
        Post { path: "/openai/deployments/d/chat/completions?api-version=1".to_owned(), body: "{\"a\":1}".to_owned() };
    let credential = Credential { post: Some(post), ..key(true) };
    let plan = Plan { extra_roots: Some(authority.pem()), credential: Some(credential), ..pinned(1) };
    let (request, seen) = heard(plan, &authority);
    assert!(request.starts_with("POST /openai/deployments/d/chat/completions"), "{request}");
    assert!(request.contains("content-length: 7"), "{request}");
    assert_eq!(seen.http[0].request, "POST /openai/deployments/d/chat/completions?api-version=1");
}

#[test]
fn what_no_header_may_have_is_refused_and_not_repeated() {
    for secret in ["", "CANARY\u{1}", "CANARY\nx: y"] {
        let credential = Credential { secret: Secret::new(secret), ..key(true) };
        let error = measure(&Plan { credential: Some(credential), ..pinned(1) }, &|_| ()).unwrap_err();
        assert!(matches!(error, ProbeError::Credential { .. }), "{error:?}");
        assert!(!format!("{error:?} {error}").contains("CANARY"));
    }
}

#[test]
fn a_header_that_repeats_it_is_not_told_either() {
    let authority = Authority::new();
    let service = servers::service(authority.certificate(&[HOST]), |_, secure: &mut Secure| {
        let _ = write!(secure, "HTTP/1.1 302 Found\r\nLocation: /?key={CANARY}\r\nContent-Length: 0\r\n\r\n");
        let _ = secure.flush();
    });
    let plan = Plan { extra_roots: Some(authority.pem()), credential: Some(key(true)), ..pinned(service.port()) };
    let seen = measured(&plan);
    assert_eq!(seen.http[0].headers, [("location".to_owned(), "/?key=***".to_owned())]);
}
