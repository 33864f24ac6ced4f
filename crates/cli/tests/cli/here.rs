//! Does `check URL` tell the truth from observation alone? Its servers are those of the test.

use crate::estate::Documents;
use crate::servers::{Way, caching, closed, dns, dns_saying, no_dns, service, socks5};
use crate::world::{Ran, World, run};
use std::io::Write;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

const URL: &str = "https://yourresource.openai.azure.com";
/// An address of the documentation range: public, and nobody's.
const PUBLIC: [u8; 4] = [203, 0, 113, 10];
const PRIVATE: [u8; 4] = [10, 1, 2, 4];

/// A service that answers as the data plane does without a credential, behind this address.
fn answered_at(address: [u8; 4], words: &[&str]) -> Ran {
    answered_by(&dns_saying(address), words)
}

/// The same behind every address that this DNS server gives.
fn answered_by(server: &str, words: &[&str]) -> Ran {
    answered_once(|| (), server, words)
}

/// The same once something has happened.
fn answered_once(happened: impl Fn() + Send + Sync + 'static, server: &str, words: &[&str]) -> Ran {
    let service = service("yourresource.openai.azure.com", move |secure| {
        happened();
        let _ = secure.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\n{}");
        let _ = secure.flush();
    });
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, &service.authority).unwrap();
    let world = World::new().with("SSL_CERT_FILE", roots.to_str().unwrap());
    let proxy = socks5(Way::To(service.address));
    let asked = ["check", URL, "--dns", server, "--socks5", &proxy];
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
fn the_variable_of_this_host_that_names_a_regional_host_is_found_with_its_right_value() {
    let folder = Documents::of("healthy").folder();
    let (server, proxy) = (dns_saying(PUBLIC), socks5(Way::Code(6)));
    let world = World::new().with("AZURE_OPENAI_ENDPOINT", "https://eastus.api.cognitive.microsoft.com");
    let words = ["check", "--dns", &server, "--socks5", &proxy, "--snapshot", folder.word(), "--from", "vm/app"];
    let ran = world.run(&words).ended(1).said("[CLN004]");
    ran.said("export AZURE_OPENAI_ENDPOINT='https://yourresource.openai.azure.com'");
}

#[test]
fn a_proxy_is_told_with_whether_it_is_used_for_this_host() {
    let server = dns(|query| vec![query.no_such_name()]);
    let told = |no_proxy: &str| {
        // The server for names is asked for the proxy's, too, and nothing is dialled.
        let world = World::new().with("HTTPS_PROXY", "http://proxy.example:3128").with("NO_PROXY", no_proxy);
        world.run(&["check", URL, "--dns", &server, "--format", "json"]).report()
    };
    let exempt = told("localhost,.openai.azure.com");
    assert!(exempt["notes"].to_string().contains("exempts yourresource.openai.azure.com"));
    assert!(exempt["traces"][0].get("proxied").is_none(), "{exempt}");
    let through = told("localhost,*.openai.azure.com")["traces"][0]["proxied"].clone();
    assert_eq!(through["exceptions"]["value"], "localhost,*.openai.azure.com", "{through}");
    assert!(through["differs"].is_null(), "{through}");
    assert!(through["seen"].to_string().contains("not tried"), "{through}");
    let differs = told("yourresource.openai.azure.com:443")["traces"][0]["proxied"]["differs"].clone();
    assert!(differs.to_string().contains("with a port"), "{differs}");
}

#[test]
fn refused_connections_are_blocked_at_once() {
    let address = closed();
    let server = dns_saying([127, 0, 0, 1]);
    let url = format!("{URL}:{}", address.port());
    let ran = run(&["check", &url, "--dns", &server]);
    assert!(ran.code == 1 || ran.code == 3, "{ran:?}");
    ran.said("refused").within(Duration::from_secs(2));
}

#[test]
fn a_second_server_answers_for_a_dead_one() {
    let (dead, alive) = (no_dns(), dns(|query| vec![query.no_such_name()]));
    run(&["check", URL, "--dns", &dead, "--dns", &alive]).said("NXDOMAIN").within(Duration::from_secs(7));
}

#[test]
fn a_cached_answer_from_before_a_repair_is_told_with_the_seconds_to_wait() {
    let repaired = Arc::new(AtomicBool::new(false));
    let now = Arc::clone(&repaired);
    let azure = dns(move |query| vec![query.address(if now.load(Ordering::SeqCst) { PRIVATE } else { PUBLIC })]);
    let forwarder = caching(azure);
    let folder = Documents::of("healthy").folder();
    let words = ["--snapshot", folder.word(), "--from", "vm/app"];
    answered_by(&forwarder.address, &[]).ended(1).said("caches may keep this answer for 60 s");
    repaired.store(true, Ordering::SeqCst);
    forwarder.now.store(23, Ordering::SeqCst);
    let ran = answered_by(&forwarder.address, &words).ended(1);
    assert!(ran.out.starts_with("PUBLIC [OBS001] "), "{ran:?}");
    ran.said("wait 37 s and ask again: it may be a cached answer");
    forwarder.now.store(23 + 37, Ordering::SeqCst);
    answered_by(&forwarder.address, &words).ended(0).never_said("cached");
}

#[test]
fn another_answer_the_second_time_is_told() {
    let asked = AtomicUsize::new(0);
    let (tell, told) = mpsc::channel();
    // Both families of the first round, then those of the second.
    let server = dns(move |query| {
        let before = asked.fetch_add(1, Ordering::SeqCst);
        if before == 3 {
            tell.send(()).unwrap();
        }
        vec![query.address(if before < 2 { PUBLIC } else { PRIVATE })]
    });
    let told = Mutex::new(told);
    let twice = move || told.lock().unwrap().recv_timeout(Duration::from_secs(4)).unwrap();
    let ran = answered_once(twice, &server, &[]).ended(1);
    assert!(ran.out.starts_with("PUBLIC "), "the first answer is the one that was dialled: {ran:?}");
    ran.said("says something else when asked again: first 203.0.113.10, then 10.1.2.4");
}

#[test]
fn servers_that_disagree_are_told() {
    let (one, other) = (dns_saying(PRIVATE), dns_saying(PUBLIC));
    answered_by(&one, &["--dns", &other]).ended(3).said("the servers disagree");
}

#[test]
fn with_servers_of_the_command_line_nobody_else_is_asked() {
    let report = answered_at(PUBLIC, &["--format", "json"]).report();
    let observations = report["observations"].as_array().unwrap();
    let of = |key: &str| -> Vec<_> {
        let words = observations.iter().map(|seen| seen["seen"][key].as_str().unwrap_or_default());
        words.filter(|word| !word.is_empty()).collect()
    };
    assert!(!of("kind").contains(&"resolver"), "{observations:#?}");
    assert!(of("role").iter().all(|role| ["configured", "again"].contains(role)), "{observations:#?}");
}

#[test]
fn an_address_asks_nobody() {
    let url = format!("https://{}", closed());
    let report = run(&["check", &url, "--format", "json"]).within(Duration::from_secs(2)).report();
    let kinds: Vec<_> = report["observations"].as_array().unwrap().iter().map(|seen| &seen["seen"]["kind"]).collect();
    assert_eq!(kinds, ["client", "tcp"]);
}

/// A lab in network namespaces; `None` where there are none, which in CI is a failure.
#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
fn with_packets(scenario: &str) -> Option<World> {
    if let Err(missing) = lab::Medium::Namespaces.take() {
        #[expect(clippy::disallowed_methods, reason = "in CI a skip of this test is a failure")]
        let must_run = cfg!(target_os = "linux") && std::env::var_os("CI").is_some();
        assert!(!must_run, "{missing}");
        eprintln!("skipped: {missing}");
        return None;
    }
    let world = World::new();
    world.run(&["lab", "up", scenario, "--medium", "namespaces"]).ended(0);
    Some(world)
}

/// On a host of a lab, with no other network: everybody is asked whom a client there would ask.
#[test]
fn on_a_host_the_systems_resolver_and_azure_dns_are_asked_too() {
    let Some(world) = with_packets("zone-not-linked") else { return };
    let check = ["lab", "exec", "vm/app", "--", "privpath", "check"];
    world.run(&check).ended(1).said("168.63.129.16 itself answers publicly").said("az network private-dns zone list");
    let report = world.run(&[&check[..], &["--format", "json"]].concat()).ended(1).report();
    let observations = report["observations"].as_array().unwrap();
    let resolver = observations.iter().find(|seen| seen["seen"]["kind"] == "resolver").expect("it was asked");
    if cfg!(target_env = "musl") {
        assert_eq!(resolver["seen"]["outcome"]["word"], "unavailable");
    } else {
        assert_eq!(resolver["seen"]["addresses"], serde_json::json!(["203.0.113.10"]));
    }
    world.run(&["lab", "down"]).ended(0);
}

/// The hosts of a lab see their own `/etc/resolv.conf`; only that one is written to.
#[test]
fn a_server_that_bypasses_azure_dns_is_found_without_a_snapshot() {
    let Some(world) = with_packets("healthy") else { return };
    let elsewhere = "grep -q 168.63.129.16 /etc/resolv.conf || exit 9; \
                     echo nameserver 203.0.113.53 > /etc/resolv.conf; exec privpath check";
    let ran = world.run(&["lab", "exec", "vm/app", "--", "sh", "-c", elsewhere]).ended(1);
    assert!(ran.out.starts_with("PUBLIC it leaves the private way at dns"), "{ran:?}");
    ran.said("168.63.129.16 answers 10.1.2.4 here and 203.0.113.53 does not")
        .said("203.0.113.53 does not forward openai.azure.com to 168.63.129.16")
        .said("(nslookup yourresource.openai.azure.com 168.63.129.16)");
    world.run(&["lab", "down"]).ended(0);
}
