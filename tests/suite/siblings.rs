//! Is every name of every endpoint compared with every record, also where nobody asks for it?

use suite::case::Case;
use suite::play;

/// A database with a name for the account and one for its region, each at an address of its own, beside
/// the healthy estate, whose question is about something else.
const DATABASE: &str = r#"
[estate.zone]
"privatelink.documents.azure.com" = { group = "rg-networking", links = ["hub-vnet", "spoke-vnet"] }

[estate.service.yourdb]
group = "rg-data"
type = "Microsoft.DocumentDB/databaseAccounts"

[estate.endpoint.pe-db]
group = "rg-data"
subnet = "hub-vnet/snet-private-endpoints"
address = "10.1.2.30"
service = "yourdb"
sub-resource = "Sql"
names = { "yourdb-eastus.documents.azure.com" = "10.1.2.31" }
"#;

/// The endpoint keeps its records by a zone group.
const GROUPED: &str = "zones = [\"privatelink.documents.azure.com\"]\n";

const ZONE: &str = "privatelink.documents.azure.com";

/// Code, severity and title of what is found.
fn found(head: &str, faults: &[String], tables: &str) -> Vec<String> {
    let faults = faults.iter().map(|fault| format!("{fault:?}")).collect::<Vec<_>>().join(", ");
    let block = format!("base = \"healthy\"\nfault = [{faults}]\n{head}\n{tables}");
    let case = Case::parse("siblings", &block).unwrap();
    let diagnosis = play::ask(&case.scenario.snapshot(), &case.scenario.question);
    let words = diagnosis.findings.iter();
    words.map(|found| format!("{} {}: {}", found.meta.code, found.severity.word(), found.title)).collect()
}

fn kept(faults: &[String]) -> Vec<String> {
    found("", faults, &format!("{DATABASE}{GROUPED}"))
}

fn record(label: &str, address: &str) -> String {
    format!("record {ZONE} {label} A {address}")
}

fn deleted(label: &str) -> String {
    format!("delete record/{ZONE}/{label}")
}

#[test]
fn records_that_the_zone_group_keeps_are_right() {
    assert!(kept(&[]).is_empty(), "{:?}", kept(&[]));
}

#[test]
fn a_record_with_an_address_that_nobody_has_is_stale() {
    let stale = kept(&[record("yourdb-eastus", "10.1.2.99")]);
    assert_eq!(stale, ["DNS006 broken: record yourdb-eastus says 10.1.2.99; its endpoint is at 10.1.2.31"]);
}

#[test]
fn a_record_with_the_address_of_another_name_is_told() {
    let mixed = kept(&[record("yourdb-eastus", "10.1.2.30")]);
    assert_eq!(mixed, ["DNS006 broken: record yourdb-eastus says 10.1.2.30; pe-db has that name at 10.1.2.31"]);
}

#[test]
fn a_record_with_the_address_of_another_endpoint_is_told() {
    let other = kept(&[record("yourdb", "10.1.2.4")]);
    assert_eq!(other, ["DNS006 broken: record yourdb says 10.1.2.4, which is pe-openai-eastus; its own is 10.1.2.30"]);
}

#[test]
fn the_asked_name_at_the_address_of_another_is_told_once() {
    let to = "to = \"https://yourdb-eastus.documents.azure.com\"";
    let mixed = found(to, &[record("yourdb-eastus", "10.1.2.30")], &format!("{DATABASE}{GROUPED}"));
    assert_eq!(mixed, ["DNS006 broken: record yourdb-eastus says 10.1.2.30; pe-db has that name at 10.1.2.31"]);
}

#[test]
fn a_name_without_record_beside_one_with_it() {
    let partial = kept(&[deleted("yourdb-eastus")]);
    let words = "yourdb-eastus.documents.azure.com has no record; yourdb.documents.azure.com has";
    assert_eq!(partial, [format!("DNS009 broken: {words}")]);
}

#[test]
fn no_name_has_its_record() {
    let none = kept(&[deleted("yourdb-eastus"), deleted("yourdb")]);
    let words = |label: &str| format!("DNS005 broken: zone {ZONE} has no record {label} (NXDOMAIN)");
    assert_eq!(none, [words("yourdb"), words("yourdb-eastus")]);
}

#[test]
fn records_by_hand_are_held_to_the_same() {
    let by_hand = |faults: &[String]| found("", faults, DATABASE);
    assert!(by_hand(&[]).is_empty(), "no zone group and no record: nobody meant any");
    let one = by_hand(&[record("yourdb", "10.1.2.30")]);
    let words = "yourdb-eastus.documents.azure.com has no record; yourdb.documents.azure.com has";
    assert_eq!(one, [format!("DNS009 broken: {words}")]);
    assert!(by_hand(&[record("yourdb", "10.1.2.30"), record("yourdb-eastus", "10.1.2.31")]).is_empty());
}

#[test]
fn a_zone_that_nobody_asks_harms_nobody() {
    let unlinked = [
        format!("unlink {ZONE} from hub-vnet"),
        format!("unlink {ZONE} from spoke-vnet"),
        record("yourdb-eastus", "10.1.2.99"),
    ];
    assert!(kept(&unlinked).is_empty(), "{:?}", kept(&unlinked));
}

#[test]
fn a_second_endpoint_may_hold_the_same_name_elsewhere() {
    let second = "\n[estate.endpoint.pe-db-second]\ngroup = \"rg-data\"\nsubnet = \"hub-vnet/snet-private-endpoints\"\n\
                  address = \"10.1.2.40\"\nservice = \"yourdb\"\nsub-resource = \"Sql\"\n\
                  names = { \"yourdb-eastus.documents.azure.com\" = \"10.1.2.41\" }\n";
    let found = found("", &[record("yourdb", "10.1.2.40")], &format!("{DATABASE}{GROUPED}{second}"));
    assert!(found.is_empty(), "{found:?}");
}

/// An app of which a setting names the queues of an account that has an endpoint for its blobs alone.
const QUEUES: &str = r#"
[estate.zone]
"privatelink.blob.core.windows.net" = { group = "rg-networking", links = ["hub-vnet", "spoke-vnet"] }

[estate.endpoint.pe-blob]
group = "rg-data"
subnet = "hub-vnet/snet-private-endpoints"
address = "10.1.2.21"
storage = "datalake"
sub-resource = "blob"
zones = ["privatelink.blob.core.windows.net"]

[estate.app.worker]
group = "rg-app"
subnet = "spoke-vnet/snet-app-service"
settings.QUEUE_URL = "https://datalake.queue.core.windows.net"
"#;

#[test]
fn a_setting_that_names_an_uncovered_sub_resource_is_asked_and_told() {
    let case = Case::parse("siblings", &format!("base = \"healthy\"\n{QUEUES}")).unwrap();
    let snapshot = case.scenario.snapshot();
    let asked = diagnose::Case::on_paper(Some(&snapshot), diagnose::stated(&snapshot), diagnose::Estate::Whole);
    let audit = diagnose::conclude(asked, Vec::new());
    let told: Vec<_> = audit.findings.iter().map(|found| (found.meta.code, found.title.as_str())).collect();
    assert_eq!(told, [("PEP004", "datalake has an endpoint for blob, and none for queue")]);
    let about = &audit.traces[audit.findings[0].about[0]].question;
    assert_eq!(about.to.host.to_string(), "datalake.queue.core.windows.net");
}
