//! How is a scenario judged, from configuration alone and with measurements in a lab?

use crate::case::{Caller, Credential, Sent};
use anyhow::{Context, Result};
use diagnose::Estate;
use dialect::scenario::Scenario;
use finding::{Diagnosis, Remedy};
use lab::Lab;
use model::observation::{CredentialKind, Seen};
use model::{End, Observation, Question, Secret, Snapshot, Stage};
use path::Trace;
use path::dns::Answer;
use probe::{Plan, Servers};
use std::net::SocketAddr;
use std::time::Duration;

/// When every diagnosis of fixtures and pages was made.
pub const TAKEN: &str = "2026-01-01T00:00:00.000Z";

/// The diagnosis of a question from configuration alone, with every finding of the estate.
pub fn ask(snapshot: &Snapshot, question: &Question) -> Diagnosis {
    conclude(snapshot, question, Vec::new(), Estate::Whole)
}

/// The diagnosis of a question with these measurements.
pub fn conclude(snapshot: &Snapshot, question: &Question, observations: Vec<Observation>, estate: Estate) -> Diagnosis {
    let questions = vec![question.clone()];
    let case = diagnose::Case::on_paper(Some(snapshot), questions, estate);
    let mut diagnosis = diagnose::conclude(case, observations);
    TAKEN.clone_into(&mut diagnosis.taken);
    diagnosis
}

/// Measures a scenario's question in a lab, through the vantage's own DNS and way. A call that is
/// predicted to fall silent is given up soon; every other may take its time.
pub fn measure(lab: &Lab, scenario: &Scenario, predicted: &Trace, caller: Caller<'_>) -> Result<Vec<Observation>> {
    let access = lab.access();
    let name = scenario.question.from.to_string();
    let vantage = access.of(&name).with_context(|| format!("the lab has no vantage {name}"))?;
    let to = &scenario.question.to;
    let dns = vantage.inside.as_ref().map_or_else(|| vec![vantage.dns], |inside| inside.dns_servers.clone());
    let client = probe::client_from(&vantage.environment, &vantage.hosts, &dns, &to.host);
    let silent = falls_silent(predicted);
    let plan = Plan {
        request: diagnose::request_path(to, &scenario.path),
        credential: caller.sent.map(|sent| credential(lab, scenario, sent)).transpose()?,
        servers: Servers::Only(dns),
        socks5: vantage.inside.is_none().then_some(vantage.socks5),
        extra_roots: (!caller.is_stranger).then(|| access.ca_pem.clone()),
        stage_timeout: if silent { Duration::from_millis(1500) } else { Duration::from_secs(10) },
        deadline: Duration::from_secs(20),
        ..Plan::new(to.clone(), client)
    };
    let measured = || probe::measure(&plan, &|_| ());
    match &vantage.inside {
        Some(inside) => inside.enter(measured)?,
        None => measured(),
    }
    .context("measuring in the lab")
}

/// The credential, bound as `check` binds it.
fn credential(lab: &Lab, scenario: &Scenario, sent: &Sent) -> Result<probe::Credential> {
    let (kind, secret) = match &sent.what {
        Credential::KeyOf(account) => (CredentialKind::Key, lab::key_of(account)),
        Credential::TokenFor(audience) => (CredentialKind::Token, lab.token_for(audience, lab::Caller::WithRoles)?),
        Credential::WithoutRole(audience) => {
            (CredentialKind::Token, lab.token_for(audience, lab::Caller::WithoutRoles)?)
        }
    };
    let post = sent.deployment.as_ref().map(|name| probe::Post {
        path: format!("/openai/deployments/{name}/chat/completions?api-version=2024-10-21"),
        body: "{}".to_owned(),
    });
    let recipients = diagnose::recipients(Some(&scenario.snapshot()), &scenario.question);
    Ok(probe::Credential { kind, secret: Secret::new(&secret), recipients, post })
}

/// True when a call, or the question for its name, is predicted to get no answer at all.
fn falls_silent(predicted: &Trace) -> bool {
    let answer = predicted.resolution().map(|resolution| &resolution.answer);
    match predicted.outcome.stage {
        _ if predicted.outcome.end != End::Stopped => matches!(answer, Some(Answer::Silent)),
        Some(Stage::Tls) => false,
        Some(Stage::Dns) => !matches!(answer, Some(Answer::NxDomain { .. } | Answer::Circle)),
        _ => true,
    }
}

/// The same measurements, told with the DNS servers that the stand-ins of the lab stand for, where these are others
/// than the snapshot names: on the loopback interface no server has its own address.
pub fn with_real_servers(observations: Vec<Observation>, played: &Scenario, held: &Scenario) -> Vec<Observation> {
    let servers = |scenario: &Scenario| {
        let standing = path::standing::of(&scenario.snapshot(), &held.question.from).outcome;
        match standing.value().map(|standing| standing.servers.clone()) {
            Some(path::standing::Servers::Azure) => vec![path::standing::AZURE_DNS],
            Some(path::standing::Servers::Custom(servers)) => servers,
            Some(path::standing::Servers::Public) | None => Vec::new(),
        }
    };
    let real = servers(played);
    let mut observations = observations;
    if real == servers(held) {
        return observations;
    }
    let mut stand_ins: Vec<SocketAddr> = Vec::new();
    for observation in &observations {
        if let Seen::Client(seen) = &observation.seen {
            stand_ins.clone_from(&seen.servers);
        }
    }
    let named: Vec<(SocketAddr, SocketAddr)> =
        stand_ins.into_iter().zip(real).map(|(stand_in, real)| (stand_in, SocketAddr::from((real, 53)))).collect();
    let rename = |server: &mut SocketAddr| {
        if let Some((_, real)) = named.iter().find(|(stand_in, _)| stand_in == server) {
            *server = *real;
        }
    };
    for observation in &mut observations {
        match &mut observation.seen {
            Seen::Client(seen) => seen.servers.iter_mut().for_each(rename),
            Seen::Dns(seen) => rename(&mut seen.server),
            Seen::Resolver(_) | Seen::Tcp(_) | Seen::Tls(_) | Seen::Http(_) | Seen::Proxied(_) | Seen::SignIn(_) => {}
        }
    }
    observations
}

/// The same measurements at a fixed time, with fixed ports and durations, for texts that are kept.
pub fn masked(observations: Vec<Observation>) -> Vec<Observation> {
    let mut observations = observations;
    for observation in &mut observations {
        TAKEN.clone_into(&mut observation.at);
        observation.took = Duration::from_millis(1);
        match &mut observation.seen {
            Seen::Client(seen) => seen.servers.iter_mut().for_each(mask),
            Seen::Dns(seen) => mask(&mut seen.server),
            Seen::Resolver(_) | Seen::SignIn(_) => {}
            Seen::Tcp(seen) => {
                seen.through = seen.through.map(|_| at(1080));
                seen.local = seen.local.map(|_| at(50_000));
            }
            Seen::Tls(seen) => {
                for certificate in &mut seen.chain {
                    TAKEN.clone_into(&mut certificate.not_before);
                    TAKEN.clone_into(&mut certificate.not_after);
                }
            }
            Seen::Http(seen) => seen.headers.clear(),
            Seen::Proxied(seen) => {
                let chain = seen.tls.iter_mut().flat_map(|tls| &mut tls.chain);
                chain.for_each(|certificate| {
                    TAKEN.clone_into(&mut certificate.not_before);
                    TAKEN.clone_into(&mut certificate.not_after);
                });
                seen.http.iter_mut().for_each(|http| http.headers.clear());
            }
        }
    }
    observations
}

/// A stand-in of the lab has another port each time.
fn mask(server: &mut SocketAddr) {
    if server.ip().is_loopback() {
        *server = at(5300);
    }
}

fn at(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// What is shown of a remedy: variables and commands.
pub fn commands(remedy: &Remedy) -> String {
    let variables = remedy.spelling.variables.iter().filter(|(name, _)| {
        let used = format!("${name}");
        remedy.spelling.az.iter().any(|command| command.contains(&used))
    });
    let variables = variables.map(|(name, value)| format!("{name}='{value}'\n"));
    let commands = remedy.spelling.az.iter().map(|command| format!("{command}\n"));
    variables.chain(commands).collect()
}
