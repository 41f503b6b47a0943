use control_plane::Decided;
use domain::view::DecisionInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
use super::form::Form;

#[server(endpoint = "decide_request", prefix = "/api", input = PostUrl, output = Html)]
pub async fn decide_request(
    #[server(rename = "id")]
    #[server(default)]
    request: String,
    #[server(default)] decision: String,
    #[server(default)] comment: String,
    #[server(default)] version: String,
) -> Posted {
    let input = DecisionInput { decision, comment, version };
    let form = Form::of("/requests", &request).with_fields(&input).with_field("id", &request);
    act(form, |portal, caller| async move {
        let said = match portal.decide_request(&caller, &id(&request, "request")?, input).await? {
            Decided::Goes => "You approved your part of the request. It waits for others now.",
            Decided::Approved => "You approved the request.",
            Decided::Ended => "You denied the request.",
        };
        Ok(done(format!("/requests/{request}"), said))
    })
    .await
}
