//! Does what one place sends arrive at another? Networks, peerings and gateways between places; routes
//! and security groups between hosts.

use crate::networks::is_public;
use crate::nsg::{self, Decider, Packet, Passage, Side};
use crate::premises::over_gateway;
use crate::route::{self, Handed, Routing};
use crate::standing::Standing;
use ipnet::IpNet;
use model::resource::{NetworkInterface, Protocol, Subnet};
use model::{Because, Decided, Known, OnPremises, ResourceId, Snapshot, Why};
use std::net::IpAddr;

/// Where somebody asks from, or a server stands.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place<'s> {
    /// In a virtual network, nobody says where.
    Network(&'s ResourceId),
    /// At a host of a virtual network.
    Host(&'s Standing),
    /// At a place outside of Azure that reaches it privately.
    Site(&'s OnPremises),
    /// Outside of Azure; nobody says where.
    Outside,
}

impl<'s> Place<'s> {
    /// The virtual network that it is in.
    pub(crate) fn network(&self) -> Option<&'s ResourceId> {
        match self {
            Self::Network(network) => Some(network),
            Self::Host(standing) => standing.network.as_ref(),
            Self::Site(_) | Self::Outside => None,
        }
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Network(network) => network.name(),
            Self::Host(standing) => standing.network.as_ref().map_or("outside", |network| network.name()),
            Self::Site(site) => &site.name,
            Self::Outside => "outside of any virtual network",
        }
    }
}

/// Whether packets from one place arrive at another, as far as networks, peerings and gateways decide;
/// route tables, security groups and firewalls are not looked at.
pub(crate) fn reaches(snapshot: &Snapshot, from: Place<'_>, to: Place<'_>) -> Decided<bool> {
    match (coarse(from), coarse(to)) {
        (Place::Network(one), Place::Network(other)) if one == other => {
            Decided::value(true, Because::new(format!("both are in {}", one.name())))
        }
        (Place::Network(one), Place::Network(other)) => over_peering(snapshot, one, other),
        (Place::Site(one), Place::Site(other)) if one.name == other.name => {
            Decided::value(true, Because::new(format!("both are at {}", one.name)))
        }
        (Place::Site(site), Place::Network(network)) | (Place::Network(network), Place::Site(site)) => {
            over_gateway(snapshot, site, network)
        }
        (Place::Site(_), Place::Site(_))
        | (Place::Outside | Place::Host(_), _)
        | (_, Place::Outside | Place::Host(_)) => {
            let text = format!("whether {} reaches {} is not known", from.name(), to.name());
            Decided::unknown(Why::NotCollected, Because::new(text))
        }
    }
}

fn coarse(place: Place<'_>) -> Place<'_> {
    place.network().map_or(place, Place::Network)
}

/// Where the host of an address stands in a virtual network.
pub(crate) fn host(snapshot: &Snapshot, network: &ResourceId, address: IpAddr) -> Standing {
    let mut subnets = snapshot.children::<Subnet>(network);
    let subnet = subnets.find(|(_, subnet)| subnet.prefixes.iter().any(|prefix| prefix.contains(&address)));
    let own = |nic: &NetworkInterface| {
        nic.addresses().any(|known| known == address)
            && nic.subnet().is_some_and(|at| at.parent().as_ref() == Some(network))
    };
    let nic = snapshot.all::<NetworkInterface>().find(|(_, nic)| own(nic));
    Standing {
        network: Some(network.clone()),
        subnet: subnet.map(|(id, _)| id.clone()),
        network_interface: nic.map(|(id, _)| id.clone()),
        sources: vec![IpNet::from(address)],
        ..Standing::outside()
    }
}

/// Whether routes, security groups and appliances let a question to a DNS server through, from a host to
/// the host of an address: in `network`, or on the internet.
pub(crate) fn carries(snapshot: &Snapshot, from: &Standing, to: IpAddr, network: Option<&ResourceId>) -> Decided<bool> {
    let Decided { outcome, because } = obstacle(snapshot, from, to, network);
    let outcome = match outcome {
        Known::Value(obstacle) => Known::Value(obstacle.is_none()),
        Known::Unknown(why) => Known::Unknown(why),
    };
    Decided { outcome, because }
}

/// What keeps questions from a DNS server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// No peering or other route leads to its network.
    NoPath,
    /// A user route sends them nowhere.
    Dropped(ResourceId),
    /// A rule of a security group drops them.
    Denied(Decider),
}

/// Where a question stops.
#[derive(PartialEq)]
enum Stop {
    /// At an obstacle between its first sender and the first appliance, or the server.
    Here(Obstacle),
    /// At an appliance or behind it, which is no obstacle of the first sender's own.
    Behind,
}

/// What keeps questions of a host from a DNS server in a virtual network, and why. `None` when nothing is
/// known to, and when it happens behind an appliance.
pub fn unheard(
    snapshot: &Snapshot,
    from: &Standing,
    server: IpAddr,
    network: &ResourceId,
) -> Option<(Obstacle, Because)> {
    let reached = reaches(snapshot, Place::Host(from), Place::Network(network));
    let Decided { outcome, because } = obstacle(snapshot, from, server, Some(network));
    let Known::Value(Some(Stop::Here(obstacle))) = outcome else { return None };
    match (reached.outcome, &obstacle) {
        (Known::Value(false), Obstacle::NoPath) => Some((obstacle, reached.because)),
        (Known::Value(_), _) => Some((obstacle, because)),
        (Known::Unknown(_), _) => None,
    }
}

fn obstacle(snapshot: &Snapshot, from: &Standing, to: IpAddr, network: Option<&ResourceId>) -> Decided<Option<Stop>> {
    let mut from = from.clone();
    let mut sender = from.clone();
    let mut way = Because::default();
    for _ in 0..=MOST_APPLIANCES {
        let routed = match network {
            Some(network) => route::to_host(snapshot, &from, to, network),
            None => match snapshot.client().site_of(to) {
                Some(site) => route::to_site(snapshot, &from, to, site),
                None => route::to_public(snapshot, &from),
            },
        };
        let because = if way.text.is_empty() { routed.because } else { routed.because.part(way.clone()) };
        let handed = match routed.outcome {
            Known::Value(Routing::Dropped(route)) => {
                return behind(&way, Decided::value(Some(Stop::Here(Obstacle::Dropped(route))), because));
            }
            Known::Value(Routing::NoPath) => {
                return behind(&way, Decided::value(Some(Stop::Here(Obstacle::NoPath)), because));
            }
            Known::Value(Routing::Appliance { route, address }) => Some((route, address)),
            Known::Unknown(why) => return Decided::unknown(why, because),
            Known::Value(_) => None,
        };
        let own_way = from.app.as_ref().is_some_and(|app| !app.route_all.is(&true)) && is_public(to);
        if from.network.is_none() || own_way {
            return Decided::value(None, because);
        }
        let (source, destination) = (Side::Prefixes(from.sources.clone()), nsg::one(to));
        let packet = Packet { source, destination, protocol: Protocol::Udp, port: DNS };
        let out = passes(nsg::outbound(snapshot, &from, &packet));
        let Some(network) = network.filter(|_| out.outcome == Known::Value(None)) else { return behind(&way, out) };
        let Some((route, address)) = handed else {
            return behind(&way, passes(nsg::into_host(snapshot, &host(snapshot, network, to), &packet)));
        };
        match over_appliance(snapshot, (&from, &sender), (&route, address), &packet, network) {
            Ok((standing, source_nat)) => {
                way = because;
                if source_nat {
                    sender = standing.clone();
                }
                from = Standing { sources: if source_nat { standing.sources } else { from.sources }, ..standing };
            }
            Err(stopped) => return behind(&way, *stopped),
        }
    }
    let text = format!("more than {MOST_APPLIANCES} appliances stand in the way to {to}");
    Decided::unknown(Why::Unsupported, Because::new(text))
}

/// The same stop, which is behind an appliance when `way` tells of one.
fn behind(way: &Because, decided: Decided<Option<Stop>>) -> Decided<Option<Stop>> {
    match decided.outcome {
        Known::Value(Some(_)) if !way.text.is_empty() => Decided::value(Some(Stop::Behind), decided.because),
        _ => decided,
    }
}

/// How many appliances may stand behind each other.
const MOST_APPLIANCES: usize = 4;

/// Where a question goes on from after an appliance, and whether with another source; else what ends it.
fn over_appliance(
    snapshot: &Snapshot,
    (from, sender): (&Standing, &Standing),
    (route, address): (&ResourceId, IpAddr),
    packet: &Packet,
    network: &ResourceId,
) -> Result<(Standing, bool), Box<Decided<Option<Stop>>>> {
    let handed = route::hand_over(snapshot, from, route, address);
    let (standing, source_nat) = match handed.outcome {
        Known::Value(Handed::Forwards { standing, source_nat, .. }) => (standing, source_nat),
        Known::Value(Handed::Dropped) => return Err(Box::new(Decided::value(Some(Stop::Behind), handed.because))),
        Known::Unknown(why) => return Err(Box::new(Decided::unknown(why, handed.because))),
    };
    let into = passes(nsg::into_host(snapshot, &standing, packet));
    if into.outcome != Known::Value(None) {
        return Err(Box::new(into));
    }
    let on = route::carried_on(snapshot, sender, &standing, source_nat, network);
    match on.outcome {
        Known::Value(true) => Ok((*standing, source_nat)),
        Known::Value(false) => Err(Box::new(Decided::value(Some(Stop::Behind), on.because))),
        Known::Unknown(why) => Err(Box::new(Decided::unknown(why, on.because))),
    }
}

/// The port of DNS.
const DNS: u16 = 53;

fn passes(decided: Decided<Passage>) -> Decided<Option<Stop>> {
    let outcome = match decided.outcome {
        Known::Value(Passage::NoGroup | Passage::Allowed(_)) => Known::Value(None),
        Known::Value(Passage::Denied(by)) => Known::Value(Some(Stop::Here(Obstacle::Denied(by)))),
        Known::Unknown(why) => Known::Unknown(why),
    };
    Decided { outcome, because: decided.because }
}

fn over_peering(snapshot: &Snapshot, from: &ResourceId, to: &ResourceId) -> Decided<bool> {
    let Decided { outcome, because } = route::over_peering(snapshot, from, to);
    match outcome {
        // What routes an endpoint adds is beside the point.
        Known::Value(Routing::Peering(_)) => Decided::value(true, Because { rules: Vec::new(), ..because }),
        Known::Value(_) => Decided::value(false, because),
        Known::Unknown(why) => Decided::unknown(why, because),
    }
}
