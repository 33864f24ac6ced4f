//! Whom does a random estate ask for names, and what is in its zones?

use super::draft::{Draft, list};
use super::estate::Shape;

/// Which DNS servers are asked; nobody's list means Azure DNS.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) of_network: Vec<String>,
    pub(super) of_caller: Vec<String>,
    /// The address of a resolver's inbound endpoint, if there is one.
    pub(super) inbound: Option<String>,
}

/// Azure DNS, a public resolver, and an address at which nobody is.
const AZURE: &str = "168.63.129.16";
const PUBLIC: &str = "8.8.8.8";

/// DNS servers of the estate's owner, a DNS Private Resolver, and who asks them.
pub(super) fn servers(draft: &mut Draft<'_>, shape: &Shape) -> Chosen {
    let names = shape.names;
    let percent = if shape.on_premises.is_some() { 85 } else { 25 };
    let inbound = draft.chance(percent).then(|| resolver(draft, shape));
    let chosen = Chosen { inbound: inbound.clone(), ..Chosen::default() };
    if draft.chance(55) {
        return chosen;
    }
    let count = draft.pick(&[1, 1, 2]);
    // Servers that disagree are undetermined by nature: which one a client takes is its own affair.
    let network = draft.below(shape.networks);
    let addresses: Vec<String> = (0..count).map(|number| names.inside(network, &format!("9.{}", 4 + number))).collect();
    let mut forward = vec![format!("\".\" = {:?}", upstream(draft, inbound.as_deref()))];
    if draft.chance(15) {
        let domain = draft.pick(&[shape.suffix, "corp.example"]);
        forward.push(format!("{domain:?} = {:?}", upstream(draft, inbound.as_deref())));
    }
    for (number, address) in addresses.iter().enumerate() {
        let lines = [
            format!("address = {address:?}"),
            format!("network = {:?}", names.network(network)),
            format!("forward = {{ {} }}", forward.join(", ")),
        ];
        draft.table(&format!("dns-server.{}-{number}", names.of("dns")), &lines);
    }
    let mut asked = addresses;
    if let Some(inbound) = inbound.filter(|_| draft.chance(30)) {
        asked = vec![inbound];
    } else if draft.chance(6) {
        asked = vec![PUBLIC.to_owned()];
    }
    match draft.chance(80) {
        true => Chosen { of_network: asked, ..chosen },
        false => Chosen { of_caller: asked, ..chosen },
    }
}

/// The servers of a single machine, if it has any of its own.
pub(super) fn own(draft: &mut Draft<'_>, shape: &Shape, chosen: &Chosen) -> Option<Vec<String>> {
    let mut choices = vec![vec![PUBLIC.to_owned()], vec![AZURE.to_owned()]];
    choices.extend(shape.inbound.clone().map(|inbound| vec![inbound]));
    choices.extend(Some(chosen.of_network.clone()).filter(|servers| !servers.is_empty()));
    draft.chance(30).then(|| draft.pick(&choices))
}

fn upstream(draft: &mut Draft<'_>, inbound: Option<&str>) -> String {
    let mut choices = vec![AZURE, AZURE, AZURE, PUBLIC];
    choices.extend(inbound);
    draft.pick(&choices).to_owned()
}

/// A DNS Private Resolver with a ruleset. What it gives is the address of its inbound endpoint.
fn resolver(draft: &mut Draft<'_>, shape: &Shape) -> String {
    let names = shape.names;
    let network = draft.below(shape.networks);
    let inbound = names.inside(network, "8.4");
    let group = format!("group = {:?}", names.of("rg-network"));
    let lines = [group.clone(), format!("network = {:?}", names.network(network)), format!("inbound = {inbound:?}")];
    draft.table(&format!("resolver.{}", names.of("resolver")), &lines);
    let linked: Vec<String> =
        (0..shape.networks).filter(|_| draft.chance(45)).map(|network| names.network(network)).collect();
    let domain = draft.pick(&[shape.suffix, shape.suffix, ".", "corp.example", shape.zone]);
    let target = draft.pick(&[inbound.as_str(), inbound.as_str(), PUBLIC]).to_owned();
    let lines = [
        group,
        format!("resolver = {:?}", names.of("resolver")),
        format!("links = {}", list(&linked)),
        format!("rules = {{ {domain:?} = {target:?} }}"),
    ];
    draft.table(&format!("ruleset.{}", names.of("rules")), &lines);
    inbound
}

/// Private zones, their links and what is wrong with their records.
pub(super) fn zones(draft: &mut Draft<'_>, shape: &Shape) {
    let names = shape.names;
    let group = format!("group = {:?}", names.of("rg-network"));
    let linked: Vec<String> =
        (0..shape.networks).filter(|_| draft.chance(70)).map(|network| names.network(network)).collect();
    draft.table(&format!("zone.{:?}", shape.zone), &[group.clone(), format!("links = {}", list(&linked))]);
    for network in &linked {
        if draft.chance(15) {
            draft.change(format!("set link/{}/{network} resolutionPolicy = NxDomainRedirect", shape.zone));
        }
    }
    let account = names.account();
    match draft.below(12) {
        0 => {
            let stale = draft.pick(&[names.inside(shape.endpoint, "2.77"), names.inside(shape.client, "1.77")]);
            draft.change(format!("record {} {account} A {stale}", shape.zone));
        }
        1 => draft.change(format!("record {} {account} A {}", shape.zone, shape.address)),
        2 => draft.change(format!("record {} * A {}", shape.zone, shape.address)),
        _ => {}
    }
    let client = list(&[names.network(shape.client)]);
    if draft.chance(6) {
        let mut lines = vec![group.clone(), format!("links = {client}")];
        if draft.chance(50) {
            lines.push(format!("records.{account} = {:?}", shape.address));
        }
        draft.table(&format!("zone.{:?}", shape.suffix), &lines);
    }
    if draft.chance(4) {
        draft.table(&format!("zone.\"{account}.{}\"", shape.zone), &[group, format!("links = {client}")]);
    }
}
