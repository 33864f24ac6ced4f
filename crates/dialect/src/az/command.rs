//! How is one command put together, wrapped, and freed of long ids?

use super::{Names, Script, quote};
use model::{Kind, ResourceId};

/// Where a long command is wrapped.
const WIDTH: usize = 78;

/// One line of a script.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    /// An az command.
    Command(Command),
    /// Another command, spelled already.
    Shell(String),
    /// A comment in plain words.
    Comment(String),
}

/// An az command before its ids are named.
#[derive(Debug, Clone)]
pub(super) struct Command {
    /// A flag with its values stays on one line.
    groups: Vec<Vec<Word>>,
}

#[derive(Debug, Clone)]
enum Word {
    Text(String),
    Id(ResourceId),
    Subscription(String),
}

impl Command {
    /// `az` and the words of the command.
    pub(super) fn new(verb: &str) -> Self {
        let words = std::iter::once("az").chain(verb.split(' '));
        Self { groups: vec![words.map(|word| Word::Text(word.to_owned())).collect()] }
    }

    /// The same, in the subscription and resource group of a resource.
    pub(super) fn of(verb: &str, id: &ResourceId) -> Self {
        let mut command = Self::new(verb);
        if let Some(subscription) = id.subscription() {
            command
                .groups
                .push(vec![Word::Text("--subscription".to_owned()), Word::Subscription(subscription.to_owned())]);
        }
        match id.resource_group() {
            Some(group) => command.flag("--resource-group", group),
            None => command,
        }
    }

    /// A flag with a value.
    pub(super) fn flag(self, flag: &str, value: impl Into<String>) -> Self {
        self.flags(flag, std::iter::once(value.into()))
    }

    /// A flag with values.
    pub(super) fn flags(mut self, flag: &str, values: impl IntoIterator<Item = String>) -> Self {
        let flag = Word::Text(flag.to_owned());
        self.groups.push(std::iter::once(flag).chain(values.into_iter().map(Word::Text)).collect());
        self
    }

    /// `--name`.
    pub(super) fn name(self, name: &str) -> Self {
        self.flag("--name", name)
    }

    /// A flag with an id.
    pub(super) fn id(self, flag: &str, id: &ResourceId) -> Self {
        self.ids(flag, std::slice::from_ref(id))
    }

    /// A flag with ids.
    pub(super) fn ids(mut self, flag: &str, ids: &[ResourceId]) -> Self {
        let flag = Word::Text(flag.to_owned());
        self.groups.push(std::iter::once(flag).chain(ids.iter().cloned().map(Word::Id)).collect());
        self
    }

    /// A flag without a value.
    pub(super) fn plain(mut self, flag: &str) -> Self {
        self.groups.push(vec![Word::Text(flag.to_owned())]);
        self
    }

    fn words(&self) -> impl Iterator<Item = &Word> {
        self.groups.iter().flatten()
    }
}

/// Names the ids and the subscriptions that occur, and writes everything out.
pub(super) fn render(pieces: &[Piece]) -> Script {
    let mut script = Script::default();
    let mut ids = Names::new();
    let mut subscriptions: Vec<(String, usize, Option<String>)> = Vec::new();
    let commands = pieces.iter().filter_map(|piece| match piece {
        Piece::Command(command) => Some(command),
        Piece::Shell(_) | Piece::Comment(_) => None,
    });
    for word in commands.flat_map(Command::words) {
        match word {
            Word::Subscription(subscription) => {
                match subscriptions.iter_mut().find(|(known, ..)| known == subscription) {
                    Some((_, count, _)) => *count += 1,
                    None => subscriptions.push((subscription.clone(), 1, None)),
                }
            }
            Word::Id(id) if !ids.contains_key(id) => {
                let name = free_name(&variable(id), &script.variables);
                script.variables.push((name.clone(), id.as_str().to_owned()));
                ids.insert(id.clone(), name);
            }
            Word::Id(_) | Word::Text(_) => {}
        }
    }
    let mut first = Vec::new();
    for (subscription, count, name) in &mut subscriptions {
        if *count > 1 {
            let all: Vec<_> = first.iter().chain(&script.variables).cloned().collect();
            let free = free_name("SUBSCRIPTION", &all);
            first.push((free.clone(), subscription.clone()));
            *name = Some(free);
        }
    }
    first.append(&mut script.variables);
    script.variables = first;
    let named = |word: &Word| match word {
        Word::Text(text) => quote::word(text),
        Word::Id(id) => ids.get(id).map_or_else(|| quote::word(id.as_str()), |name| format!("\"${name}\"")),
        Word::Subscription(text) => {
            let name = subscriptions.iter().find(|(known, ..)| known == text).and_then(|(_, _, name)| name.as_ref());
            name.map_or_else(|| quote::word(text), |name| format!("\"${name}\""))
        }
    };
    script.commands = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Command(command) => {
                let groups = command.groups.iter();
                wrap(groups.map(|group| group.iter().map(&named).collect::<Vec<_>>().join(" ")))
            }
            Piece::Shell(text) => text.clone(),
            Piece::Comment(text) => format!("# {text}"),
        })
        .collect();
    script
}

fn wrap(groups: impl Iterator<Item = String>) -> String {
    let mut command = String::new();
    let mut column = 0;
    for group in groups {
        // Room for the space before, and for ` \` after.
        if column > 0 && column + 1 + group.len() + 2 > WIDTH {
            command.push_str(" \\\n  ");
            column = 2;
        } else if column > 0 {
            command.push(' ');
            column += 1;
        }
        command.push_str(&group);
        column += group.len();
    }
    command
}

/// A shell name for an id. The word at its end keeps it apart from every variable that a shell or
/// az reads, whatever the resource is called.
fn variable(id: &ResourceId) -> String {
    let end = match Kind::of_type(&id.resource_type()) {
        Kind::VirtualNetwork => "VNET",
        Kind::Subnet => "SUBNET",
        Kind::PrivateDnsZone => "ZONE",
        Kind::PrivateEndpoint => "ENDPOINT",
        Kind::CognitiveServicesAccount => "ACCOUNT",
        Kind::PrivateEndpointConnection => "CONNECTION",
        Kind::NetworkSecurityGroup => "NSG",
        Kind::RouteTable => "ROUTE_TABLE",
        _ => "RESOURCE",
    };
    let mut name: String = id
        .name()
        .chars()
        .map(|next| if next.is_ascii_alphanumeric() { next.to_ascii_uppercase() } else { '_' })
        .collect();
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name.insert_str(0, "THE_");
    }
    let ends_so = name.strip_suffix(end).is_some_and(|rest| rest.ends_with('_'));
    if ends_so { name } else { format!("{name}_{end}") }
}

fn free_name(wanted: &str, taken: &[(String, String)]) -> String {
    let free = |name: &str| taken.iter().all(|(known, _)| known != name);
    let numbered = (2..).map(|number| format!("{wanted}_{number}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(|name| free(name)).unwrap_or_default()
}
