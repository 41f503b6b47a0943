use domain::view::RevokeInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
use super::form::Form;

#[server(endpoint = "revoke_access", prefix = "/api", input = PostUrl, output = Html)]
pub async fn revoke_access(#[server(flatten)] input: RevokeInput) -> Posted {
    let form = Form::of_revocation(&input.environment, &input.person).with_fields(&input);
    act(form, |portal, caller| async move {
        let made = portal.revoke_access(&caller, input).await?;
        Ok(done(format!("/revocations/{made}"), "The access is revoked. AWS is being told."))
    })
    .await
}

#[server(endpoint = "restore_access", prefix = "/api", input = PostUrl, output = Html)]
pub async fn restore_access(
    #[server(rename = "id")]
    #[server(default)]
    revocation: String,
    #[server(default)] version: String,
) -> Posted {
    act(Form::of("/revocations", &revocation), |portal, caller| async move {
        portal.restore_access(&caller, &id(&revocation, "revocation")?, &version).await?;
        Ok(done(format!("/revocations/{revocation}"), "The access is being given back."))
    })
    .await
}

#[server(endpoint = "retry_revocation", prefix = "/api", input = PostUrl, output = Html)]
pub async fn retry_revocation(
    #[server(rename = "id")]
    #[server(default)]
    revocation: String,
) -> Posted {
    act(Form::of("/revocations", &revocation), |portal, caller| async move {
        portal.retry_revocation(&caller, &id(&revocation, "revocation")?).await?;
        Ok(done(format!("/revocations/{revocation}"), "The portal tries again what was left."))
    })
    .await
}
