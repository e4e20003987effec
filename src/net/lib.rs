//! What everything that talks to a host needs: secrets that never show, patience, and how a client is made. Knows no host.

pub mod client;
pub mod ping;
pub mod policy;
pub mod proxy;
pub mod secret;
