//! What every handler shares.

use std::fmt;
use std::sync::Arc;

use axum::extract::FromRef;
use control_plane::ControlPlane;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::assets;
use crate::oidc::Oidc;
use crate::sessions::{CookieShape, Logins, Sessions};

/// What a portal is made of.
#[derive(Debug)]
pub struct PortalOptions {
    pub control_plane: ControlPlane,
    pub oidc: Oidc,
    /// Where browsers reach it.
    pub public_url: Url,
    /// Origins that a launch leads to, for the CSP.
    pub studio_origins: Vec<String>,
    /// How long after the sign-in a session ends.
    pub session_absolute: chrono::TimeDelta,
    pub metrics: PrometheusHandle,
    /// Cancelled when the process is about to end: open streams end too.
    pub shutdown: CancellationToken,
}

/// See the module. Clones share everything.
#[derive(Clone)]
pub struct Portal(Arc<Inner>);

struct Inner {
    options: PortalOptions,
    sessions: Sessions,
    logins: Logins,
    assets: app::Assets,
    leptos: LeptosOptions,
}

impl Portal {
    pub fn new(options: PortalOptions) -> Self {
        let cookie = CookieShape::new(options.public_url.scheme() == "https");
        let sessions = Sessions::new(options.control_plane.clone(), cookie, options.session_absolute);
        let logins = Logins::new(options.control_plane.clone(), cookie);
        let leptos = LeptosOptions::builder().output_name("studiogate").build();
        Self(Arc::new(Inner { sessions, logins, assets: assets::addresses(), leptos, options }))
    }

    pub fn control_plane(&self) -> &ControlPlane {
        &self.0.options.control_plane
    }

    pub fn oidc(&self) -> &Oidc {
        &self.0.options.oidc
    }

    pub fn sessions(&self) -> &Sessions {
        &self.0.sessions
    }

    pub(super) fn logins(&self) -> &Logins {
        &self.0.logins
    }

    pub(super) fn public_url(&self) -> &Url {
        &self.0.options.public_url
    }

    pub(super) fn is_https(&self) -> bool {
        self.0.options.public_url.scheme() == "https"
    }

    pub(super) fn studio_origins(&self) -> &[String] {
        &self.0.options.studio_origins
    }

    pub fn metrics(&self) -> &PrometheusHandle {
        &self.0.options.metrics
    }

    pub(super) fn shutdown(&self) -> &CancellationToken {
        &self.0.options.shutdown
    }

    pub(super) fn assets(&self) -> &app::Assets {
        &self.0.assets
    }

    pub(super) fn leptos(&self) -> &LeptosOptions {
        &self.0.leptos
    }
}

impl fmt::Debug for Portal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Portal").field("options", &self.0.options).finish_non_exhaustive()
    }
}

impl FromRef<Portal> for LeptosOptions {
    fn from_ref(portal: &Portal) -> Self {
        portal.leptos().clone()
    }
}
