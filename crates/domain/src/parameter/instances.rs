//! Instance types that a project may ask for: parameters for them are narrowed, and held to it.

use std::collections::BTreeMap;

use super::narrow::restrict;
use crate::access::InstanceList;
use crate::catalog::Parameter;

/// Whether a parameter is for an instance type of SageMaker, by the values that it takes or begins with.
fn is_for_instances(parameter: &Parameter) -> bool {
    let named = |value: &String| value.starts_with("ml.");
    match parameter.allowed_values.as_slice() {
        [] => parameter.default.as_ref().is_some_and(named),
        // Studio's own machines that cost nothing are called so.
        values => values.iter().any(named) && values.iter().all(|value| named(value) || value == "system"),
    }
}

/// The parameters with the instance types alone that the list takes. Where it takes none of them they stay, so that the form says what
/// is wrong.
pub fn within_instances(mut parameters: Vec<Parameter>, list: &InstanceList) -> Vec<Parameter> {
    for parameter in parameters.iter_mut().filter(|it| !list.is_any() && is_for_instances(it)) {
        let taken: Vec<String> = parameter.allowed_values.iter().filter(|it| list.takes(it)).cloned().collect();
        if !taken.is_empty() {
            restrict(parameter, &taken);
        } else if parameter.default.as_ref().is_some_and(|default| !list.takes(default)) {
            parameter.default = None;
        }
    }
    parameters
}

/// The parameters whose value the list does not take, with what it takes.
pub fn outside_instances(
    parameters: &[Parameter],
    values: &BTreeMap<String, String>,
    list: &InstanceList,
) -> Vec<(String, String)> {
    let of = |it: &Parameter| {
        let value = values.get(&it.key).or(it.default.as_ref())?;
        let message = format!("{value} is not among the instance types of the project here: {list}.");
        (!list.takes(value)).then(|| (it.key.clone(), message))
    };
    if list.is_any() {
        Vec::new()
    } else {
        parameters.iter().filter(|it| is_for_instances(it)).filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameter(key: &str, allowed: &[&str], default: Option<&str>) -> Parameter {
        Parameter {
            key: key.into(),
            allowed_values: allowed.iter().map(|it| (*it).to_owned()).collect(),
            default: default.map(str::to_owned),
            ..Parameter::default()
        }
    }

    #[test]
    fn parameters_for_instances_are_narrowed_and_the_others_stay() {
        let all = vec![
            parameter("InstanceType", &["system", "ml.t3.medium", "ml.g5.xlarge"], Some("ml.g5.xlarge")),
            parameter("Free", &[], Some("ml.g5.xlarge")),
            parameter("Size", &["small", "ml.x"], Some("small")),
        ];
        let list: InstanceList = "ml.t3\nsystem".parse().unwrap();
        let narrowed = within_instances(all.clone(), &list);
        assert_eq!(narrowed[0].allowed_values, ["system", "ml.t3.medium"]);
        assert_eq!((&narrowed[0].default, &narrowed[1].default), (&None, &None));
        assert_eq!(narrowed[2], all[2]);
        assert_eq!(within_instances(all.clone(), &InstanceList::default()), all);
        let values = |free: &str| BTreeMap::from([("Free".to_owned(), free.to_owned())]);
        let outside = outside_instances(&all, &values("ml.p4d.24xlarge"), &list);
        assert_eq!(outside.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), ["InstanceType", "Free"]);
        assert!(outside[1].1.contains("ml.t3, system"), "{outside:?}");
        assert_eq!(outside_instances(&narrowed, &values("ml.t3.large"), &list), []);
        // None of them is taken: nothing is allowed freely.
        let none: InstanceList = "ml.p5".parse().unwrap();
        let kept = within_instances(all.clone(), &none);
        assert_eq!(kept[0].allowed_values, all[0].allowed_values);
        assert_eq!(
            outside_instances(&kept, &BTreeMap::from([("InstanceType".to_owned(), "system".to_owned())]), &none).len(),
            1
        );
    }
}
