//! The spelling: how ARM, az and scenario files write the nouns, both directions.
