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


def start():
    global ENDPOINT, PROCESS
    if ENDPOINT is not None:
        return
    command = [os.environ["STUDIOGATE_BIN"], "local-aws", "--listen", "127.0.0.1:0", "--speed", "100"]
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
