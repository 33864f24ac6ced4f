//! Do the client's variables hand the call to a proxy that spoils the way?

use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::{Change, ClientFact, Expect, Vantage, Verdict, Way, visible};
use path::{ByProxy, Trace};

check! {
    /// ## What it finds
    ///
    /// A variable (`HTTPS_PROXY`, `https_proxy`, `ALL_PROXY`, `all_proxy`) hands the call to a proxy, and by that way
    /// it comes out public, or does not come out at all, while the direct way comes out better. Both ways are
    /// measured side by side. The settings of web, function and container apps are variables, too.
    ///
    /// ## Why it breaks
    ///
    /// A program that honours the variable does not resolve the name: it hands the name to the proxy (`CONNECT`).
    /// The proxy asks its own DNS servers from its own network, and where no zone is linked there, it arrives at the
    /// public side. DNS, routes and rules of the client are perfect and decide nothing.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The refusal is that of a DNS fault: `Public access is disabled`. But `nslookup` answers privately, and
    /// `curl --noproxy '*'` gets through. A DNS fault shows directly, too: then the finding is there, and the proxy is
    /// not accused. An address in the refusal that is not the client's own is the proxy's. Proxies that the operating
    /// system or a PAC file names, and transparent ones, are in no variable: they are not seen here.
    ///
    /// ## How to repair
    ///
    /// Write the bare host name into `NO_PROXY`: `yourresource.openai.azure.com`, without a dot or a star in front,
    /// without a port, with commas between entries. That is the spelling that curl, Python's urllib, requests and httpx
    /// (and so the OpenAI library) read alike. `no_proxy` comes before `NO_PROXY` where both are set. Or let the proxy
    /// resolve privately: link the zone to the network that its DNS servers ask from.
    ///
    /// ## Sources
    ///
    /// github.com/TabularEditor/TabularEditor3 issue 1557. How variables are read was tried with curl 7.88, Python
    /// 3.11, requests 2.34 and httpx 0.28.
    pub struct ClientExplicitOrSystemProxy = {
        code: "CLN005",
        name: "client-explicit-or-system-proxy",
        stage: Some(model::Stage::Client),
        severity: Broken,
        summary: "The client hands the name to a proxy, which resolves it elsewhere and arrives publicly.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for ClientExplicitOrSystemProxy {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, _cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        let Some(by) = trace.proxied.as_ref().filter(|by| by.decides) else { return };
        let bad = matches!(by.outcome.verdict, Verdict::Public | Verdict::Blocked);
        if !bad || trace.question.expect != Expect::Private {
            return;
        }
        let confidence = match by.seen.is_empty() {
            false => Confidence::Measured,
            true => match Confidence::at_most(&by.because) {
                Some(confidence) => confidence,
                None => return,
            },
        };
        let measured = by.seen.last().map(|line| Evidence::measured(format!("by proxy: {line}")));
        let direct = Evidence::reason(format!("directly the call comes out {}", by.direct.verdict));
        let finding = Finding { confidence, ..Finding::new(Self::META, title(by)) };
        let finding = finding.shown_by(measured).shown_by([direct]).shown_by(Evidence::of(&by.because));
        out.push(finding.repaired_by(exempted(trace, by)));
    }
}

fn title(by: &ByProxy) -> String {
    let name = &by.variable.0;
    match by.outcome.way {
        Way::Public => format!("{name} hands the name to a proxy, which arrives publicly"),
        _ => format!("{name} hands the name to a proxy, and the call ends there"),
    }
}

/// The host in the list of exceptions, spelled as all programs read it.
fn exempted(trace: &Trace, by: &ByProxy) -> Remedy {
    let host = trace.question.to.host.to_string();
    // The variable that is read: a lower-case one hides the other.
    let (name, value) = match &by.exceptions {
        Some((name, list)) => (name.clone(), format!("{},{host}", visible(list).trim_end_matches([',', ' ']))),
        None => ("NO_PROXY".to_owned(), host.clone()),
    };
    let change = Change::Outside(ClientFact::Environment { name, value: Some(value) });
    let place = match trace.question.from {
        Vantage::WebApp(_) => {
            "as a setting of the app (az webapp config appsettings set --settings), which starts it again"
        }
        Vantage::ContainerApp(_) => {
            "as a variable of the app (az containerapp update --set-env-vars), which starts it again"
        }
        _ => "in the environment of the application, and start it again; programs read variables once",
    };
    Remedy::new(format!("exempt {host} from the proxy"), Safety::Safe, vec![change])
        .saying(place)
        .saying("the bare name, without dot, star or port: curl, Python and httpx (the OpenAI library) read it alike")
}
