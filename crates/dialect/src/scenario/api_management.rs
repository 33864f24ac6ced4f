//! Which resources do the API Management services of an `[estate]` stand for?

use super::estate::{Builder, Built, word};
use super::file::ApiManagementEntry;
use model::resource::{ApiBackend, ApiManagement, GatewayMode};
use model::{Body, Known};

pub(super) const SERVICE: &str = "Microsoft.ApiManagement/service";

/// Adds a service and its backends.
pub(super) fn build(builder: &mut Builder<'_>, name: &str, entry: &ApiManagementEntry) -> Built {
    let at = format!("estate.api-management.{name}");
    let subnet = entry.subnet.as_ref().map(|subnet| builder.subnet_id(subnet, &at)).transpose()?;
    let usual = if subnet.is_some() { GatewayMode::External } else { GatewayMode::None };
    let mode = word(&at, entry.mode.as_deref(), GatewayMode::parse, usual)?;
    let id = builder.id(&entry.group, SERVICE, name);
    builder.add(id.clone(), Body::ApiManagement(ApiManagement { mode: Known::Value(mode), subnet }));
    builder.priced(entry.sku.as_deref().unwrap_or("StandardV2"));
    for (backend, url) in &entry.backends {
        builder.add(id.child("backends", backend), Body::ApiBackend(ApiBackend { url: Some(url.clone()) }));
    }
    Ok(())
}
