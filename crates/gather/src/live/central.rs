//! What do central teams and Azure itself say beside a subscription's resources? Network managers with their rules,
//! which rules apply to a network, and what service tags hold.
//!
//! The role Reader may read managers, rules and tags. Which rules apply is an action that it lacks: where it is denied,
//! that is said once, and whether a rule applies stays unknown.

use super::Run;
use azure::Error;
use dialect::Note;
use dialect::arm::{Reader, api_version};
use model::{Extent, Kind, ResourceId, Why};

const ACTION: &str = "listNetworkManagerEffectiveSecurityAdminRules";

impl Run<'_> {
    /// Reads all of it.
    pub(super) fn central(&mut self, subscription: &str) -> Result<(), Error> {
        self.managers(subscription)?;
        self.effective_rules(subscription)?;
        self.service_tags(subscription)
    }

    /// What is below network managers. Groups and configurations are passed through: nothing is read of them.
    fn managers(&mut self, subscription: &str) -> Result<(), Error> {
        let managers = self.ids(subscription, Kind::NetworkManager);
        let known = self.missing(Kind::NetworkManager).unwrap_or(self.complete);
        let (mut members, mut collections, mut rules) = (known, known, known);
        for manager in managers {
            for group in self.names(&manager, "networkGroups", &mut members)? {
                self.listed(&group, Kind::NetworkGroupMember, "staticMembers", &mut members)?;
            }
            for configuration in self.names(&manager, "securityAdminConfigurations", &mut collections)? {
                self.listed(&configuration, Kind::AdminRuleCollection, "ruleCollections", &mut collections)?;
            }
        }
        for collection in self.ids(subscription, Kind::AdminRuleCollection) {
            self.listed(&collection, Kind::AdminRule, "rules", &mut rules)?;
        }
        // Where collections are not known, their rules are not.
        let rules = if collections.is_whole() { rules } else { collections };
        self.reader.say(Kind::NetworkGroupMember, members);
        self.reader.say(Kind::AdminRuleCollection, collections);
        self.reader.say(Kind::AdminRule, rules);
        Ok(())
    }

    /// The ids of what a collection holds.
    fn names(&mut self, parent: &ResourceId, segment: &str, whole: &mut Extent) -> Result<Vec<ResourceId>, Error> {
        let path = format!("{parent}/{segment}");
        match self.arm.list(&path, api_version(Kind::NetworkManager)) {
            Ok(pages) => {
                let mut short = Reader::new();
                for page in &pages {
                    short.list(Kind::Other, page, &path);
                }
                Ok(short.ids(Kind::Other).cloned().collect())
            }
            Err(error) => {
                *whole = self.gap(&path, error)?;
                Ok(Vec::new())
            }
        }
    }

    /// Reads what a collection holds.
    fn listed(&mut self, parent: &ResourceId, kind: Kind, segment: &str, whole: &mut Extent) -> Result<(), Error> {
        let path = format!("{parent}/{segment}");
        match self.arm.list(&path, api_version(kind)) {
            Ok(pages) => pages.iter().for_each(|page| self.reader.list_children(parent, kind, page, &path)),
            Err(error) => {
                *whole = self.gap(&path, error)?;
                self.reader.say_children(parent, kind, *whole);
            }
        }
        Ok(())
    }

    /// Which rules apply to each network. A manager of another subscription may have them: every network is asked.
    fn effective_rules(&mut self, subscription: &str) -> Result<(), Error> {
        let mut denied = Vec::new();
        let mut whole = self.missing(Kind::VirtualNetwork).unwrap_or(self.complete);
        for network in self.ids(subscription, Kind::VirtualNetwork) {
            let path = format!("{network}/{ACTION}");
            match self.arm.ask(&path, api_version(Kind::VirtualNetwork)) {
                Ok(parts) => {
                    for part in &parts {
                        self.reader.list(Kind::EffectiveAdminRules, part, &path);
                    }
                }
                Err(Error::Forbidden { .. }) => denied.push(network),
                Err(error) => whole = self.gap(&path, error)?,
            }
        }
        if let Some(first) = denied.first() {
            whole = Extent::Missing(Why::NotPermitted);
            self.notes.push(Note::new("network managers", denied_words(first.name(), denied.len() - 1)));
        }
        self.reader.say(Kind::EffectiveAdminRules, whole);
        Ok(())
    }

    /// What service tags hold, where a rule names one that only the list tells of. It is some megabytes, and the same
    /// for all subscriptions.
    fn service_tags(&mut self, subscription: &str) -> Result<(), Error> {
        if self.reader.said(Kind::ServiceTags).is_some_and(Extent::is_whole) {
            return Ok(());
        }
        let location = self.reader.location(Kind::VirtualNetwork);
        let Some(location) = location.filter(|_| self.reader.names_service_tags()) else { return Ok(()) };
        // The location is one of reference; the list is that of the whole cloud.
        let path =
            format!("/subscriptions/{subscription}/providers/Microsoft.Network/locations/{location}/serviceTags");
        let extent = match self.arm.get(&format!("{path}?api-version={}", api_version(Kind::ServiceTags))) {
            Ok(document) => {
                self.reader.document(&document, &path);
                Extent::Complete
            }
            Err(error) => self.gap(&path, error)?,
        };
        self.reader.say(Kind::ServiceTags, extent);
        Ok(())
    }
}

/// What is said of networks whose rules may not be read.
fn denied_words(first: &str, more: usize) -> String {
    let networks = match more {
        0 => first.to_owned(),
        more => format!("{first} and {more} more"),
    };
    format!(
        "which security admin rules apply to {networks} may not be read: the role Reader lacks the action \
         Microsoft.Network/virtualNetworks/{ACTION}/action, which the role Network Contributor has; rules of a manager in \
         another subscription would not be seen"
    )
}
