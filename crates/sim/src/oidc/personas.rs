//! The people of the demo.

/// One of them. The subject is the name of the button.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Persona {
    pub subject: &'static str,
    pub name: &'static str,
    pub email: &'static str,
    pub groups: &'static [&'static str],
    /// What the button says about the role.
    pub role: &'static str,
}

const fn persona(
    subject: &'static str,
    name: &'static str,
    email: &'static str,
    groups: &'static [&'static str],
    role: &'static str,
) -> Persona {
    Persona { subject, name, email, groups, role }
}

/// Everyone who can sign in.
pub const PERSONAS: [Persona; 7] = [
    persona(
        "fraud-scientist",
        "Ada Ferrer",
        "ada.ferrer@example.com",
        &["fraud-detection-members"],
        "Data scientist, Fraud detection",
    ),
    persona(
        "churn-scientist",
        "Chinua Osei",
        "chinua.osei@example.com",
        &["churn-prediction-members"],
        "Data scientist, Churn prediction",
    ),
    persona(
        "fraud-lead",
        "Lena Fischer",
        "lena.fischer@example.com",
        &["fraud-detection-leads"],
        "Team lead, Fraud detection",
    ),
    persona(
        "churn-lead",
        "Carlos Lima",
        "carlos.lima@example.com",
        &["churn-prediction-leads"],
        "Team lead, Churn prediction",
    ),
    persona("admin", "Priya Adams", "priya.adams@example.com", &["platform-admins"], "Admin, platform team"),
    persona("auditor", "Aino Mäkelä", "aino.makela@example.com", &["auditors"], "Auditor"),
    persona("newcomer", "Noor Haddad", "noor.haddad@example.com", &[], "New here, in no group"),
];

/// The persona with this subject.
pub(super) fn find(subject: &str) -> Option<&'static Persona> {
    PERSONAS.iter().find(|persona| persona.subject == subject)
}
