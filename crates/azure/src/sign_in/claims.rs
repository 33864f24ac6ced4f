//! What does a token say of itself? Read to explain a refusal, never to trust it.

/// What a token says: whom it is for, and of whom. Each is absent when the token cannot be read.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Deserialize)]
pub struct Claims {
    /// `aud`: the audience.
    #[serde(rename = "aud")]
    pub audience: Option<String>,
    /// `tid`: the tenant.
    #[serde(rename = "tid")]
    pub tenant: Option<String>,
    /// `oid`: the object id of the principal, by which roles are assigned.
    #[serde(rename = "oid")]
    pub object: Option<String>,
}

impl Claims {
    /// The claims of a JSON Web Token (RFC 7519). Its signature is the service's business.
    pub(crate) fn of(token: &str) -> Self {
        let payload = token.split('.').nth(1).and_then(decoded);
        let read: Option<Self> = payload.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let read = read.unwrap_or_default();
        Self { audience: told(read.audience), tenant: told(read.tenant), object: told(read.object) }
    }
}

/// A claim that can be shown: not long, and nothing in it but what ids and URLs are written with.
fn told(claim: Option<String>) -> Option<String> {
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || b"-._~:/".contains(&letter);
    claim.filter(|text| !text.is_empty() && text.len() <= 128 && text.bytes().all(plain))
}

/// Base64 for URLs without padding (RFC 4648, section 5).
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0_u32, 0_u32);
    for letter in text.trim_end_matches('=').bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            b'_' => 63,
            _ => return None,
        };
        bits = (bits << 6) | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
            bits &= (1 << held) - 1;
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claims_are_read_and_nothing_else() {
        // {"aud":"https://cognitiveservices.azure.com","tid":"t-1","oid":"o-1","upn":"CANARY"}
        let payload = "eyJhdWQiOiJodHRwczovL2NvZ25pdGl2ZXNlcnZpY2VzLmF6dXJlLmNvbSIsInRpZCI6InQtMSIsIm9pZCI6Im8tMSIsInVwbiI6IkNBTkFSWSJ9";
        let claims = Claims::of(&format!("h.{payload}.s"));
        assert_eq!(claims.audience.as_deref(), Some("https://cognitiveservices.azure.com"));
        assert_eq!((claims.tenant.as_deref(), claims.object.as_deref()), (Some("t-1"), Some("o-1")));
        assert!(!format!("{claims:?}").contains("CANARY"));
    }

    #[test]
    fn what_is_no_token_says_nothing() {
        for text in ["", "opaque", "a.b.c", "a.!!!.c", "a.eyJhdWQiOlsxXX0.c", "a.bm90IGpzb24.c"] {
            assert_eq!(Claims::of(text), Claims::default(), "{text}");
        }
        assert_eq!(told(Some("\u{1b}[31m".to_owned())), None);
    }
}
