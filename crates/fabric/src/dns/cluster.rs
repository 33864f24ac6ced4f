//! What does a Kubernetes cluster's own DNS answer, where its owner changed it?

use super::{Answer, Resolution, Trail, facts, servers};
use crate::standing::{Cluster, Standing};
use model::{Because, Decided, DnsName, FactRef, Snapshot};

/// What CoreDNS answers by what its owner added; `None` when that leaves the name to the node's servers.
pub(super) fn overridden(
    snapshot: &Snapshot,
    standing: &Standing,
    cluster: &Cluster,
    name: &DnsName,
) -> Option<Decided<Resolution>> {
    let dns = cluster.dns.as_ref()?;
    let at = cluster.id.name();
    let fact = |what: &'static str, value: String| FactRef::new(&cluster.id, what, value);
    if let Some(address) = dns.hosts.get(name.as_str()) {
        let answer = Answer::Pinned(*address);
        let resolution = Resolution { chain: vec![name.clone()], answer, network: None, through: Vec::new() };
        let because = Because::new(format!("CoreDNS of {at} answers {address} for {name} itself"));
        let because = because.fact(fact("coredns-custom hosts", format!("{name} = {address}")));
        return Some(Decided::value(resolution, because.rule(&facts::CLUSTER)));
    }
    let (domain, targets) = dns.forwards(name)?;
    let (_, decided) = servers::in_order(snapshot, targets, standing.place(), name, &Trail::default());
    let list = targets.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let spelled = if domain.is_empty() { "all names" } else { domain };
    let words = format!("CoreDNS of {at} forwards {spelled} to {list}");
    let fact = fact("coredns-custom forward", format!("{spelled} to {list}"));
    Some(servers::told(decided, &words, |because| because.fact(fact).rule(&facts::CLUSTER)))
}
