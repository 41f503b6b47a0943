//! Who has to agree before a request is carried out: steps that are decided one after the other, by one or more people each.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{ApprovalFloorId, ApproverId, ProductId, ProjectId};
use crate::project::{DataClass, Stage, UnknownName};

/// The most steps that are written in one rule; floors can bring the steps of a request to six.
pub const LONGEST_RULE: usize = 4;
/// The most people that one step asks for.
pub const MOST_PEOPLE: u8 = 5;

/// Who decides a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approver {
    /// A team lead of the project.
    Lead,
    /// Whoever answers for the data: people of a group that an admin assigned.
    DataOwner,
    /// The platform team.
    Admin,
}

impl Approver {
    pub const ALL: [Self; 3] = [Self::Lead, Self::DataOwner, Self::Admin];

    /// As written in SQL, Cedar, forms and the audit log.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::DataOwner => "data_owner",
            Self::Admin => "admin",
        }
    }

    /// As written for people: "a team lead", "2 team leads".
    pub fn in_words(self, people: u8) -> String {
        let one = match self {
            Self::Lead => "a team lead",
            Self::DataOwner => "a data owner",
            Self::Admin => "an admin",
        };
        if people == 1 { one.to_owned() } else { format!("{people} {}", self.plural()) }
    }

    /// "team leads".
    pub fn plural(self) -> &'static str {
        match self {
            Self::Lead => "team leads",
            Self::DataOwner => "data owners",
            Self::Admin => "admins",
        }
    }
}

impl fmt::Display for Approver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Approver {
    type Err = UnknownName;
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL.into_iter().find(|a| a.as_str() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// One step: `people` different people of `who` have to agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Step {
    pub who: Approver,
    /// 1 to [`MOST_PEOPLE`].
    pub people: u8,
}

/// A rule that cannot be one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("a rule has at most {LONGEST_RULE} steps")]
    TooLong,
    #[error("a step asks for 1 to {MOST_PEOPLE} people")]
    People,
    #[error("two steps in a row ask {0}: make it one step for more people")]
    Twice(Approver),
    #[error("{0:?} is not a rule of approval: write none, or steps like lead:2,data_owner,admin")]
    Unreadable(String),
}

/// The steps, first to last; none: the request is approved by the rule itself. One person counts once over all of them.
///
/// Its text is `none`, or the steps with commas between them, the people after a colon where they are more than one:
/// `lead:2,data_owner,admin`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApprovalRule(Vec<Step>);

impl ApprovalRule {
    /// Nobody has to agree.
    pub fn none() -> Self {
        Self(Vec::new())
    }

    /// One team lead of the project who is not the requester.
    pub fn one_lead() -> Self {
        Self(vec![Step { who: Approver::Lead, people: 1 }])
    }

    /// A rule as it is written by an admin.
    pub fn new(steps: Vec<Step>) -> Result<Self, RuleError> {
        if steps.len() > LONGEST_RULE {
            return Err(RuleError::TooLong);
        }
        if steps.iter().any(|step| !(1..=MOST_PEOPLE).contains(&step.people)) {
            return Err(RuleError::People);
        }
        if let Some(twice) = steps.windows(2).find(|two| two[0].who == two[1].who) {
            return Err(RuleError::Twice(twice[0].who));
        }
        Ok(Self(steps))
    }

    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    pub fn asks_nobody(&self) -> bool {
        self.0.is_empty()
    }

    /// "2 team leads, then a data owner"; "nobody" where there is no step.
    pub fn in_words(&self) -> String {
        let steps: Vec<String> = self.0.iter().map(|step| step.who.in_words(step.people)).collect();
        if steps.is_empty() { "nobody".to_owned() } else { steps.join(", then ") }
    }

    /// Whether this asks at least for what `other` asks: each of its steps, by as many people.
    pub fn covers(&self, other: &Self) -> bool {
        other.keyed().all(|(key, people)| self.keyed().any(|(own, there)| own == key && there >= people))
    }

    /// The strictest of both: every step of either, each with the larger number of people. The order is that of `self`; what
    /// `floor` adds comes in between as lead, data owner, admin.
    #[must_use]
    pub fn raised_to(&self, floor: &Self) -> Self {
        let mut steps = self.0.clone();
        let mut from = 0;
        for (key, people) in floor.keyed() {
            let there = Self(steps.clone()).keyed().position(|(own, _)| own == key);
            let at = there.unwrap_or_else(|| {
                let later = steps.iter().skip(from).position(|step| step.who > key.0);
                let at = later.map_or(steps.len(), |later| from + later);
                steps.insert(at, Step { who: key.0, people });
                at
            });
            if let Some(step) = steps.get_mut(at) {
                step.people = step.people.max(people);
            }
            from = from.max(at + 1);
        }
        Self(steps)
    }

    /// Each step as who decides it and for which time in the rule, with how many people.
    fn keyed(&self) -> impl Iterator<Item = ((Approver, usize), u8)> + '_ {
        self.0.iter().enumerate().map(|(i, step)| {
            let before = self.0.iter().take(i).filter(|earlier| earlier.who == step.who).count();
            ((step.who, before), step.people)
        })
    }
}

impl fmt::Display for ApprovalRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (i, Step { who, people }) in self.0.iter().enumerate() {
            let comma = if i == 0 { "" } else { "," };
            match people {
                1 => write!(f, "{comma}{who}")?,
                _ => write!(f, "{comma}{who}:{people}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for ApprovalRule {
    type Err = RuleError;
    /// Longer rules than an admin writes are read too: those of requests, with what floors added.
    fn from_str(text: &str) -> Result<Self, RuleError> {
        if text == "none" {
            return Ok(Self::none());
        }
        let step = |text: &str| {
            let (who, people) = text.split_once(':').unwrap_or((text, "1"));
            Some(Step { who: who.parse().ok()?, people: people.parse().ok()? })
        };
        let steps: Option<Vec<Step>> = text.split(',').map(step).collect();
        let steps = steps.ok_or_else(|| RuleError::Unreadable(text.chars().take(80).collect()))?;
        if steps.iter().any(|step| !(1..=MOST_PEOPLE).contains(&step.people)) {
            return Err(RuleError::People);
        }
        Ok(Self(steps))
    }
}

impl TryFrom<String> for ApprovalRule {
    type Error = RuleError;
    fn try_from(text: String) -> Result<Self, RuleError> {
        text.parse()
    }
}

impl From<ApprovalRule> for String {
    fn from(rule: ApprovalRule) -> Self {
        rule.to_string()
    }
}

/// The least that requests in a stage, or with data of a class, are decided by, whatever the rule of their product says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalFloor {
    pub id: ApprovalFloorId,
    /// `None`: any stage.
    pub stage: Option<Stage>,
    /// `None`: any class.
    pub data_class: Option<DataClass>,
    pub rule: ApprovalRule,
    /// Goes up by one with every change; a form that was filled against an older version is refused.
    pub version: i64,
}

impl ApprovalFloor {
    fn holds_for(&self, stage: Stage, class: DataClass) -> bool {
        self.stage.is_none_or(|it| it == stage) && self.data_class.is_none_or(|it| it == class)
    }
}

/// What a request is decided by: the rule of its product, raised to every floor that holds where it is for.
pub fn effective(own: &ApprovalRule, stage: Stage, class: DataClass, floors: &[ApprovalFloor]) -> ApprovalRule {
    let mut holding: Vec<&ApprovalFloor> = floors.iter().filter(|floor| floor.holds_for(stage, class)).collect();
    holding.sort_by_key(|floor| (floor.stage, floor.data_class));
    holding.into_iter().fold(own.clone(), |rule, floor| rule.raised_to(&floor.rule))
}

/// The people of a group decide the steps of `who`, where project, product and stage are these.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApproverAssignment {
    pub id: ApproverId,
    /// As the identity provider sends it.
    pub group: String,
    pub who: Approver,
    /// `None`: any.
    pub project: Option<ProjectId>,
    pub product: Option<ProductId>,
    pub stage: Option<Stage>,
}

impl ApproverAssignment {
    /// Whether it is about requests for `product` in this stage of the project.
    pub fn is_about(&self, project: &ProjectId, product: &ProductId, stage: Stage) -> bool {
        self.project.as_ref().is_none_or(|it| it == project)
            && self.product.as_ref().is_none_or(|it| it == product)
            && self.stage.is_none_or(|it| it == stage)
    }
}

/// How many people are missing at each step when each person counts once: `steps` has, for each, how many it asks for and who
/// could be counted. None are missing where all are 0.
pub fn missing<P: Ord>(steps: &[(u8, Vec<P>)]) -> Vec<u8> {
    let places: Vec<usize> = steps
        .iter()
        .enumerate()
        .flat_map(|(step, (people, _))| std::iter::repeat_n(step, usize::from(*people)))
        .collect();
    // Who has which place: a matching that grows by one augmenting path at a time (Kuhn's algorithm).
    let mut taken: BTreeMap<&P, usize> = BTreeMap::new();
    let mut missing = vec![0; steps.len()];
    for place in 0..places.len() {
        let mut tried = BTreeSet::new();
        if !find_place(place, &places, steps, &mut taken, &mut tried)
            && let Some(at) = missing.get_mut(places[place])
        {
            *at += 1;
        }
    }
    missing
}

fn find_place<'a, P: Ord>(
    place: usize,
    places: &[usize],
    steps: &'a [(u8, Vec<P>)],
    taken: &mut BTreeMap<&'a P, usize>,
    tried: &mut BTreeSet<&'a P>,
) -> bool {
    for person in &steps[places[place]].1 {
        if !tried.insert(person) {
            continue;
        }
        let before = taken.get(person).copied();
        if before.is_none_or(|before| find_place(before, places, steps, taken, tried)) {
            taken.insert(person, place);
            return true;
        }
    }
    false
}
