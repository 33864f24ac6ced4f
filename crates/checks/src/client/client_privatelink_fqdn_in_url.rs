//! Does the client call the privatelink alias instead of the public name?

use crate::called::{call_instead, told};
use finding::{Check, Confidence, Cx, Evidence, Finding, Safety, Sink, check};
use model::{Stage, Status};
use path::Trace;
use path::client::Named;

check! {
    /// ## What it finds
    ///
    /// The URL names `ACCOUNT.privatelink.…`, the alias that DNS uses inside, instead of the public name.
    ///
    /// ## Why it breaks
    ///
    /// The certificate of the service carries the public names only. The address is right, TCP connects,
    /// and the TLS handshake fails on the name. No HTTP status is ever seen.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Here the certificate is the service's own and only the name differs. When a proxy or firewall breaks
    /// TLS open, the issuer is foreign.
    ///
    /// ## How to repair
    ///
    /// Call the public name. DNS leads it to the same endpoint.
    ///
    /// ## Sources
    ///
    /// github.com/Azure/azure-sdk-for-python issue 16761, MicrosoftDocs/azure-docs issues 43475 and 52778.
    pub struct ClientPrivatelinkFqdnInUrl = {
        code: "CLN002",
        name: "client-privatelink-fqdn-in-url",
        stage: Some(model::Stage::Client),
        severity: Broken,
        summary: "The URL uses the privatelink name, which no certificate of the service covers.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for ClientPrivatelinkFqdnInUrl {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Named::Privatelink(service)) = trace.named() else { return };
        let Some(step) = trace.at(Stage::Tls).find(|step| step.status == Status::Fail) else { return };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let title = format!("the URL names the privatelink alias; call {}", service.host);
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }.shown_by(Evidence::of(&step.because));
        out.push(finding.repaired_by(call_instead(&told(cx, trace), &service.host, Safety::Safe)));
    }
}
