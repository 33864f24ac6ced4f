//! Does somebody outside of Azure ask 168.63.129.16?

use crate::servers::{FromPremises, called};
use finding::{Check, Confidence, Cx, Evidence, Finding, Sink, check};
use path::Trace;
use path::dns::Answer;
use path::standing::AZURE_DNS;

check! {
    /// ## What it finds
    ///
    /// A place outside of Azure asks 168.63.129.16, itself or through a DNS server that stands there, and nobody
    /// else who would answer.
    ///
    /// ## Why it breaks
    ///
    /// 168.63.129.16 answers only what comes from inside a virtual network. From outside there is no answer at
    /// all, through a VPN or ExpressRoute as little as over the internet: names time out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// "No such name" is an answer, and comes from a zone. A public address comes from a server on the internet:
    /// `onprem-no-conditional-forwarder`. A DNS server in a virtual network that forwards to 168.63.129.16 is as it
    /// should be.
    ///
    /// ## How to repair
    ///
    /// Ask an inbound endpoint of a DNS Private Resolver, or a DNS server in a virtual network that forwards to
    /// 168.63.129.16 from there.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns-integration.md. Described in github.com/dmauser/PrivateLink,
    /// DNS-Integration-Scenarios, section 4.
    pub struct OnpremQueries1686312916 = {
        code: "DNS027",
        name: "onprem-queries-168.63.129.16",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "Clients outside Azure ask the platform's own DNS address, which answers only inside Azure.",
        needs: [PrivateEndpoint, NetworkInterface, VirtualNetwork],
        since: "0.1.0",
    }
}

impl Check for OnpremQueries1686312916 {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(asked) = FromPremises::of(cx, trace) else { return };
        let through = &asked.resolution.through;
        if asked.resolution.answer != Answer::Silent || through.last() != Some(&AZURE_DNS) {
            return;
        }
        let Some(confidence) = Confidence::at_most(asked.because) else { return };
        let title = match through.as_slice() {
            [server, .., _] => format!("{} asks {AZURE_DNS} from outside of Azure", called(cx.snapshot(), *server)),
            _ => format!("{} asks {AZURE_DNS} from outside of Azure", asked.site.name),
        };
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) };
        finding.resources.extend(asked.site.network.clone());
        let place = format!("{} is outside of Azure, whatever connects it", asked.site.name);
        out.push(
            finding
                .shown_by([Evidence::reason(place)])
                .shown_by(Evidence::of(asked.because))
                .repaired_by(asked.repair(cx, trace)),
        );
    }
}
