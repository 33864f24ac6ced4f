//! Who answers on a measured connection: the service, somebody on the way, or one that this host
//! cannot judge?

use model::observation::{ChainProblem, TlsOutcome, TlsSeen};
use model::{Because, Decided, Fact, Host, Mark, Why};

/// The verifiers' names, as observations have them.
const SYSTEM: &str = "system";
const PUBLIC: &str = "public";

/// Who a peer proves to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Peer {
    /// A trusted issuer vouches for the name.
    Trusted,
    /// The public roots vouch for the name; those of this host do not.
    Unknown {
        /// True when this host has no roots at all, false when they lack the one.
        none_here: bool,
    },
    /// A trusted issuer vouches, but for these names.
    WrongName(Vec<String>),
    /// The certificate is made out to the very name, by an issuer that no public root and none of this
    /// host's vouches for.
    Interposed {
        /// The issuer, RFC 4514 text.
        issuer: String,
    },
    /// Nobody vouches for the issuer, and the certificate is made out to other names.
    Stranger {
        /// The issuer, RFC 4514 text.
        issuer: String,
    },
    /// The certificate is out of its time.
    OutOfTime,
}

static PUBLIC_ISSUERS: Fact = Fact {
    id: "tls-azure-certificates-lead-to-public-roots",
    text: "Certificates of Azure's services lead to public root authorities of DigiCert and Microsoft. One for an Azure name that leads to none was made by somebody on the way.",
    mark: Mark::Documented,
    source: "Azure documentation, security/fundamentals/azure-ca-details, and failure mode tls-inspection-interposed, read 2026-11-22",
};

/// Who the peer proves to be; unknown when no certificate was shown, or nobody could judge it.
pub fn peer(seen: &TlsSeen) -> Decided<Peer> {
    let Some(leaf) = seen.chain.first() else {
        return Decided::unknown(Why::NotCollected, Because::new("the peer showed no certificate"));
    };
    let value = |peer: Peer, text: String| Decided::value(peer, Because::new(text));
    let problems = || seen.verdicts.iter().filter_map(|verdict| verdict.problem.as_ref());
    let said = |roots: &str| seen.verdicts.iter().find(|verdict| verdict.roots == roots).map(|own| &own.problem);
    let by_public = matches!(said(PUBLIC), Some(None));
    let own_trust = seen.verdicts.iter().any(|verdict| verdict.roots != PUBLIC && verdict.problem.is_none());
    if own_trust {
        return value(Peer::Trusted, format!("certificate trusted, issued by {}", leaf.issuer));
    }
    if by_public {
        let none_here = matches!(said(SYSTEM), Some(Some(ChainProblem::NoRoots)));
        let text = if none_here {
            "the certificate is good by the public roots; this host has none of its own"
        } else {
            "the certificate is good by the public roots, and this host's lack the one it leads to"
        };
        return value(Peer::Unknown { none_here }, text.to_owned());
    }
    if problems().any(|problem| *problem == ChainProblem::WrongName) {
        let names = leaf.names.join(", ");
        let text = format!("the certificate covers {names}, not {}; its issuer is trusted", seen.server_name);
        return value(Peer::WrongName(leaf.names.clone()), text);
    }
    if problems().any(|problem| *problem == ChainProblem::Expired) {
        return value(Peer::OutOfTime, "the certificate is out of its time".to_owned());
    }
    let judged = problems().any(|problem| *problem == ChainProblem::UnknownIssuer);
    if !judged || seen.outcome != TlsOutcome::NotTrusted {
        let text = "nobody here could judge the certificate";
        return Decided::unknown(Why::Unsupported, Because::new(text));
    }
    let issuer = leaf.issuer.clone();
    if leaf.names.iter().any(|name| covers(name, &seen.server_name)) {
        let text = format!("a certificate for this very name by {issuer}, whom no public root vouches for");
        return Decided::value(Peer::Interposed { issuer }, Because::new(text).rule(&PUBLIC_ISSUERS));
    }
    value(Peer::Stranger { issuer: issuer.clone() }, format!("no trusted root vouches for the issuer {issuer}"))
}

/// Whether a name of a certificate covers a host: a star stands for one whole label (RFC 9525).
fn covers(name: &str, host: &Host) -> bool {
    let host = host.to_string();
    let (name, host) = (name.to_ascii_lowercase(), host.to_ascii_lowercase());
    match name.strip_prefix("*.") {
        Some(rest) => host.split_once('.').is_some_and(|(label, below)| !label.is_empty() && below == rest),
        None => name == host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Known;
    use model::observation::{CertificateSeen, ChainVerdict};

    const HOST: &str = "yourresource.openai.azure.com";

    fn seen(names: &[&str], verdicts: &[(&str, Option<ChainProblem>)]) -> TlsSeen {
        let trusted = verdicts.iter().any(|(_, problem)| problem.is_none());
        let leaf = CertificateSeen {
            subject: "CN=leaf".to_owned(),
            issuer: "CN=Example Proxy CA".to_owned(),
            names: names.iter().map(ToString::to_string).collect(),
            not_before: String::new(),
            not_after: String::new(),
        };
        TlsSeen {
            address: "10.1.2.4:443".parse().unwrap(),
            server_name: Host::parse(HOST).unwrap(),
            outcome: if trusted { TlsOutcome::Verified } else { TlsOutcome::NotTrusted },
            version: None,
            chain: vec![leaf],
            verdicts: verdicts
                .iter()
                .map(|(roots, problem)| ChainVerdict { roots: (*roots).to_owned(), problem: problem.clone() })
                .collect(),
        }
    }

    fn read(names: &[&str], verdicts: &[(&str, Option<ChainProblem>)]) -> Option<Peer> {
        match peer(&seen(names, verdicts)).outcome {
            Known::Value(peer) => Some(peer),
            Known::Unknown(_) => None,
        }
    }

    #[test]
    fn five_failures_that_look_alike() {
        use ChainProblem::{Expired, NoRoots, Other, UnknownIssuer, WrongName};
        let (right, wrong) = (&["*.openai.azure.com"][..], &["*.blob.core.windows.net"][..]);
        let both = |problem: &ChainProblem| [("system", Some(problem.clone())), ("public", Some(problem.clone()))];
        let issuer = "CN=Example Proxy CA".to_owned();
        assert_eq!(read(right, &both(&UnknownIssuer)), Some(Peer::Interposed { issuer: issuer.clone() }));
        assert_eq!(read(wrong, &both(&UnknownIssuer)), Some(Peer::Stranger { issuer: issuer.clone() }));
        assert_eq!(read(wrong, &both(&WrongName)), Some(Peer::WrongName(vec![wrong[0].to_owned()])));
        assert_eq!(read(right, &both(&Expired)), Some(Peer::OutOfTime));
        assert_eq!(
            read(right, &[("system", Some(NoRoots)), ("public", None)]),
            Some(Peer::Unknown { none_here: true })
        );
        assert_eq!(
            read(right, &[("system", Some(UnknownIssuer)), ("public", None)]),
            Some(Peer::Unknown { none_here: false })
        );
        assert_eq!(
            read(right, &[("system", Some(NoRoots)), ("public", Some(UnknownIssuer))]),
            Some(Peer::Interposed { issuer })
        );
        assert_eq!(read(right, &both(&Other("odd".to_owned()))), None);
        assert_eq!(read(right, &[("system", Some(NoRoots))]), None, "nobody judged");
        assert_eq!(read(right, &[("system", None), ("public", Some(UnknownIssuer))]), Some(Peer::Trusted));
        // A private CA that the caller named judges the name as well as any other.
        let lab = [("system", Some(UnknownIssuer)), ("extra", Some(WrongName)), ("public", Some(UnknownIssuer))];
        assert!(matches!(read(wrong, &lab), Some(Peer::WrongName(_))));
    }

    #[test]
    fn a_star_stands_for_one_label() {
        let host = Host::parse(HOST).unwrap();
        assert!(covers("*.openai.azure.com", &host) && covers("YourResource.openai.azure.com", &host));
        assert!(!covers("*.azure.com", &host) && !covers("openai.azure.com", &host) && !covers("*", &host));
    }
}
