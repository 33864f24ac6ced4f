//! With which token of Microsoft Entra ID does a check call, and by whom was it given?
//!
//! The sign-in host is looked for as a client here would find it: the same DNS servers are asked, and the
//! same certificates are trusted.

use azure::{Az, NotSignedIn, Roots, SignedIn, Surroundings};
use lab::{Inside, VantageAccess};
use model::observation::{DnsOutcome, Seen, TcpOutcome, TlsOutcome};
use model::{Host, Observation, Target};
use probe::{Plan, Servers};
use std::net::SocketAddr;
use std::time::Duration;

/// From where somebody signs in.
pub(crate) enum At<'a> {
    /// From this host; asks these DNS servers and no others, or those that are configured when there is none.
    Here(&'a [SocketAddr]),
    /// From a host of a lab, with the lab's certificates.
    Lab(&'a VantageAccess, &'a str),
}

/// Signs in for an audience. Blocks for no longer than the deadline.
pub(crate) fn sign_in(at: &At<'_>, audience: &str, deadline: Duration) -> Result<SignedIn, NotSignedIn> {
    let signed = || {
        let surroundings = Surroundings {
            variable: &|name| at.variable(name),
            file: &file,
            reach: &|host, port| reach(&|target| at.plan(target, deadline), host, port),
            roots: &at.roots(),
            az: at.az(),
            deadline,
        };
        azure::sign_in(&surroundings, audience)
    };
    match at.inside() {
        None => signed(),
        Some(inside) => inside.enter(signed).unwrap_or_else(|why| {
            Err(NotSignedIn {
                passed: vec![azure::Passed { source: azure::Source::AppManagedIdentity, why: why.to_string() }],
                unreached: None,
            })
        }),
    }
}

impl At<'_> {
    #[expect(clippy::disallowed_methods, reason = "the sources of tokens are told by environment variables, by name")]
    fn variable(&self, name: &str) -> Option<String> {
        match self {
            Self::Here(_) => std::env::var(name).ok(),
            Self::Lab(node, _) => node.environment.get(name).or_else(|| node.identity.get(name)).cloned(),
        }
    }

    fn roots(&self) -> Roots {
        match self {
            Self::Here(_) => Roots::System,
            Self::Lab(_, authority) => Roots::Pem((*authority).to_owned()),
        }
    }

    /// `az` would ask whom this machine asks.
    fn az(&self) -> Az {
        match self {
            Self::Here([]) => Az::Run,
            Self::Here(_) => Az::NotRun("not asked: it would use other DNS servers than those of --dns"),
            Self::Lab(..) => Az::NotRun("not asked: the login of this machine is not the lab's"),
        }
    }

    fn inside(&self) -> Option<&Inside> {
        match self {
            Self::Here(_) => None,
            Self::Lab(node, _) => node.inside.as_ref(),
        }
    }

    /// How the way to a sign-in host is measured; `None` where no socket of ours can go it.
    fn plan(&self, target: Target, deadline: Duration) -> Option<Plan> {
        let (servers, client, extra_roots) = match self {
            Self::Here([]) => (Servers::Configured, probe::client(&target.host), None),
            Self::Here(servers) => (Servers::Only(servers.to_vec()), probe::client(&target.host), None),
            Self::Lab(node, authority) => {
                let servers = node.inside.as_ref()?.dns_servers.clone();
                let client = probe::client_from(&node.environment, &node.hosts, &servers, &target.host);
                (Servers::Only(servers), client, Some((*authority).to_owned()))
            }
        };
        let system = match self {
            Self::Here([]) => probe::system_resolver(),
            _ => probe::System::NotAsked,
        };
        Some(Plan { servers, extra_roots, system, deadline, ..Plan::new(target, client) })
    }
}

/// The address at which a sign-in host answers with a certificate that is trusted for its name.
fn reach(plan: &dyn Fn(Target) -> Option<Plan>, host: &str, port: u16) -> Result<SocketAddr, String> {
    let target = Target { host: Host::parse(host).map_err(|why| why.to_string())?, port };
    let plan = plan(target).ok_or("a lab on the loopback interface has none")?;
    let observations = probe::measure(&plan, &|_| ()).map_err(|why| why.to_string())?;
    let trusted = observations.iter().find_map(|own| match &own.seen {
        Seen::Tls(seen) if seen.outcome == TlsOutcome::Verified => Some(seen.address),
        _ => None,
    });
    trusted.ok_or_else(|| unreached(&observations))
}

/// Where the way ended, in a few words.
fn unreached(observations: &[Observation]) -> String {
    let seen = || observations.iter().rev().map(|own| &own.seen);
    let tls = seen().find_map(|seen| match seen {
        Seen::Tls(seen) => Some(match &seen.outcome {
            TlsOutcome::NotTrusted => format!("{} has no certificate that is trusted for the name", seen.address),
            TlsOutcome::Failed(why) => format!("TLS with {} failed: {why}", seen.address),
            TlsOutcome::Closed | TlsOutcome::Verified => format!("{} closed the connection", seen.address),
            TlsOutcome::TimedOut => format!("{} does not shake hands", seen.address),
        }),
        _ => None,
    });
    let tcp = || {
        seen().find_map(|seen| match seen {
            Seen::Tcp(seen) => Some(match &seen.outcome {
                TcpOutcome::Connected => format!("{} connected, and no more", seen.address),
                TcpOutcome::TimedOut => format!("{} is silent", seen.address),
                TcpOutcome::Refused => format!("{} refuses connections", seen.address),
                TcpOutcome::Reset => format!("{} resets connections", seen.address),
                TcpOutcome::Unreachable(why) | TcpOutcome::Tunnel(why) => format!("{}: {why}", seen.address),
            }),
            _ => None,
        })
    };
    let dns = || {
        let answered = seen().any(|seen| matches!(seen, Seen::Dns(seen) if seen.outcome == DnsOutcome::NxDomain));
        if answered { "its name does not exist for the DNS server" } else { "its name has no address here" }.to_owned()
    };
    tls.or_else(tcp).unwrap_or_else(dns)
}

/// The file of a federated token, which is small.
#[expect(clippy::disallowed_methods, reason = "AZURE_FEDERATED_TOKEN_FILE names the file of a token")]
fn file(path: &str) -> Result<String, String> {
    const MOST: u64 = 256 * 1024;
    let size = std::fs::metadata(path).map_err(|why| why.to_string())?;
    if !size.is_file() || size.len() > MOST {
        return Err("it is no file of a token".to_owned());
    }
    std::fs::read_to_string(path).map_err(|why| why.to_string())
}
