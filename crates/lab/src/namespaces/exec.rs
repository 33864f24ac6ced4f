//! How does this process become a program on a host of the lab?
//!
//! It enters the host's network namespace and a mount namespace of its own, where `resolv.conf` and
//! `hosts` are the host's, and then it turns into the program: nothing of ours stands between the program
//! and its terminal, its signals or its exit code, and nothing is left when it ends, however it ends.
#![allow(clippy::disallowed_types, clippy::disallowed_methods, reason = "the program's files and environment")]

use super::operator_files;
use crate::access::HostKind;
use crate::address_plan::APP_TOKENS;
use crate::daemon::Folders;
use crate::{Access, Host, Inside, LabError};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, setns, unshare};
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write;
use std::fs::File;
use std::io::ErrorKind;
use std::net::IpAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What clients read to find the certificate authorities that they trust.
const AUTHORITIES: [&str; 4] = ["SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"];

/// The file that they find.
const AUTHORITY: &str = "ca.pem";

/// Variables of this machine that are no business of the host: proxies, and how names are looked up.
const FOREIGN: [&str; 15] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "RES_OPTIONS",
    "LOCALDOMAIN",
    "HOSTALIASES",
    "IDENTITY_ENDPOINT",
    "IDENTITY_HEADER",
    "MSI_ENDPOINT",
    "MSI_SECRET",
];

/// Variables that begin so are settings of clients of Azure: the host has its own.
const CLIENTS: [&str; 2] = ["AZURE_", "OPENAI_"];

/// Where programs on this machine are answered by a service that asks this machine's DNS servers.
const RESOLVERS: [&str; 4] = [
    "/run/systemd/resolve/io.systemd.Resolve",
    "/run/systemd/resolve/io.systemd.Resolve.Monitor",
    "/run/nscd/socket",
    "/var/run/nscd/socket",
];

/// Turns this process into a program on a host. It must have one thread. The files for the program appear in
/// the folder for programs, for the program alone; what the operator's clients remember from one run to the next
/// is in the folder of the operator.
///
/// The program finds our own binary as `privpath` on its search path.
pub fn become_host(
    access: &Access,
    host: &Host<'_>,
    folders: &Folders,
    command: Command,
) -> Result<Infallible, LabError> {
    let program = model::visible(&command.get_program().to_string_lossy()).into_owned();
    let at = |words| LabError::Program { program: program.clone(), vantage: host.name.to_owned(), words };
    let inside = host.inside().ok_or_else(|| at(nowhere(access)))?;
    let own = environment(access, host, folders);
    let why = own.and_then(|own| turn_into(command, &entered(access, inside, host, &folders.programs)?, &own));
    match why {
        Ok(never) => match never {},
        Err(why) => Err(at(why.words())),
    }
}

impl Host<'_> {
    fn inside(&self) -> Option<&Inside> {
        match self.kind {
            HostKind::Vantage(vantage) => vantage.inside.as_ref(),
            HostKind::Operator(operator) => operator.map(|operator| &operator.inside),
        }
    }

    fn pinned(&self) -> BTreeMap<String, IpAddr> {
        match self.kind {
            HostKind::Vantage(vantage) => vantage.hosts.clone(),
            HostKind::Operator(operator) => operator.map(|operator| operator.hosts.clone()).unwrap_or_default(),
        }
    }
}

/// The variables of a host's own programs.
fn environment(access: &Access, host: &Host<'_>, folders: &Folders) -> Result<BTreeMap<String, String>, LabError> {
    let mut environment = match host.kind {
        HostKind::Vantage(vantage) => vantage
            .identity
            .iter()
            .chain(&vantage.environment)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        HostKind::Operator(_) => operator_files::prepared(access, &folders.operator)?,
    };
    // Clients of the ARM API take the way of web apps to their tokens.
    if matches!(host.kind, HostKind::Operator(_)) {
        let endpoint = format!("http://127.0.0.1:{APP_TOKENS}/msi/token");
        environment.entry("IDENTITY_ENDPOINT".to_owned()).or_insert(endpoint);
        let header = crate::random::stable_guid(&format!("{} identity header", host.name));
        environment.entry("IDENTITY_HEADER".to_owned()).or_insert(header);
    }
    Ok(environment)
}

/// Why a host has no network to run in, and what to do.
fn nowhere(access: &Access) -> String {
    let Access { medium, scenario, .. } = access;
    match medium.namespaces {
        true => "the network of the lab could not follow the last change; undo it, or start the lab again".to_owned(),
        false => format!(
            "the lab stands on the loopback interface ({}), where hosts run no programs; `privpath lab up {scenario} \
             --medium namespaces` starts one where they do",
            medium.why
        ),
    }
}

/// Enters all namespaces of a host.
fn entered(access: &Access, inside: &Inside, host: &Host<'_>, folder: &Path) -> Result<Files, LabError> {
    let own = std::env::current_exe().map_err(|why| LabError::machine("the path of this program is not known", why))?;
    access.join()?;
    let network = File::open(&inside.namespace);
    let network = network.map_err(|why| LabError::machine("the network of the host cannot be opened", why))?;
    setns(network, CloneFlags::CLONE_NEWNET)
        .map_err(|why| LabError::machine("the network of the host cannot be entered", why))?;
    let files = Files::mounted(folder)?;
    files.surround(inside, &host.pinned())?;
    files.write(AUTHORITY, &access.ca_pem)?;
    files.link(&own)?;
    Ok(files)
}

fn turn_into(
    mut command: Command,
    files: &Files,
    environment: &BTreeMap<String, String>,
) -> Result<Infallible, LabError> {
    let foreign = |name: &str| CLIENTS.iter().any(|start| name.starts_with(start)) || FOREIGN.contains(&name);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(foreign)) {
        command.env_remove(name);
    }
    let before = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([files.programs()].into_iter().chain(std::env::split_paths(&before)))
        .map_err(|why| LabError::machine("the search path of programs cannot be written", why))?;
    command.env("PATH", path);
    // Sockets of this machine's services (a session bus, an agent) are not the host's.
    command.env("XDG_RUNTIME_DIR", files.runtime());
    let authority = files.0.join(AUTHORITY);
    command.envs(AUTHORITIES.map(|name| (name, &authority))).envs(environment);
    let why = command.exec();
    Err(LabError::Machine(match why.kind() {
        ErrorKind::NotFound => "there is no such program on this machine".to_owned(),
        _ => why.to_string(),
    }))
}

/// A folder that only this process and the program see.
struct Files(PathBuf);

impl Files {
    fn mounted(folder: &Path) -> Result<Self, LabError> {
        unshare(CloneFlags::CLONE_NEWNS).map_err(|why| LabError::machine("a mount namespace cannot be made", why))?;
        // What is mounted from here on is seen by nobody else.
        put(None, Path::new("/"), None, MsFlags::MS_REC | MsFlags::MS_PRIVATE)?;
        let kind = Some("tmpfs");
        put(Some(Path::new("tmpfs")), folder, kind, MsFlags::MS_NOSUID | MsFlags::MS_NODEV)?;
        let files = Self(folder.to_owned());
        for folder in [files.programs(), files.runtime()] {
            std::fs::create_dir(&folder).map_err(|why| failed(&folder, why))?;
        }
        Ok(files)
    }

    fn programs(&self) -> PathBuf {
        self.0.join("bin")
    }

    fn runtime(&self) -> PathBuf {
        self.0.join("run")
    }

    /// How names are looked up, as on the host; and no service of this machine answers for it.
    fn surround(&self, inside: &Inside, pinned: &BTreeMap<String, IpAddr>) -> Result<(), LabError> {
        let mut resolver = String::new();
        for server in &inside.dns_servers {
            let _ = writeln!(resolver, "nameserver {}", server.ip());
        }
        let mut hosts = "127.0.0.1 localhost\n".to_owned();
        for (name, address) in pinned {
            let _ = writeln!(hosts, "{address} {name}");
        }
        self.lay("resolv.conf", &resolver, Path::new("/etc/resolv.conf"))?;
        self.lay("hosts", &hosts, Path::new("/etc/hosts"))?;
        let switch = Path::new("/etc/nsswitch.conf");
        if let Ok(text) = std::fs::read_to_string(switch) {
            self.lay("nsswitch.conf", &plain_lookup(&text), switch)?;
        }
        for socket in RESOLVERS.map(Path::new).into_iter().filter(|socket| socket.exists()) {
            put(Some(Path::new("/dev/null")), socket, None, MsFlags::MS_BIND)?;
        }
        Ok(())
    }

    /// Writes a file and lays it over one of the machine's.
    fn lay(&self, name: &str, text: &str, over: &Path) -> Result<(), LabError> {
        let file = self.write(name, text)?;
        if !over.exists() {
            return Err(LabError::Machine(format!(
                "{} is not there on this machine, so the host's cannot be laid over it; make an empty one",
                over.display()
            )));
        }
        put(Some(&file), over, None, MsFlags::MS_BIND)
    }

    fn write(&self, name: &str, text: &str) -> Result<PathBuf, LabError> {
        let path = self.0.join(name);
        std::fs::write(&path, text).map_err(|why| failed(&path, why))?;
        Ok(path)
    }

    fn link(&self, own: &Path) -> Result<(), LabError> {
        let path = self.programs().join("privpath");
        std::os::unix::fs::symlink(own, &path).map_err(|why| failed(&path, why))
    }
}

fn failed(path: &Path, why: std::io::Error) -> LabError {
    LabError::machine(&format!("{} cannot be made for the program", path.display()), why)
}

fn put(file: Option<&Path>, over: &Path, kind: Option<&str>, how: MsFlags) -> Result<(), LabError> {
    mount(file, over, kind, how, None::<&str>)
        .map_err(|why| LabError::machine(&format!("{} cannot be mounted", over.display()), why))
}

/// The hosts file first, then DNS; whatever else this machine uses to look up names is not on the host.
fn plain_lookup(text: &str) -> String {
    let others = text.lines().filter(|line| !line.trim_start().starts_with("hosts:"));
    others.chain(["hosts: files dns"]).flat_map(|line| [line, "\n"]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_looked_up_in_the_hosts_file_and_the_dns() {
        let before = "passwd: files systemd\nhosts: mymachines resolve [!UNAVAIL=return] files dns\nnetworks: files\n";
        assert_eq!(plain_lookup(before), "passwd: files systemd\nnetworks: files\nhosts: files dns\n");
        assert_eq!(plain_lookup(""), "hosts: files dns\n");
    }
}
