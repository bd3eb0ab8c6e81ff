"""Reads files as the Python clients do, with their own code: read.py READER < FILES prints what each file holds.

The files stand one a line on the input; the answer is one JSON list. No secret is an argument.
"""
import json
import sys


def credentials(file):
    from botocore.configloader import raw_config_parse

    return raw_config_parse(file)["odd"]["aws_secret_access_key"]


def s3cmd(file):
    import S3.Config

    S3.Config.Config._instance = None
    return S3.Config.Config(file).secret_key


def dotenv(file):
    from dotenv import dotenv_values

    return dotenv_values(file, interpolate=False)["AWS_SECRET_ACCESS_KEY"]


def clouds(file):
    from openstack.config import OpenStackConfig

    config = OpenStackConfig(config_files=[file], secure_files=[], vendor_files=[], load_envvars=False)
    return config.get_one(cloud="odd").config["auth"]["password"]


reader = {"credentials": credentials, "s3cmd": s3cmd, "dotenv": dotenv, "clouds": clouds}[sys.argv[1]]
print(json.dumps([reader(line.rstrip("\n")) for line in sys.stdin]))
