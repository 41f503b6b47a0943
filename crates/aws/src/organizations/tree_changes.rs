//! Changes of the tree: units that are made, accounts that move. None of these calls takes a token: whoever repeats one looks first.

use domain::id::AccountId;

use super::Organizations;
use super::changes::{is_so_already, once};
use crate::Result;
use crate::answer::required;
use crate::call::call;

impl Organizations {
    /// Makes a unit within the root or another unit; gives its id.
    pub async fn create_organizational_unit(&self, within: &str, name: &str) -> Result<String> {
        const OPERATION: &str = "organizations:CreateOrganizationalUnit";
        let create = self.client().create_organizational_unit().parent_id(within).name(name);
        let answer = call(OPERATION, create.customize().config_override(once()).send()).await?;
        required(OPERATION, "Id", answer.organizational_unit.and_then(|unit| unit.id))
    }

    /// Moves an account from one parent to another.
    pub async fn move_account(&self, account: &AccountId, from: &str, to: &str) -> Result<()> {
        let of = self.client().move_account().account_id(account.as_str());
        let moved = of.source_parent_id(from).destination_parent_id(to);
        let done = call("organizations:MoveAccount", moved.customize().config_override(once()).send()).await.map(drop);
        done.or_else(|error| is_so_already(error, "DuplicateAccountException"))
    }
}
