//! The wire: the client of the ARM API; the only room that holds a token.
