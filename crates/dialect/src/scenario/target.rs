//! Which host, port and path does a URL mean?

use model::{Host, Target};

/// Why a text is no target.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// There is no host.
    #[error("URL without host; write https://HOST, as in https://yourresource.openai.azure.com")]
    NoHost,
    /// The scheme is `http`.
    #[error("http:// is not TLS, and Azure AI services answer TLS only; use https://{0}")]
    NotTls(String),
    /// Another scheme.
    #[error("scheme {0:?} is not supported; use https://")]
    Scheme(String),
    /// User name or password in the URL.
    #[error("the URL holds a user name or password; leave everything before the @ out")]
    UserInfo,
    /// The port is no number from 1 to 65535.
    #[error("port {0:?} is no number from 1 to 65535; leave it out for 443")]
    Port(String),
    /// The host is not one.
    #[error("{host:?} is not a host name or address: {problem}")]
    Host {
        /// The host as written.
        host: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// Reads an `https` URL, or a bare host. Gives the target and the path with its query (`/` at least);
/// the fragment is dropped.
pub fn parse(text: &str) -> Result<(Target, String), TargetError> {
    let text = text.trim();
    let rest = match text.split_once("://") {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => rest,
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => {
            // Never repeat a password.
            return Err(TargetError::NotTls(rest.rsplit('@').next().unwrap_or_default().to_owned()));
        }
        Some((scheme, _)) => return Err(TargetError::Scheme(scheme.to_owned())),
        None => text,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if authority.contains('@') {
        return Err(TargetError::UserInfo);
    }
    let (host, port) = host_and_port(authority);
    if host.is_empty() {
        return Err(TargetError::NoHost);
    }
    let port = match port {
        None => 443,
        Some(port) => match port.parse::<u16>() {
            Ok(number) if number > 0 => number,
            _ => return Err(TargetError::Port(port.to_owned())),
        },
    };
    let host = Host::parse(host)
        .map_err(|problem| TargetError::Host { host: host.to_owned(), problem: problem.to_string() })?;
    let path = path.split('#').next().unwrap_or_default();
    let path = if path.starts_with('/') { path.to_owned() } else { format!("/{path}") };
    Ok((Target { host, port }, path))
}

fn host_and_port(authority: &str) -> (&str, Option<&str>) {
    let bracket = authority.rfind(']').unwrap_or(0);
    match authority[bracket..].rfind(':') {
        // A bare IPv6 address has several colons and no port.
        Some(_) if bracket == 0 && authority.matches(':').count() > 1 => (authority, None),
        Some(at) => (&authority[..bracket + at], Some(&authority[bracket + at + 1..])),
        None => (authority, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let read = |text: &str| parse(text).map(|(target, path)| (target.to_string(), path)).unwrap();
        let pair = |host: &str, path: &str| (host.to_owned(), path.to_owned());
        assert_eq!(read("https://A.openai.azure.com"), pair("a.openai.azure.com", "/"));
        assert_eq!(read("a.openai.azure.com/openai?x=1#f"), pair("a.openai.azure.com", "/openai?x=1"));
        assert_eq!(read("HTTPS://a.b:8443?x"), pair("a.b:8443", "/?x"));
        assert_eq!(read("https://[fd00::1]:8443/"), pair("[fd00::1]:8443", "/"));
        assert_eq!(read("fd00::1"), pair("[fd00::1]", "/"));
        assert_eq!(read(" 10.1.2.4 "), pair("10.1.2.4", "/"));
    }

    #[test]
    fn what_is_no_url_says_why() {
        assert_eq!(parse(""), Err(TargetError::NoHost));
        assert_eq!(parse("https:///path"), Err(TargetError::NoHost));
        assert_eq!(parse("https://:443"), Err(TargetError::NoHost));
        assert_eq!(parse("http://a.b/c"), Err(TargetError::NotTls("a.b/c".to_owned())));
        assert_eq!(parse("ftp://a.b"), Err(TargetError::Scheme("ftp".to_owned())));
        assert_eq!(parse("https://user:secret@a.b"), Err(TargetError::UserInfo));
        assert_eq!(parse("https://a.b:0"), Err(TargetError::Port("0".to_owned())));
        assert_eq!(parse("https://a.b:99999"), Err(TargetError::Port("99999".to_owned())));
        assert!(matches!(parse("https://a b"), Err(TargetError::Host { .. })));
        assert!(matches!(parse("https://$(x)"), Err(TargetError::Host { .. })));
        assert!(matches!(parse("https://[::1"), Err(TargetError::Host { .. })));
        assert!(matches!(parse("https://ä.de"), Err(TargetError::Host { .. })));
    }
}
