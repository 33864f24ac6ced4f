//! Do the DNS servers of a place outside of Azure forward the service's names to the internet?

use crate::servers::FromPremises;
use finding::{Check, Confidence, Cx, Evidence, Finding, Sink, check};
use model::ResourceId;
use path::Trace;
use path::dns::Answer;

check! {
    /// ## What it finds
    ///
    /// A place outside of Azure reaches the endpoint's network privately, and its DNS servers forward the
    /// service's names to the internet.
    ///
    /// ## Why it breaks
    ///
    /// Private zones are answered inside of Azure only. A server on the internet gives the public address, and the
    /// call arrives at the public side of the service.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Asked from a machine in Azure the name is private: it is not the zone. Servers that do forward to Azure and
    /// get no answer: `onprem-queries-168.63.129.16`. Clients of a point-to-site VPN have servers of their own:
    /// `vpn-client-nrpt-split`. A place that no gateway connects is right to go publicly.
    ///
    /// ## How to repair
    ///
    /// Forward the public suffix of the service, on the DNS servers of the place, to an inbound endpoint of a DNS
    /// Private Resolver or to a DNS server in a network that the zone is linked to.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns-integration.md (on-premises workloads). Seen in the
    /// private-link microhack, challenge 6.
    pub struct OnpremNoConditionalForwarder = {
        code: "DNS025",
        name: "onprem-no-conditional-forwarder",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The DNS servers on premises do not forward the service's names to Azure.",
        needs: [PrivateEndpoint, NetworkInterface, VirtualNetwork],
        since: "0.1.0",
    }
}

impl Check for OnpremNoConditionalForwarder {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = FromPremises::of(cx, trace) else { return };
        let public = matches!(asked.resolution.answer, Answer::Public { aliased: true, fallback: None });
        // Without servers that forward it, the question never was the place's to answer.
        let own = asked.resolution.through.first().is_some_and(|first| asked.site.dns_servers.contains(first));
        if !public || !own || asked.resolution.network.is_some() || asked.site.network.is_none() {
            return;
        }
        let Some(confidence) = Confidence::at_most(asked.because) else { return };
        let (place, suffix) = (&asked.site.name, asked.service.suffix);
        let title = match asked.resolution.through.as_slice() {
            [only] => format!("{place} asks {only} on the internet for {suffix}"),
            _ => format!("{place} forwards {suffix} to the internet"),
        };
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) };
        finding.resources.extend(asked.site.network.clone());
        let connected = asked.site.network.as_ref().map_or("Azure", ResourceId::name);
        let text = format!("{place} is connected to {connected}, and asks nobody there");
        out.push(
            finding
                .shown_by([Evidence::reason(text)])
                .shown_by(Evidence::of(asked.because))
                .repaired_by(asked.repair(cx, trace)),
        );
    }
}
