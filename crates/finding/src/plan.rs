//! What does it take to bring a question to where it should go, when more than one thing is wrong?

use model::Stage;

/// The repair of one question: found by repairing a copy of the estate and walking again, until the call arrives
/// or nothing more is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The question, as an index into the traces.
    pub about: usize,
    /// The `order` of the findings to repair, in that order. Where the call then arrives, none of them can be left
    /// out.
    pub steps: Vec<u32>,
    /// Where the walk ends once these are repaired.
    pub ends: Ends,
}

/// Where the walk over the repaired copy ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    /// The call comes out as expected.
    Arrives,
    /// It still does not, and no remedy with changes is known for what is wrong there; the stage if it can be told.
    Open(Option<Stage>),
}

impl Plan {
    /// True when the repaired copy shows the outcome that was expected.
    pub fn arrives(&self) -> bool {
        self.ends == Ends::Arrives
    }
}
