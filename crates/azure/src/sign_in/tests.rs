//! Which source wins, what is said of the others, and what is left behind? Against servers of our own on
//! 127.0.0.1, with an environment of our own.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests are the servers")]

use super::*;
use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

const AUDIENCE: &str = "https://cognitiveservices.azure.com";
const CANARY: &str = "canary-that-nobody-may-see";

/// A server that gives one reply to every request, and keeps what it was asked.
struct Endpoint {
    address: SocketAddr,
    authority: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Endpoint {
    fn plain(status: u16, body: &'static str) -> Self {
        Self::start(status, body, None, String::new())
    }

    /// Over TLS, as `localhost`.
    fn secure(status: u16, body: &'static str) -> Self {
        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let der = rustls::pki_types::PrivateKeyDer::try_from(key.signing_key.serialize_der()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![key.cert.der().clone()], der)
            .unwrap();
        Self::start(status, body, Some(Arc::new(config)), key.cert.pem())
    }

    fn start(status: u16, body: &'static str, tls: Option<Arc<rustls::ServerConfig>>, authority: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let Ok(mut stream) = stream else { return };
                match &tls {
                    None => serve(&mut stream, status, body, &kept),
                    Some(tls) => {
                        let tls = rustls::ServerConnection::new(Arc::clone(tls)).unwrap();
                        serve(&mut rustls::StreamOwned::new(tls, stream), status, body, &kept);
                    }
                }
            }
        });
        Self { address, authority, asked }
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(stream: &mut (impl Read + Write), status: u16, body: &str, kept: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => request.extend_from_slice(&buffer[..count]),
            _ => return,
        }
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, form)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        if form.len() >= length.map_or(0, |length| length.parse().unwrap()) {
            kept.lock().unwrap().push(text);
            break;
        }
    }
    let _ = write!(stream, "HTTP/1.1 {status} x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let _ = stream.flush();
}

/// An address that nobody listens at.
fn closed() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Signs in with these variables. Without more the metadata service is out of reach, and `az` is not run.
fn signed(variables: &[(&str, &str)], host: Option<&Endpoint>, az: Az) -> Result<SignedIn, NotSignedIn> {
    let nobody = format!("http://{}", closed());
    let mut all: BTreeMap<&str, &str> = BTreeMap::from([("AZURE_POD_IDENTITY_AUTHORITY_HOST", nobody.as_str())]);
    all.extend(variables.iter().copied());
    let roots = Roots::Pem(host.map(|host| host.authority.clone()).unwrap_or_default());
    let surroundings = Surroundings {
        variable: &|name| all.get(name).map(|value| (*value).to_owned()),
        file: &|path| std::fs::read_to_string(path).map_err(|why| why.to_string()),
        reach: &|name, _| match host {
            Some(host) if name == "localhost" => Ok(host.address),
            _ => Err("its name has no address here".to_owned()),
        },
        roots: &roots,
        az,
        deadline: Duration::from_secs(10),
    };
    sign_in(&surroundings, AUDIENCE)
}

const OFF: Az = Az::NotRun("not asked");

/// An application with a secret.
const APPLICATION: [(&str, &str); 4] = [
    ("AZURE_TENANT_ID", "tenant-1"),
    ("AZURE_CLIENT_ID", "client-1"),
    ("AZURE_CLIENT_SECRET", CANARY),
    ("AZURE_AUTHORITY_HOST", "https://localhost/"),
];

#[test]
fn an_application_with_a_secret_goes_before_all_others() {
    let host = Endpoint::secure(200, r#"{"access_token":"t1"}"#);
    let app = Endpoint::plain(200, r#"{"access_token":"t2"}"#);
    let endpoint = format!("http://{}/msi/token", app.address);
    let more = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IDENTITY_HEADER", "h")];
    let signed = signed(&[&APPLICATION[..], &more].concat(), Some(&host), OFF).unwrap();
    assert_eq!((signed.token.reveal(), signed.by, signed.passed.len()), ("t1", Source::Environment, 0));
    assert_eq!(signed.to_string(), "environment");
    let asked = host.asked().join("");
    assert!(asked.starts_with("POST /tenant-1/oauth2/v2.0/token HTTP/1.1\r\n"), "{asked}");
    for part in
        ["scope=https://cognitiveservices.azure.com/.default", "client_id=client-1", &format!("client_secret={CANARY}")]
    {
        assert!(asked.contains(part), "{part} in {asked}");
    }
    assert!(app.asked().is_empty());
}

#[test]
fn a_source_that_is_set_up_and_fails_ends_the_search() {
    let host = Endpoint::secure(
        401,
        r#"{"error":"invalid_client","error_description":"AADSTS7000215: no canary-that-nobody-may-see"}"#,
    );
    let app = Endpoint::plain(200, r#"{"access_token":"t2"}"#);
    let endpoint = format!("http://{}/msi/token", app.address);
    let more = [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IDENTITY_HEADER", "h")];
    let none = signed(&[&APPLICATION[..], &more].concat(), Some(&host), OFF).unwrap_err();
    let words = none.to_string();
    assert!(words.contains("the secret in AZURE_CLIENT_SECRET is wrong") && !words.contains(CANARY), "{words}");
    assert!(app.asked().is_empty(), "another identity proves nothing");
    assert_eq!(none.unreached, None);
}

#[test]
fn a_sign_in_host_out_of_reach_is_told_as_such() {
    let variables = [&APPLICATION[..3], &[("AZURE_AUTHORITY_HOST", "login.example")]].concat();
    let none = signed(&variables, None, OFF).unwrap_err();
    assert_eq!(none.unreached.as_deref(), Some("login.example"));
    assert!(none.to_string().contains("the sign-in host login.example is out of reach (its name has no address here)"));
}

#[test]
fn a_workload_proves_itself_with_its_file() {
    let host = Endpoint::secure(200, r#"{"access_token":"t1"}"#);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{CANARY}\n")).unwrap();
    let path = file.to_str().unwrap().to_owned();
    let own = [("AZURE_FEDERATED_TOKEN_FILE", path.as_str())];
    let variables = [&APPLICATION[..2], &APPLICATION[3..], &own].concat();
    let workload = signed(&variables, Some(&host), OFF).unwrap();
    assert_eq!(workload.to_string(), "workload identity; environment: AZURE_CLIENT_SECRET is not set");
    let asked = host.asked().join("");
    assert!(asked.contains(&format!("client_assertion={CANARY}")) && asked.contains("jwt-bearer"), "{asked}");
    std::fs::write(&file, "").unwrap();
    assert!(signed(&variables, Some(&host), OFF).unwrap_err().to_string().contains("holds no token"));
    std::fs::remove_file(&file).unwrap();
    assert!(signed(&variables, Some(&host), OFF).unwrap_err().to_string().contains("cannot be read"));
}

#[test]
fn an_app_asks_its_own_endpoint() {
    let app = Endpoint::plain(200, r#"{"access_token":"t2","expires_on":"1"}"#);
    let endpoint = format!("http://{}/msi/token", app.address);
    let variables =
        [("IDENTITY_ENDPOINT", endpoint.as_str()), ("IDENTITY_HEADER", CANARY), ("AZURE_CLIENT_ID", "one of several")];
    let signed = signed(&variables, None, OFF).unwrap();
    assert_eq!((signed.token.reveal(), signed.by), ("t2", Source::AppManagedIdentity));
    let asked = app.asked().join("");
    let line = "GET /msi/token?api-version=2019-08-01&resource=https://cognitiveservices.azure.com&client_id=one%20of%20several ";
    assert!(asked.starts_with(line) && asked.contains(&format!("x-identity-header: {CANARY}\r\n")), "{asked}");
    assert!(!format!("{signed:?}{signed}").contains(CANARY));
}

#[test]
fn a_machine_asks_the_metadata_service() {
    let metadata = Endpoint::plain(200, r#"{"access_token":"t3"}"#);
    let base = format!("http://{}", metadata.address);
    let variables = [("AZURE_POD_IDENTITY_AUTHORITY_HOST", base.as_str())];
    assert_eq!(signed(&variables, None, OFF).unwrap().by, Source::MachineManagedIdentity);
    let asked = metadata.asked().join("");
    assert!(asked.starts_with("GET /metadata/identity/oauth2/token?api-version=2018-02-01&resource="), "{asked}");
    assert!(asked.contains("metadata: true\r\n"));
}

#[test]
fn nobody_is_signed_in() {
    let nobody = signed(&[], None, OFF).unwrap_err();
    assert_eq!(
        nobody.to_string(),
        "no token could be had: environment: AZURE_CLIENT_SECRET is not set; workload identity: \
         AZURE_FEDERATED_TOKEN_FILE, AZURE_TENANT_ID, AZURE_CLIENT_ID are not set; managed identity (App Service): \
         IDENTITY_ENDPOINT, IDENTITY_HEADER are not set; managed identity (instance metadata): no instance metadata \
         service answers here; az: not asked"
    );
    let metadata = Endpoint::plain(400, r#"{"error":"invalid_request","error_description":"Identity not found"}"#);
    let base = format!("http://{}", metadata.address);
    let words = signed(&[("AZURE_POD_IDENTITY_AUTHORITY_HOST", base.as_str())], None, OFF).unwrap_err().to_string();
    assert!(words.contains("the host has no such identity (HTTP 400 Identity not found); az"), "{words}");
}

#[cfg(unix)]
mod with_az {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// A folder with a program `az`.
    fn program(script: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("az");
        std::fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        folder
    }

    #[test]
    fn the_login_of_az_is_the_last_resort() {
        let folder = program(
            r#"[ "$1 $2 $6" = "account get-access-token https://cognitiveservices.azure.com/.default" ] && echo '{"accessToken":"t4"}'"#,
        );
        let path = format!("relative:{}", folder.path().display());
        let signed = signed(&[("PATH", &path)], None, Az::Run).unwrap();
        assert_eq!((signed.token.reveal(), signed.by, signed.passed.len()), ("t4", Source::AzureCli, 4));
    }

    #[test]
    fn az_without_a_login_says_so() {
        let folder = program("echo \"Please run 'az login' to setup account.\" >&2; exit 1");
        let words = signed(&[("PATH", folder.path().to_str().unwrap())], None, Az::Run).unwrap_err().to_string();
        assert!(words.ends_with("az: it has no token (Please run 'az login' to setup account.)"), "{words}");
        assert!(
            signed(&[("PATH", "/nonexistent")], None, Az::Run).unwrap_err().to_string().ends_with("not installed here")
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn nothing_of_az_is_left_at_the_deadline() {
        // As the real one, the script starts another program and waits for it.
        let folder = program("echo $$ > \"$(dirname \"$0\")/group\"; sleep 600; echo '{}'");
        let path = format!("{}:/usr/bin:/bin", folder.path().display());
        let roots = Roots::Pem(String::new());
        let nobody = format!("http://{}", closed());
        let surroundings = Surroundings {
            variable: &|name| match name {
                "PATH" => Some(path.clone()),
                "AZURE_POD_IDENTITY_AUTHORITY_HOST" => Some(nobody.clone()),
                _ => None,
            },
            file: &|_| Err("no file".to_owned()),
            reach: &|_, _| Err("nobody".to_owned()),
            roots: &roots,
            az: Az::Run,
            deadline: Duration::from_secs(2),
        };
        let start = std::time::Instant::now();
        let words = sign_in(&surroundings, AUDIENCE).unwrap_err().to_string();
        assert!(words.ends_with("it gave no token in time, and was ended"), "{words}");
        assert!(start.elapsed() < Duration::from_secs(30));
        let group = std::fs::read_to_string(folder.path().join("group")).unwrap();
        let group = nix::unistd::Pid::from_raw(group.trim().parse().unwrap());
        // What was killed may be gone a moment later: it is a zombie until its new parent has noticed.
        let alive =
            || std::fs::read_dir("/proc").unwrap().flatten().any(|entry| of_group(&entry.path(), group.as_raw()));
        let end = std::time::Instant::now() + Duration::from_secs(10);
        while alive() && std::time::Instant::now() < end {
            std::thread::yield_now();
        }
        assert!(!alive(), "a process of the group {group} is left");
    }

    #[cfg(target_os = "linux")]
    /// True for a living process of a group.
    fn of_group(process: &std::path::Path, group: i32) -> bool {
        let Ok(text) = std::fs::read_to_string(process.join("stat")) else { return false };
        let Some((_, rest)) = text.rsplit_once(") ") else { return false };
        let fields: Vec<&str> = rest.split(' ').collect();
        fields[0] != "Z" && fields[2] == group.to_string()
    }
}
