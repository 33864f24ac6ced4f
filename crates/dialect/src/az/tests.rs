//! Do the commands say what they should, with flags that az has, and does a shell read them right?

use super::{Script, commands};
use crate::scenario::change;
use crate::scenario::tests::scenario;
use model::{Body, Change, ClientFact, Kind, Resource, ResourceId, Snapshot, Value};
use proptest::prelude::*;
use std::sync::Arc;

/// Every command that is written, with the flags it may have: each was parsed by az 2.91 itself
/// (2026-11-22, without a network).
const KNOWN: &[(&str, &[&str])] = &[
    ("network private-dns zone create", &["--name"]),
    ("network private-dns zone delete", &["--name", "--yes"]),
    (
        "network private-dns link vnet create",
        &["--zone-name", "--name", "--virtual-network", "--registration-enabled", "--resolution-policy"],
    ),
    ("network private-dns link vnet update", &["--zone-name", "--name", "--resolution-policy"]),
    ("network private-dns link vnet delete", &["--zone-name", "--name", "--yes"]),
    ("network private-dns record-set a create", &["--zone-name", "--name", "--ttl"]),
    ("network private-dns record-set a update", &["--zone-name", "--name", "--set"]),
    ("network private-dns record-set a add-record", &["--zone-name", "--record-set-name", "--ipv4-address"]),
    (
        "network private-dns record-set a remove-record",
        &["--zone-name", "--record-set-name", "--ipv4-address", "--keep-empty-record-set"],
    ),
    ("network private-dns record-set a delete", &["--zone-name", "--name", "--yes"]),
    (
        "network private-endpoint create",
        &[
            "--name",
            "--location",
            "--subnet",
            "--private-connection-resource-id",
            "--group-id",
            "--connection-name",
            "--manual-request",
        ],
    ),
    ("network private-endpoint delete", &["--name"]),
    (
        "network private-endpoint dns-zone-group create",
        &["--endpoint-name", "--name", "--zone-name", "--private-dns-zone"],
    ),
    (
        "network private-endpoint dns-zone-group add",
        &["--endpoint-name", "--name", "--zone-name", "--private-dns-zone"],
    ),
    ("network private-endpoint dns-zone-group remove", &["--endpoint-name", "--name", "--zone-name"]),
    ("network private-endpoint dns-zone-group delete", &["--endpoint-name", "--name"]),
    ("network private-endpoint-connection approve", &["--id"]),
    ("network private-endpoint-connection reject", &["--id"]),
    ("network private-endpoint-connection delete", &["--id", "--yes"]),
    ("network nsg create", &["--name", "--location"]),
    (
        "network nsg rule create",
        &[
            "--nsg-name",
            "--name",
            "--priority",
            "--direction",
            "--access",
            "--protocol",
            "--source-address-prefixes",
            "--source-port-ranges",
            "--destination-address-prefixes",
            "--destination-port-ranges",
            "--source-asgs",
            "--destination-asgs",
        ],
    ),
    ("network nsg rule delete", &["--nsg-name", "--name"]),
    ("network vnet create", &["--name", "--location", "--address-prefixes"]),
    (
        "network vnet subnet create",
        &[
            "--vnet-name",
            "--name",
            "--address-prefixes",
            "--network-security-group",
            "--route-table",
            "--private-endpoint-network-policies",
            "--delegations",
        ],
    ),
    (
        "network vnet subnet update",
        &[
            "--vnet-name",
            "--name",
            "--private-endpoint-network-policies",
            "--network-security-group",
            "--route-table",
            "--remove",
        ],
    ),
    (
        "network vnet peering create",
        &[
            "--vnet-name",
            "--name",
            "--remote-vnet",
            "--allow-vnet-access",
            "--allow-forwarded-traffic",
            "--allow-gateway-transit",
            "--use-remote-gateways",
        ],
    ),
    ("network vnet peering update", &["--vnet-name", "--name", "--set"]),
    ("network vnet peering delete", &["--vnet-name", "--name"]),
    ("resource update", &["--ids", "--set"]),
    ("resource delete", &["--ids"]),
    ("webapp config set", &["--name", "--vnet-route-all-enabled"]),
    ("webapp vnet-integration add", &["--name", "--vnet", "--subnet"]),
    ("webapp vnet-integration remove", &["--name"]),
];

/// Splits a command as a POSIX shell with `$'…'` would, variables left as `$NAME`.
fn split(command: &str) -> Vec<String> {
    let (mut words, mut word, mut open) = (Vec::new(), String::new(), false);
    let mut rest = command.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            ' ' | '\n' => {
                if std::mem::take(&mut open) {
                    words.push(std::mem::take(&mut word));
                }
            }
            '\\' if rest.peek() == Some(&'\n') => {
                rest.next();
            }
            '\\' => {
                open = true;
                word.extend(rest.next());
            }
            '\'' => {
                open = true;
                word.extend(rest.by_ref().take_while(|inner| *inner != '\''));
            }
            '"' => {
                open = true;
                word.extend(rest.by_ref().take_while(|inner| *inner != '"'));
            }
            '$' if rest.peek() == Some(&'\'') => {
                open = true;
                rest.next();
                word.push_str(&ansi_c(&mut rest));
            }
            plain => {
                assert!(plain.is_ascii_alphanumeric() || "._/:=@-".contains(plain), "bare {plain:?} in {command}");
                open = true;
                word.push(plain);
            }
        }
    }
    if open {
        words.push(word);
    }
    words
}

fn ansi_c(rest: &mut impl Iterator<Item = char>) -> String {
    let mut bytes = Vec::new();
    while let Some(next) = rest.next() {
        match next {
            '\'' => break,
            '\\' => match rest.next() {
                Some('x') => {
                    let digits: String = rest.by_ref().take(2).collect();
                    bytes.push(u8::from_str_radix(&digits, 16).unwrap());
                }
                Some(other) => bytes.push(u8::try_from(other).unwrap()),
                None => panic!("a lone backslash"),
            },
            other => bytes.push(u8::try_from(other).unwrap()),
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Checks a script and gives its words, with variables resolved.
fn check(script: &Script) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    for command in &script.commands {
        if command.starts_with("# ") {
            assert!(!command.contains('\n'), "{command}");
            continue;
        }
        if command.starts_with("export ") || command.starts_with("unset ") {
            continue;
        }
        assert!(
            command.lines().all(|line| line.len() <= 78 || line.trim_start().matches(' ').count() <= 3),
            "{command}"
        );
        let words: Vec<String> = split(command)
            .into_iter()
            .map(|word| match word.strip_prefix('$') {
                Some(name) => script.variables.iter().find(|(known, _)| known == name).unwrap().1.clone(),
                None => word,
            })
            .collect();
        assert_eq!(words[0], "az");
        let verbs =
            words.iter().skip(1).take_while(|word| !word.starts_with("--")).cloned().collect::<Vec<_>>().join(" ");
        let (_, flags) = KNOWN.iter().find(|(known, _)| *known == verbs).unwrap_or_else(|| panic!("unknown: {verbs}"));
        let whole = words.iter().any(|word| word == "--id" || word == "--ids");
        assert_eq!(words.iter().any(|word| word == "--subscription"), !whole, "{command}");
        for flag in words.iter().filter(|word| word.starts_with("--")) {
            let general = flag == "--subscription" || flag == "--resource-group";
            assert!(general || flags.contains(&flag.as_str()), "{flag} in {command}");
        }
        all.push(words);
    }
    all
}

fn spelled(lines: &[&str], estate: &Snapshot) -> Script {
    let mut changes = Vec::new();
    let mut now = estate.clone();
    for line in lines {
        let read = change::parse(line, &now).unwrap();
        now = now.with(&read);
        changes.extend(read);
    }
    commands(&changes, estate)
}

#[test]
fn the_articles_fix() {
    let unlinked = scenario("zone-not-linked").snapshot();
    let script = spelled(&["link privatelink.openai.azure.com to spoke-vnet"], &unlinked);
    check(&script);
    assert_eq!(
        script.to_string(),
        "SPOKE_VNET='/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-app/providers/\
         Microsoft.Network/virtualNetworks/spoke-vnet'\n\
         az network private-dns link vnet create \\\n  \
         --subscription 00000000-0000-0000-0000-000000000001 \\\n  \
         --resource-group rg-networking --zone-name privatelink.openai.azure.com \\\n  \
         --name link-to-spoke-vnet --virtual-network \"$SPOKE_VNET\" \\\n  \
         --registration-enabled false\n"
    );
}

#[test]
fn every_scenario_and_its_undo_is_spelled() {
    let names = [
        "zone-not-linked",
        "zone-not-linked-open",
        "egress-denied",
        "nsg-deny",
        "route-all-off",
        "zone-absent",
        "zone-group-missing",
        "record-missing",
        "record-missing-fallback",
        "record-stale",
        "wrong-zone-name",
        "pending-approval",
        "public-left-open",
        "wrong-endpoint",
    ];
    for name in names {
        let scenario = scenario(name);
        let there = commands(&scenario.changes, &scenario.healthy);
        check(&there);
        assert!(!there.commands.is_empty(), "{name}");
        let mut now = scenario.healthy.clone();
        let mut undo = Vec::new();
        for change in &scenario.changes {
            undo.splice(0..0, change.undo(&now));
            now = now.with(std::slice::from_ref(change));
        }
        let back = commands(&undo, &now);
        check(&back);
        assert!(back.commands.iter().any(|command| !command.starts_with("# ")), "{name}: {back}");
    }
}

#[test]
fn a_record_is_brought_to_the_right_addresses() {
    let estate = scenario("record-stale").snapshot();
    let script = spelled(&["record privatelink.openai.azure.com yourresource A 10.1.2.4"], &estate);
    let words = check(&script);
    assert_eq!(words.len(), 2);
    assert!(words[0].contains(&"add-record".to_owned()) && words[0].contains(&"10.1.2.4".to_owned()));
    assert!(words[1].contains(&"remove-record".to_owned()) && words[1].contains(&"10.1.2.9".to_owned()));
    assert_eq!(script.variables[0].0, "SUBSCRIPTION", "used twice");
}

#[test]
fn sets_of_every_property() {
    let estate = scenario("healthy").healthy;
    for (line, expected) in [
        (
            "set subnet/hub-vnet/snet-private-endpoints privateEndpointNetworkPolicies = Enabled",
            "--private-endpoint-network-policies Enabled",
        ),
        ("set subnet/spoke-vnet/snet-app networkSecurityGroup.id = none", "--remove networkSecurityGroup"),
        (
            "set subnet/spoke-vnet/snet-app networkSecurityGroup.id = nsg/nsg-private-endpoints",
            "--network-security-group \"$NSG_PRIVATE_ENDPOINTS_NSG\"",
        ),
        ("set account/yourresource publicNetworkAccess = Enabled", "--set properties.publicNetworkAccess=Enabled"),
        ("set account/yourresource disableLocalAuth = true", "--set properties.disableLocalAuth=true"),
        ("set app/your-app-service vnetRouteAllEnabled = true", "--vnet-route-all-enabled true"),
        ("set app/your-app-service virtualNetworkSubnetId = none", "az webapp vnet-integration remove"),
        ("set app/your-app-service virtualNetworkSubnetId = subnet/spoke-vnet/snet-app", "--subnet snet-app"),
        ("set peering/hub-vnet/spoke-vnet allowForwardedTraffic = true", "--set allowForwardedTraffic=true"),
        (
            "set peering/hub-vnet/spoke-vnet peeringState = Disconnected",
            "# az cannot say this: peeringState = Disconnected",
        ),
        (
            "set connection/pe-openai-eastus privateLinkServiceConnectionState.status = Rejected",
            "az network private-endpoint-connection reject",
        ),
        (
            "set link/privatelink.openai.azure.com/spoke-vnet resolutionPolicy = NxDomainRedirect",
            "--resolution-policy NxDomainRedirect",
        ),
        ("hosts a.b 10.1.2.4", "# in the hosts file of the client: write the line 10.1.2.4 a.b"),
        ("env A=it's $HOME", r"export A='it'\''s $HOME'"),
        ("unset A", "unset A"),
    ] {
        let script = spelled(&[line], &estate);
        check(&script);
        assert!(script.to_string().contains(expected), "{line}:\n{script}");
    }
}

#[test]
fn a_new_endpoint_and_its_network_are_created_in_full() {
    let estate = scenario("single-vnet").healthy;
    let kinds = [
        Kind::VirtualNetwork,
        Kind::NetworkSecurityGroup,
        Kind::SecurityRule,
        Kind::Subnet,
        Kind::PrivateEndpoint,
        Kind::PrivateDnsZone,
        Kind::VirtualNetworkLink,
        Kind::PrivateDnsZoneGroup,
    ];
    let changes: Vec<Change> =
        kinds.iter().flat_map(|kind| estate.of_kind(*kind)).map(|one| Change::Put(Arc::clone(one))).collect();
    let script = commands(&changes, &Snapshot::default());
    assert_eq!(check(&script).len(), changes.len() + 2, "a zone group has one command for each zone");
    assert!(script.commands.iter().all(|command| !command.starts_with('#')), "{script}");
}

#[test]
fn what_az_cannot_say_is_a_comment_of_one_line() {
    let nic = ResourceId::new("s", "g", "Microsoft.Network/networkInterfaces", &["n"]);
    let body = Body::NetworkInterface(model::resource::NetworkInterface::default());
    let script = commands(&[Change::Put(Arc::new(Resource::new(nic, body)))], &Snapshot::default());
    assert!(script.commands[0].starts_with("# az cannot say this"));
    let odd = ClientFact::Environment { name: "A; rm -rf ~\n".into(), value: Some("x".into()) };
    let script = commands(&[Change::Outside(odd)], &Snapshot::default());
    assert!(script.commands[0].starts_with("# ") && !script.commands[0].contains('\n'));
}

proptest! {
    #[test]
    fn hostile_names_are_read_back_as_one_word(name in "[^/\\[\\x00-\\x1f\\x7f-\\x9f]{1,20}", value in "\\PC{0,20}") {
        let parent = ResourceId::new("s", "g'; x", "Microsoft.Network/privateDnsZones", &["$(z)"]);
        let id = parent.child("virtualNetworkLinks", &name);
        let account = ResourceId::new("s", "g", "Microsoft.CognitiveServices/accounts", &[&name]);
        let set = Change::Set(
            model::FactRef { resource: account.clone(), property: "customSubDomainName".into(), value: String::new() },
            Value::Text(value.clone()),
        );
        let script = commands(&[Change::Delete(id), set], &Snapshot::default());
        let words: Vec<Vec<String>> = script.commands.iter().map(|command| split(command)).collect();
        let after = |words: &[String], flag: &str| words[words.iter().position(|word| word == flag).unwrap() + 1].clone();
        prop_assert_eq!(after(&words[0], "--name"), name);
        prop_assert_eq!(after(&words[0], "--zone-name"), "$(z)");
        prop_assert_eq!(after(&words[0], "--resource-group"), "g'; x");
        prop_assert_eq!(after(&words[1], "--set"), format!("properties.customSubDomainName={value}"));
        let (variable, held) = &script.variables[0];
        prop_assert!(variable.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'));
        prop_assert!(variable.ends_with("_ACCOUNT"));
        prop_assert_eq!(held, account.as_str());
        let assignment = script.assignments().next().unwrap();
        let quoted = assignment.split_once('=').unwrap().1;
        prop_assert_eq!(split(quoted), vec![held.clone()]);
    }
}
