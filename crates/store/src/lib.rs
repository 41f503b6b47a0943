//! Studiogate.
