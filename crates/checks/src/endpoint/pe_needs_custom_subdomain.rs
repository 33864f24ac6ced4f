//! Does an endpoint lead to an account that has no name of its own?

use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::{CognitiveServicesAccount, PrivateEndpoint};
use model::{Change, FactRef, ResourceId, Value};
use path::endpoint::{Landing, Serving, has_no_subdomain};
use path::{Detail, Trace};

check! {
    /// ## What it finds
    ///
    /// An account of Azure AI services that has a private endpoint and no custom subdomain.
    ///
    /// ## Why it breaks
    ///
    /// A private endpoint serves the names of the account's custom subdomain, such as
    /// `yourresource.openai.azure.com`. Without one there is only the host of the region, which all accounts
    /// share and which never leads to an endpoint; with network rules the account refuses it.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// An account that has a subdomain and is called by its regional host is `client-regional-endpoint`. A
    /// subdomain that was chosen unlike the account's name is in order: the name to call is its own.
    ///
    /// ## How to repair
    ///
    /// Give the account a custom subdomain; the name has to be free in all of Azure and stays. Then make the
    /// endpoint and its zone group anew, so that both know the names, and call the new host.
    ///
    /// ## Sources
    ///
    /// Azure AI documentation: ai-services/cognitive-services-virtual-networks.md. Seen in
    /// github.com/pulumi/pulumi-azure-native issue 2754 and github.com/hashicorp/terraform-provider-azurerm
    /// issue 7338.
    pub struct PeNeedsCustomSubdomain = {
        code: "PEP006",
        name: "pe-needs-custom-subdomain",
        stage: Some(model::Stage::Endpoint),
        severity: Broken,
        summary: "The account has no custom subdomain, which a private endpoint needs.",
        needs: [PrivateEndpoint, CognitiveServicesAccount],
        since: "0.1.0",
    }
}

impl Check for PeNeedsCustomSubdomain {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let landed = trace.steps().find_map(|step| match &step.detail {
            Detail::Endpoint(Landing::Endpoint(arrival)) => Some(&arrival.endpoint),
            _ => None,
        });
        let nameless = trace.steps().find_map(|step| match &step.detail {
            Detail::Serving(Serving::NoSubdomain(account)) => Some(account),
            _ => None,
        });
        out.findings.extend(landed.zip(nameless).map(|(endpoint, account)| finding(endpoint, account)));
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (endpoint, found) in cx.all::<PrivateEndpoint>() {
            let targets = found.connections.iter().filter_map(|connection| connection.target.as_ref());
            for account in targets.filter(|account| cx.find::<CognitiveServicesAccount>(account).is_some()) {
                if has_no_subdomain(cx.snapshot(), account) {
                    out.push(finding(endpoint, account));
                }
            }
        }
    }
}

const SUBDOMAIN: &str = "customSubDomainName";

fn finding(endpoint: &ResourceId, account: &ResourceId) -> Finding {
    let (name, label) = (account.name(), account.name().to_ascii_lowercase());
    let fact = FactRef::new(account, SUBDOMAIN, "");
    let text = format!("{name} has no custom subdomain, so {} serves no name of it", endpoint.name());
    let remedy = Remedy::new(
        format!("give {name} the custom subdomain {label}"),
        Safety::Review,
        vec![Change::Set(fact.clone(), Value::Text(label))],
    )
    .needing("Microsoft.CognitiveServices/accounts/write", name)
    .saying("choose the name well: it has to be free in all of Azure, and cannot be changed later")
    .saying(format!("then make {} and its zone group anew, so that both know the new names", endpoint.name()));
    let title = format!("{name} has an endpoint and no custom subdomain");
    Finding::new(PeNeedsCustomSubdomain::META, title)
        .on(account)
        .on(endpoint)
        .shown_by([Evidence::fact(text, &fact)])
        .repaired_by(remedy)
}
