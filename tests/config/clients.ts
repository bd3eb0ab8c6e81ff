// The real S3 clients, each with what sdk/config wrote for it in files that only their owner can read: what each says when it
// puts an object, lists the bucket and gets the object again. No client gets a key by its arguments.

import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { text } from "node:stream/consumers";
import { type Folder, makeFolder } from "./folder";
import { PYTHON } from "./readers";

/** The texts of a key by the names of the functions that wrote them. */
export type Texts = Readonly<Record<string, string>>;

/** One client. */
export interface Client {
  readonly name: string;
  /** The users whose key cannot be written for it. */
  readonly notFor?: readonly string[];
  /** What it answered to all three requests, with the errors, and whether it was content. */
  use(folder: Folder, texts: Texts, bucket: string): Promise<Answer>;
}

/** What a client said. */
export interface Answer {
  readonly accepted: boolean;
  readonly said: string;
}

/** All clients. Profiles and remotes are called "store". */
export const CLIENTS: readonly Client[] = [
  {
    name: "rclone",
    async use(folder, texts, bucket) {
      const conf = folder.write("rclone.conf", written(texts, "rclone"));
      const object = `store:${bucket}/rclone`;
      const file = folder.write("rclone", "by rclone");
      const call = (...args: string[]) => run("rclone", ["--config", conf, "--retries", "1", ...args]);
      return allOf(
        call("copyto", file, object),
        () => call("lsf", `store:${bucket}`),
        () => call("cat", object),
      );
    },
  },
  {
    name: "s3cmd",
    async use(folder, texts, bucket) {
      const conf = folder.write("s3cfg", written(texts, "s3cmd"));
      const object = `s3://${bucket}/s3cmd`;
      const file = folder.write("s3cmd", "by s3cmd");
      const call = (...args: string[]) => run("s3cmd", ["-c", conf, "--no-progress", ...args]);
      return allOf(
        call("put", file, object),
        () => call("ls", `s3://${bucket}`),
        () => call("get", object, "-"),
      );
    },
  },
  {
    name: "boto3 by a profile",
    use: (folder, texts, bucket) =>
      run(PYTHON, [path.join(__dirname, "client.py"), bucket, "boto3-profile"], profile(folder, texts)),
  },
  {
    name: "boto3 by an environment file in a shell",
    use(folder, texts, bucket) {
      const file = folder.write("environment", written(texts, "environment"));
      const script = 'set -a; . "$1"; shift; exec "$@"';
      const args = [PYTHON, path.join(__dirname, "client.py"), bucket, "boto3-environment"];
      return run("/bin/sh", ["-c", script, "sh", file, ...args], NO_PROFILES);
    },
  },
  {
    name: "the AWS SDK for JavaScript by a profile",
    use: (folder, texts, bucket) =>
      run(process.execPath, [path.join(__dirname, "client.cjs"), bucket, "js-profile"], profile(folder, texts)),
  },
  {
    name: "the AWS SDK for JavaScript by node --env-file",
    use(folder, texts, bucket) {
      const file = folder.write("environment", written(texts, "environment"));
      const args = [`--env-file=${file}`, path.join(__dirname, "client.cjs"), bucket, "js-environment"];
      return run(process.execPath, args, NO_PROFILES);
    },
  },
];

/** MinIO's client, which people build themselves: it is not among Debian's packages, where `mc` is something else. */
export const MC: readonly Client[] = [
  {
    name: "mc by its config.json",
    use(folder, texts, bucket) {
      folder.write("mc/config.json", written(texts, "minioClient"));
      return mc(folder, bucket, "mc-config", (...args) => run("mc", args));
    },
  },
  {
    name: "mc by MC_HOST",
    notFor: ["odd"],
    use(folder, texts, bucket) {
      const file = folder.write("host", written(texts, "minioHost"));
      const script = 'MC_HOST_store=$(cat "$1"); export MC_HOST_store; shift; exec mc "$@"';
      return mc(folder, bucket, "mc-host", (...args) => run("/bin/sh", ["-c", script, "sh", file, ...args]));
    },
  },
];

/** Whether MinIO's client is what `mc` starts. */
export async function hasMc(): Promise<boolean> {
  const home = makeFolder();
  const answer = await run("mc", ["--version"], { HOME: home.path }).catch(() => undefined);
  home.remove();
  return answer?.said.includes("MinIO") === true;
}

function mc(folder: Folder, bucket: string, name: string, start: (...args: string[]) => Promise<Answer>) {
  const file = folder.write(name, `by ${name}`);
  const call = (...args: string[]) => start("--config-dir", path.join(folder.path, "mc"), "--quiet", ...args);
  const object = `store/${bucket}/${name}`;
  return allOf(
    call("cp", file, object),
    () => call("ls", `store/${bucket}`),
    () => call("cat", object),
  );
}

/** So that nobody's own profiles play a part. */
const NO_PROFILES = { AWS_SHARED_CREDENTIALS_FILE: "/dev/null", AWS_CONFIG_FILE: "/dev/null" };

function profile(folder: Folder, texts: Texts): Record<string, string> {
  return {
    AWS_SHARED_CREDENTIALS_FILE: folder.write("credentials", written(texts, "awsCredentials")),
    AWS_CONFIG_FILE: folder.write("config", written(texts, "awsConfig")),
    AWS_PROFILE: "store",
  };
}

function written(texts: Texts, name: string): string {
  const found = texts[name];
  if (found === undefined) throw new Error(`nothing was written by ${name}`);
  return found;
}

/** One call after the other, up to the first that fails. */
async function allOf(first: Promise<Answer>, ...others: (() => Promise<Answer>)[]): Promise<Answer> {
  let all = await first;
  for (const next of others) {
    if (!all.accepted) return all;
    const { accepted, said } = await next();
    all = { accepted, said: `${all.said}\n${said}` };
  }
  return all;
}

/** Runs a program in an environment of its own, with none of the logins of whoever runs the tests. */
export async function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const own = { PATH: process.env.PATH ?? "", HOME: "/nonexistent", AWS_EC2_METADATA_DISABLED: "true", ...env };
  const child = spawn(command, args, { env: own, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err, [status]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  return { accepted: status === 0, said: `${out}\n${err}` };
}
