"""Around the portal: what somebody with a role session, or with more, still cannot do. AWS refuses, not the portal, and
says which layer did.
"""

import json
import unittest

from local_aws import (
    BY_BOUNDARY,
    BY_IDENTITY,
    BY_ORGANIZATION,
    BY_SESSION_POLICY,
    DEV,
    EXTERNAL_ID,
    REGION,
    SHARED_DOMAIN,
    AwsTestCase,
    client,
    hub,
    role,
    studio_user,
    until,
)
from local_aws import start as setUpModule
from local_aws import stop as tearDownModule

OTHER = "602000000002"
PROD = "601000000004"
PRESIGN = "sagemaker:CreatePresignedDomainUrl"
OF_DOMAIN = "ManagedByAmazonSageMakerResource"
ADA, BOB = "ada-0123456789abcdef", "bob-0123456789abcdef"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def arn(account, name):
    return f"arn:aws:iam::{account}:role/{name}"


def profile_arn(person, account=DEV):
    return f"arn:aws:sagemaker:{REGION}:{account}:user-profile/d-shared{account}/{person}"


def presign_only(person):
    act = {"Effect": "Allow", "Action": "sagemaker:CreatePresignedDomainUrl", "Resource": profile_arn(person)}
    return json.dumps({"Version": "2012-10-17", "Statement": [act]})


class AroundThePortal(AwsTestCase):
    @classmethod
    def setUpClass(cls):
        for person in (ADA, BOB):
            studio_user(person)

    def denied(self, call, **arguments):
        return self.refused("AccessDeniedException", call, **arguments)

    def presign(self, keys, person, account=DEV):
        call = client("sagemaker", keys).create_presigned_domain_url
        return call(DomainId=f"d-shared{account}", UserProfileName=person)

    def test_a_person_opens_their_own_profile(self):
        keys = role(DEV, "StudiogateLauncher", ADA, Policy=presign_only(ADA), DurationSeconds=900)
        self.assertIn("token=", self.presign(keys, ADA)["AuthorizedUrl"])

    def test_nobody_opens_another_persons_profile(self):
        everything = json.dumps(EVERYTHING)
        for name, layer, keys in (
            ("by tags", BY_BOUNDARY, role(DEV, "StudiogateLauncher", BOB)),
            ("with a policy for it", BY_BOUNDARY, role(DEV, "StudiogateLauncher", BOB, Policy=presign_only(ADA))),
            ("with one for everything", BY_BOUNDARY, role(DEV, "StudiogateLauncher", BOB, Policy=everything)),
            ("without tags", BY_BOUNDARY, role(DEV, "StudiogateLauncher")),
            ("as the provisioner", BY_IDENTITY, role(DEV, "StudiogateProvisioner", ADA)),
            ("as the observer", BY_IDENTITY, role(DEV, "StudiogateObserver", ADA)),
            ("as the revoker", BY_IDENTITY, role(DEV, "StudiogateRevoker", ADA)),
            ("as the probe", BY_IDENTITY, role(DEV, "StudiogateProbe", ADA)),
        ):
            with self.subTest(name):
                self.refused_by(layer, PRESIGN, self.presign, keys=keys, person=ADA)

    def test_nobody_deletes_the_home_of_a_domain_that_the_session_is_not_for(self):
        [system] = [
            system
            for system in client("efs", DEV).describe_file_systems()["FileSystems"]
            if {"Key": OF_DOMAIN, "Value": f"arn:aws:sagemaker:{REGION}:{DEV}:domain/{SHARED_DOMAIN}"} in system["Tags"]
        ]
        target = client("efs", DEV).describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"][0]
        groups = client("ec2", DEV).describe_security_groups(
            Filters=[{"Name": "group-name", "Values": [f"security-group-for-inbound-nfs-{SHARED_DOMAIN}"]}]
        )
        group = groups["SecurityGroups"][0]["GroupId"]
        for name, keys in (
            ("of a person", role(DEV, "StudiogateProvisioner", ADA)),
            ("of another domain", role(DEV, "StudiogateProvisioner", Tags=[{"Key": "studiodomain", "Value": "d-other"}])),
            ("of any domain", role(DEV, "StudiogateProvisioner", Tags=[{"Key": "studiodomain", "Value": ""}])),
            ("as the observer", role(DEV, "StudiogateObserver", ADA)),
            ("as the revoker", role(DEV, "StudiogateRevoker", ADA)),
        ):
            efs, ec2, studio = client("efs", keys), client("ec2", keys), client("sagemaker", keys)
            with self.subTest(name):
                for action, call, arguments in (
                    ("DeleteFileSystem", efs.delete_file_system, {"FileSystemId": system["FileSystemId"]}),
                    ("DeleteMountTarget", efs.delete_mount_target, {"MountTargetId": target["MountTargetId"]}),
                ):
                    self.refused_by(BY_IDENTITY, f"elasticfilesystem:{action}", call, **arguments)
                self.refused_by(BY_IDENTITY, "ec2:DeleteSecurityGroup", ec2.delete_security_group, GroupId=group)
                profile = {"DomainId": SHARED_DOMAIN, "UserProfileName": BOB}
                self.refused_by(BY_IDENTITY, "sagemaker:DeleteUserProfile", studio.delete_user_profile, **profile)

    def test_another_account_has_no_way_in(self):
        keys = role(OTHER, "StudiogateLauncher", ADA)
        # Its profiles are not there, and nothing in it is of a person.
        self.refused_by(BY_BOUNDARY, PRESIGN, self.presign, keys=keys, person=ADA)
        self.refused("ResourceNotFound", client("sagemaker", OTHER).describe_domain, DomainId=SHARED_DOMAIN)

    def test_a_session_policy_is_a_limit_and_no_grant(self):
        keys = role(DEV, "StudiogateLauncher", ADA, Policy=json.dumps(EVERYTHING))
        sagemaker = client("sagemaker", keys)
        own = {"DomainId": SHARED_DOMAIN, "UserProfileName": ADA}
        self.refused_by(BY_BOUNDARY, "sagemaker:DeleteUserProfile", sagemaker.delete_user_profile, **own)
        app = {**own, "AppType": "JupyterServer", "AppName": "default"}
        self.refused_by(BY_BOUNDARY, "sagemaker:CreateApp", sagemaker.create_app, **app)
        narrow = role(DEV, "StudiogateLauncher", ADA, Policy=presign_only(BOB))
        self.refused_by(BY_SESSION_POLICY, PRESIGN, self.presign, keys=narrow, person=ADA)

    def test_a_session_is_not_widened_by_taking_the_role_again(self):
        narrow = role(DEV, "StudiogateLauncher", ADA, Policy=presign_only(ADA))
        again = {"RoleArn": arn(DEV, "StudiogateLauncher"), "RoleSessionName": ADA, "ExternalId": EXTERNAL_ID}
        self.refused_by(BY_BOUNDARY, "sts:AssumeRole", client("sts", narrow).assume_role, **again)

    def test_nobody_tags_a_profile_to_take_it_over(self):
        tags = [{"Key": "studiouserid", "Value": BOB}]
        for name, layer in (
            ("StudiogateLauncher", BY_BOUNDARY),
            ("StudiogateProvisioner", BY_IDENTITY),
            ("StudiogateObserver", BY_IDENTITY),
            ("StudiogateRevoker", BY_IDENTITY),
            ("StudiogateProbe", BY_IDENTITY),
        ):
            with self.subTest(name):
                sagemaker = client("sagemaker", role(DEV, name, BOB))
                at = {"ResourceArn": profile_arn(ADA)}
                self.refused_by(layer, "sagemaker:AddTags", sagemaker.add_tags, **at, Tags=tags)
                delete = sagemaker.delete_tags
                self.refused_by(layer, "sagemaker:DeleteTags", delete, **at, TagKeys=["studiouserid"])

    def test_products_are_provisioned_by_the_provisioner_alone(self):
        curator = client("servicecatalog", role("222222222222", "StudiogateCurator"))
        portfolio = curator.list_portfolios()["PortfolioDetails"][0]["Id"]
        view = curator.search_products_as_admin(PortfolioId=portfolio)["ProductViewDetails"][0]
        product = view["ProductViewSummary"]["ProductId"]
        versions = curator.list_provisioning_artifacts(ProductId=product)["ProvisioningArtifactDetails"]
        wanted = {
            "ProductId": product,
            "ProvisioningArtifactId": versions[0]["Id"],
            "ProvisionedProductName": "around",
            "ProvisionToken": "around",
        }
        for account, name in (
            (DEV, "StudiogateObserver"),
            (DEV, "StudiogateLauncher"),
            ("222222222222", "StudiogateCurator"),
            ("111111111111", "StudiogateOrganizer"),
        ):
            with self.subTest(name):
                self.denied(client("servicecatalog", role(account, name)).provision_product, **wanted)
        # An account's own administrator is no principal of the portfolio: there is no way to the product.
        self.refused(
            "ResourceNotFoundException", client("servicecatalog", DEV).provision_product, **wanted
        )

    def test_an_environment_is_out_of_reach_of_other_accounts(self):
        provisioner = client("servicecatalog", role(DEV, "StudiogateProvisioner", ADA))
        views = provisioner.search_products()["ProductViewSummaries"]
        product = next(view["ProductId"] for view in views if "S3" in view["Name"])
        artifact = provisioner.describe_product(Id=product)["ProvisioningArtifacts"][-1]["Id"]
        parameters = {
            "StudioUserId": ADA,
            "Project": "fraud-detection",
            "CostCenter": "CC-4711",
            "DataClass": "internal",
            "KmsKeyArn": f"arn:aws:kms:{REGION}:{DEV}:key/6b1f0c52-7d5e-4c0a-9a52-{DEV}",
            "SubnetIds": f"subnet-{DEV}-a",
            "SecurityGroupIds": f"sg-{DEV}",
        }
        asked = provisioner.describe_provisioning_parameters(ProductId=product, ProvisioningArtifactId=artifact)
        keys = {parameter["ParameterKey"] for parameter in asked["ProvisioningArtifactParameters"]}
        record = provisioner.provision_product(
            ProductId=product,
            ProvisioningArtifactId=artifact,
            ProvisionedProductName="around-workspace",
            ProvisionToken="around-workspace",
            ProvisioningParameters=[{"Key": k, "Value": v} for k, v in parameters.items() if k in keys],
            Tags=[{"Key": "cost-center", "Value": "CC-4711"}, {"Key": "data-class", "Value": "internal"}],
        )["RecordDetail"]
        done = until(
            lambda: provisioner.describe_record(Id=record["RecordId"])["RecordDetail"],
            lambda found: found["Status"] in ("SUCCEEDED", "FAILED"),
        )
        self.assertEqual(done["Status"], "SUCCEEDED", done.get("RecordErrors"))
        elsewhere = client("servicecatalog", role(OTHER, "StudiogateProvisioner", ADA))
        id = record["ProvisionedProductId"]
        not_found = "ResourceNotFoundException"
        self.refused(not_found, elsewhere.describe_provisioned_product, Id=id)
        self.refused(not_found, elsewhere.describe_record, Id=record["RecordId"])
        call = elsewhere.terminate_provisioned_product
        self.refused(not_found, call, ProvisionedProductId=id, TerminateToken="around")
        still = provisioner.describe_provisioned_product(Id=id)["ProvisionedProductDetail"]
        self.assertEqual(still["Status"], "AVAILABLE")

    def test_apps_of_another_person_are_out_of_reach(self):
        owner = client("sagemaker", DEV)
        app = {"DomainId": SHARED_DOMAIN, "UserProfileName": ADA, "AppType": "JupyterServer", "AppName": "default"}
        owner.create_app(**app)
        until(lambda: owner.describe_app(**app)["Status"], lambda status: status == "InService")
        delete = client("sagemaker", role(DEV, "StudiogateProvisioner", BOB)).delete_app
        self.refused_by(BY_IDENTITY, "sagemaker:DeleteApp", delete, **app)
        client("sagemaker", role(DEV, "StudiogateProvisioner", ADA)).delete_app(**app)

    def test_the_organization_denies_endpoints_to_everybody_in_dev(self):
        for name, keys in {"the administrator": DEV, "the probe": role(DEV, "StudiogateProbe")}.items():
            with self.subTest(name):
                create = client("sagemaker", keys).create_endpoint
                wanted = {"EndpointName": "studiogate-probe", "EndpointConfigName": "studiogate-probe"}
                self.refused_by(BY_ORGANIZATION, "sagemaker:CreateEndpoint", create, **wanted)
        # Where models serve, nothing denies it: AWS looks for what is named.
        create = client("sagemaker", role(PROD, "StudiogateProbe")).create_endpoint
        self.assertIn("Could not find", self.refused("ValidationException", create, **wanted))
        invoke = client("sagemaker-runtime", role(PROD, "StudiogateProbe")).invoke_endpoint
        message = self.refused("ValidationError", invoke, EndpointName="studiogate-probe", Body=b"{}")
        self.assertIn("not found", message)
        peer = client("ec2", role(PROD, "StudiogateProbe")).create_vpc_peering_connection
        between = {"VpcId": "vpc-00000000000000000", "PeerVpcId": "vpc-00000000000000001"}
        self.refused("InvalidVpcID.NotFound", peer, **between)
        self.refused("DryRunOperation", peer, **between, DryRun=True)
        elsewhere = client("ec2", role(PROD, "StudiogateObserver")).create_vpc_peering_connection
        self.refused_by(BY_IDENTITY, "ec2:CreateVpcPeeringConnection", elsewhere, **between)

    def test_roles_are_for_the_hub_alone(self):
        wanted = {"RoleArn": arn(DEV, "StudiogateLauncher"), "RoleSessionName": ADA, "ExternalId": EXTERNAL_ID}
        for name, keys in {
            "the account's administrator": DEV,
            "another account's administrator": OTHER,
            "another project's provisioner": role(OTHER, "StudiogateProvisioner", ADA),
            "the same account's provisioner": role(DEV, "StudiogateProvisioner", ADA),
        }.items():
            with self.subTest(name):
                self.refused("AccessDenied", client("sts", keys).assume_role, **wanted)

    def test_the_hub_reaches_the_portals_roles_alone(self):
        sts = client("sts", hub())
        for name in ("StudiogateLaunchRole", "StudiogateExecution", "Admin"):
            with self.subTest(name):
                call = sts.assume_role
                self.refused("AccessDenied", call, RoleArn=arn(DEV, name), RoleSessionName="portal", ExternalId=EXTERNAL_ID)
        self.denied(client("sagemaker", hub()).list_domains)
        for wrong in ({}, {"ExternalId": "guess"}):
            with self.subTest(str(wrong)):
                wanted = {"RoleArn": arn(DEV, "StudiogateLauncher"), "RoleSessionName": "portal", **wrong}
                self.refused("AccessDenied", sts.assume_role, **wanted)

    def test_limits_of_a_session_hold(self):
        wanted = {"RoleArn": arn(DEV, "StudiogateLauncher"), "RoleSessionName": ADA, "ExternalId": EXTERNAL_ID}
        sts = client("sts", hub())
        message = self.refused("ValidationError", sts.assume_role, **wanted, DurationSeconds=3601)
        self.assertIn("1 hour session limit for roles assumed by role chaining", message)
        self.refused("ValidationError", sts.assume_role, **wanted, SourceIdentity="aws:ada")
        self.refused("MalformedPolicyDocument", sts.assume_role, **wanted, Policy="{}")
        session = dict(role(DEV, "StudiogateLauncher", ADA), SessionToken="forged")
        self.refused("UnrecognizedClientException", self.presign, keys=session, person=ADA)


if __name__ == "__main__":
    unittest.main(verbosity=2)
