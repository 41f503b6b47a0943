use domain::view::AdoptInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::api::answer::{Html, Posted, act, done, id};
use crate::api::form::Form;

#[server(endpoint = "adopt_product", prefix = "/api", input = PostUrl, output = Html)]
pub async fn adopt_product(
    #[server(rename = "id")]
    #[server(default)]
    product: String,
    #[server(default)] adopt_owner: String,
    #[server(default)] adopt_days: String,
    #[server(default)] adopt_reason: String,
) -> Posted {
    let input = AdoptInput { adopt_owner, adopt_days, adopt_reason };
    let form = Form::of("/admin/unmanaged", &product).with_fields(&input).with_field("id", &product);
    act(form, |portal, caller| async move {
        let id = id(&product, "provisioned product")?;
        let environment = portal.adopt_product(&caller, &id, input).await?;
        Ok(done(format!("/environments/{environment}"), "The portal reads from AWS what it is."))
    })
    .await
}
