"""A catalog is curated on the local AWS by AWS's own SDK for Python: portfolios, products, versions, constraints, TagOptions,
principals and shares, from a template in S3 to what somebody in another account is offered."""

import json
import time
import unittest

from local_aws import DEV, REGION, AwsTestCase, client, role, until
from local_aws import start as setUpModule
from local_aws import stop as tearDownModule

SHARED = "222222222222"
MANAGEMENT = "111111111111"
BUCKET = "studiogate-templates"


def template(versioned):
    status = "Enabled" if versioned else "Suspended"
    return f"""
AWSTemplateFormatVersion: '2010-09-09'
Description: A bucket for a team
Parameters:
  Purpose:
    Type: String
    AllowedValues: [data, models, reports]
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: {{Status: {status}}}
Outputs:
  BucketName: {{Value: !Ref Bucket}}
"""


class Curation(AwsTestCase):
    @classmethod
    def setUpClass(cls):
        cls.s3 = client("s3", SHARED, s3={"addressing_style": "path"})
        cls.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        cls.catalog = client("servicecatalog", SHARED)
        cls.count = 0

    def token(self):
        type(self).count += 1
        return f"t{self.count}-{time.monotonic_ns()}"

    def load(self, key, text):
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())
        return f"https://{BUCKET}.s3.{REGION}.amazonaws.com/{key}"

    def portfolio(self, name):
        made = self.catalog.create_portfolio(DisplayName=name, ProviderName="Platform", IdempotencyToken=self.token())
        return made["PortfolioDetail"]["Id"]

    def product(self, name, **more):
        url = self.load(f"{name}/v1.yaml", template(versioned=False))
        version = {"Name": "v1", "Info": {"LoadTemplateFromURL": url}, "Type": "CLOUD_FORMATION_TEMPLATE"}
        wanted = {
            "Name": name,
            "Owner": "Platform",
            "ProductType": "CLOUD_FORMATION_TEMPLATE",
            "ProvisioningArtifactParameters": version,
            "IdempotencyToken": self.token(),
            **more,
        }
        made = self.catalog.create_product(**wanted)
        # The same call again is answered the same, another with its token refused.
        again = self.catalog.create_product(**wanted)
        self.assertEqual(made["ProductViewDetail"], again["ProductViewDetail"])
        self.refused("InvalidParametersException", self.catalog.create_product, **dict(wanted, Owner="Another"))
        summary = made["ProductViewDetail"]["ProductViewSummary"]
        return summary["ProductId"], made["ProvisioningArtifactDetail"]["Id"]

    def test_objects(self):
        self.s3.put_object(Bucket=BUCKET, Key="a folder/é.yaml", Body=b"Resources: {}", ContentType="text/yaml")
        found = self.s3.get_object(Bucket=BUCKET, Key="a folder/é.yaml")
        self.assertEqual((found["Body"].read(), found["ContentType"]), (b"Resources: {}", "text/yaml"))
        self.assertEqual(self.s3.head_object(Bucket=BUCKET, Key="a folder/é.yaml")["ContentLength"], 13)
        self.s3.delete_object(Bucket=BUCKET, Key="a folder/é.yaml")
        self.refused("NoSuchKey", self.s3.get_object, Bucket=BUCKET, Key="a folder/é.yaml")
        self.refused("NoSuchBucket", self.s3.put_object, Bucket="nobodys", Key="x", Body=b"")
        self.refused("BucketAlreadyOwnedByYou", self.s3.create_bucket, Bucket=BUCKET)
        stranger = client("s3", DEV, s3={"addressing_style": "path"})
        self.refused("AccessDenied", stranger.get_object, Bucket=BUCKET, Key="x")
        self.refused("BucketAlreadyExists", stranger.create_bucket, Bucket=BUCKET)
        self.refused("NotImplemented", self.s3.list_objects_v2, Bucket=BUCKET)

    def test_a_product_from_its_template_to_whoever_is_offered_it(self):
        catalog = self.catalog
        portfolio = self.portfolio("Buckets")
        product, first = self.product("Team bucket", Tags=[{"Key": "managed-by", "Value": "platform"}])
        catalog.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
        launch = json.dumps({"LocalRoleName": "StudiogateLaunchRole"})
        here = {"PortfolioId": portfolio, "ProductId": product}
        constraint = catalog.create_constraint(
            **here, Type="LAUNCH", Parameters=launch, IdempotencyToken=self.token()
        )["ConstraintDetail"]["ConstraintId"]
        self.refused(
            "DuplicateResourceException",
            catalog.create_constraint,
            **here,
            Type="LAUNCH",
            Parameters=launch,
            IdempotencyToken=self.token(),
        )
        rules = {
            "Rules": {
                "OnlyData": {
                    "Assertions": [
                        {
                            "Assert": {"Fn::Contains": [["data", "models"], {"Ref": "Purpose"}]},
                            "AssertDescription": "Reports are kept elsewhere.",
                        }
                    ]
                }
            }
        }
        catalog.create_constraint(
            **here, Type="TEMPLATE", Parameters=json.dumps(rules), IdempotencyToken=self.token()
        )
        # Shared to the units of the organization, from the account that may.
        unit = self.unit("Workloads_Dev")
        node = {"Type": "ORGANIZATIONAL_UNIT", "Value": unit}
        self.refused(
            "OperationNotSupportedException",
            client("servicecatalog", "602000000001").create_portfolio_share,
            PortfolioId=self.portfolio_of("602000000001"),
            OrganizationNode=node,
        )
        token = catalog.create_portfolio_share(PortfolioId=portfolio, OrganizationNode=node)["PortfolioShareToken"]
        status = lambda: catalog.describe_portfolio_share_status(PortfolioShareToken=token)  # noqa: E731
        done = until(status, lambda found: found["Status"] != "IN_PROGRESS")
        self.assertEqual(done["Status"], "COMPLETED")
        self.assertIn(DEV, done["ShareDetails"]["SuccessfulShares"])
        shares = catalog.describe_portfolio_shares(PortfolioId=portfolio, Type="ORGANIZATIONAL_UNIT")
        self.assertTrue(shares["PortfolioShareDetails"][0]["Accepted"])
        # In the account that it is shared to nobody may launch until somebody there says who.
        local = client("servicecatalog", DEV)
        imported = local.list_accepted_portfolio_shares(PortfolioShareType="AWS_ORGANIZATIONS")["PortfolioDetails"]
        self.assertIn(portfolio, [found["Id"] for found in imported])
        person = client("servicecatalog", role(DEV, "StudiogateProvisioner", "curated-ada"))
        offered = lambda: {it["ProductId"] for it in person.search_products()["ProductViewSummaries"]}  # noqa: E731
        self.assertNotIn(product, offered())
        arn = f"arn:aws:iam::{DEV}:role/StudiogateProvisioner"
        local.associate_principal_with_portfolio(PortfolioId=portfolio, PrincipalARN=arn, PrincipalType="IAM")
        self.assertIn(product, offered())
        self.refused(
            "InvalidParametersException",
            local.associate_principal_with_portfolio,
            PortfolioId=portfolio,
            PrincipalARN=arn.replace("Provisioner", "Nobody"),
            PrincipalType="IAM",
        )
        ask = lambda name, purpose: person.provision_product(  # noqa: E731
            ProductId=product,
            ProvisioningArtifactId=first,
            ProvisionedProductName=name,
            ProvisionToken=name,
            ProvisioningParameters=[{"Key": "Purpose", "Value": purpose}],
            Tags=[{"Key": "studiouserid", "Value": "curated-ada"}],
        )["RecordDetail"]
        with self.subTest("the constraint bites"):
            self.refused(
                "InvalidParametersException",
                lambda: ask("reports", "reports"),
            )
        record = ask("data", "data")["RecordId"]
        until(
            lambda: person.describe_record(Id=record)["RecordDetail"]["Status"],
            lambda found: found in ("SUCCEEDED", "FAILED"),
        )
        # A new version, the old one deprecated; what is in use stays.
        url = self.load("Team bucket/v2.yaml", template(versioned=True))
        second = catalog.create_provisioning_artifact(
            ProductId=product,
            Parameters={"Name": "v2", "Info": {"LoadTemplateFromURL": url}, "Type": "CLOUD_FORMATION_TEMPLATE"},
            IdempotencyToken=self.token(),
        )["ProvisioningArtifactDetail"]["Id"]
        catalog.update_provisioning_artifact(ProductId=product, ProvisioningArtifactId=first, Guidance="DEPRECATED")
        versions = {it["Id"]: it["Guidance"] for it in person.describe_product(Id=product)["ProvisioningArtifacts"]}
        self.assertEqual(versions, {first: "DEPRECATED", second: "DEFAULT"})
        self.refused("ResourceInUseException", catalog.delete_portfolio, Id=portfolio)
        self.refused("ResourceInUseException", catalog.delete_product, Id=product)
        self.refused(
            "ResourceInUseException",
            catalog.disassociate_product_from_portfolio,
            ProductId=product,
            PortfolioId=portfolio,
        )
        other = json.dumps({"LocalRoleName": "NoSuchRole"})
        self.refused("ResourceNotFoundException", catalog.update_constraint, Id=constraint, Parameters=other)
        self.refused("InvalidParametersException", catalog.update_constraint, Id=constraint, Parameters="no JSON")
        catalog.update_constraint(Id=constraint, Description="By the launch role of the account")
        described = catalog.describe_constraint(Id=constraint)["ConstraintDetail"]
        self.assertEqual(described["Description"], "By the launch role of the account")

    def test_templates_that_cannot_be_read_are_refused(self):
        wanted = lambda url: {  # noqa: E731
            "Name": "Refused",
            "Owner": "Platform",
            "ProductType": "CLOUD_FORMATION_TEMPLATE",
            "ProvisioningArtifactParameters": {
                "Name": "v1",
                "Info": {"LoadTemplateFromURL": url},
                "Type": "CLOUD_FORMATION_TEMPLATE",
            },
            "IdempotencyToken": self.token(),
        }
        for why, url in {
            "no address of S3": "https://example.com/v1.yaml",
            "no such object": f"https://{BUCKET}.s3.{REGION}.amazonaws.com/none.yaml",
            "no template": self.load("no.yaml", "Resources: ["),
            "nothing in it": self.load("empty.yaml", "Resources: {}"),
        }.items():
            with self.subTest(why):
                self.refused("InvalidParametersException", self.catalog.create_product, **wanted(url))
        stranger = client("servicecatalog", DEV).create_product
        url = self.load("ours.yaml", template(versioned=True))
        self.refused("InvalidParametersException", stranger, **wanted(url))

    def test_tag_options(self):
        catalog = self.catalog
        portfolio = self.portfolio("Tagged")
        make = lambda value: catalog.create_tag_option(Key="team", Value=value)["TagOptionDetail"]["Id"]  # noqa: E731
        red, blue = make("red"), make("blue")
        self.refused("DuplicateResourceException", catalog.create_tag_option, Key="team", Value="red")
        catalog.associate_tag_option_with_resource(ResourceId=portfolio, TagOptionId=red)
        self.refused(
            "DuplicateResourceException",
            catalog.associate_tag_option_with_resource,
            ResourceId=portfolio,
            TagOptionId=red,
        )
        self.refused("ResourceInUseException", catalog.delete_tag_option, Id=red)
        self.assertFalse(catalog.update_tag_option(Id=red, Active=False)["TagOptionDetail"]["Active"])
        self.refused("DuplicateResourceException", catalog.update_tag_option, Id=blue, Value="red")
        catalog.disassociate_tag_option_from_resource(ResourceId=portfolio, TagOptionId=red)
        for option in (red, blue):
            catalog.delete_tag_option(Id=option)
        catalog.delete_portfolio(Id=portfolio)
        self.refused("ResourceNotFoundException", catalog.describe_portfolio, Id=portfolio)

    def test_a_share_to_an_account_is_accepted_there(self):
        portfolio = self.portfolio("One account")
        other = client("servicecatalog", DEV)
        self.refused("ResourceNotFoundException", other.accept_portfolio_share, PortfolioId=portfolio)
        self.catalog.create_portfolio_share(PortfolioId=portfolio, AccountId=DEV)
        mine = lambda: {it["Id"] for it in other.list_accepted_portfolio_shares()["PortfolioDetails"]}  # noqa: E731
        self.assertNotIn(portfolio, mine())
        other.accept_portfolio_share(PortfolioId=portfolio)
        self.assertIn(portfolio, mine())
        # TagOptions go along with it, principals with the organization and its units alone.
        self.catalog.update_portfolio_share(PortfolioId=portfolio, AccountId=DEV, ShareTagOptions=True)
        shares = self.catalog.describe_portfolio_shares(PortfolioId=portfolio, Type="ACCOUNT")["PortfolioShareDetails"]
        self.assertEqual(
            [(it["PrincipalId"], it["Accepted"], it["ShareTagOptions"], it["SharePrincipals"]) for it in shares],
            [(DEV, True, True, False)],
        )
        self.refused(
            "InvalidParametersException",
            self.catalog.update_portfolio_share,
            PortfolioId=portfolio,
            AccountId=DEV,
            SharePrincipals=True,
        )
        self.refused("ResourceInUseException", self.catalog.delete_portfolio, Id=portfolio)
        self.catalog.delete_portfolio_share(PortfolioId=portfolio, AccountId=DEV)
        self.assertNotIn(portfolio, mine())
        self.catalog.delete_portfolio(Id=portfolio)

    def test_copies(self):
        product, _ = self.product("Copied")
        source = f"arn:aws:catalog:{REGION}:{SHARED}:product/{product}"
        token = self.catalog.copy_product(
            SourceProductArn=source, TargetProductName="The copy", IdempotencyToken=self.token()
        )["CopyProductToken"]
        done = self.catalog.describe_copy_product_status(CopyProductToken=token)
        self.assertEqual(done["CopyProductStatus"], "SUCCEEDED")
        copy = self.catalog.describe_product_as_admin(Id=done["TargetProductId"])
        self.assertEqual(copy["ProductViewDetail"]["ProductViewSummary"]["Name"], "The copy")
        self.assertEqual(len(copy["ProvisioningArtifactSummaries"]), 1)
        only = copy["ProvisioningArtifactSummaries"][0]["Id"]
        self.refused(
            "ResourceInUseException",
            self.catalog.delete_provisioning_artifact,
            ProductId=done["TargetProductId"],
            ProvisioningArtifactId=only,
        )
        self.catalog.delete_product(Id=done["TargetProductId"])

    def test_the_tree_of_the_organization(self):
        organizations = client("organizations", MANAGEMENT)
        root = organizations.list_roots()["Roots"][0]["Id"]
        make = lambda parent, name: organizations.create_organizational_unit(  # noqa: E731
            ParentId=parent, Name=name
        )["OrganizationalUnit"]["Id"]
        unit = make(root, "Exceptions")
        self.refused(
            "DuplicateOrganizationalUnitException",
            organizations.create_organizational_unit,
            ParentId=root,
            Name="Exceptions",
        )
        attached = organizations.list_policies_for_target(TargetId=unit, Filter="SERVICE_CONTROL_POLICY")["Policies"]
        self.assertEqual([policy["Name"] for policy in attached], ["FullAWSAccess"])
        sandbox = self.unit("Sandbox")
        account = organizations.list_accounts_for_parent(ParentId=sandbox)["Accounts"][0]["Id"]
        move = lambda come, go: organizations.move_account(  # noqa: E731
            AccountId=account, SourceParentId=come, DestinationParentId=go
        )
        move(sandbox, unit)
        self.refused("SourceParentNotFoundException", lambda: move(sandbox, unit))
        self.refused("DuplicateAccountException", lambda: move(unit, unit))
        self.refused(
            "OrganizationalUnitNotEmptyException",
            organizations.delete_organizational_unit,
            OrganizationalUnitId=unit,
        )
        move(unit, sandbox)
        deepest = unit
        for level in range(2, 6):
            deepest = make(deepest, f"Level {level}")
        self.refused(
            "ConstraintViolationException",
            organizations.create_organizational_unit,
            ParentId=deepest,
            Name="Level 6",
        )
        renamed = organizations.update_organizational_unit(OrganizationalUnitId=unit, Name="Others")
        self.assertEqual(renamed["OrganizationalUnit"]["Name"], "Others")
        member = client("organizations", SHARED)
        self.refused("AccessDeniedException", member.create_organizational_unit, ParentId=root, Name="Mine")

    def unit(self, name):
        organizations = client("organizations", MANAGEMENT)
        root = organizations.list_roots()["Roots"][0]["Id"]
        pages = organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=root)
        return next(unit["Id"] for page in pages for unit in page["OrganizationalUnits"] if unit["Name"] == name)

    def portfolio_of(self, account):
        made = client("servicecatalog", account).create_portfolio(
            DisplayName="Own", ProviderName="Them", IdempotencyToken=self.token()
        )
        return made["PortfolioDetail"]["Id"]


if __name__ == "__main__":
    unittest.main(verbosity=2)
