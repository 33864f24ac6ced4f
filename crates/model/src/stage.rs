//! Which link of the chain, and how did the call end there? The closed word lists of the design.

use std::fmt;

/// A link of the chain, in path order. The same words name folders in every room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Client configuration: endpoint variables, proxies, hosts pins.
    Client,
    /// Name resolution.
    Dns,
    /// Routing.
    Route,
    /// Network security groups.
    Nsg,
    /// The private endpoint itself.
    Endpoint,
    /// TLS names and trust.
    Tls,
    /// The service's public-access switch and network rules.
    Access,
    /// Keys, tokens, roles.
    Auth,
}

impl Stage {
    /// All stages in path order.
    pub const ALL: [Self; 8] =
        [Self::Client, Self::Dns, Self::Route, Self::Nsg, Self::Endpoint, Self::Tls, Self::Access, Self::Auth];

    /// The word of the design.
    pub fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Dns => "dns",
            Self::Route => "route",
            Self::Nsg => "nsg",
            Self::Endpoint => "endpoint",
            Self::Tls => "tls",
            Self::Access => "access",
            Self::Auth => "auth",
        }
    }
}

/// How one step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The step lets the call go on along the private way.
    Pass,
    /// The step stops the call, or sends it off the private way.
    Fail,
    /// Not decidable from what is known.
    Unknown,
    /// An earlier step stopped the call: neither green nor red.
    NotReached,
    /// Said for information; judges nothing.
    Info,
}

impl Status {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Unknown => "unknown",
            Self::NotReached => "not-reached",
            Self::Info => "info",
        }
    }
}

/// By which way the call went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// The address dialled belongs to an approved private endpoint of this very target.
    Private,
    /// The address dialled is a public front end, or the service says that it was reached publicly.
    Public,
    /// No address was dialled, or the address belongs to nothing of the target.
    None,
    /// Cannot be told from what is known.
    Unknown,
}

impl Way {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Public => "public",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }
}

/// How the call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum End {
    /// The service answered: 200, 401 and 404 alike.
    Answered,
    /// The service's network rules refused it.
    Refused,
    /// It stopped on the way; the stage says where, if that can be told.
    Stopped,
    /// Cannot be told from what is known.
    Unknown,
}

impl End {
    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Stopped => "stopped",
            Self::Unknown => "unknown",
        }
    }
}

/// The answer to one question, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Way private or none, and refused or stopped.
    Blocked,
    /// Way public, whatever the end.
    Public,
    /// Anything else; the trace says what would settle it.
    Undetermined,
    /// Way private and answered.
    Private,
}

impl Verdict {
    /// The verdict of a way and an end.
    pub fn of(way: Way, end: End) -> Self {
        match (way, end) {
            (Way::Private, End::Answered) => Self::Private,
            (Way::Public, _) => Self::Public,
            (Way::Private | Way::None, End::Refused | End::Stopped) => Self::Blocked,
            _ => Self::Undetermined,
        }
    }

    /// The word of the report.
    pub fn word(self) -> &'static str {
        match self {
            Self::Blocked => "blocked",
            Self::Public => "public",
            Self::Undetermined => "undetermined",
            Self::Private => "private",
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_follow_the_design() {
        assert_eq!(Verdict::of(Way::Private, End::Answered), Verdict::Private);
        assert_eq!(Verdict::of(Way::Public, End::Answered), Verdict::Public);
        assert_eq!(Verdict::of(Way::Public, End::Refused), Verdict::Public);
        assert_eq!(Verdict::of(Way::Public, End::Stopped), Verdict::Public);
        assert_eq!(Verdict::of(Way::Private, End::Stopped), Verdict::Blocked);
        assert_eq!(Verdict::of(Way::None, End::Stopped), Verdict::Blocked);
        assert_eq!(Verdict::of(Way::None, End::Answered), Verdict::Undetermined);
        assert_eq!(Verdict::of(Way::Unknown, End::Answered), Verdict::Undetermined);
        assert_eq!(Verdict::of(Way::Private, End::Unknown), Verdict::Undetermined);
        assert!(Verdict::Blocked < Verdict::Public && Verdict::Undetermined < Verdict::Private);
    }
}
