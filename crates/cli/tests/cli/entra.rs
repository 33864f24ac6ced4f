//! With whose token does `check --entra` call, what is said of that, and does the token stay where it belongs?

use crate::estate::Folder;
use crate::servers::{closed, dns_saying, service};
use crate::world::{World, run};
use std::io::{Read, Write};
use std::net::TcpListener;

const HOST: &str = "yourresource.openai.azure.com";
const SECRET: &str = "CANARY-of-the-application";
const TOKEN: &str = "CANARY-of-the-token";
const FORMATS: [&[&str]; 4] =
    [&["--format", "terminal"], &["--format", "terminal", "-v"], &["--format", "short"], &["--format", "json"]];

/// A token endpoint of a host, such as apps have, that gives this for ever.
fn endpoint(status: u16, body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut head = [0; 4096];
            let _ = stream.read(&mut head);
            let length = body.len();
            let _ =
                stream.write_all(format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\n\r\n{body}").as_bytes());
        }
    });
    format!("http://{address}")
}

/// A world where no instance metadata service answers.
fn nowhere() -> World {
    World::new().with("AZURE_POD_IDENTITY_AUTHORITY_HOST", &format!("http://{}", closed()))
}

#[test]
fn the_identity_of_a_host_of_a_lab() {
    let words = ["check", "--lab", "healthy", "--medium", "loopback", "--entra"];
    let ran = run(&[&words[..], &["--format", "json"]].concat()).ended(0).said("\"credential\": \"token\"");
    ran.said("managed identity (instance metadata); environment: AZURE_CLIENT_SECRET is not set; ")
        .said("the token for https://cognitiveservices.azure.com was sent, over a verified chain");
    let ran = run(&[&words[..], &["--from", "app/your-app-service", "--format", "json"]].concat()).ended(0);
    ran.said("managed identity (App Service); environment: AZURE_CLIENT_SECRET is not set; ");
    // Publicly it is not sent.
    let words = ["check", "--lab", "zone-not-linked-open", "--medium", "loopback", "--entra", "--format", "json"];
    run(&words).ended(1).said("the token for https://cognitiveservices.azure.com was not sent");
}

#[test]
fn a_host_outside_of_azure_has_no_identity() {
    let words = ["check", "--lab", "on-premises", "--medium", "loopback", "--entra", "--format", "json"];
    run(&words)
        .said("no token could be had: ")
        .said("the host has no such identity")
        .said("the call was measured without one");
}

#[test]
fn a_token_is_in_no_output_even_when_the_service_repeats_it() {
    let service = service(HOST, |secure| {
        let body = format!(
            "{{\"error\":{{\"code\":\"PermissionDenied\",\"message\":\"Principal does not have access to API/Operation. {TOKEN}\"}}}}"
        );
        let head = format!("HTTP/1.1 401 No\r\nwww-authenticate: {TOKEN}\r\nContent-Length: {}", body.len());
        let _ = secure.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        let _ = secure.flush();
    });
    let folder = Folder::empty();
    let roots = folder.put("roots.pem", service.authority.as_bytes());
    let endpoint = endpoint(200, format!("{{\"access_token\":\"{TOKEN}\"}}"));
    let world = nowhere()
        .with("SSL_CERT_FILE", roots.to_str().unwrap())
        .with("IDENTITY_ENDPOINT", &format!("{endpoint}/msi/token"))
        .with("IDENTITY_HEADER", SECRET);
    let (url, server) = (format!("https://{HOST}:{}", service.address.port()), dns_saying([127, 0, 0, 1]));
    for format in FORMATS {
        let ran = world.run(&[&["check", &url, "--dns", &server, "--entra"], format].concat());
        ran.said("AUT002").never_said("CANARY");
    }
}

#[test]
fn the_sign_in_host_is_found_as_the_target_is() {
    let sign_in = service("login.example", |secure| {
        let body = format!("{{\"access_token\":\"{TOKEN}\"}}");
        let _ = secure.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
        let _ = secure.flush();
    });
    let target = service(HOST, |secure| {
        let _ = secure.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        let _ = secure.flush();
    });
    let folder = Folder::empty();
    let roots = folder.put("roots.pem", format!("{}{}", sign_in.authority, target.authority).as_bytes());
    let world = nowhere()
        .with("SSL_CERT_FILE", roots.to_str().unwrap())
        .with("AZURE_TENANT_ID", "tenant")
        .with("AZURE_CLIENT_ID", "client")
        .with("AZURE_CLIENT_SECRET", SECRET);
    let (url, server) = (format!("https://{HOST}:{}", target.address.port()), dns_saying([127, 0, 0, 1]));
    let world = world.with("AZURE_AUTHORITY_HOST", &format!("https://login.example:{}", sign_in.address.port()));
    for format in FORMATS {
        let words = [&["check", &url, "--dns", &server, "--entra"], format].concat();
        world.run(&words).never_said("CANARY");
    }
    let words = ["check", &url, "--dns", &server, "--entra", "--format", "json"];
    world.run(&words).said("\"text\": \"environment\"").said("was sent, over a verified");
    // A host that shows no certificate of that name gets no secret, and the verdict is that of the target.
    let world = world.with("AZURE_AUTHORITY_HOST", &format!("https://login.other:{}", sign_in.address.port()));
    world
        .run(&words)
        .said("the sign-in host login.other:")
        .said("has no certificate that is trusted for the name")
        .never_said("CANARY");
}

#[test]
fn a_sign_in_host_that_is_out_of_reach_is_told_apart_from_the_service() {
    let target = service(HOST, |secure| {
        let _ = secure.write_all(b"HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}");
        let _ = secure.flush();
    });
    let refusing = service("login.example", |secure| {
        let _ = secure.write_all(b"HTTP/1.1 401 No\r\nContent-Length: 27\r\n\r\n{\"error\":\"invalid_client\"} ");
        let _ = secure.flush();
    });
    let folder = Folder::empty();
    let roots = folder.put("roots.pem", format!("{}{}", refusing.authority, target.authority).as_bytes());
    let world = || nowhere().with("SSL_CERT_FILE", roots.to_str().unwrap());
    let application = |host: &str| {
        let world = world().with("AZURE_TENANT_ID", "tenant").with("AZURE_CLIENT_ID", "client");
        world.with("AZURE_CLIENT_SECRET", SECRET).with("AZURE_AUTHORITY_HOST", host)
    };
    let (url, server) = (format!("https://{HOST}:{}", target.address.port()), dns_saying([127, 0, 0, 1]));
    let words = ["check", &url, "--dns", &server, "--entra", "--format", "json"];
    for (host, told) in [
        (format!("https://login.example:{}", closed().port()), "refuses the connection"),
        (format!("https://login.other:{}", refusing.address.port()), "certificate that is not trusted for the name"),
    ] {
        let ran = application(&host).run(&words).said("RTE007").said(told).never_said("CANARY");
        let report = ran.report();
        assert_eq!(report["traces"][0]["end"], "answered", "the service is not blamed");
        let seen = report["observations"].as_array().unwrap().last().unwrap();
        assert_eq!(seen["seen"]["kind"], "sign-in");
    }
    // The host is reached, and does not want this application; or nobody goes there.
    let refused = application(&format!("https://login.example:{}", refusing.address.port()));
    refused.run(&words).said("no token could be had").never_said("RTE007").never_said("CANARY");
    world().run(&words).said("no token could be had").never_said("RTE007");
    let broken = world().with("IDENTITY_ENDPOINT", &format!("http://{}/msi/token", closed()));
    broken.with("IDENTITY_HEADER", SECRET).run(&words).said("gives no reply").never_said("RTE007");
}

#[test]
fn a_service_whose_audience_is_not_known_gets_no_token() {
    let server = dns_saying([127, 0, 0, 1]);
    let url = format!("https://acct.blob.core.windows.net:{}", closed().port());
    nowhere().run(&["check", &url, "--dns", &server, "--entra", "--format", "json"]).said("no token was asked for");
    run(&["check", &url, "--dns", &server, "--entra", "--key-env", "X"]).ended(2);
    run(&["check", &url, "--dns", &server, "--entra", "--socks5", "127.0.0.1:1"]).ended(2);
}

#[test]
fn an_estate_is_read_by_somebody_who_is_signed_in_or_not_at_all() {
    let empty = tempfile::TempDir::new().unwrap();
    let world = nowhere().with("PATH", empty.path().to_str().unwrap());
    let ran = world.run(&["audit", "--azure"]).ended(2);
    ran.failed("no token could be had: environment: AZURE_CLIENT_SECRET is not set").failed("sign in with `az login`");
    for (words, clash) in [
        (&["audit", "--azure", "--snapshot", "x"][..], "--snapshot"),
        (&["audit", "--azure", "--lab", "healthy"], "--lab"),
        (&["check", "https://127.0.0.1:1", "--azure", "--dns", "127.0.0.1:53"], "--dns"),
        (&["check", "https://127.0.0.1:1", "--azure", "--socks5", "127.0.0.1:53"], "--socks5"),
    ] {
        world.run(words).ended(2).failed(clash);
    }
}
