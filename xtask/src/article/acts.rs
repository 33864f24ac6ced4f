//! What is played? The four gotchas of the article: symptom, what `check` says, the fix, and the end of the symptom.

mod app_service;
mod bad_day;
mod export;
mod own_dns;
mod pod;
mod security_group;
mod wrong_url;
mod zone_group_missing;
mod zone_not_linked;

/// One gotcha.
pub(super) struct Act {
    pub(super) scenario: &'static str,
    pub(super) title: &'static str,
    pub(super) about: &'static str,
    /// The seed of the ARM API's bad days, if it has any.
    pub(super) chaos: Option<&'static str>,
    pub(super) steps: &'static [Step],
}

/// One command.
pub(super) struct Step {
    /// What the reader should know before; may be empty.
    pub(super) says: &'static str,
    /// The host that it runs on; empty for this machine.
    pub(super) at: &'static str,
    /// A line of a shell; on this machine a `privpath` command.
    pub(super) run: &'static str,
    /// What it has to say.
    pub(super) wanted: &'static [&'static str],
    /// Lines with one of these are shown; without any, all lines.
    pub(super) kept: &'static [&'static str],
    /// A server: it runs on, until the act ends or another one takes its place.
    pub(super) serves: bool,
}

const fn step(
    says: &'static str,
    at: &'static str,
    run: &'static str,
    wanted: &'static [&'static str],
    kept: &'static [&'static str],
) -> Step {
    Step { says, at, run, wanted, kept, serves: false }
}

/// A server that is awaited until it says that it serves.
const fn server(says: &'static str, at: &'static str, run: &'static str, ready: &'static [&'static str]) -> Step {
    Step { says, at, run, wanted: ready, kept: ready, serves: true }
}

const VM: &str = "vm/app";
const APP: &str = "app/your-app-service";
const POD: &str = "aks/aks-app";
pub(super) const OPERATOR: &str = "operator";
const CHECK: &str = "privpath check --lab article --quiet";
const NAMES: &str = "nslookup yourresource.openai.azure.com";
const CALL: &str = "python call.py";
const ANSWER: &[&str] = &["Server", "canonical", "Name", "Address"];
const CURL: &str = "curl -k -v -sS --max-time 5 https://yourresource.openai.azure.com --resolve yourresource.openai.azure.com:443:10.1.2.4";
const CURL_SAYS: &[&str] = &["< HTTP/", "SSL connection", "timed out after", "issuer"];

/// How the page begins.
pub(super) const INTRODUCTION: &str = "\
<!-- Written by `cargo xtask article`; edit xtask/src/article/acts instead. -->

# The article, played

privpath grew from an article on private endpoints for Azure OpenAI and the four gotchas that nobody warns about. Here
its commands run in the lab: `az`, `nslookup`, `curl`, `unbound` and the `openai` package for Python, unmodified, in network
namespaces without a way out of the machine. What they say is what you read; lengths of time are left out.

The lab agrees with the documented behaviour of Azure, by our reading of it; where the article and the facts differ,
the page says so. Lines that begin with `operator$` run on a host that reaches the ARM API and nothing else
(`privpath lab exec operator -- az …`: no login, no configuration), those with `vm/app$`, `app/your-app-service$` or
`aks/aks-app$` on hosts of the estate, and a bare `$` is the machine that you sit at.

The program that calls the service, with a managed identity as the article writes it, the same for a pod, one that reads
the estate with the management packages, and what a DNS server of your own is told:
";

/// The gotchas, in the order of the article.
pub(super) const ACTS: &[Act] = &[
    zone_not_linked::ACT,
    zone_group_missing::ACT,
    own_dns::ACT,
    pod::ACT,
    app_service::ACT,
    security_group::ACT,
    wrong_url::ACT,
    bad_day::ACT,
    export::ACT,
];
