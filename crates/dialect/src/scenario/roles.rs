//! Which roles does a scenario give to whom?

use super::estate::{Builder, Built};
use super::file::RoleEntry;
use model::resource::RoleAssignment;
use model::{Body, ResourceId};

/// Adds one assignment. Its name is that of the table, where Azure has a GUID.
pub(super) fn role(builder: &mut Builder<'_>, name: &str, entry: &RoleEntry) -> Built {
    let scope = scope(builder, &entry.at).ok_or_else(|| {
        format!("estate.role.{name}: {:?} is no scope; write account/NAME, group/NAME or subscription", entry.at)
    })?;
    let id = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}");
    let id = ResourceId::parse(&id).ok_or_else(|| format!("estate.role.{name} is no name of an assignment"))?;
    let assignment = RoleAssignment {
        principal: entry.principal.to_ascii_lowercase(),
        principal_type: Some(entry.principal_type.clone()),
        role: entry.role.to_ascii_lowercase(),
        scope: scope.to_ascii_lowercase(),
    };
    builder.add(id, Body::RoleAssignment(assignment));
    Ok(())
}

fn scope(builder: &Builder<'_>, at: &str) -> Option<String> {
    let subscription = format!("/subscriptions/{}", builder.subscription());
    match at.split_once('/') {
        None => (at == "subscription").then_some(subscription),
        Some(("group", name)) => Some(format!("{subscription}/resourceGroups/{name}")),
        Some(("account", name)) => builder.account_id(name).map(|id| id.to_string()),
        Some(_) => None,
    }
}
