//! Evaluation of IAM policy documents and service control policies.
