"""From inside: what code in Studio can do with the execution role's credentials, and what it cannot. Each refusal is told by
the layer that refused it.
"""

import json
import unittest

from botocore.exceptions import ConnectionClosedError
from local_aws import (
    BY_BOUNDARY,
    BY_DENY,
    BY_IDENTITY,
    BY_ORGANIZATION,
    DEV,
    REGION,
    SHARED_DOMAIN,
    AwsTestCase,
    Inside,
    client,
    local,
    role,
    studio_user,
    until,
)
from local_aws import start as setUpModule
from local_aws import stop as tearDownModule

ADA, BOB = "ada-0123456789abcdef", "bob-0123456789abcdef"
EXECUTION = f"arn:aws:iam::{DEV}:role/StudiogateExecution"
BOUNDARY = f"arn:aws:iam::{DEV}:policy/StudiogateExecutionBoundary"
APP = {"AppType": "JupyterServer", "AppName": "default"}


def policy(effect, action="*", resource="*", **condition):
    statement = {"Effect": effect, "Action": action, "Resource": resource}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def arn(rest):
    return f"arn:aws:sagemaker:{REGION}:{DEV}:{rest}"


def owned_by(person):
    return {
        "OwnershipSettings": {"OwnerUserProfileName": person},
        "SpaceSharingSettings": {"SharingType": "Private"},
        "SpaceSettings": {"AppType": "JupyterLab"},
    }


class ExecutionRole(AwsTestCase):
    @classmethod
    def setUpClass(cls):
        for person in (ADA, BOB):
            studio_user(person)
        cls.ada, cls.bob = Inside(ADA), Inside(BOB)
        cls.sagemaker = cls.ada("sagemaker")
        cls.own = {"DomainId": SHARED_DOMAIN, "UserProfileName": ADA}
        cls.colleague = {"DomainId": SHARED_DOMAIN, "UserProfileName": BOB}
        # What a colleague has: an app and a space.
        bob = cls.bob("sagemaker")
        bob.create_app(**cls.colleague, **APP)
        bob.create_space(DomainId=SHARED_DOMAIN, SpaceName="bobs", **owned_by(BOB))
        until(lambda: bob.describe_app(**cls.colleague, **APP)["Status"], lambda status: status == "InService")

    def test_credentials_are_the_execution_roles_and_end(self):
        who = self.ada("sts").get_caller_identity()
        self.assertEqual(who["Arn"], f"arn:aws:sts::{DEV}:assumed-role/StudiogateExecution/SageMaker")
        self.assertEqual(self.ada.role, EXECUTION)
        self.assertRegex(self.ada.expiration, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        # They are read as a container's are.
        forged = dict(self.ada.keys, SessionToken=self.bob.keys["SessionToken"])
        self.refused("InvalidClientTokenId", client("sts", forged).get_caller_identity)

    def test_it_opens_its_own_profile_and_no_other(self):
        self.assertIn("token=", self.sagemaker.create_presigned_domain_url(**self.own)["AuthorizedUrl"])
        presign = self.sagemaker.create_presigned_domain_url
        self.refused_by(BY_BOUNDARY, "sagemaker:CreatePresignedDomainUrl", presign, **self.colleague)

    def test_it_makes_and_deletes_its_own_spaces_and_apps(self):
        space = {"DomainId": SHARED_DOMAIN, "SpaceName": "adas"}
        in_space = {**space, "AppType": "JupyterLab", "AppName": "default"}
        self.sagemaker.create_space(**space, **owned_by(ADA), Tags=[{"Key": "note", "Value": "mine"}])
        until(lambda: self.sagemaker.describe_space(**space)["Status"], lambda status: status == "InService")
        self.sagemaker.update_space(**space, SpaceDisplayName="Mine")
        self.assertEqual(self.sagemaker.describe_space(**space)["SpaceDisplayName"], "Mine")
        until(lambda: self.sagemaker.describe_space(**space)["Status"], lambda status: status == "InService")
        for app in ({**self.own, **APP}, in_space):
            self.sagemaker.create_app(**app)
            until(lambda: self.sagemaker.describe_app(**app)["Status"], lambda status: status == "InService")
            self.sagemaker.delete_app(**app)
            until(lambda: self.sagemaker.describe_app(**app)["Status"], lambda status: status == "Deleted")
        self.sagemaker.delete_space(**space)

    def test_it_leaves_a_colleagues_spaces_and_apps_alone(self):
        space = {"DomainId": SHARED_DOMAIN, "SpaceName": "bobs"}
        in_space = {**space, "AppType": "JupyterLab", "AppName": "default"}
        for call, action, arguments in (
            (self.sagemaker.delete_app, "DeleteApp", {**self.colleague, **APP}),
            (self.sagemaker.create_app, "CreateApp", {**self.colleague, **APP, "AppName": "another"}),
            (self.sagemaker.create_app, "CreateApp", in_space),
            (self.sagemaker.delete_space, "DeleteSpace", space),
            (self.sagemaker.update_space, "UpdateSpace", {**space, "SpaceDisplayName": "Mine"}),
            (self.sagemaker.create_space, "CreateSpace", {**space, "SpaceName": "planted", **owned_by(BOB)}),
            # One that nobody owns is shared by all.
            (self.sagemaker.create_space, "CreateSpace", {"DomainId": SHARED_DOMAIN, "SpaceName": "planted"}),
            # Its own profile is not its own to change: another role would be another person's rights.
            (
                self.sagemaker.update_user_profile,
                "UpdateUserProfile",
                {**self.own, "UserSettings": {"ExecutionRole": f"arn:aws:iam::{DEV}:role/Other"}},
            ),
            (self.sagemaker.delete_user_profile, "DeleteUserProfile", self.own),
            (self.sagemaker.delete_domain, "DeleteDomain", {"DomainId": SHARED_DOMAIN}),
        ):
            with self.subTest(action, **arguments):
                self.refused_by(BY_BOUNDARY, f"sagemaker:{action}", call, **arguments)
        still = self.bob("sagemaker").describe_app(**self.colleague, **APP)
        self.assertEqual(still["Status"], "InService")

    def test_it_tags_nothing_that_is_there(self):
        profiles = [arn(f"user-profile/{SHARED_DOMAIN}/{person}") for person in (ADA, BOB)]
        app, space = arn(f"app/{SHARED_DOMAIN}/{BOB}/jupyterserver/default"), arn(f"space/{SHARED_DOMAIN}/bobs")
        notebook = client("sagemaker", DEV).create_notebook_instance(
            NotebookInstanceName="bobs", InstanceType="ml.t3.medium", RoleArn=EXECUTION
        )["NotebookInstanceArn"]
        for resource in (*profiles, app, space, notebook, arn(f"domain/{SHARED_DOMAIN}")):
            with self.subTest(resource):
                for tag in ("studiouserid", "project", "note"):
                    add = self.sagemaker.add_tags
                    tags = [{"Key": tag, "Value": ADA}]
                    self.refused_by(BY_BOUNDARY, "sagemaker:AddTags", add, ResourceArn=resource, Tags=tags)
                delete = self.sagemaker.delete_tags
                self.refused_by(
                    BY_BOUNDARY, "sagemaker:DeleteTags", delete, ResourceArn=resource, TagKeys=["studiouserid"]
                )

    def test_it_makes_nothing_with_an_owners_tag(self):
        # Policies find a tag by its key in any case.
        for tag in ("studiouserid", "StudioUserId", "project", "stage"):
            with self.subTest(tag):
                space = {"DomainId": SHARED_DOMAIN, "SpaceName": "tagged", **owned_by(ADA)}
                tags = [{"Key": tag, "Value": BOB}]
                self.refused_by(BY_BOUNDARY, "sagemaker:AddTags", self.sagemaker.create_space, **space, Tags=tags)

    def test_the_organization_denies_endpoints_in_dev(self):
        variant = {"VariantName": "a", "ModelName": "m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
        for call, action, arguments in (
            (self.sagemaker.create_endpoint, "CreateEndpoint", {"EndpointName": "e", "EndpointConfigName": "c"}),
            (
                self.sagemaker.create_endpoint_config,
                "CreateEndpointConfig",
                {"EndpointConfigName": "c", "ProductionVariants": [variant]},
            ),
            (self.sagemaker.list_endpoints, "ListEndpoints", {}),
            (self.ada("sagemaker-runtime").invoke_endpoint, "InvokeEndpoint", {"EndpointName": "e", "Body": b"{}"}),
        ):
            with self.subTest(action):
                self.refused_by(BY_ORGANIZATION, f"sagemaker:{action}", call, **arguments)

    def test_it_has_nothing_of_iam_and_becomes_nobody_else(self):
        iam = self.ada("iam")
        name = {"RoleName": "StudiogateExecution"}
        put = {**name, "PolicyName": "more", "PolicyDocument": policy("Allow")}
        for call, action, arguments in (
            (iam.put_role_policy, "PutRolePolicy", put),
            (iam.delete_role_permissions_boundary, "DeleteRolePermissionsBoundary", name),
            (iam.get_role, "GetRole", name),
        ):
            with self.subTest(action):
                self.refused_by(BY_BOUNDARY, f"iam:{action}", call, **arguments)
        for name in ("StudiogateLauncher", "StudiogateProvisioner", "StudiogateRevoker", "StudiogateExecution"):
            with self.subTest(name):
                take = {"RoleArn": f"arn:aws:iam::{DEV}:role/{name}", "RoleSessionName": ADA}
                self.refused_by(BY_BOUNDARY, "sts:AssumeRole", self.ada("sts").assume_role, **take)

    def test_what_the_boundary_leaves_open_the_role_still_has_to_allow(self):
        describe = self.sagemaker.describe_endpoint
        self.refused_by(BY_IDENTITY, "sagemaker:DescribeEndpoint", describe, EndpointName="e")

    def test_a_wider_policy_on_the_role_widens_nothing(self):
        admin = client("iam", DEV)
        wider = {"RoleName": "StudiogateExecution", "PolicyName": "everything"}
        self.assertEqual(admin.get_role(RoleName="StudiogateExecution")["Role"]["PermissionsBoundary"], {
            "PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY
        })
        admin.put_role_policy(**wider, PolicyDocument=policy("Allow"))
        self.addCleanup(admin.delete_role_policy, **wider)
        presign = self.sagemaker.create_presigned_domain_url
        self.refused_by(BY_BOUNDARY, "sagemaker:CreatePresignedDomainUrl", presign, **self.colleague)
        delete = self.sagemaker.delete_app
        self.refused_by(BY_BOUNDARY, "sagemaker:DeleteApp", delete, **self.colleague, **APP)

    def test_a_notebook_instance_has_no_profile_of_its_own(self):
        owner = client("sagemaker", DEV)
        notebook = {"NotebookInstanceName": "adas-notebook"}
        tags = [{"Key": "studiouserid", "Value": ADA}]
        owner.create_notebook_instance(**notebook, InstanceType="ml.t3.medium", RoleArn=EXECUTION, Tags=tags)
        until(
            lambda: owner.describe_notebook_instance(**notebook)["NotebookInstanceStatus"],
            lambda status: status == "InService",
        )
        inside = Inside(ADA, notebook="adas-notebook")
        self.assertIn("StudiogateExecution/SageMaker", inside("sts").get_caller_identity()["Arn"])
        presign = inside("sagemaker").create_presigned_domain_url
        for profile in (self.own, self.colleague):
            self.refused_by(BY_BOUNDARY, "sagemaker:CreatePresignedDomainUrl", presign, **profile)
        again = inside("sagemaker").create_presigned_notebook_instance_url
        self.refused_by(BY_BOUNDARY, "sagemaker:CreatePresignedNotebookInstanceUrl", again, **notebook)


class CutOff(AwsTestCase):
    """A deny for one person on the roles that all share: hers ends at the next call, and nobody else's does."""

    NAME = {"PolicyName": "studiogate-revoked"}

    @classmethod
    def setUpClass(cls):
        cls.people = ("eve-0123456789abcdef", "dan-0123456789abcdef")
        for person in cls.people:
            studio_user(person)
        cls.iam = client("iam", role(DEV, "StudiogateRevoker"))

    def deny(self, name):
        deny = policy("Deny", StringEquals={"aws:SourceIdentity": self.people[0]})
        self.iam.put_role_policy(RoleName=name, **self.NAME, PolicyDocument=deny)

    def allow(self, name):
        self.iam.delete_role_policy(RoleName=name, **self.NAME)

    def assert_off(self, inside, off, who):
        status, page = inside.look()
        self.assertEqual(status, 403 if off else 200, page)
        if off:
            self.assertIn(f"{who} is not authorized", page)
            self.assertIn(BY_DENY, page)

    def test_on_the_execution_role(self):
        eve, dan = (Inside(person) for person in self.people)
        self.deny("StudiogateExecution")
        try:
            self.refused_by(BY_DENY, "sagemaker:ListApps", eve("sagemaker").list_apps)
            dan("sagemaker").list_apps()
            self.assert_off(eve, True, "StudiogateExecution/SageMaker")
            self.assert_off(dan, False, "")
            self.assertEqual(eve.browser.get(f"{eve.page}/credentials")[0], 403, "and gets no new credentials")
        finally:
            self.allow("StudiogateExecution")
        eve("sagemaker").list_apps()
        self.assert_off(eve, False, "")

    def test_on_the_launcher(self):
        eve, dan = (Inside(person) for person in self.people)
        self.deny("StudiogateLauncher")
        try:
            keys = role(DEV, "StudiogateLauncher", self.people[0])
            presign = client("sagemaker", keys).create_presigned_domain_url
            profile = {"DomainId": SHARED_DOMAIN, "UserProfileName": self.people[0]}
            self.refused_by(BY_DENY, "sagemaker:CreatePresignedDomainUrl", presign, **profile)
            self.assert_off(eve, True, f"StudiogateLauncher/{self.people[0]}")
            self.assert_off(dan, False, "")
            Inside(self.people[1])
        finally:
            self.allow("StudiogateLauncher")
        self.assert_off(eve, False, "")

    def test_the_revoker_reaches_what_can_be_revoked_and_no_other_role(self):
        for name in ("StudiogateProvisioner", "StudiogateRevoker", "StudiogateProbe", "StudiogateLaunchRole"):
            with self.subTest(name):
                put = {"RoleName": name, **self.NAME, "PolicyDocument": policy("Deny")}
                self.refused_by(BY_DENY, "iam:PutRolePolicy", self.iam.put_role_policy, **put)
        put = {"RoleName": "Administrators", **self.NAME, "PolicyDocument": policy("Deny")}
        self.refused_by(BY_IDENTITY, "iam:PutRolePolicy", self.iam.put_role_policy, **put)
        for call, action in (
            (self.iam.delete_role_permissions_boundary, "DeleteRolePermissionsBoundary"),
            (self.iam.list_role_policies, "ListRolePolicies"),
        ):
            with self.subTest(action):
                self.refused_by(BY_IDENTITY, f"iam:{action}", call, RoleName="StudiogateExecution")

    def test_a_revoker_gone_wrong_opens_nobodys_studio(self):
        put = {"RoleName": "StudiogateLauncher", **self.NAME, "PolicyDocument": policy("Allow")}
        self.iam.put_role_policy(**put)
        try:
            keys = role(DEV, "StudiogateLauncher", self.people[1])
            presign = client("sagemaker", keys).create_presigned_domain_url
            profile = {"DomainId": SHARED_DOMAIN, "UserProfileName": self.people[0]}
            self.refused_by(BY_BOUNDARY, "sagemaker:CreatePresignedDomainUrl", presign, **profile)
        finally:
            self.allow("StudiogateLauncher")

    def test_what_is_put_is_read_as_it_was_and_has_limits(self):
        name = {"RoleName": "StudiogateExecution", **self.NAME}
        self.refused("NoSuchEntity", self.iam.get_role_policy, **name)
        self.refused("NoSuchEntity", self.iam.delete_role_policy, **name)
        put = self.iam.put_role_policy
        self.refused("MalformedPolicyDocument", put, **name, PolicyDocument="{}")
        long = policy("Deny", resource=[f"arn:aws:s3:::{'a' * 500}{n}" for n in range(21)])
        self.assertIn("10240", self.refused("LimitExceeded", put, **name, PolicyDocument=long))
        given = policy("Deny", StringEquals={"aws:SourceIdentity": "é & <nobody>"})
        put(**name, PolicyDocument=given)
        try:
            self.assertEqual(self.iam.get_role_policy(**name)["PolicyDocument"], json.loads(given))
            pages = client("iam", DEV).get_paginator("list_role_policies").paginate(
                RoleName="StudiogateExecution", PaginationConfig={"PageSize": 1}
            )
            names = [policy for page in pages for policy in page["PolicyNames"]]
            self.assertEqual(names, ["own-studio", "studiogate-revoked"])
        finally:
            self.iam.delete_role_policy(**name)

    def test_an_answer_that_is_lost_means_the_policy_was_put(self):
        name = {"RoleName": "StudiogateExecution", **self.NAME}
        put = {**name, "PolicyDocument": policy("Deny", StringEquals={"aws:SourceIdentity": "nobody"})}
        local("faults", {"operation": "iam:PutRolePolicy", "kind": "throttle", "count": 1})
        self.refused("Throttling", self.iam.put_role_policy, **put)
        self.refused("NoSuchEntity", self.iam.get_role_policy, **name)
        local("faults", {"operation": "iam:PutRolePolicy", "kind": "response_lost", "count": 1})
        with self.assertRaises(ConnectionClosedError):
            self.iam.put_role_policy(**put)
        self.iam.get_role_policy(**name)
        # Put again it is the same policy.
        self.iam.put_role_policy(**put)
        self.iam.delete_role_policy(**name)


if __name__ == "__main__":
    unittest.main(verbosity=2)
