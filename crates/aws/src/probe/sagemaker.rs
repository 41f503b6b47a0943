use aws_sdk_sagemaker::Client;
use aws_sdk_sagemaker::types::{
    AlgorithmSpecification, AppNetworkAccessType, AppSpecification, AuthMode, InstanceType, NetworkConfig,
    OutputDataConfig, ProcessingClusterConfig, ProcessingInstanceType, ProcessingOutput, ProcessingOutputConfig,
    ProcessingResources, ProcessingS3Output, ProcessingS3UploadMode, ProcessingStoppingCondition, ProductionVariant,
    ProductionVariantInstanceType, ResourceConfig, StoppingCondition, Tag, TrainingInputMode, TrainingInstanceType,
    UserSettings, VpcConfig,
};
use domain::probe::{Keys, Place, ProbeCall};

use crate::Result;
use crate::call::ask;

/// An image in a registry of an account that nobody has.
fn no_image(place: &Place<'_>) -> String {
    format!("000000000000.dkr.ecr.{}.amazonaws.com/{}:none", place.region, place.name)
}

/// A place in a bucket of a random name.
fn nowhere(place: &Place<'_>) -> String {
    format!("s3://{}/none", place.name)
}

fn tags(keys: &Keys) -> Option<Vec<Tag>> {
    let tags: Vec<Tag> = keys.tags().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect();
    (!tags.is_empty()).then_some(tags)
}

fn vpc(keys: &Keys) -> Option<VpcConfig> {
    keys.vpc().map(|(subnet, group)| VpcConfig::builder().subnets(subnet).security_group_ids(group).build())
}

pub(super) async fn send(client: &Client, call: ProbeCall, place: &Place<'_>, keys: &Keys) -> Result<()> {
    let (action, name) = (call.action(), place.name);
    match call {
        ProbeCall::ListEndpoints => ask(action, client.list_endpoints().max_results(1).send()).await,
        ProbeCall::CreateEndpoint => {
            ask(action, client.create_endpoint().endpoint_name(name).endpoint_config_name(name).send()).await
        }
        ProbeCall::UpdateEndpoint => {
            ask(action, client.update_endpoint().endpoint_name(name).endpoint_config_name(name).send()).await
        }
        ProbeCall::CreateEndpointConfig => {
            let variant = ProductionVariant::builder()
                .variant_name("none")
                .model_name(name)
                .instance_type(ProductionVariantInstanceType::from(keys.instance_type()))
                .initial_instance_count(1)
                .build();
            let request = client
                .create_endpoint_config()
                .endpoint_config_name(name)
                .production_variants(variant)
                .set_kms_key_id(keys.volume_key().map(str::to_owned));
            ask(action, Box::pin(request.send())).await
        }
        ProbeCall::ProcessWithoutVpc => process(client, action, place, keys).await,
        ProbeCall::NotebookWithoutVpc => {
            let request = client
                .create_notebook_instance()
                .notebook_instance_name(name)
                .instance_type(InstanceType::from(keys.instance_type()))
                .role_arn(place.no_role())
                .set_kms_key_id(keys.volume_key().map(str::to_owned))
                .set_tags(tags(keys));
            ask(action, Box::pin(request.send())).await
        }
        ProbeCall::DomainOnInternet => domain(client, action, place, keys).await,
        ProbeCall::ChangeOwnerTag => {
            ask(action, client.add_tags().resource_arn(place.no_profile()).set_tags(tags(keys)).send()).await
        }
        _ => train(client, action, place, keys).await,
    }
}

async fn train(client: &Client, action: &'static str, place: &Place<'_>, keys: &Keys) -> Result<()> {
    let algorithm = AlgorithmSpecification::builder()
        .training_image(no_image(place))
        .training_input_mode(TrainingInputMode::File)
        .build();
    let machines = ResourceConfig::builder()
        .instance_type(TrainingInstanceType::from(keys.instance_type()))
        .instance_count(1)
        .volume_size_in_gb(1)
        .set_volume_kms_key_id(keys.volume_key().map(str::to_owned))
        .build();
    let output = OutputDataConfig::builder()
        .s3_output_path(nowhere(place))
        .set_kms_key_id(keys.output_key().map(str::to_owned))
        .build();
    let request = client
        .create_training_job()
        .training_job_name(place.name)
        .role_arn(place.no_role())
        .algorithm_specification(algorithm)
        .resource_config(machines)
        .output_data_config(output)
        .stopping_condition(StoppingCondition::builder().max_runtime_in_seconds(1).build())
        .set_vpc_config(vpc(keys))
        .enable_inter_container_traffic_encryption(keys.encrypts_between_nodes())
        .set_tags(tags(keys));
    ask(action, Box::pin(request.send())).await
}

async fn process(client: &Client, action: &'static str, place: &Place<'_>, keys: &Keys) -> Result<()> {
    let cluster = ProcessingClusterConfig::builder()
        .instance_type(ProcessingInstanceType::from(keys.instance_type()))
        .instance_count(1)
        .volume_size_in_gb(1)
        .set_volume_kms_key_id(keys.volume_key().map(str::to_owned))
        .build();
    let to = ProcessingS3Output::builder()
        .s3_uri(nowhere(place))
        .local_path("/opt/ml/processing/output")
        .s3_upload_mode(ProcessingS3UploadMode::EndOfJob)
        .build();
    let output = ProcessingOutputConfig::builder()
        .outputs(ProcessingOutput::builder().output_name("none").s3_output(to).build())
        .set_kms_key_id(keys.output_key().map(str::to_owned))
        .build();
    let network = NetworkConfig::builder()
        .enable_inter_container_traffic_encryption(keys.encrypts_between_nodes())
        .set_vpc_config(vpc(keys))
        .build();
    let stopping = ProcessingStoppingCondition::builder().max_runtime_in_seconds(1).build();
    let request = client
        .create_processing_job()
        .processing_job_name(place.name)
        .role_arn(place.no_role())
        .app_specification(AppSpecification::builder().image_uri(no_image(place)).build())
        .processing_resources(ProcessingResources::builder().cluster_config(cluster).build())
        .processing_output_config(output)
        .stopping_condition(stopping)
        .network_config(network)
        .set_tags(tags(keys));
    ask(action, Box::pin(request.send())).await
}

async fn domain(client: &Client, action: &'static str, place: &Place<'_>, keys: &Keys) -> Result<()> {
    let (subnet, group) = keys.vpc().unwrap_or_default();
    let settings = UserSettings::builder().execution_role(place.no_role()).security_groups(group).build();
    let request = client
        .create_domain()
        .domain_name(place.name)
        .auth_mode(AuthMode::Iam)
        .default_user_settings(settings)
        .subnet_ids(subnet)
        .vpc_id(place.nothing("vpc"))
        .app_network_access_type(AppNetworkAccessType::PublicInternetOnly)
        .set_kms_key_id(keys.volume_key().map(str::to_owned))
        .set_tags(tags(keys));
    ask(action, Box::pin(request.send())).await
}
