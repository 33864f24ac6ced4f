//! Did a network security perimeter refuse the call?

use finding::{Check, Cx, Finding, Meta, Remedy, Sink, check};
use path::Trace;
use path::access::{Reading, Refusal};

check! {
    /// ## What it finds
    ///
    /// A call that means to take the public way was refused in the words of a network security perimeter.
    ///
    /// ## Why it breaks
    ///
    /// A resource that is associated with a perimeter in enforced mode admits the public sources that a rule of the
    /// perimeter names, and no others. The rules of the resource itself do not count beside it.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// By the words of the reply, never by its status: `not authorized by network security perimeter` or
    /// `nsp-rejected`. `Public access is disabled` and `Virtual Network/Firewall rules` are refusals of the resource
    /// itself. A missing role has words of its own, and no role helps here. That an account says
    /// `SecuredByPerimeter` shows that a perimeter decides, and not what it decides: from configuration alone nobody
    /// is accused.
    ///
    /// ## How to repair
    ///
    /// Let the owner of the perimeter add an inbound rule for the source to the profile that the resource is
    /// associated with.
    ///
    /// ## Sources
    ///
    /// One public thread with the reply, repository name not recorded; the property
    /// `networkSecurityPerimeterConfigurations` of the resources.
    pub struct SvcNetworkSecurityPerimeter = {
        code: "ACC007",
        name: "svc-network-security-perimeter",
        stage: Some(model::Stage::Access),
        severity: Broken,
        summary: "A network security perimeter refuses the call.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for SvcNetworkSecurityPerimeter {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn refused(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Reading::NetworkRefusal(Refusal::Perimeter, fact)) = trace.heard.reply else { return };
        let host = trace.question.to.host.to_string();
        let label = host.split('.').next().unwrap_or(&host);
        let title = format!("the perimeter of {label} does not admit {}", trace.question.from);
        let source = match trace.heard.source {
            Some(address) => format!("the address {address}, which the service saw"),
            None => "the public address that the call leaves from".to_owned(),
        };
        let words = format!(
            "in the network security perimeter that the resource is associated with, add an inbound rule for {source}, \
             to the profile of the association; no role and no rule of the resource itself helps"
        );
        let finding: Finding = crate::replied::told(Self::META, title, fact);
        out.push(finding.repaired_by(Remedy::manual("let the source in by a rule of the perimeter", vec![words])));
    }
}
