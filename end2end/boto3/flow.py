"""The whole flow of one environment with boto3, in the roles that the portal takes on: the curator reads the catalog, the
provisioner asks and provisions, the observer watches, the launcher opens Studio, the provisioner updates and terminates.
"""

import json
import unittest

from local_aws import DEV, SHARED_DOMAIN, AwsTestCase, Browser, client, role, until
from local_aws import start as setUpModule
from local_aws import stop as tearDownModule

PRODUCT = "Studio user profile"
PERSON = "ada-0123456789abcdef"
NAME = "ada-studio"


def pages(client, operation, member, **arguments):
    """All items of a list, also of those that botocore has no paginator for."""
    found = []
    if not client.can_paginate(operation):
        while True:
            page = getattr(client, operation)(**arguments)
            found += page[member]
            if not page.get("NextPageToken"):
                return found
            arguments["PageToken"] = page["NextPageToken"]
    for page in client.get_paginator(operation).paginate(**arguments):
        found += page[member]
    return found


class Flow(AwsTestCase):
    @classmethod
    def setUpClass(cls):
        cls.keys = role(DEV, "StudiogateProvisioner", PERSON)
        cls.catalog = client("servicecatalog", cls.keys)
        cls.observer = role(DEV, "StudiogateObserver")

    def test_flow(self):
        steps = [
            self.organizer_reads_the_organization,
            self.curator_reads_the_catalog,
            self.observer_sees_who_may_launch,
            self.product_says_what_it_asks_for,
            self.wrong_values_are_refused,
            self.what_the_template_refuses_fails_with_its_reason,
            self.environment_comes_up,
            self.observer_reads_the_stack,
            self.index_of_the_search_catches_up,
            self.history_has_the_record,
            self.studio_opens,
            self.tags_are_kept,
            self.environment_is_updated,
            self.environment_is_terminated,
            self.notebook_instance_lives,
        ]
        for step in steps:
            print(f"  {step.__name__.replace('_', ' ')}", flush=True)
            step()

    def organizer_reads_the_organization(self):
        organizations = client("organizations", role("111111111111", "StudiogateOrganizer"))
        organization = organizations.describe_organization()["Organization"]
        self.assertEqual((organization["MasterAccountId"], organization["FeatureSet"]), ("111111111111", "ALL"))
        root = organizations.list_roots()["Roots"][0]["Id"]
        units = pages(organizations, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=root)
        sandbox = next(unit["Id"] for unit in units if unit["Name"] == "Sandbox")
        accounts = pages(organizations, "list_accounts_for_parent", "Accounts", ParentId=sandbox)
        self.assertEqual({account["Id"] for account in accounts}, {"601000000001", "602000000001"})
        service_control = "SERVICE_CONTROL_POLICY"
        attached = pages(
            organizations, "list_policies_for_target", "Policies", TargetId=sandbox, Filter=service_control
        )
        denies = next(policy["Id"] for policy in attached if policy["Name"] == "deny-sagemaker-endpoints")
        policy = organizations.describe_policy(PolicyId=denies)["Policy"]
        self.assertEqual(policy["PolicySummary"]["Type"], service_control)
        self.assertEqual(json.loads(policy["Content"])["Statement"][0]["Effect"], "Deny")
        self.refused("PolicyNotFoundException", organizations.describe_policy, PolicyId="p-00000000")
        self.refused("ParentNotFoundException", organizations.list_accounts_for_parent, ParentId="r-none")

    def observer_sees_who_may_launch(self):
        catalog = client("servicecatalog", self.observer)
        portfolios = pages(catalog, "list_portfolios_for_product", "PortfolioDetails", ProductId=self.product)
        self.assertEqual(len(portfolios), 1)
        principals = pages(catalog, "list_principals_for_portfolio", "Principals", PortfolioId=portfolios[0]["Id"])
        self.assertIn(f"arn:aws:iam::{DEV}:role/StudiogateProvisioner", [p["PrincipalARN"] for p in principals])
        missing = "ResourceNotFoundException"
        self.refused(missing, catalog.list_portfolios_for_product, ProductId="prod-none")
        self.refused(missing, catalog.list_principals_for_portfolio, PortfolioId="port-none")

    def curator_reads_the_catalog(self):
        curator = client("servicecatalog", role("222222222222", "StudiogateCurator"))
        portfolios = pages(curator, "list_portfolios", "PortfolioDetails")
        self.assertEqual(len(portfolios), 2)
        one = curator.list_portfolios(PageSize=1)
        self.assertEqual(len(one["PortfolioDetails"]), 1)
        second = curator.list_portfolios(PageSize=1, PageToken=one["NextPageToken"])
        self.assertNotEqual(one["PortfolioDetails"], second["PortfolioDetails"])
        self.assertNotIn("NextPageToken", second)

        products, constraints = {}, []
        for portfolio in portfolios:
            id = portfolio["Id"]
            views = pages(curator, "search_products_as_admin", "ProductViewDetails", PortfolioId=id)
            products.update({v["ProductViewSummary"]["Name"]: v["ProductViewSummary"]["ProductId"] for v in views})
            constraints += pages(curator, "list_constraints_for_portfolio", "ConstraintDetails", PortfolioId=id)
            self.assertEqual(len(pages(curator, "list_portfolio_access", "AccountIds", PortfolioId=id)), 8)
        self.assertEqual(len(products), 4)
        kinds = {curator.describe_constraint(Id=c["ConstraintId"])["ConstraintDetail"]["Type"] for c in constraints}
        self.assertLessEqual({"LAUNCH", "TEMPLATE", "RESOURCE_UPDATE"}, kinds)

        self.product = products[PRODUCT]
        detail = curator.describe_product_as_admin(Id=self.product)
        self.assertEqual(detail["ProductViewDetail"]["ProductViewSummary"]["Name"], PRODUCT)
        versions = curator.list_provisioning_artifacts(ProductId=self.product)["ProvisioningArtifactDetails"]
        versions.sort(key=lambda version: version["CreatedTime"])
        self.old, self.new = [version["Id"] for version in versions]
        artifact = curator.describe_provisioning_artifact(
            ProductId=self.product, ProvisioningArtifactId=self.new, Verbose=True
        )
        self.assertEqual(artifact["Status"], "AVAILABLE")
        options = pages(curator, "list_tag_options", "TagOptionDetails")
        self.assertEqual({option["Key"] for option in options}, {"cost-center", "data-class", "workload"})
        tagged = pages(curator, "list_resources_for_tag_option", "ResourceDetails", TagOptionId=options[0]["Id"])
        self.assertEqual({r["Id"] for r in tagged}, {p["Id"] for p in portfolios})
        shares = client("servicecatalog", self.observer).list_accepted_portfolio_shares()["PortfolioDetails"]
        self.assertEqual({p["Id"] for p in shares}, {p["Id"] for p in portfolios})
        self.refused("AccessDeniedException", self.catalog.list_portfolios)

    def product_says_what_it_asks_for(self):
        paths = pages(self.catalog, "list_launch_paths", "LaunchPathSummaries", ProductId=self.product)
        self.path = paths[0]["Id"]
        asked = self.catalog.describe_provisioning_parameters(
            ProductId=self.product, ProvisioningArtifactId=self.old, PathId=self.path
        )
        parameters = {p["ParameterKey"]: p for p in asked["ProvisioningArtifactParameters"]}
        limits = parameters["DataClass"]["ParameterConstraints"]
        self.assertEqual(limits["AllowedValues"], ["public", "internal", "confidential", "restricted"])
        self.assertIn("LAUNCH", [summary["Type"] for summary in asked["ConstraintSummaries"]])
        self.assertEqual({option["Key"] for option in asked["TagOptions"]}, {"cost-center", "data-class", "workload"})
        self.values = {
            "StudioDomainId": SHARED_DOMAIN,
            "UserProfileName": PERSON,
            "StudioUserId": PERSON,
            "SecurityGroupIds": f"sg-{DEV}",
            "Project": "fraud-detection",
            "CostCenter": "CC-4711",
            "DataClass": "confidential",
            "InstanceType": "ml.t3.medium",
        }

    def wanted(self, values=None, tags=None, **more):
        tags = tags or {"studiouserid": PERSON, "cost-center": "CC-4711", "data-class": "confidential"}
        return {
            "ProductId": self.product,
            "ProvisioningArtifactId": self.old,
            "PathId": self.path,
            "ProvisionedProductName": NAME,
            "ProvisionToken": "token-1",
            "ProvisioningParameters": [{"Key": k, "Value": v} for k, v in {**self.values, **(values or {})}.items()],
            "Tags": [{"Key": k, "Value": v} for k, v in tags.items()],
            **more,
        }

    def wrong_values_are_refused(self):
        provision = self.catalog.provision_product
        invalid = "InvalidParametersException"
        self.assertIn("Nonsense", self.refused(invalid, provision, **self.wanted({"Nonsense": "1"})))
        self.refused(invalid, provision, **self.wanted(tags={"cost-center": "CC-0", "data-class": "internal"}))
        self.refused(invalid, provision, **self.wanted(ProductName=PRODUCT))
        self.refused("ResourceNotFoundException", provision, **self.wanted(ProvisioningArtifactId="pa-none"))
        self.refused("ResourceNotFoundException", provision, **self.wanted(PathId="lpv2-none"))
        self.refused("ValidationException", provision, **self.wanted(ProvisionedProductName="no spaces"))
        self.refused("ResourceNotFoundException", self.catalog.describe_provisioned_product, Name=NAME)

    def what_the_template_refuses_fails_with_its_reason(self):
        wanted = self.wanted({"DataClass": "secret"}, ProvisionedProductName="refused", ProvisionToken="refused")
        record = self.catalog.provision_product(**wanted)["RecordDetail"]
        failed = self.settled(record["RecordId"])["RecordDetail"]
        self.assertEqual(failed["Status"], "FAILED")
        self.assertIn("DataClass", failed["RecordErrors"][0]["Description"])
        found = self.catalog.describe_provisioned_product(Name="refused")["ProvisionedProductDetail"]
        self.assertEqual(found["Status"], "ERROR")
        terminate = {"ProvisionedProductId": found["Id"], "TerminateToken": "terminate-refused"}
        record = self.catalog.terminate_provisioned_product(**terminate)["RecordDetail"]
        self.assertEqual(self.settled(record["RecordId"])["RecordDetail"]["Status"], "SUCCEEDED")

    def environment_comes_up(self):
        wanted = self.wanted()
        record = self.catalog.provision_product(**wanted)["RecordDetail"]
        self.provisioned, self.record = record["ProvisionedProductId"], record["RecordId"]
        self.assertEqual(self.catalog.provision_product(**wanted)["RecordDetail"]["RecordId"], self.record)
        changed = self.wanted({"InstanceType": "ml.t3.large"})
        self.refused("InvalidParametersException", self.catalog.provision_product, **changed)
        done = self.settled(self.record)
        self.assertEqual(done["RecordDetail"]["Status"], "SUCCEEDED", done["RecordDetail"].get("RecordErrors"))
        self.stack = {o["OutputKey"]: o["OutputValue"] for o in done["RecordOutputs"]}["CloudformationStackARN"]
        found = self.catalog.describe_provisioned_product(Name=NAME)["ProvisionedProductDetail"]
        self.assertEqual((found["Id"], found["Status"]), (self.provisioned, "AVAILABLE"))
        outputs = pages(
            self.catalog, "get_provisioned_product_outputs", "Outputs", ProvisionedProductId=self.provisioned
        )
        self.assertEqual({o["OutputKey"]: o["OutputValue"] for o in outputs}["UserProfileName"], PERSON)

    def settled(self, record):
        final = ("SUCCEEDED", "FAILED")
        look = lambda: self.catalog.describe_record(Id=record)  # noqa: E731
        return until(look, lambda found: found["RecordDetail"]["Status"] in final)

    def observer_reads_the_stack(self):
        cloudformation = client("cloudformation", self.observer)
        events = pages(cloudformation, "describe_stack_events", "StackEvents", StackName=self.stack)
        self.assertEqual(len({event["EventId"] for event in events}), len(events))
        times = [event["Timestamp"] for event in events]
        self.assertEqual(times, sorted(times, reverse=True), "newest first")
        resources = cloudformation.list_stack_resources(StackName=self.stack)["StackResourceSummaries"]
        by_type = {r["ResourceType"]: r for r in resources}
        self.assertEqual(by_type["AWS::SageMaker::UserProfile"]["ResourceStatus"], "CREATE_COMPLETE")
        template = cloudformation.get_template(StackName=self.stack)["TemplateBody"]
        self.assertIn("AWS::SageMaker::UserProfile", str(template))
        missing = self.refused("ValidationError", cloudformation.describe_stack_events, StackName="SC-none")
        self.assertIn("does not exist", missing)

    def index_of_the_search_catches_up(self):
        query = {"SearchQuery": ["idempotencyToken:token-1"]}
        level = {"Key": "User", "Value": "self"}
        search = self.catalog.search_provisioned_products
        found = until(
            lambda: search(AccessLevelFilter=level, Filters=query)["ProvisionedProducts"],
            lambda found: found and found[0]["Status"] == "AVAILABLE",
        )
        self.assertEqual([p["Id"] for p in found], [self.provisioned])
        other = client("servicecatalog", role(DEV, "StudiogateProvisioner", "bob-0123456789abcdef"))
        self.assertEqual(other.search_provisioned_products(AccessLevelFilter=level)["ProvisionedProducts"], [])
        scanned = self.catalog.scan_provisioned_products(AccessLevelFilter=level)["ProvisionedProducts"]
        self.assertEqual([p["Id"] for p in scanned], [self.provisioned])

    def history_has_the_record(self):
        history = self.catalog.list_record_history(AccessLevelFilter={"Key": "User", "Value": "self"})
        self.assertIn(self.record, [record["RecordId"] for record in history["RecordDetails"]])

    def studio_opens(self):
        keys = role(DEV, "StudiogateLauncher", PERSON)
        launcher = client("sagemaker", keys)
        # botocore would refuse these by itself; asked is what AWS says.
        unchecked = client("sagemaker", keys, parameter_validation=False)
        profile = {"DomainId": SHARED_DOMAIN, "UserProfileName": PERSON}
        for wrong in ({"ExpiresInSeconds": 4}, {"ExpiresInSeconds": 301}, {"SessionExpirationDurationInSeconds": 60}):
            with self.subTest(str(wrong)):
                self.refused("ValidationException", unchecked.create_presigned_domain_url, **profile, **wrong)
        url = launcher.create_presigned_domain_url(**profile, ExpiresInSeconds=30)["AuthorizedUrl"]
        status, _, page = Browser().get(url)
        self.assertEqual((status, PERSON in page), (200, True))
        forged = url[:-4] + "0000"
        self.assertNotIn(PERSON, Browser().get(forged)[2])

    def tags_are_kept(self):
        profile = {"DomainId": SHARED_DOMAIN, "UserProfileName": PERSON}
        observer = client("sagemaker", self.observer)
        arn = client("sagemaker", self.observer).describe_user_profile(**profile)["UserProfileArn"]
        tags = {tag["Key"]: tag["Value"] for tag in pages(observer, "list_tags", "Tags", ResourceArn=arn)}
        self.assertEqual(tags["studiouserid"], PERSON)
        # An owner's tag that is there cannot be given to another.
        mine = [{"Key": "studiouserid", "Value": "eve"}]
        provisioner = client("sagemaker", self.keys)
        self.refused("AccessDeniedException", provisioner.add_tags, ResourceArn=arn, Tags=mine)
        administrator = client("sagemaker", DEV)
        added = administrator.add_tags(ResourceArn=arn, Tags=[{"Key": "note", "Value": "seen"}])["Tags"]
        self.assertIn({"Key": "note", "Value": "seen"}, added)
        unchecked = client("sagemaker", DEV, parameter_validation=False)
        self.refused("ValidationException", unchecked.list_tags, ResourceArn=arn, MaxResults=49)
        administrator.delete_tags(ResourceArn=arn, TagKeys=["note"])
        self.assertNotIn("note", [tag["Key"] for tag in administrator.list_tags(ResourceArn=arn)["Tags"]])

    def notebook_instance_lives(self):
        sagemaker, name = client("sagemaker", DEV), {"NotebookInstanceName": "lab"}
        status = lambda: sagemaker.describe_notebook_instance(**name)["NotebookInstanceStatus"]  # noqa: E731
        sagemaker.create_notebook_instance(
            **name,
            InstanceType="ml.t3.medium",
            RoleArn=f"arn:aws:iam::{DEV}:role/StudiogateExecution",
            Tags=[{"Key": "studiouserid", "Value": PERSON}],
        )
        until(status, lambda found: found == "InService")
        listed = pages(sagemaker, "list_notebook_instances", "NotebookInstances", NameContains="lab")
        self.assertEqual([instance["NotebookInstanceName"] for instance in listed], ["lab"])
        launch = lambda person: client("sagemaker", role(DEV, "StudiogateLauncher", person))  # noqa: E731
        url = launch(PERSON).create_presigned_notebook_instance_url(**name)["AuthorizedUrl"]
        self.assertEqual(Browser().get(url)[0], 200)
        other = launch("bob-0123456789abcdef").create_presigned_notebook_instance_url
        self.refused("AccessDeniedException", other, **name)
        self.refused("ValidationException", sagemaker.delete_notebook_instance, **name)
        sagemaker.stop_notebook_instance(**name)
        until(status, lambda found: found == "Stopped")
        sagemaker.start_notebook_instance(**name)
        until(status, lambda found: found == "InService")
        sagemaker.stop_notebook_instance(**name)
        until(status, lambda found: found == "Stopped")
        sagemaker.delete_notebook_instance(**name)
        until(lambda: sagemaker.list_notebook_instances()["NotebookInstances"], lambda left: not left)

    def environment_is_updated(self):
        update = {
            "ProvisionedProductId": self.provisioned,
            "ProductId": self.product,
            "ProvisioningArtifactId": self.new,
            "PathId": self.path,
            "UpdateToken": "update-1",
            "ProvisioningParameters": [
                *({"Key": key, "UsePreviousValue": True} for key in self.values if key != "InstanceType"),
                {"Key": "InstanceType", "Value": "ml.m5.large"},
            ],
        }
        record = self.catalog.update_provisioned_product(**update)["RecordDetail"]["RecordId"]
        self.assertEqual(self.catalog.update_provisioned_product(**update)["RecordDetail"]["RecordId"], record)
        done = self.settled(record)["RecordDetail"]
        self.assertEqual((done["Status"], done["RecordType"]), ("SUCCEEDED", "UPDATE_PROVISIONED_PRODUCT"))
        found = self.catalog.describe_provisioned_product(Id=self.provisioned)["ProvisionedProductDetail"]
        self.assertEqual((found["ProvisioningArtifactId"], found["Status"]), (self.new, "AVAILABLE"))
        spaces = client("sagemaker", self.keys).list_spaces(DomainIdEquals=SHARED_DOMAIN)["Spaces"]
        self.assertIn(f"own-{PERSON}", [space["SpaceName"] for space in spaces])

    def environment_is_terminated(self):
        terminate = {"ProvisionedProductId": self.provisioned, "TerminateToken": "terminate-1"}
        record = self.catalog.terminate_provisioned_product(**terminate)["RecordDetail"]["RecordId"]
        self.assertEqual(self.settled(record)["RecordDetail"]["Status"], "SUCCEEDED")
        not_found = "ResourceNotFoundException"
        self.refused(not_found, self.catalog.terminate_provisioned_product, **terminate)
        self.refused(not_found, self.catalog.describe_provisioned_product, Id=self.provisioned)
        profile = {"DomainId": SHARED_DOMAIN, "UserProfileName": PERSON}
        launcher = client("sagemaker", role(DEV, "StudiogateLauncher", PERSON))
        # A profile that is not there has no tags, and so nothing that would allow to open it.
        self.refused("AccessDeniedException", launcher.create_presigned_domain_url, **profile)


if __name__ == "__main__":
    unittest.main(verbosity=2)
