//! How much may one client take? Every connection is counted, every wait has an end.

use std::future::Future;
use std::time::Duration;

/// Connections that one port serves at a time; more are closed at once.
pub(super) const CONNECTIONS: usize = 256;

/// The longest waits.
pub(super) struct Deadline;

impl Deadline {
    /// For a greeting, a TLS handshake or one DNS question over TCP.
    pub(super) const HANDSHAKE: Duration = Duration::from_secs(10);
    /// For the next request on an open connection.
    pub(super) const IDLE: Duration = Duration::from_secs(30);
    /// For a whole tunnel.
    pub(super) const TUNNEL: Duration = Duration::from_secs(600);
}

/// What comes within a time; `None` when it does not.
pub(super) async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, work).await.ok()
}
