//! The recorder of the process, and what it counts of the whole portal.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use control_plane::Backlog;
use domain::operation::OperationKind;
use metrics::gauge;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

static RECORDER: Mutex<Option<PrometheusHandle>> = Mutex::new(None);
/// Seconds; what people feel lies between them.
const BUCKETS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0];
/// How often what was measured is put into its buckets, whether anybody asks for it or not.
const UPKEEP: Duration = Duration::from_secs(5);

/// Installs it once per process; every further call answers the same one.
pub fn install() -> Result<PrometheusHandle, BuildError> {
    // Held until it is installed: portals that start at the same moment get the same one.
    let mut recorder = RECORDER.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(handle) = &*recorder {
        return Ok(handle.clone());
    }
    let builder = PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &BUCKETS)?;
    Ok(recorder.insert(builder.install_recorder()?).clone())
}

/// Keeps what was measured from piling up until somebody asks for it.
pub async fn upkeep(metrics: PrometheusHandle, shutdown: CancellationToken) {
    let mut beat = tokio::time::interval(UPKEEP);
    while !shutdown.is_cancelled() {
        tokio::select! {
            _ = beat.tick() => metrics.run_upkeep(),
            () = shutdown.cancelled() => {}
        }
    }
}

/// Shows what waits.
#[expect(clippy::cast_precision_loss, reason = "counts far below what a double holds exactly")]
pub(super) fn show(backlog: &Backlog) {
    // A kind of which none is unfinished is shown as none, and not as before.
    for kind in OperationKind::ALL.map(OperationKind::as_str) {
        let of_kind = backlog.operations.iter().find(|unfinished| unfinished.kind == kind);
        let (all, held) = of_kind.map_or((0, 0), |unfinished| (unfinished.all, unfinished.held));
        gauge!("studiogate_operations_unfinished", "kind" => kind).set(all as f64);
        gauge!("studiogate_operations_held", "kind" => kind).set(held as f64);
    }
    gauge!("studiogate_operations_overdue_seconds").set(backlog.overdue.as_seconds_f64());
    gauge!("studiogate_requests_undecided").set(backlog.undecided_requests as f64);
    gauge!("studiogate_audit_events_unsealed").set(backlog.unsealed_events as f64);
    gauge!("studiogate_audit_unsealed_seconds").set(backlog.unsealed_for.as_seconds_f64());
}
