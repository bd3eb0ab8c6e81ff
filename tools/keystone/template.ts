/**
 * A Keystone that was set up and never started: made once a process (six seconds), then copied for every Keystone.
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { promisify } from "node:util";
import { makeDirectory, removeDirectory } from "../ceph/directory";
import { writeFiles } from "./files";

const run = promisify(execFile);

/** The administrator that a new Keystone has. */
export interface Admin {
  readonly username: string;
  readonly password: string;
  readonly project: string;
  /** The domain's name; its id is "default". */
  readonly domain: string;
}

interface Template {
  readonly directory: string;
  readonly admin: Admin;
}

let made: Promise<Template> | undefined;

/** Copies the template into an existing directory. Answers the administrator. */
export async function copyTemplate(directory: string): Promise<Admin> {
  made ??= makeTemplate();
  const template = await made;
  cpSync(template.directory, directory, { recursive: true, filter: (path) => !path.endsWith("/owner") });
  const conf = `${directory}/keystone.conf`;
  writeFileSync(conf, readFileSync(conf, "utf8").replaceAll(template.directory, directory), { mode: 0o600 });
  return template.admin;
}

async function makeTemplate(): Promise<Template> {
  const directory = makeDirectory();
  process.once("exit", () => removeDirectory(directory));
  writeFiles(directory);
  const password = `${randomBytes(18).toString("base64url")}-1a`;
  const manage = (...args: readonly string[]) =>
    run("/usr/bin/keystone-manage", ["--config-file", `${directory}/keystone.conf`, ...args], {
      cwd: directory,
      maxBuffer: 16 << 20,
      timeout: 120_000,
      // Bootstrap takes the password from here too, so that it is no argument of a process.
      env: { ...process.env, PATH: "/usr/sbin:/usr/bin:/sbin:/bin", OS_BOOTSTRAP_PASSWORD: password },
    });
  await manage("db_sync");
  const url = "http://127.0.0.1:5000/v3";
  const urls = ["public", "admin", "internal"].flatMap((side) => [`--bootstrap-${side}-url`, url]);
  const names = [
    "--bootstrap-username",
    "admin",
    "--bootstrap-project-name",
    "admin",
    "--bootstrap-role-name",
    "admin",
  ];
  const service = ["--bootstrap-service-name", "keystone", "--bootstrap-region-id", "RegionOne"];
  await manage("bootstrap", ...names, ...service, ...urls);
  // Without the write-ahead log, a write right after a refused request waits 5 s and fails: "database is locked".
  const pragma = "import sqlite3,sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA journal_mode=wal')";
  await run("/usr/bin/python3", ["-c", pragma, `${directory}/keystone.db`]);
  return { directory, admin: { username: "admin", password, project: "admin", domain: "Default" } };
}
