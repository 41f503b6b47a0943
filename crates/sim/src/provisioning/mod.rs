//! Stacks coming up and going down.

use chrono::{DateTime, Utc};

use crate::world::World;

/// Does all that is due at `now`.
pub fn settle(_world: &mut World, _now: DateTime<Utc>) {}
