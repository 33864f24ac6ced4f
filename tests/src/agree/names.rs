//! What is called what, and which addresses are whose, in the random estate of one slot? Names and
//! addresses of different slots never meet, so that estates can share a lab.

/// The names and addresses of one slot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    pub(super) slot: u8,
}

/// Networks of an estate, by number.
const NETWORKS: [&str; 3] = ["hub", "spoke", "far"];

impl Names {
    /// Anything whose name carries the slot.
    pub(super) fn of(self, what: &str) -> String {
        format!("{what}-{}", self.slot)
    }

    pub(super) fn network(self, number: usize) -> String {
        self.of(NETWORKS[number % NETWORKS.len()])
    }

    pub(super) fn account(self) -> String {
        self.of("account")
    }

    /// The address space of a network.
    pub(super) fn space(self, network: usize) -> String {
        self.inside(network, "0.0/16")
    }

    /// Something inside a network: the last two numbers of an address or prefix.
    pub(super) fn inside(self, network: usize, rest: &str) -> String {
        format!("10.{}.{rest}", usize::from(self.slot) * 4 + network)
    }

    /// Something on premises: the last two numbers of an address or prefix.
    pub(super) fn site(self, rest: &str) -> String {
        format!("172.{}.{rest}", 16 + usize::from(self.slot) % 16)
    }

    /// The same in the range that App Service keeps out without route-all (RFC 6598).
    pub(super) fn shared(self, rest: &str) -> String {
        format!("100.{}.{rest}", 64 + usize::from(self.slot))
    }
}
