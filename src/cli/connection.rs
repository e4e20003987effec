//! How to reach a destination: its address, and the secrets, which come from the environment, a private file or a command.

use super::args::ConnectionArgs;
use super::error::CliError;
use crate::push::Destination;
use crate::push::address::Address;

/// Reads the address of a destination.
pub fn address(text: &str, _: &ConnectionArgs) -> Result<Address, CliError> {
    Address::parse(text).map_err(CliError::Address)
}

/// Returns the destination at an address.
pub fn open(address: &Address, _: &ConnectionArgs) -> Result<Box<dyn Destination>, CliError> {
    Ok(address.open())
}
