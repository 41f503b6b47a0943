use domain::view::ShareInput;
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Html, Posted, act, done, id};
use super::form::Form;

const CHANGES: &str = "/admin/changes";
const PORTFOLIOS: &str = "/admin/portfolios";

#[server(endpoint = "associate_principal", prefix = "/api", input = PostUrl, output = Html)]
pub async fn associate_principal(#[server(default)] portfolio: String, #[server(default)] principal: String) -> Posted {
    let form = Form::of(PORTFOLIOS, &portfolio).named("principal").with_field("principal", &principal);
    act(form, |portal, caller| async move {
        let id = portal.associate_principal(&caller, &id(&portfolio, "portfolio")?, &principal).await?;
        Ok(done(format!("{CHANGES}/{id}"), "It is being let launch from the portfolio."))
    })
    .await
}

#[server(endpoint = "disassociate_principal", prefix = "/api", input = PostUrl, output = Html)]
pub async fn disassociate_principal(
    #[server(default)] portfolio: String,
    #[server(default)] principal: String,
) -> Posted {
    act(Form::of(PORTFOLIOS, &portfolio), |portal, caller| async move {
        let id = portal.disassociate_principal(&caller, &id(&portfolio, "portfolio")?, &principal).await?;
        Ok(done(format!("{CHANGES}/{id}"), "Its launching from the portfolio is being taken away."))
    })
    .await
}

#[server(endpoint = "add_share", prefix = "/api", input = PostUrl, output = Html)]
pub async fn add_share(#[server(flatten)] input: ShareInput) -> Posted {
    let form = Form::of(PORTFOLIOS, &input.portfolio).named("share").with_fields(&input);
    act(form, |portal, caller| async move {
        let id = portal.add_share(&caller, input).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The portfolio is being shared."))
    })
    .await
}

#[server(endpoint = "set_share", prefix = "/api", input = PostUrl, output = Html)]
pub async fn set_share(#[server(flatten)] input: ShareInput) -> Posted {
    act(Form::of(PORTFOLIOS, &input.portfolio), |portal, caller| async move {
        let id = portal.set_share(&caller, input).await?;
        Ok(done(format!("{CHANGES}/{id}"), "What goes along with it is being changed."))
    })
    .await
}

#[server(endpoint = "delete_share", prefix = "/api", input = PostUrl, output = Html)]
pub async fn delete_share(#[server(default)] portfolio: String, #[server(default)] share_with: String) -> Posted {
    act(Form::of(PORTFOLIOS, &portfolio), |portal, caller| async move {
        let id = portal.delete_share(&caller, &id(&portfolio, "portfolio")?, &share_with).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The share is being ended."))
    })
    .await
}

#[server(endpoint = "import_portfolio", prefix = "/api", input = PostUrl, output = Html)]
pub async fn import_portfolio(#[server(default)] portfolio: String, #[server(default)] account: String) -> Posted {
    act(Form::of(PORTFOLIOS, &portfolio), |portal, caller| async move {
        let id = portal.import_portfolio(&caller, &id(&portfolio, "portfolio")?, &account).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The account is being let launch from it."))
    })
    .await
}
