//! Does a cluster's own DNS answer or forward the name past the servers of its nodes?

use crate::servers::cluster_setting;
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::{FactRef, Stage};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// A pod asks CoreDNS, and what the cluster's owner added there (ConfigMap `kube-system/coredns-custom`: a
    /// `forward`, a `hosts` entry) does not lead to the endpoint. Without it, the servers of the node would.
    ///
    /// ## Why it breaks
    ///
    /// What stands in `coredns-custom` goes before the servers of the node. The node resolves privately, the pod
    /// does not. No Azure API shows it: it has to be told, or measured in a pod.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Where the node resolves publicly as well, it is the network's link or servers. A pod with `dnsPolicy: Default`
    /// or `hostNetwork` asks the node's servers and never CoreDNS. Names tried with search suffixes first
    /// (`ndots:5`) give harmless "no such name" answers.
    ///
    /// ## How to repair
    ///
    /// Remove the entry, and restart the CoreDNS pods.
    ///
    /// ## Sources
    ///
    /// Azure documentation: aks/coredns-custom.md. Seen in github.com/Azure/AKS issue 1750.
    pub struct AksCorednsOrLocaldnsOverride = {
        code: "DNS032",
        name: "aks-coredns-or-localdns-override",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The cluster's own DNS forwards or answers the name differently from the node.",
        needs: [VirtualNetwork, PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for AksCorednsOrLocaldnsOverride {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some((cluster, said, change)) = cluster_setting(cx, trace) else { return };
        let Some(because) = trace.at(Stage::Dns).next().map(|step| &step.because) else { return };
        let Some(confidence) = Confidence::at_most(because) else { return };
        let title = format!("CoreDNS of {} {said}", cluster.name());
        let fact = FactRef::new(&cluster, "coredns-custom", said);
        let evidence = Evidence::fact("the servers of its nodes lead to the endpoint", &fact);
        let words = "other names may rest on this entry; it is edited with kubectl edit configmap coredns-custom";
        let remedy = Remedy::new("remove it from coredns-custom", Safety::Review, vec![change]).saying(words);
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(finding.on(&cluster).shown_by([evidence]).shown_by(Evidence::of(because)).repaired_by(remedy));
    }
}
