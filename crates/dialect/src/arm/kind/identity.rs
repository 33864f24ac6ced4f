//! How does ARM spell managed identities, and the roles that were given to somebody?

use crate::arm::document::{Object, properties, set};
use crate::arm::view::View;
use model::ResourceId;
use model::resource::{Identity, RoleAssignment};
use serde_json::{Map, Value, json};

/// The `identity` of a document; `None` when it has none.
pub(in crate::arm) fn read(document: &View<'_>) -> Option<Identity> {
    let view = document.object("identity")?;
    let lower = |text: std::borrow::Cow<'_, str>| text.to_ascii_lowercase();
    let listed = view.within("userAssignedIdentities");
    let user = listed
        .members()
        .filter_map(|(name, _)| Some((ResourceId::parse(name)?, listed.within(name).text("principalId").map(lower))));
    let identity = Identity { system: view.text("principalId").map(lower), user: user.collect() };
    (identity != Identity::default()).then_some(identity)
}

/// Lays identities over a document.
pub(in crate::arm) fn write(identity: &Identity, document: &mut Object) {
    let mut inner = Map::new();
    let kind = match (&identity.system, identity.user.is_empty()) {
        (Some(_), true) => "SystemAssigned",
        (Some(_), false) => "SystemAssigned, UserAssigned",
        (None, _) => "UserAssigned",
    };
    inner.insert("type".to_owned(), kind.into());
    if let Some(principal) = &identity.system {
        inner.insert("principalId".to_owned(), principal.as_str().into());
    }
    if !identity.user.is_empty() {
        let user =
            identity.user.iter().map(|(id, principal)| (id.as_str().to_owned(), json!({ "principalId": principal })));
        inner.insert("userAssignedIdentities".to_owned(), Value::Object(user.collect()));
    }
    set(document, "identity", Some(Value::Object(inner)));
}

/// A role assignment; `None` when it does not say who has which role where.
pub(super) fn read_assignment(view: &View<'_>) -> Option<RoleAssignment> {
    let text = |name: &str| view.text(name).map(|text| text.trim_end_matches('/').to_ascii_lowercase());
    let definition = text("roleDefinitionId")?;
    Some(RoleAssignment {
        principal: text("principalId")?,
        principal_type: view.text("principalType").map(std::borrow::Cow::into_owned),
        role: definition.rsplit('/').next().unwrap_or_default().to_owned(),
        scope: text("scope")?,
    })
}

pub(super) fn write_assignment(assignment: &RoleAssignment, document: &mut Object) {
    let inner = properties(document);
    let definition = format!("/providers/Microsoft.Authorization/roleDefinitions/{}", assignment.role);
    set(inner, "roleDefinitionId", Some(definition.into()));
    set(inner, "principalId", Some(assignment.principal.as_str().into()));
    set(inner, "principalType", assignment.principal_type.as_deref().map(Value::from));
    set(inner, "scope", Some(assignment.scope.as_str().into()));
}

#[cfg(test)]
mod tests {
    use crate::arm::{Reader, write};
    use model::resource::RoleAssignment;
    use model::{Kind, ResourceId};

    /// After the examples of Azure's specification of Microsoft.Authorization and Microsoft.Web, with ids of ours.
    const ESTATE: &str = r#"[
      {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/A/providers/Microsoft.Authorization/roleAssignments/05c5a614-a7d6-4502-b150-c2fb455033ff",
       "name": "05c5a614-a7d6-4502-b150-c2fb455033ff", "type": "Microsoft.Authorization/roleAssignments",
       "properties": {"roleDefinitionId": "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/5E0BD9BD-7b93-4f28-af87-19fc36ad61bd",
         "principalId": "CE2CE14E-85d7-4629-bdbc-454d0519d987", "principalType": "ServicePrincipal",
         "scope": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/A"}},
      {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/w", "location": "eastus",
       "identity": {"type": "SystemAssigned, UserAssigned", "principalId": "CE2CE14E-85d7-4629-bdbc-454d0519d987", "tenantId": "t",
         "userAssignedIdentities": {"/subscriptions/s/resourceGroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/u":
           {"principalId": "AA2CE14E-85d7-4629-bdbc-454d0519d987", "clientId": "c"}}},
       "properties": {"state": "Running"}},
      {"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Web/sites/none", "identity": null, "properties": {"state": "Running"}}
    ]"#;

    #[test]
    fn roles_and_identities_are_read_and_written() {
        let mut reader = Reader::new();
        reader.document(ESTATE, "estate.json");
        let reading = reader.finish();
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        let snapshot = model::Snapshot::new(reading.resources, reading.coverage);
        let (_, role) = snapshot.all::<RoleAssignment>().next().unwrap();
        assert_eq!(role.role, "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd");
        let account = "/subscriptions/S/resourcegroups/g/providers/Microsoft.CognitiveServices/accounts/a";
        assert!(role.covers(&ResourceId::parse(account).unwrap()));
        assert!(!role.covers(&ResourceId::parse(&format!("{account}b")).unwrap()));
        let of = |name: &str| snapshot.of_kind(Kind::WebApp).find(|site| site.id.name() == name).unwrap();
        assert!(of("none").identity.is_none());
        let identity = of("w").identity.clone().unwrap();
        assert_eq!(identity.system.as_deref(), Some(role.principal.as_str()));
        assert_eq!(identity.user[0].1.as_deref(), Some("aa2ce14e-85d7-4629-bdbc-454d0519d987"));
        let written: Vec<serde_json::Value> = snapshot.iter().map(|resource| write(resource).into()).collect();
        let mut again = Reader::new();
        again.document(&serde_json::Value::from(written).to_string(), "written.json");
        let again = again.finish();
        let same = model::Snapshot::new(again.resources, again.coverage);
        assert_eq!(same.all::<RoleAssignment>().next().unwrap().1, role);
        assert!(same.of_kind(Kind::WebApp).any(|site| site.identity.as_deref() == Some(&*identity)));
    }
}
