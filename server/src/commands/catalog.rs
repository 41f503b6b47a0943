//! `studiogate catalog`: the catalog as files that live in a repository.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use app::words;
use control_plane::{Caller, CatalogFiles, ControlPlane, Deps};
use domain::changed_member::ChangedMember;
use domain::described::{Plan, Planned, PortalStep};
use domain::id::Region;
use domain::organization::ChangeState;
use serde::Serialize;

use super::files;
use super::terminal::{LOOK, PENDING, WRONG, complain, confirmed, one_line, refuse, refuse_file, say, told};
use crate::cli::{CatalogArguments, CatalogCommand, CatalogPlanArguments, Format};
use crate::config::Config;

/// The file beside the folder of templates.
const FILE: &str = "catalog.toml";

pub(super) async fn run(config: &Config, command: &CatalogCommand) -> Result<ExitCode> {
    let deps = Deps::system();
    let store = super::serve::connect(config).await?;
    let aws = aws::Aws::load(config.aws.config(Arc::clone(&deps.clock))?).await;
    let plane = ControlPlane::new(store.clone(), aws, config.settings()?, deps)?;
    let (CatalogCommand::Export(CatalogArguments { person, region, .. })
    | CatalogCommand::Plan(CatalogPlanArguments { catalog: CatalogArguments { person, region, .. }, .. })
    | CatalogCommand::Apply {
        plan: CatalogPlanArguments { catalog: CatalogArguments { person, region, .. }, .. },
        ..
    }) = command;
    let caller = plane.caller_by_email(person).await.map_err(told)?;
    let region = match region {
        Some(region) => region.parse().map_err(|_| anyhow!("{region} is no region"))?,
        None => config.aws.regions()?.first().cloned().context("the portal has no region")?,
    };
    if !plane.mirror_catalogs_now().await? {
        for it in store.mirror_states().await? {
            if let Some(problem) = it.problem {
                complain(&one_line(&format!("{}: {} {} {}", it.region, problem.what, problem.why, problem.next)));
            }
        }
        bail!("the catalog could not be read as a whole: studiogate doctor says more");
    }
    let code = match command {
        CatalogCommand::Export(it) => export(&plane, &caller, &region, &it.folder).await?,
        CatalogCommand::Plan(it) => print_plan(&plane, &caller, &region, it).await?,
        CatalogCommand::Apply { plan, yes } => {
            apply(&plane, &caller, &region, plan, *yes, async || tokio::time::sleep(LOOK).await).await?
        }
    };
    plane.close().await;
    Ok(ExitCode::from(code))
}

/// Writes the catalog of a region into a folder, in the place of what was exported there before.
pub async fn export(plane: &ControlPlane, caller: &Caller, region: &Region, folder: &Path) -> Result<u8> {
    let (exported, left_out) = plane.export_catalog(caller, region).await.map_err(told)?;
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    // What the file no longer names would stay, and nobody could tell why.
    for path in known(folder) {
        if !exported.templates.contains_key(&path) {
            // A link goes itself, and not what it leads to.
            fs::remove_file(folder.join(&path)).with_context(|| format!("{path} cannot be taken away"))?;
        }
    }
    let catalog = blueprints::catalog::write(&exported.catalog)?;
    for (path, text) in exported.templates.iter().map(|(path, text)| (path.as_str(), text)).chain([(FILE, &catalog)]) {
        let named = || format!("{} cannot be written", folder.join(path).display());
        files::write_below(folder, path, text).with_context(named)?;
    }
    for it in &left_out {
        say(&format!("left out: {it}"));
    }
    let (portfolios, products) = (exported.catalog.portfolios.len(), exported.catalog.products.len());
    say(&format!("{portfolios} portfolios and {products} products are in {}.", folder.display()));
    Ok(u8::from(!left_out.is_empty()))
}

/// The templates that a folder's file names, where there is one that can be read.
fn known(folder: &Path) -> Vec<String> {
    let text = files::text(&folder.join(FILE)).unwrap_or_default();
    let catalog = blueprints::catalog::read(&text).unwrap_or_default();
    let paths = catalog.products.into_iter().flat_map(|it| it.versions).map(|it| it.template);
    paths.filter(|path| files::below(folder, path).is_ok_and(|found| found.is_some())).collect()
}

/// Reads the files of a folder; `Err` says what is wrong with them, a line each.
pub fn read(folder: &Path) -> Result<Result<CatalogFiles, Vec<String>>> {
    let file = folder.join(FILE);
    let text = files::text(&file).with_context(|| format!("{} cannot be read", file.display()))?;
    let catalog = match blueprints::catalog::read(&text) {
        Ok(catalog) => catalog,
        Err(error) => {
            let (line, column) = (error.line, error.column);
            return Ok(Err(vec![format!("{}:{line}:{column}: {}", file.display(), error.message)]));
        }
    };
    let (mut templates, mut wrong) = (BTreeMap::new(), Vec::new());
    for version in catalog.products.iter().flat_map(|it| &it.versions) {
        let path = &version.template;
        let read = match files::below(folder, path) {
            Ok(Some(file)) => files::bytes(&file),
            Ok(None) => {
                wrong.push(format!("{path}: a template is a file in the folder of {FILE}."));
                continue;
            }
            Err(error) => Err(error),
        };
        match read {
            Ok(bytes) => match template::check::text_of(&bytes) {
                Ok(text) => {
                    templates.insert(path.clone(), text.replace("\r\n", "\n"));
                }
                Err(error) => wrong.push(format!("{path}:{}:{}: {}", error.line, error.column, error.message)),
            },
            Err(error) => wrong.push(format!("{path} cannot be read: {error}.")),
        }
    }
    Ok(if wrong.is_empty() { Ok(CatalogFiles { catalog, templates }) } else { Err(wrong) })
}

/// One line of a plan, for programs.
#[derive(Serialize)]
struct Line<'a> {
    change: &'a str,
    says: String,
    /// What of it is set otherwise than it is.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    sets: &'a [ChangedMember],
}

async fn print_plan(
    plane: &ControlPlane,
    caller: &Caller,
    region: &Region,
    options: &CatalogPlanArguments,
) -> Result<u8> {
    let files = match read(&options.catalog.folder)? {
        Ok(files) => files,
        Err(wrong) => return Ok(refuse(&wrong)),
    };
    let plan = plane.plan_catalog(caller, region, &files, options.delete).await.map_err(told)?;
    if let Some(refused) = refused(plane, caller, &options.catalog.folder, &files, &plan).await? {
        return Ok(refused);
    }
    match options.format {
        Format::Json => {
            let lines = plan.changes.iter().map(|it| Line {
                change: it.change.as_str(),
                says: words::catalog_change(&it.change, &it.named),
                sets: &it.sets,
            });
            let told = plan.portal.iter().map(|it| Line {
                change: "tell_portal",
                says: words::portal_step(it),
                sets: &it.sets,
            });
            let lines: Vec<Line<'_>> = lines.chain(told).collect();
            say(&serde_json::to_string_pretty(&lines)?);
            // A program reads the steps alone.
            plan.notices.iter().for_each(|it| complain(&one_line(it)));
        }
        Format::Text => tell(&plan),
    }
    Ok(if number(&plan) == 0 { 0 } else { PENDING })
}

/// Says what keeps the plan from being carried out, also what is to be mended in its templates.
async fn refused(
    plane: &ControlPlane,
    caller: &Caller,
    folder: &Path,
    files: &CatalogFiles,
    plan: &Plan,
) -> Result<Option<u8>> {
    if !plan.mistakes.is_empty() {
        return Ok(Some(refuse_file(&folder.join(FILE), &plan.mistakes)));
    }
    let mut to_mend = plane.to_mend(caller, files, plan).await.map_err(told)?;
    if to_mend.is_empty() {
        return Ok(None);
    }
    to_mend.push(
        "Nothing is made of a template before it is mended: studiogate template check says all of it.".to_owned(),
    );
    Ok(Some(refuse(&to_mend)))
}

fn number(plan: &Plan) -> usize {
    plan.changes.len() + plan.portal.len()
}

fn tell(plan: &Plan) {
    let sets = |sets: &[ChangedMember]| sets.iter().for_each(|it| say(&format!("    {}", one_line(&it.to_string()))));
    for it in &plan.changes {
        say(&one_line(&words::catalog_change(&it.change, &it.named)));
        sets(&it.sets);
    }
    for it in &plan.portal {
        say(&one_line(&words::portal_step(it)));
        sets(&it.sets);
    }
    for it in &plan.stays {
        say(&one_line(&format!("stays: {it}")));
    }
    for it in &plan.notices {
        say(&one_line(&format!("to be looked at: {it}")));
    }
    match number(plan) {
        0 => say("The catalog is as the files say."),
        1 => say("1 change."),
        n => say(&format!("{n} changes.")),
    }
}

/// Makes the changes of the plan, one after the other, each planned anew: one that was interrupted goes on where it ended.
/// `wait`: between two looks at a change that is being made.
pub async fn apply(
    plane: &ControlPlane,
    caller: &Caller,
    region: &Region,
    options: &CatalogPlanArguments,
    yes: bool,
    mut wait: impl AsyncFnMut(),
) -> Result<u8> {
    let files = match read(&options.catalog.folder)? {
        Ok(files) => files,
        Err(wrong) => return Ok(refuse(&wrong)),
    };
    let mut last: Option<Planned> = None;
    loop {
        let plan = plane.plan_catalog(caller, region, &files, options.delete).await.map_err(told)?;
        if !plan.mistakes.is_empty() {
            return Ok(refuse_file(&options.catalog.folder.join(FILE), &plan.mistakes));
        }
        if last.is_none() {
            if let Some(refused) = refused(plane, caller, &options.catalog.folder, &files, &plan).await? {
                return Ok(refused);
            }
            tell(&plan);
            if number(&plan) > 0 && !yes && !confirmed()? {
                say("Nothing was changed.");
                return Ok(PENDING);
            }
        }
        let Some(next) = plan.changes.iter().find(|it| it.ready).cloned() else {
            if plan.changes.is_empty() {
                if !plan.portal.is_empty() {
                    return tell_portal(plane, caller, region, &files, options.delete, &plan.portal).await;
                }
                // Of a plan with nothing in it that was said.
                if last.is_some() {
                    say("The catalog is as the files say.");
                }
                return Ok(0);
            }
            complain("What is left waits for something that is not there: look at the catalog, and plan again.");
            return Ok(PENDING);
        };
        let says = words::catalog_change(&next.change, &next.named);
        if last.as_ref() == Some(&next) {
            complain(&format!("{says}: it was made, and AWS keeps something else than the files say."));
            return Ok(WRONG);
        }
        say(&format!("{says} ..."));
        let id = match plane.begin_planned_change(caller, region, &files, next.change.clone()).await {
            Ok(id) => id,
            Err(control_plane::Error::Invalid(wrong)) => {
                for it in wrong {
                    complain(&format!("{says}: {}", it.message));
                }
                return Ok(WRONG);
            }
            Err(error) => return Err(told(error)),
        };
        let made = loop {
            // A portal that runs beside this works on it too: whoever is first has it.
            plane.tick().await?;
            let page = plane.catalog_change(caller, &id).await?;
            if page.state != ChangeState::Applying {
                break page;
            }
            wait().await;
        };
        if let Some(problem) = made.problem.filter(|_| made.state == ChangeState::Failed) {
            complain(&format!("{says}: {} {} {}", problem.what, problem.why, problem.next));
            return Ok(WRONG);
        }
        last = Some(next);
    }
}

/// What the portal itself holds comes last: it is about products that are there. Each step is made at once.
async fn tell_portal(
    plane: &ControlPlane,
    caller: &Caller,
    region: &Region,
    files: &CatalogFiles,
    delete: bool,
    steps: &[PortalStep],
) -> Result<u8> {
    for step in steps {
        let says = words::portal_step(step);
        say(&format!("{says} ..."));
        match plane.tell_portal(caller, step).await {
            Ok(()) => {}
            Err(control_plane::Error::Invalid(wrong)) => {
                for it in wrong {
                    complain(&format!("{says}: {}", it.message));
                }
                return Ok(WRONG);
            }
            Err(error) => return Err(told(error)),
        }
    }
    let left = plane.plan_catalog(caller, region, files, delete).await.map_err(told)?;
    for step in &left.portal {
        complain(&format!("{}: it was told, and the portal keeps something else.", words::portal_step(step)));
    }
    if number(&left) > 0 {
        return Ok(PENDING);
    }
    say("The catalog is as the files say.");
    Ok(0)
}
