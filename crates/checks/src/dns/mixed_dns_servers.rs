//! Do the configured DNS servers give different answers?

use crate::servers::{Served, called};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Sink, check};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// Several DNS servers are configured, and they do not give the same answer for the service's name.
    ///
    /// ## Why it breaks
    ///
    /// Clients take the first answer, whichever server gives it, and do not ask the next one after "no
    /// such name". Some ask in turn, some the quickest. The call is private one time and public another.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// All servers public is `customdns-forwarder-bypasses-azure-dns` or a missing link. A server that does
    /// not answer at all costs time, and is not this. Ask each configured server, not only the first.
    ///
    /// ## How to repair
    ///
    /// Let all servers lead to the same zones, or take the odd one out of the list. Hosts keep old
    /// servers until they renew their lease.
    ///
    /// ## Sources
    ///
    /// github.com/Azure/AKS issue 808. Azure documentation: private-link/private-endpoint-dns-integration.md.
    pub struct MixedDnsServers = {
        code: "DNS028",
        name: "mixed-dns-servers",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "The configured DNS servers give different answers, and clients do not try the next one.",
        needs: [PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for MixedDnsServers {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(served) = Served::of(cx, trace) else { return };
        let known =
            served.answers.iter().filter_map(|(server, decided)| Some((*server, decided.outcome.value()?, decided)));
        let known: Vec<_> = known.collect();
        let Some((_, one, because)) = known.first() else { return };
        let Some((_, _, odd)) = known.iter().find(|(_, other, _)| !other.answer.is_like(&one.answer)) else {
            return;
        };
        let sure = [because, odd].map(|decided| Confidence::at_most(&decided.because));
        let Some(confidence) = sure.into_iter().min().flatten() else { return };
        let snapshot = cx.snapshot();
        let title = format!("the DNS servers of {} give different answers", served.place());
        let remedy = served.forward_to_azure(cx).filter(|remedy| !remedy.changes.is_empty()).unwrap_or_else(|| {
            let words =
                "let all servers forward to Azure DNS from a linked network, or take the odd one out of the list";
            Remedy::manual("make the servers agree", vec![words.to_owned()])
        });
        let evidence = known.iter().map(|(server, resolution, _)| {
            Evidence::reason(format!("{} answers {}", called(snapshot, *server), resolution.answer.words()))
        });
        let mut finding = Finding { confidence, ..Finding::new(Self::META, title) };
        finding.resources.extend(served.standing.network.clone());
        let finding = finding.shown_by(evidence).shown_by(Evidence::of(&odd.because));
        out.push(finding.repaired_by(remedy));
    }
}
