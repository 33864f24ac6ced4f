//! What does the chain of a public answer tell: was there a private zone in sight of the server?

use crate::client;
use model::{DnsName, Fact, Mark};

static PUBLIC_TAIL: Fact = Fact {
    id: "dns-public-tail-after-the-alias",
    text: "A privatelink alias that goes on through public aliases to a public address was not answered by a private zone: none with its record was in sight of the server.",
    mark: Mark::Inferred,
    source: "Azure AI documentation, ai-services/speech-service/speech-services-private-link.md (example of name resolution), read 2026-11-22",
};

static NO_ALIAS: Fact = Fact {
    id: "dns-no-alias-no-endpoint",
    text: "A public chain without a privatelink alias is that of a resource without any private endpoint connection.",
    mark: Mark::Inferred,
    source: "Azure AI documentation, ai-services/cognitive-services-virtual-networks.md, and a recorded answer of an account with network rules alone, read 2026-11-22",
};

/// How a public answer came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tail {
    /// The chain has the privatelink alias, and public DNS went on after it.
    AfterAlias(DnsName),
    /// The chain has aliases, and none is the privatelink alias.
    NoAlias,
}

/// Reads the aliases, in order, of an answer to `asked` that ended at a public address. `None` when they
/// tell nothing: a name of no Private Link service, or an answer that shows no alias at all.
pub fn tail(asked: &DnsName, aliases: &[DnsName]) -> Option<(Tail, &'static Fact)> {
    let service = client::service(asked)?;
    aliases.first()?;
    let is_alias = |name: &&DnsName| **name == service.alias || **name == *asked && *asked != service.host;
    match std::iter::once(asked).chain(aliases).find(is_alias) {
        Some(alias) => Some((Tail::AfterAlias(alias.clone()), &PUBLIC_TAIL)),
        None => Some((Tail::NoAlias, &NO_ALIAS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(asked: &str, aliases: &[&str]) -> Option<Tail> {
        let name = |text: &str| DnsName::parse(text).unwrap();
        let aliases: Vec<DnsName> = aliases.iter().map(|text| name(text)).collect();
        tail(&name(asked), &aliases).map(|(tail, _)| tail)
    }

    #[test]
    fn what_chains_tell() {
        let (host, alias) = ("yourresource.openai.azure.com", "yourresource.privatelink.openai.azure.com");
        let public = "vnetproxyv1-weu-prod.westeurope.cloudapp.azure.com";
        let after = Some(Tail::AfterAlias(DnsName::parse(alias).unwrap()));
        assert_eq!(read(host, &[alias, public]), after);
        assert_eq!(read(alias, &[public]), after);
        assert_eq!(read(host, &[public]), Some(Tail::NoAlias));
        assert_eq!(read(host, &[]), None, "a record of its own, or a server that hides the chain");
        assert_eq!(read("www.example.com", &[public]), None);
    }
}
