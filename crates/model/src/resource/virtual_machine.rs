//! What does a virtual machine say? Which NICs are its own.

use crate::ResourceId;

/// A virtual machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VirtualMachine {
    /// Its NICs, the primary one first.
    pub network_interfaces: Vec<ResourceId>,
}
