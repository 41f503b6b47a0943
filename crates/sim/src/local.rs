//! One local AWS: its state, its clock, its faults.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use chrono::{DateTime, Utc};
use domain::clock::Clock;

use crate::call_limits::CallLimits;
use crate::error::AwsError;
use crate::faults::Faults;
use crate::oidc::Provider;
use crate::persist::{self, PersistError};
use crate::seed::{self, Seed};
use crate::world::World;

/// How a local AWS is set up.
#[derive(Clone, Debug)]
pub struct SimOptions {
    pub clock: Arc<dyn Clock>,
    /// How much faster than AWS things come up; time limits stay real.
    pub speed: f64,
    /// What a new state starts with; a kept state is taken as it is.
    pub seed: Seed,
    /// Where the state is kept; absent: in memory.
    pub data_dir: Option<PathBuf>,
    /// Further products, by name and template text, offered to both projects.
    pub products: Vec<(String, String)>,
    /// Seeds the exports that AWS's published notebook templates import.
    pub exports: bool,
    /// Throttles as AWS does: see [`crate::call_limits`].
    pub call_limits: bool,
    /// Where the portal is: the OIDC provider sends people back only there.
    pub portal_origin: String,
    /// Chance: ids, secrets and keys come from it.
    pub entropy: [u8; 32],
}

impl SimOptions {
    /// The demo's state in memory, at AWS's own pace, with everything that is drawn by chance fixed.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            speed: 1.0,
            seed: Seed::Demo,
            data_dir: None,
            products: Vec::new(),
            exports: false,
            call_limits: false,
            portal_origin: "http://127.0.0.1:3000".into(),
            entropy: [7; 32],
        }
    }
}

/// A local AWS. Clones share it.
#[derive(Clone, Debug)]
pub struct LocalAws(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    world: Mutex<World>,
    clock: Arc<dyn Clock>,
    faults: Faults,
    call_limits: Option<CallLimits>,
    oidc: Provider,
    requests: AtomicU64,
    keeper: Option<Keeper>,
    /// Goes up with every change of the world that has to be kept.
    revision: AtomicU64,
}

/// Writes the state; whoever comes while a write is under way is covered by the next.
#[derive(Debug)]
struct Keeper {
    dir: PathBuf,
    /// Held as long as it is written to.
    _lock: std::fs::File,
    /// The revision of the world that is on disk.
    written: Mutex<u64>,
}

impl LocalAws {
    /// Sets it up, from the kept state if there is one.
    pub fn new(options: SimOptions) -> Result<Self, PersistError> {
        let now = options.clock.now();
        let taken = options.data_dir.as_deref().map(persist::lock).transpose()?;
        let kept = match &options.data_dir {
            Some(dir) => persist::load(dir, now)?,
            None => None,
        };
        let is_new = kept.is_none();
        let mut world = kept.unwrap_or_else(|| World::empty(options.entropy));
        world.settings.speed = options.speed;
        world.settings.boot = options.entropy;
        let faults = Faults::default();
        world.faults = faults.clone();
        if is_new {
            seed::plant(&mut world, &options, now);
        }
        seed::offer(&mut world, &options, now);
        let oidc = Provider::new(&options);
        let aws = Self(Arc::new(Inner {
            world: Mutex::new(world),
            clock: options.clock,
            faults,
            call_limits: options.call_limits.then(CallLimits::default),
            oidc,
            requests: AtomicU64::new(0),
            keeper: options.data_dir.zip(taken).map(|(dir, lock)| Keeper { dir, _lock: lock, written: Mutex::new(0) }),
            revision: AtomicU64::new(1),
        }));
        aws.keep()?;
        Ok(aws)
    }

    /// The AWS endpoint: every service at `/`.
    pub fn router(&self) -> Router {
        crate::http::router(self.clone())
    }

    /// The pages behind presigned URLs. They belong on an origin of their own.
    pub fn studio_router(&self) -> Router {
        crate::studio::router(self.clone())
    }

    /// The demo OIDC provider, whose issuer is set by [`Provider::set_issuer`].
    pub fn oidc_router(&self) -> Router {
        crate::oidc::router(self.oidc().clone())
    }

    pub fn oidc(&self) -> &Provider {
        &self.0.oidc
    }

    /// What goes wrong, and how often what was called.
    pub fn faults(&self) -> &Faults {
        &self.0.faults
    }

    /// `None` where nobody is throttled.
    pub fn call_limits(&self) -> Option<&CallLimits> {
        self.0.call_limits.as_ref()
    }

    /// The origin that presigned URLs point to.
    pub fn set_studio_origin(&self, origin: &str) {
        origin.trim_end_matches('/').clone_into(&mut self.lock().settings.studio_origin);
    }

    pub(crate) fn studio_origin(&self) -> String {
        self.lock().settings.studio_origin.clone()
    }

    /// All accounts and their roles, for people.
    pub fn summary(&self) -> String {
        seed::summary(&self.lock())
    }

    /// Looks at the world as it is now, or changes it: for tests and for the set-up. Changes are kept.
    pub fn with_world<T>(&self, look: impl FnOnce(&mut World) -> T) -> Result<T, PersistError> {
        let out = {
            let mut world = self.lock();
            world.settle(self.0.clock.now());
            let out = look(&mut world);
            self.0.revision.fetch_add(1, Ordering::SeqCst);
            out
        };
        self.keep()?;
        Ok(out)
    }

    /// The time here.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn request_id(&self) -> String {
        let n = self.0.requests.fetch_add(1, Ordering::Relaxed);
        // A UUID's shape, as AWS's request ids have; the number makes it findable in a log.
        format!("00000000-0000-4000-8000-{n:012x}")
    }

    /// Runs one operation on the world as it is now, and keeps what it changed before it is answered.
    pub(crate) fn change<T>(
        &self,
        reads_only: bool,
        act: impl FnOnce(&mut World, DateTime<Utc>) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let result = {
            let mut world = self.lock();
            let now = self.0.clock.now();
            let before = world.counter;
            world.settle(now);
            let result = act(&mut world, now);
            // What settling does without drawing an id comes out the same after a restart.
            if world.counter != before || !reads_only {
                self.0.revision.fetch_add(1, Ordering::SeqCst);
            }
            result
        };
        self.keep().map_err(|e| AwsError::internal(format!("the state cannot be kept: {e}")))?;
        result
    }

    /// Writes what is not on disk yet.
    fn keep(&self) -> Result<(), PersistError> {
        let Some(keeper) = &self.0.keeper else {
            self.lock().studio.take_fresh();
            return Ok(());
        };
        let mut written = keeper.written.lock().unwrap_or_else(PoisonError::into_inner);
        let (world, studio) = {
            let mut world = self.lock();
            let revision = self.0.revision.load(Ordering::SeqCst);
            let bytes = if revision > *written { Some(persist::world_bytes(&world)?) } else { None };
            (bytes.map(|bytes| (revision, bytes)), world.studio.take_fresh())
        };
        if let Some((revision, bytes)) = world {
            persist::save_world(&keeper.dir, &bytes)?;
            *written = revision;
        }
        if !studio.is_empty() {
            persist::append_studio(&keeper.dir, &studio)?;
        }
        Ok(())
    }
}
