//! `privpath check`: what really happens, and does it agree with the configuration?

use crate::args::{Check, Seen};
use crate::credential;
use crate::entra::At;
use crate::estate::{Estate, LabInUse};
use crate::exit::{self, Exit};
use crate::output::Output;
use crate::progress::Progress;
use anyhow::{Context, Result, bail};
use diagnose::Case;
use dialect::scenario::{target, vantage};
use finding::{Diagnosis, Note, Severity};
use lab::Inside;
use model::observation::ClientSeen;
use model::{Observation, Question, Target, Vantage};
use path::standing;
use probe::{Plan, Servers};
use std::net::SocketAddr;

/// Where Azure DNS is asked.
const AZURE_DNS: SocketAddr = SocketAddr::new(standing::AZURE_DNS, 53);

/// Measures one call.
pub(crate) fn run(arguments: &Check, output: &Output) -> Result<Exit> {
    let diagnosis = match arguments.source.lab(arguments.medium)? {
        Some(lab) => in_lab(&lab, arguments, output)?,
        None => here(arguments, output)?,
    };
    output.question(&diagnosis);
    Ok(exit::of_question(&diagnosis, output.threshold(Severity::Broken)))
}

/// From a node of a lab: its DNS, its way, its environment.
pub(crate) fn in_lab(lab: &LabInUse, arguments: &Check, output: &Output) -> Result<Diagnosis> {
    let access = lab.access();
    let name = arguments.from.as_deref().unwrap_or(&access.ask_from);
    if ["search/", "account/"].iter().any(|prefix| name.starts_with(prefix)) {
        bail!(not_from_there(name));
    }
    let node = lab.vantage(name)?;
    if let Some(limits) = access.limits.as_ref().or(node.limits.as_ref()) {
        bail!("{limits}; `privpath trace --lab {}` predicts it", access.scenario);
    }
    let estate = lab.estate(Some(node))?;
    let (mut question, mut path) = lab.question(&estate.snapshot)?;
    question.from = vantage::parse(name, &estate.snapshot)?;
    if let Some(url) = &arguments.url {
        (question.to, path) = target::parse(url)?;
    }
    if let Some(expect) = arguments.expect {
        question.expect = expect.into();
    }
    let dns = node.inside.as_ref().map_or_else(|| vec![node.dns], |inside| inside.dns_servers.clone());
    let client = probe::client_from(&node.environment, &node.hosts, &dns, &question.to.host);
    let lookup = |name: &str| node.environment.get(name).cloned();
    let had = credential::given(arguments, &question.to, &At::Lab(node, &access.ca_pem), &lookup)?;
    let plan = Plan {
        request: diagnose::request_path(&question.to, &path),
        credential: had.given.as_ref().map(|given| given.bound(Some(&estate.snapshot), &question)),
        servers: Servers::Only(dns),
        // In a lab with packets the platform's address is there, as in Azure.
        beside: node.inside.iter().map(|_| AZURE_DNS).collect(),
        socks5: node.inside.is_none().then_some(node.socks5),
        extra_roots: Some(access.ca_pem.clone()),
        stage_timeout: arguments.timeout,
        deadline: arguments.deadline,
        ..Plan::new(question.to.clone(), client)
    };
    let mut diagnosis =
        measured(Some(estate), (question, had.sign_in), plan, node.inside.as_ref(), (&arguments.elsewhere, output))?;
    diagnosis.notes.extend(had.note);
    if let Some(given) = had.given {
        given.tell(&mut diagnosis);
    }
    Ok(diagnosis)
}

/// Why nothing is measured from a service of Azure.
fn not_from_there(name: &str) -> String {
    let name = model::visible(name);
    format!(
        "{name} is a service of Azure that calls by itself, and nothing can be measured from there; `privpath trace --from {name} --to URL` predicts it"
    )
}

/// From this very host.
fn here(arguments: &Check, output: &Output) -> Result<Diagnosis> {
    let mut estate = arguments.source.estate(output)?;
    let (target, path, note) = called(arguments)?;
    let from = match (&arguments.from, &estate) {
        (None, _) => Vantage::Here,
        (Some(name), Some(estate)) => match vantage::parse(name, &estate.snapshot)? {
            Vantage::Service(_) => bail!(not_from_there(name)),
            from => from,
        },
        (Some(name), None) => {
            bail!("--from {name} names a node of a snapshot: give one with --snapshot PATH or --azure")
        }
    };
    if let (Some(estate), Some(note)) = (&mut estate, &note) {
        estate.notes.push(note.clone());
    }
    let expect = arguments.expect.map(model::Expect::from).unwrap_or_default();
    let had = credential::given(arguments, &target, &At::Here(&arguments.dns), &of_this_process)?;
    let question = Question { from, to: target.clone(), expect };
    let plan = Plan {
        request: diagnose::request_path(&target, &path),
        credential: had.given.as_ref().map(|given| given.bound(estate.as_ref().map(|own| &own.snapshot), &question)),
        socks5: arguments.socks5,
        stage_timeout: arguments.timeout,
        deadline: arguments.deadline,
        ..asking(arguments, &target)
    };
    // What is set on this host is part of what is predicted for it.
    let estate = estate.map(|Estate { snapshot, notes }| {
        let client = snapshot.client().clone().with_seen(&plan.client, &target.host);
        Estate { snapshot: snapshot.with_client(client), notes }
    });
    let mut diagnosis = measured(estate, (question, had.sign_in), plan, None, (&arguments.elsewhere, output))?;
    diagnosis.notes.extend(had.note);
    if let Some(given) = had.given {
        given.tell(&mut diagnosis);
    }
    if let Some(note) = note.filter(|note| !diagnosis.notes.contains(note)) {
        diagnosis.notes.insert(0, note);
    }
    Ok(diagnosis)
}

#[expect(clippy::disallowed_methods, reason = "--key-env names the variable that holds the key")]
fn of_this_process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A plan that asks whom a client here would ask, and Azure DNS beside; or the servers of the command
/// line and nobody else.
fn asking(arguments: &Check, target: &Target) -> Plan {
    let client = probe::client(&target.host);
    if let ([], None) = (&*arguments.dns, arguments.socks5) {
        return Plan { beside: vec![AZURE_DNS], system: probe::system_resolver(), ..Plan::new(target.clone(), client) };
    }
    // The search list belongs to the servers of this host.
    let client = ClientSeen { servers: arguments.dns.clone(), search: Vec::new(), ..client };
    Plan { servers: Servers::Only(arguments.dns.clone()), ..Plan::new(target.clone(), client) }
}

/// What is called, its path, and where that was read if not on the command line.
#[expect(clippy::disallowed_methods, reason = "the endpoint variable is the documented default of URL")]
fn called(arguments: &Check) -> Result<(Target, String, Option<Note>)> {
    const VARIABLE: &str = "AZURE_OPENAI_ENDPOINT";
    if let Some(url) = &arguments.url {
        let (target, path) = target::parse(url)?;
        return Ok((target, path, None));
    }
    let url = std::env::var(VARIABLE).ok().filter(|url| !url.trim().is_empty()).with_context(|| {
        format!("no URL: give one, as in `privpath check https://ACCOUNT.openai.azure.com`, or set {VARIABLE}")
    })?;
    let (target, path) = target::parse(&url).with_context(|| format!("{VARIABLE} cannot be read"))?;
    let text = format!("no URL was given: {target} is from {VARIABLE}");
    Ok((target, path, Some(Note { about: "client".to_owned(), text })))
}

/// Measures, with what was observed before, from the inside of a lab's host if there is one, and judges.
fn measured(
    estate: Option<Estate>,
    (question, before): (Question, Option<Observation>),
    plan: Plan,
    inside: Option<&Inside>,
    (elsewhere, output): (&Seen, &Output),
) -> Result<Diagnosis> {
    let questions = vec![question];
    let (estate, seen) = match estate {
        Some(estate) => {
            let (estate, seen) = estate.with_seen(&elsewhere.seen, &questions)?;
            (Some(estate), seen)
        }
        None if elsewhere.seen.is_empty() => (None, Vec::new()),
        None => bail!("--seen joins what was seen elsewhere to an estate: give one with --snapshot PATH or --azure"),
    };
    let (snapshot, notes) = estate.map(|estate| (estate.snapshot, estate.notes)).unzip();
    let case = Case {
        snapshot: snapshot.as_ref(),
        questions,
        plan: Some(plan),
        before: before.into_iter().collect(),
        estate: diagnose::Estate::OnPath,
        seen,
        notes: notes.unwrap_or_default(),
    };
    let diagnosed = || {
        let progress = Progress::new(output);
        diagnose::diagnose(case, &|observation| progress.saw(observation))
    };
    let mut diagnosis = match inside {
        Some(inside) => inside.enter(diagnosed)??,
        None => diagnosed()?,
    };
    if let Some(snapshot) = &snapshot {
        fix::prove(&mut diagnosis, snapshot);
    }
    Ok(diagnosis)
}
