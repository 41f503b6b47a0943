"""The local AWS, by AWS's own SDK for Python: a client that nobody here wrote, with AWS's own models of every shape."""

import json
import time
import unittest

from botocore.exceptions import ConnectionClosedError, ConnectionError, ReadTimeoutError

from local_aws import DEV, REGION, SHARED_DOMAIN, AwsTestCase, Browser, client, hub, local, role, until
from local_aws import start as setUpModule
from local_aws import stop as tearDownModule


def bound(person):
    """What the portal would bind parameters of products to."""
    return {
        "UserProfileName": person,
        "StudioUserId": person,
        "VpcId": f"vpc-{DEV}",
        "SubnetIds": f"subnet-{DEV}-a,subnet-{DEV}-b",
        "SecurityGroupIds": f"sg-{DEV}",
        "Project": "fraud-detection",
        "CostCenter": "CC-4711",
        "DataClass": "confidential",
        "StudioDomainId": SHARED_DOMAIN,
        "KmsKeyArn": f"arn:aws:kms:{REGION}:{DEV}:key/6b1f0c52-7d5e-4c0a-9a52-{DEV}",
    }


class LocalAws(AwsTestCase):
    def profile(self, person):
        sagemaker = client("sagemaker", DEV)
        sagemaker.create_user_profile(
            DomainId=SHARED_DOMAIN, UserProfileName=person, Tags=[{"Key": "studiouserid", "Value": person}]
        )
        until(
            lambda: sagemaker.describe_user_profile(DomainId=SHARED_DOMAIN, UserProfileName=person)["Status"],
            lambda status: status == "InService",
        )

    def test_identities(self):
        self.assertEqual(client("sts", DEV).get_caller_identity()["Account"], DEV)
        self.refused("InvalidClientTokenId", client("sts", "999999999999").get_caller_identity)
        session = role(DEV, "StudiogateLauncher", "ada")
        arn = client("sts", session).get_caller_identity()["Arn"]
        self.assertEqual(arn, f"arn:aws:sts::{DEV}:assumed-role/StudiogateLauncher/ada")
        self.refused("SignatureDoesNotMatch", client("sts", dict(session, SecretAccessKey="no")).get_caller_identity)
        arn = f"arn:aws:iam::{DEV}:role/StudiogateLauncher"
        without = client("sts", hub()).assume_role
        self.refused("AccessDenied", without, RoleArn=arn, RoleSessionName="portal")

    def test_organization(self):
        organizations = client("organizations", role("111111111111", "StudiogateOrganizer"))
        root = organizations.list_roots()["Roots"][0]["Id"]
        pages = organizations.get_paginator("list_organizational_units_for_parent").paginate(ParentId=root)
        units = {unit["Name"]: unit["Id"] for page in pages for unit in page["OrganizationalUnits"]}
        self.assertEqual(len(units), 7)
        attached = organizations.list_policies_for_target(TargetId=units["Sandbox"], Filter="SERVICE_CONTROL_POLICY")
        self.assertIn("deny-sagemaker-endpoints", [policy["Name"] for policy in attached["Policies"]])
        self.refused(
            "TargetNotFoundException",
            organizations.list_policies_for_target,
            TargetId="999999999999",
            Filter="SERVICE_CONTROL_POLICY",
        )

    def test_nobody_opens_what_is_not_theirs(self):
        self.profile("iso-ada")
        self.profile("iso-bob")
        ada = {"DomainId": SHARED_DOMAIN, "UserProfileName": "iso-ada"}
        open_as = lambda keys: client("sagemaker", keys).create_presigned_domain_url  # noqa: E731
        open_as(role(DEV, "StudiogateLauncher", "iso-ada"))(**ada)
        for why, keys in {
            "another person": role(DEV, "StudiogateLauncher", "iso-bob"),
            "another account": role("602000000002", "StudiogateLauncher", "iso-ada"),
            "no tags": role(DEV, "StudiogateLauncher"),
            "a wide session policy on the wrong role": role(
                DEV,
                "StudiogateObserver",
                "iso-ada",
                Policy=json.dumps(
                    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
                ),
            ),
        }.items():
            with self.subTest(why):
                self.refused("AccessDeniedException", open_as(keys), **ada)

    def test_an_expired_url_leads_to_the_console(self):
        self.profile("late-ada")
        sagemaker = client("sagemaker", role(DEV, "StudiogateLauncher", "late-ada"))
        url = sagemaker.create_presigned_domain_url(
            DomainId=SHARED_DOMAIN, UserProfileName="late-ada", ExpiresInSeconds=5
        )["AuthorizedUrl"]
        status, _, page = Browser().get(url)
        self.assertEqual(status, 200)
        self.assertIn("late-ada", page)
        until(lambda: Browser().get(url)[1], lambda where: "/console/signin" in where, seconds=15)

    def test_every_product_comes_up_opens_and_goes(self):
        person = "flow-ada"
        keys = role(DEV, "StudiogateProvisioner", person)
        catalog = client("servicecatalog", keys)
        values = bound(person)
        products = {view["Name"]: view["ProductId"] for view in catalog.search_products()["ProductViewSummaries"]}
        self.assertEqual(len(products), 4)
        for name, product in products.items():
            with self.subTest(name):
                self.one_product(keys, person, name, product, values)

    def one_product(self, keys, person, name, product, values):
        catalog = client("servicecatalog", keys)
        artifact = catalog.describe_product(Id=product)["ProvisioningArtifacts"][-1]["Id"]
        path = catalog.list_launch_paths(ProductId=product)["LaunchPathSummaries"][0]["Id"]
        asked = catalog.describe_provisioning_parameters(
            ProductId=product, ProvisioningArtifactId=artifact, PathId=path
        )["ProvisioningArtifactParameters"]
        wanted = {
            "ProductId": product,
            "ProvisioningArtifactId": artifact,
            "PathId": path,
            "ProvisionedProductName": f"flow-{product}",
            "ProvisionToken": f"token-{product}",
            "ProvisioningParameters": [
                {"Key": p["ParameterKey"], "Value": values[p["ParameterKey"]]}
                for p in asked
                if p["ParameterKey"] in values
            ],
            "Tags": [
                {"Key": "studiouserid", "Value": person},
                {"Key": "cost-center", "Value": "CC-4711"},
                {"Key": "data-class", "Value": "confidential"},
            ],
        }
        record = catalog.provision_product(**wanted)["RecordDetail"]
        again = catalog.provision_product(**wanted)["RecordDetail"]
        self.assertEqual(again["ProvisionedProductId"], record["ProvisionedProductId"])
        self.refused(
            "DuplicateResourceException", catalog.provision_product, **dict(wanted, ProvisionToken="another-token")
        )
        done = self.record(catalog, record["RecordId"])
        outputs = {o["OutputKey"]: o["OutputValue"] for o in done["RecordOutputs"]}
        self.assertEqual(done["RecordDetail"]["Status"], "SUCCEEDED", done["RecordDetail"].get("RecordErrors"))
        cloudformation = client("cloudformation", keys)
        pages = cloudformation.get_paginator("describe_stack_events").paginate(
            StackName=outputs["CloudformationStackARN"]
        )
        events = [event for page in pages for event in page["StackEvents"]]
        self.assertEqual(events[0]["ResourceStatus"], "CREATE_COMPLETE")
        if "UserProfileName" in outputs:
            self.open_and_clear(keys, person, outputs["DomainId"], catalog, record["ProvisionedProductId"])
        else:
            self.assertEqual(self.terminate(catalog, record["ProvisionedProductId"]), "SUCCEEDED")

    def open_and_clear(self, keys, person, domain, catalog, provisioned):
        launcher = client("sagemaker", role(DEV, "StudiogateLauncher", person))
        url = launcher.create_presigned_domain_url(DomainId=domain, UserProfileName=person)["AuthorizedUrl"]
        browser = Browser()
        status, page, text = browser.get(url)
        self.assertEqual((status, person in text), (200, True))
        for action in ("start", "space"):
            self.assertEqual(browser.get(f"{page}/{action}", data=b"")[0], 200, action)
        # What runs blocks the deletion, as at AWS; the person's own session clears it.
        self.assertEqual(self.terminate(catalog, provisioned), "FAILED")
        sagemaker = client("sagemaker", keys)
        apps = lambda: [  # noqa: E731
            app
            for app in sagemaker.list_apps(DomainIdEquals=domain, UserProfileNameEquals=person)["Apps"]
            if app["Status"] != "Deleted"
        ]
        for app in apps():
            sagemaker.delete_app(
                DomainId=domain, UserProfileName=person, AppType=app["AppType"], AppName=app["AppName"]
            )
        until(apps, lambda left: not left)
        spaces = lambda: sagemaker.list_spaces(DomainIdEquals=domain)["Spaces"]  # noqa: E731
        for space in spaces():
            sagemaker.delete_space(DomainId=domain, SpaceName=space["SpaceName"])
        until(spaces, lambda left: not left)
        self.assertEqual(self.terminate(catalog, provisioned), "SUCCEEDED")

    def test_a_provisioned_product_is_given_to_somebody_else(self):
        keys = role(DEV, "StudiogateProvisioner", "gives-ada")
        catalog = client("servicecatalog", keys)
        products = {view["Name"]: view["ProductId"] for view in catalog.search_products()["ProductViewSummaries"]}
        product = products["Governed S3 workspace"]
        artifact = catalog.describe_product(Id=product)["ProvisioningArtifacts"][0]["Id"]
        asked = catalog.describe_provisioning_parameters(
            ProductId=product,
            ProvisioningArtifactId=artifact,
            PathId=catalog.list_launch_paths(ProductId=product)["LaunchPathSummaries"][0]["Id"],
        )["ProvisioningArtifactParameters"]
        values = bound("gives-ada")
        record = catalog.provision_product(
            ProductId=product,
            ProvisioningArtifactId=artifact,
            ProvisionedProductName="given",
            ProvisionToken="given",
            ProvisioningParameters=[
                {"Key": p["ParameterKey"], "Value": values[p["ParameterKey"]]}
                for p in asked
                if p["ParameterKey"] in values
            ],
            Tags=[
                {"Key": "studiouserid", "Value": "gives-ada"},
                {"Key": "cost-center", "Value": "CC-4711"},
                {"Key": "data-class", "Value": "confidential"},
            ],
        )["RecordDetail"]
        given = record["ProvisionedProductId"]
        self.record(catalog, record["RecordId"])
        owner = f"arn:aws:sts::{DEV}:assumed-role/StudiogateProvisioner/takes-bob"
        give = lambda **more: catalog.update_provisioned_product_properties(  # noqa: E731
            **{
                "ProvisionedProductId": given,
                "ProvisionedProductProperties": {"OWNER": owner},
                "IdempotencyToken": "give",
                **more,
            }
        )
        answer = give()
        self.assertEqual((answer["Status"], answer["ProvisionedProductProperties"]), ("SUCCEEDED", {"OWNER": owner}))
        self.assertEqual(give()["RecordId"], answer["RecordId"])
        self.refused("InvalidParametersException", give, ProvisionedProductProperties={"OWNER": "bob"})
        bob = client("servicecatalog", role(DEV, "StudiogateProvisioner", "takes-bob"))
        theirs = lambda of: [  # noqa: E731
            it["Id"]
            for it in of.search_provisioned_products(AccessLevelFilter={"Key": "User", "Value": "self"})[
                "ProvisionedProducts"
            ]
        ]
        until(lambda: theirs(bob), lambda found: given in found)
        self.assertNotIn(given, theirs(catalog))
        self.assertEqual(self.terminate(bob, given), "SUCCEEDED")

    def record(self, catalog, record):
        return until(
            lambda: catalog.describe_record(Id=record),
            lambda found: found["RecordDetail"]["Status"] in ("SUCCEEDED", "FAILED"),
        )

    def terminate(self, catalog, provisioned):
        token = f"t{time.monotonic_ns()}"
        detail = catalog.terminate_provisioned_product(ProvisionedProductId=provisioned, TerminateToken=token)
        return self.record(catalog, detail["RecordDetail"]["RecordId"])["RecordDetail"]["Status"]

    def test_faults(self):
        self.addCleanup(local, "faults", method="DELETE")
        throttled = {"operation": "sagemaker:ListNotebookInstances", "kind": "throttle", "count": 2}
        local("faults", throttled)
        client("sagemaker", DEV, retries=5).list_notebook_instances()
        self.assertGreaterEqual(json.loads(local("calls"))["sagemaker:ListNotebookInstances"], 3)
        lost = {"operation": "sagemaker:CreateUserProfile", "kind": "response_lost", "count": 1}
        local("faults", lost)
        wanted = {"DomainId": SHARED_DOMAIN, "UserProfileName": "lost-ada"}
        with self.assertRaises((ConnectionClosedError, ConnectionError)):
            client("sagemaker", DEV).create_user_profile(**wanted)
        self.refused("ResourceInUse", client("sagemaker", DEV).create_user_profile, **wanted)
        local("faults", {"operation": "sagemaker:ListDomains", "kind": "timeout", "count": 1})
        with self.assertRaises(ReadTimeoutError):
            client("sagemaker", DEV, read_timeout=1).list_domains()


if __name__ == "__main__":
    unittest.main(verbosity=2)
