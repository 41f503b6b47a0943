//! CloudFormation parameter types (CloudFormation user guide, "Parameters", "AWS-specific parameter types").

/// What a type asks of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind<'a> {
    pub(crate) list: bool,
    pub(crate) item: Item<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Item<'a> {
    Text,
    Number,
    /// `AWS::EC2::VPC::Id`, ...
    Aws(&'a str),
}

impl<'a> Kind<'a> {
    pub(crate) fn of(kind: &'a str) -> Self {
        let item = |kind: &'a str| match kind {
            "Number" => Item::Number,
            aws if aws.starts_with("AWS::") => Item::Aws(aws),
            _ => Item::Text,
        };
        match kind {
            "CommaDelimitedList" => Self { list: true, item: Item::Text },
            _ => match kind.strip_prefix("List<").and_then(|k| k.strip_suffix('>')) {
                Some(inner) => Self { list: true, item: item(inner) },
                None => Self { list: false, item: item(kind) },
            },
        }
    }

    /// The items of a value: itself, or its parts without the spaces around them.
    pub(crate) fn items(self, value: &str) -> Vec<&str> {
        match (self.list, value.trim()) {
            (false, _) => vec![value],
            (true, "") => Vec::new(),
            (true, _) => value.split(',').map(str::trim).collect(),
        }
    }
}

/// What identifiers of an AWS-specific type begin with.
pub(super) fn prefix_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "AWS::EC2::Image::Id" => "ami-",
        "AWS::EC2::Instance::Id" => "i-",
        "AWS::EC2::SecurityGroup::Id" => "sg-",
        "AWS::EC2::Subnet::Id" => "subnet-",
        "AWS::EC2::VPC::Id" => "vpc-",
        "AWS::EC2::Volume::Id" => "vol-",
        _ => return None,
    })
}
