//! The parts: what each Azure part does to one question, and why.
