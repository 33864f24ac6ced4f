//! Does `check URL` tell the truth from observation alone? Its servers are those of the test.

use crate::estate::Documents;
use crate::servers::{Way, closed, dns, dns_saying, no_dns, service, socks5};
use crate::world::{Ran, World, run};
use std::io::Write;

const URL: &str = "https://yourresource.openai.azure.com";
/// An address of the documentation range: public, and nobody's.
const PUBLIC: [u8; 4] = [203, 0, 113, 10];
const PRIVATE: [u8; 4] = [10, 1, 2, 4];

/// A service that answers as the data plane does without a credential, behind this address.
fn answered_at(address: [u8; 4], words: &[&str]) -> Ran {
    let service = service("yourresource.openai.azure.com", |secure| {
        let _ = secure.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}");
        let _ = secure.flush();
    });
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, &service.authority).unwrap();
    let world = World::new().with("SSL_CERT_FILE", roots.to_str().unwrap());
    let (server, proxy) = (dns_saying(address), socks5(Way::To(service.address)));
    let asked = ["check", URL, "--dns", &server, "--socks5", &proxy];
    world.run(&[&asked, words].concat())
}

#[test]
fn a_public_answer_names_no_culprit() {
    let ran = answered_at(PUBLIC, &[]).ended(1).said("HTTP 401").said("no snapshot was given");
    assert!(ran.out.starts_with("PUBLIC "), "{ran:?}");
    let report = answered_at(PUBLIC, &["--format", "json"]).ended(1).report();
    assert_eq!(report["findings"], serde_json::json!([]));
    let trace = &report["traces"][0];
    assert_eq!(trace["predicted"], serde_json::Value::Null);
    assert_eq!((&trace["measured"]["way"], &trace["measured"]["end"]), (&"public".into(), &"answered".into()));
    answered_at(PUBLIC, &["--expect", "public"]).ended(0);
}

#[test]
fn an_unknown_private_address_is_not_called_the_endpoint() {
    // RFC 1918 is not "private": nothing here says whose address it is.
    let ran = answered_at(PRIVATE, &[]).ended(3).said("HTTP 401");
    assert!(!ran.out.starts_with("PRIVATE "), "{ran:?}");
}

#[test]
fn a_snapshot_and_a_vantage_make_the_address_the_endpoints() {
    let folder = Documents::of("healthy").folder();
    let ran = answered_at(PRIVATE, &["--snapshot", folder.word(), "--from", "vm/app"]).ended(0);
    assert!(ran.out.starts_with("PRIVATE "), "{ran:?}");
    ran.said("Configuration and measurement agree: private.");
}

#[test]
fn a_disagreement_is_a_finding() {
    let folder = Documents::of("healthy").folder();
    let words = ["--snapshot", folder.word(), "--from", "vm/app", "--format", "json"];
    let report = answered_at(PUBLIC, &words).ended(1).report();
    let codes: Vec<_> = report["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str()).collect();
    assert!(codes.iter().flatten().any(|code| code.starts_with("OBS")), "{report:#}");
    let trace = &report["traces"][0];
    let verdicts = ["predicted", "measured"].map(|reading| trace[reading]["verdict"].as_str().unwrap_or_default());
    assert_eq!(verdicts, ["private", "public"]);
    assert_eq!(trace["verdict"], "public", "what was measured wins: {trace:#}");
}

#[test]
fn a_time_out_lists_its_candidates_and_what_tells_them_apart() {
    let (server, proxy) = (dns_saying(PRIVATE), socks5(Way::Code(6)));
    let words = ["check", URL, "--dns", &server, "--socks5", &proxy];
    let report = run(&[&words[..], &["--format", "json"]].concat()).ended(3).report();
    let trace = &report["traces"][0];
    // Whose address it is, and so whether the way is private, is not known without a snapshot.
    assert_eq!((&trace["verdict"], &trace["end"]), (&"undetermined".into(), &"stopped".into()));
    assert!(trace["candidates"].as_array().is_some_and(|candidates| candidates.len() > 1), "{trace:#}");
    assert!(trace["settle"].as_array().is_some_and(|settle| !settle.is_empty()), "{trace:#}");
    assert_eq!(report["findings"], serde_json::json!([]));
}

#[test]
fn the_endpoint_variable_is_used_and_said() {
    let server = dns(|query| vec![query.no_such_name()]);
    let world = World::new().with("AZURE_OPENAI_ENDPOINT", URL);
    let ran = world.run(&["check", "--dns", &server]).said("AZURE_OPENAI_ENDPOINT").said("NXDOMAIN");
    assert_ne!(ran.code, 2, "{ran:?}");
    run(&["check", "--dns", &server]).failed("no URL: give one");
}

#[test]
fn refused_connections_are_blocked_at_once() {
    let address = closed();
    let server = dns_saying([127, 0, 0, 1]);
    let url = format!("{URL}:{}", address.port());
    let ran = run(&["check", &url, "--dns", &server]);
    assert!(ran.code == 1 || ran.code == 3, "{ran:?}");
    ran.said("refused").within(std::time::Duration::from_secs(2));
}

#[test]
fn a_second_server_answers_for_a_dead_one() {
    let (dead, alive) = (no_dns(), dns(|query| vec![query.no_such_name()]));
    run(&["check", URL, "--dns", &dead, "--dns", &alive]).said("NXDOMAIN").within(std::time::Duration::from_secs(7));
}
