//! One diagnosis, whole: gather, walk, probe, compare, checks, settle.
