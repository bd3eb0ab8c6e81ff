"""Puts, lists and gets an object with boto3, whose login comes from its environment: client.py BUCKET NAME.

The endpoint is handed over, because Debian's boto3 is older than `endpoint_url` in a profile and in the environment.
"""
import os
import sys

import boto3
from botocore.exceptions import ClientError

bucket, name = sys.argv[1:]
session = boto3.session.Session()
endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or session._session.get_scoped_config()["endpoint_url"]
s3 = session.client("s3", endpoint_url=endpoint)
try:
    # Asked first, because an upload that is refused before its body was sent comes to botocore as one of several errors.
    s3.list_objects_v2(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key=name, Body=b"by " + name.encode())
    print(*[each["Key"] for each in s3.list_objects_v2(Bucket=bucket)["Contents"]])
    print(s3.get_object(Bucket=bucket, Key=name)["Body"].read().decode())
except ClientError as error:
    sys.exit(str(error))
