//! Are the 401s, 403s and 404s of a service told apart: is it the network, or who calls?
//!
//! Every row is measured in a lab on real sockets. What the statuses have in common is what makes people blame the wrong
//! part; the rows differ in the cause only.

use crate::agreement::measured;
use diagnose::Estate;
use model::{End, Stage, Status, Verdict};
use suite::case::Case;
use suite::play;

/// A reply, and what follows from it.
struct Row {
    what: &'static str,
    block: &'static str,
    status: u16,
    verdict: Verdict,
    end: End,
    stage: Option<Stage>,
    codes: &'static [&'static str],
}

const NETWORK_IS_GOOD: &[Row] = &[
    Row {
        what: "401, the key of another account",
        block: "base = \"healthy\"\ncredential = \"key of otherresource\"",
        status: 401,
        verdict: Verdict::Private,
        end: End::Answered,
        stage: None,
        codes: &["AUT004"],
    },
    Row {
        what: "401, a token for another audience",
        block: "base = \"healthy\"\ncredential = \"token for https://management.azure.com\"",
        status: 401,
        verdict: Verdict::Private,
        end: End::Answered,
        stage: None,
        codes: &["AUT005"],
    },
    Row {
        what: "401, no role",
        block: "base = \"healthy\"\ncredential = \"token without a role\"",
        status: 401,
        verdict: Verdict::Private,
        end: End::Answered,
        stage: None,
        codes: &["AUT002"],
    },
    Row {
        what: "403, keys are switched off",
        block: "base = \"healthy\"\nfault = [\"set account/yourresource disableLocalAuth = true\"]\ncredential = \"key of yourresource\"",
        status: 403,
        verdict: Verdict::Private,
        end: End::Answered,
        stage: None,
        codes: &["AUT001"],
    },
    Row {
        what: "404, no such deployment",
        block: "base = \"healthy\"\ncredential = \"key of yourresource\"\ndeployment = \"gpt-4-turbo\"",
        status: 404,
        verdict: Verdict::Private,
        end: End::Answered,
        stage: None,
        codes: &["CLN014"],
    },
    Row {
        what: "403 of a vault, no role",
        block: "base = \"healthy\"\nto = \"https://yourvault.vault.azure.net\"\n\
                credential = \"token without a role for https://vault.azure.net\"\n\n\
                [estate.zone]\n\"privatelink.vaultcore.azure.net\" = { group = \"rg-networking\", links = [\"hub-vnet\", \"spoke-vnet\"] }\n\
                [estate.service.yourvault]\ngroup = \"rg-data\"\ntype = \"Microsoft.KeyVault/vaults\"\npublic = \"Disabled\"\n\
                [estate.endpoint.pe-vault]\ngroup = \"rg-data\"\nsubnet = \"hub-vnet/snet-private-endpoints\"\n\
                address = \"10.1.2.50\"\nservice = \"yourvault\"\nsub-resource = \"vault\"\n\
                zones = [\"privatelink.vaultcore.azure.net\"]",
        status: 403,
        verdict: Verdict::Private,
        end: End::Answered,
        stage: None,
        codes: &["ACC014"],
    },
];

const NETWORK_REFUSES: &[Row] = &[
    Row {
        what: "403, public access is disabled",
        block: "base = \"zone-not-linked\"\ncredential = \"key of yourresource\"",
        status: 403,
        verdict: Verdict::Public,
        end: End::Refused,
        stage: Some(Stage::Dns),
        codes: &["DNS003"],
    },
    Row {
        what: "403, the rules do not name the source; the cause is that it came publicly at all",
        block: "base = \"zone-not-linked-open\"\nfault = [\"set account/yourresource networkAcls.defaultAction = Deny\"]",
        status: 403,
        verdict: Verdict::Public,
        end: End::Refused,
        stage: Some(Stage::Dns),
        codes: &["DNS003"],
    },
    Row {
        what: "403, a regional host",
        block: "base = \"healthy\"\nto = \"https://eastus.api.cognitive.microsoft.com\"\nexpect = \"public\"\ncredential = \"key of yourresource\"",
        status: 403,
        verdict: Verdict::Public,
        end: End::Refused,
        stage: Some(Stage::Client),
        codes: &[],
    },
    Row {
        what: "403 of a vault whose rules do not name the source",
        block: "base = \"healthy\"\nto = \"https://yourvault.vault.azure.net\"\nexpect = \"public\"\n\
                credential = \"token for https://vault.azure.net\"\n\n[estate.service.yourvault]\ngroup = \"rg-data\"\n\
                type = \"Microsoft.KeyVault/vaults\"\npublic = \"Enabled\"\ndefault-action = \"Deny\"",
        status: 403,
        verdict: Verdict::Public,
        end: End::Refused,
        stage: Some(Stage::Access),
        codes: &["ACC014"],
    },
    Row {
        what: "403 of a web app that is closed publicly",
        block: "base = \"healthy\"\nto = \"https://yourbackend.azurewebsites.net\"\nexpect = \"public\"\nmeasured = true\n\n\
                [estate.service.yourbackend]\ngroup = \"rg-data\"\ntype = \"Microsoft.Web/sites\"\npublic = \"Disabled\"",
        status: 403,
        verdict: Verdict::Public,
        end: End::Refused,
        stage: Some(Stage::Access),
        codes: &["ACC016"],
    },
    Row {
        what: "403 of the deployment host of a web app, whose zone is not linked: what led there is the fault",
        block: "base = \"healthy\"\nfault = [\"unlink privatelink.azurewebsites.net from spoke-vnet\"]\n\
                to = \"https://yourbackend.scm.azurewebsites.net\"\nmeasured = true\n\n\
                [estate.zone]\n\"privatelink.azurewebsites.net\" = { group = \"rg-networking\", links = [\"hub-vnet\", \"spoke-vnet\"] }\n\
                [estate.service.yourbackend]\ngroup = \"rg-data\"\ntype = \"Microsoft.Web/sites\"\npublic = \"Disabled\"\n\
                [estate.endpoint.pe-backend]\ngroup = \"rg-data\"\nsubnet = \"hub-vnet/snet-private-endpoints\"\n\
                address = \"10.1.2.50\"\nservice = \"yourbackend\"\nsub-resource = \"sites\"\n\
                zones = [\"privatelink.azurewebsites.net\"]",
        status: 403,
        verdict: Verdict::Public,
        end: End::Refused,
        stage: Some(Stage::Dns),
        codes: &["DNS003"],
    },
    Row {
        what: "403 of a registry that is closed publicly",
        block: "base = \"healthy\"\nto = \"https://yourregistry.azurecr.io\"\nexpect = \"public\"\nmeasured = true\n\n\
                [estate.service.yourregistry]\ngroup = \"rg-data\"\ntype = \"Microsoft.ContainerRegistry/registries\"\npublic = \"Disabled\"",
        status: 403,
        verdict: Verdict::Public,
        end: End::Refused,
        stage: Some(Stage::Access),
        codes: &["ACC018"],
    },
    Row {
        what: "403 of a registry whose zone is not linked: what led there is the fault",
        block: "base = \"healthy\"\nfault = [\"unlink privatelink.azurecr.io from spoke-vnet\"]\nto = \"https://yourregistry.azurecr.io\"\nmeasured = true\n\n\
                [estate.zone]\n\"privatelink.azurecr.io\" = { group = \"rg-networking\", links = [\"hub-vnet\", \"spoke-vnet\"] }\n\
                [estate.service.yourregistry]\ngroup = \"rg-data\"\ntype = \"Microsoft.ContainerRegistry/registries\"\npublic = \"Disabled\"\n\
                [estate.endpoint.pe-registry]\ngroup = \"rg-data\"\nsubnet = \"hub-vnet/snet-private-endpoints\"\n\
                address = \"10.1.2.50\"\nservice = \"yourregistry\"\nsub-resource = \"registry\"\n\
                zones = [\"privatelink.azurecr.io\"]",
        status: 403,
        verdict: Verdict::Public,
        end: End::Refused,
        stage: Some(Stage::Dns),
        codes: &["DNS003"],
    },
    Row {
        what: "403, public access is disabled, and the call means to come publicly",
        block: "base = \"healthy\"\nexpect = \"public\"\nto = \"https://shared-model.openai.azure.com\"\nmeasured = true\n\n\
                [estate.account.shared-model]\ngroup = \"rg-ai\"\npublic = \"Disabled\"",
        status: 403,
        verdict: Verdict::Public,
        end: End::Refused,
        stage: Some(Stage::Access),
        codes: &["ACC002"],
    },
    Row {
        what: "403, the rules do not name the source, and the call means to come publicly",
        block: "base = \"healthy\"\nfault = [\"set account/shared-model networkAcls.defaultAction = Deny\"]\nexpect = \"public\"\n\
                to = \"https://shared-model.openai.azure.com\"\nmeasured = true\n\n\
                [estate.account.shared-model]\ngroup = \"rg-ai\"\npublic = \"Enabled\"",
        status: 403,
        verdict: Verdict::Public,
        end: End::Refused,
        stage: Some(Stage::Access),
        codes: &["ACC003"],
    },
];

/// What is measured of a row, and what else is wrong with it.
fn judged(row: &Row) -> path::Trace {
    let case = Case::parse(row.what, row.block).unwrap();
    let snapshot = case.scenario.snapshot();
    let observations = measured(&case).unwrap();
    let statuses: Vec<u16> = observations
        .iter()
        .filter_map(|own| match &own.seen {
            model::observation::Seen::Http(reply) => Some(reply.status),
            _ => None,
        })
        .collect();
    assert_eq!(statuses, [row.status], "{}", row.what);
    let found = play::conclude(&snapshot, &case.scenario.question, observations, Estate::OnPath);
    let codes: Vec<&str> = found.findings.iter().map(|finding| finding.meta.code).collect();
    let trace = found.traces[0].clone();
    let outcome = &trace.outcome;
    assert_eq!((outcome.verdict, outcome.end, outcome.stage), (row.verdict, row.end, row.stage), "{}", row.what);
    assert_eq!(codes, row.codes, "{}", row.what);
    trace
}

#[test]
fn who_calls_is_at_fault_and_the_network_is_not() {
    for row in NETWORK_IS_GOOD {
        let trace = judged(row);
        let before = trace.steps().filter(|step| step.stage < Stage::Auth);
        let before: Vec<_> = before.collect();
        assert!(before.iter().all(|step| step.status == Status::Pass), "{}: {trace:#?}", row.what);
        let last = trace.at(Stage::Auth).last().expect("the stage was reached").status;
        let expected = if row.status == 404 { Status::Pass } else { Status::Fail };
        assert_eq!(last, expected, "{}", row.what);
    }
}

/// A closed vault asks who calls before it refuses: its 401 does not say that it is open.
#[test]
fn a_401_of_a_vault_says_nothing_of_its_network_rules() {
    let trace = judged(&Row {
        what: "401 of a vault, no token",
        block: "base = \"healthy\"\nto = \"https://yourvault.vault.azure.net\"\nexpect = \"public\"\n\n\
                [estate.service.yourvault]\ngroup = \"rg-data\"\ntype = \"Microsoft.KeyVault/vaults\"\npublic = \"Disabled\"",
        status: 401,
        verdict: Verdict::Public,
        end: End::Unknown,
        stage: None,
        codes: &[],
    });
    let access = trace.at(Stage::Access).next().expect("the stage was reached");
    assert_eq!(access.status, Status::Unknown);
    assert!(trace.settle.iter().any(|line| line.contains("token")), "{:?}", trace.settle);
}

/// The same of a registry, whose clients ask for a token at a place of its own.
#[test]
fn a_401_of_a_registry_says_nothing_of_its_network_rules() {
    let trace = judged(&Row {
        what: "401 of a registry, no token",
        block: "base = \"healthy\"\nto = \"https://yourregistry.azurecr.io/v2/\"\nexpect = \"public\"\nmeasured = true\n\n\
                [estate.service.yourregistry]\ngroup = \"rg-data\"\ntype = \"Microsoft.ContainerRegistry/registries\"\npublic = \"Disabled\"",
        status: 401,
        verdict: Verdict::Public,
        end: End::Unknown,
        stage: None,
        codes: &[],
    });
    assert_eq!(trace.at(Stage::Access).next().expect("the stage was reached").status, Status::Unknown);
}

/// Storage has one code for its network rules and for other denials: nothing is concluded from it.
#[test]
fn a_403_of_storage_is_not_read_as_more_than_it_says() {
    let trace = judged(&Row {
        what: "403 of storage, closed publicly",
        block: "base = \"healthy\"\nto = \"https://yourdata.blob.core.windows.net\"\nexpect = \"public\"\nmeasured = true\n\n\
                [estate.service.yourdata]\ngroup = \"rg-data\"\ntype = \"Microsoft.Storage/storageAccounts\"\npublic = \"Disabled\"",
        status: 403,
        verdict: Verdict::Public,
        end: End::Answered,
        stage: None,
        codes: &[],
    });
    assert!(trace.heard.reply.is_some());
}

#[test]
fn the_network_refuses_and_the_stage_is_where_the_way_was_left() {
    for row in NETWORK_REFUSES {
        let trace = judged(row);
        let access = trace.at(Stage::Access).next().expect("the stage was reached");
        assert_eq!(access.status, Status::Fail, "{}", row.what);
        let auth = trace.at(Stage::Auth).all(|step| step.status != Status::Fail);
        assert!(auth, "{}: nobody looked at the key", row.what);
    }
}
