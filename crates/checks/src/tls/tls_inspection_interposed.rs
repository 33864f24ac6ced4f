//! Does something on the way show a certificate of its own in place of the service's?

use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Sink, check};
use path::Trace;
use path::tls::Peer;

check! {
    /// ## What it finds
    ///
    /// The certificate on the connection is made out to the very name that was called, by an issuer that no public root
    /// authority vouches for, nor any that this host trusts.
    ///
    /// ## Why it breaks
    ///
    /// A firewall or proxy that inspects TLS ends the client's connection and begins one of its own: it shows a certificate that
    /// it made itself. A client that does not trust its authority gives up. Managed identities and client libraries that bring
    /// their own roots fail the same way. The call does not reach the endpoint as it was sent, whatever address was dialled.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A privatelink name (CLN002), an address or an alias of one's own (CLN003) in the URL fails with the service's own
    /// certificate: the issuer is trusted, and the name is wrong. A host without root certificates, or with an old bundle, cannot
    /// judge the service's own chain: the public roots vouch for it then, and this is said instead. A certificate that is out of
    /// its time has a trusted issuer as well.
    ///
    /// ## How to repair
    ///
    /// Exempt the host from inspection, on the firewall or proxy; or let the client trust the authority that inspects. Never
    /// switch verification off.
    ///
    /// ## Sources
    ///
    /// Azure documentation: security/fundamentals/azure-ca-details, firewall/premium-features. RFC 9525.
    pub struct TlsInspectionInterposed = {
        code: "TLS001",
        name: "tls-inspection-interposed",
        stage: Some(model::Stage::Tls),
        severity: Broken,
        summary: "Something on the way replaces the service's certificate with its own.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for TlsInspectionInterposed {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Peer::Interposed { issuer }) = &trace.heard.peer else { return };
        // A name of nobody may have a private authority of its own.
        let host = &trace.question.to.host;
        if host.name().and_then(path::client::service).is_none() {
            return;
        }
        let title = "something on the way shows a certificate of its own".to_owned();
        let remedy = Remedy::manual(
            format!("exempt {host} from TLS inspection, on the firewall or proxy that does it"),
            vec![
                format!("its authority is: {issuer}"),
                "or let the client trust that authority (SSL_CERT_FILE, REQUESTS_CA_BUNDLE, NODE_EXTRA_CA_CERTS)"
                    .to_owned(),
                "never switch verification off: anybody on the way could then read the key".to_owned(),
            ],
        );
        let finding = Finding { confidence: Confidence::Measured, ..Finding::new(Self::META, title) };
        out.push(finding.shown_by([Evidence::measured(format!("the issuer is {issuer}"))]).repaired_by(remedy));
    }
}
