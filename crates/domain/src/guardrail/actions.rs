//! Which statements name an action. Names are case-insensitive and may hold `*` and `?`.

use std::ops::ControlFlow;

use super::context::hash;
use super::glob::{Glob, Subject};
use super::json::{Node, Position, Value};
use super::memo::{Content, Memo};
use super::policy::PolicyError;

/// The action of a call, taken apart once.
#[derive(Debug)]
pub(super) struct CalledAction {
    whole: String,
    /// Where the name begins, after the colon.
    name: usize,
    hash: u64,
}

impl CalledAction {
    pub(super) fn new(action: &str) -> Self {
        let whole = action.to_ascii_lowercase();
        let name = whole.find(':').map_or(0, |colon| colon + 1);
        Self { hash: hash(&whole), whole, name }
    }

    fn service(&self) -> &str {
        &self.whole[..self.name.saturating_sub(1)]
    }

    fn name(&self) -> &str {
        &self.whole[self.name..]
    }
}

/// The patterns of one `Action` or `NotAction` element, in lower case.
#[derive(Debug)]
pub(super) struct ActionPatterns(Vec<String>);

impl ActionPatterns {
    /// A name or a list of names: `*`, or `service:name`.
    pub(super) fn read(element: &str, node: &Node) -> Result<Self, PolicyError> {
        let one = |node: &Node| match &node.value {
            Value::String(text) => pattern(text, node.at),
            other => node.at.refuse(format!("an action is a string, not {}", other.in_words())),
        };
        match &node.value {
            Value::Array(items) if items.is_empty() => node.at.refuse(format!("{element} names no action")),
            Value::Array(items) => Ok(Self(items.iter().map(one).collect::<Result<_, _>>()?)),
            _ => Ok(Self(vec![one(node)?])),
        }
    }
}

fn pattern(text: &str, at: Position) -> Result<String, PolicyError> {
    let valid =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"*?-_".contains(&b));
    let lower = text.to_ascii_lowercase();
    if text.bytes().all(|b| b == b'*') && !text.is_empty() {
        return Ok(lower);
    }
    match text.split_once(':') {
        Some((service, name)) if valid(service) && valid(name) => Ok(lower),
        Some(_) => {
            at.refuse(format!("{text:?} is not an action: it is written service:Name, with * and ? as wildcards"))
        }
        None => at.refuse(format!("{text:?} is not an action: it needs a service prefix, as in s3:GetObject, or is *")),
    }
}

/// The hash of a name, the name, and the statements it stands in.
type Exact = (u64, Box<str>, Box<[u32]>);

/// Patterns and the statements they stand in.
type Wildcards = Box<[(Glob, u32)]>;

/// Finds the statements of a policy that name an action without looking at the others.
#[derive(Clone, Debug, Default)]
pub(super) struct ActionIndex {
    /// Names without wildcards, by hash, and the statements each stands in.
    exact: Box<[Exact]>,
    /// Names with wildcards after a plain service prefix, by service.
    by_service: Box<[(Box<str>, Wildcards)]>,
    /// Patterns with a wildcard in the service, and `*`: matched whole.
    any_service: Wildcards,
    /// Statements with `NotAction`.
    except: Box<[(Content, ActionIndex, u32)]>,
}

impl ActionIndex {
    /// From the statements' patterns: number, whether it is `NotAction`, patterns.
    pub(super) fn new<'a>(statements: impl IntoIterator<Item = (u32, bool, &'a ActionPatterns)>) -> Self {
        let mut exact: std::collections::BTreeMap<(u64, &str), Vec<u32>> = std::collections::BTreeMap::new();
        let mut by_service: std::collections::BTreeMap<&str, Vec<(Glob, u32)>> = std::collections::BTreeMap::new();
        let mut any_service = Vec::new();
        let mut except = Vec::new();
        for (statement, negated, patterns) in statements {
            if negated {
                // Told apart from the conditions, whose answers stand in the same memo.
                let content = Content::of(["NotAction"].into_iter().chain(patterns.0.iter().map(String::as_str)));
                except.push((content, Self::new([(statement, false, patterns)]), statement));
                continue;
            }
            for pattern in &patterns.0 {
                match pattern.split_once(':') {
                    Some((service, name)) if !service.contains(['*', '?']) => {
                        if name.contains(['*', '?']) {
                            by_service.entry(service).or_default().push((Glob::parse(name), statement));
                        } else {
                            exact.entry((hash(pattern), pattern)).or_default().push(statement);
                        }
                    }
                    _ => any_service.push((Glob::parse(pattern), statement)),
                }
            }
        }
        Self {
            exact: exact.into_iter().map(|((hash, name), found)| (hash, name.into(), found.into())).collect(),
            by_service: by_service.into_iter().map(|(service, globs)| (service.into(), globs.into())).collect(),
            any_service: any_service.into(),
            except: except.into(),
        }
    }

    /// The first statement, in the policy's order, that names the action and passes `test`.
    pub(super) fn find(&self, action: &CalledAction, memo: &Memo, mut test: impl FnMut(u32) -> bool) -> Option<u32> {
        let mut best: Option<u32> = None;
        let mut last: Option<u32> = None;
        // One statement often matches by several patterns, and one behind the best cannot become the first.
        let _ = self.visit(action, memo, &mut |statement| {
            if last != Some(statement) && best.is_none_or(|best| statement < best) {
                last = Some(statement);
                if test(statement) {
                    best = Some(statement);
                }
            }
            ControlFlow::Continue(())
        });
        best
    }

    /// Visits every statement that names the action, possibly more than once.
    fn visit(
        &self,
        action: &CalledAction,
        memo: &Memo,
        visit: &mut dyn FnMut(u32) -> ControlFlow<()>,
    ) -> ControlFlow<()> {
        let from = self.exact.partition_point(|(hash, ..)| *hash < action.hash);
        for (_, name, statements) in self.exact[from..].iter().take_while(|(hash, ..)| *hash == action.hash) {
            if **name == *action.whole {
                statements.iter().try_for_each(|statement| visit(*statement))?;
            }
        }
        if let Ok(found) = self.by_service.binary_search_by(|(service, _)| (**service).cmp(action.service())) {
            let subject = Subject::new(action.name());
            for (glob, statement) in &self.by_service[found].1 {
                if glob.matches(&subject) {
                    visit(*statement)?;
                }
            }
        }
        if !self.any_service.is_empty() {
            let subject = Subject::new(&action.whole);
            for (glob, statement) in &self.any_service {
                if glob.matches(&subject) {
                    visit(*statement)?;
                }
            }
        }
        for (content, excepted, statement) in &self.except {
            let named = || excepted.visit(action, memo, &mut |_| ControlFlow::Break(())).is_break();
            if !memo.answer(*content, named) {
                visit(*statement)?;
            }
        }
        ControlFlow::Continue(())
    }
}
