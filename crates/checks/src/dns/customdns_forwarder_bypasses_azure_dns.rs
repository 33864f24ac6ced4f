//! Does a DNS server of the estate's owner ask the internet in place of Azure DNS?

use crate::servers::{SeenPast, Served, called};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Sink, check};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// The client asks DNS servers of its owner, and these forward the service's names to servers on the
    /// internet. Zone, link and record may be perfect: nobody asks them.
    ///
    /// ## Why it breaks
    ///
    /// DNS servers of its own replace Azure DNS for a network. Private zones are seen only through
    /// 168.63.129.16, asked from a network that is linked to them, or through the inbound endpoint of a
    /// DNS Private Resolver. A server on the internet knows none of them and gives the public address.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The configured server answers publicly and 168.63.129.16, asked from inside, answers privately:
    /// that pair is decisive. Both public: the zone is not linked to the network of the server
    /// (`customdns-server-vnet-not-linked`). One server of several public: `mixed-dns-servers`. What a server
    /// forwards is in no Azure API: where nobody told, a check that ran inside shows it (`--seen`).
    ///
    /// ## How to repair
    ///
    /// Forward the public suffix of the service to 168.63.129.16 on a server that stands in a linked
    /// network, or to an inbound endpoint.
    ///
    /// ## Sources
    ///
    /// Azure documentation: private-link/private-endpoint-dns-integration.md, dns/private-dns-privatednszone.md.
    pub struct CustomdnsForwarderBypassesAzureDns = {
        code: "DNS023",
        name: "customdns-forwarder-bypasses-azure-dns",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "A custom DNS server forwards to the internet instead of to Azure DNS.",
        needs: [PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for CustomdnsForwarderBypassesAzureDns {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        // Without one answer of all servers this is not the fault, or not the only one.
        if trace.resolution().is_none() {
            return;
        }
        let Some(served) = Served::of(cx, trace) else { return };
        if let Some(past) = served.seen_past_azure(cx) {
            out.push(seen(cx, &served, &past));
            return;
        }
        let Some((address, decided)) = served.past_azure().next() else { return };
        let Some(confidence) = Confidence::at_most(&decided.because) else { return };
        let title = format!("{} asks the internet, not Azure DNS", called(cx.snapshot(), address));
        let remedy = served.forward_to_azure(cx).unwrap_or_else(|| {
            let words = format!("forward {} to Azure DNS or to an inbound endpoint", served.service.suffix);
            Remedy::manual("change what the DNS server forwards", vec![words])
        });
        let each = served.past_azure().map(|(_, decided)| Evidence::of(&decided.because)).next().unwrap_or_default();
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) };
        finding.resources.extend(served.standing.network.clone());
        out.push(finding.shown_by(each).repaired_by(remedy));
    }
}

/// The finding about a server of which nobody said what it forwards, and which was seen to answer publicly.
fn seen(cx: &Cx<'_>, served: &Served<'_>, past: &SeenPast<'_>) -> Finding {
    let network = past.network.name();
    let title = format!("{} answers past Azure DNS of {network}", called(cx.snapshot(), past.server));
    let private = past.view.outcome.value().map(|view| view.answer.words()).unwrap_or_default();
    let text = format!("Azure DNS of {network}, where that server stands, answers {private}: it asks somebody else");
    let remedy = Remedy::manual(
        format!("let {} ask Azure DNS for {}", past.server, served.service.suffix),
        vec![
            format!("on that server, forward {} to 168.63.129.16: {network} has the link", served.service.suffix),
            "forward the public suffix, not the privatelink one: a server may follow the alias itself".to_owned(),
            "then check again from inside: what was seen before the repair says nothing any more".to_owned(),
        ],
    );
    let finding =
        Finding { confidence: Confidence::Inferred, ..Finding::new(CustomdnsForwarderBypassesAzureDns::META, title) };
    let mut finding = finding.on(&past.network);
    finding.resources.extend(served.standing.network.clone());
    finding
        .shown_by([Evidence::measured(past.seen.text.clone()), Evidence::reason(text)])
        .shown_by(Evidence::of(&past.view.because))
        .repaired_by(remedy)
}
