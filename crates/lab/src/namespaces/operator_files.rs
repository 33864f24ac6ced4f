//! What do clients of the ARM API find on the operator's host, so that they work without a login?
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the clients' files are the lab's")]

use crate::tokens::TENANT;
use crate::{Access, LabError};
use serde_json::json;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::Path;

/// Settings of `az`: nothing of it calls home or fetches code.
const SETTINGS: &str = "[core]
collect_telemetry = no
first_run = no
[auto-upgrade]
enable = no
[extension]
use_dynamic_install = no
[logging]
enable_log_file = no
";

/// Writes the files that are not there yet and gives the variables that lead to them. What a user changes there
/// stays for the next program of the lab.
pub(crate) fn prepared(access: &Access, folder: &Path) -> Result<BTreeMap<String, String>, LabError> {
    write(folder, "config", SETTINGS)?;
    write(folder, "azureProfile.json", &profile(access).to_string())?;
    let variables = [
        ("AZURE_CONFIG_DIR", folder.to_string_lossy().into_owned()),
        ("AZURE_CORE_COLLECT_TELEMETRY", "no".to_owned()),
        ("AZURE_EXTENSION_USE_DYNAMIC_INSTALL", "no".to_owned()),
        ("AZURE_SUBSCRIPTION_ID", access.subscription.clone()),
        ("AZURE_TENANT_ID", TENANT.to_owned()),
    ];
    Ok(variables.map(|(name, value)| (name.to_owned(), value)).into())
}

/// Who is logged in: the managed identity of the host, which needs no secret.
fn profile(access: &Access) -> serde_json::Value {
    json!({
        "installationId": crate::random::stable_guid("lab installation"),
        "subscriptions": [{
            "id": access.subscription, "name": "privpath lab", "state": "Enabled", "isDefault": true,
            "tenantId": TENANT, "homeTenantId": TENANT, "environmentName": "AzureCloud", "managedByTenants": [],
            "user": { "name": "systemAssignedIdentity", "type": "servicePrincipal", "assignedIdentityInfo": "MSI" },
        }],
    })
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), LabError> {
    let path = folder.join(name);
    let failed = |why: std::io::Error| LabError::machine(&format!("{} cannot be written", path.display()), why);
    match OpenOptions::new().write(true).create_new(true).open(&path) {
        Ok(mut file) => file.write_all(text.as_bytes()).map_err(failed),
        Err(why) if why.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(why) => Err(failed(why)),
    }
}
