//! Does an app ask DNS servers of its own, while its network's would lead to the endpoint?

use crate::servers::{app_setting, called};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::WebApp;
use model::{Change, Stage};
use path::Trace;

check! {
    /// ## What it finds
    ///
    /// An app of App Service has DNS servers of its own (`dnsConfiguration.dnsServers`, or the setting
    /// `WEBSITE_DNS_SERVER`). They do not lead to the endpoint; the servers of its network would.
    ///
    /// ## Why it breaks
    ///
    /// The app's own servers replace those of the integration network. A public resolver such as 8.8.8.8, often
    /// left over from an old test, knows no private zone. A machine in the same network resolves privately and the
    /// app does not.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// Where a machine of the network resolves publicly as well, it is the network: a missing link
    /// (`dns-zone-not-linked-to-resolving-vnet`) or its servers (`customdns-forwarder-bypasses-azure-dns`). An app
    /// without integration (`app-not-vnet-integrated`) never asks the network.
    ///
    /// ## How to repair
    ///
    /// Take the app's own servers away, and delete the setting `WEBSITE_DNS_SERVER` where they come from there.
    /// Restart the app.
    ///
    /// ## Sources
    ///
    /// Azure documentation: app-service/overview-name-resolution.md. Seen in github.com/MicrosoftDocs/azure-docs
    /// issue 58252.
    pub struct AppDnsSettingOverride = {
        code: "DNS034",
        name: "app-dns-setting-override",
        stage: Some(model::Stage::Dns),
        severity: Broken,
        summary: "A setting of the app names another DNS server than its network does.",
        needs: [VirtualNetwork, PrivateEndpoint, NetworkInterface],
        since: "0.1.0",
    }
}

impl Check for AppDnsSettingOverride {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some((app, change)) = app_setting(cx, trace) else { return };
        let Some(because) = trace.at(Stage::Dns).next().map(|step| &step.because) else { return };
        let Some(confidence) = Confidence::at_most(because) else { return };
        let servers = cx.snapshot().find::<WebApp>(&app).map_or(&[][..], |app| &app.dns_servers);
        let list = servers.iter().map(|server| called(cx.snapshot(), *server)).collect::<Vec<_>>().join(", ");
        let title = format!("{} asks {list}, not the servers of its network", app.name());
        let Change::Set(fact, _) = &change else { return };
        let evidence =
            Evidence::fact(format!("the servers of its network lead to the endpoint, {list} does not"), fact);
        let words = "where they come from the setting WEBSITE_DNS_SERVER, delete that: az webapp config appsettings \
                     delete --setting-names WEBSITE_DNS_SERVER; other names may rest on these servers";
        let remedy = Remedy::new("let the app ask the servers of its network", Safety::Review, vec![change.clone()])
            .needing("Microsoft.Web/sites/write", app.name())
            .saying(words);
        let finding = Finding { confidence, ..Finding::new(Self::META, title) };
        out.push(finding.on(&app).shown_by([evidence]).shown_by(Evidence::of(because)).repaired_by(remedy));
    }
}
