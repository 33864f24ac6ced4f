//! Which estate is asked about: that of a lab, of files, or of the subscriptions that may be read?

use crate::args::{Medium, Source};
use crate::output::Output;
use crate::progress::Progress;
use crate::subscriptions;
use anyhow::{Context, Result, bail};
use azure::{Roots, Token};
use diagnose::{Joined, Placed};
use finding::Note;
use gather::Gathered;
use lab::{Access, ChangedBy, Lab, VantageAccess};
use model::{Change, Client, Question, Snapshot};
use std::path::Path;
use std::process::Command;

/// An estate, and the lab that plays it, if one does.
#[derive(Debug)]
pub(crate) struct Estate {
    pub(crate) snapshot: Snapshot,
    pub(crate) notes: Vec<Note>,
}

/// A lab to talk to: one that runs in the background, or our own, which ends with us.
#[derive(Debug)]
pub(crate) struct LabInUse {
    access: Access,
    own: Option<Lab>,
}

impl Source {
    /// The estate of files, or of the subscriptions that may be read; `None` when neither was asked for.
    pub(crate) fn estate(&self, output: &Output) -> Result<Option<Estate>> {
        if self.azure {
            return subscriptions::read(&Progress::new(output)).map(Some);
        }
        self.snapshot.as_deref().map(from_files).transpose()
    }

    /// The lab to measure in, started if need be; `None` when none was asked for.
    pub(crate) fn lab(&self, medium: Medium) -> Result<Option<LabInUse>> {
        self.lab.as_deref().map(|name| LabInUse::of(name, medium)?.join()).transpose()
    }

    /// The lab of a command that sends nothing: whichever runs will do, and one that has to be started
    /// needs no network.
    pub(crate) fn lab_on_paper(&self) -> Result<Option<LabInUse>> {
        let name = self.lab.as_deref();
        name.map(|name| LabInUse::of_or_on(name, Medium::Auto, Medium::Loopback)).transpose()
    }
}

fn from_files(path: &Path) -> Result<Estate> {
    let gathered = gather::files(path)?;
    Ok(Estate::of(gathered, Client::default()))
}

/// The program that tries whether an ordinary user can have network namespaces: this one.
pub(crate) fn trial() -> Result<Command> {
    let own = std::env::current_exe().context("the path of this program cannot be found")?;
    let mut command = Command::new(own);
    command.args(["lab", "try"]);
    Ok(command)
}

impl Estate {
    pub(crate) fn of(gathered: Gathered, client: Client) -> Self {
        let notes = gathered.notes.into_iter().map(|note| Note { about: note.source, text: note.text }).collect();
        Self { snapshot: gathered.snapshot.with_client(client), notes }
    }

    /// The same estate, asked these questions, with what checks saw elsewhere.
    pub(crate) fn with_seen(self, files: &[String], questions: &[Question]) -> Result<(Self, Vec<Placed>)> {
        let told = crate::seen::read(files, &self.snapshot)?;
        if told.is_empty() {
            return Ok((self, Vec::new()));
        }
        let Joined { snapshot, seen, notes } = diagnose::join(self.snapshot, questions, told);
        let notes = self.notes.into_iter().chain(notes).collect();
        Ok((Self { snapshot, notes }, seen))
    }
}

impl LabInUse {
    /// The running lab of this name, else one of this scenario for as long as we run.
    pub(crate) fn of(name: &str, medium: Medium) -> Result<Self> {
        Self::of_or_on(name, medium, medium)
    }

    /// The same; one that has to be started stands on `start`.
    pub(crate) fn of_or_on(name: &str, medium: Medium, start: Medium) -> Result<Self> {
        // A name that cannot be a running lab's is still looked for among the scenarios.
        if let Ok(Some(access)) = lab::daemon::find(name) {
            let wanted = match medium {
                Medium::Auto => None,
                Medium::Namespaces => Some(true),
                Medium::Loopback => Some(false),
            };
            if wanted.is_some_and(|wanted| wanted != access.medium.namespaces) {
                let runs = access.medium.word();
                bail!("the lab `{name}` runs on another medium ({runs}); end it with `privpath lab down {name}`");
            }
            return Ok(Self { access, own: None });
        }
        let scenario = lab::scenario(name)?;
        let own = Lab::start_as_user(&scenario, start.into(), &mut trial()?)?;
        Ok(Self { access: own.access().clone(), own: Some(own) })
    }

    /// Makes this process one that may measure from the inside of the lab's hosts. Before anything that
    /// starts a thread.
    pub(crate) fn join(self) -> Result<Self> {
        if self.own.is_none() {
            self.access.join()?;
        }
        Ok(self)
    }

    /// How it is reached.
    pub(crate) fn access(&self) -> &Access {
        &self.access
    }

    /// A client of its ARM API.
    pub(crate) fn client(&self) -> Result<azure::Client> {
        let roots = Roots::Pem(self.access.ca_pem.clone());
        Ok(azure::Client::new(&self.access.arm, &Token::bearer(&self.access.token), &roots)?)
    }

    /// The estate as its ARM API tells it, with what surrounds the client at a vantage.
    pub(crate) fn estate(&self, vantage: Option<&VantageAccess>) -> Result<Estate> {
        let gathered = gather::live(&self.client()?, &self.access.subscription)?;
        let client = Client {
            environment: vantage.map(|vantage| vantage.environment.clone()).unwrap_or_default(),
            hosts: vantage.map(|vantage| vantage.hosts.clone()).unwrap_or_default(),
            ..self.beside(&gathered.snapshot)?
        };
        let mut estate = Estate::of(gathered, client);
        estate.notes.insert(0, self.note());
        Ok(estate)
    }

    /// What no Azure API tells, such as what the DNS servers of the estate's owner do: the scenario says it,
    /// and the lines that changed it since.
    fn beside(&self, snapshot: &Snapshot) -> Result<Client> {
        let scenario = lab::scenario(&self.access.scenario).ok();
        let client = scenario.map(|scenario| scenario.told());
        let mut snapshot = snapshot.clone().with_client(client.unwrap_or_default());
        let since = lab::daemon::status(&self.access)?.changes.into_iter();
        for line in since.filter(|change| change.by == ChangedBy::User) {
            // A line about resources that are gone by now says nothing about clients either.
            let changes = dialect::scenario::change::parse(&line.text, &snapshot).unwrap_or_default();
            let outside = changes.into_iter().filter(|change| matches!(change, Change::Outside(_)));
            snapshot = snapshot.with(&outside.collect::<Vec<_>>());
        }
        Ok(snapshot.client().clone())
    }

    /// Which lab it is.
    fn note(&self) -> Note {
        let scenario = &self.access.scenario;
        let text = match self.own {
            Some(_) => format!("{scenario} was started for this command only"),
            None => format!("{scenario} runs in the background, and was asked"),
        };
        let medium = &self.access.medium;
        let text = match (medium.namespaces, medium.asked) {
            (true, _) => format!("{text}; it stands in network namespaces: real packets ({})", medium.why),
            (false, true) => text,
            (false, false) => format!("{text}; it stands on the loopback interface ({})", medium.why),
        };
        Note { about: "lab".to_owned(), text }
    }

    /// The lab's node of a name.
    pub(crate) fn vantage(&self, name: &str) -> Result<&VantageAccess> {
        let names = || self.access.vantages.iter().map(|known| known.text.as_str()).collect::<Vec<_>>().join(", ");
        self.access
            .of(name)
            .with_context(|| format!("the lab has no vantage `{}`; it has {}", model::visible(name), names()))
    }

    /// What the scenario asks.
    pub(crate) fn question(&self, snapshot: &Snapshot) -> Result<(Question, String)> {
        let (to, path) = dialect::scenario::target::parse(&self.access.ask_to)?;
        let from = dialect::scenario::vantage::parse(&self.access.ask_from, snapshot)?;
        let expect = [model::Expect::Private, model::Expect::Public, model::Expect::Refused]
            .into_iter()
            .find(|expect| expect.word() == self.access.ask_expect)
            .unwrap_or_default();
        Ok((Question { from, to, expect }, path))
    }
}
