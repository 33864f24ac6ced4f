//! Do clients of the ARM API work on the operator's host, do programs in a pod get tokens, and does what they write
//! change the running network? By `curl`; `az` does the same in `cargo xtask article`.

use crate::world::{Ran, World};

/// What a client does first: it asks the host's own endpoint for a token.
const TOKEN: &str = r#"token=$(curl -sS -H "X-IDENTITY-HEADER: $IDENTITY_HEADER" \
  "$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://management.azure.com/" | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
arm() { method=$1 path=$2; shift 2
  curl -sS -X "$method" -H "Authorization: Bearer $token" -H 'Content-Type: application/json' "$@" \
    "https://management.azure.com$path?api-version=2024-06-01"; }
"#;

/// 169.254.1.1 and 169.254.0.1 as the kernel writes them: what routers and the internet of the lab are to its hosts.
const NETWORK_ROUTER: &str = "0101FEA9";
const LAB_INTERNET: &str = "0100FEA9";

/// A running lab in namespaces; `None` where they, or curl, are not to be had.
#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
fn up(world: &World, scenario: &str, more: &[&str]) -> Option<()> {
    if std::process::Command::new("curl").arg("-V").output().is_err() {
        assert!(std::env::var_os("CI").is_none(), "curl has to be installed in CI");
        eprintln!("skipped {scenario}: curl is not installed");
        return None;
    }
    world.has_namespaces(scenario).then(|| {
        world.run(&[&["lab", "up", scenario, "--medium", "namespaces"], more].concat()).ended(0);
    })
}

fn shell(world: &World, host: &str, script: &str) -> Ran {
    world.run(&["lab", "exec", host, "--", "sh", "-c", script])
}

/// The interfaces of a host, from what its kernel says.
fn interfaces(world: &World, host: &str) -> Vec<String> {
    let said = shell(world, host, "cat /proc/net/dev").ended(0).out;
    said.lines().filter_map(|line| Some(line.split_once(':')?.0.trim().to_owned())).collect()
}

#[test]
fn the_operator_reaches_the_control_plane_and_nothing_else() {
    let world = World::of_an_ordinary_user();
    let Some(()) = up(&world, "healthy", &[]) else { return };
    assert_eq!(interfaces(&world, "operator"), ["lo"]);
    let routes = shell(&world, "operator", "cat /proc/net/route").ended(0).out;
    assert_eq!(routes.lines().count(), 1, "a title and no route: {routes}");
    let hosts = shell(&world, "operator", "cat /etc/hosts").ended(0).out;
    assert!(hosts.contains("management.azure.com") && hosts.contains("login.microsoftonline.com"), "{hosts}");
    // The hosts of the estate have the lab's links, and the next hop of their default is the lab's.
    for host in ["vm/app", "app/your-app-service", "internet"] {
        let names = interfaces(&world, host);
        assert!(names.iter().all(|name| ["lo", "eth0", "eth1"].contains(&name.as_str())), "{host}: {names:?}");
        let routes = shell(&world, host, "cat /proc/net/route").ended(0).out;
        let rows = routes.lines().skip(1).map(|row| row.split_whitespace().collect::<Vec<_>>());
        let defaults: Vec<_> = rows.filter(|row| row[1] == "00000000").map(|row| row[2].to_owned()).collect();
        let known = [NETWORK_ROUTER, LAB_INTERNET];
        assert!(defaults.iter().all(|hop| known.contains(&hop.as_str())), "{host}: {routes}");
        assert!(!defaults.is_empty(), "{host}: {routes}");
    }
    let listed = shell(&world, "operator", &format!("{TOKEN} arm GET /subscriptions")).ended(0).json();
    assert_eq!(listed["value"][0]["displayName"], "privpath lab");
    // The secret is the lab's, and nobody's who guesses.
    let refused = "curl -sS -o /dev/null -w '%{http_code}' -H 'X-IDENTITY-HEADER: x' \
                   \"$IDENTITY_ENDPOINT?api-version=2019-08-01&resource=https://management.azure.com/\"";
    assert_eq!(shell(&world, "operator", refused).ended(0).out, "403");
}

#[test]
fn what_the_operator_writes_changes_the_running_network_before_it_is_answered() {
    let world = World::new();
    let Some(()) = up(&world, "zone-not-linked", &[]) else { return };
    let named = "getent ahostsv4 yourresource.openai.azure.com | head -1 | cut -d' ' -f1";
    assert_eq!(shell(&world, "vm/app", named).ended(0).out.trim(), "203.0.113.10");
    let link = format!(
        r#"{TOKEN} arm PUT "/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/rg-networking/providers/Microsoft.Network/privateDnsZones/privatelink.openai.azure.com/virtualNetworkLinks/one" \
  -d '{{"location":"global","properties":{{"registrationEnabled":false,"virtualNetwork":{{"id":"/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-app/providers/Microsoft.Network/virtualNetworks/spoke-vnet"}}}}}}'"#
    );
    let said = shell(&world, "operator", &link).ended(0).out;
    assert!(said.contains("Microsoft.Network/privateDnsZones/virtualNetworkLinks"), "{said}");
    // The answer comes when the network has followed: the first question afterwards hears it.
    assert_eq!(shell(&world, "vm/app", named).ended(0).out.trim(), "10.1.2.4");
    world.run(&["check", "--lab", "zone-not-linked"]).ended(0).said("PRIVATE");
    world.run(&["lab", "status"]).ended(0).said("by the ARM API)");
}

#[test]
fn a_pod_gets_the_token_of_its_identity_at_the_sign_in_host() {
    let world = World::new();
    let Some(()) = up(&world, "pod", &[]) else { return };
    let exchange = |assertion: &str| {
        let script = format!(
            "curl -sS --max-time 10 \"${{AZURE_AUTHORITY_HOST}}$AZURE_TENANT_ID/oauth2/v2.0/token\" \
             -d grant_type=client_credentials -d \"client_id=$AZURE_CLIENT_ID\" \
             -d scope=https://cognitiveservices.azure.com/.default \
             -d client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer \
             --data-urlencode \"client_assertion={assertion}\""
        );
        shell(&world, "aks/aks-app", &script)
    };
    let issued = exchange("$(cat $AZURE_FEDERATED_TOKEN_FILE)").ended(0).json();
    assert_eq!(issued["token_type"], "Bearer");
    let call = format!(
        "curl -sS -o /dev/null -w '%{{http_code}} %{{remote_ip}}' -H 'Authorization: Bearer {}' \
         https://yourresource.openai.azure.com/openai/models?api-version=2024-10-21",
        issued["access_token"].as_str().unwrap()
    );
    assert_eq!(shell(&world, "aks/aks-app", &call).ended(0).out, "200 10.1.2.4");
    assert_eq!(exchange("a.b.c").ended(0).json()["error"], "invalid_client");
    // It is on the internet: who may not go there gets no token.
    world.run(&["lab", "change", "rule nsg-app deny-out 200 deny outbound tcp from * to Internet port 443"]).ended(0);
    assert_eq!(exchange("$(cat $AZURE_FEDERATED_TOKEN_FILE)").code, 28, "curl's time-out");
}

/// Bad days of the ARM API: our own client gets there all the same. It waits most of the time, so the days are
/// beside each other.
#[test]
fn our_client_gets_through_bad_days() {
    let day = |seed: &str| {
        let world = World::new();
        world.run(&["lab", "up", "zone-not-linked", "--medium", "loopback", "--chaos", seed]).ended(0);
        world.run(&["trace", "--lab", "zone-not-linked"]).ended(1).said("PUBLIC [DNS003]");
        world.run(&["audit", "--lab", "zone-not-linked"]).ended(1).said("DNS003");
        world.run(&["lab", "down"]).ended(0);
    };
    std::thread::scope(|scope| {
        for seed in ["1", "2", "3", "4"] {
            scope.spawn(move || day(seed));
        }
    });
}

#[test]
fn an_estate_is_read_from_azure_itself() {
    let world = World::of_an_ordinary_user();
    let Some(()) = up(&world, "zone-not-linked", &[]) else { return };
    let operator = ["lab", "exec", "operator", "--", "privpath"];
    let question = ["--from", "vm/app", "--to", "https://yourresource.openai.azure.com"];
    let traced = world.run(&[&operator[..], &["trace", "--azure"], &question].concat()).ended(1);
    traced
        .said("PUBLIC [DNS003] zone privatelink.openai.azure.com is not linked to spoke-vnet")
        .said("as AZURE_SUBSCRIPTION_ID says; what other")
        .said("read with the token of managed identity (App Service)");
    // Every subscription that may be read, when none is named.
    let every = "env -u AZURE_SUBSCRIPTION_ID privpath audit --azure --format json";
    let audited = shell(&world, "operator", every).ended(1);
    let audited = audited.said("privpath lab (00000000-0000-0000-0000-000000000001) was read, all that may be read");
    let document: serde_json::Value = serde_json::from_str(&audited.out).unwrap();
    assert_eq!(document["findings"][0]["code"], "DNS003");
    let kinds = document["coverage"]["kinds"].as_array().unwrap();
    let mut of_the_whole = kinds.iter().filter(|kind| kind["below"].is_null()).peekable();
    assert!(of_the_whole.peek().is_some() && of_the_whole.all(|kind| kind["extent"] == "assumed"), "{kinds:#?}");
    // A host that does not reach the API says so, and what goes on without it.
    let apart = world.run(&["lab", "exec", "vm/app", "--", "privpath", "audit", "--azure"]).ended(2);
    apart.failed("no answer from ARM: connecting to management.azure.com:443 failed");
    let nobody = "env AZURE_SUBSCRIPTION_ID=../x privpath audit --azure";
    shell(&world, "operator", nobody).ended(2).failed("AZURE_SUBSCRIPTION_ID is no id of a subscription");
    let elsewhere = "env AZURE_AUTHORITY_HOST=https://login.example privpath audit --azure";
    shell(&world, "operator", elsewhere).ended(2).failed("AZURE_AUTHORITY_HOST names no cloud that privpath knows");
    world.run(&["lab", "down", "zone-not-linked"]).ended(0);
}
