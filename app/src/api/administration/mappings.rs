use domain::view::GroupMappingInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::api::answer::{Html, Posted, act, done, id};
use crate::api::form::Form;

#[server(endpoint = "add_group_mapping", prefix = "/api", input = PostUrl, output = Html)]
pub async fn add_group_mapping(#[server(flatten)] input: GroupMappingInput) -> Posted {
    act(Form::at("/admin/mappings").with_fields(&input), |portal, caller| async move {
        portal.add_group_mapping(&caller, input).await?;
        Ok(done("/admin/mappings", "The mapping was added, and holds from now on."))
    })
    .await
}

#[server(endpoint = "remove_group_mapping", prefix = "/api", input = PostUrl, output = Html)]
pub async fn remove_group_mapping(
    #[server(rename = "id")]
    #[server(default)]
    mapping: String,
) -> Posted {
    act(Form::at("/admin/mappings"), |portal, caller| async move {
        portal.remove_group_mapping(&caller, &id(&mapping, "mapping")?).await?;
        Ok(done("/admin/mappings", "The mapping was removed. It no longer holds."))
    })
    .await
}
