//! How does ARM spell a web app, over the several documents that say parts of it?
//!
//! The site says its subnet, `config/web` the routing, `config/appsettings` the rest. Each document
//! gives [`Parts`]; the parts of one site are laid together, and a site property wins over an
//! application setting.

use crate::arm::document::{Object, properties, set, texts, within};
use crate::arm::secrets::endpoint_setting;
use crate::arm::view::View;
use model::resource::{EndpointSetting, WebApp};
use model::{Known, ResourceId, Why, is_key_name};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::net::IpAddr;

/// What the documents of one site say.
#[derive(Debug, Clone, Default)]
pub(in crate::arm) struct Parts {
    subnet: Option<Known<Option<ResourceId>>>,
    site_route_all: Option<bool>,
    web_route_all: Option<bool>,
    dns_servers: Option<Vec<IpAddr>>,
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
    route_all: Option<bool>,
    dns_servers: Option<Vec<IpAddr>>,
}

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
            settings: None,
            repeated_settings: config.list("appSettings").map(|_| Settings::of_list(&config)),
        }
    }

    /// The parts that `sites/X/config/NAME` gives.
    pub(in crate::arm) fn of_config(name: &str, view: &View<'_>) -> Self {
        if name.eq_ignore_ascii_case("web") {
            let repeated_settings = view.list("appSettings").map(|_| Settings::of_list(view));
            return Self { web_route_all: view.flag("vnetRouteAllEnabled"), repeated_settings, ..Self::default() };
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
        self.settings = later.settings.or(self.settings.take());
        self.repeated_settings = later.repeated_settings.or(self.repeated_settings.take());
    }

    /// The web app that the parts make.
    pub(in crate::arm) fn app(&self) -> WebApp {
        let settings = self.settings.as_ref().or(self.repeated_settings.as_ref());
        let set_routing = settings.and_then(|settings| settings.route_all);
        let set_servers = || settings.and_then(|settings| settings.dns_servers.clone());
        WebApp {
            subnet: self.subnet.clone().unwrap_or(Known::Unknown(Why::NotCollected)),
            route_all: self.site_route_all.or(self.web_route_all).or(set_routing).into(),
            dns_servers: self.dns_servers.clone().or_else(set_servers).unwrap_or_default(),
            endpoints: settings.map(|settings| settings.endpoints.clone()).into(),
            keys: settings.map(|settings| settings.keys.clone()).unwrap_or_default(),
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
            if name.eq_ignore_ascii_case("WEBSITE_VNET_ROUTE_ALL") {
                settings.route_all = Some(value.trim() == "1" || value.trim().eq_ignore_ascii_case("true"));
            } else if name.eq_ignore_ascii_case("WEBSITE_DNS_SERVER") {
                let servers: Vec<IpAddr> = value.split(',').filter_map(|part| part.trim().parse().ok()).collect();
                settings.dns_servers = (!servers.is_empty()).then_some(servers);
            } else if is_key_name(name) {
                // That it is there; never what it is.
                settings.keys.push(name.to_owned());
            } else if let Some(url) = endpoint_setting(name, &value) {
                settings.endpoints.push(EndpointSetting { name: name.to_owned(), url });
            }
        }
        settings
    }
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
        let pairs: Value =
            endpoints.iter().map(|setting| json!({ "name": setting.name, "value": setting.url })).collect();
        set(within(inner, "siteConfig"), "appSettings", Some(pairs));
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
