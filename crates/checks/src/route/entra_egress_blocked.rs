//! Is the way to the hosts blocked at which the client signs in?

use crate::{narrow_rule, user_route};
use finding::{Check, Confidence, Cx, Evidence, EvidenceKind, Finding, Meta, Remedy, Sink, check};
use model::observation::{SignInOutcome, SignInSeen};
use model::visible;
use path::Trace;
use path::auth::{Kept, SIGN_IN, kept_from_sign_in};

check! {
    /// ## What it finds
    ///
    /// The call reaches the service, and the client cannot reach the host of Microsoft Entra ID at which it signs in:
    /// measured with `check --entra`, or because a security group or a user route drops that call.
    ///
    /// ## Why it breaks
    ///
    /// An application with a secret, a certificate or a federated token (workload identity) gets its token from a sign-in
    /// host such as `login.microsoftonline.com`, which has no private endpoint: the way there leads out of the network. No
    /// token, no call, and the service is blamed, whose own private way is perfect.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A managed identity asks an endpoint of its own host (169.254.169.254, or what `IDENTITY_ENDPOINT` names): rules for
    /// the way out do not keep that from it, and nothing is found. A key needs no token. A name that has no address, or
    /// the wrong one, is `resolver-or-login-name-hijacked`. A sign-in host that answers and gives no token (a wrong
    /// secret, another tenant) was reached. What a firewall lets through is in no configuration that is read: there only
    /// the measurement tells.
    ///
    /// ## How to repair
    ///
    /// Let `login.microsoftonline.com` and `login.microsoft.com` through: in a security group by the service tag
    /// AzureActiveDirectory on port 443, in a firewall by these names. Where TLS is inspected, exempt them.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/service-tags-overview.md, identity platform national-cloud sign-in endpoints,
    /// managed-identities-azure-resources/how-to-use-vm-token.md. Scripted labs without captures, whose repository is not
    /// recorded.
    pub struct EntraEgressBlocked = {
        code: "RTE007",
        name: "entra-egress-blocked",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "The way to the sign-in hosts is blocked, so no token can be had.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for EntraEgressBlocked {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn arrived(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let seen = trace.heard.sign_in.as_ref();
        // What was measured wins: whoever was reached is not kept from anybody.
        let measured = seen.map(|seen| (seen, how(&seen.outcome)));
        let on_paper = kept_from_sign_in(cx.snapshot(), &trace.question);
        let finding = match (measured, &on_paper) {
            (Some((seen, Some(how))), _) => measured_finding(seen, &how),
            (Some((_, None)), _) | (None, None) => return,
            (None, Some(kept)) => {
                let Some(confidence) = Confidence::at_most(&kept.because) else { return };
                let title = "the client signs in with Microsoft Entra ID, and the way there is blocked";
                Finding { confidence, ..Finding::new(Self::META, title) }
            }
        };
        let Some(kept) = on_paper else {
            out.push(finding.repaired_by(let_through()));
            return;
        };
        let mut finding = finding.shown_by(Evidence::of(&kept.because));
        finding.resources.extend(trace.question.from.resource().cloned());
        let remedies = match kept.outcome.value() {
            Some(Kept::ByGroup(decider)) => {
                finding.resources.insert(0, decider.group.clone());
                narrow_rule::allow_sign_in(cx, trace, decider).into_iter().collect()
            }
            Some(Kept::ByRoute(route)) => {
                finding.resources.insert(0, route.clone());
                user_route::deleted(route)
            }
            None => Vec::new(),
        };
        finding.remedies.extend(remedies);
        out.push(if finding.remedies.is_empty() { finding.repaired_by(let_through()) } else { finding });
    }
}

/// How the way ended, where that shows that it is blocked.
fn how(outcome: &SignInOutcome) -> Option<String> {
    Some(match outcome {
        SignInOutcome::TimedOut => "is silent: the call is dropped on its way".to_owned(),
        SignInOutcome::Refused => "refuses the connection, which no sign-in host does".to_owned(),
        SignInOutcome::Reset => "resets the connection, which no sign-in host does".to_owned(),
        SignInOutcome::Unreachable(words) => format!("cannot be reached: {}", visible(words)),
        SignInOutcome::NotTrusted(issuer) => {
            format!("shows a certificate that is not trusted for the name, issued by {}", visible(issuer))
        }
        SignInOutcome::Failed(words) => format!("does not shake hands: {}", visible(words)),
        // That is about DNS, or nothing is wrong with the way.
        SignInOutcome::NoAddress(_) | SignInOutcome::Reached => return None,
    })
}

fn measured_finding(seen: &SignInSeen, how: &str) -> Finding {
    let title = format!("the sign-in host {} is out of reach: no token can be had", seen.host);
    let place = seen.address.map_or_else(|| seen.host.to_string(), |address| address.to_string());
    let rule = Evidence {
        kind: EvidenceKind::Fact,
        source: Some(SIGN_IN.source.to_owned()),
        ..Evidence::reason(SIGN_IN.text)
    };
    Finding { confidence: Confidence::Measured, ..Finding::new(EntraEgressBlocked::META, title) }
        .shown_by([Evidence::measured(format!("{place} {how}")), rule])
}

fn let_through() -> Remedy {
    Remedy::manual(
        "let the client reach the sign-in hosts",
        vec![
            "login.microsoftonline.com and login.microsoft.com on port 443: in a firewall by these names, in a security \
             group by the tag AzureActiveDirectory"
                .to_owned(),
            "where somebody on the way inspects TLS, exempt these names, or let the client trust his certificate"
                .to_owned(),
            "privpath check https://login.microsoftonline.com --expect public, from the same place, shows the way there"
                .to_owned(),
        ],
    )
}
