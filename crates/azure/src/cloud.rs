//! Which Azure cloud is this, and where is its ARM API?

/// A cloud of Azure (Azure documentation, "Compare Azure Government and global Azure" and "Azure China developer
/// guide", endpoints; `AzureAuthorityHosts` of the Azure SDKs; read 2026-11-23).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cloud {
    /// The sign-in host, as `AZURE_AUTHORITY_HOST` names it.
    pub authority_host: &'static str,
    /// The address of the ARM API, which is the audience of its tokens too.
    pub resource_manager: &'static str,
}

/// The public cloud first.
static CLOUDS: [Cloud; 3] = [
    Cloud { authority_host: "login.microsoftonline.com", resource_manager: "https://management.azure.com" },
    Cloud { authority_host: "login.microsoftonline.us", resource_manager: "https://management.usgovcloudapi.net" },
    Cloud { authority_host: "login.chinacloudapi.cn", resource_manager: "https://management.chinacloudapi.cn" },
];

impl Cloud {
    /// The cloud of a sign-in host, a name or a URL as `AZURE_AUTHORITY_HOST` has it; the public one when none is
    /// named. `None` for a host of no known cloud.
    pub fn of(authority_host: Option<&str>) -> Option<&'static Self> {
        let Some(text) = authority_host.map(str::trim).filter(|text| !text.is_empty()) else { return CLOUDS.first() };
        let host = text.strip_prefix("https://").unwrap_or(text).trim_end_matches('/');
        CLOUDS.iter().find(|cloud| cloud.authority_host.eq_ignore_ascii_case(host))
    }

    /// The sign-in hosts of all clouds that are known.
    pub fn authority_hosts() -> impl Iterator<Item = &'static str> {
        CLOUDS.iter().map(|cloud| cloud.authority_host)
    }
}

#[cfg(test)]
mod tests {
    use super::Cloud;

    #[test]
    fn the_sign_in_host_names_the_cloud() {
        let arm = |host: Option<&str>| Cloud::of(host).map(|cloud| cloud.resource_manager);
        assert_eq!(arm(None), Some("https://management.azure.com"));
        assert_eq!(arm(Some(" ")), Some("https://management.azure.com"));
        assert_eq!(arm(Some("https://login.microsoftonline.us/")), Some("https://management.usgovcloudapi.net"));
        assert_eq!(arm(Some("LOGIN.chinacloudapi.cn")), Some("https://management.chinacloudapi.cn"));
        assert_eq!(arm(Some("https://login.example")), None);
        assert_eq!(arm(Some("http://login.microsoftonline.com")), None, "a token is never asked for without TLS");
    }
}
