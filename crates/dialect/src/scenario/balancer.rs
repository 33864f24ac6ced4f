//! Which resources does an `[estate.load-balancer]` stand for? The balancer, and in each of its backends the
//! pool that it is in.

use super::estate::{Builder, Built, missing};
use super::file::LoadBalancerEntry;
use model::resource::{BackendPool, BalancingRule, FrontEnd, LoadBalancer};
use model::{Body, ResourceId};

const FRONT_END: &str = "front-end";
const POOL: &str = "backends";

impl Builder<'_> {
    /// An internal load balancer. Its backends are built before it.
    pub(super) fn load_balancer(&mut self, name: &str, entry: &LoadBalancerEntry) -> Built {
        let at = format!("estate.load-balancer.{name}");
        let id = self.id(&entry.group, "Microsoft.Network/loadBalancers", name);
        let subnet = self.subnet_id(&entry.subnet, &at)?;
        let pool = id.child("backendAddressPools", POOL);
        let machines = &self.estate().vm;
        let mut cards: Vec<ResourceId> = Vec::new();
        for machine in &entry.backends {
            let found = machines.get(machine).ok_or_else(|| missing(&at, "vm", machine, machines.keys()))?;
            cards.push(self.id(&found.group, "Microsoft.Network/networkInterfaces", &format!("{machine}-nic")));
        }
        let mut members = Vec::new();
        for resource in self.resources_mut().iter_mut().filter(|resource| cards.contains(&resource.id)) {
            let card = resource.id.clone();
            let Body::NetworkInterface(nic) = &mut resource.body else { continue };
            for configuration in &mut nic.ip_configurations {
                configuration.backend_pools.push(pool.clone());
                members.push(card.child("ipConfigurations", &configuration.name));
            }
        }
        let rule = BalancingRule {
            name: entry.port.map_or_else(|| "every-port".to_owned(), |port| format!("port-{port}")),
            front_end: Some(FRONT_END.to_owned()),
            pools: vec![pool],
            every_port: entry.port.is_none(),
        };
        let front_end = FrontEnd { name: FRONT_END.to_owned(), address: Some(entry.address), subnet: Some(subnet) };
        let balancer = LoadBalancer {
            front_ends: vec![front_end],
            pools: vec![BackendPool { name: POOL.to_owned(), members, addresses: Vec::new() }],
            rules: vec![rule],
        };
        self.add(id, Body::LoadBalancer(balancer));
        Ok(())
    }
}
