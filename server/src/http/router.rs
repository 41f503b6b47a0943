//! Every address of the portal, and who may come to it.

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use http::Method;
use leptos_axum::{AxumRouteListing, generate_route_list, render_app_async_with_context};
use tower_http::limit::RequestBodyLimitLayer;

use super::frame::frame;
use super::identify::identify;
use super::plain_text::plain_text;
use super::portal::Portal;
use super::upload::as_form;
use super::{assets, auth, context, events, export, health, origin, signed_out};

/// The largest body that is read.
const BODY: usize = 256 * 1024;
/// The same of what takes a file: a catalog, of which a form can have three bytes for each, or a template, which is less.
const UPLOAD: usize = 3 * domain::view::LONGEST_CATALOG + BODY;
/// Where whole files are given: a template, a catalog.
const UPLOADS: [&str; 2] = ["/api/check_template", "/api/plan_catalog"];

/// Who may come to an address at all; what they may do there the control plane decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    Anyone,
    SignedIn,
}

/// One address with its method.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    pub method: Method,
    /// As the router writes it: `/requests/{id}`.
    pub path: String,
    pub guard: Guard,
}

/// Adds a route to the router and to the list of endpoints in one step, so that none is without the other.
struct Routes {
    router: Router<Portal>,
    endpoints: Vec<Endpoint>,
    guard: Guard,
}

impl Routes {
    fn new(guard: Guard) -> Self {
        Self { router: Router::new(), endpoints: Vec::new(), guard }
    }

    fn get<H, T>(mut self, path: &str, handler: H) -> Self
    where
        H: Handler<T, Portal>,
        T: 'static,
    {
        self.note(Method::GET, path);
        self.router = self.router.route(path, get(handler));
        self
    }

    fn post<H, T>(mut self, path: &str, handler: H) -> Self
    where
        H: Handler<T, Portal>,
        T: 'static,
    {
        self.note(Method::POST, path);
        self.router = self.router.route(path, post(handler));
        self
    }

    fn note(&mut self, method: Method, path: &str) {
        self.endpoints.push(Endpoint { method, path: path.to_owned(), guard: self.guard });
    }
}

fn open() -> Routes {
    Routes::new(Guard::Anyone)
        .get("/healthz", health::healthz)
        .get("/readyz", health::readyz)
        .get("/metrics", health::metrics)
        .get("/auth/login", auth::login)
        .get("/auth/callback", auth::callback)
        .get("/auth/signed-out", signed_out::signed_out)
        .post("/auth/logout", auth::logout)
}

fn signed_in(pages: &[AxumRouteListing]) -> Routes {
    let mut routes = Routes::new(Guard::SignedIn)
        .get("/environments/{id}/events", events::events)
        .get("/environments/export.csv", export::environments)
        .get("/audit/export.csv", export::csv)
        .get("/audit/export.jsonl", export::jsonl);
    for path in app::api::PATHS.iter().filter(|path| !UPLOADS.contains(path)) {
        routes = routes.post(path, server_function);
    }
    for listing in pages {
        routes = routes.get(listing.path(), draw);
    }
    routes
}

/// What takes more than a form of text.
fn uploads() -> Routes {
    UPLOADS.iter().fold(Routes::new(Guard::SignedIn), |routes, path| routes.post(path, server_function))
}

/// The addresses of the pages, in the router's notation.
fn pages(portal: &Portal) -> Vec<AxumRouteListing> {
    let options = portal.leptos().clone();
    generate_route_list(move || app::shell(options.clone()))
}

/// Every address that [`router`] serves, but for the embedded files.
pub fn endpoints(portal: &Portal) -> Vec<Endpoint> {
    [open().endpoints, signed_in(&pages(portal)).endpoints, uploads().endpoints].concat()
}

/// The whole portal.
pub fn router(portal: Portal) -> Router {
    if !assets::are_there() {
        tracing::warn!(
            "this binary was built without its stylesheet and scripts: `cargo xtask build` builds it with them"
        );
    }
    // What is no address at all is a page too: for people who are signed in.
    let guard = |router: Router<Portal>| {
        let identified = router.layer(from_fn_with_state(portal.clone(), identify));
        identified.layer(from_fn_with_state(portal.clone(), plain_text))
    };
    Router::new()
        .merge(open().router)
        .merge(assets::routes())
        .merge(guard(signed_in(&pages(&portal)).router.fallback(draw)))
        .layer(RequestBodyLimitLayer::new(BODY))
        // Before it is asked who sends it: what a signed-out person typed is kept as a form, too.
        .merge(guard(uploads().router).layer(from_fn(as_form)).layer(RequestBodyLimitLayer::new(UPLOAD)))
        .layer(origin::layer(&portal))
        .layer(from_fn_with_state(portal.clone(), frame))
        .with_state(portal)
}

/// A page, whole.
async fn draw(State(portal): State<Portal>, request: Request) -> Response {
    let options = portal.leptos().clone();
    let context = context::of(&portal, &request);
    render_app_async_with_context(context, move || app::shell(options.clone()))(request).await
}

/// A form's target.
async fn server_function(State(portal): State<Portal>, request: Request) -> Response {
    app::api::handle(context::of(&portal, &request), request).await
}
