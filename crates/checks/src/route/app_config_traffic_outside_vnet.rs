//! Does the platform fetch an app's content or image outside of the app's network?

use finding::{Check, Cx, Evidence, Finding, Meta, Remedy, Safety, Sink, check};
use model::resource::{PlatformTraffic, WebApp};
use model::{Because, Change, FactRef, Known, ResourceId, Value};
use path::{client, route};

check! {
    /// ## What it finds
    ///
    /// A function or web app that is integrated with a virtual network, while its content share or its image
    /// is fetched past that network; and the storage account or registry has a private endpoint.
    ///
    /// ## Why it breaks
    ///
    /// The app's own calls and what the platform fetches for it are routed apart. Without a switch of its own,
    /// the content share is mounted and the image is pulled over the public way. Once the public side of
    /// the storage account or registry is closed, the app does not start: `Access to the path
    /// 'C:\home\site\wwwroot' is denied`, `Creation of storage file share failed … (403) Forbidden`, or a failed
    /// pull. Calls of the app's code may work all the while.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// When the app's own calls leave publicly too, it is `app-not-vnet-integrated` or a fault of DNS. Route-all
    /// is about the app's own calls and does not move the share or the pull.
    ///
    /// ## How to repair
    ///
    /// Send this traffic through the network: `outboundVnetRouting.contentShareTraffic` or `imagePullTraffic`
    /// (formerly `vnetContentShareEnabled`, `vnetImagePullEnabled`, and the settings `WEBSITE_CONTENTOVERVNET`,
    /// `WEBSITE_PULL_IMAGE_OVER_VNET`). The network's DNS has to know the zone of the storage account or
    /// registry first.
    ///
    /// ## Sources
    ///
    /// Azure documentation: app-service/configure-vnet-integration-routing.md. Seen in
    /// github.com/Azure/Azure-Functions issues 1349 and 1361, and github.com/Azure/app-service-linux-docs issue 45.
    pub struct AppConfigTrafficOutsideVnet = {
        code: "RTE010",
        name: "app-config-traffic-outside-vnet",
        stage: Some(model::Stage::Route),
        severity: Fragile,
        summary: "Content share, image pull or configuration traffic of the app bypasses its network.",
        needs: [WebApp, PrivateEndpoint],
        since: "0.1.0",
    }
}

impl Check for AppConfigTrafficOutsideVnet {
    fn meta(&self) -> &'static Meta {
        Self::META
    }

    fn estate(&self, cx: &Cx<'_>, out: &mut Sink) {
        for (id, app) in cx.all::<WebApp>() {
            if !matches!(app.subnet, Known::Value(Some(_))) {
                continue;
            }
            let share = app
                .content_share
                .as_ref()
                .map(|share| (share, "content share", "outboundVnetRouting.contentShareTraffic"));
            let image = app.image.as_ref().map(|image| (image, "image", "outboundVnetRouting.imagePullTraffic"));
            for (traffic, what, property) in share.into_iter().chain(image) {
                out.findings.extend(finding(cx, id, traffic, what, property));
            }
        }
    }
}

fn finding(
    cx: &Cx<'_>,
    app: &ResourceId,
    traffic: &PlatformTraffic,
    what: &str,
    property: &'static str,
) -> Option<Finding> {
    let service = client::service(&traffic.host).filter(|_| traffic.through_network.is(&false))?;
    let target = client::target(cx.snapshot(), &service).value()?.clone()?;
    let Known::Value(Some(endpoint)) = client::has_endpoint(cx.snapshot(), &target) else { return None };
    let (name, host) = (app.name(), &traffic.host);
    let routed = FactRef::new(app, property, "false");
    let remedy = Remedy::new(
        format!("send the {what} of {name} through its network"),
        Safety::Review,
        vec![Change::Set(routed.clone(), Value::Truth(true))],
    )
    .needing("Microsoft.Web/sites/write", name)
    .saying(format!("the network has to resolve {host} to the endpoint first, and the app restarts"));
    let title = format!("the {what} of {name} is fetched past its network");
    let found = Finding::new(AppConfigTrafficOutsideVnet::META, title).on(app).on(&target);
    Some(
        found
            .shown_by([
                Evidence::fact(format!("{name} fetches its {what} from {host} over the public way"), &routed),
                Evidence::fact(format!("{} has a private endpoint", target.name()), &endpoint),
            ])
            .shown_by(Evidence::of(&Because::default().rule(&route::PLATFORM_TRAFFIC)))
            .repaired_by(remedy),
    )
}
