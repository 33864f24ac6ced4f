//! Has the identity of the client a role that lets it call the service with a token?

use model::resource::{Identity, RoleAssignment};
use model::{Because, Decided, Extent, Fact, FactRef, Kind, Mark, ResourceId, Snapshot, Vantage, Why};

/// Whether the managed identities of a client may call an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Roles {
    /// One of them has a role with data actions.
    Given(&'static str),
    /// None has one.
    Lacking {
        /// The account.
        account: ResourceId,
        /// Whose identities they are.
        client: ResourceId,
        /// The object ids of the identities.
        principals: Vec<String>,
        /// The roles without data actions that they have.
        held: Vec<&'static str>,
    },
}

/// Tokens need a role.
pub static DATA_ROLE: Fact = Fact {
    id: "auth-token-needs-a-data-role",
    text: "A call with a token is let in only where its identity has a role with data actions at the account or above, such as Cognitive Services OpenAI User; Owner, Contributor, Reader and Cognitive Services Contributor have none for it.",
    mark: Mark::Documented,
    source: "Azure AI documentation, ai-services/openai/how-to/role-based-access-control.md; Azure built-in roles, role-based-access-control/built-in-roles.md; read 2026-11-23",
};

/// Built-in roles whose data actions let an identity call a model: id and name. Their ids are the same in all
/// tenants.
const WITH_DATA_ACTIONS: [(&str, &str); 3] = [
    ("5e0bd9bd-7b93-4f28-af87-19fc36ad61bd", "Cognitive Services OpenAI User"),
    ("a001fd3d-188f-4b5d-821b-7da978bf7442", "Cognitive Services OpenAI Contributor"),
    ("a97b65f3-24c7-4388-baec-2e87135dc908", "Cognitive Services User"),
];

/// Built-in roles that people expect to be enough, and that have no data actions for it.
const WITHOUT: [(&str, &str); 4] = [
    ("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner"),
    ("b24988ac-6180-42a0-ab88-20f7382dd24c", "Contributor"),
    ("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader"),
    ("25fbc0a9-bd7c-42a3-aa1a-3b75d497ee68", "Cognitive Services Contributor"),
];

fn named(list: &[(&'static str, &'static str)], role: &str) -> Option<&'static str> {
    list.iter().find(|(id, _)| *id == role).map(|(_, name)| *name)
}

/// What roles the managed identities of a client have on an account. `None` for a client that has no managed
/// identity, or whose environment names an application of its own.
pub fn roles(snapshot: &Snapshot, from: &Vantage, account: &ResourceId) -> Option<Decided<Roles>> {
    let (client, is_service) = match from {
        Vantage::VirtualMachine(client) | Vantage::WebApp(client) | Vantage::ContainerApp(client) => (client, false),
        Vantage::Service(client) if Kind::of_type(&account.resource_type()) == Kind::CognitiveServicesAccount => {
            (client, true)
        }
        _ => return None,
    };
    let identity = snapshot.get(client)?.identity.as_deref()?;
    // The environment is that of a client, and no service of Azure has it.
    let names = || snapshot.client().environment.keys();
    if !is_service && names().any(|name| name.eq_ignore_ascii_case("AZURE_CLIENT_SECRET")) {
        return None;
    }
    let open = |why: Why, text: &str| {
        let text =
            format!("whether an identity of {} has a role on {} is not known: {text}", client.name(), account.name());
        Some(Decided::unknown(why, Because::new(text)))
    };
    let Some(principals) = principals(identity) else {
        return open(Why::NotCollected, "the object id of one is not told");
    };
    // That nobody was given a role is concluded from a list that says that it is whole, and from no other.
    if snapshot.coverage().of(Kind::RoleAssignment) != Extent::Complete || unread(snapshot) {
        return open(Why::NotCollected, "role assignments were not read to their end");
    }
    let covering = || snapshot.all::<RoleAssignment>().filter(|(_, role)| role.covers(account));
    let own = || covering().filter(|(_, role)| principals.contains(&role.principal));
    if let Some((id, name)) = own().find_map(|(id, role)| Some((id, named(&WITH_DATA_ACTIONS, &role.role)?))) {
        let text = format!("{} has the role {name} on {}: it was not tried", client.name(), account.name());
        let fact = FactRef::new(id, "roleDefinitionId", name);
        return Some(Decided::value(Roles::Given(name), Because::new(text).fact(fact).rule(&DATA_ROLE)));
    }
    if own().any(|(_, role)| named(&WITHOUT, &role.role).is_none()) {
        return open(Why::Unsupported, "it has a role whose actions are not known here");
    }
    // Who is in a group no Azure Resource Manager tells.
    let group = |role: &RoleAssignment| !matches!(role.principal_type.as_deref(), Some("ServicePrincipal" | "User"));
    if covering().any(|(_, role)| group(role) && named(&WITHOUT, &role.role).is_none()) {
        return open(Why::NotCollected, "a group has one, and its members are not told");
    }
    let mut held: Vec<&'static str> = own().filter_map(|(_, role)| named(&WITHOUT, &role.role)).collect();
    held.sort_unstable();
    held.dedup();
    let but = match held.as_slice() {
        [] => String::new(),
        held => format!(" ({} is none)", held.join(", ")),
    };
    let text = format!(
        "the managed identity of {} has no role with data actions on {}{but}: a call with its token gets 401",
        client.name(),
        account.name()
    );
    let facts = principals.iter().map(|principal| FactRef::new(client, "identity.principalId", principal.as_str()));
    let because = facts.fold(Because::new(text), Because::fact).rule(&DATA_ROLE);
    let lacking = Roles::Lacking { account: account.clone(), client: client.clone(), principals, held };
    Some(Decided::value(lacking, because))
}

/// The object ids of all identities; `None` when one is not told.
fn principals(identity: &Identity) -> Option<Vec<String>> {
    let user = identity.user.iter().map(|(_, principal)| principal.clone());
    identity.system.clone().map(Some).into_iter().chain(user).collect()
}

/// True when there is an assignment that could not be read.
fn unread(snapshot: &Snapshot) -> bool {
    snapshot.of_kind(Kind::Other).any(|other| Kind::of_type(&other.id.resource_type()) == Kind::RoleAssignment)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Body, Coverage, Known, Resource};
    use std::sync::Arc;

    const ACCOUNT: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a";
    const OPENAI_USER: &str = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd";
    const OWNER: &str = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635";

    fn id(text: &str) -> ResourceId {
        ResourceId::parse(text).unwrap()
    }

    /// What is concluded for a machine with the identity `me`, from these assignments: principal, its type, role
    /// and scope.
    fn concluded(assignments: &[(&str, &str, &str, &str)], extent: Extent) -> Known<Roles> {
        let machine = id("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/vm");
        let identity = Identity { system: Some("me".to_owned()), user: Vec::new() };
        let body = Body::VirtualMachine(model::resource::VirtualMachine::default());
        let mut resources =
            vec![Resource { identity: Some(Arc::new(identity)), ..Resource::new(machine.clone(), body) }];
        for (number, (principal, kind, role, scope)) in assignments.iter().enumerate() {
            let assignment = RoleAssignment {
                principal: (*principal).to_owned(),
                principal_type: Some((*kind).to_owned()),
                role: (*role).to_owned(),
                scope: scope.to_lowercase(),
            };
            let id = id(&format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{number}"));
            resources.push(Resource::new(id, Body::RoleAssignment(assignment)));
        }
        let mut coverage = Coverage::complete();
        coverage.set(Kind::RoleAssignment, extent);
        let snapshot = Snapshot::new(resources, coverage);
        roles(&snapshot, &Vantage::VirtualMachine(machine), &id(ACCOUNT)).unwrap().outcome
    }

    #[test]
    fn a_role_at_the_account_or_above_is_given() {
        for scope in [ACCOUNT, "/subscriptions/s/resourceGroups/G", "/subscriptions/s"] {
            let found = concluded(&[("me", "ServicePrincipal", OPENAI_USER, scope)], Extent::Complete);
            assert_eq!(found, Known::Value(Roles::Given("Cognitive Services OpenAI User")), "{scope}");
        }
    }

    #[test]
    fn a_role_elsewhere_of_others_or_without_data_actions_is_none() {
        let lacks = |assignments: &[(&str, &str, &str, &str)]| match concluded(assignments, Extent::Complete) {
            Known::Value(Roles::Lacking { held, .. }) => held,
            other => panic!("{assignments:?}: {other:?}"),
        };
        assert!(lacks(&[]).is_empty());
        assert!(lacks(&[("you", "ServicePrincipal", OPENAI_USER, ACCOUNT)]).is_empty());
        assert!(lacks(&[("me", "ServicePrincipal", OPENAI_USER, "/subscriptions/s/resourceGroups/other")]).is_empty());
        assert!(lacks(&[("me", "ServicePrincipal", OPENAI_USER, &format!("{ACCOUNT}b"))]).is_empty());
        assert_eq!(lacks(&[("me", "ServicePrincipal", OWNER, "/subscriptions/s")]), ["Owner"]);
    }

    #[test]
    fn what_cannot_be_told_accuses_nobody() {
        let unknown = |assignments: &[(&str, &str, &str, &str)], extent| {
            assert!(matches!(concluded(assignments, extent), Known::Unknown(_)), "{assignments:?} {extent:?}");
        };
        unknown(&[], Extent::Assumed);
        unknown(&[], Extent::Missing(Why::NotPermitted));
        unknown(&[("me", "ServicePrincipal", "a-custom-role", ACCOUNT)], Extent::Complete);
        unknown(&[("team", "Group", OPENAI_USER, ACCOUNT)], Extent::Complete);
    }
}
