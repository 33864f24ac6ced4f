//! Which diagnoses are told in the tests?

use super::measurements::{observation, observations, pair};
use super::*;
use finding::{
    Confidence, Effect, Ends, Evidence, Finding, Note, Plan, Remedy, Repaired, Safety, Skipped, Spelling, Suppressed,
};
use model::observation::{ClientSeen, Seen};
use model::{Change, Coverage, End, Extent, Fact, FactRef, Known, Mark, Method, Request, Way, Why};
use path::ByProxy;
use path::endpoint::{Arrival, Landing};
use std::sync::Arc;

static FALLS_THROUGH: Fact = Fact {
    id: "zone-only-where-linked",
    text: "A private zone answers only in networks it is linked to; elsewhere public DNS answers.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/private-endpoint-dns.md, read 2026-11-22",
};

/// The link of the spoke is missing: configuration and measurement agree on a public way.
pub(in super::super) fn public() -> Diagnosis {
    let because = Because::new("no linked zone holds yourresource.privatelink.openai.azure.com, so public DNS answers")
        .fact(FactRef::new(&zone(), "virtualNetworkLinks", "hub-vnet"))
        .rule(&FALLS_THROUGH);
    let near = vec![
        configured(Stage::Client, Status::Pass, "yourresource.openai.azure.com is a public service name"),
        telling(
            "168.63.129.16 itself answers publicly: no zone with this record is linked to this network",
            Status::Fail,
            because,
            &[
                "168.63.129.16:53 says yourresource.openai.azure.com → yourresource.privatelink.openai.azure.com → vnetproxyv1-eastus-prod.eastus.cloudapp.azure.com → 20.62.61.1 (3 ms)",
                "20.62.61.1 is a public address",
            ],
        ),
        step(
            Stage::Route,
            Status::Pass,
            Because::new("the default route leads to the internet"),
            &["TCP 20.62.61.1:443 connected (12 ms)"],
        ),
        configured(Stage::Nsg, Status::Pass, "no security group on the way out"),
    ];
    let far = vec![
        configured(Stage::Endpoint, Status::Info, "no private endpoint is on this way"),
        step(
            Stage::Tls,
            Status::Pass,
            Because::new("*.openai.azure.com covers the name"),
            &[
                "TLSv1.3: the certificate is trusted for yourresource.openai.azure.com, issued by CN=Microsoft Azure RSA TLS Issuing CA 07 (20 ms)",
            ],
        ),
        step(
            Stage::Access,
            Status::Fail,
            Because::new("public access of yourresource is disabled: the public side answers 403"),
            &[
                "HTTP 403 {\"error\":{\"code\":\"AccessDenied\",\"message\":\"Public access is disabled. Please configure private endpoint.\"}} (9 ms)",
                "the service's network rules refused it",
            ],
        ),
        not_reached(Stage::Auth),
    ];
    let outcome = Outcome::new(Way::Public, End::Refused, Some(Stage::Dns));
    let hops = vec![hop("vm/app", Some(vm()), near), hop("yourresource.openai.azure.com", Some(account()), far)];
    let trace = measured(predicted(trace(from_vm(), outcome, hops)));
    Diagnosis { findings: vec![not_linked()], observations: observations(), ..diagnosis(vec![trace]) }
}

/// The step of DNS with something that follows from it.
fn telling(told: &str, status: Status, because: Because, seen: &[&str]) -> Step {
    Step { told: vec![told.to_owned()], ..step(Stage::Dns, status, because, seen) }
}

pub(in super::super) fn not_linked() -> Finding {
    let links = FactRef::new(&zone(), "virtualNetworkLinks", "hub-vnet");
    let linked = Evidence {
        source: Some("estate.json#/12".to_owned()),
        ..Evidence::fact("zone privatelink.openai.azure.com is linked to hub-vnet only", &links)
    };
    let general = Because::new("").rule(&FALLS_THROUGH);
    let other = Remedy::manual("ask the owner of the zone", vec!["send them this report".to_owned()]);
    Finding {
        order: 1,
        about: vec![0],
        ..Finding::new(&NOT_LINKED, "zone privatelink.openai.azure.com is not linked to spoke-vnet")
    }
    .on(&zone())
    .shown_by([linked])
    .shown_by(Evidence::of(&general))
    .repaired_by(link())
    .repaired_by(other)
}

fn link() -> Remedy {
    let changes = vec![Change::link_zone(&zone(), &spoke())];
    let remedy = Remedy::new("link privatelink.openai.azure.com to spoke-vnet", Safety::Safe, changes)
        .needing("Microsoft.Network/privateDnsZones/virtualNetworkLinks/write", "privatelink.openai.azure.com")
        .needing("Microsoft.Network/virtualNetworks/join/action", "spoke-vnet")
        .saying("Other private names of the zone change for spoke-vnet too.");
    let create = "az network private-dns link vnet create --resource-group rg-networking \\\n  --zone-name privatelink.openai.azure.com --name link-to-spoke-vnet \\\n  --virtual-network \"$SPOKE_VNET\" --registration-enabled false";
    let delete = "az network private-dns link vnet delete --resource-group rg-networking \\\n  --zone-name privatelink.openai.azure.com --name link-to-spoke-vnet --yes";
    let put = Request {
        method: Method::Put,
        resource: zone().child("virtualNetworkLinks", "link-to-spoke-vnet"),
        api_version: "2024-06-01",
        body: Some(Arc::from(r#"{"location":"global","properties":{"registrationEnabled":false}}"#)),
    };
    Remedy {
        effect: Effect {
            outcome: finding::Outcome::Clears,
            changes: vec!["yourresource.openai.azure.com: public becomes 10.1.2.4".to_owned()],
            ..Effect::default()
        },
        spelling: Spelling {
            variables: vec![("SPOKE_VNET".to_owned(), spoke().to_string())],
            az: vec![create.to_owned()],
            arm: vec![put],
            undo: vec![delete.to_owned()],
        },
        ..remedy
    }
}

/// The endpoint, reached.
fn landed() -> Step {
    let arrival = Arrival {
        endpoint: endpoint(),
        network_interface: id("rg-ai", "Microsoft.Network/networkInterfaces", &["pe-openai-eastus.nic"]),
        subnet: endpoint_subnet(),
        network: endpoint_subnet().parent().unwrap(),
        target: Some(account()),
        groups: vec!["account".to_owned()],
        state: Known::Value(model::resource::ConnectionState::Approved),
        lost: None,
    };
    Step {
        detail: Detail::Endpoint(Landing::Endpoint(arrival)),
        ..step(
            Stage::Endpoint,
            Status::Pass,
            Because::new("10.1.2.4 is pe-openai-eastus, and it is Approved"),
            &["the endpoint accepts connections"],
        )
    }
}

/// The way over the endpoint.
fn private_hops() -> Vec<Hop> {
    vec![
        hop(
            "vm/app",
            Some(vm()),
            vec![
                configured(Stage::Client, Status::Pass, "yourresource.openai.azure.com is a public service name"),
                step(
                    Stage::Dns,
                    Status::Pass,
                    Because::new("privatelink.openai.azure.com answers 10.1.2.4"),
                    &["168.63.129.16:53 says yourresource.openai.azure.com → 10.1.2.4 (2 ms)"],
                ),
                step(
                    Stage::Route,
                    Status::Pass,
                    Because::new("the endpoint's own /32 route"),
                    &["TCP 10.1.2.4:443 connected (1 ms)"],
                ),
                configured(Stage::Nsg, Status::Pass, "no security group on the way out"),
            ],
        ),
        hop(
            "hub-vnet/snet-private-endpoints",
            Some(endpoint_subnet()),
            vec![configured(
                Stage::Nsg,
                Status::Pass,
                "network policies are Disabled: nsg-private-endpoints is not applied",
            )],
        ),
        hop("pe-openai-eastus", Some(endpoint()), vec![landed()]),
        hop(
            "yourresource.openai.azure.com",
            Some(account()),
            vec![
                configured(Stage::Tls, Status::Pass, "*.openai.azure.com covers the name"),
                step(
                    Stage::Access,
                    Status::Pass,
                    Because::new("traffic of an approved private endpoint is let in"),
                    &["HTTP 401 (7 ms)"],
                ),
                step(
                    Stage::Auth,
                    Status::Info,
                    Because::new("not tested"),
                    &["401: no credential was sent, and the service asked for one"],
                ),
            ],
        ),
    ]
}

/// Measured and predicted, over the endpoint.
pub(in super::super) fn private() -> Diagnosis {
    let outcome = Outcome::new(Way::Private, End::Answered, None);
    let open = Finding {
        about: Vec::new(),
        ..Finding::new(&LEFT_OPEN, "public access of yourresource is open beside its endpoint pe-openai-eastus")
    }
    .on(&account())
    .repaired_by(Remedy::new(
        "disable public access of yourresource",
        Safety::Review,
        vec![Change::set(&account(), "publicNetworkAccess", "Disabled")],
    ));
    let client = ClientSeen {
        proxy_variables: vec![pair("HTTPS_PROXY", "http://proxy:3128"), pair("NO_PROXY", "localhost")],
        key_variables: vec!["AZURE_OPENAI_API_KEY".to_owned()],
        servers: vec!["168.63.129.16:53".parse().unwrap()],
        ..ClientSeen::default()
    };
    Diagnosis {
        findings: vec![open],
        observations: vec![observation(0, Seen::Client(client))],
        snapshot_taken: Some("2026-11-21T18:00:00Z".to_owned()),
        coverage: Some(Coverage::complete()),
        ..diagnosis(vec![measured(predicted(trace(from_vm(), outcome, private_hops())))])
    }
}

/// A rule of the endpoint's subnet denies it, and behind it is another fault; configuration only.
pub(in super::super) fn blocked() -> Diagnosis {
    let hops = vec![
        hop(
            "vm/app",
            Some(vm()),
            vec![
                configured(Stage::Client, Status::Pass, "yourresource.openai.azure.com is a public service name"),
                configured(Stage::Dns, Status::Pass, "privatelink.openai.azure.com answers 10.1.2.4"),
                configured(Stage::Route, Status::Pass, "the endpoint's own /32 route"),
                configured(Stage::Nsg, Status::Pass, "no security group on the way out"),
            ],
        ),
        hop(
            "hub-vnet/snet-private-endpoints",
            Some(endpoint_subnet()),
            vec![configured(
                Stage::Nsg,
                Status::Fail,
                "rule deny-spoke (200) of nsg-private-endpoints denies 10.2.1.4 to 10.1.2.4 port 443",
            )],
        ),
        hop(
            "yourresource.openai.azure.com",
            None,
            [Stage::Endpoint, Stage::Tls, Stage::Access, Stage::Auth].map(not_reached).into(),
        ),
    ];
    let rule = id(
        "rg-networking",
        "Microsoft.Network/networkSecurityGroups/securityRules",
        &["nsg-private-endpoints", "deny-spoke"],
    );
    let denied = Finding {
        order: 1,
        about: vec![0],
        confidence: Confidence::Proven,
        ..Finding::new(&DENIED, "rule deny-spoke (200) of nsg-private-endpoints drops it at snet-private-endpoints")
    }
    .on(&rule)
    .shown_by([Evidence::fact("the rule denies it", &FactRef::new(&rule, "access", "Deny"))])
    .repaired_by(Remedy {
        effect: Effect {
            outcome: finding::Outcome::Leaves,
            leaves: vec!["DNS003".to_owned()],
            breaks: vec![
                "vm/other → yourresource.openai.azure.com: private (answered) becomes blocked (stopped)".to_owned(),
            ],
            ..Effect::default()
        },
        ..Remedy::new("allow vm/app to 10.1.2.4 port 443 before it", Safety::Review, vec![Change::Delete(rule.clone())])
    });
    let behind = Repaired { orders: vec![1], changes: vec![Change::Delete(rule)] };
    let linked = Finding { order: 2, confidence: Confidence::Inferred, behind, ..not_linked() };
    let plan = Plan { about: 0, steps: vec![1, 2], ends: Ends::Open(Some(Stage::Access)) };
    let outcome = Outcome::new(Way::Private, End::Stopped, Some(Stage::Nsg));
    Diagnosis {
        findings: vec![linked, denied],
        plans: vec![plan],
        ..diagnosis(vec![predicted(trace(from_vm(), outcome, hops))])
    }
}

/// Measured without a snapshot: a time-out with several possible causes.
pub(in super::super) fn timed_out() -> Diagnosis {
    let hops = vec![
        hop(
            "here",
            None,
            vec![
                step(Stage::Client, Status::Info, Because::default(), &[]),
                step(
                    Stage::Dns,
                    Status::Unknown,
                    Because::default(),
                    &[
                        "10.2.0.4:53 says yourresource.openai.azure.com → 10.1.2.4 (2 ms)",
                        "10.1.2.4 is not a public address; whose it is, only the endpoint's NIC can tell",
                    ],
                ),
                step(Stage::Route, Status::Info, Because::default(), &["TCP 10.1.2.4:443 timed out (5000 ms)"]),
                not_reached(Stage::Nsg),
                not_reached(Stage::Endpoint),
            ],
        ),
        hop("yourresource.openai.azure.com", None, [Stage::Tls, Stage::Access, Stage::Auth].map(not_reached).into()),
    ];
    let outcome =
        Outcome::among(Way::Unknown, End::Stopped, vec![Stage::Dns, Stage::Route, Stage::Nsg, Stage::Endpoint]);
    let settle = vec![
        "dns: is the address one of the endpoint's NIC? (az network private-endpoint show --query networkInterfaces)"
            .to_owned(),
        "endpoint: is its connection Approved?".to_owned(),
    ];
    let trace = Trace { settle, ..measured(trace(question(Vantage::Here), outcome, hops)) };
    let skipped = [&NOT_LINKED, &DENIED].map(|meta| Skipped {
        meta,
        missing: meta.needs.to_vec(),
        why: "no snapshot was given".to_owned(),
    });
    Diagnosis { skipped: skipped.into(), ..diagnosis(vec![trace]) }
}

/// Many questions, findings of several severities, checks that could not run.
pub(in super::super) fn audited() -> Diagnosis {
    let outcome = Outcome::new(Way::Private, End::Answered, None);
    let good = predicted(trace(question(Vantage::Subnet(endpoint_subnet())), outcome, Vec::new()));
    let good = Trace { part: Some(path::Part { of: Vantage::Subnet(endpoint_subnet()), count: 0 }), ..good };
    let Diagnosis { traces, mut findings, .. } = public();
    let mut traces: Vec<Trace> = traces.into_iter().map(|trace| Trace { measured: None, ..trace }).collect();
    traces.push(good);
    findings.insert(
        0,
        Finding::new(&LEFT_OPEN, "public access of yourresource is open beside its endpoint pe-openai-eastus")
            .on(&account()),
    );
    let mut coverage = Coverage::complete();
    coverage.set(Kind::VirtualNetwork, Extent::Assumed);
    coverage.set(Kind::Subnet, Extent::Assumed);
    coverage.set(Kind::NetworkSecurityGroup, Extent::Missing(Why::NotPermitted));
    coverage.set_children(&zone(), Kind::RecordSet, Extent::Missing(Why::NotCollected));
    let skipped = Skipped {
        meta: &DENIED,
        missing: vec![Kind::NetworkSecurityGroup],
        why: "security groups are not readable with these rights".to_owned(),
    };
    let note = Note {
        about: "estate.json#/40".to_owned(),
        text: "type Microsoft.Network/azureFirewalls is kept and not understood".to_owned(),
    };
    let accepted = Suppressed {
        finding: Finding { order: 9, ..not_linked() },
        reason: "the sandbox is public on purpose".to_owned(),
        expires: Some("2027-01-31".to_owned()),
        stated: "privpath.toml, line 7".to_owned(),
    };
    let suppressed = vec![accepted];
    Diagnosis {
        findings,
        suppressed,
        skipped: vec![skipped],
        notes: vec![note],
        coverage: Some(coverage),
        matrix: Some(matrix()),
        ..diagnosis(traces)
    }
}

/// One group of places against one name; another name did not fit.
fn matrix() -> path::matrix::Matrix {
    let name = |text: &str| model::DnsName::parse(text).unwrap();
    let outcome = Outcome::new(Way::Private, End::Answered, None);
    path::matrix::Matrix {
        sources: vec![vec![Vantage::Subnet(endpoint_subnet())]],
        targets: vec![vec![name("yourresource.openai.azure.com")]],
        cells: vec![path::matrix::Cell { from: 0, to: 0, outcome }],
        left_out: vec![name("other.openai.azure.com")],
    }
}

/// Directly all is well, and a variable hands the name to a proxy that arrives publicly.
pub(in super::super) fn by_proxy() -> Diagnosis {
    let direct = Outcome::new(Way::Private, End::Answered, None);
    let outcome = Outcome::new(Way::Public, End::Refused, Some(Stage::Client));
    let by = ByProxy {
        variable: pair("HTTPS_PROXY", "http://***@10.9.1.4:3128"),
        exceptions: Some(pair("NO_PROXY", "localhost,yourresource.openai.azure.com:443")),
        differs: Some("curl takes no entry with a port; some programs do"),
        direct: direct.clone(),
        outcome: outcome.clone(),
        decides: true,
        stands_at: Some(Vantage::VirtualMachine(vm())),
        because: Because::new("the proxy is at vm/app; walked from there it comes out public").fact(FactRef::new(
            &zone(),
            "virtualNetworkLinks",
            "hub-vnet",
        )),
        seen: vec!["HTTP 403 Public access is disabled. Please configure private endpoint.".to_owned()],
    };
    let walked = measured(predicted(trace(from_vm(), direct, private_hops())));
    diagnosis(vec![Trace { outcome, proxied: Some(by), ..walked }])
}

/// Every diagnosis of these tests.
pub(in super::super) fn all() -> Vec<Diagnosis> {
    vec![public(), private(), by_proxy(), blocked(), timed_out(), audited(), diagnosis(Vec::new())]
}
