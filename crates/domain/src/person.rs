//! Who acts: people as the OIDC provider names them, and the roles the portal derives from their groups.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::id::ProjectId;
use crate::revocation::CutOff;

/// What names a person for good: issuer and subject (OpenID Connect Core 1.0, section 5.7). E-mail addresses and names
/// change hands; this pair never does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PersonKey {
    /// The `iss` claim, exactly as sent.
    pub issuer: String,
    /// The `sub` claim, exactly as sent.
    pub subject: String,
}

impl PersonKey {
    /// The person's name inside AWS: user profile name, `studiouserid` tag, role session name and source identity.
    ///
    /// Readable, stable, and collision-free as far as 64 bits of SHA-256 are: a slug of the subject cut to 40
    /// characters, and a digest of issuer and subject. Fits every one of AWS's limits for these names (user profile name:
    /// 63 characters, `[a-zA-Z0-9](-*[a-zA-Z0-9])*`, case-insensitive; source identity: 2 to 64).
    pub fn studio_user_id(&self) -> StudioUserId {
        let mut slug = String::new();
        for c in self.subject.chars().flat_map(char::to_lowercase) {
            if c.is_ascii_alphanumeric() {
                slug.push(c);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
            if slug.len() >= 40 {
                break;
            }
        }
        let mut hasher = Sha256::new();
        hasher.update(self.issuer.as_bytes());
        hasher.update([0]);
        hasher.update(self.subject.as_bytes());
        let digest = hex::encode(&hasher.finalize()[..8]);
        let slug = slug.trim_matches('-');
        StudioUserId(if slug.is_empty() { format!("u-{digest}") } else { format!("{slug}-{digest}") })
    }
}

impl PersonKey {
    /// The portal itself, for what ends by time alone. No provider has an issuer that is not an https address (OpenID
    /// Connect Core 1.0, section 2), so nobody signs in as this.
    pub fn portal() -> Self {
        Self { issuer: "studiogate".to_owned(), subject: "portal".to_owned() }
    }

    pub fn is_portal(&self) -> bool {
        *self == Self::portal()
    }
}

impl fmt::Display for PersonKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.subject, self.issuer)
    }
}

/// See [`PersonKey::studio_user_id`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StudioUserId(String);

impl StudioUserId {
    /// As a tag in AWS has it: whoever wrote it there, it need not be the id of anybody here. `None` for what no tag holds
    /// (1 to 256 characters).
    pub fn from_tag(value: &str) -> Option<Self> {
        (1..=256).contains(&value.chars().count()).then(|| Self(value.to_owned()))
    }

    /// The text, as it stands in tags and ARNs.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// At most 19 characters, for names that a template puts together under a tight limit. People tell each other apart by
    /// it; nothing may be decided by it.
    pub fn short(&self) -> String {
        let (slug, digest) = self.0.rsplit_once('-').unwrap_or(("", &self.0));
        let slug: String = slug.chars().take(12).collect();
        let digest: String = digest.chars().take(6).collect();
        format!("{}-{digest}", slug.trim_end_matches('-'))
    }
}

impl fmt::Display for StudioUserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A role over the whole portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PlatformRole {
    /// Runs the platform: projects, access, bindings. Cannot open another person's Studio.
    Admin,
    /// Reads everything, changes nothing.
    Auditor,
}

/// A role inside one project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProjectRole {
    /// Data scientist.
    Member,
    /// Team lead: decides the project's requests.
    Lead,
}

/// A person's role in one project, and the OIDC group it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub project: ProjectId,
    pub role: ProjectRole,
    /// The value of the groups claim that gave the role.
    pub because_of_group: String,
}

/// A platform role and the OIDC group it comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformGrant {
    pub role: PlatformRole,
    pub because_of_group: String,
}

/// Who acts, with the roles that hold at this moment. Built anew for every request from the stored groups of the person
/// and the mappings, so that a change of a mapping takes effect at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    pub person: PersonKey,
    pub display_name: String,
    pub email: Option<String>,
    /// The groups claim as last seen.
    pub groups: Vec<String>,
    pub platform: Vec<PlatformGrant>,
    pub memberships: Vec<Membership>,
    /// What is cut off at this moment; roles that fall under it are not among the above.
    pub cut_off: CutOff,
}

impl Actor {
    /// The portal itself, which has no role and which the policies know by name.
    pub fn portal() -> Self {
        Self {
            person: PersonKey::portal(),
            display_name: "the portal".to_owned(),
            email: None,
            groups: Vec::new(),
            platform: Vec::new(),
            memberships: Vec::new(),
            cut_off: CutOff::default(),
        }
    }

    pub fn has_platform_role(&self, role: PlatformRole) -> bool {
        self.platform.iter().any(|grant| grant.role == role)
    }

    pub fn is_admin(&self) -> bool {
        self.has_platform_role(PlatformRole::Admin)
    }

    pub fn is_auditor(&self) -> bool {
        self.has_platform_role(PlatformRole::Auditor)
    }

    pub fn has_project_role(&self, project: &ProjectId, role: ProjectRole) -> bool {
        self.memberships.iter().any(|m| &m.project == project && m.role == role)
    }

    /// The projects in which the person has any role.
    pub fn projects(&self) -> BTreeSet<&ProjectId> {
        self.memberships.iter().map(|m| &m.project).collect()
    }

    /// The projects in which the person has `role`.
    pub fn projects_as(&self, role: ProjectRole) -> BTreeSet<&ProjectId> {
        self.memberships.iter().filter(|m| m.role == role).map(|m| &m.project).collect()
    }

    /// Whether any mapping gives this person anything to do here.
    pub fn has_any_role(&self) -> bool {
        !self.platform.is_empty() || !self.memberships.is_empty()
    }
}

/// What a mapping gives to the people of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Grant {
    Platform { role: PlatformRole },
    Project { project: ProjectId, role: ProjectRole },
}

/// From an OIDC group to a role; edited by an admin, in force at the next request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupMapping {
    pub id: crate::id::GroupMappingId,
    pub group: String,
    pub grant: Grant,
}

impl Actor {
    /// The actor for a person whose groups are `groups`, under `mappings` and the configured bootstrap admin group.
    pub fn from_groups(
        person: PersonKey,
        display_name: String,
        email: Option<String>,
        groups: Vec<String>,
        mappings: &[GroupMapping],
        bootstrap_admin_group: Option<&str>,
    ) -> Self {
        let mut platform = Vec::new();
        let mut memberships = Vec::new();
        if let Some(group) = bootstrap_admin_group
            && groups.iter().any(|g| g == group)
        {
            platform.push(PlatformGrant { role: PlatformRole::Admin, because_of_group: group.to_owned() });
        }
        for mapping in mappings.iter().filter(|m| groups.contains(&m.group)) {
            let because_of_group = mapping.group.clone();
            match &mapping.grant {
                Grant::Platform { role } => platform.push(PlatformGrant { role: *role, because_of_group }),
                Grant::Project { project, role } => {
                    memberships.push(Membership { project: project.clone(), role: *role, because_of_group });
                }
            }
        }
        Self { person, display_name, email, groups, platform, memberships, cut_off: CutOff::default() }
    }

    /// The same person without what is cut off.
    #[must_use]
    pub fn without(mut self, cut_off: CutOff) -> Self {
        if cut_off.everything {
            self.platform.clear();
            self.memberships.clear();
        }
        self.memberships.retain(|membership| !cut_off.projects.contains(&membership.project));
        self.cut_off = cut_off;
        self
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// SageMaker `UserProfileName`: at most 63 characters, `[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}`.
        #[test]
        fn studio_user_id_is_a_valid_user_profile_name(issuer in ".{0,80}", subject in ".{0,300}") {
            let id = PersonKey { issuer, subject }.studio_user_id();
            let text = id.as_str();
            prop_assert!(text.len() >= 2 && text.len() <= 63);
            prop_assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'));
            prop_assert!(!text.starts_with('-') && !text.ends_with('-'));
        }
    }

    #[test]
    fn the_short_form_is_short() {
        let short = |subject: &str| PersonKey { issuer: "i".into(), subject: subject.into() }.studio_user_id().short();
        assert!(short("fraud-scientist").starts_with("fraud-scient-"), "{}", short("fraud-scientist"));
        assert!(short("auth0|5f7c8ec7c33c6c004bbafe82").len() <= 19);
        assert!(short("").starts_with("u-"));
    }

    #[test]
    fn v6_8_1_the_same_subject_at_two_issuers_is_two_people() {
        let at = |issuer: &str| PersonKey { issuer: issuer.into(), subject: "ada".into() }.studio_user_id();
        assert_ne!(at("https://a.example"), at("https://b.example"));
    }
}
