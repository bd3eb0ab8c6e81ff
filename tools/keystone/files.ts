/**
 * The files of a throw-away Keystone, each setting with its reason where it is not obvious. Starting anything is not
 * done here.
 */
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";

/** What Keystone says of its password rule when a password does not meet it. */
export const PASSWORD_RULE = "at least 8 characters, with a letter and a digit";

/** Writes everything that a Keystone needs into an empty directory. */
export function writeFiles(directory: string): void {
  writeFileSync(`${directory}/keystone.conf`, conf(directory), { mode: 0o600 });
  writeFileSync(`${directory}/policy.json`, "{}\n");
  writeFileSync(`${directory}/application.py`, APPLICATION);
  for (const repository of ["fernet", "receipts", "credentials"]) writeKeys(`${directory}/${repository}`);
}

/** Two keys of a key repository. Keystone's own tools take two seconds for each repository. */
function writeKeys(repository: string): void {
  mkdirSync(repository, { mode: 0o700 });
  for (const name of ["0", "1"]) {
    const key = randomBytes(32).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
    writeFileSync(`${repository}/${name}`, key, { mode: 0o600 });
  }
}

function conf(directory: string): string {
  return `[DEFAULT]
insecure_debug = false
log_file = ${directory}/keystone.log

[database]
connection = sqlite:///${directory}/keystone.db

# Twenty times faster; the plain memory backend answers 500 to the second read of an EC2 credential.
[cache]
enabled = true
backend = dogpile.cache.memory_pickle

[fernet_tokens]
key_repository = ${directory}/fernet

[fernet_receipts]
key_repository = ${directory}/receipts

[credential]
key_repository = ${directory}/credentials

[identity]
password_hash_rounds = 4

[security_compliance]
password_regex = ^(?=.*\\d)(?=.*[a-zA-Z]).{8,}$
password_regex_description = ${PASSWORD_RULE}

[oslo_policy]
policy_file = ${directory}/policy.json
`;
}

/**
 * The WSGI module. It hides gunicorn's arguments from oslo.config, which would read them and end the worker; it has
 * SQLite keep its foreign keys, else deleted users leave rows behind; and it ends the worker with its master.
 */
const APPLICATION = `import ctypes
import signal
import sys

ctypes.CDLL(None).prctl(1, signal.SIGKILL)
sys.argv = ["keystone"]

from keystone.common.sql import core
from keystone.server.wsgi import initialize_public_application

core._get_main_context_manager().configure(sqlite_fk=True)
application = initialize_public_application()
`;
