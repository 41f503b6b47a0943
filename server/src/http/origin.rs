//! Refuses posts from other sites (Fetch Metadata, and `Origin` for browsers without it).

use domain::problem::Problem;
use tower_http::csrf::{CsrfLayer, ProtectionError, ResponseForProtectionError};

use super::page;
use super::portal::Portal;

/// The layer.
pub(super) fn layer(portal: &Portal) -> CsrfLayer<impl ResponseForProtectionError<axum::body::Body> + use<>> {
    let origin = portal.public_url().origin().ascii_serialization();
    let layer = match CsrfLayer::new().add_trusted_origin(&origin) {
        Ok(layer) => layer,
        // Without it the `Host` header alone decides, which is stricter.
        Err(error) => {
            tracing::warn!(%error, origin, "the public URL is no origin that a browser would send");
            CsrfLayer::new()
        }
    };
    let portal = portal.clone();
    layer.with_rejection_response(move |error: ProtectionError| {
        tracing::warn!(%error, "a post from another site was refused");
        let problem = Problem::new(
            "This was not accepted.",
            "The form was sent from another site than this portal.",
            "Open the page in the portal and send the form from there.",
        );
        page::problem(&portal, 403, problem, None)
    })
}
