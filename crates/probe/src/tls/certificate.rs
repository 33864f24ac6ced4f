//! What does a certificate say: whose, by whom, for which names, from when until when?

use crate::bound::bounded;
use model::observation::CertificateSeen;
use std::fmt::Write as _;
use std::net::IpAddr;
use time::format_description::well_known::Rfc3339;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::time::ASN1Time;
use x509_parser::x509::{AttributeTypeAndValue, X509Name};

/// The longest text of a certificate that is kept.
const LONGEST: usize = 512;
/// More names of one certificate are not kept.
const MOST_NAMES: usize = 200;

/// Short names of RFC 4514 and the ones in use beside them, by object identifier.
const ATTRIBUTES: [(&str, &str); 9] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "STREET"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
];

/// Reads one certificate. One that cannot be read says so as its subject.
pub(super) fn read(der: &[u8]) -> CertificateSeen {
    match X509Certificate::from_der(der) {
        Ok((_, certificate)) => CertificateSeen {
            subject: name(certificate.subject()),
            issuer: name(certificate.issuer()),
            names: names(&certificate),
            not_before: date(certificate.validity().not_before),
            not_after: date(certificate.validity().not_after),
        },
        Err(_) => CertificateSeen {
            subject: "(a certificate that cannot be read)".to_owned(),
            issuer: String::new(),
            names: Vec::new(),
            not_before: String::new(),
            not_after: String::new(),
        },
    }
}

fn date(at: ASN1Time) -> String {
    at.to_datetime().format(&Rfc3339).unwrap_or_else(|_| at.timestamp().to_string())
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else { return Vec::new() };
    let shown = |name: &GeneralName<'_>| match name {
        GeneralName::DNSName(name) => Some(bounded(name, LONGEST)),
        GeneralName::IPAddress(bytes) => address(bytes).map(|address| address.to_string()),
        _ => None,
    };
    extension.value.general_names.iter().filter_map(shown).take(MOST_NAMES).collect()
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).map(IpAddr::from);
    v4.or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from)).ok()
}

/// RFC 4514: the most specific part first, parts joined by commas.
fn name(name: &X509Name<'_>) -> String {
    let mut parts: Vec<String> =
        name.iter_rdn().map(|part| part.iter().map(attribute).collect::<Vec<_>>().join("+")).collect();
    parts.reverse();
    bounded(&parts.join(","), LONGEST)
}

fn attribute(attribute: &AttributeTypeAndValue<'_>) -> String {
    let oid = attribute.attr_type().to_id_string();
    let kind = ATTRIBUTES.iter().find(|(id, _)| *id == oid).map_or(oid.as_str(), |(_, short)| short);
    match attribute.as_str() {
        Ok(value) => format!("{kind}={}", escaped(value)),
        Err(_) => format!("{kind}=#{}", hexadecimal(attribute.as_slice())),
    }
}

fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (position, character) in value.chars().enumerate() {
        let special = matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
            || (character == '#' && position == 0)
            || (character == ' ' && (position == 0 || position == last));
        if special {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().take(LONGEST).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair};

    #[test]
    fn names_and_dates_of_a_certificate() {
        let mut params =
            CertificateParams::new(vec!["*.openai.azure.com".to_owned(), "10.1.2.4".to_owned(), "fd00::4".to_owned()])
                .unwrap();
        params.distinguished_name.push(DnType::CountryName, "US");
        params.distinguished_name.push(DnType::OrganizationName, "Example, Inc. ");
        params.distinguished_name.push(DnType::CommonName, "#leaf");
        params.not_before = rcgen::date_time_ymd(2024, 2, 29);
        params.not_after = rcgen::date_time_ymd(2024, 12, 31);
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let seen = read(certificate.der());
        assert!(seen.subject.contains("O=Example\\, Inc.\\ "), "{}", seen.subject);
        assert!(seen.subject.contains("CN=\\#leaf"), "{}", seen.subject);
        assert_eq!(seen.subject, seen.issuer);
        assert_eq!(seen.names, ["*.openai.azure.com", "10.1.2.4", "fd00::4"]);
        assert_eq!(seen.not_before, "2024-02-29T00:00:00Z");
        assert_eq!(seen.not_after, "2024-12-31T00:00:00Z");
    }

    #[test]
    fn what_is_no_certificate_says_so() {
        assert!(read(b"nothing").subject.contains("cannot be read"));
        assert!(read(b"").names.is_empty());
    }
}
