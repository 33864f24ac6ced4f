//! Who vouches for the lab? A certificate authority that lives as long as the lab does.

use crate::address_plan::{LOGIN, MANAGEMENT};
use crate::{LabError, clock};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use std::sync::Arc;
use time::Duration;

/// The issuer that a user sees: nobody can take it for Microsoft's.
const ISSUER: &str = "privpath lab CA (not Microsoft)";

/// The issuer where TLS is inspected on the way: no client is told to trust it.
const INSPECTOR: &str = "Example TLS inspection CA";

/// The names that the service's certificate is good for. As in Azure, the `privatelink` names are
/// not among them.
const SERVICE_NAMES: [&str; 9] = [
    "*.openai.azure.com",
    "*.cognitiveservices.azure.com",
    "*.services.ai.azure.com",
    "*.api.cognitive.microsoft.com",
    "*.vault.azure.net",
    "*.azurewebsites.net",
    "*.scm.azurewebsites.net",
    "*.blob.core.windows.net",
    "*.azurecr.io",
];

/// What the servers of a lab need to prove who they are.
pub(crate) struct Certificates {
    /// The CA, for clients.
    pub(crate) ca_pem: String,
    /// Of the ARM API and the token endpoints: on the loopback interface, and by the names that clients know.
    pub(crate) arm: Arc<ServerConfig>,
    /// Of the service, for its public names.
    pub(crate) service: Arc<ServerConfig>,
}

impl Certificates {
    /// A new CA and what it signed. Where TLS is inspected on the way, the certificate that clients of the service
    /// see is by another CA.
    pub(crate) fn new(inspected: bool) -> Result<Self, LabError> {
        Self::make(inspected).map_err(|why| LabError::machine("certificates cannot be made", why))
    }

    fn make(inspected: bool) -> Result<Self, Box<dyn std::error::Error>> {
        let issuer = authority(ISSUER)?;
        let service = match inspected {
            true => server(&authority(INSPECTOR)?, "inspected", &SERVICE_NAMES)?,
            false => server(&issuer, "privpath lab service", &SERVICE_NAMES)?,
        };
        let arm = ["127.0.0.1", "::1", "localhost", MANAGEMENT, LOGIN];
        Ok(Self { ca_pem: issuer.pem(), arm: server(&issuer, "privpath lab ARM", &arm)?, service })
    }
}

fn authority(name: &str) -> Result<CertifiedIssuer<'static, KeyPair>, Box<dyn std::error::Error>> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    named(&mut authority, name);
    Ok(CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?)
}

fn named(params: &mut CertificateParams, name: &str) {
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = clock::now() - Duration::days(1);
    params.not_after = clock::now() + Duration::days(90);
}

fn server(
    issuer: &CertifiedIssuer<'_, KeyPair>,
    name: &str,
    hosts: &[&str],
) -> Result<Arc<ServerConfig>, Box<dyn std::error::Error>> {
    let hosts: Vec<String> = hosts.iter().map(|host| (*host).to_owned()).collect();
    let mut params = CertificateParams::new(hosts)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    named(&mut params, name);
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    let private = PrivateKeyDer::try_from(key.serialize_der())?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}
