//! Do the settings of an app that name a proxy decide about its calls, as they do where the app runs?

use finding::{Diagnosis, Outcome};
use model::{Change, Verdict};
use suite::case::Case;
use suite::play;

/// An estate with a proxy in a network that no zone is linked to, and an app with these settings beside its endpoint.
fn case(from: &str, settings: &str) -> Case {
    let block = format!(
        r#"
base = "proxy-resolves-publicly"
fault = ["unset HTTPS_PROXY"]
from = "{from}"
to = "https://yourresource.openai.azure.com"

[estate.app.shop]
group = "rg-app"
subnet = "spoke-vnet/snet-app-service"
settings = {{ AZURE_OPENAI_ENDPOINT = "https://yourresource.openai.azure.com", {settings} }}

[estate.network.spoke-vnet]
group = "rg-app"
space = "10.2.0.0/16"
subnet.snet-app = {{ prefix = "10.2.1.0/24", nsg = "nsg-app" }}
subnet.snet-app-service = {{ prefix = "10.2.2.0/24", delegate = "Microsoft.Web/serverFarms" }}
subnet.snet-containers = {{ prefix = "10.2.3.0/24", delegate = "Microsoft.App/environments" }}

[estate.container-environment.apps]
group = "rg-app"
subnet = "spoke-vnet/snet-containers"

[estate.container-app.api]
group = "rg-app"
environment = "apps"
settings = {{ AZURE_OPENAI_ENDPOINT = "https://yourresource.openai.azure.com", {settings} }}
"#
    );
    Case::parse("proxied", &block).unwrap()
}

fn asked(from: &str, settings: &str) -> Diagnosis {
    let case = case(from, settings);
    play::ask(&case.scenario.snapshot(), &case.scenario.question)
}

fn codes(diagnosis: &Diagnosis) -> Vec<&'static str> {
    diagnosis.findings.iter().map(|finding| finding.meta.code).collect()
}

#[test]
fn a_proxy_among_the_settings_of_an_app_takes_its_calls() {
    for from in ["app/shop", "containerapp/api"] {
        let told = |settings: &str| {
            let diagnosis = asked(from, settings);
            (diagnosis.verdict().unwrap(), codes(&diagnosis))
        };
        assert_eq!(told("X = \"https://other.openai.azure.com\""), (Verdict::Private, vec![]), "{from}");
        let proxy = "HTTPS_PROXY = \"http://10.9.1.4:3128\"";
        assert_eq!(told(proxy), (Verdict::Public, vec!["CLN005"]), "{from}");
        // Where nobody knows what the proxy does, nobody is accused and nothing is called private.
        let elsewhere = "HTTPS_PROXY = \"http://proxy.example:3128\"";
        assert_eq!(told(elsewhere), (Verdict::Undetermined, vec![]), "{from}");
        let exempt = format!("{proxy}, NO_PROXY = \"yourresource.openai.azure.com\"");
        assert_eq!(told(&exempt), (Verdict::Private, vec![]), "{from}");
    }
    // A machine does not have the app's settings.
    assert_eq!(asked("vm/app", "HTTPS_PROXY = \"http://10.9.1.4:3128\"").verdict(), Some(Verdict::Private));
}

#[test]
fn apps_with_other_proxies_are_not_alike() {
    let together = |settings: &str| {
        let matrix = path::matrix::of(&case("app/shop", settings).scenario.snapshot());
        let name = |place: &model::Vantage| place.to_string();
        let group = |own: &str| matrix.sources.iter().position(|group| group.iter().any(|place| name(place) == own));
        group("app/shop") == group("app/your-app-service") && group("app/shop").is_some()
    };
    assert!(together("X = \"https://yourresource.openai.azure.com\""));
    assert!(!together("HTTPS_PROXY = \"http://10.9.1.4:3128\""));
}

#[test]
fn the_exemption_is_walked_again_and_keeps_what_was_exempt() {
    let case = case("app/shop", "HTTPS_PROXY = \"http://10.9.1.4:3128\", NO_PROXY = \"168.63.129.16\"");
    let snapshot = case.scenario.snapshot();
    let mut diagnosis = play::ask(&snapshot, &case.scenario.question);
    fix::prove(&mut diagnosis, &snapshot);
    let remedy = &diagnosis.findings[0].remedies[0];
    assert_eq!(remedy.effect.outcome, Outcome::Clears);
    assert!(remedy.words.iter().any(|words| words.contains("az webapp config appsettings")), "{:?}", remedy.words);
    let spelled = format!("{:?}", remedy.changes);
    assert!(matches!(remedy.changes.as_slice(), [Change::Outside(_)]), "{spelled}");
    assert!(spelled.contains("168.63.129.16,yourresource.openai.azure.com"), "{spelled}");
}
