//! Are services that call by themselves told apart: each estate differs from the others in one thing only.

use finding::Severity;
use model::{Extent, Kind, Snapshot, Verdict, Why};
use suite::case::Case;
use suite::play;

/// A search service with an approved shared private link to the account, and an account that reads from it.
const ESTATE: &str = r#"
[client.environment]
AZURE_OPENAI_ENDPOINT = "https://yourresource.openai.azure.com"
AZURE_OPENAI_API_KEY = "a key of the client, which no service has"
HTTPS_PROXY = "http://10.2.1.4:3128"

[estate.search.yoursearch]
group = "rg-ai"
public = "Disabled"
identity = "5e000000-0000-0000-0000-000000000001"
shared-link.to-yourresource = { account = "yourresource" }

[estate.role.search-calls-models]
principal = "5e000000-0000-0000-0000-000000000001"
role = "5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"
at = "account/yourresource"

[estate.account.your-model]
group = "rg-ai"
identity = "ac000000-0000-0000-0000-000000000001"
"#;

const TO_ACCOUNT: (&str, &str) = ("search/yoursearch", "https://yourresource.openai.azure.com");
const TO_SEARCH: (&str, &str) = ("account/your-model", "https://yoursearch.search.windows.net");

/// What comes of a question after these changes: verdict, end, and each finding with severity and confidence.
fn told(
    pair: (&str, &str),
    expect: &str,
    fault: &[&str],
    estate: &str,
    hidden: Option<Kind>,
) -> (Verdict, String, Vec<String>) {
    let (from, to) = pair;
    let block =
        format!("base = \"healthy\"\nfault = {fault:?}\nfrom = {from:?}\nto = {to:?}\nexpect = {expect:?}\n{estate}");
    let case = Case::parse("here", &block).unwrap();
    let full = case.scenario.snapshot();
    let snapshot = match hidden {
        Some(kind) => without(&full, kind),
        None => full,
    };
    let diagnosis = play::ask(&snapshot, &case.scenario.question);
    let trace = &diagnosis.traces[0].outcome;
    let severity = |severity: Severity| severity.word();
    let findings = diagnosis.findings.iter();
    let findings =
        findings.map(|one| format!("{} {} {}", one.meta.code, severity(one.severity), one.confidence.word()));
    (trace.verdict, trace.end.word().to_owned(), findings.collect())
}

/// The same estate as somebody sees it who could not read one kind.
fn without(full: &Snapshot, kind: Kind) -> Snapshot {
    let mut coverage = full.coverage().clone();
    coverage.set(kind, Extent::Missing(Why::NotPermitted));
    let rest = full.iter().filter(|resource| resource.kind() != kind).map(|resource| (**resource).clone());
    Snapshot::new(rest.collect::<Vec<_>>(), coverage)
}

fn is(given: &(Verdict, String, Vec<String>), verdict: Verdict, end: &str, findings: &[&str]) {
    let wanted: Vec<String> = findings.iter().map(|&one| one.to_owned()).collect();
    assert_eq!(*given, (verdict, end.to_owned(), wanted));
}

const LINK: &str = "shared-link/yoursearch/to-yourresource";

#[test]
fn a_search_service_goes_by_its_link_and_by_no_other_way() {
    let private = |fault: &[&str]| told(TO_ACCOUNT, "private", fault, ESTATE, None);
    is(&private(&[]), Verdict::Private, "answered", &[]);
    // Neither the zones nor the groups nor the routes of the owner are on its way.
    let network = [
        "unlink privatelink.openai.azure.com from spoke-vnet",
        "rule nsg-app d 100 deny outbound any from * to * port *",
    ];
    is(&private(&network), Verdict::Private, "answered", &[]);
    for state in ["Pending", "Rejected", "Disconnected"] {
        let fault = format!("set {LINK} status = {state}");
        is(&private(&[&fault]), Verdict::Public, "refused", &["ACC009 broken proven"]);
    }
    let unfinished = format!("set {LINK} provisioningState = Incomplete");
    is(&private(&[&unfinished]), Verdict::Public, "refused", &["ACC009 broken proven"]);
    let other_group = format!("set {LINK} groupId = cognitiveservices_account");
    is(&private(&[&other_group]), Verdict::Public, "refused", &["ACC009 broken inferred"]);
    let delete = format!("delete {LINK}");
    is(&private(&[&delete]), Verdict::Public, "refused", &["ACC001 broken proven"]);
}

#[test]
fn what_is_not_known_accuses_nobody() {
    let delete = format!("delete {LINK}");
    for fault in [&[][..], &[delete.as_str()]] {
        let unread = told(TO_ACCOUNT, "private", fault, ESTATE, Some(Kind::SharedPrivateLink));
        is(&unread, Verdict::Undetermined, "unknown", &[]);
    }
    let waits = format!("set {LINK} status = Pending");
    let under_way = format!("set {LINK} provisioningState = Updating");
    let new = told(TO_ACCOUNT, "private", &[&waits, &under_way], ESTATE, None);
    is(&new, Verdict::Undetermined, "unknown", &[]);
    // Of a resource that nobody read only the way is known, and that is told.
    let stranger = ("search/yoursearch", "https://yourdata.blob.core.windows.net");
    is(&told(stranger, "private", &[], ESTATE, None), Verdict::Public, "unknown", &["ACC001 exposed proven"]);
    is(&told(stranger, "public", &[], ESTATE, None), Verdict::Public, "unknown", &[]);
    // By which way an account calls anything but a search service is not documented here.
    let elsewhere = ("account/your-model", "https://yourdata.blob.core.windows.net");
    is(&told(elsewhere, "private", &[], ESTATE, None), Verdict::Undetermined, "unknown", &[]);
}

#[test]
fn where_the_public_side_lets_it_in_a_link_that_waits_is_fragile_only() {
    let waits = format!("set {LINK} status = Pending");
    let open = ["set account/yourresource publicNetworkAccess = Enabled", &waits];
    let fragile = told(TO_ACCOUNT, "private", &open, ESTATE, None).2;
    assert!(fragile.contains(&"ACC009 fragile proven".to_owned()), "{fragile:?}");
    let trusted = ["set account/yourresource networkAcls.bypass = AzureServices", &waits];
    is(&told(TO_ACCOUNT, "private", &trusted, ESTATE, None), Verdict::Public, "answered", &["ACC009 fragile proven"]);
}

#[test]
fn a_trusted_service_is_let_in_over_the_public_side() {
    let delete = format!("delete {LINK}");
    let trusted = ["set account/yourresource networkAcls.bypass = AzureServices", &delete];
    is(&told(TO_ACCOUNT, "public", &trusted, ESTATE, None), Verdict::Public, "answered", &[]);
    is(&told(TO_ACCOUNT, "private", &trusted, ESTATE, None), Verdict::Public, "answered", &["ACC001 exposed proven"]);
    let nobody = ESTATE.replace("identity = \"5e000000-0000-0000-0000-000000000001\"\n", "");
    is(&told(TO_ACCOUNT, "public", &trusted, &nobody, None), Verdict::Public, "refused", &["ACC001 broken proven"]);
    let perimeter = ["set account/yourresource publicNetworkAccess = SecuredByPerimeter", &delete];
    is(&told(TO_ACCOUNT, "public", &perimeter, ESTATE, None), Verdict::Public, "unknown", &[]);
}

#[test]
fn an_account_calls_a_search_service_as_one_that_is_trusted() {
    is(&told(TO_SEARCH, "public", &[], ESTATE, None), Verdict::Public, "refused", &["ACC001 broken proven"]);
    let trusted = "set search/yoursearch networkRuleSet.bypass = AzureServices";
    is(&told(TO_SEARCH, "public", &[trusted], ESTATE, None), Verdict::Public, "answered", &[]);
    let open = "set search/yoursearch publicNetworkAccess = Enabled";
    is(&told(TO_SEARCH, "public", &[open], ESTATE, None), Verdict::Public, "answered", &[]);
    let restrict = "set account/your-model restrictOutboundNetworkAccess = true";
    is(
        &told(TO_SEARCH, "public", &[trusted, restrict], ESTATE, None),
        Verdict::Blocked,
        "stopped",
        &["ACC010 broken proven"],
    );
    let name = "set account/your-model allowedFqdnList = yoursearch.search.windows.net";
    is(&told(TO_SEARCH, "public", &[trusted, restrict, name], ESTATE, None), Verdict::Public, "answered", &[]);
    let domain = "set account/your-model allowedFqdnList = search.windows.net";
    is(&told(TO_SEARCH, "public", &[trusted, restrict, domain], ESTATE, None), Verdict::Undetermined, "unknown", &[]);
}
