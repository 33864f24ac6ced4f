//! Does a secret that the binary could read ever appear in what it writes?

use crate::estate::{Documents, Folder};
use crate::servers::{closed, dns_saying, service};
use crate::world::{World, run};
use serde_json::{Value, json};
use std::io::Write;

const CANARY: &str = "CANARY";
/// A key as long as real ones.
const CANARY_KEY: &str = "CANARY0123456789abcdef0123456789";
const URL: &str = "https://yourresource.openai.azure.com";
const FORMATS: [&[&str]; 4] =
    [&["--format", "terminal"], &["--format", "terminal", "-v"], &["--format", "short"], &["--format", "json"]];

/// An estate whose documents hold a canary wherever Azure keeps a secret.
fn planted() -> Folder {
    // Its remedies write an account and a zone.
    let mut documents = Documents::of("zone-not-linked-open");
    let app = documents.named("Microsoft.Web/sites", "your-app-service");
    let id = app["id"].as_str().unwrap().to_owned();
    app["properties"]["siteConfig"]["appSettings"] = json!([
        {"name": "AZURE_OPENAI_ENDPOINT", "value": format!("https://user:{CANARY}@yourresource.openai.azure.com/?api-key={CANARY}")},
        {"name": "AZURE_OPENAI_API_KEY", "value": CANARY},
        {"name": CANARY, "value": "named like one"},
    ]);
    app["properties"]["siteConfig"]["connectionStrings"] =
        json!([{"name": "db", "connectionString": format!("Server=db;Password={CANARY}"), "type": "SQLAzure"}]);
    app["properties"]["siteConfig"]["metadata"] = json!([{"name": "x", "value": CANARY}]);
    let config = |name: &str, properties: Value| json!({"id": format!("{id}/config/{name}"), "name": name, "type": "Microsoft.Web/sites/config", "properties": properties});
    documents.0.push(config(
        "appsettings",
        json!({"AZURE_OPENAI_ENDPOINT": URL, "AZURE_OPENAI_API_KEY": CANARY, "OPENAI_BASE_URL": CANARY, "WEBSITE_DNS_SERVER": CANARY}),
    ));
    documents.0.push(config("connectionstrings", json!({"db": {"value": CANARY, "type": "SQLAzure"}})));
    documents.0.push(config("publishingcredentials", json!({"publishingPassword": CANARY})));
    let account = documents.named("Microsoft.CognitiveServices/accounts", "yourresource");
    for member in ["primaryKey", "apiKey", "accountKey1Secret"] {
        account["properties"][member] = CANARY.into();
    }
    account["properties"]["apiProperties"] = json!({"eventHubConnectionString": CANARY, "token": CANARY});
    let machine = documents.named("Microsoft.Compute/virtualMachines", "app");
    machine["properties"]["osProfile"] = json!({"adminPassword": CANARY, "customData": CANARY});
    machine["properties"]["userData"] = CANARY.into();
    documents.0.push(json!({
        "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.KeyVault/vaults/v/secrets/s", "name": "s",
        "type": "Microsoft.KeyVault/vaults/secrets", "properties": {"value": CANARY, "secret": CANARY}
    }));
    documents.folder()
}

#[test]
fn secrets_of_a_snapshot() {
    let folder = planted();
    for format in FORMATS {
        let ran = run(&[&["audit", "--snapshot", folder.word()], format].concat()).ended(1);
        ran.said("DNS003").said("ACC005").never_said(CANARY);
        for from in ["vm/app", "app/your-app-service"] {
            let words = ["trace", "--snapshot", folder.word(), "--from", from, "--to", URL];
            run(&[&words, format].concat()).ended(1).said("DNS003").never_said(CANARY);
        }
    }
}

#[test]
fn the_search_key_of_an_account() {
    // A property of its own in the ARM API; the remedy writes the account.
    let mut documents = Documents::of("zone-not-linked-open");
    let account = documents.named("Microsoft.CognitiveServices/accounts", "yourresource");
    account["properties"]["apiProperties"] = json!({"qnaAzureSearchEndpointKey": CANARY});
    let folder = documents.folder();
    run(&["audit", "--snapshot", folder.word(), "--format", "json"]).ended(1).said("ACC005").never_said(CANARY);
}

#[test]
fn the_endpoint_of_a_setting_survives_without_its_secrets() {
    let report = run(&["audit", "--snapshot", planted().word(), "--format", "json"]).report();
    assert_eq!(report["traces"][0]["to"]["host"], "yourresource.openai.azure.com");
}

#[test]
fn secrets_of_the_environment() {
    let service = service("yourresource.openai.azure.com", |secure| {
        let _ = secure.write_all(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n");
        let _ = secure.flush();
    });
    let roots = Folder::empty();
    let roots = roots.put("roots.pem", service.authority.as_bytes());
    let (server, port) = (dns_saying([127, 0, 0, 1]), service.address.port());
    let url = format!("{URL}:{port}");
    let mut world = World::new().with("SSL_CERT_FILE", roots.to_str().unwrap());
    for name in ["AZURE_OPENAI_API_KEY", "OPENAI_API_KEY", "AZURE_CLIENT_SECRET", "IDENTITY_HEADER", "OPENAI_ENDPOINT"]
    {
        world = world.with(name, &format!("{CANARY}0123456789abcdef"));
    }
    let proxy = format!("http://user:{CANARY}@{}", closed());
    for name in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        world = world.with(name, &proxy);
    }
    let world = world
        .with("AZURE_OPENAI_ENDPOINT", &format!("https://user:{CANARY}@yourresource.openai.azure.com/?k={CANARY}"));
    let folder = planted();
    for format in FORMATS {
        let words = ["check", &url, "--dns", &server];
        let ran = world.run(&[&words, format].concat()).never_said(CANARY);
        assert_ne!(ran.code, 2, "{ran:?}");
        let words = ["check", &url, "--dns", &server, "--snapshot", folder.word(), "--from", "vm/app"];
        let ran = world.run(&[&words, format].concat()).never_said(CANARY);
        assert_ne!(ran.code, 2, "{ran:?}");
        world.run(&[&["check", "--lab", "zone-not-linked"], format].concat()).ended(1).never_said(CANARY);
        // The variable is the URL, and cannot be read: the error does not repeat it.
        world.run(&[&["check", "--dns", &server], format].concat()).ended(2).never_said(CANARY);
    }
}

/// A service that refuses the key and repeats it, in a header and in the body.
fn echo() -> crate::servers::Service {
    service("yourresource.openai.azure.com", |secure| {
        let body = format!("{{\"error\":{{\"message\":\"invalid subscription key {CANARY_KEY}\"}}}}");
        let head = format!("HTTP/1.1 401 No\r\nwww-authenticate: {CANARY_KEY}\r\nContent-Length: {}", body.len());
        let _ = secure.write_all(format!("{head}\r\n\r\n{body}").as_bytes());
        let _ = secure.flush();
    })
}

#[test]
fn a_key_that_is_sent_is_not_told_even_when_the_service_repeats_it() {
    let service = echo();
    let roots = Folder::empty();
    let roots = roots.put("roots.pem", service.authority.as_bytes());
    let server = dns_saying([127, 0, 0, 1]);
    let url = format!("{URL}:{}", service.address.port());
    let world = World::new().with("SSL_CERT_FILE", roots.to_str().unwrap()).with("MY_KEY", CANARY_KEY);
    let folder = planted();
    for format in FORMATS {
        let words = ["check", &url, "--dns", &server, "--key-env", "MY_KEY"];
        let ran = world.run(&[&words, format].concat()).never_said(CANARY);
        assert!(ran.all().contains("AUT004"), "the key arrived, and the service said so: {ran:?}");
        // The address is not the endpoint's: the key stays here.
        let words = [&words[..], &["--snapshot", folder.word(), "--from", "vm/app"]].concat();
        let ran = world.run(&[&words, format].concat()).never_said(CANARY);
        assert!(!ran.all().contains("AUT004"), "{ran:?}");
        world.run(&[&words[..], &["--deployment", "a/b"], format].concat()).ended(2).never_said(CANARY);
    }
    let words = ["check", &url, "--dns", &server, "--key-env", "MY_KEY", "--format", "json"];
    world.run(&words).said("the key in MY_KEY was sent, over a verified chain").said("\"credential\": \"key\"");
    world
        .run(&["check", &url, "--dns", &server, "--key-env", "OTHER_KEY"])
        .failed("--key-env OTHER_KEY: no such variable");
}

#[test]
fn a_key_goes_nowhere_publicly_unless_that_is_wanted() {
    let world = World::new();
    world.run(&["lab", "up", "zone-not-linked-open", "--medium", "loopback"]).ended(0);
    world.run(&["lab", "change", "env LAB_KEY=lab-key-yourresource"]).ended(0);
    let check = ["check", "--lab", "zone-not-linked-open", "--key-env", "LAB_KEY", "--format", "json"];
    world.run(&check).ended(1).said("the key in LAB_KEY was not sent").never_said("lab-key-yourresource");
    let public = [&check[..], &["--expect", "public"]].concat();
    world.run(&public).ended(0).said("the key in LAB_KEY was sent").never_said("lab-key-yourresource");
    world.run(&["lab", "down"]).ended(0);
}

#[test]
fn a_key_in_the_query_of_a_url_is_not_repeated() {
    let service = service("yourresource.openai.azure.com", |_| ());
    let roots = Folder::empty();
    let roots = roots.put("roots.pem", service.authority.as_bytes());
    let world = World::new().with("SSL_CERT_FILE", roots.to_str().unwrap());
    let server = dns_saying([127, 0, 0, 1]);
    for port in [service.address.port(), closed().port()] {
        let url = format!("{URL}:{port}/openai/models?api-version=1&api-key={CANARY}");
        for format in FORMATS {
            world.run(&[&["check", &url, "--dns", &server], format].concat()).never_said(CANARY);
        }
    }
}

#[test]
fn a_password_in_a_url_is_not_repeated() {
    let server = dns_saying([127, 0, 0, 1]);
    for scheme in ["https", "http", "ftp"] {
        let url = format!("{scheme}://user:{CANARY}@yourresource.openai.azure.com/");
        for format in ["terminal", "json"] {
            run(&["check", &url, "--dns", &server, "--format", format]).ended(2).never_said(CANARY);
            run(&["trace", "--lab", "healthy", "--to", &url, "--format", format]).ended(2).never_said(CANARY);
        }
    }
}

#[test]
fn the_token_of_a_lab_stays_in_its_folder() {
    let world = World::new();
    world.run(&["lab", "up", "zone-not-linked"]).ended(0);
    let state = std::fs::read_to_string(world.labs().join("zone-not-linked.json")).unwrap();
    let state: Value = serde_json::from_str(&state).unwrap();
    let token = state["token"].as_str().expect("the lab's state has its token").to_owned();
    for words in [&["lab", "status"][..], &["lab", "list"], &["check", "--lab", "zone-not-linked", "-v"], &["demo"]] {
        for format in ["terminal", "json"] {
            world.run(&[words, &["--format", format]].concat()).never_said(&token);
        }
        world.run(words).never_said(&token);
    }
}

/// What a check elsewhere saw, with secrets where a careless service or user leaves them.
fn seen_elsewhere(folder: &Folder) -> String {
    let report = run(&["check", "--lab", "zone-not-linked", "--medium", "loopback", "--format", "json"]).out;
    let mut report: Value = serde_json::from_str(&report).unwrap();
    for observation in report["observations"].as_array_mut().unwrap() {
        let seen = &mut observation["seen"];
        if seen["kind"] == "client" {
            seen["endpoint_variables"] = json!([[
                "AZURE_OPENAI_ENDPOINT",
                format!("https://user:{CANARY}@{}/?k={CANARY}", "x.openai.azure.com")
            ]]);
            seen["proxy_variables"] = json!([["HTTPS_PROXY", format!("http://user:{CANARY}@proxy:3128")]]);
        }
    }
    folder.put("seen.json", report.to_string().as_bytes()).to_str().unwrap().to_owned()
}

#[test]
fn one_canary_over_every_command() {
    let estate = planted();
    let beside = Folder::empty();
    let seen = seen_elsewhere(&beside);
    let config = beside.put(
        "privpath.toml",
        format!("# {CANARY}\n[[claim]]\nfrom = \"vm/app\"\nto = \"{URL}\"\nexpect = \"private\"\n").as_bytes(),
    );
    let mut world = World::new();
    for name in ["AZURE_OPENAI_API_KEY", "AZURE_CLIENT_SECRET", "AZURE_CLIENT_ID", "AZURE_TENANT_ID", "IDENTITY_HEADER"]
    {
        world = world.with(name, CANARY);
    }
    let world = world
        .with("AZURE_AUTHORITY_HOST", &format!("https://user:{CANARY}@localhost"))
        .with("AZURE_FEDERATED_TOKEN_FILE", beside.put("token", CANARY.as_bytes()).to_str().unwrap())
        .with("IDENTITY_ENDPOINT", &format!("http://127.0.0.1:{}/{CANARY}?x={CANARY}", closed().port()))
        .with("AZURE_POD_IDENTITY_AUTHORITY_HOST", &format!("http://{}", closed()));
    let server = dns_saying([127, 0, 0, 1]);
    let url = format!("{URL}:{}", closed().port());
    let snapshot = estate.word();
    let config = config.to_str().unwrap();
    world.run(&["lab", "up", "zone-not-linked", "--medium", "loopback"]).ended(0);
    let commands: [&[&str]; 13] = [
        &["check", &url, "--dns", &server],
        &["check", &url, "--dns", &server, "--entra"],
        &["check", &url, "--dns", &server, "--key-env", "AZURE_OPENAI_API_KEY"],
        &["check", &url, "--dns", &server, "--snapshot", snapshot, "--from", "vm/app", "--seen", &seen, "--entra"],
        &["check", "--lab", "zone-not-linked", "--entra"],
        &["trace", "--snapshot", snapshot, "--from", "app/your-app-service", "--to", URL, "--seen", &seen],
        &["trace", "--lab", "zone-not-linked"],
        &["audit", "--snapshot", snapshot, "--config", config, "--seen", &seen],
        &["audit", "--lab", "zone-not-linked"],
        &["explain", "AUT002"],
        &["lab", "list"],
        &["lab", "status"],
        &["demo"],
    ];
    for command in commands {
        for format in FORMATS {
            world.run(&[command, format].concat()).never_said(CANARY);
        }
    }
    // A variable of a host of the lab, whose value may be a secret.
    for format in FORMATS {
        let set = format!("env AZURE_CLIENT_SECRET={CANARY}");
        world.run(&[&["lab", "change", &set][..], format].concat()).ended(0).never_said(CANARY);
        world.run(&[&["lab", "status"], format].concat()).ended(0).never_said(CANARY);
        world.run(&[&["check", "--lab", "zone-not-linked", "--entra"], format].concat()).never_said(CANARY);
        // On the loopback interface no program runs on a host: the refusal does not repeat what was to run.
        let exec = ["lab", "exec", "vm/app", "--", "env", &format!("AZURE_OPENAI_API_KEY={CANARY}"), "true"];
        let words: Vec<&str> = exec[..2].iter().chain(format.iter()).chain(&exec[2..]).copied().collect();
        world.run(&words).ended(2).never_said(CANARY);
    }
    world.run(&["lab", "down"]).ended(0);
}
