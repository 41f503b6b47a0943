use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done};
use super::form::Form;

#[server(endpoint = "refresh_catalog", prefix = "/api", input = PostUrl, output = Html)]
pub async fn refresh_catalog(#[server(default)] from: String) -> Posted {
    let page = match from.as_str() {
        "drift" => "/admin/drift",
        "blueprint" => "/organization/blueprint",
        _ => "/admin/products",
    };
    act(Form::at(page), |portal, caller| async move {
        portal.refresh_catalog(&caller).await?;
        Ok(done(page, "Catalog and organization are being read again. Load this page again in a moment."))
    })
    .await
}
