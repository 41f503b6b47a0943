"""Through a product: a template with a role of its own, launched as every product is. The launch role makes no role without
the boundary, takes no boundary away, and passes no role that governs.
"""

import json
import unittest
from pathlib import Path

import local_aws
from local_aws import (
    BY_BOUNDARY,
    BY_DENY,
    BY_IDENTITY,
    DEV,
    SHARED_DOMAIN,
    AwsTestCase,
    Inside,
    client,
    role,
    studio_user,
    until,
)
from local_aws import stop as tearDownModule

SHARED_SERVICES = "222222222222"
ADA, BOB = "ada-0123456789abcdef", "bob-0123456789abcdef"
TEMPLATE = Path(__file__).parent / "templates" / "role-of-choice.yaml"
PRODUCT = TEMPLATE.stem
BOUNDARY = f"arn:aws:iam::{DEV}:policy/StudiogateExecutionBoundary"
LAUNCH_ROLE = json.dumps({"LocalRoleName": "StudiogateLaunchRole"})


def setUpModule():
    local_aws.start("--product", str(TEMPLATE))


def arn(name):
    return f"arn:aws:iam::{DEV}:role/{name}"


class ProductRoles(AwsTestCase):
    @classmethod
    def setUpClass(cls):
        cls.admin = client("servicecatalog", SHARED_SERVICES)
        for portfolio in cls.admin.list_portfolios()["PortfolioDetails"]:
            views = cls.admin.search_products_as_admin(PortfolioId=portfolio["Id"])["ProductViewDetails"]
            for view in (view["ProductViewSummary"] for view in views):
                if view["Name"] == PRODUCT:
                    cls.place = {"PortfolioId": portfolio["Id"], "ProductId": view["ProductId"]}
        # A template of one's own is offered with a launch role of its own. Here it is launched as the products that the
        # platform governs are.
        constraints = cls.admin.list_constraints_for_portfolio(**cls.place)["ConstraintDetails"]
        launch = next(constraint for constraint in constraints if constraint["Type"] == "LAUNCH")
        cls.admin.delete_constraint(Id=launch["ConstraintId"])
        made = cls.admin.create_constraint(
            **cls.place, Type="LAUNCH", Parameters=LAUNCH_ROLE, IdempotencyToken="governed"
        )
        assert made["ConstraintDetail"]["Type"] == "LAUNCH", made
        cls.catalog = client("servicecatalog", role(DEV, "StudiogateProvisioner", ADA))
        artifacts = cls.admin.list_provisioning_artifacts(ProductId=cls.place["ProductId"])
        cls.artifact = artifacts["ProvisioningArtifactDetails"][0]["Id"]

    def settled(self, record):
        return until(
            lambda: self.catalog.describe_record(Id=record["RecordDetail"]["RecordId"]),
            lambda found: found["RecordDetail"]["Status"] in ("SUCCEEDED", "FAILED"),
        )

    def provision(self, name, **parameters):
        tags = {"cost-center": "CC-4711", "data-class": "internal"}
        return self.settled(
            self.catalog.provision_product(
                ProductId=self.place["ProductId"],
                ProvisioningArtifactId=self.artifact,
                ProvisionedProductName=name,
                ProvisionToken=name,
                ProvisioningParameters=[{"Key": k, "Value": v} for k, v in parameters.items()],
                Tags=[{"Key": k, "Value": v} for k, v in tags.items()],
            )
        )

    def update(self, name, token, **parameters):
        return self.settled(
            self.catalog.update_provisioned_product(
                ProvisionedProductName=name,
                ProvisioningArtifactId=self.artifact,
                ProductId=self.place["ProductId"],
                UpdateToken=token,
                ProvisioningParameters=[{"Key": k, "Value": v} for k, v in parameters.items()],
            )
        )

    def assert_refused(self, record, layer, action):
        """The record failed, and the stack's events say that this layer refused the launch role this action."""
        self.assertEqual(record["RecordDetail"]["Status"], "FAILED")
        stack = {o["OutputKey"]: o["OutputValue"] for o in record["RecordOutputs"]}["CloudformationStackARN"]
        observer = client("cloudformation", role(DEV, "StudiogateObserver"))
        events = observer.describe_stack_events(StackName=stack)["StackEvents"]
        reasons = [event.get("ResourceStatusReason", "") for event in events]
        said = f"assumed-role/StudiogateLaunchRole/servicecatalog is not authorized to perform: {action} on resource: "
        refusals = [reason for reason in reasons if said in reason]
        self.assertTrue(refusals and layer.format(action=action) in refusals[0], reasons)

    def outputs(self, record):
        return {o["OutputKey"]: o["OutputValue"] for o in record["RecordOutputs"]}

    def test_a_role_without_the_boundary_is_not_made(self):
        record = self.provision("bare")
        self.assert_refused(record, BY_IDENTITY, "iam:CreateRole")
        record = self.provision("another", Boundary="arn:aws:iam::aws:policy/AdministratorAccess")
        self.assert_refused(record, BY_IDENTITY, "iam:CreateRole")

    def test_a_role_that_governs_is_not_passed(self):
        for name in ("StudiogateLauncher", "StudiogateProvisioner", "StudiogateRevoker", "StudiogateProbe"):
            with self.subTest(name):
                record = self.provision(f"passes-{name}", Boundary=BOUNDARY, Passed=arn(name))
                self.assert_refused(record, BY_DENY, "iam:PassRole")

    def test_a_boundary_that_is_there_stays(self):
        record = self.provision("bounded", Boundary=BOUNDARY)
        self.assertEqual(record["RecordDetail"]["Status"], "SUCCEEDED", record["RecordDetail"].get("RecordErrors"))
        made = self.outputs(record)["RoleArn"].rsplit("/", 1)[1]
        self.assert_refused(self.update("bounded", "drop", Boundary=""), BY_DENY, "iam:DeleteRolePermissionsBoundary")
        wider = self.update("bounded", "wider", Boundary="arn:aws:iam::aws:policy/AdministratorAccess")
        self.assert_refused(wider, BY_IDENTITY, "iam:PutRolePermissionsBoundary")
        boundary = client("iam", DEV).get_role(RoleName=made)["Role"]["PermissionsBoundary"]
        self.assertEqual(boundary["PermissionsBoundaryArn"], BOUNDARY)

    def test_a_role_that_allows_itself_everything_is_kept_within_the_boundary(self):
        record = self.provision("greedy", Boundary=BOUNDARY)
        execution = self.outputs(record)["RoleArn"]
        owner = client("sagemaker", DEV)
        studio_user(BOB)
        profile = {"DomainId": SHARED_DOMAIN, "UserProfileName": ADA}
        tags = [{"Key": "studiouserid", "Value": ADA}]
        owner.create_user_profile(**profile, Tags=tags, UserSettings={"ExecutionRole": execution})
        until(lambda: owner.describe_user_profile(**profile)["Status"], lambda status: status == "InService")
        inside = Inside(ADA)
        self.assertEqual(inside.role, execution)
        sagemaker = inside("sagemaker")
        self.assertIn("token=", sagemaker.create_presigned_domain_url(**profile)["AuthorizedUrl"])
        presign = sagemaker.create_presigned_domain_url
        colleague = {"DomainId": SHARED_DOMAIN, "UserProfileName": BOB}
        self.refused_by(BY_BOUNDARY, "sagemaker:CreatePresignedDomainUrl", presign, **colleague)
        own = owner.describe_user_profile(**profile)["UserProfileArn"]
        retag = sagemaker.add_tags
        self.refused_by(BY_BOUNDARY, "sagemaker:AddTags", retag, ResourceArn=own, Tags=tags)
        put = {"RoleName": execution.rsplit("/", 1)[1], "PolicyName": "more", "PolicyDocument": "{}"}
        self.refused_by(BY_BOUNDARY, "iam:PutRolePolicy", inside("iam").put_role_policy, **put)

    def test_a_deny_of_the_revoker_outlives_an_update_and_stands_in_the_way_of_the_end(self):
        record = self.provision("revoked", Boundary=BOUNDARY)
        made = self.outputs(record)["RoleArn"].rsplit("/", 1)[1]
        revoker = client("iam", role(DEV, "StudiogateRevoker"))
        off = {"RoleName": made, "PolicyName": "studiogate-revoked"}
        deny = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
        revoker.put_role_policy(**off, PolicyDocument=json.dumps(deny))
        updated = self.update("revoked", "again", Boundary=BOUNDARY, Note="second")["RecordDetail"]
        self.assertEqual(updated["Status"], "SUCCEEDED", updated.get("RecordErrors"))
        self.assertEqual(revoker.get_role_policy(**off)["PolicyDocument"], deny)
        terminate = self.catalog.terminate_provisioned_product
        ended = self.settled(terminate(ProvisionedProductName="revoked", TerminateToken="first"))["RecordDetail"]
        self.assertEqual(ended["Status"], "FAILED")
        revoker.delete_role_policy(**off)
        ended = self.settled(terminate(ProvisionedProductName="revoked", TerminateToken="second"))["RecordDetail"]
        self.assertEqual(ended["Status"], "SUCCEEDED", ended.get("RecordErrors"))

    def test_launch_constraints_are_the_catalogs_administrators(self):
        wanted = {**self.place, "Type": "LAUNCH", "Parameters": LAUNCH_ROLE, "IdempotencyToken": "more"}
        self.refused("DuplicateResourceException", self.admin.create_constraint, **wanted)
        unknown = {**wanted, "Parameters": json.dumps({"LocalRoleName": "Nobody"})}
        self.refused("ResourceNotFoundException", self.admin.create_constraint, **unknown)
        both = {**wanted, "Parameters": json.dumps({"LocalRoleName": "a", "RoleArn": arn("a")})}
        self.refused("InvalidParametersException", self.admin.create_constraint, **both)
        # The portal's curator names the launch role, and no other.
        curator = client("servicecatalog", role(SHARED_SERVICES, "StudiogateCurator"))
        self.refused("DuplicateResourceException", curator.create_constraint, **wanted)
        stronger = {**wanted, "Parameters": json.dumps({"LocalRoleName": "StudiogateHub"})}
        self.refused_by(BY_IDENTITY, "iam:PassRole", curator.create_constraint, **stronger)


if __name__ == "__main__":
    unittest.main(verbosity=2)
