//! Facts about DNS in Azure, each written once, with source and mark.

use model::{Fact, Mark};

pub(super) static LINKED_ZONE: Fact = Fact {
    id: "dns-linked-zone-answers",
    text: "Azure DNS answers from a private zone that is linked to the virtual network of the asker.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-dns-virtual-network-links.md, read 2026-11-22",
};

pub(super) static NOT_LINKED: Fact = Fact {
    id: "dns-unlinked-zone-is-invisible",
    text: "A private zone is invisible to a virtual network until it is linked to it. Peering does not carry the link, and has no DNS setting.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/private-endpoint-dns-integration.md and the ARM schema of peerings, read 2026-11-22",
};

pub(super) static AUTHORITATIVE: Fact = Fact {
    id: "dns-linked-zone-is-authoritative",
    text: "A linked zone answers for everything below it: a name without record does not exist, even if public DNS has it.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/private-endpoint-dns.md (caution), read 2026-11-22",
};

pub(super) static FALLBACK: Fact = Fact {
    id: "dns-nxdomain-redirect",
    text: "With resolutionPolicy NxDomainRedirect on the link, a name that the zone lacks is asked of public DNS instead.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-dns-fallback.md, read 2026-11-22",
};

pub(super) static ALIAS: Fact = Fact {
    id: "dns-public-privatelink-alias",
    text: "Public DNS inserts the privatelink alias for a resource once it has a private endpoint, wherever that endpoint is.",
    mark: Mark::Documented,
    source: "Azure AI documentation, ai-services/cognitive-services-virtual-networks.md, read 2026-11-22",
};
