//! In which order are several faults repaired, and what of that was only predicted?

use super::wrap::Page;
use finding::{Diagnosis, Ends, Finding};

/// Says of a question what its repairs lead to, where there is more than one thing to say.
pub(super) fn several(page: &mut Page, diagnosis: &Diagnosis, about: usize, found: &[&Finding]) {
    let Some(plan) = diagnosis.plans.iter().find(|plan| plan.about == about) else { return };
    let expected = diagnosis.traces[about].question.expect.word();
    if plan.steps.len() < 2 {
        return;
    }
    let steps = format!("To repair, in this order: {}.", numbers(&plan.steps, found));
    let text = match plan.ends {
        Ends::Arrives => format!("{steps} Then, as predicted: {expected}."),
        Ends::Open(Some(stage)) => format!("{steps} What comes behind is not known: the walk ends at {stage}."),
        Ends::Open(None) => format!("{steps} What comes behind is not known."),
    };
    page.blank();
    page.text(0, &text);
}

/// Says that a finding shows behind others only.
pub(super) fn predicted(page: &mut Page, finding: &Finding, found: &[&Finding]) {
    if !finding.behind.changes.is_empty() {
        let before = numbers(&finding.behind.orders, found);
        page.text(
            2,
            &format!("predicted, not seen: it shows once {before} {} repaired", is_or_are(&finding.behind.orders)),
        );
    }
}

/// The same in an audit, where the findings before it are told by their codes.
pub(super) fn predicted_in_audit(page: &mut Page, diagnosis: &Diagnosis, finding: &Finding) {
    if finding.behind.changes.is_empty() {
        return;
    }
    let named = |order: &u32| {
        let found = diagnosis.findings.iter().find(|known| known.order == *order)?;
        Some(format!("[{}]", found.meta.code))
    };
    let before: Vec<String> = finding.behind.orders.iter().filter_map(named).collect();
    page.text(
        2,
        &format!("predicted, not seen: it shows once {} {} repaired", and(&before), is_or_are(&finding.behind.orders)),
    );
}

/// The numbers under which these findings are told.
fn numbers(orders: &[u32], found: &[&Finding]) -> String {
    let place = |order: &u32| found.iter().position(|finding| finding.order == *order);
    let places: Vec<String> = orders.iter().filter_map(place).map(|place| (place + 1).to_string()).collect();
    and(&places)
}

fn is_or_are(orders: &[u32]) -> &'static str {
    if orders.len() == 1 { "is" } else { "are" }
}

fn and(words: &[String]) -> String {
    match words {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}
