//! Which node of the snapshot is this host?

use model::observation::Seen;
use model::resource::NetworkInterface;
use model::{Observation, Snapshot, Vantage};
use std::net::IpAddr;

/// The node that has one of our own addresses, as connections showed them. `None` unless exactly
/// one NIC has it: address spaces of networks that do not hear each other may overlap.
pub fn infer(snapshot: &Snapshot, observations: &[Observation]) -> Option<Vantage> {
    let own: Vec<_> = own_addresses(observations).collect();
    let mut nics =
        snapshot.all::<NetworkInterface>().filter(|(_, nic)| nic.addresses().any(|address| own.contains(&address)));
    let (id, nic) = nics.next()?;
    if nics.next().is_some() {
        return None;
    }
    Some(match &nic.virtual_machine {
        Some(machine) => Vantage::VirtualMachine(machine.clone()),
        None => Vantage::NetworkInterface(id.clone()),
    })
}

/// Our own addresses, as connections showed them.
pub(crate) fn own_addresses(observations: &[Observation]) -> impl Iterator<Item = IpAddr> {
    let own = observations.iter().filter_map(|observation| match &observation.seen {
        Seen::Tcp(seen) if seen.through.is_none() => seen.local.map(|local| local.ip()),
        _ => None,
    });
    own.filter(|address| !address.is_loopback())
}
