//! The repair: remedies proven by re-walking, and applied as a state machine without I/O.
