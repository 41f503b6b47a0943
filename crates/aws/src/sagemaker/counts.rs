//! How many of what SageMaker's quotas count an account has in a region.

use super::SageMaker;
use crate::Result;
use crate::call::count;

impl SageMaker {
    /// How many domains the account has in the region.
    pub async fn count_domains(&self) -> Result<u64> {
        let stream = self.0.list_domains().into_paginator().page_size(100).send();
        count("sagemaker:ListDomains", stream, |page| page.domains.map(|it| it.len())).await
    }

    /// How many user profiles all domains of the account have together.
    pub async fn count_user_profiles(&self) -> Result<u64> {
        let stream = self.0.list_user_profiles().into_paginator().page_size(100).send();
        count("sagemaker:ListUserProfiles", stream, |page| page.user_profiles.map(|it| it.len())).await
    }

    /// How many spaces all domains of the account have together.
    pub async fn count_spaces(&self) -> Result<u64> {
        let stream = self.0.list_spaces().into_paginator().page_size(100).send();
        count("sagemaker:ListSpaces", stream, |page| page.spaces.map(|it| it.len())).await
    }

    /// How many notebook instances the account has in the region, running or not.
    pub async fn count_notebook_instances(&self) -> Result<u64> {
        let stream = self.0.list_notebook_instances().into_paginator().page_size(100).send();
        count("sagemaker:ListNotebookInstances", stream, |page| page.notebook_instances.map(|it| it.len())).await
    }
}
