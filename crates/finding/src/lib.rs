//! The words of a diagnosis: findings, evidence, remedies and the declaration of a check.
