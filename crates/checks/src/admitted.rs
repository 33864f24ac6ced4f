//! Who is refused by the rules of a service's public side, and how is he let in? Shared by the checks of
//! `access`.

use finding::{Cx, Finding, Remedy, Safety};
use model::resource::{CognitiveServicesAccount, ConnectionState, PrivateEndpoint, Subnet};
use model::{Change, Key, ResourceId, Snapshot, Stage};
use path::access::{Admission, SERVICE};
use path::client::{self, Named};
use path::standing::{self, Standing};
use path::{Detail, Step, Trace};
use std::net::IpAddr;

/// A refusal by the public side of an account, on paper.
pub(crate) struct Refused<'t> {
    pub(crate) step: &'t Step,
    pub(crate) account: &'t ResourceId,
    pub(crate) property: &'static str,
}

impl<'t> Refused<'t> {
    /// `None` where the configuration does not say that the call is refused.
    pub(crate) fn of(trace: &'t Trace) -> Option<Self> {
        trace.at(Stage::Access).find_map(|step| match &step.detail {
            Detail::Access(Admission::Refused { account, property }) => Some(Self { step, account, property }),
            _ => None,
        })
    }
}

/// The resource that is called by a name of its service, where the snapshot tells which it is.
pub(crate) fn called(cx: &Cx<'_>, trace: &Trace) -> Option<ResourceId> {
    let (Named::Public(service) | Named::Privatelink(service)) = trace.named()? else { return None };
    client::target(cx.snapshot(), service).value()?.clone()
}

/// What the resource is called, as the first label of the host has it.
pub(crate) fn label(trace: &Trace) -> String {
    let host = trace.question.to.host.to_string();
    host.split('.').next().unwrap_or(&host).to_owned()
}

/// A finding about the resource, where it is known.
pub(crate) fn on(resource: Option<&ResourceId>, finding: Finding) -> Finding {
    match resource {
        Some(resource) => finding.on(resource),
        None => finding,
    }
}

/// The private way to whatever is called, known or not. `kind` is what people call such a resource.
pub(crate) fn by_endpoint(cx: &Cx<'_>, trace: &Trace, resource: Option<&ResourceId>, kind: &str) -> Remedy {
    if let Some(resource) = resource {
        return privately(cx.snapshot(), trace, resource);
    }
    let (host, from) = (&trace.question.to.host, &trace.question.from);
    let zone = host.name().and_then(client::service).map(|service| format!(" for {}", service.zone));
    Remedy::manual(
        format!("call {host} by a private endpoint"),
        vec![format!(
            "make a private endpoint of the {kind} in a network that {from} reaches, with a zone group{}; no role helps \
             here",
            zone.unwrap_or_default()
        )],
    )
}

/// Where the caller stands, if that is known.
pub(crate) fn standing(snapshot: &Snapshot, trace: &Trace) -> Option<Standing> {
    standing::of(snapshot, &trace.question.from).outcome.value().cloned()
}

/// The subnet that all calls of the caller come from.
pub(crate) fn subnet(snapshot: &Snapshot, trace: &Trace) -> Option<ResourceId> {
    let standing = standing(snapshot, trace)?;
    let partly = standing.app.as_ref().is_some_and(|app| !app.route_all.is(&true));
    standing.subnet.filter(|_| !partly)
}

/// The subnet of the caller, where a rule of the account names it.
pub(crate) fn named_subnet(snapshot: &Snapshot, trace: &Trace, account: &ResourceId) -> Option<ResourceId> {
    let acls = snapshot.find::<CognitiveServicesAccount>(account)?.network_acls.as_ref()?;
    subnet(snapshot, trace).filter(|subnet| acls.rule_of(subnet).is_some())
}

/// An approved endpoint of an account.
pub(crate) fn endpoint(snapshot: &Snapshot, account: &ResourceId) -> Option<ResourceId> {
    let key = Key::LeadsTo(account.clone());
    let mut found = snapshot.by::<PrivateEndpoint>(&key);
    let approved = |id: &ResourceId, endpoint: &PrivateEndpoint| {
        path::endpoint::state(snapshot, id, endpoint.connections.first()).is(&ConnectionState::Approved)
    };
    found.find(|(id, endpoint)| approved(id, endpoint)).map(|(id, _)| id.clone())
}

/// The private way, which no rule of the public side concerns.
pub(crate) fn privately(snapshot: &Snapshot, trace: &Trace, account: &ResourceId) -> Remedy {
    let (name, from) = (account.name(), &trace.question.from);
    let words = match endpoint(snapshot, account) {
        Some(endpoint) => format!(
            "{name} has endpoint {}: let {from} resolve and reach it; asked with --expect private, privpath names what is missing",
            endpoint.name()
        ),
        None => format!(
            "{name} has no approved private endpoint in the snapshot: make one in a network that {from} reaches, with a zone group"
        ),
    };
    Remedy::manual(format!("call {name} by a private endpoint"), vec![words])
}

/// Lets one subnet in by a service endpoint.
pub(crate) fn admit_subnet(snapshot: &Snapshot, account: &ResourceId, subnet: &ResourceId) -> Option<Remedy> {
    let acls = snapshot.find::<CognitiveServicesAccount>(account)?.network_acls.as_ref()?;
    let found = snapshot.find::<Subnet>(subnet)?;
    let mut changes = Vec::new();
    if found.service_endpoint(SERVICE).is_none() {
        let services: Vec<&str> =
            found.service_endpoints.iter().map(|own| own.service.as_str()).chain([SERVICE]).collect();
        changes.push(Change::set(subnet, "serviceEndpoints", &services.join(",")));
    }
    if acls.rule_of(subnet).is_none() {
        let subnets: Vec<&str> =
            acls.virtual_network_rules.iter().map(|rule| rule.subnet.as_str()).chain([subnet.as_str()]).collect();
        changes.push(Change::set(account, "networkAcls.virtualNetworkRules", &subnets.join(",")));
    }
    if changes.is_empty() {
        return None;
    }
    let title = format!("let subnet {} in by a service endpoint", subnet.name());
    let remedy = Remedy::new(title, Safety::Review, changes)
        .needing("Microsoft.Network/virtualNetworks/subnets/write", subnet.name())
        .needing("Microsoft.CognitiveServices/accounts/write", account.name());
    Some(remedy.saying(
        "the calls stay on the public side, and every host of the subnet is let in; with a new service endpoint the \
         open connections of the subnet to such accounts are closed, and accounts that admit it by its public address \
         refuse it",
    ))
}

/// Lets one public address in.
pub(crate) fn admit_address(snapshot: &Snapshot, account: &ResourceId, address: IpAddr) -> Option<Remedy> {
    let acls = snapshot.find::<CognitiveServicesAccount>(account)?.network_acls.as_ref()?;
    let named = acls.ip_rules.iter().any(|net| net.contains(&address));
    if named || !address.is_ipv4() || !path::is_public(address) {
        return None;
    }
    let own = |net: &ipnet::IpNet| match net.prefix_len() == net.max_prefix_len() {
        true => net.addr().to_string(),
        false => net.to_string(),
    };
    let addresses: Vec<String> = acls.ip_rules.iter().map(own).chain([address.to_string()]).collect();
    let changes = vec![Change::set(account, "networkAcls.ipRules", &addresses.join(","))];
    let remedy = Remedy::new(format!("let the address {address} in"), Safety::Review, changes)
        .needing("Microsoft.CognitiveServices/accounts/write", account.name());
    Some(remedy.saying("whoever else leaves from this address is let in too, and it may change with the way out"))
}
