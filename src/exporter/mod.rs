//! Gets a person's own media out of a service, by way of the archive the service hands out.

pub mod archive;
pub mod fetch;
pub mod inbox;
pub mod provider;
