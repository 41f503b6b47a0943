"""What the scripts here share: a local AWS to talk to, and clients in every role.

Starts `$STUDIOGATE_BIN local-aws`, or uses the one at `$LOCAL_AWS_URL` (which has to be fresh and fast).
"""

import json
import os
import subprocess
import time
import unittest
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

REGION = "eu-west-1"
DEV = "601000000002"
SHARED_DOMAIN = f"d-shared{DEV}"
EXTERNAL_ID = "studiogate-demo"
ENDPOINT = os.environ.get("LOCAL_AWS_URL")
PROCESS = None

# Which layer refused, in AWS's words (IAM user guide, "Troubleshoot access denied error messages").
BY_ORGANIZATION = "with an explicit deny in a service control policy"
BY_BOUNDARY = "because no permissions boundary allows the {action} action"
BY_SESSION_POLICY = "because no session policy allows the {action} action"
BY_IDENTITY = "because no identity-based policy allows the {action} action"
BY_DENY = "with an explicit deny in an identity-based policy"


def start(*more):
    global ENDPOINT, PROCESS
    if ENDPOINT is not None:
        return
    command = [os.environ["STUDIOGATE_BIN"], "local-aws", "--listen", "127.0.0.1:0", "--speed", "100", *more]
    PROCESS = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for line in PROCESS.stdout:
        if "AWS_ENDPOINT_URL=" in line:
            ENDPOINT = line.rsplit("=", 1)[1].strip()
            return
    raise RuntimeError(f"local-aws ended with {PROCESS.wait(10)}")


def stop():
    if PROCESS is not None:
        PROCESS.terminate()
        PROCESS.communicate(timeout=10)


def client(service, keys, retries=1, **config):
    """`keys`: an account number for its administrator, or credentials from STS."""
    if isinstance(keys, str):
        keys = {"AccessKeyId": keys, "SecretAccessKey": "any", "SessionToken": None}
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        config=Config(retries={"total_max_attempts": retries, "mode": "standard"}, **config),
    )


def hub():
    sts = client("sts", "222222222222")
    arn = "arn:aws:iam::222222222222:role/StudiogateHub"
    return sts.assume_role(RoleArn=arn, RoleSessionName="portal")["Credentials"]


def role(account, name, person=None, **more):
    if person is not None:
        more["SourceIdentity"] = person
        more["Tags"] = [{"Key": "studiouserid", "Value": person}, {"Key": "project", "Value": "fraud-detection"}]
    arn = f"arn:aws:iam::{account}:role/{name}"
    return client("sts", hub()).assume_role(
        RoleArn=arn, RoleSessionName=person or "portal", ExternalId=EXTERNAL_ID, **more
    )["Credentials"]


def until(look, done, seconds=60):
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if done(found):
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"still {found}")
        time.sleep(0.1)


def local(path, body=None, method=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        f"{ENDPOINT}/_local/{path}", data=data, method=method, headers={"content-type": "application/json"}
    )
    return urllib.request.urlopen(request).read()


class Browser:
    def __init__(self):
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def get(self, url, data=None):
        try:
            response = self.opener.open(urllib.request.Request(url, data=data))
        except urllib.error.HTTPError as refused:
            response = refused
        return response.status, response.url, response.read().decode()


class AwsTestCase(unittest.TestCase):
    def refused(self, code, call, **arguments):
        """Asserts that AWS refuses with this error code; gives AWS's message."""
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        self.assertEqual(caught.exception.response["Error"]["Code"], code, caught.exception)
        return caught.exception.response["Error"]["Message"]

    def refused_by(self, layer, action, call, **arguments):
        """Asserts that this layer refuses this action, in AWS's words."""
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response["Error"]
        # The protocols have a code each.
        self.assertIn(error["Code"], ("AccessDeniedException", "AccessDenied", "UnauthorizedOperation"), error)
        self.assertIn(f"is not authorized to perform: {action} on resource: ", error["Message"])
        self.assertTrue(error["Message"].endswith(layer.format(action=action)), error["Message"])


def studio_user(person):
    """A user profile in the shared domain, as a product makes it: with its owner's tag."""
    sagemaker = client("sagemaker", DEV)
    profile = {"DomainId": SHARED_DOMAIN, "UserProfileName": person}
    sagemaker.create_user_profile(**profile, Tags=[{"Key": "studiouserid", "Value": person}])
    until(lambda: sagemaker.describe_user_profile(**profile)["Status"], lambda status: status == "InService")


class Inside:
    """A person in their open Studio, and what runs there: it acts as the execution role."""

    def __init__(self, person, notebook=None):
        launcher = client("sagemaker", role(DEV, "StudiogateLauncher", person))
        if notebook is None:
            opened = launcher.create_presigned_domain_url(DomainId=SHARED_DOMAIN, UserProfileName=person)
        else:
            opened = launcher.create_presigned_notebook_instance_url(NotebookInstanceName=notebook)
        url = opened["AuthorizedUrl"]
        self.browser = Browser()
        status, self.page, _ = self.browser.get(url)
        assert status == 200, status
        given = json.loads(self.browser.get(f"{self.page}/credentials")[2])
        # The names of the container credentials endpoint.
        self.keys = {"AccessKeyId": given["AccessKeyId"], "SecretAccessKey": given["SecretAccessKey"]}
        self.keys["SessionToken"] = given["Token"]
        self.role, self.expiration = given["RoleArn"], given["Expiration"]

    def look(self):
        """Status and text of the page, asked for again."""
        status, _, page = self.browser.get(self.page)
        return status, page

    def __call__(self, service):
        return client(service, self.keys)
