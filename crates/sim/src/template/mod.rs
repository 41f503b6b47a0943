//! CloudFormation templates: reading and evaluating them.
