//! With which token of Microsoft Entra ID does a check call, and by whom was it given?
//!
//! The sign-in host is looked for as a client here would find it: the same DNS servers are asked, and the
//! same certificates are trusted.

use azure::{Az, NotSignedIn, Roots, SignedIn, Surroundings};
use lab::{Inside, VantageAccess};
use model::observation::{DnsOutcome, Seen, SignInOutcome, SignInSeen, TcpOutcome, TlsOutcome, TlsSeen};
use model::{Host, Observation, Target};
use probe::{Plan, Servers};
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// From where somebody signs in.
pub(crate) enum At<'a> {
    /// From this host; asks these DNS servers and no others, or those that are configured when there is none.
    Here(&'a [SocketAddr]),
    /// From a host of a lab, with the lab's certificates.
    Lab(&'a VantageAccess, &'a str),
}

/// Signs in for an audience, and says how the way to the sign-in host ended if one was looked for. Blocks for no longer
/// than the deadline.
pub(crate) fn sign_in(
    at: &At<'_>,
    audience: &str,
    deadline: Duration,
) -> (Result<SignedIn, NotSignedIn>, Option<Observation>) {
    let way = Mutex::default();
    let signed = signed(at, audience, deadline, &way);
    (signed, way.into_inner().unwrap_or_else(PoisonError::into_inner))
}

fn signed(
    at: &At<'_>,
    audience: &str,
    deadline: Duration,
    way: &Mutex<Option<Observation>>,
) -> Result<SignedIn, NotSignedIn> {
    let signed = || {
        let surroundings = Surroundings {
            variable: &|name| at.variable(name),
            file: &file,
            reach: &|host, port| reach(&|target| at.plan(target, deadline), (host, port), way),
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

/// The address at which a sign-in host answers with a certificate that is trusted for its name. How the way there ended
/// is kept in `way`.
fn reach(
    plan: &dyn Fn(Target) -> Option<Plan>,
    (host, port): (&str, u16),
    way: &Mutex<Option<Observation>>,
) -> Result<SocketAddr, String> {
    let target = Target { host: Host::parse(host).map_err(|why| why.to_string())?, port };
    let plan = plan(target.clone()).ok_or("a lab on the loopback interface has none")?;
    let observations = probe::measure(&plan, &|_| ()).map_err(|why| why.to_string())?;
    let (address, outcome) = ended(&observations);
    let reached = match (&outcome, address) {
        (SignInOutcome::Reached, Some(address)) => Ok(address),
        _ => Err(in_words(&outcome, address)),
    };
    let seen = Seen::SignIn(SignInSeen { host: target.host, port, address, outcome });
    *way.lock().unwrap_or_else(PoisonError::into_inner) =
        Some(Observation { at: probe::now(), took: observations.iter().map(|own| own.took).sum(), seen });
    reached
}

/// How the way ended, and at which address.
fn ended(observations: &[Observation]) -> (Option<SocketAddr>, SignInOutcome) {
    let seen = || observations.iter().rev().map(|own| &own.seen);
    let verified = seen().find_map(|seen| match seen {
        Seen::Tls(seen) if seen.outcome == TlsOutcome::Verified => Some(seen.address),
        _ => None,
    });
    if let Some(address) = verified {
        return (Some(address), SignInOutcome::Reached);
    }
    let tls = seen().find_map(|seen| match seen {
        Seen::Tls(seen) => Some((seen.address, by_tls(seen))),
        _ => None,
    });
    let tcp = || {
        seen().find_map(|seen| match seen {
            Seen::Tcp(seen) => Some((seen.address, by_tcp(&seen.outcome))),
            _ => None,
        })
    };
    if let Some((address, outcome)) = tls.or_else(tcp) {
        return (Some(address), outcome);
    }
    let no_name = seen().any(|seen| matches!(seen, Seen::Dns(seen) if seen.outcome == DnsOutcome::NxDomain));
    let why = if no_name { "its name does not exist for the DNS server" } else { "its name has no address here" };
    (None, SignInOutcome::NoAddress(why.to_owned()))
}

fn by_tls(seen: &TlsSeen) -> SignInOutcome {
    match &seen.outcome {
        TlsOutcome::Verified => SignInOutcome::Reached,
        TlsOutcome::NotTrusted => {
            let issuer = seen.chain.first().map_or("nobody who is told", |leaf| leaf.issuer.as_str());
            SignInOutcome::NotTrusted(issuer.to_owned())
        }
        TlsOutcome::Failed(why) => SignInOutcome::Failed(why.clone()),
        TlsOutcome::Closed => SignInOutcome::Reset,
        TlsOutcome::TimedOut => SignInOutcome::TimedOut,
    }
}

fn by_tcp(outcome: &TcpOutcome) -> SignInOutcome {
    match outcome {
        TcpOutcome::Connected => SignInOutcome::Failed("it connected, and no more".to_owned()),
        TcpOutcome::TimedOut => SignInOutcome::TimedOut,
        TcpOutcome::Refused => SignInOutcome::Refused,
        TcpOutcome::Reset => SignInOutcome::Reset,
        TcpOutcome::Unreachable(why) | TcpOutcome::Tunnel(why) => SignInOutcome::Unreachable(why.clone()),
    }
}

/// The same in a few words.
fn in_words(outcome: &SignInOutcome, address: Option<SocketAddr>) -> String {
    let at = address.map_or_else(|| "it".to_owned(), |address| address.to_string());
    match outcome {
        SignInOutcome::Reached => format!("{at} answers"),
        SignInOutcome::NoAddress(why) => why.clone(),
        SignInOutcome::TimedOut => format!("{at} is silent"),
        SignInOutcome::Refused => format!("{at} refuses connections"),
        SignInOutcome::Reset => format!("{at} resets connections"),
        SignInOutcome::Unreachable(why) => format!("{at}: {why}"),
        SignInOutcome::NotTrusted(issuer) => {
            format!("{at} has no certificate that is trusted for the name, but one of {issuer}")
        }
        SignInOutcome::Failed(why) => format!("TLS with {at} failed: {why}"),
    }
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
