//! Does the price tier of a service offer private endpoints?

use model::{Because, Decided, Fact, FactRef, Mark, ResourceId, Snapshot, Why};

/// What is documented about the tiers of one type of service.
struct Tiers {
    resource_type: &'static str,
    offer: Offer,
    fact: &'static Fact,
}

/// Which tiers offer private endpoints, by `sku.name`, compared without case.
enum Offer {
    /// These alone.
    Only(&'static [&'static str]),
    /// All but these.
    AllBut(&'static [&'static str]),
}

static SERVICE_BUS: Fact = Fact {
    id: "tier-of-service-bus-with-private-endpoints",
    text: "Private endpoints of Service Bus are a feature of the Premium tier.",
    mark: Mark::Documented,
    source: "Azure documentation, service-bus-messaging/private-link-service.md, read 2026-11-23",
};

static EVENT_HUBS: Fact = Fact {
    id: "tier-of-event-hubs-with-private-endpoints",
    text: "Private endpoints of Event Hubs are not supported in the Basic tier.",
    mark: Mark::Documented,
    source: "Azure documentation, event-hubs/private-link-service.md, read 2026-11-23",
};

static REGISTRY: Fact = Fact {
    id: "tier-of-container-registry-with-private-endpoints",
    text: "Private endpoints of a container registry need the Premium tier.",
    mark: Mark::Documented,
    source: "Azure Policy, built-in definition \"Container registries should have SKUs that support Private Links\" (github.com/Azure/azure-policy), read 2026-11-23",
};

static SEARCH: Fact = Fact {
    id: "tier-of-search-with-private-endpoints",
    text: "A search service of the free tier has no private endpoints.",
    mark: Mark::Documented,
    source: "Azure Policy, built-in definition \"Azure Cognitive Search service should use a SKU that supports private link\" (github.com/Azure/azure-policy), read 2026-11-23",
};

static CONFIGURATION: Fact = Fact {
    id: "tier-of-app-configuration-with-private-endpoints",
    text: "An App Configuration store of the Free tier has no private endpoints.",
    mark: Mark::Documented,
    source: "Azure Policy, built-in definition \"App Configuration should use a SKU that supports private link\" (github.com/Azure/azure-policy), read 2026-11-23",
};

/// Types whose tiers are documented; of all others nothing is concluded.
static TIERS: [Tiers; 5] = [
    Tiers { resource_type: "Microsoft.ServiceBus/namespaces", offer: Offer::Only(&["Premium"]), fact: &SERVICE_BUS },
    Tiers { resource_type: "Microsoft.EventHub/namespaces", offer: Offer::AllBut(&["Basic"]), fact: &EVENT_HUBS },
    Tiers {
        resource_type: "Microsoft.ContainerRegistry/registries",
        offer: Offer::Only(&["Premium"]),
        fact: &REGISTRY,
    },
    Tiers { resource_type: "Microsoft.Search/searchServices", offer: Offer::AllBut(&["free"]), fact: &SEARCH },
    Tiers {
        resource_type: "Microsoft.AppConfiguration/configurationStores",
        offer: Offer::AllBut(&["Free"]),
        fact: &CONFIGURATION,
    },
];

/// Whether the tier of a resource offers private endpoints. Not known for a resource that was not read, one that
/// does not say its tier, and a type whose tiers nobody has documented.
pub fn offers_endpoints(snapshot: &Snapshot, target: &ResourceId) -> Decided<bool> {
    let name = target.name();
    let kind = target.resource_type();
    let known = TIERS.iter().find(|tiers| tiers.resource_type.eq_ignore_ascii_case(&kind));
    let sku = snapshot.get(target).and_then(|resource| resource.sku.as_deref());
    let (Some(Tiers { offer, fact, .. }), Some(sku)) = (known, sku) else {
        return Decided::unknown(Why::NotCollected, Because::new(format!("the tier of {name} is not known")));
    };
    let among = |list: &[&str]| list.iter().any(|known| known.eq_ignore_ascii_case(sku));
    let offers = match offer {
        Offer::Only(list) => among(list),
        Offer::AllBut(list) => !among(list),
    };
    let text = match offers {
        true => format!("{name} is of tier {sku}, which offers private endpoints"),
        false => format!("{name} is of tier {sku}, which offers no private endpoints"),
    };
    Decided::value(offers, Because::new(text).fact(FactRef::new(target, "sku.name", sku.to_owned())).rule(fact))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Body, Coverage, Known, Resource};
    use std::sync::Arc;

    fn offers(resource_type: &str, sku: Option<&str>) -> Option<bool> {
        let id = ResourceId::new("s", "g", resource_type, &["it"]);
        let resource = Resource { sku: sku.map(Arc::from), ..Resource::new(id.clone(), Body::Other) };
        match offers_endpoints(&Snapshot::new([resource], Coverage::complete()), &id).outcome {
            Known::Value(offers) => Some(offers),
            Known::Unknown(_) => None,
        }
    }

    #[test]
    fn only_documented_tiers_are_judged() {
        let bus = "Microsoft.ServiceBus/namespaces";
        assert_eq!(offers(bus, Some("Standard")), Some(false));
        assert_eq!(offers(bus, Some("premium")), Some(true));
        assert_eq!(offers(bus, None), None);
        assert_eq!(offers("microsoft.eventhub/Namespaces", Some("Basic")), Some(false));
        assert_eq!(offers("Microsoft.EventHub/namespaces", Some("Standard")), Some(true));
        assert_eq!(offers("Microsoft.Search/searchServices", Some("free")), Some(false));
        assert_eq!(offers("Microsoft.Search/searchServices", Some("standard3")), Some(true));
        assert_eq!(offers("Microsoft.ContainerRegistry/registries", Some("Basic")), Some(false));
        assert_eq!(offers("Microsoft.AppConfiguration/configurationStores", Some("developer")), Some(true));
        assert_eq!(offers("Microsoft.Storage/storageAccounts", Some("Standard_LRS")), None);
    }
}
