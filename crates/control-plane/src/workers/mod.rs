//! The reconcilers. Each takes no input, is idempotent, and runs on a signal and on a timer; any number of replicas may run
//! them at once.

mod blueprint;
mod catalog;
mod catalog_product;
mod change_catalog;
mod change_policy;
mod collect;
mod cut_again;
mod deliver;
mod follow;
mod homes;
mod idle;
mod lease_warnings;
mod leased;
mod leases;
mod leavers;
mod noted;
mod notify;
mod observe;
mod observe_tags;
mod operations;
mod organization;
mod outcome;
mod probes;
mod provision;
mod reminders;
mod revoke;
mod rollout;
mod round;
mod running;
mod schedule;
mod sealer;
mod standing;
mod sweeps;
mod tags;
mod terminate;
mod transfer;
mod unmanaged;
mod update;
mod work;

pub(crate) use provision::by_preference;
