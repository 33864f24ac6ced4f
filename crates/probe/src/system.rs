//! What does the resolver of the operating system say of a name?
//!
//! Most programs ask it and no DNS server: it follows the hosts file, the name service modules of the
//! system and the rules of VPN clients, which a question to a DNS server passes by.

use crate::bound::words;
use crate::clock::{Limits, Stopwatch};
use crate::plan::distinct;
use model::observation::{ResolverOutcome, ResolverSeen, Seen};
use model::{DnsName, Observation};
use std::io;
use std::net::{IpAddr, ToSocketAddrs};
use tokio::time::timeout_at;

/// Looks up the addresses of a name; may block.
pub type Lookup = fn(&str) -> io::Result<Vec<IpAddr>>;

/// The resolver of the operating system, as far as it is to be asked.
#[derive(Debug, Clone, Copy)]
pub enum System {
    /// It is not asked, and nothing is observed of it.
    NotAsked,
    /// It is asked through this function.
    Ask(Lookup),
    /// There is none to ask; why.
    Unavailable(&'static str),
}

/// More addresses than this are not kept.
const MOST_ADDRESSES: usize = 64;

/// The resolver of this system. A static binary has none: its C library reads `/etc/resolv.conf` and the
/// hosts file itself, and loads no name service modules.
pub fn system_resolver() -> System {
    if cfg!(target_env = "musl") {
        System::Unavailable(
            "a static binary loads no name service modules; a dynamically linked privpath asks getaddrinfo",
        )
    } else {
        System::Ask(look_up)
    }
}

fn look_up(name: &str) -> io::Result<Vec<IpAddr>> {
    (name, 0).to_socket_addrs().map(|found| distinct(found.map(|address| address.ip())))
}

impl System {
    /// Asks, on a thread of its own. `None` when it is not to be asked.
    pub(crate) async fn ask(self, name: DnsName, limits: Limits) -> Option<Observation> {
        let watch = Stopwatch::start();
        let (outcome, addresses) = match self {
            Self::NotAsked => return None,
            Self::Unavailable(why) => (ResolverOutcome::Unavailable(why.to_owned()), Vec::new()),
            Self::Ask(lookup) => {
                let asked = name.clone();
                let found = tokio::task::spawn_blocking(move || lookup(asked.as_str()));
                match timeout_at(limits.stage_end(), found).await {
                    Err(_) => (ResolverOutcome::TimedOut, Vec::new()),
                    Ok(Err(failed)) => (ResolverOutcome::Failed(words(&failed)), Vec::new()),
                    Ok(Ok(Err(error))) => (ResolverOutcome::Failed(words(&error)), Vec::new()),
                    Ok(Ok(Ok(addresses))) if addresses.is_empty() => {
                        (ResolverOutcome::Failed("it knows no address".to_owned()), addresses)
                    }
                    Ok(Ok(Ok(mut addresses))) => {
                        addresses.truncate(MOST_ADDRESSES);
                        (ResolverOutcome::Answered, addresses)
                    }
                }
            }
        };
        Some(watch.stop(Seen::Resolver(ResolverSeen { name, outcome, addresses })))
    }
}
