//! What of a variable's value may be kept? Never user-info, a query string or what looks like a key.

use crate::bound::bounded;

/// What stands for a removed part.
const REMOVED: &str = "***";
/// No URL that a client uses is longer.
const LONGEST: usize = 2048;

/// The value of an endpoint variable.
pub(super) fn endpoint(value: &str) -> String {
    let value = value.trim();
    if looks_like_a_key(value) {
        return REMOVED.to_owned();
    }
    let (scheme, rest) = split_scheme(value);
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    // A well-formed authority without user-info cannot hide any; else the text up to the last @ might.
    let rest = if is_host_and_port(authority) { rest.to_owned() } else { without_user(rest) };
    shown(scheme, &rest)
}

/// The value of a proxy variable. Nothing after the host matters to it, so everything before the last
/// `@` is user-info, however badly the password is encoded.
pub(super) fn proxy(value: &str) -> String {
    let (scheme, rest) = split_scheme(value.trim());
    shown(scheme, &without_user(rest))
}

fn shown(scheme: &str, rest: &str) -> String {
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    bounded(&format!("{scheme}{rest}"), LONGEST)
}

/// The scheme with its `://`, and the rest.
fn split_scheme(value: &str) -> (&str, &str) {
    match value.find("://") {
        Some(at) if value[..at].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) => {
            value.split_at(at + 3)
        }
        _ => ("", value),
    }
}

fn without_user(rest: &str) -> String {
    match rest.rsplit_once('@') {
        Some((_, host)) => format!("{REMOVED}@{host}"),
        None => rest.to_owned(),
    }
}

fn is_host_and_port(authority: &str) -> bool {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !host.ends_with(':') => (host, port),
        _ => (authority, ""),
    };
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    port.bytes().all(|byte| byte.is_ascii_digit())
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte))
}

/// Somebody pasted a key or a token where the address belongs.
fn looks_like_a_key(value: &str) -> bool {
    let host_like = value.contains(['.', ':', '/']);
    (!host_like && value.len() >= 16)
        || value.starts_with("eyJ")
        || value.to_ascii_lowercase().contains("key=") && !value.contains("://")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints() {
        for (value, expected) in [
            ("https://yourresource.openai.azure.com/", "https://yourresource.openai.azure.com/"),
            ("yourresource.openai.azure.com", "yourresource.openai.azure.com"),
            ("https://10.1.2.4:8443/openai/v1", "https://10.1.2.4:8443/openai/v1"),
            ("https://[fd00::4]:8443/openai", "https://[fd00::4]:8443/openai"),
            (" https://a.example/?api-key=CANARY#CANARY ", "https://a.example/"),
            ("https://a.example/?mail=x@y.example", "https://a.example/"),
            ("https://user:CANARY@a.example/v1", "https://***@a.example/v1"),
            ("https://user:CAN/ARY@a.example/v1", "https://***@a.example/v1"),
            ("https://user:CAN?ARY@a.example/v1", "https://***@a.example/v1"),
            ("https://CAN:ARY:CANARY@a.example", "https://***@a.example"),
            ("0123456789abcdef0123456789abcdef", "***"),
            ("eyJCANARY.CANARY.CANARY", "***"),
            ("Endpoint=a.example;Key=CANARY", "***"),
            ("localhost:8080", "localhost:8080"),
            ("", ""),
        ] {
            assert_eq!(endpoint(value), expected, "{value}");
        }
    }

    #[test]
    fn proxies() {
        for (value, expected) in [
            ("http://proxy:3128", "http://proxy:3128"),
            ("proxy:3128", "proxy:3128"),
            ("http://user:CANARY@proxy:3128/", "http://***@proxy:3128/"),
            ("user:CANARY@proxy:3128", "***@proxy:3128"),
            ("http://user:12/3?4#5@6@proxy:3128", "http://***@proxy:3128"),
            ("http://CANARY@proxy", "http://***@proxy"),
            ("localhost,.openai.azure.com,10.0.0.0/8", "localhost,.openai.azure.com,10.0.0.0/8"),
            ("*", "*"),
        ] {
            assert_eq!(proxy(value), expected, "{value}");
        }
    }

    #[test]
    fn no_part_before_the_last_at_sign_survives_in_a_proxy() {
        for secret in ["CANARY", "a:CANARY", "://CANARY", "x://CANARY", "a://b://CANARY", "CANARY@", "/CANARY"] {
            for value in [format!("http://{secret}@proxy:1"), format!("{secret}@proxy:1")] {
                assert!(!proxy(&value).contains("CANARY"), "{value} → {}", proxy(&value));
            }
        }
    }
}
