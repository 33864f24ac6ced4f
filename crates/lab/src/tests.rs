//! Does a running lab behave like the estate that it plays? Over its real sockets.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests are clients of the lab")]

pub(crate) mod client;

use crate::{Access, Lab, scenario};
use client::{Reply, arm, arm_with, authority, chain, connect, connect_name, dig, dig_tcp, get};
use hickory_proto::op::ResponseCode;
use std::io::{Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::time::Duration;

const HOST: &str = "yourresource.openai.azure.com";
const ALIAS: &str = "yourresource.privatelink.openai.azure.com";
const ZONE: &str = "/subscriptions/{S}/resourceGroups/rg-networking/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com";
const ACCOUNT: &str =
    "/subscriptions/{S}/resourceGroups/rg-ai/providers/Microsoft.CognitiveServices/accounts/yourresource";
const ENDPOINT: &str =
    "/subscriptions/{S}/resourceGroups/rg-ai/providers/Microsoft.Network/privateEndpoints/pe-openai-eastus";

fn lab(name: &str) -> Lab {
    Lab::start(&scenario(name).unwrap()).unwrap()
}

fn path(access: &Access, template: &str) -> String {
    template.replace("{S}", &access.subscription)
}

/// True when the lab no longer answers. Its port may meanwhile be that of another test's lab, which
/// has another CA.
fn is_gone(access: &Access) -> bool {
    match TcpStream::connect(access.arm.strip_prefix("https://").unwrap()) {
        Ok(stream) => client::try_https(access, stream, "127.0.0.1", "GET / HTTP/1.1\r\n", "").is_err(),
        Err(_) => true,
    }
}

/// One ARM request below a template, with an api-version.
fn ask(access: &Access, method: &str, template: &str, body: &str) -> Reply {
    arm(access, method, &format!("{}?api-version=2025-05-01", path(access, template)), body)
}

#[test]
fn a_lab_comes_and_goes() {
    let lab = lab("healthy");
    let access = lab.access().clone();
    let vantages: Vec<&str> = access.vantages.iter().map(|vantage| vantage.text.as_str()).collect();
    assert_eq!(vantages, ["app/your-app-service", "internet", "vm/app"]);
    assert_eq!(access.of("VM/app").unwrap().environment["AZURE_OPENAI_ENDPOINT"], format!("https://{HOST}"));
    drop(lab);
    assert!(is_gone(&access));
    for secret in [&access.token, &access.identity.secret, &access.identity.federated] {
        assert!(!format!("{access:?} {:?}", access.identity).contains(secret));
    }
}

#[test]
fn every_scenario_starts() {
    for (name, _) in crate::scenarios() {
        lab(name);
    }
}

/// What an unauthenticated client sees who asks the question of a scenario.
fn seen(name: &str) -> String {
    let lab = lab(name);
    let access = lab.access();
    let vantage = access.of(&access.ask_from).unwrap();
    let host = access.ask_to.strip_prefix("https://").unwrap().trim_end_matches('/');
    let answer = dig(vantage, host);
    if let Some(zone) = authority(&answer) {
        return format!("{} from {zone}", answer.metadata.response_code);
    }
    let address = chain(&answer).pop().unwrap();
    let (stream, code) = connect(vantage, address.parse().unwrap());
    let Some(code) = code else { return format!("silence at {address}") };
    assert_eq!(code, 0);
    match client::try_https(access, stream, host, "GET /openai/models?api-version=1 HTTP/1.1\r\n", "") {
        Ok(reply) => format!("{} at {address}", reply.status),
        Err(why) => format!("{why} at {address}"),
    }
}

#[test]
fn every_fault_shows() {
    for (name, expected) in [
        ("healthy", "401 at 10.1.2.4"),
        ("single-vnet", "401 at "),
        ("two-accounts", "401 at 172.16.4.6"),
        ("zone-not-linked", "403 at 203.0.113.10"),
        ("zone-not-linked-open", "401 at 203.0.113.10"),
        ("zone-absent", "403 at 203.0.113.10"),
        ("wrong-zone-name", "403 at 203.0.113.10"),
        ("zone-group-missing", "Non-Existent Domain from privatelink.openai.azure.com"),
        ("record-missing", "Non-Existent Domain from privatelink.openai.azure.com"),
        ("record-missing-fallback", "403 at 203.0.113.10"),
        ("record-stale", "silence at 10.1.2.9"),
        ("pending-approval", "silence at 10.1.2.4"),
        ("wrong-endpoint", "401 at 203.0.113.30"),
        ("privatelink-endpoint", "certificate not valid for name"),
        ("public-left-open", "401 at 10.1.2.4"),
    ] {
        let seen = seen(name);
        assert!(seen.contains(expected), "{name}: {seen}");
    }
}

#[test]
fn the_healthy_path_is_private() {
    let lab = lab("healthy");
    let access = lab.access();
    let vantage = access.of("vm/app").unwrap();
    let answer = dig(vantage, HOST);
    assert_eq!(chain(&answer), [ALIAS, "10.1.2.4"]);
    assert_eq!(answer.answers.iter().map(|record| record.ttl).collect::<Vec<_>>(), [60, 10]);
    assert_eq!(chain(&dig_tcp(vantage, HOST)), [ALIAS, "10.1.2.4"]);
    let reply = get(access, "vm/app", HOST, "");
    assert_eq!(reply.status, 401);
    assert!(reply.body.contains("Access token is missing"), "{}", reply.body);
    assert!(reply.head.contains("apim-request-id: "), "{}", reply.head);
    let reply = get(access, "vm/app", HOST, "api-key: lab-key-yourresource\r\n");
    assert_eq!(reply.status, 200);
    let reply = get(access, "vm/app", HOST, "api-key: another\r\n");
    assert!(reply.status == 401 && reply.body.contains("invalid subscription key"), "{}", reply.body);
}

#[test]
fn the_internet_sees_the_public_chain_and_is_refused() {
    let lab = lab("healthy");
    let access = lab.access();
    let tail = ["eastus.prod.vnet.cog.trafficmanager.net", "vnetproxyv1-eus-prod.eastus.cloudapp.azure.com"];
    let answer = dig(access.of("internet").unwrap(), HOST);
    assert_eq!(chain(&answer), [ALIAS, tail[0], tail[1], "203.0.113.10"]);
    assert!(!answer.metadata.authoritative);
    let reply = get(access, "internet", HOST, "api-key: lab-key-yourresource\r\n");
    assert_eq!(reply.status, 403);
    assert_eq!(
        reply.body,
        r#"{"error":{"code":"403","message": "Public access is disabled. Please configure private endpoint."}}"#
    );
    assert!(reply.head.contains("policy-id: ThrowExceptionDueToTrafficDenied"), "{}", reply.head);
    let answer = dig(access.of("internet").unwrap(), "nobody.openai.azure.com");
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
    assert_eq!(authority(&answer).as_deref(), Some("openai.azure.com"));
}

#[test]
fn a_link_makes_the_difference() {
    let lab = lab("zone-not-linked");
    let access = lab.access();
    assert_eq!(get(access, "vm/app", HOST, "").status, 403);
    let spoke =
        path(access, "/subscriptions/{S}/resourceGroups/rg-app/providers/Microsoft.Network/virtualNetworks/spoke-vnet");
    let body = format!(
        r#"{{"location":"global","properties":{{"registrationEnabled":false,"virtualNetwork":{{"id":"{spoke}"}}}}}}"#
    );
    let link = format!("{ZONE}/virtualNetworkLinks/link-to-spoke-vnet");
    let reply = ask(access, "PUT", &link, &body);
    assert_eq!(reply.status, 201);
    assert_eq!(reply.json()["properties"]["virtualNetworkLinkState"], "Completed");
    assert_eq!(get(access, "vm/app", HOST, "").status, 401);
    assert_eq!(ask(access, "DELETE", &link, "").status, 202);
    assert_eq!(ask(access, "DELETE", &link, "").status, 204);
    assert_eq!(chain(&dig(access.of("vm/app").unwrap(), HOST)).last().unwrap(), "203.0.113.10");
}

#[test]
fn open_public_access_answers_publicly() {
    let lab = lab("zone-not-linked-open");
    assert_eq!(get(lab.access(), "vm/app", HOST, "api-key: lab-key-yourresource\r\n").status, 200);
}

#[test]
fn missing_records_are_nxdomain_or_fall_back() {
    let lab = lab("record-missing");
    let answer = dig(lab.access().of("vm/app").unwrap(), HOST);
    assert_eq!(answer.metadata.response_code, ResponseCode::NXDomain);
    assert_eq!(chain(&answer), [ALIAS]);
    assert_eq!(authority(&answer).as_deref(), Some("privatelink.openai.azure.com"));
    let lab = self::lab("record-missing-fallback");
    let answer = dig(lab.access().of("vm/app").unwrap(), HOST);
    assert_eq!(answer.metadata.response_code, ResponseCode::NoError);
    assert_eq!(chain(&answer).last().unwrap(), "203.0.113.10");
}

#[test]
fn what_is_not_approved_or_not_there_is_silent() {
    let lab = lab("pending-approval");
    assert_eq!(connect(lab.access().of("vm/app").unwrap(), [10, 1, 2, 4].into()).1, None);
    let lab = self::lab("healthy");
    let access = lab.access();
    assert_eq!(connect(access.of("vm/app").unwrap(), [10, 1, 2, 9].into()).1, None);
    assert_eq!(connect(access.of("internet").unwrap(), [10, 1, 2, 4].into()).1, None);
    assert_eq!(connect(access.of("vm/app").unwrap(), [198, 51, 100, 1].into()).1, None);
    assert_eq!(connect_name(access.of("vm/app").unwrap(), HOST).1, Some(0));
    assert_eq!(connect_name(access.of("vm/app").unwrap(), "nobody.example").1, Some(4));
}

#[test]
fn an_approval_opens_the_endpoint() {
    let lab = lab("pending-approval");
    let access = lab.access();
    let list = ask(access, "GET", &format!("{ACCOUNT}/privateEndpointConnections"), "").json();
    let mut connection = list["value"][0].clone();
    connection["properties"]["privateLinkServiceConnectionState"]["status"] = "Approved".into();
    let id = connection["id"].as_str().unwrap().to_owned();
    assert_eq!(ask(access, "PUT", &id, &connection.to_string()).status, 200);
    let endpoint = ask(access, "GET", ENDPOINT, "").body;
    assert!(endpoint.contains("\"Approved\"") && !endpoint.contains("\"Pending\""), "{endpoint}");
    assert_eq!(connect(access.of("vm/app").unwrap(), [10, 1, 2, 4].into()).1, Some(0));
    // Its owner may think better of it.
    connection["properties"]["privateLinkServiceConnectionState"]["status"] = "Rejected".into();
    assert_eq!(ask(access, "PUT", &id, &connection.to_string()).status, 200);
    assert!(ask(access, "GET", ENDPOINT, "").body.contains("\"Rejected\""));
    assert_eq!(connect(access.of("vm/app").unwrap(), [10, 1, 2, 4].into()).1, None);
    assert_eq!(ask(access, "DELETE", &id, "").status, 200);
    assert!(ask(access, "GET", ENDPOINT, "").body.contains("\"Disconnected\""));
    assert_eq!(connect(access.of("vm/app").unwrap(), [10, 1, 2, 4].into()).1, None);
}

#[test]
fn arm_needs_a_token_and_gives_one() {
    let lab = lab("healthy");
    let access = lab.access();
    let target = format!("/subscriptions/{}/resourcegroups?api-version=2024-11-01", access.subscription);
    for headers in ["", "authorization: Bearer nonsense\r\n", "authorization: Basic eDp5\r\n"] {
        let reply = arm_with(access, "GET", &target, headers, "");
        assert_eq!(reply.status, 401);
        assert_eq!(reply.json()["error"]["code"], "AuthenticationFailed");
    }
    let asked = "/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.azure.com%2F";
    let own = format!("x-identity-header: {}\r\n", access.identity.secret);
    let token = arm_with(access, "GET", asked, &own, "").json();
    let bearer = format!("authorization: Bearer {}\r\n", token["access_token"].as_str().unwrap());
    assert_eq!(arm_with(access, "GET", &target, &bearer, "").status, 200);
    // A token for the service is none for ARM, and the other way round.
    let asked = "/msi/token?api-version=2019-08-01&resource=https://cognitiveservices.azure.com";
    let token = arm_with(access, "GET", asked, &own, "").json();
    let bearer = format!("authorization: Bearer {}\r\n", token["access_token"].as_str().unwrap());
    assert_eq!(arm_with(access, "GET", &target, &bearer, "").status, 401);
    assert_eq!(get(access, "vm/app", HOST, &bearer).status, 200);
    let arm_bearer = format!("authorization: Bearer {}\r\n", access.token);
    assert_eq!(get(access, "vm/app", HOST, &arm_bearer).status, 401);
}

#[test]
fn bad_days_are_told_as_arm_tells_them() {
    let lab = lab("healthy");
    lab.disturb(7);
    let access = lab.access();
    let place = access.arm.strip_prefix("https://").unwrap();
    let start =
        format!("GET /subscriptions?api-version=2022-12-01 HTTP/1.1\r\nauthorization: Bearer {}\r\n", access.token);
    let mut told = std::collections::BTreeMap::new();
    for _ in 0..100 {
        let reply = client::try_https(access, TcpStream::connect(place).unwrap(), "127.0.0.1", &start, "");
        let Ok(reply) = reply else {
            told.insert(0, "the connection was cut".to_owned());
            continue;
        };
        if matches!(reply.status, 429 | 503) {
            assert!(reply.head.to_ascii_lowercase().contains("retry-after: 1"), "{}", reply.head);
        }
        told.insert(reply.status, reply.json()["error"]["code"].as_str().unwrap_or_default().to_owned());
    }
    let words = ["the connection was cut", "", "TooManyRequests", "InternalServerError", "ServerBusy"];
    let known: Vec<(u16, String)> = [0, 200, 429, 500, 503].into_iter().zip(words.map(str::to_owned)).collect();
    assert_eq!(told.into_iter().collect::<Vec<_>>(), known);
    // Its own doors have no bad days.
    assert!((0..20).all(|_| arm(access, "GET", "/lab/status", "").status == 200));
}

/// The ARM API listens on the loopback interface of the machine, which all its users share.
#[test]
fn other_users_of_the_machine_get_no_token() {
    let lab = lab("healthy");
    let access = lab.access();
    let resource = "resource=https%3A%2F%2Fmanagement.azure.com%2F";
    let app = format!("/msi/token?api-version=2019-08-01&{resource}");
    let machine = format!("/metadata/identity/oauth2/token?api-version=2018-02-01&{resource}");
    let tenant = format!("/{}/oauth2/v2.0/token", crate::tokens::TENANT);
    let form = "grant_type=client_credentials&client_id=c&scope=https%3A%2F%2Fmanagement.azure.com%2F.default";
    let guessed = crate::random::stable_guid("operator identity header");
    for header in ["", "x-identity-header: x\r\n", "metadata: true\r\n", &format!("x-identity-header: {guessed}\r\n")] {
        for target in [&app, &machine] {
            let reply = arm_with(access, "GET", target, header, "");
            assert!((400..404).contains(&reply.status), "{target} {header}: {}", reply.status);
            assert!(!reply.body.contains("access_token"), "{target} {header}: {}", reply.body);
        }
        for credential in ["", "&client_secret=s", "&client_secret=", "&client_assertion=a.b.c", "&client_assertion="] {
            let reply = arm_with(access, "POST", &tenant, header, &format!("{form}{credential}"));
            assert_eq!((reply.status, reply.json()["error"].as_str()), (401, Some("invalid_client")), "{credential}");
        }
    }
    for (name, held) in [("client_secret", &access.identity.secret), ("client_assertion", &access.identity.federated)] {
        let reply = arm_with(access, "POST", &tenant, "", &format!("{form}&{name}={held}"));
        let bearer = format!("authorization: Bearer {}\r\n", reply.json()["access_token"].as_str().unwrap());
        assert_eq!(arm_with(access, "GET", "/lab/status", &bearer, "").status, 200, "{name}");
    }
    // The ports that stand for the hosts' own endpoints give tokens for the service, and none for the ARM API.
    let own = &access.of("vm/app").unwrap().identity["AZURE_POD_IDENTITY_AUTHORITY_HOST"];
    let of_host = |resource: &str| {
        let mut stream = TcpStream::connect(own.strip_prefix("http://").unwrap()).unwrap();
        let target = format!("/metadata/identity/oauth2/token?api-version=2018-02-01&resource={resource}");
        let request = format!("GET {target} HTTP/1.1\r\nhost: x\r\nmetadata: true\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        said
    };
    assert!(of_host("https://cognitiveservices.azure.com").starts_with("HTTP/1.1 200"));
    for resource in ["https://management.azure.com/", "HTTPS://MANAGEMENT.AZURE.COM", "https://localhost:1//.default"] {
        let said = of_host(resource);
        assert!(said.starts_with("HTTP/1.1 403") && !said.contains("access_token"), "{resource}: {said}");
    }
    // What pods hold is to be exchanged, and opens nothing itself.
    let bearer = format!("authorization: Bearer {}\r\n", access.identity.federated);
    assert_eq!(arm_with(access, "GET", "/lab/status", &bearer, "").status, 401);
}

#[test]
fn the_zone_group_keeps_the_records() {
    let lab = lab("healthy");
    let access = lab.access();
    let group = format!("{ENDPOINT}/privateDnsZoneGroups/dns-group");
    let body = ask(access, "GET", &group, "").body;
    assert_eq!(ask(access, "DELETE", &group, "").status, 202);
    assert_eq!(ask(access, "GET", &format!("{ZONE}/A/yourresource"), "").status, 404);
    assert_eq!(ask(access, "PUT", &group, &body).status, 201);
    let record = ask(access, "GET", &format!("{ZONE}/A/yourresource"), "").json();
    assert_eq!(record["properties"]["aRecords"][0]["ipv4Address"], "10.1.2.4");
    assert!(record["properties"]["metadata"]["creator"].as_str().unwrap().contains("pe-openai-eastus"));
    let second = ask(access, "PUT", &format!("{ENDPOINT}/privateDnsZoneGroups/second"), &body);
    assert_eq!(second.json()["error"]["code"], "PrivateDnsZoneGroupCannotBeCreated");
    let elsewhere = body.replace("rg-networking", "rg-ai");
    let reply = ask(access, "PUT", &group, &elsewhere);
    assert_eq!((reply.status, reply.json()["error"]["code"].as_str()), (400, Some("InvalidResourceReference")));
    // With the endpoint go its NIC, its group, its records and the connection.
    assert_eq!(ask(access, "DELETE", ENDPOINT, "").status, 202);
    assert_eq!(ask(access, "GET", &group, "").status, 404);
    assert_eq!(ask(access, "GET", &format!("{ZONE}/A/yourresource"), "").status, 404);
    let connections = ask(access, "GET", &format!("{ACCOUNT}/privateEndpointConnections"), "").json();
    assert_eq!(connections["value"].as_array().unwrap().len(), 0);
    assert_eq!(chain(&dig(access.of("vm/app").unwrap(), HOST)).last().unwrap(), "203.0.113.10");
}

#[test]
fn garbage_kills_nothing() {
    let lab = lab("healthy");
    let access = lab.access();
    let vantage = access.of("vm/app").unwrap();
    let arm_place = access.arm.strip_prefix("https://").unwrap().parse().unwrap();
    for garbage in [&b""[..], b"\x00", b"\xff\xff", b"GET / HTTP/1.1\r\n\r\n", &[5; 600], &[0; 12], &[0xc0; 64]] {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.send_to(garbage, vantage.dns).unwrap();
        for place in [vantage.dns, vantage.socks5, arm_place] {
            let mut stream = TcpStream::connect(place).unwrap();
            stream.write_all(garbage).unwrap();
            // Fails when the lab has hung up already, which is as good.
            let _ = stream.shutdown(std::net::Shutdown::Write);
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            // The end or a reset: either way the lab has let go.
            let _ = stream.read_to_end(&mut Vec::new());
        }
    }
    for (method, target) in [("GET", "/%ff"), ("BREW", "/subscriptions"), ("GET", "//////"), ("GET", "/a?b=%")] {
        let reply = arm(access, method, target, "{");
        assert!((400..500).contains(&reply.status), "{method} {target}: {}", reply.status);
    }
    assert_eq!(get(access, "vm/app", HOST, "").status, 401);
}

#[test]
fn the_lab_can_be_ended_over_its_api() {
    let lab = lab("healthy");
    let access = lab.access().clone();
    assert_eq!(arm_with(&access, "POST", "/lab/down", "", "").status, 401);
    assert_eq!(arm(&access, "GET", "/lab/status", "").status, 200);
    assert_eq!(arm(&access, "POST", "/lab/down", "").status, 200);
    lab.wait();
    assert!(is_gone(&access));
}
