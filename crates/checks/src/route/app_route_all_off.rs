//! Does an app keep traffic for the endpoint out of its network?

use finding::{Check, Confidence, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::{Change, Stage, Status};
use path::Trace;
use path::standing;

check! {
    /// ## What it finds
    ///
    /// An app that is integrated with a virtual network and does not route all traffic into it, and an
    /// endpoint whose address is not RFC 1918.
    ///
    /// ## Why it breaks
    ///
    /// Without route-all, App Service sends 10/8, 172.16/12 and 192.168/16 into the network and everything
    /// else by its own way out. An endpoint at 100.64.2.4 is then never reached: a time-out.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// With an endpoint in 10.x the flag is not the cause: such addresses are routed with route-all off.
    /// Advice on the web says otherwise. Look at the integration itself, at the app's DNS servers and at
    /// the rules and routes of its subnet then.
    ///
    /// ## How to repair
    ///
    /// Route all traffic, or give the endpoint an address of RFC 1918. With route-all the app's calls to
    /// the internet, too, pass the network with its rules and routes, so the remedy is marked for review.
    ///
    /// ## Sources
    ///
    /// Azure documentation: app-service/overview-vnet-integration.md. Seen in
    /// github.com/MicrosoftDocs/architecture-center issue 3604.
    pub struct AppRouteAllOff = {
        code: "RTE009",
        name: "app-route-all-off",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "The app sends only private ranges into its network, and the target lies outside them.",
        needs: [],
        since: "0.1.0",
    }
}

const ROUTE_ALL: &str = "vnetRouteAllEnabled";

impl Check for AppRouteAllOff {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let off = |fact: &model::FactRef| fact.property == ROUTE_ALL && fact.value == "false";
        let step = trace.at(Stage::Route).find(|step| step.status == Status::Fail);
        let Some(step) = step.filter(|step| step.because.facts.iter().any(off)) else { return };
        let Some(confidence) = Confidence::at_most(&step.because) else { return };
        let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
        let Some(app) = standing.value().and_then(|standing| standing.app.as_ref()) else { return };
        let title = format!("app {} keeps what is not RFC 1918 out of its network", app.id.name());
        let remedy = Remedy::new(
            format!("route all traffic of {} into its network", app.id.name()),
            Safety::Review,
            vec![Change::Set(model::FactRef::new(&app.id, ROUTE_ALL, ""), model::Value::Truth(true))],
        )
        .needing("Microsoft.Web/sites/config/write", app.id.name())
        .saying("its calls to the internet then pass the network, too, with its rules and routes");
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(finding.on(&app.id).shown_by(Evidence::of(&step.because)).repaired_by(remedy));
    }
}
