//! What is there, for people.

use std::fmt::Write;

use super::accounts::EXTERNAL_ID;
use crate::world::World;

/// All accounts with their organizational unit and roles, one line each.
pub fn summary(world: &World) -> String {
    let mut out = String::new();
    let organization = &world.organization;
    // Writing into a String cannot fail.
    let _ = writeln!(out, "Organization {}  external id of the seeded roles: {EXTERNAL_ID}", organization.id);
    for account in world.accounts.values() {
        let unit = organization
            .account_parents
            .get(&account.id)
            .map_or("-", |id| organization.units.get(id).map_or("Root", |unit| unit.name.as_str()));
        let roles: Vec<&str> = account.roles.keys().map(String::as_str).collect();
        let _ = writeln!(out, "{}  {:<26} {:<18} {}", account.id, account.name, unit, roles.join(" "));
    }
    out
}
