//! To which virtual network do effective security admin rules belong? They say so nowhere but in the name of the file.
//!
//! `az network manager list-effective-security-admin-rule` prints rules, and not for which network it was asked.
//! The file is named after the network: `spoke-vnet.json`, or `spoke-vnet.effective-security-admin-rules.json`,
//! which also says that an empty list means that no rule applies. A path of the ARM API holds the network's id.

use model::resource::{AdminRule, Conditions, EffectiveAdminRules};
use model::{Body, Kind, Resource, ResourceId};
use std::collections::BTreeMap;
use std::sync::Arc;

const ACTION: &str = "listNetworkManagerEffectiveSecurityAdminRules";

/// The rules that were read, by the source that they were read from.
#[derive(Debug, Default)]
pub(super) struct Effective {
    sources: BTreeMap<String, Option<Vec<(ResourceId, AdminRule)>>>,
}

impl Effective {
    /// A rule; `None` for one that cannot be read, after which nothing is known of that source.
    pub(super) fn rule(&mut self, source: &str, id: &ResourceId, rule: Option<AdminRule>) {
        let all = self.sources.entry(source.to_owned()).or_insert_with(|| Some(Vec::new()));
        match (all.as_mut(), rule) {
            (Some(all), Some(rule)) => all.push((id.clone(), rule)),
            _ => *all = None,
        }
    }

    /// What all rules match that were read.
    pub(super) fn conditions(&self) -> impl Iterator<Item = &Conditions> {
        self.sources.values().flatten().flatten().map(|(_, rule)| &rule.when)
    }

    /// A source that has more than was read: what applies is not known from it.
    pub(super) fn cut(&mut self, source: &str) {
        if let Some(all) = self.sources.get_mut(source) {
            *all = None;
        }
    }

    /// A list without rules, where the source's name says what it lists.
    pub(super) fn none(&mut self, source: &str) -> bool {
        let named = file_name(source).to_ascii_lowercase().contains("effective-security-admin-rule");
        let is_list = named || path_network(source).is_some();
        if is_list {
            self.sources.entry(source.to_owned()).or_insert_with(|| Some(Vec::new()));
        }
        is_list
    }

    /// What applies to which network, with its source, and the sources of which that cannot be told.
    pub(super) fn settle(self, networks: &[ResourceId]) -> (Vec<(Resource, Arc<str>)>, Vec<String>) {
        let (mut told, mut untold) = (Vec::new(), Vec::new());
        for (source, rules) in self.sources {
            let (Some(network), Some(rules)) = (network_of(&source, networks), rules) else {
                untold.push(source);
                continue;
            };
            let body = Body::EffectiveAdminRules(EffectiveAdminRules { rules });
            told.push((Resource::new(EffectiveAdminRules::id_of(&network), body), source.into()));
        }
        (told, untold)
    }
}

fn file_name(source: &str) -> &str {
    source.rsplit(['/', '\\']).next().unwrap_or_default()
}

/// The network in a path of the ARM API.
fn path_network(source: &str) -> Option<ResourceId> {
    let (network, rest) = source.rsplit_once('/')?;
    let network = rest.eq_ignore_ascii_case(ACTION).then(|| ResourceId::parse(network))??;
    (Kind::of_type(&network.resource_type()) == Kind::VirtualNetwork).then_some(network)
}

/// The network of a source. A name that several networks have tells none of them.
fn network_of(source: &str, networks: &[ResourceId]) -> Option<ResourceId> {
    if let Some(network) = path_network(source) {
        return Some(network);
    }
    let stem = file_name(source).split(".effective").next()?.trim_end_matches(".json");
    let mut named = networks.iter().filter(|network| network.name().eq_ignore_ascii_case(stem));
    let found = named.next()?;
    named.next().is_none().then(|| found.clone())
}
