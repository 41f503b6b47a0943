//! What is measured, and what each answer has to hold.

use anyhow::{Result, bail};

use crate::browser::Browser;
use crate::client::{Answer, Ask};
use crate::load::Expect;
use crate::seed::{ROWS, Seeded};

/// A page or a post.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) name: &'static str,
    pub(crate) ask: Ask,
    pub(crate) expect: Expect,
    /// What each row has in it, and how many rows there are.
    rows: Option<(&'static str, usize)>,
    /// Whether there is the same page written by hand.
    pub(crate) has_twin: bool,
}

impl Target {
    /// Looks at one answer closely, before many are taken on trust of one text in them.
    pub(crate) fn inspect(&self, answer: &Answer) -> Result<()> {
        self.expect.check(answer)?;
        if let Some((mark, wanted)) = self.rows {
            let found = answer.text().matches(mark).count();
            if found != wanted {
                bail!("{}: {found} rows instead of {wanted}", self.name);
            }
        }
        Ok(())
    }
}

fn page(name: &'static str, who: &Browser, path: &str, text: &str) -> Result<Target> {
    let ask = who.ask(Ask::get(path))?;
    Ok(Target { name, ask, expect: Expect::page(text), rows: None, has_twin: false })
}

fn list(name: &'static str, who: &Browser, path: &str, text: &str, rows: (&'static str, usize)) -> Result<Target> {
    Ok(Target { rows: Some(rows), has_twin: true, ..page(name, who, path, text)? })
}

/// The pages.
pub(crate) fn pages(seeded: &Seeded) -> Result<Vec<Target>> {
    let Seeded { scientist, lead, admin, auditor, .. } = seeded;
    Ok(vec![
        page("Home", scientist, "/", "Start from a product")?,
        list("Catalog", scientist, "/catalog", "Governed S3 workspace", ("class=\"row-link\"", 4))?,
        page("Product", scientist, &seeded.product, "A small Studio to try things out")?,
        page("Request form", scientist, &seeded.request_form, "Submit request")?,
        list("Requests", lead, "/requests", "ask-01", ("row row-req", ROWS))?,
        page("Request, to be decided", lead, &seeded.request, "Your decision")?,
        page("Approvals", lead, "/approvals", "20 requests wait for your decision")?,
        list("Environments", scientist, "/environments", "env-01", ("row row-env", ROWS))?,
        page("Environment", scientist, &seeded.environment, "Open Studio")?,
        list("Audit log", auditor, "/audit", "Correlation", ("data-label=\"When\"", ROWS))?,
        page("Profile", scientist, "/profile", "ada.ferrer@example.com")?,
        page("Admin: projects", admin, "/admin/projects", "churn-prediction")?,
        page("Admin: project", admin, "/admin/projects/fraud-detection", "601000000004")?,
        page("Admin: products", admin, "/admin/products", "Governed S3 workspace")?,
        page("Admin: product", admin, &seeded.admin_product, "Save binding")?,
        page("Admin: group mappings", admin, "/admin/mappings", "fraud-detection-leads")?,
    ])
}

/// Opening Studio: a role session and a presigned URL, with two events in the audit log.
pub(crate) fn launch(seeded: &Seeded, studio: &str) -> Result<Target> {
    let id = seeded.environment.trim_start_matches("/environments/").to_owned();
    let ask = seeded.scientist.ask(Ask::post("/api/launch_environment", &[("id".to_owned(), id)]))?;
    Ok(Target { name: "Launch", ask, expect: Expect::SeeOther(studio.to_owned()), rows: None, has_twin: false })
}
