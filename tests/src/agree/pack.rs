//! How are many estates measured in one lab? Their documents side by side, their questions a few at a
//! time, the counters of all read once.

use super::Drawn;
use super::judge::{Judgement, judge_all};
use super::members::{self, Member};
use crate::play;
use anyhow::{Context, Result, anyhow};
use dialect::scenario::Scenario;
use lab::{Lab, Medium};
use model::{Client, Coverage, Observation, Snapshot};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How many questions are asked at a time.
const AT_A_TIME: usize = 6;

/// The judgement of each estate, in order.
pub(super) fn measured(drawn: &[Drawn]) -> Result<Vec<Judgement>> {
    let predicted: Vec<Result<Vec<Member>, String>> = drawn.iter().map(|one| members::of(&one.scenario)).collect();
    let lab = Lab::start_on(&packed(drawn)?, Medium::Namespaces)?;
    let callers: Vec<&Member> = predicted.iter().flatten().flatten().collect();
    let mut seen = all(&lab, &callers)?.into_iter();
    let counters = lab.counters()?;
    let judged = drawn.iter().zip(&predicted).map(|(one, predicted)| match predicted {
        Ok(members) => {
            let seen: Vec<_> = seen.by_ref().take(members.len()).collect();
            let end = format!("-{}", one.number % usize::from(super::PACKED));
            let own: Vec<_> = counters.iter().filter(|counter| counter.network.ends_with(&end)).cloned().collect();
            judge_all(members, &seen, &own)
        }
        Err(words) => Judgement::Disagrees(words.clone()),
    });
    Ok(judged.collect())
}

/// One scenario with the resources of all.
fn packed(drawn: &[Drawn]) -> Result<Scenario> {
    let first = drawn.first().context("no estate to pack")?.scenario.clone();
    let mut client = Client::default();
    let mut resources = Vec::new();
    let mut changes = Vec::new();
    for one in drawn {
        resources.extend(one.scenario.healthy.iter().map(|resource| (**resource).clone()));
        let around = one.scenario.healthy.client();
        client.dns_servers.extend(around.dns_servers.clone());
        client.appliances.extend(around.appliances.clone());
        client.on_premises.extend(around.on_premises.clone());
        changes.extend(one.scenario.changes.iter().cloned());
    }
    let healthy = Snapshot::new(resources, Coverage::complete()).with_client(client);
    Ok(Scenario { name: "agree".to_owned(), healthy, changes, change_lines: Vec::new(), ..first })
}

/// Measures every question from its vantage.
fn all(lab: &Lab, callers: &[&Member]) -> Result<Vec<Vec<Observation>>> {
    let next = AtomicUsize::new(0);
    let seen: Mutex<Vec<Option<Result<Vec<Observation>>>>> = Mutex::new(callers.iter().map(|_| None).collect());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME.min(callers.len()) {
            scope.spawn(|| {
                while let Some((index, one)) = take(&next, callers) {
                    let observations = play::measure(lab, &one.scenario, &one.trace, crate::case::Caller::default());
                    seen.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(observations);
                }
            });
        }
    });
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    seen.into_iter().map(|one| one.unwrap_or_else(|| Err(anyhow!("a question was not asked")))).collect()
}

fn take<'d>(next: &AtomicUsize, callers: &[&'d Member]) -> Option<(usize, &'d Member)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    callers.get(index).map(|one| (index, *one))
}
