use domain::view::{
    CatalogDriftInput, CatalogFilesInput, ConstraintInput, PortfolioInput, ProductTextInput, SetVersionInput,
};
use leptos::prelude::*;
use leptos::server_fn::codec::PostUrl;

use super::answer::{Answer, Html, Posted, act, answer_with, done, id};
use super::form::Form;
use crate::pages::url::with_query;

const CHANGES: &str = "/admin/changes";
const DRIFT: &str = "/admin/drift";
const FILES: &str = "/admin/catalog-files";
const PORTFOLIOS: &str = "/admin/portfolios";
const PRODUCTS: &str = "/admin/products";

#[server(endpoint = "set_product", prefix = "/api", input = PostUrl, output = Html)]
pub async fn set_product(#[server(flatten)] input: ProductTextInput) -> Posted {
    let form = Form::of(PRODUCTS, &input.product).named("text").with_fields(&input);
    act(form, |portal, caller| async move {
        let id = portal.set_product(&caller, input).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The product is being changed."))
    })
    .await
}

#[server(endpoint = "copy_product", prefix = "/api", input = PostUrl, output = Html)]
pub async fn copy_product(#[server(default)] product: String, #[server(default)] copy_name: String) -> Posted {
    let form = Form::of(PRODUCTS, &product).named("copy").with_field("copy_name", &copy_name);
    act(form, |portal, caller| async move {
        let id = portal.copy_product(&caller, &product, &copy_name).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The product is being copied."))
    })
    .await
}

#[server(endpoint = "delete_product", prefix = "/api", input = PostUrl, output = Html)]
pub async fn delete_product(#[server(default)] product: String) -> Posted {
    act(Form::of(PRODUCTS, &product), |portal, caller| async move {
        let id = portal.delete_product(&caller, &id(&product, "product")?).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The product is being deleted."))
    })
    .await
}

/// The page that a form which puts products into portfolios stands on: `from` is `product` or `portfolio`.
fn associating(product: &str, portfolio: &str, from: &str) -> Form {
    if from == "portfolio" { Form::of(PORTFOLIOS, portfolio) } else { Form::of(PRODUCTS, product) }
}

#[server(endpoint = "associate_product", prefix = "/api", input = PostUrl, output = Html)]
pub async fn associate_product(
    #[server(default)] product: String,
    #[server(default)] portfolio: String,
    #[server(default)] from: String,
) -> Posted {
    let form = associating(&product, &portfolio, &from).named("associate");
    let form = form.with_field("product", &product).with_field("portfolio", &portfolio);
    act(form, |portal, caller| async move {
        let id = portal.associate_product(&caller, &product, &portfolio).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The product is being put into the portfolio."))
    })
    .await
}

#[server(endpoint = "disassociate_product", prefix = "/api", input = PostUrl, output = Html)]
pub async fn disassociate_product(
    #[server(default)] product: String,
    #[server(default)] portfolio: String,
    #[server(default)] from: String,
) -> Posted {
    act(associating(&product, &portfolio, &from), |portal, caller| async move {
        let (product, portfolio) = (id(&product, "product")?, id(&portfolio, "portfolio")?);
        let id = portal.disassociate_product(&caller, &product, &portfolio).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The product is being taken out of the portfolio."))
    })
    .await
}

#[server(endpoint = "save_constraint", prefix = "/api", input = PostUrl, output = Html)]
pub async fn save_constraint(#[server(flatten)] input: ConstraintInput) -> Posted {
    act(
        Form::of_constraint(&input.product, &input.portfolio, &input.kind).with_fields(&input),
        |portal, caller| async move {
            let id = portal.save_constraint(&caller, input).await?;
            Ok(done(format!("{CHANGES}/{id}"), "The constraint is being saved."))
        },
    )
    .await
}

/// Draws the page with what the constraint would do.
#[server(endpoint = "try_constraint", prefix = "/api", input = PostUrl, output = Html)]
pub async fn try_constraint(#[server(flatten)] input: ConstraintInput) -> Posted {
    let form = Form::of_constraint(&input.product, &input.portfolio, &input.kind).with_fields(&input);
    let typed = form.clone().with_field("trial", "yes");
    answer_with(form, |portal, caller| async move {
        let draft = portal.try_constraint(&caller, &input, &typed.path, typed.fields.clone()).await?;
        Ok(Answer::redirect(&format!("{}#trial", typed.address(Some(draft.as_str())))))
    })
    .await
}

#[server(endpoint = "delete_constraint", prefix = "/api", input = PostUrl, output = Html)]
pub async fn delete_constraint(
    #[server(default)] product: String,
    #[server(default)] portfolio: String,
    #[server(default)] constraint: String,
) -> Posted {
    act(Form::of_constraints(&product, &portfolio), |portal, caller| async move {
        let (product, portfolio) = (id(&product, "product")?, id(&portfolio, "portfolio")?);
        let id = portal.delete_constraint(&caller, &product, &portfolio, &constraint).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The constraint is being deleted."))
    })
    .await
}

#[server(endpoint = "delete_version", prefix = "/api", input = PostUrl, output = Html)]
pub async fn delete_version(#[server(default)] product: String, #[server(default)] artifact: String) -> Posted {
    act(Form::of(PRODUCTS, &product), |portal, caller| async move {
        let (product, artifact) = (id(&product, "product")?, id(&artifact, "version")?);
        let id = portal.delete_version(&caller, &product, &artifact).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The version is being deleted."))
    })
    .await
}

#[server(endpoint = "add_portfolio", prefix = "/api", input = PostUrl, output = Html)]
pub async fn add_portfolio(#[server(flatten)] input: PortfolioInput) -> Posted {
    act(Form::at(PORTFOLIOS).with_fields(&input), |portal, caller| async move {
        let id = portal.add_portfolio(&caller, input).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The portfolio is being made."))
    })
    .await
}

#[server(endpoint = "set_portfolio", prefix = "/api", input = PostUrl, output = Html)]
pub async fn set_portfolio(#[server(flatten)] input: PortfolioInput) -> Posted {
    let form = Form::of(PORTFOLIOS, &input.portfolio).named("text").with_fields(&input);
    act(form, |portal, caller| async move {
        let id = portal.set_portfolio(&caller, input).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The portfolio is being changed."))
    })
    .await
}

#[server(endpoint = "delete_portfolio", prefix = "/api", input = PostUrl, output = Html)]
pub async fn delete_portfolio(#[server(default)] portfolio: String) -> Posted {
    act(Form::of(PORTFOLIOS, &portfolio), |portal, caller| async move {
        let id = portal.delete_portfolio(&caller, &id(&portfolio, "portfolio")?).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The portfolio is being deleted."))
    })
    .await
}

#[server(endpoint = "undo_catalog_change", prefix = "/api", input = PostUrl, output = Html)]
pub async fn undo_catalog_change(
    #[server(rename = "id")]
    #[server(default)]
    change: String,
) -> Posted {
    act(Form::of(CHANGES, &change), |portal, caller| async move {
        let id = portal.undo_catalog_change(&caller, &id(&change, "change")?).await?;
        Ok(done(format!("{CHANGES}/{id}"), "It is being taken back."))
    })
    .await
}

#[server(endpoint = "set_version", prefix = "/api", input = PostUrl, output = Html)]
pub async fn set_version(#[server(flatten)] input: SetVersionInput) -> Posted {
    act(Form::of(PRODUCTS, &input.product), |portal, caller| async move {
        let id = portal.set_version(&caller, input).await?;
        Ok(done(format!("{CHANGES}/{id}"), "The version is being changed."))
    })
    .await
}

#[server(endpoint = "retry_catalog_change", prefix = "/api", input = PostUrl, output = Html)]
pub async fn retry_catalog_change(
    #[server(rename = "id")]
    #[server(default)]
    change: String,
) -> Posted {
    act(Form::of(CHANGES, &change), |portal, caller| async move {
        portal.retry_catalog_change(&caller, &id(&change, "change")?).await?;
        Ok(done(format!("{CHANGES}/{change}"), "The portal tries again."))
    })
    .await
}

#[server(endpoint = "adopt_catalog_drift", prefix = "/api", input = PostUrl, output = Html)]
pub async fn adopt_catalog_drift(#[server(flatten)] input: CatalogDriftInput) -> Posted {
    act(Form::at(DRIFT), |portal, caller| async move {
        portal.adopt_catalog_drift(&caller, &input).await?;
        Ok(done(DRIFT, "It is to be as it is in AWS."))
    })
    .await
}

#[server(endpoint = "put_catalog_drift_back", prefix = "/api", input = PostUrl, output = Html)]
pub async fn put_catalog_drift_back(#[server(flatten)] input: CatalogDriftInput) -> Posted {
    act(Form::at(DRIFT), |portal, caller| async move {
        let id = portal.put_catalog_drift_back(&caller, &input).await?;
        Ok(done(format!("{CHANGES}/{id}"), "It is being put back."))
    })
    .await
}

#[server(endpoint = "plan_catalog", prefix = "/api", input = PostUrl, output = Html)]
pub async fn plan_catalog(#[server(flatten)] input: CatalogFilesInput) -> Posted {
    let form = Form::at(FILES).with_fields(&input);
    answer_with(form, |portal, caller| async move {
        let draft = portal.enter_catalog_files(&caller, input).await?;
        Ok(Answer::redirect(&with_query(FILES, &[("draft", draft.as_str())])))
    })
    .await
}
