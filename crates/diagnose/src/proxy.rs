//! Would a client that honours its proxy variables call another way than the one that was measured?

use finding::Note;
use model::observation::{ClientSeen, Seen};
use model::{Expect, Observation, Proxied, Question, visible};

/// What the proxy variables of the measuring client mean for the question, if there are any. The
/// measurement itself never honours them.
pub(crate) fn note(question: &Question, observations: &[Observation]) -> Option<Note> {
    let client = observations.iter().find_map(|observation| match &observation.seen {
        Seen::Client(client) => Some(client),
        _ => None,
    })?;
    let text = words(client, question)?;
    Some(Note { about: "client".to_owned(), text })
}

fn words(client: &ClientSeen, question: &Question) -> Option<String> {
    let host = &question.to.host;
    let shown = |(name, value): &(String, String)| format!("{name}={}", visible(value));
    match client.proxied(host) {
        Proxied::Unset => None,
        Proxied::Exempt { proxy, by } => Some(format!(
            "{} is set, and {} exempts {host}: curl and Python call it without the proxy",
            shown(proxy),
            shown(by)
        )),
        Proxied::Through { proxy, despite } => {
            let exceptions = match despite {
                Some(by) => format!("{} does not exempt {host}", shown(by)),
                None => format!("no NO_PROXY exempts {host}"),
            };
            let cure = match question.expect {
                Expect::Private => format!("; for the private way, add {host} to NO_PROXY"),
                Expect::Public | Expect::Refused => String::new(),
            };
            Some(format!(
                "{} is set, and {exceptions}: curl and Python hand the name to that proxy, which resolves it itself; \
                 that way was not measured{cure}",
                shown(proxy)
            ))
        }
        Proxied::Differs { proxy, by } => Some(format!(
            "{} is set, and programs read {} differently: some hand {host} to the proxy, a way \
             that was not measured; write the bare name into NO_PROXY",
            shown(proxy),
            shown(by)
        )),
    }
}
