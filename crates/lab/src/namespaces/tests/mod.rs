//! Do real packets meet the estate that a scenario describes?
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests are clients of the lab")]

mod closed;
mod forwarders;
mod groups;
mod names;
mod routes;
mod speed;

use super::*;
use crate::tests::client::{arm, authority, chain, question, try_https};
use crate::{Lab, Medium, scenario};
use dialect::scenario::Scenario;
use hickory_proto::op::Message;
use hickory_proto::rr::RecordType;
use std::net::{IpAddr, TcpStream, UdpSocket};
use std::time::Duration;

/// How long a packet may take that nobody answers: less than a second, after which a lost one is sent again.
const PATIENCE: Duration = Duration::from_millis(900);

/// A lab in namespaces; `None` with a printed line where they are not to be had, which in CI is a failure.
fn lab(name: &str) -> Option<Lab> {
    start(&scenario(name).unwrap())
}

#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
fn start(scenario: &Scenario) -> Option<Lab> {
    if let Err(missing) = available() {
        assert!(std::env::var_os("CI").is_none(), "tests of namespaces must run in CI: {missing}");
        eprintln!("skipped {}: {missing}", scenario.name);
        return None;
    }
    Some(Lab::start_on(scenario, Medium::Namespaces).unwrap())
}

/// A scenario that is written here, over a built-in one.
fn written(name: &str, base: &str, text: &str) -> Scenario {
    let whole = format!("title = '{name}'\nexplain = 'a test'\nbase = '{base}'\n{text}");
    let built_in =
        |base: &str| crate::scenarios().iter().find(|(known, _)| *known == base).map(|(_, text)| (*text).to_owned());
    Scenario::parse(name, &whole, &built_in).unwrap_or_else(|why| panic!("{why}"))
}

/// Plays a written scenario: what is seen, and what dropped packets.
fn played(name: &str, text: &str) -> Option<(String, Vec<String>)> {
    let lab = start(&written(name, "healthy", text))?;
    Some((seen(&lab), dropped(&lab)))
}

/// Asks the vantage's DNS server from inside; `None` when nothing comes back.
fn dig(vantage: &crate::VantageAccess, name: &str) -> Option<Message> {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    // Longer than the lab's servers wait for each other.
    socket.set_read_timeout(Some(Duration::from_secs(3))).unwrap();
    socket.connect(vantage.dns).unwrap();
    socket.send(&question(name, RecordType::A)).unwrap();
    let mut buffer = [0; 4096];
    let count = socket.recv(&mut buffer).ok()?;
    Some(Message::from_vec(&buffer[..count]).unwrap())
}

/// What a client sees who asks the question of the scenario from inside its vantage.
fn seen(lab: &Lab) -> String {
    let access = lab.access();
    let vantage = access.of(&access.ask_from).unwrap();
    let inside = vantage.inside.as_ref().unwrap();
    let host = access.ask_to.strip_prefix("https://").unwrap().trim_end_matches('/');
    let asked = crate::VantageAccess { dns: inside.dns_servers[0], ..vantage.clone() };
    inside
        .enter(|| {
            let Some(answer) = dig(&asked, host) else { return format!("silence from {}", asked.dns.ip()) };
            if let Some(zone) = authority(&answer) {
                return format!("{} from {zone}", answer.metadata.response_code);
            }
            let Some(last) = chain(&answer).pop() else { return answer.metadata.response_code.to_string() };
            let address: IpAddr = last.parse().unwrap();
            match TcpStream::connect_timeout(&SocketAddr::new(address, 443), PATIENCE) {
                Ok(stream) => {
                    match try_https(access, stream, host, "GET /openai/models?api-version=1 HTTP/1.1\r\n", "") {
                        Ok(reply) => format!("{} at {address}", reply.status),
                        Err(why) => format!("{why} at {address}"),
                    }
                }
                Err(why) => format!("{} at {address}", why.kind()),
            }
        })
        .unwrap()
}

/// The rules that dropped something.
fn dropped(lab: &Lab) -> Vec<String> {
    let counters = lab.counters().unwrap();
    counters
        .into_iter()
        .filter(|counter| counter.denies && counter.packets > 0)
        .map(|counter| format!("{} {} {}", counter.network, counter.group, counter.rule))
        .collect()
}

#[test]
fn every_fault_shows_in_packets() {
    for (name, expected, rules) in [
        ("healthy", "401 at 10.1.2.4", &[][..]),
        ("single-vnet", "401 at ", &[]),
        ("two-accounts", "401 at 172.16.4.6", &[]),
        ("zone-not-linked", "403 at 203.0.113.10", &[]),
        ("zone-not-linked-open", "401 at 203.0.113.10", &[]),
        ("record-stale", "timed out at 10.1.2.9", &["hub-vnet router of hub-vnet nobody has the address"]),
        ("record-missing", "Non-Existent Domain from privatelink.openai.azure.com", &[]),
        ("pending-approval", "timed out at 10.1.2.4", &["hub-vnet pe-openai-eastus-nic the endpoint is not approved"]),
        ("custom-dns", "401 at 10.1.2.4", &[]),
        ("resolver-ruleset", "401 at 10.1.2.4", &[]),
        ("route-all-off", "timed out at 100.64.2.4", &[]),
        ("nsg-deny", "timed out at 10.1.2.4", &["hub-vnet Inbound nsg-private-endpoints 4000 deny-all"]),
        ("egress-denied", "timed out at 203.0.113.10", &["spoke-vnet Outbound nsg-app 4000 deny-internet"]),
    ] {
        let Some(lab) = lab(name) else { return };
        let seen = seen(&lab);
        assert!(seen.contains(expected), "{name}: {seen}");
        assert_eq!(dropped(&lab), rules, "{name}");
    }
}

#[test]
fn the_network_follows_the_estate() {
    let Some(lab) = lab("nsg-deny") else { return };
    assert_eq!(seen(&lab), "timed out at 10.1.2.4");
    let access = lab.access();
    let rule = format!(
        "/subscriptions/{}/resourceGroups/rg-networking/providers/Microsoft.Network/networkSecurityGroups/\
         nsg-private-endpoints/securityRules/deny-all?api-version=2025-05-01",
        access.subscription
    );
    let reply = arm(access, "DELETE", &rule, "");
    assert!([200, 202, 204].contains(&reply.status), "{}", reply.body);
    assert_eq!(seen(&lab), "401 at 10.1.2.4");
}

#[test]
fn there_is_no_way_out() {
    let Some(lab) = lab("healthy") else { return };
    for vantage in &lab.access().vantages {
        let inside = vantage.inside.as_ref().unwrap();
        inside
            .enter(|| {
                let devices = std::fs::read_to_string("/proc/thread-self/net/dev").unwrap();
                assert!(devices.contains("eth0"), "{}: {devices}", vantage.text);
                // The loopback interface of this machine is not the one in there.
                let arm = lab.access().arm.strip_prefix("https://").unwrap().parse().unwrap();
                assert!(TcpStream::connect_timeout(&arm, PATIENCE).is_err(), "{}", vantage.text);
            })
            .unwrap();
    }
}

/// Puts a rule that decides about everything that the app sends.
fn put_rule(lab: &Lab, group: &str, access: &str) {
    put_rule_with(lab, group, access, "\"sourceAddressPrefix\": \"*\", \"destinationAddressPrefix\": \"*\"");
}

/// The same with other sides.
fn put_rule_with(lab: &Lab, group: &str, access: &str, sides: &str) {
    let path = format!(
        "/subscriptions/{}/resourceGroups/rg-app/providers/Microsoft.Network/networkSecurityGroups/{group}/securityRules/\
         all?api-version=2025-05-01",
        lab.access().subscription
    );
    let body = format!(
        "{{\"properties\": {{\"priority\": 150, \"direction\": \"Outbound\", \"access\": \"{access}\", \"protocol\": \"*\", \
         \"sourcePortRange\": \"*\", \"destinationPortRange\": \"*\", {sides}}}}}"
    );
    let reply = arm(lab.access(), "PUT", &path, &body);
    assert!(reply.status < 300, "{}", reply.body);
}
