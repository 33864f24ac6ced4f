//! Who stands beside the caller, and what does the question of the whole subnet predict of each of them?
//!
//! Where several hosts share the caller's subnet, the question is asked for the subnet (DESIGN §3): its answer
//! splits where they differ. Every member is measured, and is to fare as the part that it is in.

use dialect::scenario::Scenario;
use model::resource::{NetworkInterface, VirtualMachine};
use model::{Question, ResourceId, Snapshot, Vantage};
use path::Trace;
use std::net::IpAddr;

/// One caller: the scenario with its question, and what is predicted of it.
#[derive(Debug, Clone)]
pub struct Member {
    /// The scenario, asked from this caller.
    pub scenario: Scenario,
    /// What is predicted: of the caller alone, or of the part of its subnet that it is in.
    pub trace: Trace,
}

/// The callers of a scenario. An error says, in words, how the answer of the subnet does not fit its members.
pub fn of(scenario: &Scenario) -> Result<Vec<Member>, String> {
    let snapshot = scenario.snapshot();
    let Some((subnet, hosts)) = beside(&snapshot, &scenario.question.from) else {
        let trace = path::predict(&snapshot, &scenario.question);
        return Ok(vec![Member { scenario: scenario.clone(), trace }]);
    };
    let whole = Question { from: Vantage::Subnet(subnet), ..scenario.question.clone() };
    let parts = path::predict_parts(&snapshot, &whole);
    let counted: usize = parts.iter().filter_map(|part| part.part.as_ref()).map(|part| part.count).sum();
    if counted != hosts.len() {
        return Err(format!("{} splits {} hosts into parts of {counted}", whole.from, hosts.len()));
    }
    hosts.into_iter().map(|(machine, address)| member(scenario, &parts, machine, address)).collect()
}

/// One host of a subnet, with the part that it is in.
fn member(scenario: &Scenario, parts: &[Trace], machine: ResourceId, address: IpAddr) -> Result<Member, String> {
    let holds = |part: &&Trace| part.sources.iter().any(|source| source.contains(&address));
    let mut own = parts.iter().filter(holds);
    let (Some(part), None) = (own.next(), own.next()) else {
        return Err(format!("{} ({address}) is not in exactly one part of its subnet", machine.name()));
    };
    let question = Question { from: Vantage::VirtualMachine(machine), ..scenario.question.clone() };
    Ok(Member { scenario: Scenario { question, ..scenario.clone() }, trace: part.clone() })
}

/// The subnet of a machine and all machines in it, with their addresses; `None` for one that is alone.
fn beside(snapshot: &Snapshot, from: &Vantage) -> Option<(ResourceId, Vec<(ResourceId, IpAddr)>)> {
    let Vantage::VirtualMachine(caller) = from else { return None };
    let card = |id: &ResourceId| snapshot.find::<VirtualMachine>(id)?.network_interfaces.first().cloned();
    let subnet = snapshot.find::<NetworkInterface>(&card(caller)?)?.subnet()?.clone();
    let host = |(id, _): (&ResourceId, &VirtualMachine)| {
        let nic = snapshot.find::<NetworkInterface>(&card(id)?)?;
        let here = nic.subnet() == Some(&subnet);
        nic.addresses().next().filter(|_| here).map(|address| (id.clone(), address))
    };
    let hosts: Vec<(ResourceId, IpAddr)> = snapshot.all::<VirtualMachine>().filter_map(host).collect();
    (hosts.len() > 1).then_some((subnet, hosts))
}
