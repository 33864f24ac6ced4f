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

pub(super) static CUSTOM: Fact = Fact {
    id: "dns-custom-servers-replace-azure-dns",
    text: "DNS servers of its own replace Azure DNS for a network: what decides is whom they ask, and the zones linked to the network that they ask from.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-dns-privatednszone.md and private-link/private-endpoint-dns-integration.md, read 2026-11-22",
};

pub(super) static ONLY_INSIDE: Fact = Fact {
    id: "dns-azure-dns-answers-only-inside",
    text: "168.63.129.16 answers only questions that come from inside a virtual network.",
    mark: Mark::Documented,
    source: "Azure documentation, private-link/private-endpoint-dns-integration.md, read 2026-11-22",
};

pub(super) static INBOUND: Fact = Fact {
    id: "resolver-inbound-endpoint-answers-for-its-network",
    text: "An inbound endpoint of a DNS Private Resolver answers as Azure DNS does in the network of the resolver, with the zones linked to it.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-resolver-endpoints-rulesets.md, read 2026-11-22",
};

pub(super) static RULESET: Fact = Fact {
    id: "resolver-ruleset-longest-match",
    text: "Azure DNS of a network hands names to the forwarding ruleset that is linked to it: the longest domain of an enabled rule decides, its servers are tried in order, and no peering is needed.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-resolver-endpoints-rulesets.md, read 2026-11-22",
};

pub(super) static WILDCARD: Fact = Fact {
    id: "resolver-wildcard-rule-leaves-azure-names",
    text: "A rule for the root does not capture names below Azure's own domains, such as azure.com and windows.net.",
    mark: Mark::Inferred,
    source: "Azure documentation, dns/private-resolver-endpoints-rulesets.md (reserved suffixes), read 2026-11-22",
};

pub(super) static LOOP: Fact = Fact {
    id: "resolver-ruleset-loop",
    text: "A rule that leads to the inbound endpoint must not be linked to that endpoint's own network: the question would go in a circle.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-resolver-endpoints-rulesets.md, read 2026-11-22",
};

pub(super) static IN_ORDER: Fact = Fact {
    id: "resolver-silent-target-is-skipped",
    text: "The servers of a forwarding rule are tried in order; one that does not answer is skipped for a while. An answer that says no is an answer: the next server is not asked.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-resolver-endpoints-rulesets.md, read 2026-11-22",
};

pub(super) static SILENT: Fact = Fact {
    id: "dns-only-a-silent-server-is-passed-over",
    text: "Who asks DNS servers in order goes on to the next one when a server does not answer, and takes \"no such name\" for an answer.",
    mark: Mark::Protocol,
    source: "RFC 1034, section 5.3.3, and RFC 2308, section 1",
};

pub(super) static NO_PLATFORM_TARGET: Fact = Fact {
    id: "resolver-rule-cannot-lead-to-the-platform-address",
    text: "A forwarding rule cannot have 168.63.129.16 as its server; it has to be the address of an inbound endpoint.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-resolver-endpoints-rulesets.md, read 2026-11-22",
};

/// Where a ruleset can be linked to.
pub static RULESET_REGION: Fact = Fact {
    id: "resolver-ruleset-links-stay-in-the-region",
    text: "A forwarding ruleset is linked to virtual networks of its own region only, and to 500 at most.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-resolver-endpoints-rulesets.md, read 2026-11-22",
};

pub(super) static CLUSTER: Fact = Fact {
    id: "aks-coredns-custom-goes-first",
    text: "What ConfigMap kube-system/coredns-custom says of a name (forward, hosts) goes before the servers of the node.",
    mark: Mark::Documented,
    source: "Azure documentation, aks/coredns-custom.md, read 2026-11-22",
};

pub(super) static FALLBACK_ONLY: Fact = Fact {
    id: "dns-nxdomain-redirect-is-for-private-link-zones",
    text: "The fallback of a link works for Private Link zones only.",
    mark: Mark::Documented,
    source: "Azure documentation, dns/private-dns-fallback.md, read 2026-11-22",
};

pub(super) static NO_DATA: Fact = Fact {
    id: "dns-a-name-without-address-is-no-missing-name",
    text: "A name that has records of other types, or names below it, exists: it has no address, no wildcard stands in for it, and no fallback applies.",
    mark: Mark::Protocol,
    source: "RFC 4592, section 2.2, and RFC 2308, section 2.2",
};
