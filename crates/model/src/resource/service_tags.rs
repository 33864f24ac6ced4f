//! Which addresses does each service tag hold? What Azure publishes every week.

use ipnet::IpNet;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// The published list of one cloud.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServiceTags {
    /// `changeNumber` of the whole list, which grows from week to week.
    pub change_number: Option<u64>,
    /// What each tag holds, by its name in lower case.
    tags: BTreeMap<String, AddressRanges>,
}

impl ServiceTags {
    /// The list with these tags.
    pub fn new<'n>(change_number: Option<u64>, tags: impl IntoIterator<Item = (&'n str, Vec<IpNet>)>) -> Self {
        let tags = tags.into_iter().map(|(name, prefixes)| (name.to_ascii_lowercase(), AddressRanges::of(prefixes)));
        Self { change_number, tags: tags.collect() }
    }

    /// What a tag holds, whatever its case; `None` for a tag that the list lacks.
    pub fn find(&self, tag: &str) -> Option<&AddressRanges> {
        self.tags.get(&tag.to_ascii_lowercase())
    }

    /// How many tags there are.
    pub fn len(&self) -> usize {
        self.tags.len()
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// Every tag in lower case with what it holds, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &AddressRanges)> {
        self.tags.iter().map(|(name, ranges)| (name.as_str(), ranges))
    }
}

/// A set of addresses: inclusive ranges that neither touch nor overlap, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressRanges(Vec<(IpAddr, IpAddr)>);

impl AddressRanges {
    /// All addresses of these prefixes.
    pub fn of(prefixes: impl IntoIterator<Item = IpNet>) -> Self {
        let mut all: Vec<(IpAddr, IpAddr)> =
            prefixes.into_iter().map(|prefix| (prefix.network(), prefix.broadcast())).collect();
        all.sort_unstable();
        let mut joined: Vec<(IpAddr, IpAddr)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match joined.last_mut() {
                Some(open) if first <= open.1 || next(open.1) == Some(first) => open.1 = open.1.max(last),
                _ => joined.push((first, last)),
            }
        }
        Self(joined)
    }

    /// True when it holds every address of a prefix.
    pub fn holds(&self, prefix: &IpNet) -> bool {
        self.last_before(prefix).is_some_and(|(first, last)| *first <= prefix.network() && prefix.broadcast() <= *last)
    }

    /// True when it holds an address of a prefix.
    pub fn touches(&self, prefix: &IpNet) -> bool {
        self.last_before(prefix).is_some_and(|(_, last)| prefix.network() <= *last)
    }

    /// The prefixes of one family that are the same addresses.
    pub fn prefixes(&self) -> impl Iterator<Item = IpNet> {
        self.0.iter().flat_map(|(first, last)| -> Vec<IpNet> {
            match (first, last) {
                (IpAddr::V4(first), IpAddr::V4(last)) => {
                    ipnet::Ipv4Subnets::new(*first, *last, 0).map(IpNet::V4).collect()
                }
                (IpAddr::V6(first), IpAddr::V6(last)) => {
                    ipnet::Ipv6Subnets::new(*first, *last, 0).map(IpNet::V6).collect()
                }
                _ => Vec::new(),
            }
        })
    }

    /// The last range that begins before a prefix ends: the only one that may hold or touch it last.
    fn last_before(&self, prefix: &IpNet) -> Option<&(IpAddr, IpAddr)> {
        let end = prefix.broadcast();
        let after = self.0.partition_point(|(first, _)| *first <= end);
        self.0[..after].last()
    }
}

/// The address after one, in the same family.
fn next(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => u32::from(address).checked_add(1).map(|next| IpAddr::V4(next.into())),
        IpAddr::V6(address) => u128::from(address).checked_add(1).map(|next| IpAddr::V6(next.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn nets(texts: &[&str]) -> Vec<IpNet> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn ranges_that_touch_are_one_and_families_stay_apart() {
        let ranges = AddressRanges::of(nets(&["10.0.1.0/24", "10.0.0.0/24", "::/1", "255.255.255.255/32"]));
        assert!(ranges.holds(&"10.0.0.0/23".parse().unwrap()));
        assert!(!ranges.holds(&"10.0.0.0/22".parse().unwrap()));
        assert!(ranges.touches(&"10.0.0.0/8".parse().unwrap()));
        assert!(!ranges.touches(&"10.0.2.0/24".parse().unwrap()));
        assert_eq!(ranges.prefixes().collect::<Vec<_>>(), nets(&["10.0.0.0/23", "255.255.255.255/32", "::/1"]));
    }

    proptest! {
        /// As a look at every prefix says, address by address.
        #[test]
        fn ranges_equal_a_scan(
            prefixes in proptest::collection::vec((0u32..64, 26u8..=32), 0..8),
            asked in (0u32..64, 26u8..=32),
        ) {
            let net = |(low, length): (u32, u8)| {
                IpNet::V4(ipnet::Ipv4Net::new((0x0a00_0000 + low).into(), length).unwrap().trunc())
            };
            let all: Vec<IpNet> = prefixes.into_iter().map(net).collect();
            let ranges = AddressRanges::of(all.iter().copied());
            let asked = net(asked);
            let held = |address: &IpAddr| all.iter().any(|prefix| prefix.contains(address));
            prop_assert_eq!(ranges.holds(&asked), asked.hosts().chain([asked.network(), asked.broadcast()]).all(|at| held(&at)));
            prop_assert_eq!(ranges.touches(&asked), asked.hosts().chain([asked.network(), asked.broadcast()]).any(|at| held(&at)));
            prop_assert_eq!(AddressRanges::of(ranges.prefixes()), ranges);
        }
    }
}
