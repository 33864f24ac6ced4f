//! Do user routes hold for container apps? Not in every environment, and where Azure leaves it open only
//! what holds either way is said.

use super::Routing;
use super::facts::NO_USER_ROUTES;
use crate::standing::Standing;
use model::resource::ManagedEnvironment;
use model::{Because, Decided, FactRef, Known, Snapshot, Why};

/// What is decided from a standing; from an environment for which user routes are not supported, only what
/// is decided with them and without them alike.
pub(super) fn agreed(
    snapshot: &Snapshot,
    standing: &Standing,
    decide: impl Fn(&Standing) -> Decided<Routing>,
) -> Decided<Routing> {
    let Some((why, doubt)) = doubt(snapshot, standing) else { return decide(standing) };
    let with = decide(standing);
    // User routes are those of the subnet's table.
    let without = decide(&Standing { subnet: None, ..standing.clone() });
    if with.outcome == without.outcome { without } else { Decided::unknown(why, doubt.part(with.because)) }
}

/// Why it is not known whether user routes hold for a container app.
fn doubt(snapshot: &Snapshot, standing: &Standing) -> Option<(Why, Because)> {
    let id = standing.environment.as_ref().filter(|_| standing.network.is_some())?;
    let fact = |value: &str| FactRef::new(id, "workloadProfiles", value);
    match snapshot.find::<ManagedEnvironment>(id).map(|environment| &environment.workload_profiles) {
        Some(Known::Value(true)) => None,
        Some(Known::Value(false)) => {
            let text = format!("{} has no workload profiles, and Azure supports no user routes for it", id.name());
            Some((Why::Unsupported, Because::new(text).fact(fact("")).rule(&NO_USER_ROUTES)))
        }
        Some(Known::Unknown(why)) => {
            let text = format!("whether {} supports user routes is {}", id.name(), why.words());
            Some((*why, Because::new(text).rule(&NO_USER_ROUTES)))
        }
        None => {
            let text = format!("whether {} supports user routes is {}", id.name(), Why::NotCollected.words());
            Some((Why::NotCollected, Because::new(text).rule(&NO_USER_ROUTES)))
        }
    }
}
