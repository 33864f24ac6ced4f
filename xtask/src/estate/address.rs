//! Where is a spoke, and which addresses does it have? The address plan of a made-up estate.
//!
//! A cell takes a /18 of 10.0.0.0/8: the hub the first /20, then twenty spokes of a /23 each.

use std::net::Ipv4Addr;

/// Spokes in a cell.
pub(super) const SPOKES: usize = 20;

/// Cells that share one set of zones: a zone takes at most 1,000 links.
const CELLS_OF_ZONES: usize = 40;

const CELL_SIZE: u32 = 1 << 14;
const HUB_SIZE: u32 = 1 << 12;
const SPOKE_SIZE: u32 = 1 << 9;

/// The place of one spoke in the estate.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Counts all spokes.
    pub(super) number: usize,
}

impl Place {
    /// The spoke of this number.
    pub(super) fn of(number: usize) -> Self {
        Self { number }
    }

    /// Its cell.
    pub(super) fn cell(&self) -> usize {
        self.number / SPOKES
    }

    /// True when its endpoint is in the hub and not in the spoke.
    pub(super) fn endpoint_in_hub(&self) -> bool {
        self.number.is_multiple_of(2)
    }

    /// Its number in texts.
    pub(super) fn label(&self) -> String {
        format!("{:05}", self.number)
    }

    /// Its resource group.
    pub(super) fn group(&self) -> String {
        format!("rg-app-{}", self.label())
    }

    /// Its virtual network.
    pub(super) fn network(&self) -> String {
        super::id(&self.group(), "Microsoft.Network/virtualNetworks", &format!("spoke-vnet-{}", self.label()))
    }

    /// A subnet of its virtual network.
    pub(super) fn subnet(&self, name: &str) -> String {
        format!("{}/subnets/{name}", self.network())
    }

    /// The subnet that its endpoint is in.
    pub(super) fn endpoint_subnet(&self) -> String {
        if self.endpoint_in_hub() {
            format!("{}/subnets/snet-private-endpoints", hub(self.cell()))
        } else {
            self.subnet("snet-private-endpoints")
        }
    }

    /// The resource group of its zones.
    pub(super) fn zone_group(&self) -> String {
        zone_group(self.cell())
    }

    /// An address of the spoke's network, counted from its start.
    pub(super) fn address(&self, offset: u32) -> Ipv4Addr {
        let spoke = u32::try_from(self.number % SPOKES).unwrap_or(0);
        at(self.cell(), HUB_SIZE + spoke * SPOKE_SIZE + offset)
    }

    /// The address of its endpoint.
    pub(super) fn endpoint_address(&self) -> Ipv4Addr {
        if self.endpoint_in_hub() {
            at(self.cell(), 4 + u32::try_from(self.number % SPOKES).unwrap_or(0))
        } else {
            self.address(256 + 4)
        }
    }
}

/// The hub network of a cell.
pub(super) fn hub(cell: usize) -> String {
    super::id(&hub_group(cell), "Microsoft.Network/virtualNetworks", &format!("hub-vnet-{cell:04}"))
}

/// The resource group of a hub.
pub(super) fn hub_group(cell: usize) -> String {
    format!("rg-networking-{cell:04}")
}

/// The resource group of the zones of a cell.
pub(super) fn zone_group(cell: usize) -> String {
    format!("rg-dns-{:02}", cell / CELLS_OF_ZONES)
}

/// The start of a hub's addresses.
pub(super) fn hub_address(cell: usize) -> Ipv4Addr {
    at(cell, 0)
}

fn at(cell: usize, offset: u32) -> Ipv4Addr {
    let cell = u32::try_from(cell).unwrap_or(0);
    Ipv4Addr::from_bits(Ipv4Addr::new(10, 0, 0, 0).to_bits() + cell * CELL_SIZE + offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_address_is_given_twice_and_all_stay_inside_ten() {
        let places: Vec<Place> = (0..20_000).map(Place::of).collect();
        let endpoints: BTreeSet<Ipv4Addr> = places.iter().map(Place::endpoint_address).collect();
        let machines: BTreeSet<Ipv4Addr> = places.iter().map(|place| place.address(4)).collect();
        assert_eq!(endpoints.len(), places.len());
        assert_eq!(machines.len(), places.len());
        assert!(endpoints.is_disjoint(&machines));
        assert!(endpoints.union(&machines).all(|address| address.octets()[0] == 10));
    }
}
