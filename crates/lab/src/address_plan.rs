//! Which addresses outside the estate exist in the lab? All from the blocks for documentation
//! (RFC 5737), so that nothing real can be meant.

use std::net::{IpAddr, Ipv4Addr};

/// The front end of accounts with network rules or private endpoints (`vnetproxyv1-…`).
pub(crate) const RESTRICTED_FRONT_END: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 10);
/// The front end of all other accounts.
pub(crate) const OPEN_FRONT_END: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 20);
/// The front end of the regional hosts.
pub(crate) const REGIONAL_FRONT_END: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 30);
/// The address that the estate's public traffic comes from.
pub(crate) const PUBLIC_SOURCE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 10));
/// A public resolver, for those who are in no network.
#[cfg(target_os = "linux")]
pub(crate) const PUBLIC_DNS: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 53));
/// Azure's own DNS server.
pub(crate) const AZURE_DNS: IpAddr = IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16));

/// Where pods ask CoreDNS: on their own host, so that no network has to carry it.
#[cfg(target_os = "linux")]
pub(crate) const CORE_DNS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 10);

/// The host of the ARM API, as every client of the public cloud knows it.
pub(crate) const MANAGEMENT: &str = "management.azure.com";
/// The host that issues tokens.
pub(crate) const LOGIN: &str = "login.microsoftonline.com";
/// Where both are, for the operator.
#[cfg(target_os = "linux")]
pub(crate) const CONTROL_PLANE: Ipv4Addr = Ipv4Addr::new(203, 0, 113, 40);
/// Where a virtual machine gets its tokens.
#[cfg(target_os = "linux")]
pub(crate) const INSTANCE_METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
/// The port on its own loopback interface where a web app gets its tokens.
pub(crate) const APP_TOKENS: u16 = 41_741;

/// True for the address of a public front end.
pub(crate) fn is_front_end(address: IpAddr) -> bool {
    [RESTRICTED_FRONT_END, OPEN_FRONT_END, REGIONAL_FRONT_END].into_iter().any(|known| address == known)
}
