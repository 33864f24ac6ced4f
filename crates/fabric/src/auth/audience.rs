//! For whom does a token have to be, so that a service takes it?

use crate::client::Service;

/// The audience, by the type of the resource behind the name. The 401 of Azure AI services to any other token names it
/// (github.com/Azure-Samples/azure-search-openai-demo issue 458, read 2026-11-22); the fact that judges that reply is
/// in `access`. That of Key Vault is the domain of the vaults (the client package `AzureKeyVault`, read
/// 2026-11-23). Storage is left out: it takes a token only together with a version in a header.
const AUDIENCES: [(&str, &str); 2] = [
    ("Microsoft.CognitiveServices/accounts", "https://cognitiveservices.azure.com"),
    ("Microsoft.KeyVault/vaults", "https://vault.azure.net"),
];

/// The audience of tokens for a service, without `/.default`; `None` where it is not known for sure.
pub fn audience(service: &Service) -> Option<&'static str> {
    // The clouds of governments have audiences of their own.
    let public = [".azure.com", ".azure.net"].iter().any(|end| service.zone.ends_with(end));
    let is = |kind: &str| service.resource_types.iter().all(|known| known.eq_ignore_ascii_case(kind));
    let known = AUDIENCES.iter().find(|(kind, _)| !service.resource_types.is_empty() && is(kind));
    known.filter(|_| public).map(|(_, audience)| *audience)
}

#[cfg(test)]
mod tests {
    use super::audience;
    use crate::client::service;
    use model::DnsName;

    #[test]
    fn only_what_is_known_has_one() {
        let of = |host: &str| audience(&service(&DnsName::parse(host).unwrap()).unwrap());
        assert_eq!(of("acct.openai.azure.com"), Some("https://cognitiveservices.azure.com"));
        assert_eq!(of("acct.cognitiveservices.azure.com"), Some("https://cognitiveservices.azure.com"));
        assert_eq!(of("acct.cognitiveservices.azure.us"), None);
        assert_eq!(of("v.vault.azure.net"), Some("https://vault.azure.net"));
        assert_eq!(of("v.vault.usgovcloudapi.net"), None);
        assert_eq!(of("acct.blob.core.windows.net"), None);
    }
}
