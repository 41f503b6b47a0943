use domain::view::{ParameterBindingInput, ProductAccessInput, ProductSettingsInput};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use crate::api::answer::{Html, Posted, act, done, id};
use crate::api::form::Form;

#[server(endpoint = "save_product_access", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_product_access(#[server(flatten)] input: ProductAccessInput) -> Posted {
    let form = Form::of("/admin/products", &input.product).with_fields(&input).named("access");
    let to = form.path.clone();
    act(form, |portal, caller| async move {
        portal.save_product_access(&caller, input).await?;
        Ok(done(to, "The access was saved."))
    })
    .await
}

#[server(endpoint = "save_product_settings", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_product_settings(#[server(flatten)] input: ProductSettingsInput) -> Posted {
    let form = Form::of("/admin/products", &input.product).with_fields(&input).named("settings");
    let to = form.path.clone();
    act(form, |portal, caller| async move {
        portal.save_product_settings(&caller, input).await?;
        Ok(done(to, "The expected time was saved."))
    })
    .await
}

#[server(endpoint = "remove_product_access", prefix = "/api", input = PostUrl, output = Html)]
pub async fn remove_product_access(
    #[server(rename = "id")]
    #[server(default)]
    access: String,
    #[server(default)] product: String,
) -> Posted {
    let form = Form::of("/admin/products", &product);
    let to = form.path.clone();
    act(form, |portal, caller| async move {
        portal.remove_product_access(&caller, &id(&access, "access rule")?).await?;
        Ok(done(to, "The access was removed."))
    })
    .await
}

#[server(endpoint = "save_parameter_binding", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_parameter_binding(#[server(flatten)] input: ParameterBindingInput) -> Posted {
    let form = Form::of("/admin/products", &input.product).with_fields(&input).named("binding");
    let to = form.path.clone();
    act(form, |portal, caller| async move {
        portal.save_parameter_binding(&caller, input).await?;
        Ok(done(to, "The binding was saved."))
    })
    .await
}

#[server(endpoint = "remove_parameter_binding", prefix = "/api", input = PostUrl, output = Html)]
pub async fn remove_parameter_binding(
    #[server(rename = "id")]
    #[server(default)]
    binding: String,
    #[server(default)] product: String,
) -> Posted {
    let form = Form::of("/admin/products", &product);
    let to = form.path.clone();
    act(form, |portal, caller| async move {
        portal.remove_parameter_binding(&caller, &id(&binding, "binding")?).await?;
        Ok(done(to, "The binding was removed."))
    })
    .await
}

#[server(endpoint = "accept_binding_proposals", prefix = "/api", input = PostUrl, output = Html)]
pub async fn accept_binding_proposals(#[server(default)] product: String) -> Posted {
    let form = Form::of("/admin/products", &product);
    let to = form.path.clone();
    act(form, |portal, caller| async move {
        portal.accept_binding_proposals(&caller, &id(&product, "product")?).await?;
        Ok(done(to, "The proposed bindings hold now."))
    })
    .await
}
