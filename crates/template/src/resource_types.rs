//! The types of resources that CloudFormation has.
//!
//! The list is that of cfn-lint, which takes it from the schemas that AWS publishes for each region; `cargo xtask test
//! templates` says when it is no longer so, and `cargo xtask aws-names` writes it anew.

use super::{Template, TemplateError};

/// One type in a line, in the order of their names.
const KNOWN: &str = include_str!("resource-types.txt");

/// How alike two names have to be for one to be taken for the other misspelt, out of 1: a letter or two.
const ALIKE: f32 = 0.85;

/// Whether CloudFormation has the type in some region, or it is a custom resource of the template's own or a module
/// (`Custom::Name`, `...::MODULE`; AWS CloudFormation User Guide, "Custom resources", "Modules"). Case matters, as it does there.
pub fn is_known(kind: &str) -> bool {
    kind.starts_with("Custom::") || kind.ends_with("::MODULE") || KNOWN.lines().any(|known| known == kind)
}

/// The known type that is written most like it, if there is one that somebody may have meant.
pub fn closest(kind: &str) -> Option<&'static str> {
    let known: Vec<&'static str> = KNOWN.lines().collect();
    similar::get_close_matches(kind, &known, 1, ALIKE).first().copied()
}

impl Template {
    /// Refuses types of resources that CloudFormation does not have, in its words (`ValidateTemplate`).
    pub fn check_types(&self) -> Result<(), TemplateError> {
        let unknown: Vec<&str> =
            self.resources.iter().map(|it| it.kind.as_str()).filter(|kind| !is_known(kind)).collect();
        if unknown.is_empty() {
            return Ok(());
        }
        Err(TemplateError::format(format!("Unrecognized resource types: [{}]", unknown.join(", "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_known_as_it_is_written() {
        assert!(is_known("AWS::SageMaker::Domain") && is_known("Custom::Anything"));
        assert!(!is_known("AWS::Sagemaker::Domain") && !is_known("AWS::SageMaker::Domai") && !is_known(""));
    }

    #[test]
    fn what_somebody_meant_is_found_and_nothing_else() {
        assert_eq!(closest("AWS::S3::Buckett"), Some("AWS::S3::Bucket"));
        assert_eq!(closest("AWS::Sagemaker::Domain"), Some("AWS::SageMaker::Domain"));
        assert_eq!(closest("Example::Own::Thing"), None);
    }

    #[test]
    fn the_list_is_in_order_and_names_each_type_once() {
        let known: Vec<&str> = KNOWN.lines().collect();
        assert!(known.is_sorted_by(|one, next| one < next) && known.len() > 1_000, "{}", known.len());
    }
}
