//! Does a rule for this endpoint allow another port than the one that is called?

use crate::near_miss::{self, Missed};
use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Sink, check};
use model::FactRef;
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// A rule that allows traffic to this endpoint and to nobody else, on other ports than the one that is called, before
    /// the rule that drops the call.
    ///
    /// ## Why it breaks
    ///
    /// A rule matches by port as well. The service answers at one port only, which for everything over HTTPS is 443; what
    /// another service uses (1433, 445, 6380) or plain HTTP does not help. The drop is silent: the client sees a time-out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The rule names this endpoint's address or a prefix in which nobody else stands, and the walk over the estate with
    /// the port added ends at the service. A rule for a whole subnet may be meant for what else stands there: then the rule
    /// that drops is named instead (NSG001, NSG002).
    ///
    /// ## How to repair
    ///
    /// Let the same rule allow the port as well. Who may call stays as it is.
    ///
    /// ## Sources
    ///
    /// Azure documentation: virtual-network/network-security-groups-overview.md. Seen in github.com/Azure/AKS issue 1592
    /// and github.com/MicrosoftDocs/azure-docs issue 68966.
    pub struct WrongPortOpened = {
        code: "NSG005",
        name: "wrong-port-opened",
        stage: Some(model::Stage::Nsg),
        severity: Broken,
        summary: "The rules allow a port that this service does not use.",
        needs: [Subnet, NetworkSecurityGroup, SecurityRule, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for WrongPortOpened {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some((step, decider)) = near_miss::denied(trace) else { return };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let Some(missed) = near_miss::of(cx, trace, decider) else { return };
        if missed.by != Missed::Port {
            return;
        }
        let (rule, group) = (missed.id.name(), decider.group.name());
        let ports = missed.rule.when.destination_ports.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let port = trace.question.to.port;
        let title = format!("rule {rule} ({}) of {group} opens port {ports}, not {port}", missed.rule.priority);
        let text = format!("{rule} allows {} at port {ports}; {port} is called", missed.endpoint);
        let evidence = [Evidence::fact(text, &FactRef::new(&missed.id, "destinationPortRange", ports.clone()))];
        let correct = format!("let rule {rule} allow port {port} as well");
        let finding = Finding { confidence, ..Finding::new(Self::META, title) }.shown_by(evidence);
        out.push(missed.found(finding, trace, step, correct, group));
    }
}
