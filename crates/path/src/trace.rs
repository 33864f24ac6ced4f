//! What happened to one question on its way? A trace: hops, steps, reasons and the verdict.

use crate::weigh::NOWHERE;
use fabric::access::{Admission, Reading};
use fabric::auth::{Keys, Roles};
use fabric::client::Named;
use fabric::dns::Resolution;
use fabric::endpoint::{Landing, Serving, SharedWay};
use fabric::nsg::Passage;
use fabric::route::Routing;
use fabric::tls::{Coverage, Peer};
use ipnet::IpNet;
use model::observation::{CredentialKind, SignInSeen};
use model::{Because, End, Question, ResourceId, Stage, Status, Vantage, Verdict, Way};
use std::net::{IpAddr, SocketAddr};

/// The walk of one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Trace {
    /// The question.
    pub question: Question,
    /// The addresses that traffic starts from, as far as known; prefixes where all addresses of one are meant.
    pub sources: Vec<IpNet>,
    /// Which part of a set of sources it is, if one was asked about.
    pub part: Option<Part>,
    /// Places in path order; the steps of all of them in stage order.
    pub hops: Vec<Hop>,
    /// The answer: what was measured wins, prediction fills the rest. Where the client's variables hand the call to
    /// a proxy, it may be that way's: see `proxied`.
    pub outcome: Outcome,
    /// The answer from configuration alone, when there was configuration; of the direct way.
    pub predicted: Option<Outcome>,
    /// The answer from measurement alone, when something was measured; of the direct way.
    pub measured: Option<Outcome>,
    /// The way through the proxy that the client's variables name for the host, if they name one.
    pub proxied: Option<ByProxy>,
    /// What the far side of the measured call said, typed, for the checks.
    pub heard: Heard,
    /// What would settle what is not known, cheapest first.
    pub settle: Vec<String>,
}

/// A part of a set of sources: hosts that fare alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The subnet or virtual network that was asked about.
    pub of: Vantage,
    /// How many NICs fare like the one that stands for them; 0 for a subnet without any.
    pub count: usize,
}

/// What becomes of a call that is handed to a proxy, beside the direct way.
#[derive(Debug, Clone, PartialEq)]
pub struct ByProxy {
    /// What names the proxy: the variable and its value, without credentials.
    pub variable: (String, String),
    /// Exceptions that do not cover the host, or not for every program: the variable and its value.
    pub exceptions: Option<(String, String)>,
    /// How programs read the exceptions differently; `None` when all of them hand the call over.
    pub differs: Option<&'static str>,
    /// The answer of the direct way.
    pub direct: Outcome,
    /// The answer of the way through the proxy.
    pub outcome: Outcome,
    /// True when the way through the proxy is the answer of the trace.
    pub decides: bool,
    /// Where the proxy stands, if it is a host of the estate.
    pub stands_at: Option<Vantage>,
    /// Why configuration says so; empty text when it says nothing.
    pub because: Because,
    /// What was measured through it, a line each.
    pub seen: Vec<String>,
}

/// What the far side of a measured call said. Empty when nothing was measured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Heard {
    /// The address of the connection that decided.
    pub address: Option<SocketAddr>,
    /// Who the peer proved to be.
    pub peer: Option<Peer>,
    /// What the request carried to prove who calls.
    pub credential: Option<CredentialKind>,
    /// What the reply says.
    pub reply: Option<Reading>,
    /// The address that a refusal says the call came from.
    pub source: Option<IpAddr>,
    /// How the way to the host ended at which the client signs in.
    pub sign_in: Option<SignInSeen>,
}

/// Way, end and verdict, and where the private way was left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// By which way.
    pub way: Way,
    /// How it ended.
    pub end: End,
    /// What that amounts to.
    pub verdict: Verdict,
    /// Where it left the private way or stopped, if that can be told.
    pub stage: Option<Stage>,
    /// Where it may have, if it cannot be told.
    pub candidates: Vec<Stage>,
}

/// A place on the path and what happened there.
#[derive(Debug, Clone, PartialEq)]
pub struct Hop {
    /// What the place is, such as `vm/app` or `snet-private-endpoints`.
    pub place: String,
    /// The resource that it is, if it is one.
    pub resource: Option<ResourceId>,
    /// One or more steps.
    pub steps: Vec<Step>,
}

/// One stage at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The stage.
    pub stage: Stage,
    /// How it went.
    pub status: Status,
    /// Why, from configuration; empty text when there was none.
    pub because: Because,
    /// What decided, typed, for the checks.
    pub detail: Detail,
    /// What was measured at this stage, a line each.
    pub seen: Vec<String>,
    /// What follows from several measurements together, a line each: told whatever else is left out.
    pub told: Vec<String>,
}

/// The typed result of a part, for the checks.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// Nothing typed: measured only, or not reached.
    None,
    /// Which name the client uses.
    Client(Named),
    /// What the name resolves to.
    Dns(Resolution),
    /// Where packets to the address go.
    Route(Routing),
    /// What a security group does to them.
    Nsg(Passage),
    /// What the address leads to.
    Endpoint(Landing),
    /// The private way of a search service to what it calls.
    Shared(SharedWay),
    /// Whether the endpoint serves the name that is called.
    Serving(Serving),
    /// Whether the certificate covers the name.
    Tls(Coverage),
    /// Whether the service lets the call in.
    Access(Admission),
    /// Whether the service takes the client's key.
    Auth(Keys),
    /// Whether the identity of the client has a role.
    Roles(Roles),
}

impl Outcome {
    /// An outcome that ends at a known stage, or with a success that has none.
    pub fn new(way: Way, end: End, stage: Option<Stage>) -> Self {
        Self { way, end, verdict: Verdict::of(way, end), stage, candidates: Vec::new() }
    }

    /// An outcome whose stage is one of these.
    pub fn among(way: Way, end: End, candidates: Vec<Stage>) -> Self {
        Self { candidates, ..Self::new(way, end, None) }
    }
}

impl Trace {
    /// All steps in order.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.hops.iter().flat_map(|hop| &hop.steps)
    }

    /// True when nothing tells whether this starts inside of the network: a public answer is then what
    /// should be expected, and accuses nobody.
    pub fn is_from_nowhere_known(&self) -> bool {
        let candidates = &self.outcome.candidates;
        // Where packets are lost on the public way says nothing about the place.
        let narrowed = !candidates.is_empty() && *candidates != NOWHERE && !candidates.contains(&Stage::Route);
        let told = self.outcome.stage.is_some() || narrowed;
        self.question.from == Vantage::Here && self.predicted.is_none() && !told
    }

    /// The steps of one stage.
    pub fn at(&self, stage: Stage) -> impl Iterator<Item = &Step> {
        self.steps().filter(move |step| step.stage == stage)
    }

    /// What DNS decided on paper, if it could.
    pub fn resolution(&self) -> Option<&Resolution> {
        self.steps().find_map(|step| match &step.detail {
            Detail::Dns(resolution) => Some(resolution),
            _ => None,
        })
    }

    /// Which name the client uses, on paper.
    pub fn named(&self) -> Option<&Named> {
        self.steps().find_map(|step| match &step.detail {
            Detail::Client(named) => Some(named),
            _ => None,
        })
    }
}
