//! How does any program run as if it ran on a host of the lab?
//!
//! In the host's network namespace, and in a mount namespace of its own where `resolv.conf` and `hosts`
//! are the host's. Both end with the program.

use crate::{Access, LabError, VantageAccess};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

/// What clients read to find the certificate authorities that they trust.
const AUTHORITIES: [&str; 4] = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// Proxies of this machine are no business of the host.
const PROXIES: [&str; 8] =
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"];

/// Runs a program at a vantage and waits for it.
pub fn run_at(access: &Access, vantage: &VantageAccess, mut command: Command) -> Result<ExitStatus, LabError> {
    let none = || {
        LabError::Machine(format!(
            "{} has no network namespace to run in: the lab stands on the loopback interface; start one with \
             `privpath lab up {} --medium namespaces`",
            vantage.text, access.scenario
        ))
    };
    let inside = vantage.inside.as_ref().ok_or_else(none)?;
    let files = Files::new()?;
    let authorities = files.write("ca.pem", &access.ca_pem)?;
    let resolver = files.write("resolv.conf", &format!("nameserver {}\n", inside.dns.ip()))?;
    let mut hosts = "127.0.0.1 localhost\n".to_owned();
    for (name, address) in &vantage.hosts {
        let _ = writeln!(hosts, "{address} {name}");
    }
    let hosts = files.write("hosts", &hosts)?;
    for name in PROXIES {
        command.env_remove(name);
    }
    command.envs(AUTHORITIES.map(|name| (name, &authorities))).envs(&vantage.environment);
    inside.enter(move || {
        unshare(CloneFlags::CLONE_NEWNS).map_err(|why| LabError::machine("a mount namespace cannot be made", why))?;
        // What is mounted from here on is seen by nobody else.
        put(None, Path::new("/"), MsFlags::MS_REC | MsFlags::MS_PRIVATE)?;
        put(Some(&resolver), Path::new("/etc/resolv.conf"), MsFlags::MS_BIND)?;
        put(Some(&hosts), Path::new("/etc/hosts"), MsFlags::MS_BIND)?;
        let program = command.get_program().to_string_lossy().into_owned();
        command.status().map_err(|why| LabError::machine(&format!("`{program}` cannot be run"), why))
    })?
}

fn put(file: Option<&Path>, over: &Path, how: MsFlags) -> Result<(), LabError> {
    mount(file, over, None::<&str>, how, None::<&str>)
        .map_err(|why| LabError::machine(&format!("{} cannot be mounted", over.display()), why))
}

/// A folder for the files of one program; nothing in it is secret.
struct Files(PathBuf);

impl Files {
    fn new() -> Result<Self, LabError> {
        let bytes = crate::random::bytes()?;
        let folder = std::env::temp_dir().join(format!("privpath-exec-{}", crate::random::guid(&bytes)));
        std::fs::create_dir(&folder).map_err(|why| LabError::machine("a temporary folder cannot be made", why))?;
        Ok(Self(folder))
    }

    #[expect(clippy::disallowed_methods, reason = "the program's files")]
    fn write(&self, name: &str, text: &str) -> Result<PathBuf, LabError> {
        let path = self.0.join(name);
        std::fs::write(&path, text).map_err(|why| LabError::machine("a temporary file cannot be written", why))?;
        Ok(path)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
