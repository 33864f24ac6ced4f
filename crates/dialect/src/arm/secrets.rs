//! Which parts of a document may hold secrets, and what may be kept of application settings?
//!
//! Documents are kept as text so that nothing is lost when one is written back; keys, passwords and
//! application settings are the exception: they never enter a snapshot (DESIGN §8).

use super::view::{items, members};
use model::{DnsName, Host, Kind, PROXY_VARIABLES, ProxyUrl, private_link_zones};
use serde_json::value::RawValue;
use std::sync::{Arc, OnceLock};

/// Settings that name an endpoint by convention of the SDKs and samples that read them.
const ENDPOINT_NAMES: [&str; 12] = [
    "AZURE_OPENAI_ENDPOINT",
    "AZURE_OPENAI_API_BASE",
    "AZURE_OPENAI_BASE_URL",
    "OPENAI_API_BASE",
    "OPENAI_BASE_URL",
    "OPENAI_ENDPOINT",
    "AZURE_AI_ENDPOINT",
    "AZURE_AI_SERVICES_ENDPOINT",
    "AZURE_AI_PROJECT_ENDPOINT",
    "AZURE_EXISTING_AIPROJECT_ENDPOINT",
    "AZURE_INFERENCE_ENDPOINT",
    "AZURE_COGNITIVE_SERVICES_ENDPOINT",
];

/// Suffixes of endpoints that have no private zone of their own.
const OTHER_SUFFIXES: [&str; 1] = ["api.cognitive.microsoft.com"];

/// Members whose value may be a secret, whole names in lower case.
const WHOLE_NAMES: [&str; 10] = [
    "appsettings",
    "azurestorageaccounts",
    "env",
    "environmentvariables",
    "customdata",
    "userdata",
    "settings",
    "protectedsettings",
    "machinekey",
    "variables",
];

/// Parts of such names.
const NAME_PARTS: [&str; 11] = [
    "password",
    "secret",
    "connectionstring",
    "accesskey",
    "primarykey",
    "secondarykey",
    "sharedkey",
    "accountkey",
    "apikey",
    "encodedcertificate",
    "token",
];

/// Members of a backend of API Management that may hold a secret: what it sends along, and URLs, whose query
/// may be a key. Of its own URL the body keeps the origin.
const BACKEND_NAMES: [&str; 3] = ["credentials", "proxy", "url"];

/// Deeper than this nothing is kept.
const MAX_DEPTH: u32 = 32;

/// The text of a resource that may be kept. Network resources hold no secrets and are kept as
/// they are; of all others, members that may hold one are left out.
pub(super) fn keepable(kind: Kind, raw: &RawValue) -> Arc<str> {
    match kind {
        // Megabytes that say what the body says.
        Kind::ServiceTags => "".into(),
        Kind::Other
        | Kind::ApiManagement
        | Kind::ApiBackend
        | Kind::DatabricksWorkspace
        | Kind::WebApp
        | Kind::VirtualMachine
        | Kind::ManagedCluster
        | Kind::ContainerApp
        | Kind::ManagedEnvironment
        | Kind::RoleAssignment
        | Kind::CognitiveServicesAccount => {
            let mut kept = String::with_capacity(raw.get().len());
            copy(kind, raw, 0, &mut kept);
            kept.into()
        }
        _ => raw.get().into(),
    }
}

fn copy(kind: Kind, raw: &RawValue, depth: u32, kept: &mut String) {
    if depth > MAX_DEPTH {
        kept.push_str("null");
    } else if let Some(members) = members(raw) {
        kept.push('{');
        let mut first = true;
        for (name, value) in members.iter().filter(|(name, _)| !sensitive(kind, name)) {
            if !std::mem::take(&mut first) {
                kept.push(',');
            }
            kept.push_str(&serde_json::Value::from(&**name).to_string());
            kept.push(':');
            copy(kind, value, depth + 1, kept);
        }
        kept.push('}');
    } else if let Some(list) = items(raw) {
        kept.push('[');
        for (position, item) in list.into_iter().enumerate() {
            if position > 0 {
                kept.push(',');
            }
            copy(kind, item, depth + 1, kept);
        }
        kept.push(']');
    } else {
        kept.push_str(raw.get());
    }
}

fn sensitive(kind: Kind, name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    // `siteConfig.metadata` is a list of name-value pairs of the app's own.
    WHOLE_NAMES.contains(&name.as_str())
        || NAME_PARTS.iter().any(|part| name.contains(part))
        || (name.len() > "key".len() && name.ends_with("key"))
        || (kind == Kind::WebApp && name == "metadata")
        || (kind == Kind::ApiBackend && BACKEND_NAMES.contains(&name.as_str()))
}

/// What may be kept of a setting that names a proxy, or says for whom there is none: scheme, host and port of the
/// proxy, and the list of exceptions if it is no more than that.
pub(super) fn proxy_setting(name: &str, value: &str) -> Option<String> {
    let name = PROXY_VARIABLES.iter().find(|known| **known == name)?;
    let value = value.trim();
    if name.eq_ignore_ascii_case("NO_PROXY") {
        let is_list = |byte: u8| byte.is_ascii_alphanumeric() || b".-_*,:/[] ".contains(&byte);
        return (!value.is_empty() && value.bytes().all(is_list)).then(|| value.to_owned());
    }
    let (scheme, _) = value.split_once("://").unwrap_or(("http", value));
    let ProxyUrl { host, port, .. } = ProxyUrl::parse(value)?;
    let host = match &host {
        Host::Address(address) if address.is_ipv6() => format!("[{address}]"),
        host => host.to_string(),
    };
    let is_word = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    is_word.then(|| format!("{}://{host}{port}", scheme.to_ascii_lowercase()))
}

/// What may be kept of an application setting: scheme, host and port of an endpoint; nothing of
/// any other setting.
pub(super) fn endpoint_setting(name: &str, value: &str) -> Option<String> {
    let value = value.trim();
    let (scheme, rest) = match value.split_once("://") {
        Some((scheme, rest)) => (scheme.to_ascii_lowercase(), rest),
        None => ("https".to_owned(), value),
    };
    if scheme != "https" && scheme != "http" {
        return None;
    }
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let authority = authority.rsplit('@').next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(':') => (host, Some(port.parse::<u16>().ok()?)),
        _ => (authority, None),
    };
    let host = Host::parse(host).ok()?;
    let by_suffix = host.name().is_some_and(is_public_service_name);
    let by_name = value.contains("://") && ENDPOINT_NAMES.iter().any(|known| known.eq_ignore_ascii_case(name));
    if !by_suffix && !by_name {
        return None;
    }
    Some(match port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

/// What may be kept of a storage connection string: the host of the account's file shares, from its
/// account name and suffix; no key, and nothing when the account is no plain name.
pub(super) fn content_share(connection: &str) -> Option<DnsName> {
    let member = |wanted: &str| {
        let pairs = connection.split(';').filter_map(|pair| pair.split_once('='));
        let mut found = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value.trim())
    };
    let account = member("AccountName")?;
    let is_plain = (3..=24).contains(&account.len())
        && account.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let suffix = member("EndpointSuffix").unwrap_or("core.windows.net");
    let name = is_plain.then(|| DnsName::parse(&format!("{account}.file.{suffix}")).ok())??;
    is_public_service_name(&name).then_some(name)
}

/// True when the name lies below a public suffix of a service that has private endpoints.
fn is_public_service_name(name: &DnsName) -> bool {
    static SUFFIXES: OnceLock<Vec<&'static str>> = OnceLock::new();
    let suffixes = SUFFIXES.get_or_init(|| {
        let rows = private_link_zones().iter().flat_map(|row| row.suffixes.iter().copied());
        // `{regionName}.azmk8s.io` stands for any name below `azmk8s.io`.
        let fixed = rows.map(|suffix| suffix.rsplit_once('}').map_or(suffix, |(_, rest)| rest.trim_start_matches('.')));
        let narrow = |suffix: &&str| suffix.contains('.');
        let mut all: Vec<_> = fixed.chain(OTHER_SUFFIXES).filter(narrow).collect();
        all.sort_unstable();
        all.dedup();
        all
    });
    // The suffix alone is nobody's name.
    suffixes.iter().any(|suffix| name.relative_to(suffix).is_some_and(|label| label != "@"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_lose_all_that_is_not_the_origin() {
        let kept = |name, value| endpoint_setting(name, value);
        let origin = "https://a.openai.azure.com";
        assert_eq!(kept("X", "https://user:canary@a.openai.azure.com/p?key=canary#f").as_deref(), Some(origin));
        assert_eq!(kept("X", "a.openai.azure.com").as_deref(), Some(origin));
        assert_eq!(kept("X", "http://a.openai.azure.com:8080/").as_deref(), Some("http://a.openai.azure.com:8080"));
        assert_eq!(kept("AZURE_OPENAI_ENDPOINT", "https://10.1.2.4/x").as_deref(), Some("https://10.1.2.4"));
        assert_eq!(kept("X", "https://eastus.api.cognitive.microsoft.com").as_deref().map(str::len), Some(42));
    }

    #[test]
    fn everything_else_is_dropped() {
        for (name, value) in [
            ("KEY", "canary"),
            ("AZURE_OPENAI_ENDPOINT", "canary"),
            ("AZURE_OPENAI_ENDPOINT", "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)"),
            ("URL", "https://example.com/canary"),
            ("URL", "ftp://a.openai.azure.com"),
            ("URL", "https://openai.azure.com"),
            ("URL", "https://a.openai.azure.com:canary"),
            ("URL", ""),
        ] {
            assert_eq!(endpoint_setting(name, value), None, "{value}");
        }
    }

    #[test]
    fn of_a_connection_string_only_the_account_is_kept() {
        let kept = |text: &str| content_share(text).map(|name| name.to_string());
        let whole =
            "DefaultEndpointsProtocol=https;AccountName=appdata;AccountKey=Q0FOQVJZ==;EndpointSuffix=core.windows.net";
        assert_eq!(kept(whole).as_deref(), Some("appdata.file.core.windows.net"));
        assert_eq!(kept("AccountName=appdata;AccountKey=x").as_deref(), Some("appdata.file.core.windows.net"));
        for odd in [
            "",
            "AccountKey=CANARY",
            "AccountName=CANARY;AccountKey=x",
            "AccountName=a.b",
            "AccountName=abc;EndpointSuffix=evil.example",
            "@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s)",
        ] {
            assert_eq!(kept(odd), None, "{odd}");
        }
    }

    #[test]
    fn documents_lose_secrets_only() {
        let raw: &RawValue = serde_json::from_str(
            r#"{"id":"x","properties":{"siteConfig":{"appSettings":[{"name":"K","value":"canary"}],"http20":true,
            "connectionStrings":[{"connectionString":"canary"}]},"list":[{"primaryKey":"canary"},1,"two"]}}"#,
        )
        .unwrap();
        let kept = keepable(Kind::WebApp, raw);
        assert_eq!(&*kept, r#"{"id":"x","properties":{"siteConfig":{"http20":true},"list":[{},1,"two"]}}"#);
        assert_eq!(&*keepable(Kind::Subnet, raw), raw.get());
    }
}
