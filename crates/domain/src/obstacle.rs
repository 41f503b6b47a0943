//! What keeps a product from being requested, whatever people fill in: bindings, constraints and versions that contradict
//! each other. Whoever curates is told when they make it so; whoever requests, before anything is typed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::access::InstanceList;
use crate::binding::{BindingSource, Origin, ParameterBinding, PersonValue, from_account, origin};
use crate::catalog::{Constraint, ConstraintRule, Parameter, Product, ProvisioningArtifact};
use crate::parameter::{Kind, Limits, Rules, narrow, outside_instances, within_instances};
use crate::person::{PersonKey, StudioUserId};
use crate::project::{Project, ProjectAccount};

/// Of so many versions that can be requested it is told, from the newest.
const VERSIONS: usize = 10;
/// Of so many values that cannot be chosen it is said why.
const VALUES: usize = 3;

/// Where a product may be used, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct PlaceOfUse<'a> {
    pub account: &'a ProjectAccount,
    pub project: &'a Project,
    /// What the project may ask for there.
    pub instances: &'a InstanceList,
}

/// One reason why no request can succeed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Obstacle {
    /// The parameter, or several that a rule looks at; empty where it is about none.
    pub parameter: String,
    pub why: String,
    /// The names of the versions that it holds for; none: all of them.
    pub versions: Vec<String>,
    /// The names of the accounts; none: wherever the product is used.
    pub accounts: Vec<String>,
}

/// What keeps the product from being requested at the places; without any, wherever it will be. A parameter that nobody may
/// choose, and that has neither binding nor default, is no obstacle: it is told as unbound.
pub fn obstacles(product: &Product, bindings: &[ParameterBinding], places: &[PlaceOfUse<'_>]) -> Vec<Obstacle> {
    let everywhere = [None];
    let listed: Vec<Option<&PlaceOfUse<'_>>> = places.iter().map(Some).collect();
    let places = if listed.is_empty() { &everywhere[..] } else { &listed[..] };
    let mut found: Vec<(Reason, BTreeSet<&str>, BTreeSet<&str>)> = Vec::new();
    // Versions that ask for the same are judged once.
    let mut judges: Vec<(Judge<'_>, Vec<&str>)> = Vec::new();
    for version in product.offered_artifacts().take(VERSIONS) {
        match judges.iter_mut().find(|(judge, _)| judge.parameters == version.parameters) {
            Some((_, names)) => names.push(&version.name),
            None => judges.push((Judge::of(version, &product.constraints, bindings), vec![&version.name])),
        }
    }
    for (judge, names) in &judges {
        for place in places {
            let account = place.map(|it| it.account.name.as_str());
            for reason in judge.reasons(*place) {
                let at = found.iter().position(|(known, ..)| *known == reason).unwrap_or_else(|| {
                    found.push((reason, BTreeSet::new(), BTreeSet::new()));
                    found.len() - 1
                });
                found[at].1.extend(names);
                found[at].2.extend(account);
            }
        }
    }
    let all: BTreeSet<&str> = places.iter().flatten().map(|it| it.account.name.as_str()).collect();
    let owned = |names: BTreeSet<&str>| names.into_iter().map(str::to_owned).collect();
    let told = |(Reason { parameter, why }, versions, accounts): (Reason, _, BTreeSet<&str>)| Obstacle {
        parameter,
        why,
        versions: owned(versions),
        accounts: if accounts == all { Vec::new() } else { owned(accounts) },
    };
    let parameters = found.into_iter().map(told);
    let whole = of_the_whole(product, judges.is_empty());
    whole.into_iter().map(Obstacle::of_everything).chain(parameters).collect()
}

/// What keeps every version from being requested everywhere.
fn of_the_whole(product: &Product, nothing_offered: bool) -> Vec<&'static str> {
    let launches = |it: &Constraint| matches!(it.rule, ConstraintRule::Launch { .. } | ConstraintRule::StackSet { .. });
    let no_role = !product.portfolios.is_empty() && !product.constraints.iter().any(launches);
    [
        (nothing_offered, "It has no version that is active and not deprecated."),
        (no_role, "No LAUNCH constraint says which role launches it."),
    ]
    .into_iter()
    .filter_map(|(holds, why)| holds.then_some(why))
    .collect()
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.parameter.is_empty() {
            write!(f, "{}", self.why)
        } else {
            write!(f, "{}: {}", self.parameter, self.why)
        }
    }
}

impl Obstacle {
    /// `versions 1.0, 1.1 in fraud-dev`; empty where it holds for all of them, everywhere.
    pub fn place(&self) -> String {
        let version = match self.versions.as_slice() {
            [] => None,
            [one] => Some(format!("version {one}")),
            several => Some(format!("versions {}", several.join(", "))),
        };
        let accounts = (!self.accounts.is_empty()).then(|| format!("in {}", self.accounts.join(", ")));
        version.into_iter().chain(accounts).collect::<Vec<_>>().join(" ")
    }

    fn of_everything(why: &'static str) -> Self {
        Self { parameter: String::new(), why: why.to_owned(), versions: Vec::new(), accounts: Vec::new() }
    }
}

/// The same for one version at one place: each parameter with why.
pub fn obstacles_at(
    version: &ProvisioningArtifact,
    constraints: &[Constraint],
    bindings: &[ParameterBinding],
    place: &PlaceOfUse<'_>,
) -> Vec<(String, String)> {
    let reasons = Judge::of(version, constraints, bindings).reasons(Some(place));
    reasons.into_iter().map(|it| (it.parameter, it.why)).collect()
}

/// Why one parameter, or several together, get no value that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reason {
    parameter: String,
    why: String,
}

/// A version with what holds for it.
struct Judge<'a> {
    /// As the template declares them.
    parameters: &'a [Parameter],
    /// With the choices that the constraints leave, in the same order.
    narrowed: Rc<[Parameter]>,
    bindings: &'a [ParameterBinding],
    /// Each with what people call it. Rules that cannot be read are told elsewhere.
    rules: Vec<(String, Rules)>,
    /// The names of rules that nothing can keep to: of a single value they say nothing.
    never_kept: BTreeSet<String>,
    /// What the template says to values, by parameter.
    limits: BTreeMap<&'a str, Limits<'a>>,
}

/// Where the value of a parameter comes from, at one place.
enum Given {
    Known(String),
    /// There is none that is taken, and why.
    Refused(String),
    /// People choose one of these.
    OneOf(Vec<String>),
    /// People write it, or it is known only when somebody asks.
    Open,
}

impl<'a> Judge<'a> {
    fn of(version: &'a ProvisioningArtifact, constraints: &[Constraint], bindings: &'a [ParameterBinding]) -> Self {
        let rules = constraints.iter().filter_map(|it| {
            let ConstraintRule::Template { rules } = &it.rule else { return None };
            let name = match it.description.as_str() {
                "" => "a constraint".to_owned(),
                words => format!("the constraint \u{201c}{words}\u{201d}"),
            };
            Some((name, Rules::read(rules).ok()?))
        });
        let rules: Vec<(String, Rules)> = rules.collect();
        let nothing = BTreeMap::new();
        let never_kept = rules.iter().flat_map(|(_, rules)| rules.violations(&nothing).unwrap_or_default());
        Self {
            never_kept: never_kept.map(|broken| broken.rule).collect(),
            parameters: &version.parameters,
            narrowed: narrow(&version.parameters, constraints).into(),
            bindings,
            rules,
            limits: version.parameters.iter().map(|it| (it.key.as_str(), Limits::of(it))).collect(),
        }
    }

    fn reasons(&self, place: Option<&PlaceOfUse<'_>>) -> Vec<Reason> {
        let mut reasons: Vec<Reason> = Vec::new();
        let mut known = BTreeMap::new();
        let parameters = self.parameters;
        let narrowed: Rc<[Parameter]> = match place.map(|it| it.instances) {
            Some(list) if !list.is_any() => within_instances(self.narrowed.to_vec(), list).into(),
            _ => Rc::clone(&self.narrowed),
        };
        for (parameter, narrowed) in parameters.iter().zip(narrowed.iter()) {
            let why = match self.given(parameter, narrowed, place) {
                Given::Open => None,
                Given::Refused(why) => Some(why),
                Given::OneOf(values) => self.none_of((parameter, narrowed), &values, place),
                Given::Known(value) => {
                    let why = self.refusal(parameter, &value).map(|why| {
                        format!("It is set to {}, and the template refuses that: {why}", shown(parameter, &value))
                    });
                    known.insert(parameter.key.clone(), value);
                    why
                }
            };
            reasons.extend(why.map(|why| Reason { parameter: parameter.key.clone(), why }));
        }
        for (name, rules) in &self.rules {
            for broken in rules.violations(&known).unwrap_or_default() {
                let set = parameters.iter().filter(|it| broken.parameters.contains(&it.key));
                let set = set.filter_map(|it| Some((&it.key, shown(it, known.get(&it.key)?))));
                let set = match set.collect::<Vec<_>>().as_slice() {
                    [] => {
                        let why = format!("Nothing keeps to it: {name} refuses everything: {}", broken.message);
                        reasons.push(Reason { parameter: String::new(), why });
                        continue;
                    }
                    [(_, value)] if broken.parameters.len() == 1 => format!("It is set to {value}"),
                    several => {
                        let each: Vec<String> =
                            several.iter().map(|(key, it)| format!("{key} is set to {it}")).collect();
                        each.join(", ")
                    }
                };
                let why = format!("{set}, and {name} refuses that: {}", broken.message);
                reasons.push(Reason { parameter: broken.parameters.join(", "), why });
            }
        }
        if let Some(place) = place {
            let outside = outside_instances(&narrowed, &known, place.instances);
            let set = outside.into_iter().filter(|(key, _)| known.contains_key(key));
            reasons.extend(set.map(|(parameter, why)| Reason { parameter, why }));
        }
        reasons
    }

    fn given(&self, parameter: &Parameter, narrowed: &Parameter, place: Option<&PlaceOfUse<'_>>) -> Given {
        let account = place.map(|it| &it.account.account);
        match origin(parameter, self.bindings, account) {
            Origin::Choice(values) => Given::OneOf(values.to_vec()),
            // Nothing is known of a secret, and a list takes several of the values.
            Origin::Ask if narrowed.no_echo || Kind::of(&parameter.kind).list => Given::Open,
            Origin::Ask => match (parameter.allowed_values.as_slice(), narrowed.allowed_values.as_slice()) {
                ([], []) => Given::Open,
                ([], values) | (values, _) => Given::OneOf(values.to_vec()),
            },
            Origin::Unbound => match (&narrowed.default, &parameter.default) {
                (Some(value), _) if !parameter.no_echo => Given::Known(value.clone()),
                (None, Some(value)) => Given::Refused(format!(
                    "Nobody may choose it, nothing is bound to it, and its default is refused: {}",
                    shown(parameter, value)
                )),
                _ => Given::Open,
            },
            Origin::Platform(source) => self.supplied(source, parameter, place),
        }
    }

    fn supplied(&self, source: &BindingSource, parameter: &Parameter, place: Option<&PlaceOfUse<'_>>) -> Given {
        match (source, place) {
            (BindingSource::Fixed { .. }, _) if parameter.no_echo => {
                Given::Refused("It is a secret (NoEcho), and is bound to a value in clear.".to_owned())
            }
            (BindingSource::Fixed { value }, _) => Given::Known(value.clone()),
            (BindingSource::FromAccount { value }, Some(place)) => {
                match from_account(*value, parameter, place.account) {
                    Ok(value) => Given::Known(value),
                    Err(why) => Given::Refused(why),
                }
            }
            (BindingSource::FromPerson { value }, place) => match (value, place.map(|it| it.project)) {
                (PersonValue::Project, Some(project)) => Given::Known(project.id.as_str().to_owned()),
                (PersonValue::CostCenter, Some(project)) => Given::Known(project.cost_center.clone()),
                (PersonValue::DataClass, Some(project)) => Given::Known(project.data_class.as_str().to_owned()),
                (PersonValue::StudioUserId, _) => self.of_no_person(parameter, |id| id.as_str().to_owned()),
                (PersonValue::ShortUserId, _) => self.of_no_person(parameter, StudioUserId::short),
                _ => Given::Open,
            },
            _ => Given::Open,
        }
    }

    /// Whether the template takes what every person has there: judged by a few, of whom one has the shortest that there is.
    fn of_no_person(&self, parameter: &Parameter, value: impl Fn(&StudioUserId) -> String) -> Given {
        let issuer = "https://sign-in.example.com";
        let samples = ["", "ada", "ada.lovelace@example.com"].map(|subject| {
            let key = PersonKey { issuer: issuer.to_owned(), subject: subject.to_owned() };
            value(&key.studio_user_id())
        });
        let refused: Option<Vec<_>> = samples.iter().map(|it| self.refusal(parameter, it)).collect();
        match refused.and_then(|all| all.into_iter().next()) {
            Some(why) => Given::Refused(format!(
                "It is set to the Studio user id of whoever asks, and the template refuses every one: {why}"
            )),
            None => Given::Open,
        }
    }

    /// Why none of the values can be chosen: what is said to the first ones.
    fn none_of(
        &self,
        (parameter, narrowed): (&Parameter, &Parameter),
        values: &[String],
        place: Option<&PlaceOfUse<'_>>,
    ) -> Option<String> {
        let mut told = Vec::new();
        for value in values {
            let why = self.refusal(parameter, value).or_else(|| self.refused_alone(narrowed, value, place))?;
            if told.len() < VALUES {
                told.push(format!("{}: {why}", shown(parameter, value)));
            }
        }
        (!told.is_empty()).then(|| format!("None of its values can be chosen. {}", told.join(" ")))
    }

    /// What rules and instance types say to a value, whatever the others are.
    fn refused_alone(&self, parameter: &Parameter, value: &str, place: Option<&PlaceOfUse<'_>>) -> Option<String> {
        let alone = BTreeMap::from([(parameter.key.clone(), value.to_owned())]);
        let broken = self.rules.iter().find_map(|(name, rules)| {
            let broken = rules.violations(&alone).unwrap_or_default();
            let broken = broken.into_iter().find(|it| !self.never_kept.contains(&it.rule))?;
            Some(format!("{name} refuses it: {}", broken.message))
        });
        broken.or_else(|| {
            let outside = outside_instances(std::slice::from_ref(parameter), &alone, place?.instances);
            outside.into_iter().next().map(|(_, why)| why)
        })
    }

    fn refusal(&self, parameter: &Parameter, value: &str) -> Option<String> {
        self.limits.get(parameter.key.as_str())?.check(value).err()
    }
}

/// A value in a sentence.
fn shown(parameter: &Parameter, value: &str) -> String {
    if parameter.no_echo { "a hidden value".to_owned() } else { format!("\u{201c}{value}\u{201d}") }
}
