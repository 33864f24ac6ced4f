//! Does the call start where no private way exists?

use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Sink, check};
use model::{Expect, Stage, Vantage, Way};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// The call starts on the internet: outside of every virtual network and of every place that is connected to
    /// one. A private way was expected.
    ///
    /// ## Why it breaks
    ///
    /// Nothing is broken. Public DNS answers publicly, and the packets go to the public side, which lets them in or
    /// refuses them with 403. That is what this place should see.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Inside of a network the same public answer is a fault of DNS. So the place decides: hosted build agents, the
    /// cloud shell, the portal in a browser and a laptop without VPN are outside. Where the place is not known,
    /// nothing is said. A role or a key never changes this 403.
    ///
    /// ## How to repair
    ///
    /// Call from inside: a build agent or jump host in a network that reaches the endpoint, or through a VPN. Or
    /// expect the public way (`--expect public`).
    ///
    /// ## Sources
    ///
    /// github.com/microsoft/azure-pipelines-terraform issue 141, microsoft/multimodal-ai issue 171,
    /// docker/build-push-action issue 1214.
    pub struct ClientOutsideTheNetwork = {
        code: "CLN008",
        name: "client-outside-the-network",
        stage: Some(model::Stage::Client),
        severity: Advice,
        summary: "The client runs where no private way exists, so a public answer is the correct one.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for ClientOutsideTheNetwork {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let outside = trace.question.from == Vantage::Internet && trace.outcome.way == Way::Public;
        if !outside || trace.question.expect != Expect::Private {
            return;
        }
        let Some(because) = trace.at(Stage::Dns).next().map(|step| &step.because) else { return };
        let Some(confidence) = Confidence::at_most(because) else { return };
        let title = "from the internet the public way is the only one: nothing is broken";
        let words = "from a build agent, machine or jump host in a network that reaches the endpoint, or by VPN; \
                     no key and no role changes this";
        let remedy = Remedy::manual("call from inside of the network", vec![words.to_owned()]);
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(finding.shown_by(Evidence::of(because)).repaired_by(remedy));
    }
}
