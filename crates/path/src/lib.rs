//! The walk: one evaluator that predicts, compares and proves.
