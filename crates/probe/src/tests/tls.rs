//! Are handshakes and chains seen as they are, and is nothing sent past a failure?

use super::servers::{self, Authority, answer_401, hold};
use super::{HOST, LOOPBACK, measured, pinned, plan};
use crate::Plan;
use model::observation::{ChainProblem, TlsOutcome, TlsSeen};
use std::io::Write;
use std::time::Duration;

fn extra_problem(seen: &TlsSeen) -> Option<ChainProblem> {
    let verdict = seen.verdicts.iter().find(|verdict| verdict.roots == "extra").expect("extra roots judged");
    verdict.problem.clone()
}

#[test]
fn trusted_by_the_extra_roots() {
    let authority = Authority::new();
    let service = servers::service(authority.certificate(&["*.openai.azure.com"]), answer_401);
    let plan = Plan { extra_roots: Some(authority.pem()), ..pinned(service.port()) };
    let measured = measured(&plan);
    let seen = &measured.tls[0];
    assert_eq!(seen.outcome, TlsOutcome::Verified);
    assert_eq!(seen.version.as_deref(), Some("TLSv1.3"));
    assert_eq!(seen.chain[0].names, ["*.openai.azure.com"]);
    let roots: Vec<&str> = seen.verdicts.iter().map(|verdict| verdict.roots.as_str()).collect();
    assert_eq!(roots, ["system", "extra", "public"]);
    assert!(seen.verdicts[0].problem.is_some(), "the system does not trust a test's authority");
    assert_eq!(extra_problem(seen), None);
    assert_eq!(service.served(), 1);
}

#[test]
fn not_trusted_and_nothing_sent() {
    let (ours, theirs) = (Authority::new(), Authority::named("Another authority"));
    let year = rcgen::date_time_ymd(2001, 1, 1);
    for (certificate, expected) in [
        (theirs.certificate(&[HOST]), ChainProblem::UnknownIssuer),
        (ours.certificate(&["yourresource.privatelink.openai.azure.com"]), ChainProblem::WrongName),
        (ours.certificate_with(&[HOST], |params| params.not_after = year), ChainProblem::Expired),
    ] {
        let service = servers::service(certificate, answer_401);
        let plan = Plan { extra_roots: Some(ours.pem()), ..pinned(service.port()) };
        let measured = measured(&plan);
        assert_eq!(measured.tls[0].outcome, TlsOutcome::NotTrusted);
        assert_eq!(measured.tls[0].chain.len(), 1);
        assert_eq!(extra_problem(&measured.tls[0]), Some(expected));
        assert!(measured.http.is_empty());
        assert_eq!(service.served(), 0);
    }
}

#[test]
fn an_authority_made_anew_under_the_old_name_is_not_the_trusted_one() {
    let (old, new) = (Authority::new(), Authority::new());
    let service = servers::service(new.certificate(&[HOST]), answer_401);
    let measured = measured(&Plan { extra_roots: Some(old.pem()), ..pinned(service.port()) });
    assert!(matches!(extra_problem(&measured.tls[0]), Some(ChainProblem::Other(words)) if words.contains("Signature")));
    assert!(measured.http.is_empty());
}

#[test]
fn an_address_is_verified_as_an_address() {
    let authority = Authority::new();
    for (name, expected) in [("127.0.0.1", TlsOutcome::Verified), (HOST, TlsOutcome::NotTrusted)] {
        let service = servers::service(authority.certificate(&[name]), answer_401);
        let host = LOOPBACK.to_string();
        let plan = Plan { extra_roots: Some(authority.pem()), ..plan(&host, service.port()) };
        assert_eq!(measured(&plan).tls[0].outcome, expected, "{name}");
    }
}

#[test]
fn no_tls_at_all() {
    let other = servers::tcp(|mut stream| {
        stream.write_all(b"SSH-2.0-nothing\r\n").unwrap();
        hold(stream);
    });
    let measured_other = measured(&pinned(other.port()));
    assert!(matches!(&measured_other.tls[0].outcome, TlsOutcome::Failed(words) if !words.is_empty()));
    assert!(measured_other.tls[0].chain.is_empty() && measured_other.tls[0].verdicts.is_empty());

    let closing = servers::tcp(drop);
    assert_eq!(measured(&pinned(closing.port())).tls[0].outcome, TlsOutcome::Closed);

    let silent = servers::tcp(hold);
    let plan = Plan { stage_timeout: Duration::from_millis(200), ..pinned(silent.port()) };
    assert_eq!(measured(&plan).tls[0].outcome, TlsOutcome::TimedOut);
}
