//! Which networks are there, and which of them hear each other?

use super::gateways;
use crate::estate::Estate;
use ipnet::{IpNet, Ipv4Net};
use model::ResourceId;
use model::resource::VirtualNetwork;

/// The networks of the estate: virtual networks first, then sites on premises.
#[derive(Debug, Clone, Default)]
pub(crate) struct Land {
    pub(crate) networks: Vec<Ground>,
    /// The IPv4 address space of each; nothing in the lab is IPv6.
    pub(crate) spaces: Vec<Vec<Ipv4Net>>,
    /// Pairs of virtual networks that hear each other, the smaller number first.
    pub(crate) peerings: Vec<(usize, usize)>,
    /// Virtual networks with a gateway, and the sites that it carries packets to.
    pub(crate) gateways: Vec<(usize, Vec<usize>)>,
    /// The prefixes that each of these gateways brings into the networks that it serves.
    brought: Vec<Vec<Ipv4Net>>,
    /// Virtual networks that use the gateway of a peer: who, and whose.
    transit: Vec<(usize, usize)>,
}

/// What a network is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ground {
    /// A virtual network.
    Azure(ResourceId),
    /// A site outside of Azure.
    Site(String),
}

impl Ground {
    /// Its name.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Azure(id) => id.name(),
            Self::Site(name) => name,
        }
    }

    /// The name of the site, if it is one.
    pub(crate) fn site_name(&self) -> Option<&str> {
        match self {
            Self::Azure(_) => None,
            Self::Site(name) => Some(name),
        }
    }

    /// The virtual network, if it is one.
    pub(crate) fn azure(&self) -> Option<&ResourceId> {
        match self {
            Self::Azure(id) => Some(id),
            Self::Site(_) => None,
        }
    }
}

impl Land {
    /// The land of an estate.
    pub(crate) fn of(estate: &Estate) -> Self {
        let mut land = Self::default();
        for (id, network) in estate.snapshot().all::<VirtualNetwork>() {
            land.networks.push(Ground::Azure(id.clone()));
            land.spaces.push(v4(&network.address_space));
        }
        let virtual_networks = land.networks.len();
        for (name, site) in &estate.client().on_premises {
            land.networks.push(Ground::Site(name.clone()));
            land.spaces.push(v4(&site.address_space));
        }
        for at in 0..virtual_networks {
            let Some(gateway) = land.networks[at].azure().and_then(|id| gateways::of(estate, id)) else { continue };
            let sites = gateway.places.iter().filter_map(|name| land.site(name)).collect();
            land.gateways.push((at, sites));
            land.brought.push(gateway.brings);
        }
        for one in 0..virtual_networks {
            for other in one + 1..virtual_networks {
                land.join(estate, one, other);
            }
        }
        land
    }

    fn join(&mut self, estate: &Estate, one: usize, other: usize) {
        let (Some(one_id), Some(other_id)) = (self.networks[one].azure(), self.networks[other].azure()) else { return };
        if !estate.reaches(one_id, other_id) {
            return;
        }
        let uses = |from: &ResourceId, to: &ResourceId| {
            estate.half(from, to).is_some_and(|half| half.use_remote_gateways)
                && estate.half(to, from).is_some_and(|half| half.allow_gateway_transit)
        };
        let pairs = [(one, other, uses(one_id, other_id)), (other, one, uses(other_id, one_id))];
        self.peerings.push((one, other));
        self.transit.extend(pairs.iter().filter(|(.., uses)| *uses).map(|(user, hub, _)| (*user, *hub)));
    }

    /// The number of a virtual network.
    pub(crate) fn index(&self, network: &ResourceId) -> Option<usize> {
        self.networks.iter().position(|known| known.azure() == Some(network))
    }

    /// The number of a site.
    pub(crate) fn site(&self, name: &str) -> Option<usize> {
        self.networks.iter().position(|known| matches!(known, Ground::Site(known) if known == name))
    }

    /// The networks that a network is peered with.
    pub(crate) fn peers(&self, network: usize) -> impl Iterator<Item = usize> + '_ {
        self.peerings.iter().filter_map(move |(one, other)| match network {
            _ if network == *one => Some(*other),
            _ if network == *other => Some(*one),
            _ => None,
        })
    }

    /// The network whose gateway serves a network: its own, or a peer's.
    pub(crate) fn gateway_of(&self, network: usize) -> Option<usize> {
        let own = self.gateways.iter().map(|(at, _)| *at).find(|at| *at == network);
        own.or_else(|| {
            let hubs = self.transit.iter().filter(|(user, _)| *user == network).map(|(_, hub)| *hub);
            hubs.into_iter().find(|hub| self.gateways.iter().any(|(at, _)| at == hub))
        })
    }

    /// The networks that a gateway serves: its own, and those that use it from afar.
    pub(crate) fn served_by(&self, gateway: usize) -> impl Iterator<Item = usize> + '_ {
        let far = self.transit.iter().filter(move |(_, hub)| *hub == gateway).map(|(user, _)| *user);
        std::iter::once(gateway).chain(far)
    }

    /// The prefixes on premises that a network reaches through a gateway.
    pub(crate) fn beyond(&self, network: usize) -> Vec<Ipv4Net> {
        let gateway = self.gateway_of(network);
        let known = self.gateways.iter().zip(&self.brought).find(|((at, _), _)| Some(*at) == gateway);
        known.map(|(_, brought)| brought.clone()).unwrap_or_default()
    }
}

/// The IPv4 prefixes of a list.
pub(crate) fn v4(prefixes: &[IpNet]) -> Vec<Ipv4Net> {
    let v4 = |prefix: &IpNet| if let IpNet::V4(prefix) = prefix { Some(prefix.trunc()) } else { None };
    prefixes.iter().filter_map(v4).collect()
}
