//! What the control plane is given from outside: time, randomness, and where tests let a worker die.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, TimeZone, Utc};
use domain::clock::Clock;
use rand::rngs::StdRng;
use rand::{Rng as _, RngCore, SeedableRng};
use uuid::{Builder, Uuid};

/// The system's clock: the only real one in the product.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place where time comes from")]
    fn now(&self) -> DateTime<Utc> {
        // Milliseconds are what the store keeps: a value read back equals the one written.
        let now = DateTime::<Utc>::from(std::time::SystemTime::now());
        Utc.timestamp_millis_opt(now.timestamp_millis()).single().unwrap_or(now)
    }
}

/// A source of random numbers that can be seeded; shared by clones.
#[derive(Clone)]
pub struct Random(Arc<Mutex<StdRng>>);

impl Random {
    /// Seeded by the operating system.
    pub fn from_os() -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_os_rng())))
    }

    /// The same numbers each time, for tests.
    pub fn from_seed(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// `N` random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// A number in `0.0..1.0`.
    pub fn fraction(&self) -> f64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random()
    }
}

impl fmt::Debug for Random {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Random")
    }
}

/// Makes the portal's own identifiers: UUID version 7 (RFC 9562) from the clock and the random numbers. Each is greater than
/// the one before, also within a millisecond and when the clock is set back: what one process does sorts in its order.
#[derive(Clone, Debug)]
pub struct Ids {
    clock: Arc<dyn Clock>,
    random: Random,
    /// The millisecond of the last one, and its number within it (12 bits, RFC 9562 section 6.2, method 1).
    last: Arc<Mutex<(u64, u16)>>,
}

impl Ids {
    pub fn new(clock: Arc<dyn Clock>, random: Random) -> Self {
        Self { clock, random, last: Arc::default() }
    }

    /// A new UUID.
    pub fn uuid(&self) -> Uuid {
        let now = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or_default();
        let mut bytes: [u8; 10] = self.random.bytes();
        let (millis, number) = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            *last = match *last {
                (millis, _) if now > millis => (now, 0),
                (millis, 0x0fff) => (millis + 1, 0),
                (millis, number) => (millis, number + 1),
            };
            *last
        };
        // The version takes the upper half of the first byte.
        [bytes[0], bytes[1]] = number.to_be_bytes();
        Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid()
    }

    /// A new identifier of the portal.
    pub fn next<T: TryFrom<String, Error = domain::id::InvalidId>>(&self) -> crate::Result<T> {
        T::try_from(self.uuid().to_string()).map_err(|e| crate::Error::internal("An identifier could not be made", &e))
    }
}

/// A moment in a worker's handling of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrashPoint {
    /// Claimed, nothing done.
    BeforeAct,
    /// AWS did it, nothing is written.
    AfterAct,
    /// Everything is committed, the lease not yet released.
    AfterSave,
}

/// Asked at each [`CrashPoint`] with the name of the step: `true` kills the worker there, as `kill -9` would. Tests
/// alone set one.
pub type CrashHook = Arc<dyn Fn(CrashPoint, &str) -> bool + Send + Sync>;

/// See the module.
#[derive(Clone)]
pub struct Deps {
    pub clock: Arc<dyn Clock>,
    pub random: Random,
    pub crash: Option<CrashHook>,
}

impl Deps {
    /// The system's clock and random numbers.
    pub fn system() -> Self {
        Self { clock: Arc::new(SystemClock), random: Random::from_os(), crash: None }
    }
}

impl fmt::Debug for Deps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deps").field("clock", &self.clock).field("crash", &self.crash.is_some()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use domain::clock::ManualClock;

    use super::*;

    #[test]
    fn ids_sort_in_the_order_in_which_they_are_made() {
        let clock = ManualClock::at(Utc.timestamp_millis_opt(1_790_000_000_000).unwrap());
        let ids = Ids::new(Arc::new(clock.clone()), Random::from_seed(1));
        let mut made = Vec::new();
        for round in 0..10_000 {
            made.push(ids.uuid().to_string());
            if round == 5_000 {
                clock.advance(chrono::TimeDelta::seconds(-60));
            }
        }
        assert!(made.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(made.iter().all(|id| id.as_bytes()[14] == b'7'));
    }
}
