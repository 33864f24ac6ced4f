//! Where is the next page of a list, and may the token go there?

use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize)]
struct Page<'a> {
    #[serde(borrow, default, rename = "nextLink")]
    next_link: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Part<'a> {
    #[serde(borrow, default, rename = "skipToken")]
    skip_token: Option<Cow<'a, str>>,
}

/// `skipToken` of an action's answer, which the next request sends; `None` after the last one.
pub(crate) fn skip_token(answer: &str) -> Result<Option<String>, String> {
    match serde_json::from_str::<Part<'_>>(answer) {
        Ok(Part { skip_token }) => Ok(skip_token.filter(|token| !token.is_empty()).map(Cow::into_owned)),
        Err(why) => Err(format!("the answer is not a JSON object: {why}")),
    }
}

/// What a page says of the next one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// It is the last.
    End,
    /// Path and query on the same host.
    At(String),
    /// It leads elsewhere, or cannot be read; why.
    Refused(String),
}

/// Reads `nextLink` of a page that came from `base` (`scheme://host:port`).
pub(crate) fn next_link(page: &str, base: &http::Uri) -> Next {
    let link = match serde_json::from_str::<Page<'_>>(page) {
        Ok(Page { next_link }) => next_link.unwrap_or_default(),
        Err(why) => return Next::Refused(format!("the page is not a JSON object: {why}")),
    };
    if link.is_empty() {
        return Next::End;
    }
    if link.starts_with('/') && !link.starts_with("//") {
        return Next::At(link.into_owned());
    }
    let Ok(uri) = link.parse::<http::Uri>() else {
        return Next::Refused("its nextLink is not a URL".to_owned());
    };
    if same_place(&uri, base) {
        let path = uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        return Next::At(path.to_owned());
    }
    let host = model::visible(uri.host().unwrap_or("nowhere")).into_owned();
    Next::Refused(format!("its nextLink leads to another host ({host}); the token stays with the first"))
}

fn same_place(one: &http::Uri, other: &http::Uri) -> bool {
    let host = |uri: &http::Uri| uri.host().map(str::to_ascii_lowercase);
    let user_info = one.authority().is_some_and(|authority| authority.as_str().contains('@'));
    !user_info
        && one.scheme_str() == other.scheme_str()
        && host(one) == host(other)
        && one.port_u16().unwrap_or(443) == other.port_u16().unwrap_or(443)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(link: &str) -> Next {
        let page = serde_json::json!({ "value": [], "nextLink": link }).to_string();
        next_link(&page, &"https://arm.example:8443".parse().unwrap())
    }

    #[test]
    fn pages_of_the_same_host_are_followed() {
        assert_eq!(next("https://ARM.example:8443/a?b=c"), Next::At("/a?b=c".to_owned()));
        assert_eq!(next("/a?b=c"), Next::At("/a?b=c".to_owned()));
        assert_eq!(next(""), Next::End);
        let base = "https://arm.example".parse().unwrap();
        assert_eq!(next_link("{\"nextLink\":null}", &base), Next::End);
        assert_eq!(next_link("{\"nextLink\":\"https://arm.example:443/x\"}", &base), Next::At("/x".to_owned()));
    }

    #[test]
    fn the_token_goes_nowhere_else() {
        for link in [
            "https://evil.example:8443/a",
            "https://arm.example/a",
            "http://arm.example:8443/a",
            "//evil.example/a",
            "https://arm.example:8443@evil.example/",
            "https://x@arm.example:8443/",
            "nonsense",
        ] {
            assert!(matches!(next(link), Next::Refused(_)), "{link}");
        }
    }
}
