//! How do documents that refine each other become resources?
//!
//! A reader is fed any number of texts and finished once. A resource that was read from a document
//! of its own is never overwritten by the copy nested in its parent; `sites/X/config/web` refines
//! the site; of two documents of the same resource the later one stays.

use super::coverage::Tally;
use super::effective::Effective;
use super::envelope;
use super::kind::{self, NESTED, network_manager, service_tags, web_app};
use super::secrets::keepable;
use super::unidentified;
use super::view::{Issues, View};
use crate::Note;
use model::resource::{AddressPrefix, Conditions};
use model::{Body, Coverage, Extent, Kind, Resource, ResourceId};
use serde_json::value::RawValue;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The service tags that stand for something of the network's own, and no list has.
const UNLISTED_TAGS: [&str; 3] = ["VirtualNetwork", "AzureLoadBalancer", "Internet"];

/// Types that have nothing to be read: what stands below them says all.
const PASSED_THROUGH: [&str; 2] = [
    "Microsoft.Network/networkManagers/networkGroups",
    "Microsoft.Network/networkManagers/securityAdminConfigurations",
];

/// Reads ARM documents into resources.
#[derive(Debug, Default)]
pub struct Reader {
    entries: BTreeMap<ResourceId, Entry>,
    sites: BTreeMap<ResourceId, web_app::Parts>,
    effective: Effective,
    tally: Tally,
    notes: Vec<Note>,
    /// What was noted once and is not to be noted again.
    noted: BTreeSet<String>,
    sources: usize,
}

/// What a reader has read.
#[derive(Debug)]
pub struct Reading {
    /// The resources, by id.
    pub resources: Vec<Resource>,
    /// Where each was read: source and JSON pointer.
    pub origins: BTreeMap<ResourceId, Arc<str>>,
    /// How complete each kind is.
    pub coverage: Coverage,
    /// What could not be used, and what to do about it.
    pub notes: Vec<Note>,
}

#[derive(Debug)]
struct Entry {
    resource: Resource,
    origin: Arc<str>,
    /// True when it was read as part of its parent's document.
    nested: bool,
}

impl Reader {
    /// A reader that has read nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a whole file or response. `source` names it in origins and notes; a list without
    /// entries whose source is named like a resource type (`privateDnsZones.json`) says that there
    /// are none.
    pub fn document(&mut self, text: &str, source: &str) {
        let Some(contents) = self.open(text, source) else { return };
        if contents.empty_list && !contents.more_pages && !self.effective.none(source) {
            let kinds = Kind::ALL.iter().filter(|kind| named_after(source, **kind));
            kinds.for_each(|kind| self.tally.whole(*kind));
        }
        if contents.more_pages {
            let cure = "save all pages (az follows the pages of its list commands by itself)";
            let text = format!("this is one page of several; what is on the others is not known: {cure}");
            self.notes.push(Note::new(source, text));
        }
        let kinds = self.take(&contents.found, source);
        if contents.more_pages {
            self.effective.cut(source);
            for kind in kinds {
                self.tally.cut(kind);
            }
        }
    }

    /// Reads one response, or page, of a list of which all pages are read: the kind is complete.
    pub fn list(&mut self, kind: Kind, text: &str, source: &str) {
        if let Some(contents) = self.open(text, source) {
            self.tally.whole(kind);
            if contents.found.is_empty() {
                self.effective.none(source);
            }
            self.take(&contents.found, source);
        }
    }

    /// The same for a list of the children of one parent.
    pub fn list_children(&mut self, parent: &ResourceId, kind: Kind, text: &str, source: &str) {
        if let Some(contents) = self.open(text, source) {
            self.tally.say_children(parent, kind, Extent::Complete);
            self.take(&contents.found, source);
        }
    }

    /// Says how complete a kind is, whatever was read of it.
    pub fn say(&mut self, kind: Kind, extent: Extent) {
        self.tally.say(kind, extent);
    }

    /// What was said of a kind.
    pub fn said(&self, kind: Kind) -> Option<Extent> {
        self.tally.said(kind)
    }

    /// Says how complete the children of one parent are, whatever was read of them.
    pub fn say_children(&mut self, parent: &ResourceId, kind: Kind, extent: Extent) {
        self.tally.say_children(parent, kind, extent);
    }

    /// How many texts were valid JSON so far.
    pub fn sources(&self) -> usize {
        self.sources
    }

    /// The resources of a kind that were read so far, by id.
    pub fn ids(&self, kind: Kind) -> impl Iterator<Item = &ResourceId> {
        self.entries.iter().filter(move |(_, entry)| entry.resource.kind() == kind).map(|(id, _)| id)
    }

    /// A region that a resource of a kind is in, as paths of the ARM API spell it.
    pub fn location(&self, kind: Kind) -> Option<String> {
        let mut entries = self.entries.values().filter(|entry| entry.resource.kind() == kind);
        let location = entries.find_map(|entry| entry.resource.location.as_deref())?;
        Some(location.chars().filter(|letter| !letter.is_whitespace()).collect::<String>().to_ascii_lowercase())
    }

    /// True when a rule names a service tag that the published list tells of.
    pub fn names_service_tags(&self) -> bool {
        let conditions = self.entries.values().filter_map(|entry| match &entry.resource.body {
            Body::SecurityRule(rule) => Some(&rule.when),
            Body::AdminRule(rule) => Some(&rule.when),
            _ => None,
        });
        let mut prefixes = conditions.chain(self.effective.conditions()).flat_map(Conditions::prefixes);
        prefixes.any(|prefix| match prefix {
            AddressPrefix::Tag(tag) => !UNLISTED_TAGS.iter().any(|known| known.eq_ignore_ascii_case(tag)),
            _ => false,
        })
    }

    /// Everything that was read.
    pub fn finish(mut self) -> Reading {
        for (id, parts) in std::mem::take(&mut self.sites) {
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.resource.body = Body::WebApp(parts.app());
            }
        }
        self.settle_effective();
        let bodies = self.entries.values().map(|entry| (&entry.resource.id, &entry.resource.body));
        let coverage = self.tally.coverage(bodies);
        let mut resources = Vec::with_capacity(self.entries.len());
        let mut origins = BTreeMap::new();
        for (id, entry) in self.entries {
            resources.push(entry.resource);
            origins.insert(id, entry.origin);
        }
        Reading { resources, origins, coverage, notes: self.notes }
    }

    /// Gives effective security admin rules to the networks that their sources are named after.
    fn settle_effective(&mut self) {
        let networks: Vec<ResourceId> = self.ids(Kind::VirtualNetwork).cloned().collect();
        let (told, untold) = std::mem::take(&mut self.effective).settle(&networks);
        for (resource, origin) in told {
            self.tally.seen(Kind::EffectiveAdminRules);
            self.entries.insert(resource.id.clone(), Entry { resource, origin, nested: false });
        }
        for source in untold {
            let said = "effective security admin rules of a virtual network that cannot be told, or that cannot be read \
                        in full; they play no part: name the file after the network, as in spoke-vnet.json";
            self.notes.push(Note::new(source, said));
        }
    }

    fn open<'t>(&mut self, text: &'t str, source: &str) -> Option<envelope::Contents<'t>> {
        // Files written by PowerShell begin with a byte order mark.
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match envelope::open(text) {
            Ok(contents) => {
                self.sources += 1;
                Some(contents)
            }
            Err(broken) => {
                let place = format!("{source}:{}:{}", broken.line, broken.column);
                let cure = "nothing of it was read; export it again";
                self.notes.push(Note::new(place, format!("not valid JSON ({}): {cure}", broken.words)));
                // What the text was going to say is not known.
                let lower = text.to_ascii_lowercase();
                let meant = |kind: Kind| {
                    named_after(source, kind) || lower.contains(&kind.resource_type().to_ascii_lowercase())
                };
                Kind::ALL.iter().filter(|kind| meant(**kind)).for_each(|kind| self.tally.cut(*kind));
                None
            }
        }
    }

    /// Reads resources; says which kinds they were of.
    fn take(&mut self, found: &[(String, &RawValue)], source: &str) -> BTreeSet<Kind> {
        let mut kinds = BTreeSet::new();
        for (pointer, raw) in found {
            let origin = if pointer.is_empty() { source.to_owned() } else { format!("{source}#{pointer}") };
            kinds.extend(self.resource(raw, source, &origin));
        }
        kinds
    }

    fn resource(&mut self, raw: &RawValue, source: &str, origin: &str) -> Option<Kind> {
        let issues = Issues::default();
        let Some(view) = View::parse(raw, &issues) else {
            self.note_once("no object", source, "skipped what is not a JSON object; a resource is one");
            return None;
        };
        if let Some(list) = service_tags::id_of(&view) {
            return self.add(&list, raw, &view, &issues, origin, false);
        }
        let Some(id) = view.text("id").and_then(|text| ResourceId::parse(&text)) else {
            let unknown =
                "skipped objects without a resource id; give the output of az or of the ARM API, not a template";
            let (what, said) = unidentified::remark(&view).unwrap_or(("no id", unknown));
            self.note_once(what, source, said);
            return None;
        };
        if network_manager::is_effective(&id, &view) {
            let rule = network_manager::read_rule(&view.properties());
            self.note_issues(Kind::AdminRule, &id, &issues.take(), origin);
            self.effective.rule(source, &id, rule);
            return None;
        }
        if let Some((site, name)) = config_of_site(&id) {
            self.sites.entry(site.clone()).or_default().refine(web_app::Parts::of_config(&name, &view.properties()));
            self.entries.entry(site.clone()).or_insert_with(|| Entry {
                resource: Resource::new(site, Body::WebApp(model::resource::WebApp::default())),
                origin: origin.into(),
                nested: true,
            });
            return Some(Kind::WebApp);
        }
        // A subscription or a resource group, as lists of them hold: resources stand in it, and it is none.
        if id.resource_type().is_empty() {
            return None;
        }
        self.add(&id, raw, &view, &issues, origin, false)
    }

    fn add(
        &mut self,
        id: &ResourceId,
        raw: &RawValue,
        view: &View<'_>,
        issues: &Issues,
        origin: &str,
        nested: bool,
    ) -> Option<Kind> {
        if nested && self.entries.get(id).is_some_and(|entry| !entry.nested) {
            return None;
        }
        let resource_type = id.resource_type();
        let kind = Kind::of_type(&resource_type);
        if kind == Kind::Other && !PASSED_THROUGH.iter().any(|known| known.eq_ignore_ascii_case(&resource_type)) {
            let said =
                format!("{resource_type} is not modelled; its resources are kept, and only their price tier is read");
            self.note_once(&resource_type.to_ascii_lowercase(), origin, &said);
        }
        let body = kind::read(kind, id, view);
        if self.is_older(id, body.as_ref()) {
            return Some(kind);
        }
        self.note_issues(kind, id, &issues.take(), origin);
        if body.is_none() {
            self.unreadable(kind, id, origin);
        }
        if kind == Kind::WebApp {
            self.sites.entry(id.clone()).or_default().refine(web_app::Parts::of_site(&view.properties()));
        }
        let resource = Resource {
            id: id.clone(),
            location: view.text("location").map(|location| Arc::from(&*location)),
            sku: tier(view),
            identity: kind::identity::read(view).map(Arc::new),
            body: body.unwrap_or(Body::Other),
            document: keepable(kind, raw),
        };
        self.entries.insert(id.clone(), Entry { resource, origin: origin.into(), nested });
        self.tally.seen(kind);
        self.children(kind, id, view, issues, origin);
        Some(kind)
    }

    /// True for a list of service tags that is older than one which was read.
    fn is_older(&self, id: &ResourceId, body: Option<&Body>) -> bool {
        let known = self.entries.get(id).map(|entry| &entry.resource.body);
        let (Some(Body::ServiceTags(known)), Some(Body::ServiceTags(new))) = (known, body) else { return false };
        new.change_number < known.change_number
    }

    /// Makes resources of what ARM nests in this document.
    fn children(&mut self, kind: Kind, id: &ResourceId, view: &View<'_>, issues: &Issues, origin: &str) {
        let inner = if NESTED.iter().any(|nested| nested.parent == kind) { view.properties() } else { return };
        for nested in NESTED.iter().filter(|nested| nested.parent == kind) {
            let list = inner.list(nested.member);
            self.tally.parent(id, nested.child, list.is_some());
            for (position, raw) in list.unwrap_or_default().into_iter().enumerate() {
                let Some(child) = View::parse(raw, issues) else { continue };
                let own = child.text("id").and_then(|text| ResourceId::parse(&text));
                let named = || child.text("name").map(|name| id.child(nested.member, &name));
                if let Some(child_id) = own.or_else(named) {
                    let origin = format!("{origin}/{}/{position}", nested.member);
                    self.add(&child_id, raw, &child, issues, &origin, true);
                }
            }
        }
        self.note_issues(kind, id, &issues.take(), origin);
    }

    /// A rule or route whose meaning is not known: its parent's collection is not known either.
    fn unreadable(&mut self, kind: Kind, id: &ResourceId, origin: &str) {
        let said = format!("{} cannot be read; what it decides is taken as unknown", id.name());
        self.notes.push(Note::new(origin, said));
        if let Some(parent) = id.parent() {
            self.tally.say_children(&parent, kind, Extent::Missing(model::Why::Unresolved));
        }
    }

    fn note_issues(&mut self, kind: Kind, id: &ResourceId, issues: &[super::view::Issue], origin: &str) {
        for issue in issues {
            let of = kind.resource_type();
            let said = format!(
                "`{}` of {} is not {}; it is taken as unknown (said once for {of})",
                issue.member,
                id.name(),
                issue.expected
            );
            self.note_once(&format!("{of} {}", issue.member), origin, &said);
        }
    }

    fn note_once(&mut self, what: &str, source: &str, text: &str) {
        // Of one source what has no id is said once; of a type or member, once for all.
        let key = if what.starts_with("no ") { format!("{what} {source}") } else { what.to_owned() };
        if self.noted.insert(key) {
            self.notes.push(Note::new(source, text));
        }
    }
}

/// `sku.name`. Some kinds have a property `sku` that is no object: they say no tier here.
fn tier(view: &View<'_>) -> Option<Arc<str>> {
    let issues = Issues::default();
    let sku = View::parse(view.raw("sku")?, &issues)?;
    Some(Arc::from(&*sku.text("name")?))
}

/// `…/sites/X/config/NAME`: the site and the name.
fn config_of_site(id: &ResourceId) -> Option<(ResourceId, String)> {
    if !id.resource_type().eq_ignore_ascii_case("Microsoft.Web/sites/config") {
        return None;
    }
    Some((id.parent()?, id.name().to_owned()))
}

/// True when the stem of the source's file name is the last segment of the kind's type.
fn named_after(source: &str, kind: Kind) -> bool {
    let name = source.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = name.split('.').next().unwrap_or_default();
    let segment = kind.resource_type().rsplit('/').next().unwrap_or_default();
    // A list of links without more words is one of zone links.
    kind != Kind::RulesetLink && stem.len() > 1 && stem.eq_ignore_ascii_case(segment)
}
