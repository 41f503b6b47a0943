//! Who may do what.
mod policies;
