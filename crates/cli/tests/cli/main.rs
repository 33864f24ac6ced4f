//! Does the binary keep its contract? (Being written by a builder of its own; leave it alone.)
