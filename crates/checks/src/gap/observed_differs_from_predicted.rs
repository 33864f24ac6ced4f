//! Does what was measured differ from what the configuration says?

use crate::servers::other_servers;
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Sink, check};
use path::Gap;

check! {
    /// ## What it finds
    ///
    /// A measurement and the prediction from configuration disagree about the same question.
    ///
    /// ## Why it matters
    ///
    /// The measurement is what happens; the verdict follows it. But something is not as the snapshot says:
    /// the snapshot is old, a cache still has the answer from before a change (it is said for how long at
    /// most), something outside of the snapshot decides (a proxy, a hosts file, a forwarder, a firewall),
    /// the host is not the vantage it was taken for, or privpath reads Azure wrongly.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// An undetermined prediction disagrees with nothing, and is no such finding.
    ///
    /// ## How to repair
    ///
    /// Take a new snapshot and ask again; check that `--from` names the host that measures.
    ///
    /// ## Sources
    ///
    /// None: this is a statement about two readings, not about Azure.
    pub struct ObservedDiffersFromPredicted = {
        code: "OBS001",
        name: "observed-differs-from-predicted",
        stage: None,
        severity: Fragile,
        summary: "What was measured differs from what the configuration predicts.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for ObservedDiffersFromPredicted {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn gap(&self, cx: &Cx<'_>, gap: &Gap, out: &mut Sink) {
        if other_servers(cx.snapshot(), gap).is_some() {
            // The host asks other servers than its network names, which explains it.
            return;
        }
        let title = format!("at {} the measurement differs from the configuration", gap.stage);
        let mut evidence = vec![
            Evidence::reason(format!("configuration says: {}", gap.predicted)),
            Evidence::measured(format!("measured: {}", gap.measured)),
        ];
        if let Some(seconds) = gap.kept {
            let text =
                format!("it may be a cached answer from before a change: caches keep it for {seconds} s at most");
            evidence.push(Evidence::measured(text));
        }
        let wait = gap.kept.map(|seconds| format!("wait {seconds} s and ask again: it may be a cached answer"));
        let mut words: Vec<String> = wait.into_iter().collect();
        words.extend([
            "take a new snapshot and ask again: the estate may have changed since".to_owned(),
            "check that --from names the host that measured, and which DNS servers and proxies it uses".to_owned(),
        ]);
        let remedy = Remedy::manual("find out which of the two is out of date", words);
        let finding = Finding { confidence: Confidence::Measured, ..Finding::new(Self::META, title) };
        out.push(finding.shown_by(evidence).repaired_by(remedy));
    }
}
