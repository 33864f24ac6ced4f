//! Does the client call an address, or a name of its owner's making, instead of the service's name?

use crate::called::{Told, call_instead, evidence, is_inside, suffix, told};
use finding::{Check, Confidence, Cx, Evidence, Finding, Remedy, Safety, Sink, check};
use model::resource::CognitiveServicesAccount;
use model::{DnsName, Expect, Known, ResourceId, Stage, Status};
use path::client::Named;
use path::dns::Answer;
use path::endpoint::{Landing, landing};
use path::{Trace, platform, standing};
use std::net::IpAddr;

check! {
    /// ## What it finds
    ///
    /// The URL names an address, or a name of the owner's own zone that leads to the endpoint of an Azure AI
    /// services account, instead of the account's name.
    ///
    /// ## Why it breaks
    ///
    /// The certificate carries the service's names. With an address or an own name TCP connects, and the TLS
    /// handshake is given up on the name. Beyond that the address in a URL is never updated when the endpoint is
    /// made again.
    ///
    /// ## How to tell it from its look-alikes
    ///
    /// The privatelink alias fails the same way and is `client-privatelink-fqdn-in-url`. An own name that leads to a
    /// gateway or proxy with a certificate of its own is in order. A pinned hosts file keeps the name, and TLS is good.
    ///
    /// ## How to repair
    ///
    /// Call the service's own name. DNS leads it to the same endpoint.
    ///
    /// ## Sources
    ///
    /// github.com/Azure/acr issue 360, MicrosoftDocs/azure-docs issue 57545. RFC 9525.
    pub struct ClientIpLiteralOrOwnAlias = {
        code: "CLN003",
        name: "client-ip-literal-or-own-alias",
        stage: Some(model::Stage::Client),
        severity: Broken,
        summary: "The URL uses an address or a home-made alias, so the certificate and routing by name fail.",
        needs: [],
        since: "0.1.0",
    }
}

impl Check for ClientIpLiteralOrOwnAlias {
    fn meta(&self) -> &'static finding::Meta {
        Self::META
    }

    fn trace(&self, cx: &Cx<'_>, trace: &Trace, out: &mut Sink) {
        if trace.question.expect != Expect::Private || !is_inside(cx, trace) {
            return;
        }
        let found = match trace.named() {
            Some(Named::Address(address)) => literal(cx, trace, *address),
            Some(Named::Other(name)) => alias(cx, trace, name),
            _ => None,
        };
        if let Some(finding) = found {
            out.push(finding);
        }
    }
}

/// An address: no certificate covers it, or nothing has it any more.
fn literal(cx: &Cx<'_>, trace: &Trace, address: IpAddr) -> Option<Finding> {
    let refused = trace.at(Stage::Tls).find(|step| step.status == Status::Fail);
    let nobody = trace.outcome.stage == Some(Stage::Dns);
    let step = refused.or_else(|| trace.at(Stage::Client).next().filter(|_| nobody))?;
    let confidence = Confidence::at_most(&step.because)?;
    let landed = landed(cx, trace, address);
    let title = match &landed {
        Some((endpoint, _)) => format!("the URL names the address of {}, not the service", endpoint.name()),
        None if nobody => format!("the URL names {address}, which no endpoint has"),
        None => format!("the URL names the address {address}, not the service"),
    };
    let told = told(cx, trace);
    let mut finding = Finding { confidence, ..Finding::new(ClientIpLiteralOrOwnAlias::META, title) };
    finding.resources.extend(landed.iter().map(|(endpoint, _)| endpoint.clone()));
    let remedy = landed.and_then(|(endpoint, target)| by_name(cx, &told, &endpoint, target.as_ref()?));
    Some(
        finding
            .shown_by(evidence(&told))
            .shown_by(Evidence::of(&step.because))
            .repaired_by(remedy.unwrap_or_else(words)),
    )
}

/// A name of the owner's own that leads to the endpoint of one account, whose certificate lacks it.
fn alias(cx: &Cx<'_>, trace: &Trace, name: &DnsName) -> Option<Finding> {
    let Answer::Private { addresses, .. } = &trace.resolution()?.answer else { return None };
    let (first, rest) = addresses.split_first()?;
    let (endpoint, target) = landed(cx, trace, *first)?;
    let target = target?;
    let same = |address: &IpAddr| landed(cx, trace, *address).is_some_and(|(_, other)| other.as_ref() == Some(&target));
    cx.snapshot().find::<CognitiveServicesAccount>(&target).filter(|_| rest.iter().all(same))?;
    let because = &trace.at(Stage::Dns).next()?.because;
    // That the certificate lacks a name of the owner's own is recorded for aliases, not for each name.
    let confidence = Confidence::at_most(because)?.min(Confidence::Inferred);
    let told = told(cx, trace);
    let title = format!("the URL names {name}, an alias of {}", target.name());
    let finding = Finding { confidence, ..Finding::new(ClientIpLiteralOrOwnAlias::META, title) }.on(&endpoint);
    let text = format!("{name} leads to {}, whose certificate carries the service's names only", endpoint.name());
    let remedy = by_name(cx, &told, &endpoint, &target).unwrap_or_else(words);
    let shown = finding.shown_by(evidence(&told)).shown_by([Evidence::reason(text)]);
    Some(shown.shown_by(Evidence::of(because)).repaired_by(remedy))
}

/// The endpoint that an address leads to, and what that serves.
fn landed(cx: &Cx<'_>, trace: &Trace, address: IpAddr) -> Option<(ResourceId, Option<ResourceId>)> {
    let standing = standing::of(cx.snapshot(), &trace.question.from).outcome;
    let entry = standing.value().and_then(|standing| standing.entry());
    match landing(cx.snapshot(), entry, address).outcome {
        Known::Value(Landing::Endpoint(arrival)) => Some((arrival.endpoint, arrival.target)),
        _ => None,
    }
}

/// Calls the account behind the endpoint by its name: the one that the endpoint says it serves, else
/// the one that follows from the account's subdomain.
fn by_name(cx: &Cx<'_>, told: &[Told<'_>], endpoint: &ResourceId, target: &ResourceId) -> Option<Remedy> {
    let account = cx.snapshot().find::<CognitiveServicesAccount>(target)?;
    let own = DnsName::below(account.custom_subdomain.as_deref()?, suffix(account, told)).ok()?;
    let names = platform::served_names(cx.snapshot(), endpoint);
    let host = match names.iter().find(|(name, _)| *name == own).or(names.first()) {
        Some((served, _)) => served.clone(),
        None => own,
    };
    Some(call_instead(told, &host, Safety::Safe))
}

fn words() -> Remedy {
    let words = "change the endpoint URL in the client's configuration to https://ACCOUNT.openai.azure.com";
    Remedy::manual("call the service's own name", vec![words.to_owned()])
}
