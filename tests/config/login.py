"""Logs in to OpenStack with openstacksdk and prints who that is and where: login.py CLOUD.

CLOUD is an entry of the clouds.yaml that OS_CLIENT_CONFIG_FILE names, or "envvars" for the OS_* variables.
"""
import json
import sys

import openstack
from keystoneauth1.exceptions import Unauthorized

try:
    connection = openstack.connect(cloud=sys.argv[1])
    connection.authorize()
    print(json.dumps({"user": connection.current_user_id, "project": connection.current_project_id}))
except Unauthorized as error:
    sys.exit(f"Unauthorized: {error}")
