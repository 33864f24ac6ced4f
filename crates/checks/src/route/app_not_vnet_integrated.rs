//! Does an app that should call privately stand in no network at all?

use crate::called;
use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::Subnet;
use model::{Change, FactRef, ResourceId, Stage, Value};
use path::{Trace, standing};

check! {
    /// ## What it finds
    ///
    /// An app that calls a service with a private endpoint and is not integrated with a virtual network, or a
    /// container app whose environment is in a network that Azure made.
    ///
    /// ## Why it breaks
    ///
    /// Without integration an app calls from the platform's own addresses: names resolve publicly and no
    /// private address is in reach. A private endpoint of the app itself is for calls to it and does not
    /// help its own calls; settings such as route-all do nothing without integration. An environment of
    /// container apps without a network of yours reaches the internet alone.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// A virtual machine beside it resolves privately. An app that is integrated and resolves publicly has
    /// a fault of DNS.
    ///
    /// ## How to repair
    ///
    /// Integrate it with a subnet that is delegated to `Microsoft.Web/serverFarms`, in a network of the
    /// same region that reaches the endpoint and whose DNS knows its zone. Its plan must be Basic or higher. The
    /// network of an environment of container apps is chosen when it is made: make another one in a subnet of
    /// its own, delegated to `Microsoft.App/environments`, and move the apps there.
    ///
    /// ## Sources
    ///
    /// Azure documentation: app-service/overview-vnet-integration.md, container-apps/networking.md. Seen in
    /// github.com/MicrosoftDocs/azure-docs issue 66303.
    pub struct AppNotVnetIntegrated = {
        code: "RTE008",
        name: "app-not-vnet-integrated",
        stage: Some(model::Stage::Route),
        severity: Broken,
        summary: "The app has an inbound endpoint but no integration, so its own calls leave publicly.",
        needs: [PrivateEndpoint, Subnet],
        since: "0.1.0",
    }
}

const INTEGRATION: &str = "virtualNetworkSubnetId";
const DELEGATION: &str = "Microsoft.Web/serverFarms";

impl Check for AppNotVnetIntegrated {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
        let Some(outside) = standing.value().filter(|one| one.network.is_none()) else { return };
        let Some(endpoint) = called::endpoint(cx, trace).filter(|_| trace.outcome.stage == Some(Stage::Route)) else {
            return;
        };
        if let (Some(environment), Some(app)) = (&outside.environment, trace.question.from.resource()) {
            out.push(in_a_made_network(app, environment, endpoint));
        }
        let Some(app) = &outside.app else { return };
        let name = app.id.name();
        let fact = FactRef::new(&app.id, INTEGRATION, "");
        let text = format!("{name} has no {INTEGRATION}, and {} can be reached from networks only", endpoint.name());
        let finding = Finding::new(Self::META, format!("app {name} is not integrated with a virtual network"));
        let finding = finding.on(&app.id).shown_by([Evidence::fact(text, &fact)]);
        out.push(finding.repaired_by(remedy(cx, &app.id, endpoint)));
    }
}

/// A container app whose environment has no network of its owner.
fn in_a_made_network(app: &ResourceId, environment: &ResourceId, endpoint: &ResourceId) -> Finding {
    let (name, around) = (app.name(), environment.name());
    let text =
        format!("{around} is in a network that Azure made, and {} can be reached from yours only", endpoint.name());
    let evidence = Evidence::fact(text, &FactRef::new(environment, standing::INFRASTRUCTURE_SUBNET, ""));
    let remedy = Remedy::manual(
        format!("make another environment in a network that reaches {}, and move {name} there", endpoint.name()),
        vec![
            format!("the network of {around} was chosen when it was made and cannot be changed"),
            "the new one takes a subnet of its own, delegated to Microsoft.App/environments".to_owned(),
        ],
    );
    let title = format!("container app {name} is in no network of yours");
    Finding::new(AppNotVnetIntegrated::META, title).on(app).on(environment).shown_by([evidence]).repaired_by(remedy)
}

/// The one subnet that is made for it, if there is just one; else words.
fn remedy(cx: &Cx<'_>, app: &ResourceId, endpoint: &ResourceId) -> Remedy {
    let delegated = |subnet: &Subnet| subnet.delegations.iter().any(|name| name.eq_ignore_ascii_case(DELEGATION));
    let subnets: Vec<&ResourceId> =
        cx.all::<Subnet>().filter(|(_, subnet)| delegated(subnet)).map(|(id, _)| id).collect();
    let [subnet] = subnets.as_slice() else {
        return Remedy::manual(
            format!("integrate {} with a network that reaches {}", app.name(), endpoint.name()),
            vec![format!("it takes a subnet of its own, delegated to {DELEGATION}, in the region of the app")],
        );
    };
    let network = subnet.parent();
    let place = format!("{}/{}", network.as_ref().map_or("", ResourceId::name), subnet.name());
    Remedy::new(
        format!("integrate {} with {place}", app.name()),
        Safety::Review,
        vec![Change::Set(FactRef::new(app, INTEGRATION, ""), Value::Text(subnet.as_str().to_owned()))],
    )
    .needing("Microsoft.Web/sites/write", app.name())
    .needing("Microsoft.Network/virtualNetworks/subnets/join/action", subnet.name())
    .saying("its plan must be Basic or higher, and in the region of the network; calls then come from there")
}
