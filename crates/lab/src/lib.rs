//! A pretend Azure on this machine: ARM API, DNS, networks, services, faults.
