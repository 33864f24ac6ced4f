//! Does the service admit selected networks only, and is the caller in none of them?

use crate::admitted::{self, Refused};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Sink, check};
use model::{Kind, ResourceId};
use path::Trace;
use path::access::{Reading, Refusal};

check! {
    /// ## What it finds
    ///
    /// A call that means to take the public way, to an account that admits selected networks only, from a source
    /// that none of its rules names.
    ///
    /// ## Why it breaks
    ///
    /// With the default action Deny the public side answers 403 `Access denied due to Virtual Network/Firewall
    /// rules.` to all but the sources that a rule names. A rule for addresses names the public address that the call
    /// leaves from, never a private one. A rule for a subnet works only where the subnet has the service endpoint
    /// `Microsoft.CognitiveServices`; with it the service sees a private address, and no rule for addresses helps.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// `Public access is disabled` is another refusal: then no rule counts at all. Where the private way is meant,
    /// this refusal is a symptom, and the fault is what led the call to the public side. "Allow Azure services" of
    /// other products does not exist here: `bypass` lets in a few named services with their own identity.
    ///
    /// ## How to repair
    ///
    /// Call by a private endpoint, which no rule concerns. Else let in the one subnet, or the one address, and
    /// nothing wider.
    ///
    /// ## Sources
    ///
    /// github.com/Azure-Samples/azure-sql-db-chatbot issue 3. Azure AI documentation:
    /// ai-services/cognitive-services-virtual-networks.md. Azure documentation:
    /// virtual-network/virtual-network-service-endpoints-overview.md.
    pub struct SvcSelectedNetworksDeny = {
        code: "ACC003",
        name: "svc-selected-networks-deny",
        stage: Some(model::Stage::Access),
        severity: Broken,
        summary: "The service admits selected networks only, and the source is not among them.",
        needs: [CognitiveServicesAccount],
        since: "0.1.0",
    }
}

/// The kind whose rules the estate tells.
const KIND: Kind = Kind::CognitiveServicesAccount;

impl Check for SvcSelectedNetworksDeny {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn refused(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let from = &trace.question.from;
        // A service of Azure that calls by itself is let in by other means.
        if let model::Vantage::Service(_) = from {
            return;
        }
        let said = match trace.heard.reply {
            Some(Reading::NetworkRefusal(Refusal::Rules, fact)) => Some(fact),
            Some(_) => return,
            None => None,
        };
        let finding = match (Refused::of(trace), said) {
            // The switch is no rule, and no rule helps while it is off.
            (Some(refused), _) if refused.property == "publicNetworkAccess" => return,
            (Some(refused), _) => {
                let Some(confidence) = Confidence::at_most(&refused.step.because) else { return };
                let account = refused.account;
                let title = format!("{} does not admit {from}: selected networks only", account.name());
                let finding = Finding { confidence, ..Finding::new(Self::META, title) }.on(account);
                repaired(finding.shown_by(Evidence::of(&refused.step.because)), cx, trace, account)
            }
            // The service says so, whatever the snapshot does or does not hold.
            (None, Some(fact)) => {
                let title = format!("{} does not admit {from}: selected networks only", trace.question.to.host);
                let finding = crate::replied::told(Self::META, title, fact);
                let called = admitted::called(cx, trace);
                let finding = admitted::on(called.as_ref(), finding);
                match called.as_ref().filter(|called| Kind::of_type(&called.resource_type()) == KIND) {
                    Some(account) => repaired(finding, cx, trace, account),
                    None => elsewhere(finding, cx, trace, called.as_ref()),
                }
            }
            (None, None) => return,
        };
        out.push(finding);
    }
}

/// The rules of a service that is no account of Azure AI services, whose commands are others.
fn elsewhere(finding: Finding, cx: &Cx<'_>, trace: &Trace, resource: Option<&ResourceId>) -> Finding {
    let from = match trace.heard.source {
        Some(address) => format!("the address {address}, which the service saw"),
        None => format!("the public address that {} calls from", trace.question.from),
    };
    let words = vec![
        format!("admit {from} in the network rules of the service, and nothing wider"),
        "whoever else leaves from this address is let in too; a rule for a private address has no effect".to_owned(),
    ];
    finding
        .repaired_by(admitted::by_endpoint(cx, trace, resource, "service"))
        .repaired_by(Remedy::manual("let its public address in", words))
}

fn repaired(finding: Finding, cx: &Cx<'_>, trace: &Trace, account: &ResourceId) -> Finding {
    let snapshot = cx.snapshot();
    let mut finding = finding.repaired_by(admitted::privately(snapshot, trace, account));
    let subnet = admitted::subnet(snapshot, trace);
    let by_subnet = subnet.and_then(|subnet| admitted::admit_subnet(snapshot, account, &subnet));
    let by_address = trace.heard.source.and_then(|address| admitted::admit_address(snapshot, account, address));
    match (by_address, by_subnet) {
        (None, None) => finding.repaired_by(Remedy::manual(
            "let its public address in",
            vec![format!(
                "find the public address that {} calls from, and admit it alone: az cognitiveservices account \
                 network-rule add --resource-group {} --name {} --ip-address ADDRESS",
                trace.question.from,
                account.resource_group().unwrap_or("GROUP"),
                account.name()
            )],
        )),
        (by_address, by_subnet) => {
            finding.remedies.extend(by_address);
            finding.remedies.extend(by_subnet);
            finding
        }
    }
}
