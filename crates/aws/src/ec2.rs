//! Amazon EC2: the security groups that SageMaker makes for the file system of a domain, and taking them away. Asked without an
//! SDK (`docs/decisions/0007`).

use std::sync::Arc;

use aws_smithy_xml::decode::{Document, XmlDecodeError, try_data};
use aws_types::SdkConfig;

use crate::signed::{Body, Request, Signed};
use crate::{Error, Result};

/// The tag by which what SageMaker makes in other services names its domain.
pub const OF_DOMAIN: &str = "ManagedByAmazonSageMakerResource";

/// Calls EC2; see the module.
#[derive(Clone, Debug)]
pub struct Ec2 {
    signed: Signed,
    partition: String,
}

impl Ec2 {
    pub(crate) fn new(sdk: &Arc<SdkConfig>, partition: String) -> Self {
        Self { signed: Signed::new(Arc::clone(sdk)), partition }
    }

    /// The groups that SageMaker made for the file system of a domain, by their names and by the domain's ARN in their tags.
    pub async fn groups_of_domain(&self, domain_id: &str, domain_arn: &str) -> Result<Vec<String>> {
        let name = |way: &str| format!("security-group-for-{way}-nfs-{domain_id}");
        let fields = [
            ("Filter.1.Name", "group-name".to_owned()),
            ("Filter.1.Value.1", name("inbound")),
            ("Filter.1.Value.2", name("outbound")),
            ("Filter.2.Name", format!("tag:{OF_DOMAIN}")),
            ("Filter.2.Value.1", domain_arn.to_owned()),
        ];
        let found =
            self.list("ec2:DescribeSecurityGroups", &fields, ("securityGroupInfo", ["groupId", "groupName"])).await?;
        Ok(found.into_iter().map(|[id, _]| id).collect())
    }

    /// Takes all rules of a group away, which may name another group that could not be deleted before.
    pub async fn revoke_rules(&self, group: &str) -> Result<()> {
        let filter = [("Filter.1.Name", "group-id".to_owned()), ("Filter.1.Value.1", group.to_owned())];
        let wanted = ("securityGroupRuleSet", ["securityGroupRuleId", "isEgress"]);
        let rules = self.list("ec2:DescribeSecurityGroupRules", &filter, wanted).await?;
        for (outbound, action) in
            [("false", "ec2:RevokeSecurityGroupIngress"), ("true", "ec2:RevokeSecurityGroupEgress")]
        {
            let own = rules.iter().filter(|[_, is]| is == outbound).map(|[id, _]| id.clone());
            let mut fields: Vec<(String, String)> =
                own.enumerate().map(|(n, id)| (format!("SecurityGroupRuleId.{}", n + 1), id)).collect();
            if !fields.is_empty() {
                fields.push(("GroupId".to_owned(), group.to_owned()));
                self.ask(action, &fields).await?;
            }
        }
        Ok(())
    }

    /// [`crate::Error::Conflict`] while something uses it.
    pub async fn delete_group(&self, group: &str) -> Result<()> {
        self.ask("ec2:DeleteSecurityGroup", &[("GroupId", group.to_owned())]).await.map(drop)
    }

    async fn ask<K: AsRef<str>>(&self, action: &'static str, fields: &[(K, String)]) -> Result<String> {
        let name = action.split_once(':').map_or(action, |(_, name)| name);
        let form = {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("Action", name).append_pair("Version", "2016-11-15");
            form.extend_pairs(fields.iter().map(|(key, value)| (key.as_ref(), value)));
            form.finish()
        };
        let request =
            Request { service: "ec2", host: "ec2", service_id: "EC2", path: "/".to_owned(), body: Body::Form(form) };
        self.signed.call(action, &self.partition, request).await
    }

    /// Two members of each item of a set. What the filters leave is far fewer than a page holds (1,000).
    async fn list<K: AsRef<str>>(
        &self,
        action: &'static str,
        fields: &[(K, String)],
        (set, members): (&str, [&str; 2]),
    ) -> Result<Vec<[String; 2]>> {
        let answer = self.ask(action, fields).await?;
        items(&answer, set, members).map_err(|_| Error::incomplete(action, set))
    }
}

fn items(xml: &str, set: &str, members: [&str; 2]) -> Result<Vec<[String; 2]>, XmlDecodeError> {
    let mut document = Document::try_from(xml.as_bytes())?;
    let mut root = document.root_element()?;
    let mut found = Vec::new();
    while let Some(mut list) = root.next_tag() {
        if !list.start_el().matches(set) {
            continue;
        }
        while let Some(mut item) = list.next_tag() {
            let mut values = [String::new(), String::new()];
            while let Some(mut member) = item.next_tag() {
                if let Some(at) = members.iter().position(|name| member.start_el().matches(name)) {
                    values[at] = try_data(&mut member)?.into_owned();
                }
            }
            found.push(values);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_are_read_and_what_is_inside_them_is_not_taken_for_them() {
        let xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><DescribeSecurityGroupsResponse \
                   xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>r</requestId><securityGroupInfo><item>\
                   <groupName>a &amp; b</groupName><ipPermissions><item><groups><item><groupId>sg-2</groupId></item></groups>\
                   </item></ipPermissions><groupId>sg-1</groupId></item></securityGroupInfo></DescribeSecurityGroupsResponse>";
        let found = items(xml, "securityGroupInfo", ["groupId", "groupName"]).unwrap();
        assert_eq!(found, [["sg-1", "a & b"]]);
        assert!(items("<html", "securityGroupInfo", ["groupId", "groupName"]).is_err());
    }
}
