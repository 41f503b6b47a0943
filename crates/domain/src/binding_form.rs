//! A binding as its form posts it: one word for where the value comes from, and a text where that needs one.

use crate::binding::{AccountValue, BindingSource, PersonValue};

/// Why a posted binding is none: the field, and what to do.
pub type Mistake = (&'static str, &'static str);

impl AccountValue {
    pub const ALL: [Self; 8] = [
        Self::AccountId,
        Self::Region,
        Self::Stage,
        Self::VpcId,
        Self::SubnetIds,
        Self::SecurityGroupIds,
        Self::KmsKeyArn,
        Self::StudioDomainId,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccountId => "account_id",
            Self::Region => "region",
            Self::Stage => "stage",
            Self::VpcId => "vpc_id",
            Self::SubnetIds => "subnet_ids",
            Self::SecurityGroupIds => "security_group_ids",
            Self::KmsKeyArn => "kms_key_arn",
            Self::StudioDomainId => "studio_domain_id",
        }
    }
}

impl PersonValue {
    pub const ALL: [Self; 7] = [
        Self::StudioUserId,
        Self::ShortUserId,
        Self::Email,
        Self::EnvironmentName,
        Self::Project,
        Self::CostCenter,
        Self::DataClass,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::StudioUserId => "studio_user_id",
            Self::ShortUserId => "short_user_id",
            Self::Email => "email",
            Self::Project => "project",
            Self::CostCenter => "cost_center",
            Self::DataClass => "data_class",
            Self::EnvironmentName => "environment_name",
        }
    }
}

impl BindingSource {
    /// The fields `source` and `value` of the form: `from_account:vpc_id` and nothing, `choice` and its values one a line.
    pub fn posted(&self) -> (String, String) {
        let alone = |source: String| (source, String::new());
        match self {
            Self::Fixed { value } => ("fixed".to_owned(), value.clone()),
            Self::FromAccount { value } => alone(format!("from_account:{}", value.as_str())),
            Self::FromPerson { value } => alone(format!("from_person:{}", value.as_str())),
            Self::Choice { values } => ("choice".to_owned(), values.join("\n")),
            Self::Ask => alone("ask".to_owned()),
        }
    }

    /// The opposite of [`Self::posted`]. A text beside a source that takes none is refused: it was typed for something.
    pub fn read_posted(source: &str, value: &str) -> Result<Self, Mistake> {
        let value = value.trim();
        let (kind, named) = source.split_once(':').unwrap_or((source, ""));
        let unknown = ("source", "Choose where the value comes from.");
        let read = match kind {
            "fixed" => return Ok(Self::Fixed { value: value.to_owned() }),
            "choice" => {
                let values = value.lines().map(str::trim).filter(|v| !v.is_empty()).map(str::to_owned).collect();
                return Ok(Self::Choice { values });
            }
            "from_account" => {
                let value = AccountValue::ALL.into_iter().find(|v| v.as_str() == named).ok_or(unknown)?;
                Self::FromAccount { value }
            }
            "from_person" => {
                let value = PersonValue::ALL.into_iter().find(|v| v.as_str() == named).ok_or(unknown)?;
                Self::FromPerson { value }
            }
            "ask" => Self::Ask,
            _ => return Err(unknown),
        };
        if value.is_empty() {
            return Ok(read);
        }
        Err(("value", "Only a fixed value and a choice need a text: leave it empty, or choose one of the two."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_posted_is_read_back() {
        let account = AccountValue::ALL.map(|value| BindingSource::FromAccount { value });
        let person = PersonValue::ALL.map(|value| BindingSource::FromPerson { value });
        let others = [
            BindingSource::Fixed { value: "a:b".into() },
            BindingSource::Choice { values: vec!["a".into(), "b c".into()] },
            BindingSource::Ask,
        ];
        for source in account.into_iter().chain(person).chain(others) {
            let (kind, value) = source.posted();
            assert_eq!(BindingSource::read_posted(&kind, &value), Ok(source));
        }
    }

    #[test]
    fn the_words_are_those_of_the_stored_form() {
        for value in AccountValue::ALL {
            assert_eq!(serde_json::to_value(value).unwrap(), value.as_str());
        }
        for value in PersonValue::ALL {
            assert_eq!(serde_json::to_value(value).unwrap(), value.as_str());
        }
    }

    #[test]
    fn mistakes_name_their_field() {
        for source in ["", "from_account", "from_account:moon", "from_person:vpc_id", "nothing"] {
            assert_eq!(BindingSource::read_posted(source, "").unwrap_err().0, "source", "{source}");
        }
        assert_eq!(BindingSource::read_posted("ask", "x").unwrap_err().0, "value");
    }
}
