use domain::view::{ApprovalFloorInput, ApproverInput};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::api::answer::{Html, Posted, act, done, id};
use crate::api::form::Form;

#[server(endpoint = "save_approval_floor", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_approval_floor(#[server(flatten)] input: ApprovalFloorInput) -> Posted {
    act(Form::at("/admin/approvals").with_fields(&input).named("floor"), |portal, caller| async move {
        portal.save_approval_floor(&caller, input).await?;
        Ok(done("/admin/approvals", "It was saved, and holds for requests from now on."))
    })
    .await
}

#[server(endpoint = "remove_approval_floor", prefix = "/api", input = PostUrl, output = Html)]
pub async fn remove_approval_floor(
    #[server(rename = "id")]
    #[server(default)]
    floor: String,
) -> Posted {
    act(Form::at("/admin/approvals"), |portal, caller| async move {
        portal.remove_approval_floor(&caller, &id(&floor, "rule of approval")?).await?;
        Ok(done("/admin/approvals", "It was removed. It no longer holds for new requests."))
    })
    .await
}

#[server(endpoint = "add_approver", prefix = "/api", input = PostUrl, output = Html)]
pub async fn add_approver(#[server(flatten)] input: ApproverInput) -> Posted {
    act(Form::at("/admin/approvals").with_fields(&input).named("approver"), |portal, caller| async move {
        portal.add_approver(&caller, input).await?;
        Ok(done("/admin/approvals", "The people of the group decide from now on."))
    })
    .await
}

#[server(endpoint = "remove_approver", prefix = "/api", input = PostUrl, output = Html)]
pub async fn remove_approver(
    #[server(rename = "id")]
    #[server(default)]
    approver: String,
) -> Posted {
    act(Form::at("/admin/approvals"), |portal, caller| async move {
        portal.remove_approver(&caller, &id(&approver, "assignment")?).await?;
        Ok(done("/admin/approvals", "The people of the group no longer decide."))
    })
    .await
}
