//! Which addresses does the service tag of an Azure service stand for? What Azure publishes, and a few fixed ones.

use super::Side;
use super::sides::{Match, net_match};
use ipnet::IpNet;
use model::resource::{AddressRanges, ServiceTags};
use model::{Fact, FactRef, Mark, ResourceId, Snapshot};
use std::net::{IpAddr, Ipv4Addr};

/// What is known of every tag without a list.
pub(super) static PUBLIC: Fact = Fact {
    id: "service-tags-hold-public-addresses",
    text: "The service tags of Azure services hold public addresses: a rule with one never matches traffic to a private endpoint.",
    mark: Mark::Inferred,
    source: "from Azure documentation, virtual-network/service-tags-overview.md, read 2026-11-22",
};

/// What a list says.
pub(super) static LIST: Fact = Fact {
    id: "service-tag-list",
    text: "A service tag stands for the prefixes that Azure publishes for it, in a file that is new every week; addresses that are new in it are not used for a week at least.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/service-tags-overview.md, read 2026-11-22",
};

/// The tags of the platform's own addresses.
pub(super) static FIXED: Fact = Fact {
    id: "platform-service-tags",
    text: "AzureLoadBalancer stands for 168.63.129.16, where probes come from. AzurePlatformDNS stands for the platform's DNS service at the same address, AzurePlatformIMDS for the metadata service at 169.254.169.254.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/service-tags-overview.md and network-security-groups-overview.md (Azure platform considerations), read 2026-11-22",
};

/// Where the public front ends of Azure AI services are.
pub(super) static FRONT_ENDS: Fact = Fact {
    id: "ai-services-tag-holds-front-ends",
    text: "The service tag CognitiveServicesManagement holds the public addresses at which Azure AI services, Azure OpenAI among them, answer.",
    mark: Mark::Inferred,
    source: "from Azure documentation, virtual-network/service-tags-overview.md and ai-services/cognitive-services-virtual-networks.md, read 2026-11-22",
};

/// What the tag of the sign-in hosts is.
pub static SIGN_IN_TAG: Fact = Fact {
    id: "sign-in-hosts-have-a-service-tag",
    text: "The service tag AzureActiveDirectory stands for the addresses of Microsoft Entra ID's sign-in hosts: a rule that denies it, or all of Internet before it is allowed, keeps their tokens away.",
    mark: Mark::Documented,
    source: "Azure documentation, virtual-network/service-tags-overview.md, read 2026-11-22",
};

const PROBES: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);
const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);
const PLATFORM: [(&str, Ipv4Addr); 3] =
    [("AzureLoadBalancer", PROBES), ("AzurePlatformDNS", PROBES), ("AzurePlatformIMDS", METADATA)];

/// The tag of Azure AI services.
const AI_SERVICES: &str = "CognitiveServicesManagement";

/// The tag of the sign-in hosts.
const SIGN_IN: &str = "AzureActiveDirectory";

/// Whether a tag whose meaning is fixed holds an end of a packet; `None` for another tag.
pub(super) fn platform(tag: &str, side: &Side) -> Option<Match> {
    if *side == Side::SignIn && tag.eq_ignore_ascii_case(SIGN_IN) {
        return Some(Match::Yes);
    }
    let (_, address) = PLATFORM.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag))?;
    Some(match side {
        Side::PublicFrontEnd | Side::SignIn => Match::No,
        Side::Prefixes(_) => net_match(IpNet::from(IpAddr::V4(*address)), side),
    })
}

/// What says which addresses a tag holds.
pub(super) fn fact(tag: &str, is_listed: bool) -> &'static Fact {
    match PLATFORM.iter().any(|(known, _)| known.eq_ignore_ascii_case(tag)) {
        true => &FIXED,
        false if is_listed => &LIST,
        false => &PUBLIC,
    }
}

/// Whether a tag holds an end of a packet, as all published lists say that have it; `None` when none has.
pub(super) fn listed(snapshot: &Snapshot, tag: &str, side: &Side) -> Option<Match> {
    let says = lists(snapshot, tag).map(|(_, _, held)| match side {
        Side::PublicFrontEnd | Side::SignIn => Match::Unknown,
        Side::Prefixes(own) => held_by(held, own),
    });
    says.reduce(|one, other| if one == other { one } else { Match::Unknown })
}

fn held_by(held: &AddressRanges, own: &[IpNet]) -> Match {
    let all = own.iter().all(|own| held.holds(own));
    match (own.is_empty(), all, own.iter().any(|own| held.touches(own))) {
        (false, true, _) => Match::Yes,
        (false, false, false) => Match::No,
        _ => Match::Unknown,
    }
}

/// The lists that have a tag: their ids and what it holds.
fn lists<'s>(
    snapshot: &'s Snapshot,
    tag: &str,
) -> impl Iterator<Item = (&'s ResourceId, &'s ServiceTags, &'s AddressRanges)> {
    snapshot.all::<ServiceTags>().filter_map(move |(id, list)| Some((id, list, list.find(tag)?)))
}

/// Which lists say what a tag holds, with how new they are.
pub(super) fn evidence(snapshot: &Snapshot, tag: &str) -> Vec<FactRef> {
    let number = |list: &ServiceTags| list.change_number.map_or("unknown".to_owned(), |number| number.to_string());
    lists(snapshot, tag).map(|(id, list, _)| FactRef::new(id, "changeNumber", number(list))).collect()
}

/// The public addresses, one of which an Azure AI services account answers at; `None` without a list.
pub(super) fn front_ends(snapshot: &Snapshot) -> Option<Side> {
    let mut found = lists(snapshot, AI_SERVICES);
    let (_, _, held) = found.next()?;
    // Lists of several clouds: which of them is meant is not known.
    let own: Vec<IpNet> = held.prefixes().filter(|prefix| matches!(prefix, IpNet::V4(_))).collect();
    (found.next().is_none() && !own.is_empty()).then_some(Side::Prefixes(own))
}
