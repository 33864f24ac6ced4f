//! Does a web app refuse who comes to its public side?

use crate::admitted::{by_endpoint, called, label, on};
use crate::replied::told;
use finding::{Check, Cx, Meta, Remedy, Sink, check};
use model::ResourceId;
use path::Trace;
use path::access::{Reading, Refusal};

check! {
    /// ## What it finds
    ///
    /// A call that means to take the public way to a web or function app, which refuses it: 403 `The web app you have
    /// attempted to reach has blocked your access`.
    ///
    /// ## Why it breaks
    ///
    /// The public front end of App Service answers for the app. It lets nobody in where the app's public network access
    /// is disabled, and only named sources where the app has access restrictions. The deployment host
    /// (`NAME.scm.azurewebsites.net`) is a name of its own, with restrictions of its own.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The page of a stopped app has the same status and the same title, `Web App - Unavailable`, and says `This web app
    /// is stopped`: the network is good then. A 403 of the app's own code is no such page. Where the private way is meant,
    /// the refusal is a symptom: the fault is what led the call to the public side, mostly DNS, and that is told in its
    /// place.
    ///
    /// ## How to repair
    ///
    /// Call by a private endpoint; its zone needs a record for the app and one for its `scm` name. Or let the one address
    /// in by an access restriction.
    ///
    /// ## Sources
    ///
    /// github.com/MicrosoftDocs/azure-docs issues 85976 and 63610, microsoft/clarity issue 1133,
    /// SchemaStore/schemastore issue 1223 (a stopped app). Azure documentation: app-service/overview-access-restrictions.md.
    pub struct AppInbound403 = {
        code: "ACC016",
        name: "app-inbound-403",
        stage: Some(model::Stage::Access),
        severity: Broken,
        summary: "The web app refuses callers who come to its public side.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for AppInbound403 {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn refused(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(Reading::NetworkRefusal(Refusal::WebApp, fact)) = trace.heard.reply else { return };
        let resource = called(cx, trace);
        let title = format!("{} does not let {} in publicly", label(trace), trace.question.from);
        let finding = on(resource.as_ref(), told(Self::META, title, fact));
        let private = by_endpoint(cx, trace, resource.as_ref(), "app");
        out.push(finding.repaired_by(private).repaired_by(admitting(trace, resource.as_ref())));
    }
}

/// A rule for the public address. With public network access disabled no rule counts.
fn admitting(trace: &Trace, app: Option<&ResourceId>) -> Remedy {
    let host = trace.question.to.host.to_string();
    let scm = if host.contains(".scm.") { " --scm-site true" } else { "" };
    let name = app.map_or_else(|| label(trace), |app| app.name().to_owned());
    let group = app.and_then(ResourceId::resource_group).unwrap_or("GROUP");
    let words = vec![
        format!(
            "see which it is: az webapp show --resource-group {group} --name {name} --query publicNetworkAccess; where it is \
             Disabled no rule counts"
        ),
        format!(
            "az webapp config access-restriction add --resource-group {group} --name {name} --rule-name ONE_CALLER \
             --action Allow --priority 100 --ip-address ADDRESS/32{scm}"
        ),
        "ADDRESS is the public address that the call leaves from; whoever else leaves from it is let in too".to_owned(),
    ];
    Remedy::manual("let its public address in", words)
}
