// Who reads what sdk/config writes, each with its own code: many files, what each of them has for a secret. What such a file
// is made of stands with each reader.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import * as config from "../../sdk/config";

/** Debian's Python, which sees the modules of Debian's packages. */
export const PYTHON = "/usr/bin/python3";

/** What logs in to OpenStack. */
export const LOGIN = path.join(__dirname, "login.py");

/** One reader of one format. */
export interface Reader {
  readonly name: string;
  /** The text for a secret; the name is one of its own for each. */
  write(secret: string, name: string): pulumi.Output<string>;
  /** What is refused to be written, because the format cannot hold it; default: nothing. */
  readonly refuses?: RegExp;
  /** The secrets that it finds in the files, in their order. */
  read(files: readonly string[]): Promise<readonly string[]> | readonly string[];
}

const s3 = (secretKey: string) => ({ accessKey: "AKODD", secretKey, endpoint: "http://127.0.0.1:7480" });
const NOT_IN_ENVIRONMENT = /'.*["$`\\]|["$`\\].*'|\\(\\|$)/;
const NOT_IN_CREDENTIALS = /^ | $| [#;]/;
const environment = (secret: string) => config.environment(s3(secret));
const credentials = (secret: string) => config.awsCredentials(s3(secret), { profile: "odd" });
const login = { authUrl: "http://127.0.0.1:5000/v3", projectName: "media", username: "odd" };

/** All readers that need no server. */
export const READERS: readonly Reader[] = [
  {
    name: "a shell, of an environment file",
    write: environment,
    refuses: NOT_IN_ENVIRONMENT,
    read: (files) => shell(files, "AWS_SECRET_ACCESS_KEY"),
  },
  {
    name: "Node, of an environment file",
    write: environment,
    refuses: NOT_IN_ENVIRONMENT,
    read: (files) => files.map((file) => parseEnv(readFileSync(file, "utf8")).AWS_SECRET_ACCESS_KEY ?? ""),
  },
  {
    name: "python-dotenv, of an environment file",
    write: environment,
    refuses: NOT_IN_ENVIRONMENT,
    read: (files) => python(files, "dotenv"),
  },
  {
    name: "botocore, of a credentials file",
    write: credentials,
    refuses: NOT_IN_CREDENTIALS,
    read: (files) => python(files, "credentials"),
  },
  {
    name: "the AWS SDK for JavaScript, of a credentials file",
    write: credentials,
    refuses: NOT_IN_CREDENTIALS,
    read: javascript,
  },
  {
    name: "s3cmd",
    refuses: /^\$|^ | $/,
    write: (secret) => config.s3cmd(s3(secret)),
    read: (files) => python(files, "s3cmd"),
  },
  {
    name: "rclone",
    refuses: /%\(/,
    write: (secret, name) => config.rclone(s3(secret), { remote: name }),
    read: rclone,
  },
  {
    name: "mc's rules, of a config.json",
    write: (secret) => config.minioClient(s3(secret), { alias: "odd" }),
    read: (files) => files.map(mcConfig),
  },
  {
    name: "mc's rules, of an MC_HOST variable",
    write: (secret) => config.minioHost(s3(secret)),
    refuses: /[:%]/,
    read: (files) => files.map(mcHost),
  },
  {
    name: "a shell, of an openrc",
    write: (password) => config.openrc({ password }, login),
    read: (files) => shell(files, "OS_PASSWORD"),
  },
  {
    name: "openstacksdk, of a clouds.yaml",
    write: (password) => config.cloudsYaml({ password }, { ...login, cloud: "odd" }),
    read: (files) => python(files, "clouds"),
  },
];

/** Every file is sourced in a process of its own, as `set -a; . FILE` does, and the variable printed by another program. */
function shell(files: readonly string[], variable: string): string[] {
  const script = `while read -r file; do (set -a; . "$file"; printenv -0 ${variable}); done`;
  return run("/bin/sh", ["-c", script], `${files.join("\n")}\n`)
    .split("\0")
    .slice(0, -1);
}

function python(files: readonly string[], reader: string): string[] {
  const script = path.join(__dirname, "read.py");
  return JSON.parse(run(PYTHON, [script, reader], `${files.join("\n")}\n`));
}

function javascript(files: readonly string[]): string[] {
  return JSON.parse(run(process.execPath, [path.join(__dirname, "read.cjs")], `${files.join("\n")}\n`));
}

/** All sections in one file, because rclone starts slowly. */
function rclone(files: readonly string[]): string[] {
  const all = `${files[0]}-and-all-others`;
  writeFileSync(all, files.map((file) => readFileSync(file, "utf8")).join("\n"), { mode: 0o600 });
  const remotes: Record<string, { secret_access_key: string }> = JSON.parse(
    run("rclone", ["--config", all, "config", "dump"], ""),
  );
  return files.map((file) => remotes[path.basename(file)]?.secret_access_key ?? "");
}

/** mc's configuration, version 10: an alias has exactly these five texts. */
function mcConfig(file: string): string {
  const { version, aliases } = JSON.parse(readFileSync(file, "utf8"));
  assert.deepEqual([version, Object.keys(aliases)], ["10", ["odd"]]);
  const { url, accessKey, secretKey, api, path, ...more } = aliases.odd;
  assert.deepEqual([url, accessKey, api, path, more], ["http://127.0.0.1:7480", "AKODD", "S3v4", "on", {}]);
  return secretKey;
}

/**
 * How mc takes such an address apart: without unescaping; two colons before the last "@" would be a session token. What is
 * left of it must be an address without a path.
 */
function mcHost(file: string): string {
  const value = readFileSync(file, "utf8");
  assert.doesNotMatch(value, /^https?:\/\/.*?:.*?:.*@.*?$/);
  const [, scheme, accessKey, secretKey = "", host] = /^(https?:\/\/)(.*?):(.*)@(.*?)$/.exec(value) ?? [];
  assert.deepEqual([`${scheme}${host}`, accessKey], ["http://127.0.0.1:7480", "AKODD"]);
  return secretKey;
}

function run(command: string, args: readonly string[], input: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { input, encoding: "utf8" });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ended with status ${status}: ${stderr}`);
  return stdout;
}
