//! How does ARM spell a web app, over the several documents that say parts of it?
//!
//! The site says its subnet, `config/web` the routing, `config/appsettings` the rest. Each document
//! gives [`Parts`]; the parts of one site are laid together, and a site property wins over an
//! application setting.

use crate::arm::document::{Object, properties, set, texts, within};
use crate::arm::secrets::{content_share, endpoint_setting, proxy_setting};
use crate::arm::view::View;
use model::resource::{EndpointSetting, PlatformTraffic, WebApp};
use model::{DnsName, Host, Known, ResourceId, Why, is_key_name};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// What the documents of one site say.
#[derive(Debug, Clone, Default)]
pub(in crate::arm) struct Parts {
    subnet: Option<Known<Option<ResourceId>>>,
    site_route_all: Option<bool>,
    web_route_all: Option<bool>,
    dns_servers: Option<Vec<IpAddr>>,
    content_routed: Option<bool>,
    image_routed: Option<bool>,
    image: Option<DnsName>,
    /// The settings as `config/appsettings` has them.
    settings: Option<Settings>,
    /// The settings as `siteConfig` repeats them.
    repeated_settings: Option<Settings>,
}

/// What the application settings say that may be kept.
#[derive(Debug, Clone, Default)]
struct Settings {
    endpoints: Vec<EndpointSetting>,
    keys: Vec<String>,
    proxies: BTreeMap<String, String>,
    route_all: Option<bool>,
    dns_servers: Option<Vec<IpAddr>>,
    content_share: Option<DnsName>,
    content_routed: Option<bool>,
    image_routed: Option<bool>,
}

/// The setting with the connection string of the content share.
const CONTENT_SHARE: &str = "WEBSITE_CONTENTAZUREFILECONNECTIONSTRING";

/// Members that a list or a get of sites always gives: a document with one of them is a whole
/// site, in which a subnet that is not mentioned does not exist.
const WHOLE: [&str; 6] = ["serverFarmId", "state", "hostNames", "enabledHostNames", "defaultHostName", "enabled"];

impl Parts {
    /// The parts that a site document gives.
    pub(in crate::arm) fn of_site(view: &View<'_>) -> Self {
        let config = view.within("siteConfig");
        let routing = view.within("outboundVnetRouting");
        let all = routing.flag("allTraffic");
        let application = routing.flag("applicationTraffic");
        let known = view.has("virtualNetworkSubnetId") || WHOLE.iter().any(|member| view.has(member));
        let servers = view.within("dnsConfiguration").addresses("dnsServers");
        Self {
            subnet: known
                .then(|| Known::Value(view.word("virtualNetworkSubnetId", ResourceId::parse, "a resource id"))),
            site_route_all: match (all, application) {
                (Some(true), _) => Some(true),
                (all, application) => application.or(all),
            }
            .or_else(|| view.flag("vnetRouteAllEnabled"))
            .or_else(|| config.flag("vnetRouteAllEnabled")),
            web_route_all: None,
            dns_servers: (!servers.is_empty()).then_some(servers),
            content_routed: routed(&routing, "contentShareTraffic", view.flag("vnetContentShareEnabled")),
            image_routed: routed(&routing, "imagePullTraffic", view.flag("vnetImagePullEnabled")),
            image: registry(&config),
            settings: None,
            repeated_settings: config.list("appSettings").map(|_| Settings::of_list(&config)),
        }
    }

    /// The parts that `sites/X/config/NAME` gives.
    pub(in crate::arm) fn of_config(name: &str, view: &View<'_>) -> Self {
        if name.eq_ignore_ascii_case("web") {
            let repeated_settings = view.list("appSettings").map(|_| Settings::of_list(view));
            let web_route_all = view.flag("vnetRouteAllEnabled");
            return Self { web_route_all, image: registry(view), repeated_settings, ..Self::default() };
        }
        if name.eq_ignore_ascii_case("appsettings") {
            let pairs = view.members().filter_map(|(name, _)| Some((name, view.text(name)?)));
            return Self { settings: Some(Settings::of_pairs(pairs)), ..Self::default() };
        }
        Self::default()
    }

    /// Lays later parts over these.
    pub(in crate::arm) fn refine(&mut self, later: Self) {
        self.subnet = later.subnet.or(self.subnet.take());
        self.site_route_all = later.site_route_all.or(self.site_route_all);
        self.web_route_all = later.web_route_all.or(self.web_route_all);
        self.dns_servers = later.dns_servers.or(self.dns_servers.take());
        self.content_routed = later.content_routed.or(self.content_routed);
        self.image_routed = later.image_routed.or(self.image_routed);
        self.image = later.image.or(self.image.take());
        self.settings = later.settings.or(self.settings.take());
        self.repeated_settings = later.repeated_settings.or(self.repeated_settings.take());
    }

    /// The web app that the parts make.
    pub(in crate::arm) fn app(&self) -> WebApp {
        let settings = self.settings.as_ref().or(self.repeated_settings.as_ref());
        let set_routing = settings.and_then(|settings| settings.route_all);
        let traffic = |host: Option<&DnsName>, site: Option<bool>, set: Option<bool>| {
            // Either switch sends it through the network.
            let through_network = if set == Some(true) { Some(true) } else { site.or(set) };
            host.map(|host| PlatformTraffic { host: host.clone(), through_network: through_network.into() })
        };
        let share = settings.and_then(|settings| settings.content_share.as_ref());
        let set_servers = || settings.and_then(|settings| settings.dns_servers.clone());
        WebApp {
            subnet: self.subnet.clone().unwrap_or(Known::Unknown(Why::NotCollected)),
            route_all: self.site_route_all.or(self.web_route_all).or(set_routing).into(),
            dns_servers: self.dns_servers.clone().or_else(set_servers).unwrap_or_default(),
            endpoints: settings.map(|settings| settings.endpoints.clone()).into(),
            content_share: traffic(share, self.content_routed, settings.and_then(|settings| settings.content_routed)),
            image: traffic(self.image.as_ref(), self.image_routed, settings.and_then(|settings| settings.image_routed)),
            keys: settings.map(|settings| settings.keys.clone()).unwrap_or_default(),
            proxies: settings.map(|settings| settings.proxies.clone()).unwrap_or_default(),
        }
    }
}

impl Settings {
    fn of_list(config: &View<'_>) -> Self {
        let pairs: Vec<_> = config
            .objects("appSettings")
            .filter_map(|item| Some((item.text("name")?, item.text("value").unwrap_or_default())))
            .collect();
        Self::of_pairs(pairs.iter().map(|(name, value)| (&**name, Cow::Borrowed(&**value))))
    }

    fn of_pairs<'t>(pairs: impl Iterator<Item = (&'t str, Cow<'t, str>)>) -> Self {
        let mut settings = Self::default();
        for (name, value) in pairs {
            let truth = || Some(value.trim() == "1" || value.trim().eq_ignore_ascii_case("true"));
            if name.eq_ignore_ascii_case("WEBSITE_VNET_ROUTE_ALL") {
                settings.route_all = truth();
            } else if name.eq_ignore_ascii_case("WEBSITE_CONTENTOVERVNET") {
                settings.content_routed = truth();
            } else if name.eq_ignore_ascii_case("WEBSITE_PULL_IMAGE_OVER_VNET") {
                settings.image_routed = truth();
            } else if name.eq_ignore_ascii_case(CONTENT_SHARE) {
                settings.content_share = content_share(&value);
            } else if name.eq_ignore_ascii_case("WEBSITE_DNS_SERVER") {
                let servers: Vec<IpAddr> = value.split(',').filter_map(|part| part.trim().parse().ok()).collect();
                settings.dns_servers = (!servers.is_empty()).then_some(servers);
            } else if is_key_name(name) {
                // That it is there; never what it is.
                settings.keys.push(name.to_owned());
            } else if let Some(kept) = proxy_setting(name, &value) {
                settings.proxies.insert(name.to_owned(), kept);
            } else if let Some(url) = endpoint_setting(name, &value) {
                settings.endpoints.push(EndpointSetting { name: name.to_owned(), url });
            }
        }
        settings
    }
}

/// Whether one kind of the platform's traffic goes through the network.
fn routed(routing: &View<'_>, member: &str, former: Option<bool>) -> Option<bool> {
    match (routing.flag("allTraffic"), routing.flag(member)) {
        (Some(true), _) => Some(true),
        (_, own) => own.or(former),
    }
}

/// The registry of `DOCKER|HOST/IMAGE:TAG`.
fn registry(config: &View<'_>) -> Option<DnsName> {
    let version = config.text("linuxFxVersion")?;
    let (kind, image) = version.split_once('|')?;
    let (host, _) = image.split_once('/').filter(|_| kind.eq_ignore_ascii_case("DOCKER"))?;
    let host = host.split_once("://").map_or(host, |(_, host)| host);
    Host::parse(host).ok()?.name().filter(|name| name.as_str().contains('.')).cloned()
}

pub(super) fn read(view: &View<'_>) -> WebApp {
    Parts::of_site(view).app()
}

/// A whole site. The settings that are written are only the endpoint settings, so this document
/// creates an app; it must never replace one that has other settings ([`request`](crate::arm::request)).
pub(super) fn write(app: &WebApp, document: &mut Object) {
    let inner = properties(document);
    if let Known::Value(subnet) = &app.subnet {
        let id = subnet.as_ref().map_or(Value::Null, |id| id.as_str().into());
        set(inner, "virtualNetworkSubnetId", Some(id));
    }
    if let Known::Value(route_all) = app.route_all {
        write_route_all(route_all, inner);
    }
    if !app.dns_servers.is_empty() || inner.contains_key("dnsConfiguration") {
        set(within(inner, "dnsConfiguration"), "dnsServers", Some(texts(&app.dns_servers)));
    }
    if let Known::Value(endpoints) = &app.endpoints {
        let pairs = endpoints.iter().map(|setting| json!({ "name": setting.name, "value": setting.url }));
        // Of the connection string only the account is known: enough to read it back.
        let share = app.content_share.iter().map(|share| {
            let (account, rest) = share.host.as_str().split_once(".file.").unwrap_or((share.host.as_str(), ""));
            json!({ "name": CONTENT_SHARE, "value": format!("AccountName={account};EndpointSuffix={rest}") })
        });
        let proxies = app.proxies.iter().map(|(name, value)| json!({ "name": name, "value": value }));
        let pairs: Value = pairs.chain(share).chain(proxies).collect();
        set(within(inner, "siteConfig"), "appSettings", Some(pairs));
    }
    if let Some(image) = &app.image {
        let config = within(inner, "siteConfig");
        if !config.contains_key("linuxFxVersion") {
            set(config, "linuxFxVersion", Some(format!("DOCKER|{}/app", image.host).into()));
        }
    }
    write_platform(app, inner);
}

/// What the platform sends through the network for the app.
fn write_platform(app: &WebApp, inner: &mut Object) {
    for (traffic, member, former) in [
        (&app.content_share, "contentShareTraffic", "vnetContentShareEnabled"),
        (&app.image, "imagePullTraffic", "vnetImagePullEnabled"),
    ] {
        let Some(Known::Value(routed)) = traffic.as_ref().map(|traffic| &traffic.through_network) else { continue };
        set(within(inner, "outboundVnetRouting"), member, Some((*routed).into()));
        if inner.contains_key(former) {
            set(inner, former, Some((*routed).into()));
        }
    }
}

/// One switch, several spellings: every spelling that the document has, or the plain one.
fn write_route_all(route_all: bool, inner: &mut Object) {
    let is_object = |name: &str, inner: &Object| inner.get(name).is_some_and(Value::is_object);
    if is_object("outboundVnetRouting", inner) {
        let routing = within(inner, "outboundVnetRouting");
        set(routing, "applicationTraffic", Some(route_all.into()));
        if !route_all {
            set(routing, "allTraffic", Some(false.into()));
        }
    }
    if is_object("siteConfig", inner) {
        let config = within(inner, "siteConfig");
        if config.get("vnetRouteAllEnabled").is_some_and(|old| !old.is_null()) {
            set(config, "vnetRouteAllEnabled", Some(route_all.into()));
        }
    }
    set(inner, "vnetRouteAllEnabled", Some(route_all.into()));
}

#[cfg(test)]
mod tests {
    use crate::arm::Reader;
    use model::resource::{PlatformTraffic, WebApp};
    use model::{Body, DnsName, Known};

    /// The app that these documents of one site make.
    fn app(site: &str, settings: &str) -> WebApp {
        let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/f";
        let mut reader = Reader::new();
        reader.document(&format!(r#"{{"id": "{id}", "properties": {site}}}"#), "site.json");
        let text = format!(r#"{{"id": "{id}/config/appsettings", "properties": {settings}}}"#);
        reader.document(&text, "settings.json");
        match reader.finish().resources.remove(0).body {
            Body::WebApp(app) => app,
            other => panic!("an app, not {other:?}"),
        }
    }

    fn to(host: &str, through_network: Option<bool>) -> PlatformTraffic {
        PlatformTraffic { host: DnsName::parse(host).unwrap(), through_network: through_network.into() }
    }

    const SHARE: &str = r#"{"WEBSITE_CONTENTAZUREFILECONNECTIONSTRING": "AccountName=appdata;AccountKey=CANARY"}"#;

    #[test]
    fn what_the_platform_fetches_has_switches_of_its_own_in_two_spellings() {
        let host = "appdata.file.core.windows.net";
        for (site, routed) in [
            (r#"{"state": "Running"}"#, None),
            (r#"{"vnetContentShareEnabled": false, "vnetRouteAllEnabled": true}"#, Some(false)),
            (r#"{"outboundVnetRouting": {"contentShareTraffic": true}, "vnetContentShareEnabled": false}"#, Some(true)),
            (r#"{"outboundVnetRouting": {"allTraffic": true, "contentShareTraffic": false}}"#, Some(true)),
        ] {
            assert_eq!(app(site, SHARE).content_share, Some(to(host, routed)), "{site}");
        }
        let set =
            r#"{"WEBSITE_CONTENTAZUREFILECONNECTIONSTRING": "AccountName=appdata", "WEBSITE_CONTENTOVERVNET": "1"}"#;
        assert_eq!(app(r#"{"vnetContentShareEnabled": false}"#, set).content_share, Some(to(host, Some(true))));
        assert_eq!(app("{}", "{}").content_share, None);
    }

    #[test]
    fn the_registry_of_an_image_is_read_without_the_image() {
        let site = |version: &str| {
            format!(r#"{{"siteConfig": {{"linuxFxVersion": "{version}"}}, "vnetImagePullEnabled": false}}"#)
        };
        let image = |version: &str| app(&site(version), "{}").image;
        assert_eq!(image("DOCKER|appimages.azurecr.io/assistant:1.2"), Some(to("appimages.azurecr.io", Some(false))));
        for none in ["DOTNETCORE|8.0", "DOCKER|nginx", "DOCKER|library/nginx", ""] {
            assert_eq!(image(none), None, "{none}");
        }
        let pulled = app(&site("DOCKER|a.azurecr.io/x"), r#"{"WEBSITE_PULL_IMAGE_OVER_VNET": "true"}"#);
        assert!(matches!(pulled.image, Some(PlatformTraffic { through_network: Known::Value(true), .. })));
    }
}
