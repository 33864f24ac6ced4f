//! The binary `privpath`.

fn main() {}
