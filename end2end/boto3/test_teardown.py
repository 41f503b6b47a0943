"""A teardown that completes: after it nothing is left in any account but what was kept on purpose, counted by boto3.

What somebody made past the portal goes too, the choice about the home directories is asked for and kept to, and the portal is
killed on the way, while one mount target's deletion has acted and the other's has not.
"""

import unittest

from botocore.exceptions import ClientError
from flow import pages
from local_aws import DEV, SHARED_DOMAIN, client, role, until
from portal import Forms
from processes import PortalTestCase

PRODUCT = "Studio environment"
PROFILE = "Studio user profile"
TARGET = f"fraud-detection/{DEV}/eu-west-1"
KEPT, DELETED, SHARED = "home-kept", "home-deleted", "shared-profile"
OF_DOMAIN = "ManagedByAmazonSageMakerResource"


def accounts():
    organizations = client("organizations", role("111111111111", "StudiogateOrganizer"))
    return sorted(account["Id"] for account in pages(organizations, "list_accounts", "Accounts"))


def inventory(account):
    """All that an account has, by the lists of the services that a product of the demo makes something in."""
    catalog, stacks = client("servicecatalog", account), client("cloudformation", account)
    studio, efs, ec2 = client("sagemaker", account), client("efs", account), client("ec2", account)
    everybody = {"Key": "Account", "Value": "self"}
    systems = pages(efs, "describe_file_systems", "FileSystems")
    targets = [
        target
        for system in systems
        for target in pages(efs, "describe_mount_targets", "MountTargets", FileSystemId=system["FileSystemId"])
    ]
    apps = [app for app in pages(studio, "list_apps", "Apps") if app["Status"] != "Deleted"]
    found = {
        "provisioned product": [
            product["Name"]
            for product in pages(catalog, "scan_provisioned_products", "ProvisionedProducts", AccessLevelFilter=everybody)
        ],
        "stack": [
            stack["StackName"]
            for stack in pages(stacks, "describe_stacks", "Stacks")
            if stack["StackStatus"] != "DELETE_COMPLETE"
        ],
        "domain": [domain["DomainId"] for domain in pages(studio, "list_domains", "Domains")],
        "user profile": [
            f"{profile['DomainId']}/{profile['UserProfileName']}"
            for profile in pages(studio, "list_user_profiles", "UserProfiles")
        ],
        "space": [f"{space['DomainId']}/{space['SpaceName']}" for space in pages(studio, "list_spaces", "Spaces")],
        "app": [f"{app['DomainId']}/{app['AppName']}" for app in apps],
        "notebook instance": [
            instance["NotebookInstanceName"]
            for instance in pages(studio, "list_notebook_instances", "NotebookInstances")
        ],
        "file system": [system["FileSystemId"] for system in systems],
        "mount target": [target["MountTargetId"] for target in targets],
        "security group": [group["GroupId"] for group in ec2.describe_security_groups()["SecurityGroups"]],
        "network interface": [
            interface["NetworkInterfaceId"] for interface in ec2.describe_network_interfaces()["NetworkInterfaces"]
        ],
    }
    return {(account, kind, name) for kind, names in found.items() for name in names}


def everything():
    return set().union(*(inventory(account) for account in accounts()))


class Teardown(PortalTestCase):
    def domain_of(self, name):
        """The domain that the stack of a provisioned product has made, and the roles that it has made."""
        catalog, stacks = client("servicecatalog", DEV), client("cloudformation", DEV)
        record = catalog.describe_provisioned_product(Name=name)["ProvisionedProductDetail"]["LastRecordId"]
        outputs = catalog.describe_record(Id=record)["RecordOutputs"]
        stack = next(output["OutputValue"] for output in outputs if output["OutputKey"] == "CloudformationStackARN")
        resources = pages(stacks, "list_stack_resources", "StackResourceSummaries", StackName=stack)
        ids = lambda kind: [r["PhysicalResourceId"] for r in resources if r["ResourceType"] == kind]  # noqa: E731
        self.roles += ids("AWS::IAM::Role")
        return ids("AWS::SageMaker::Domain")[0].rsplit("/")[-1]

    def crowd(self, domain):
        """What somebody makes in a domain past the portal: a profile with a space and two apps."""
        studio, profile = client("sagemaker", DEV), {"DomainId": domain, "UserProfileName": "eve"}
        studio.create_user_profile(**profile)
        until(lambda: studio.describe_user_profile(**profile)["Status"], lambda status: status == "InService")
        studio.create_space(
            DomainId=domain,
            SpaceName="hers",
            OwnershipSettings={"OwnerUserProfileName": "eve"},
            SpaceSharingSettings={"SharingType": "Private"},
        )
        space = {"DomainId": domain, "SpaceName": "hers"}
        until(lambda: studio.describe_space(**space)["Status"], lambda status: status == "InService")
        studio.create_app(**space, AppType="JupyterLab", AppName="default")
        studio.create_app(**profile, AppType="JupyterServer", AppName="default")

    def test_nothing_is_left_in_any_account_but_what_was_kept_on_purpose(self):
        self.roles = []
        scientist, lead, auditor = self.demo("fraud-scientist", "fraud-lead", "auditor")
        before = everything()
        portal = self.serve()
        wanted = [(PRODUCT, KEPT), (PRODUCT, DELETED), (PROFILE, SHARED)]
        requests = [scientist.request(product, name, TARGET) for product, name in wanted]
        for request in requests:
            lead.approve(request)
        environments = [scientist.environment(request) for request in requests]
        self.settled(scientist, environments, "Available")
        domains = [self.domain_of(KEPT), self.domain_of(DELETED)]
        for domain in domains:
            self.crowd(domain)
        made = everything() - before
        for kind in ("domain", "user profile", "space", "app", "file system", "mount target", "security group"):
            self.assertGreaterEqual(len([it for it in made if it[1] == kind]), 2, kind)

        # Nobody comes to it by leaving the choice alone; where the domain is shared there is none.
        form = Forms(scientist.get(environments[0])[2]).to("/api/terminate_environment")
        self.assertNotIn("files", form, "nothing is chosen beforehand")
        refused = scientist.terminate(environments[0], KEPT)
        self.assertIn("Choose whether the home directories are kept or deleted.", refused)
        self.assertNotIn("The home directories", scientist.get(environments[2])[2])
        self.assertEqual(everything() - before, made, "nothing has begun")

        self.faults("elasticfilesystem:DeleteMountTarget")
        scientist.terminate(environments[0], KEPT, files="keep")
        scientist.terminate(environments[1], DELETED, files="delete")
        scientist.terminate(environments[2], SHARED)
        # A second click does nothing twice, whatever it says.
        again = Forms(scientist.get(environments[2])[2])
        self.assertNotIn("/api/terminate_environment", [action for action, _ in again.forms])
        self.kill_during(portal, "elasticfilesystem:DeleteMountTarget")
        portal = self.serve()
        self.settled(scientist, environments, "Terminated")

        efs = client("efs", DEV)
        left = until(everything, lambda found: len(found - before) <= 1) - before
        self.assertEqual([(account, kind) for account, kind, _ in left], [(DEV, "file system")])
        self.assertEqual(before - everything(), set(), "and what was there before is there")
        [(_, _, kept)] = left
        [system] = efs.describe_file_systems(FileSystemId=kept)["FileSystems"]
        tags = {tag["Key"]: tag["Value"] for tag in system["Tags"]}
        self.assertTrue(tags[OF_DOMAIN].endswith(f":domain/{domains[0]}"), tags)
        self.assertEqual(system["NumberOfMountTargets"], 0)
        for name in self.roles:
            with self.assertRaises(ClientError) as gone:
                client("iam", DEV).get_role(RoleName=name)
            self.assertEqual(gone.exception.response["Error"]["Code"], "NoSuchEntity")
        self.assertEqual(len(self.roles), 2)
        history = client("servicecatalog", DEV).list_record_history(
            AccessLevelFilter={"Key": "Account", "Value": "self"}
        )["RecordDetails"]
        ended = [record for record in history if record["RecordType"] == "TERMINATE_PROVISIONED_PRODUCT"]
        self.assertEqual(sorted(record["ProvisionedProductName"] for record in ended), sorted([KEPT, DELETED, SHARED]))

        # The pages say what was kept, and nothing of what was not.
        page = scientist.get(environments[0])[2]
        self.assertIn("The home directories were kept.", page)
        self.assertIn(kept, page)
        for other in environments[1:]:
            self.assertNotIn("The home directories were kept.", scientist.get(other)[2])
        resource = "environment/" + environments[0].rsplit("/", 1)[1]
        log = auditor.get(f"/audit?action=detach_homes&resource={resource}")[2]
        self.assertIn(kept, log)
        self.stop(portal)
        self.assert_sound()
        self.assertEqual(client("sagemaker", DEV).describe_domain(DomainId=SHARED_DOMAIN)["Status"], "InService")


if __name__ == "__main__":
    unittest.main(verbosity=2)
