//! Is every phrase recognised in a text as people paste it, and nothing in any other?

use super::*;
use model::observation::{HttpOutcome, HttpSeen};
use std::collections::BTreeSet;

/// Realistic texts: `=== PHRASE`, then the text.
const SAMPLES: &str = include_str!("samples.txt");

fn samples() -> impl Iterator<Item = (&'static str, &'static str)> {
    SAMPLES.split("=== ").skip(1).map(|sample| sample.split_once('\n').unwrap())
}

#[track_caller]
fn recognised(text: &str) -> Explanation {
    explain(text).unwrap_or_else(|| panic!("not recognised: {text}"))
}

#[test]
fn every_phrase_is_recognised_in_a_realistic_text() {
    let mut seen = BTreeSet::new();
    let mut wrong = Vec::new();
    for (phrase, text) in samples() {
        seen.insert(phrase);
        let got = explain(text).map(|explanation| explanation.phrase);
        if got.as_deref() != Some(phrase) {
            wrong.push(format!("{phrase}: {got:?} in {text}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let all: BTreeSet<&str> = table().phrase.iter().map(|phrase| phrase.id.as_str()).collect();
    assert_eq!(seen, all, "each phrase has a sample");
}

#[test]
fn case_line_breaks_and_colours_change_nothing() {
    for (phrase, text) in samples().filter(|(_, text)| !text.contains("ddress") && !text.contains("Trying")) {
        for spelled in [text.to_uppercase(), text.replace('\n', "\\n"), text.replace(' ', "\u{1b}[31m ")] {
            assert_eq!(recognised(&spelled).phrase, phrase, "{spelled}");
        }
    }
}

#[test]
fn what_is_not_known_is_not_guessed() {
    let unknown = [
        "",
        " \n\t",
        "hello",
        "xyzzy",
        "the network is broken",
        "error 5 of 403 files",
        "port 4030",
        "dns",
        "\u{1b}[2J",
        "Your IP address is 203.0.113.7.",
        "Timeout(timeout=600, connect=5.0)",
        "AuthorizationPermissionMismatch",
        "PublicAccessIsDisabledForMe",
        "the app server failed to start",
        "user is not allowed access",
        "database connection error.",
        "failed to resolve module",
        "resource not found",
        "syntax error: unexpected EOF while looking for matching quote",
        "enotfounded",
    ];
    for text in unknown {
        assert_eq!(explain(text).map(|explanation| explanation.phrase), None, "{text}");
    }
}

#[test]
fn no_part_of_the_text_comes_back_but_the_host() {
    let hostile = "\u{1b}]0;owned\u{7}\u{202e}api-key: sk-canary Connection refused https://a.openai.azure.com/$(reboot)?k=canary";
    let told = format!("{:?}", recognised(hostile));
    assert!(told.contains("https://a.openai.azure.com\""), "{told}");
    for piece in ["canary", "reboot", "owned", "\u{1b}", "\\u{1b}", "\u{202e}"] {
        assert!(!told.contains(piece), "{piece}: {told}");
    }
}

#[test]
fn long_texts_are_cut_where_a_character_ends() {
    let long = format!("connection refused {}", "ü".repeat(1 << 20));
    let explanation = recognised(&long);
    assert!(explanation.remarks.iter().any(|remark| remark.contains("64 KiB")), "{explanation:?}");
    assert_eq!(explain(&format!("{} connection refused", "x ".repeat(1 << 20))), None);
    for edge in READ - 4..READ + 4 {
        let _ = explain(&format!("{}ü{}", "x".repeat(edge), "€".repeat(9)));
    }
}

#[test]
fn another_status_is_remarked_and_does_not_decide() {
    let explanation = recognised("HTTP/1.1 500 oops: Public access is disabled. Please configure private endpoint.");
    assert_eq!(explanation.phrase, "public-access-disabled");
    assert!(explanation.remarks[0].contains("HTTP 500"), "{explanation:?}");
    let usual = recognised("Error code: 403 - Public access is disabled. Please configure private endpoint.");
    assert!(usual.remarks.is_empty(), "{usual:?}");
}

#[test]
fn the_two_inversions_are_in() {
    let refused = recognised("401: Ip has been prevented to connect to the endpoint");
    assert!(refused.cannot.iter().any(|cannot| cannot.what.contains("a wrong key")), "{refused:?}");
    let keys = recognised("403 AuthenticationTypeDisabled");
    assert!(keys.cannot.iter().any(|cannot| cannot.what.contains("network rules")), "{keys:?}");
    assert_eq!(keys.can[0].mode.unwrap().code, "AUT001");
}

#[test]
fn what_else_the_text_says_is_told() {
    let text = "nslookup a.openai.azure.com\nName: a.privatelink.openai.azure.com\nAddress: 10.1.2.4\n\nError code: 401 - invalid subscription key";
    let explanation = recognised(text);
    assert_eq!(explanation.phrase, "wrong-key");
    assert!(explanation.also.iter().any(|also| also.contains("as it should be")), "{explanation:?}");
}

#[test]
fn any_text_gives_an_answer_or_none() {
    let pieces = [
        "\u{1b}[",
        "\\",
        "403",
        "address:",
        "::1",
        "a.privatelink.openai.azure.com",
        "\n",
        "🦀",
        "timed out",
        "\0",
        "(",
        "ß",
        "#53",
    ];
    let mut state = 7_u64;
    for _ in 0..2_000 {
        let mut text = String::new();
        for _ in 0..12 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            text.push_str(pieces[usize::try_from(state >> 33).unwrap() % pieces.len()]);
        }
        let _ = explain(&text);
    }
}

#[test]
fn where_the_identity_can_be_the_cause_it_is_not_excluded() {
    for text in
        ["AuthorizationFailure", "Please check your authorization token and Cosmos DB account firewall settings."]
    {
        let explanation = recognised(text);
        assert!(explanation.can.iter().any(|can| can.what == "a wrong key, token or role"), "{explanation:?}");
        assert!(explanation.cannot.iter().all(|cannot| cannot.what != "a wrong key, token or role"), "{explanation:?}");
    }
}

#[test]
fn a_measured_reply_and_a_pasted_one_are_read_alike() {
    let measured = |body: &str| {
        path::access::read(&HttpSeen {
            address: "127.0.0.1:443".parse().unwrap(),
            request: "GET /".to_owned(),
            credential: None,
            outcome: HttpOutcome::Answered,
            status: 403,
            headers: Vec::new(),
            body: body.to_owned(),
            truncated: false,
        })
    };
    for (phrase, text) in samples() {
        // Replies of one line: what a terminal broke apart is not a body.
        let refused = matches!(measured(&folded(text)), path::access::Reading::NetworkRefusal(..));
        let excludes = recognised(text).cannot.iter().any(|cannot| cannot.what.contains("network rules"));
        assert!(!(refused && excludes), "{phrase}: a refusal by network rules is excluded in {text}");
        let rests = table().phrase.iter().any(|row| row.id == phrase && row.known().1.contains("issue 1157"));
        assert!(!rests || refused, "{phrase}: fabric does not read {text} as a refusal");
    }
}

/// Every row of the catalogue's table of phrases, with the phrase that has to be told. More than one literal
/// in a row is more than one line here.
const CATALOGUE: &[(&str, &str)] = &[
    ("Public access is disabled. Please configure private endpoint", "public-access-disabled"),
    ("policy-id: ThrowExceptionDueToTrafficDenied", "policy-header"),
    ("Access denied due to Virtual Network/Firewall rules", "network-rules"),
    ("Traffic is not from an approved private endpoint", "not-an-approved-endpoint"),
    ("A Virtual Network is configured for this resource. Please use the correct endpoint", "regional-host"),
    ("Subdomain does not map to a resource", "subdomain-unknown"),
    ("invalid subscription key or wrong API endpoint", "wrong-key"),
    ("Key based authentication is disabled for this resource", "keys-disabled"),
    ("AuthenticationTypeDisabled", "keys-disabled"),
    ("Principal does not have access to API/Operation", "role-missing"),
    ("PermissionDenied", "permission-denied"),
    ("lacks the required data action", "role-missing"),
    ("Please provide a custom subdomain for token authentication", "token-needs-subdomain"),
    ("Invalid AzureCognitiveSearch configuration detected", "search-refused-the-service"),
    ("is not in the allowed FQDN list", "outbound-restricted"),
    ("ForbiddenByConnection", "vault-connection"),
    ("not an approved private link", "vault-connection"),
    ("nor via an approved private link", "vault-connection"),
    ("ForbiddenByFirewall", "vault-firewall"),
    ("Client address is not authorized", "vault-firewall"),
    ("This request is not authorized to perform this operation.", "storage-refused"),
    ("AuthorizationFailure", "storage-refused"),
    ("not authorized by network security perimeter", "perimeter"),
    ("client with IP '203.0.113.7' is not allowed access", "registry-refused"),
    ("CONNECTIVITY_REFRESH_TOKEN_ERROR", "registry-login"),
    ("ImagePullUnauthorized", "image-pull"),
    ("Deny Public Network Access is set to Yes", "sql-public"),
    ("Request originated from IP 203.0.113.7 through public internet", "cosmos-public"),
    ("Request is blocked. Please check your authorization token and Cosmos DB account firewall", "cosmos-blocked"),
    ("Ip has been prevented to connect to the endpoint", "messaging-ip"),
    ("azconfig.io/errors/ip-address-rejected", "app-configuration-ip"),
    ("azconfig.io/errors/nsp-rejected", "perimeter"),
    ("Unauthorized network access to workspace", "databricks"),
    ("denied based on workspace private link configuration", "workspace-private-link"),
    ("has blocked your access", "web-app-closed"),
    ("Web App - Unavailable", "web-app-page"),
    ("403 Forbidden <center>nginx</center> x-aml-cluster: vienna", "workspace-front-refused"),
    ("doesn't match either of", "certificate-other-name"),
    ("hostname verification failed", "certificate-other-name"),
    ("ERR_TLS_CERT_ALTNAME_INVALID", "certificate-other-name"),
    ("mount error(13)", "mount-refused"),
    ("mount error(115)", "mount-silent"),
    ("mount error(126)", "mount-refused"),
    ("mount error(2)", "mount-no-share"),
    ("AccountProvisioningStateInvalid", "account-not-ready"),
    ("in state Accepted", "account-not-ready"),
    ("PrivateEndpointCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled", "subnet-policies"),
    ("PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled", "subnet-policies"),
    ("linked to multiple zones with overlapping namespaces", "overlapping-zones"),
    ("Approving rejected private endpoint connections is not supported", "rejected-for-good"),
    ("PECsNotExistingToDenyPublicNetworkAccess", "sql-needs-an-endpoint-first"),
    ("Unable to get value using Managed identity https://login.microsoftonline.com/x", "sign-in-blocked"),
];

#[test]
fn every_row_of_the_catalogue_is_recognised() {
    let told = |text: &str| explain(text).map_or_else(|| "nothing".to_owned(), |explanation| explanation.phrase);
    let wrong: Vec<String> = CATALOGUE
        .iter()
        .flat_map(|(text, phrase)| {
            // Alone, in a sentence of somebody's, and in other letters.
            [(*text).to_owned(), format!("it says: {text} (since Monday)"), text.to_uppercase()]
                .map(|text| (told(&text), *phrase, text))
        })
        .filter(|(told, phrase, _)| told != phrase)
        .map(|(told, phrase, text)| format!("{text}: {told}, not {phrase}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
