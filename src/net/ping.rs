//! Tells a health check that something begins, went well or failed.

use std::time::Duration;

use super::client::{client, reasons};
use super::proxy::Way;
use super::secret::Secret;

/// How long a health check may take: nobody waits for it.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends `report` to the address with `suffix` behind it.
///
/// # Errors
/// Fails, in words without the address, if it does not take it.
pub fn ping(address: &Secret, suffix: &str, report: String) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| error.to_string())?;
    let url = format!("{}{suffix}", address.reveal().trim_end_matches('/'));
    let request = client(None, None, Way::Environment)?
        .post(url)
        .timeout(PATIENCE)
        .body(report);
    let answer = runtime
        .block_on(async { request.send().await })
        .map_err(|error| {
            let said = reasons(&error.without_url());
            said.last().cloned().unwrap_or_default()
        })?;
    match answer.status() {
        status if status.is_success() => Ok(()),
        status => Err(status.to_string()),
    }
}
