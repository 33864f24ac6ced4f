//! Does the kernel do with packets what is predicted? Every built-in scenario, in network namespaces.
//!
//! Skipped with one printed line where namespaces are not to be had; in CI that is a failure.

use anyhow::{Context, Result, bail};
use diagnose::Estate;
use lab::{Lab, Medium};
use model::{Stage, Status, Verdict};
use suite::play;

#[test]
#[expect(clippy::print_stderr, reason = "a test that did not run says so")]
fn the_kernel_agrees_with_the_prediction() {
    if let Err(missing) = Medium::Namespaces.take() {
        #[expect(clippy::disallowed_methods, reason = "in CI a skip of this test is a failure")]
        let must_run = cfg!(target_os = "linux") && std::env::var_os("CI").is_some();
        assert!(!must_run, "{missing}");
        eprintln!("skipped: {missing}");
        return;
    }
    let failures: Vec<String> = lab::scenarios()
        .iter()
        .filter_map(|(name, _)| agree(name).err().map(|words| format!("{name}: {words:#}")))
        .collect();
    assert!(failures.is_empty(), "\n{}\n", failures.join("\n"));
}

fn agree(name: &str) -> Result<()> {
    let scenario = lab::scenario(name)?;
    let snapshot = scenario.snapshot();
    let trace = path::predict(&snapshot, &scenario.question);
    let predicted = &trace.outcome;
    let lab = Lab::start_on(&scenario, Medium::Namespaces)?;
    let vantage = lab.access().of(&scenario.ask.from).context("the lab has no such vantage")?;
    if vantage.limits.is_some() {
        // What a medium cannot play is said by the lab, and `agreement` plays it on loopback.
        return Ok(());
    }
    let observations = play::measure(&lab, &scenario, &trace)?;
    let found = play::conclude(&snapshot, &scenario.question, observations, Estate::Whole);
    let seen = found.traces[0].measured.as_ref().context("nothing was measured")?;
    let differs = (seen.verdict, seen.way) != (predicted.verdict, predicted.way);
    if differs && predicted.verdict != Verdict::Undetermined {
        bail!("measured {seen:?}, predicted {predicted:?}");
    }
    // Where the packet stopped is read from the counters of the kernel.
    let stops = trace.steps().any(|step| step.stage == Stage::Nsg && step.status == Status::Fail);
    let dropped: Vec<_> = lab.counters()?.into_iter().filter(|counter| counter.denies && counter.packets > 0).collect();
    if stops == dropped.is_empty() {
        bail!("the rules that dropped packets are {dropped:?}, predicted {predicted:?}");
    }
    for counter in dropped {
        let rule = counter.rule.rsplit(' ').next().unwrap_or_default();
        let named = trace.steps().any(|step| {
            let because = format!("{:?}", step.because);
            step.stage == Stage::Nsg && step.status == Status::Fail && because.contains(rule)
        });
        if !named {
            bail!("{counter:?} dropped packets, and the prediction does not name it");
        }
    }
    Ok(())
}
