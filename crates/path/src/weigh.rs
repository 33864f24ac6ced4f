//! What follows from the answers of several servers, asked once or twice?
//!
//! A public answer has three neighbouring causes: the client's own DNS server does not ask Azure DNS,
//! no zone is linked to the network, or there is no zone with the record. The answers of the client's
//! server and of 168.63.129.16 tell the first from the others; the zones and links of the estate tell
//! these apart. What is missing for that is told as a command each.

use crate::answers::{Answers, Reply, Says};
use crate::measured::Setting;
use fabric::client::Service;
use fabric::dns::{Tail, tail};
use fabric::standing::AZURE_DNS;
use model::observation::{DnsRole, ResolverOutcome};
use model::{DnsName, Expect, Fact, Stage, Vantage};

/// What the answers say together.
#[derive(Debug, Default)]
pub(crate) struct Weighed {
    /// What must be told whatever else is left out.
    pub told: Vec<(Stage, String)>,
    /// What is missing to tell the causes apart, a command each.
    pub settle: Vec<String>,
    /// Where the private way was left, if the answers show it.
    pub stage: Option<Stage>,
    /// Where it may have been left, if they narrow it down.
    pub candidates: Vec<Stage>,
    /// The general facts that this rests on.
    pub rules: Vec<&'static Fact>,
}

/// Weighs all answers. Nothing follows when no server of the client said anything usable.
pub(crate) fn weigh(setting: &Setting<'_>, answers: &Answers<'_>) -> Weighed {
    let mut weighed = Weighed::default();
    weighed.search(setting, answers);
    let Some(deciding) = answers.deciding() else {
        weighed.resolver(answers, None);
        return weighed;
    };
    let says = deciding.says();
    if setting.question.expect == Expect::Private && says.is_public() {
        weighed.public(setting, answers, deciding);
    } else if says != Says::Nothing && !says.is_public() {
        weighed.not_public(answers, deciding);
    }
    weighed.others(answers, deciding);
    weighed.again(answers, deciding);
    weighed.resolver(answers, Some(deciding));
    if setting.question.expect == Expect::Private && !says.is_inside() {
        weighed.kept(deciding);
    }
    weighed
}

impl Weighed {
    fn tell(&mut self, stage: Stage, text: String) {
        self.told.push((stage, text));
    }

    /// One more stage may be the cause.
    fn suspect(&mut self, stage: Stage) {
        if !self.candidates.contains(&stage) {
            self.candidates.push(stage);
            self.candidates.sort();
        }
    }

    /// The names that a client tries before, and the one that captures the host name.
    fn search(&mut self, setting: &Setting<'_>, answers: &Answers<'_>) {
        let (Some(client), Some(host)) = (answers.client, setting.question.to.host.name()) else { return };
        let before = client.tried_before(host);
        let Some(first) = before.first() else { return };
        let more = match before.len() {
            1 => String::new(),
            count => format!(" and {} more of its search list", count - 1),
        };
        let tries = format!("ndots is {}: a client tries {first}{more} first", client.ndots);
        match answers.deciding().filter(|reply| reply.role == DnsRole::Searched) {
            Some(reply) => self.tell(
                Stage::Client,
                format!(
                    "{tries}; {} answers {} with {}: that name is dialled, not {host}",
                    reply.server_words(),
                    reply.name,
                    reply.says().words()
                ),
            ),
            None => self.tell(Stage::Client, tries),
        }
    }

    /// A public answer where a private one is wanted: custom DNS, link or zone.
    fn public(&mut self, setting: &Setting<'_>, answers: &Answers<'_>, deciding: &Reply<'_>) {
        let Some(service) = fabric::client::service(deciding.name) else { return };
        let server = deciding.server_words();
        let read = tail(deciding.name, &deciding.aliases());
        let no_alias = matches!(&read, Some((Tail::NoAlias, _)));
        let azure = answers.of_role(DnsRole::Beside).find(|reply| reply.server.ip() == AZURE_DNS);
        let azure = azure.filter(|reply| reply.says() != Says::Nothing);
        let itself = deciding.server.ip() == AZURE_DNS;
        if let Some((tail, fact)) = read {
            self.rules.push(fact);
            let words = tail_words(&tail, deciding);
            let alone = azure.is_none() && !itself && !no_alias;
            let seen = if alone { format!(": {server} sees no private zone with the record") } else { String::new() };
            self.tell(Stage::Dns, format!("{words}{seen}"));
        }
        // What the estate shows need not be asked for.
        let known = setting.snapshot.is_some() && setting.network.is_some();
        match azure.map(Reply::says) {
            Some(says) if says.is_inside() => {
                self.stage = Some(Stage::Dns);
                self.forwarding(&server, &says, &service);
                if !known {
                    self.tell(Stage::Dns, which_of_both(&server, &service));
                }
            }
            Some(Says::NoSuchName | Says::NoAddress) => {
                let zone = azure.and_then(Reply::zone).map_or_else(String::new, |zone| format!(" (zone {zone})"));
                self.tell(Stage::Dns, format!("{AZURE_DNS} says that there is no such name{zone}: a zone that is linked here lacks the record, and {server} answers past it"));
                self.suspect(Stage::Dns);
            }
            Some(_) => self.zone_or_link(&format!("{AZURE_DNS} answers publicly too"), no_alias),
            None if itself => self.zone_or_link(&format!("{AZURE_DNS} itself answers publicly"), no_alias),
            None if no_alias => {
                self.suspect(Stage::Client);
                self.suspect(Stage::Endpoint);
            }
            None => self.settle.push(ask_azure(setting, &server)),
        }
        let decided = self.stage.is_some() || no_alias || known || setting.question.expect != Expect::Private;
        if !decided {
            self.settle.extend(estate_commands(&service, &server, itself));
        }
    }

    /// The client's server does not hand on what Azure DNS would say.
    fn forwarding(&mut self, server: &str, azure: &Says, service: &Service) {
        let suffix = service.suffix;
        self.tell(
            Stage::Dns,
            format!("{AZURE_DNS} answers {} here and {server} does not: {server} does not forward {suffix} to {AZURE_DNS}, or asks it from a network that the zone is not linked to", azure.words()),
        );
    }

    /// Azure DNS of this network has no private answer.
    fn zone_or_link(&mut self, what: &str, no_alias: bool) {
        if no_alias {
            self.suspect(Stage::Client);
            self.suspect(Stage::Endpoint);
            return;
        }
        self.suspect(Stage::Dns);
        let text = "no zone with this record is linked to this network, or its link lets public DNS answer for a record that is missing";
        self.tell(Stage::Dns, format!("{what}: {text}"));
    }

    /// The client's server gives no public answer; Azure DNS may give another one.
    fn not_public(&mut self, answers: &Answers<'_>, deciding: &Reply<'_>) {
        let denied = deciding.says() == Says::NoSuchName;
        let zone = fabric::client::service(deciding.name).map(|service| service.zone);
        if let (true, Some(zone), Some(owner)) = (denied, zone, deciding.zone())
            && owner.as_str() == zone
        {
            let server = deciding.server_words();
            self.tell(
                Stage::Dns,
                format!("the zone {zone} that {server} sees answers for the name and lacks its record"),
            );
        }
        let Some(azure) = answers.of_role(DnsRole::Beside).find(|reply| reply.server.ip() == AZURE_DNS) else {
            return;
        };
        let (own, says, server) = (deciding.says(), azure.says(), deciding.server_words());
        if !says.is_inside() || says == own {
            return;
        }
        let what = if own.is_inside() { "two private views of one name" } else { "the fault is with that server" };
        let text = format!("{AZURE_DNS} answers {} here, and {server} says {}: {what}", says.words(), own.words());
        self.tell(Stage::Dns, text);
        self.suspect(Stage::Dns);
    }

    /// Servers of the client that say something else than the one that decided.
    fn others(&mut self, answers: &Answers<'_>, deciding: &Reply<'_>) {
        let own = deciding.says();
        let mut before = true;
        for other in answers.of_role(deciding.role).filter(|other| other.name == deciding.name) {
            let (one, two) = (deciding.server_words(), other.server_words());
            let says = other.says();
            before = before && other.server != deciding.server;
            if says == Says::Nothing {
                let waits =
                    if before { format!("; a client waits for it before it asks {one}") } else { String::new() };
                self.tell(Stage::Dns, format!("{two} gives no usable answer{waits}"));
                continue;
            }
            if other.server == deciding.server || says.is_like(&own) {
                continue;
            }
            let text = format!(
                "the servers disagree: {one} says {}, {two} says {}; a client that asks {two} goes another way",
                own.words(),
                says.words()
            );
            self.tell(Stage::Dns, text);
            self.suspect(Stage::Dns);
        }
    }

    /// The same server says something else the second time.
    fn again(&mut self, answers: &Answers<'_>, deciding: &Reply<'_>) {
        let same = |reply: &&Reply<'_>| reply.server == deciding.server && reply.name == deciding.name;
        let Some(second) = answers.of_role(DnsRole::Again).find(same) else { return };
        // A family that was not answered in time says nothing about the other.
        let whole = second.families.len() == deciding.families.len();
        let (first, then) = (deciding.says(), second.says());
        if !whole || then == Says::Nothing || first.is_like(&then) {
            return;
        }
        let text = format!(
            "{} says something else when asked again: first {}, then {}; ask it several times, and see whom it forwards to",
            deciding.server_words(),
            first.words(),
            then.words()
        );
        self.tell(Stage::Dns, text);
        self.suspect(Stage::Dns);
    }

    /// The resolver of the system, which most programs ask, says something else.
    fn resolver(&mut self, answers: &Answers<'_>, deciding: Option<&Reply<'_>>) {
        let Some(seen) = answers.resolver else { return };
        let says = match &seen.outcome {
            ResolverOutcome::Answered => Says::Addresses(seen.addresses.iter().copied().collect()),
            ResolverOutcome::Failed(_) => Says::NoSuchName,
            ResolverOutcome::TimedOut => return,
            ResolverOutcome::Unavailable(why) => {
                let why = model::visible(why);
                return self.tell(Stage::Client, format!("the system's resolver was not asked: {why}"));
            }
        };
        let pins = answers.client.map(|client| client.hosts_entries.as_slice()).unwrap_or_default();
        let pinned = (!pins.is_empty()).then(|| Says::Addresses(pins.iter().copied().collect()));
        let none = |says: &Says| matches!(says, Says::NoSuchName | Says::NoAddress | Says::Nothing);
        let (by, other) = match (&pinned, deciding) {
            (Some(pinned), _) => ("the hosts file".to_owned(), pinned.clone()),
            (None, Some(deciding)) => (deciding.server_words(), deciding.says()),
            (None, None) if none(&says) => return,
            (None, None) => {
                let text = format!("the system's resolver answers {} where no DNS server does", says.words());
                return self.tell(Stage::Client, text);
            }
        };
        if says.is_like(&other) || (none(&says) && none(&other)) {
            return;
        }
        self.tell(
            Stage::Client,
            format!(
                "the system's resolver (getaddrinfo), which most programs ask, says {}, and {by} says {}: a cache, a \
                 name service module or the rules of a VPN client; {} was measured",
                says.words(),
                other.words(),
                if none(&other) { "nothing" } else { "the latter" }
            ),
        );
        self.suspect(Stage::Client);
    }

    /// For how long the answer may outlive a repair.
    fn kept(&mut self, deciding: &Reply<'_>) {
        if let Some(seconds) = deciding.kept() {
            let text = format!("caches may keep this answer for {seconds} s: wait as long after a repair");
            self.tell(Stage::Dns, text);
        }
    }
}

fn tail_words(tail: &Tail, deciding: &Reply<'_>) -> String {
    match tail {
        Tail::AfterAlias(alias) => {
            let next = deciding.aliases().into_iter().skip_while(|name| name != alias).find(|name| name != alias);
            let next = next.or_else(|| deciding.aliases().into_iter().next());
            let to = next.map_or_else(String::new, |next: DnsName| format!(" with {next}"));
            format!("after the privatelink alias public DNS goes on{to}")
        }
        Tail::NoAlias => {
            format!("no privatelink alias in the answer: public DNS knows of no private endpoint of {}", deciding.name)
        }
    }
}

/// What tells a missing forwarding from a missing link of the server's own network.
fn which_of_both(server: &str, service: &Service) -> String {
    let host = quoted(service.host.as_str());
    format!(
        "to tell which, ask on {server} (nslookup {host} {AZURE_DNS}); a private answer: its forwarding; a public one: the link"
    )
}

/// The first of the three answers, where it is missing.
fn ask_azure(setting: &Setting<'_>, server: &str) -> String {
    let host = quoted(&setting.question.to.host.to_string());
    format!(
        "dns: ask Azure DNS inside the network (nslookup {host} {AZURE_DNS}); a private address: {server} does not ask it; a public one: the link or the zone"
    )
}

/// What the estate would say: is there a zone, whom is it linked to, does it hold the record?
fn estate_commands(service: &Service, server: &str, asks_azure: bool) -> Vec<String> {
    if service.zone.contains('{') {
        return vec![format!("dns: is the zone {} linked to the network that asks?", service.zone)];
    }
    let zone = service.zone;
    let groups = format!("az network private-dns zone list --query \"[?name=='{zone}'].resourceGroup\" -o tsv");
    let each = format!("{groups} | xargs -I{{}} az network private-dns");
    let asking = if asks_azure { "this network".to_owned() } else { format!("the network that {server} is in") };
    vec![
        format!("dns: is there a zone? {groups}"),
        format!(
            "dns: is it linked to {asking}? {each} link vnet list -g {{}} -z {zone} --query \"[].virtualNetwork.id\" -o tsv"
        ),
        format!(
            "dns: does it hold the record? {each} record-set a show -g {{}} -z {zone} -n {} --query aRecords",
            quoted(&service.label)
        ),
    ]
}

/// A word for a shell.
fn quoted(word: &str) -> String {
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// The stages that may be at fault when nothing tells whether this is inside of the network.
pub(crate) const NOWHERE: [Stage; 2] = [Stage::Client, Stage::Dns];

/// True when nothing but these answers tells where in the network this is.
pub(crate) fn is_placeless(setting: &Setting<'_>) -> bool {
    setting.network.is_none() && (setting.snapshot.is_none() || setting.question.from == Vantage::Here)
}
