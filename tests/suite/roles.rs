//! Is a missing role told before anybody calls, and only where the list of roles is whole?

use model::{Extent, Kind, Snapshot, Why};
use suite::case::Case;
use suite::play;

const MACHINE: &str = r#"base = "healthy"

[estate.vm.app]
group = "rg-app"
subnet = "spoke-vnet/snet-app"
address = "10.2.1.4"
identity = "11111111-2222-3333-4444-555555555555"
"#;

const OWNER: &str = r#"
[estate.role.app-owns-the-group]
principal = "11111111-2222-3333-4444-555555555555"
role = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
at = "group/rg-ai"
"#;

const MAY_CALL: &str = r#"
[estate.role.app-calls-models]
principal = "11111111-2222-3333-4444-555555555555"
role = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
at = "account/yourresource"
"#;

fn case(tables: &str) -> Case {
    Case::parse("roles", tables).unwrap()
}

/// What is found in an estate: code, severity, confidence and title.
fn found(case: &Case, snapshot: &Snapshot) -> Vec<String> {
    let diagnosis = play::ask(snapshot, &case.scenario.question);
    let told = diagnosis.findings.iter().map(|found| {
        format!("{} {} {}: {}", found.meta.code, found.severity.word(), found.confidence.word(), found.title)
    });
    told.collect()
}

#[test]
fn an_identity_without_a_role_is_told() {
    for roles in ["", OWNER] {
        let case = case(&format!("{MACHINE}{roles}"));
        let told = found(&case, &case.scenario.snapshot());
        let title = "AUT002 fragile inferred: the managed identity of app has no role for calls on yourresource";
        assert_eq!(told, [title], "{roles}");
    }
    let case = case(&format!("{MACHINE}{OWNER}"));
    let diagnosis = play::ask(&case.scenario.snapshot(), &case.scenario.question);
    let words: Vec<String> = diagnosis.findings[0].evidence.iter().map(|evidence| evidence.text.clone()).collect();
    assert!(words.concat().contains("(Owner is none)"), "{words:?}");
}

#[test]
fn nothing_is_told_where_roles_may_be_missing_from_the_list() {
    let case = case(MACHINE);
    let snapshot = case.scenario.snapshot();
    assert_eq!(found(&case, &snapshot.without(Kind::RoleAssignment, Why::NotPermitted)), Vec::<String>::new());
    let mut coverage = snapshot.coverage().clone();
    coverage.set(Kind::RoleAssignment, Extent::Assumed);
    let assumed = Snapshot::new(snapshot.iter().map(|resource| (**resource).clone()), coverage);
    assert_eq!(found(&case, &assumed.with_client(snapshot.client().clone())), Vec::<String>::new());
}

#[test]
fn nothing_is_told_of_who_has_the_role_a_key_or_an_application() {
    let environment = |name: &str| format!("fault = [\"env {name}=x\"]\n{MACHINE}");
    let settled =
        [format!("{MACHINE}{MAY_CALL}"), environment("AZURE_OPENAI_API_KEY"), environment("AZURE_CLIENT_SECRET")];
    for tables in settled {
        let case = case(&tables);
        assert_eq!(found(&case, &case.scenario.snapshot()), Vec::<String>::new(), "{tables}");
    }
    // Taken away again, it is told.
    let case = case(&format!("fault = [\"delete role/app-calls-models\"]\n{MACHINE}{MAY_CALL}"));
    assert_eq!(found(&case, &case.scenario.snapshot()).len(), 1);
}
