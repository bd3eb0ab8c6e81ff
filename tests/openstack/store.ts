// The real Keystone with its real S3 gateway that the suites of a process share, started on first use; what a test does
// behind Pulumi's back with the administrator's login; and what an S3 client sees. Nothing of the provider's code is used.

import assert from "node:assert/strict";
import * as aws4 from "aws4";
import { type ObjectStore, startObjectStore } from "../../tools/keystone/object-store";
import { verdictOf } from "../backends/stack";
import { cliAvailable, skipWithout } from "../real/needs";

/** An answer of Keystone. */
export interface Answer {
  readonly status: number;
  readonly token: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests pick what they know to be there
  readonly body: any;
}

/** An S3 key. */
export interface Key {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** The running store with the handles of tests. */
export interface Store extends ObjectStore {
  /** The OS_* variables of the administrator. */
  readonly env: Readonly<Record<string, string>>;
  /** Asks Keystone as the administrator, as somebody else would. */
  ask(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Logs the administrator in anew. */
  renew(): Promise<void>;
  /** Logs in; the answer has the token. */
  logIn(user: object, scope?: unknown): Promise<Answer>;
  /** The user of this name in the default domain, as Keystone shows it. */
  user(name: string): Promise<Answer["body"] | undefined>;
  /** The access keys of a user, of all projects. */
  keysOf(userId: string): Promise<string[]>;
  /** What S3 answers: "200", or "403 InvalidAccessKeyId". Default: listing the buckets. */
  s3(key: Key, method?: string, path?: string): Promise<string>;
  /** The answer itself. */
  askS3(key: Key, method?: string, path?: string): Promise<{ readonly status: number; readonly body: string }>;
}

let started: Promise<Store> | undefined;

/** The store, with the projects "media" and "archive" and the role "service". */
export function objectStore(): Promise<Store> {
  started ??= start();
  return started;
}

/**
 * For `before`: the store, after installing what may be installed. Skips the tests, saying what is missing, where the real
 * things (with `cli`: the Pulumi CLI too) cannot be had.
 */
export async function storeFor(context: Mocha.Context, { cli = false } = {}): Promise<Store> {
  context.timeout(600_000);
  const { installKeystone } = await import("../../tools/keystone/install.mjs");
  const { installCeph } = await import("../../tools/ceph/install.mjs");
  skipWithout(context, installKeystone(), installCeph(), ...(cli ? [await cliAvailable()] : []));
  return objectStore();
}

after(async function stopStore() {
  this.timeout(60_000);
  const running = started;
  started = undefined;
  await (await running)?.stop();
});

async function start(): Promise<Store> {
  const store = await startObjectStore();
  const { authUrl, admin } = store.keystone;
  const exchange = async (method: string, path: string, token: string | undefined, body: unknown): Promise<Answer> => {
    const response = await fetch(`${authUrl}${path}`, {
      method,
      headers: { "content-type": "application/json", ...(token ? { "x-auth-token": token } : {}) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed = text === "" ? undefined : JSON.parse(text);
    return { status: response.status, token: response.headers.get("x-subject-token") ?? "", body: parsed };
  };
  const logIn = (user: object, scope?: unknown) =>
    exchange("POST", "/auth/tokens", undefined, {
      auth: { identity: { methods: ["password"], password: { user } }, ...(scope ? { scope } : {}) },
    });
  const domain = { name: admin.domain };
  const inAdmin = { project: { name: admin.project, domain } };
  const renew = async () => {
    token = (await logIn({ name: admin.username, domain, password: admin.password }, inAdmin)).token;
  };
  let token = "";
  await renew();
  const ask = (method: string, path: string, body?: unknown) => exchange(method, path, token, body);
  for (const name of ["media", "archive"]) await ask("POST", "/projects", { project: { name, domain_id: "default" } });
  const askS3: Store["askS3"] = async ({ accessKey, secretKey }, method = "GET", path = "/") => {
    const { host } = new URL(store.s3Endpoint);
    const keys = { accessKeyId: accessKey, secretAccessKey: secretKey };
    const { headers } = aws4.sign({ service: "s3", region: "us-east-1", method, host, path }, keys);
    const { Host: _, "Content-Length": _length, ...own } = headers as Record<string, string>;
    const response = await fetch(`${store.s3Endpoint}${path}`, { method, headers: own });
    return { status: response.status, body: await response.text() };
  };
  return {
    ...store,
    env: {
      OS_AUTH_URL: authUrl,
      OS_USERNAME: admin.username,
      OS_PASSWORD: admin.password,
      OS_PROJECT_NAME: admin.project,
      OS_USER_DOMAIN_NAME: admin.domain,
      OS_PROJECT_DOMAIN_NAME: admin.domain,
    },
    ask,
    renew,
    logIn,
    user: async (name) => (await ask("GET", `/users?domain_id=default&name=${encodeURIComponent(name)}`)).body.users[0],
    keysOf: async (userId) => {
      const { body } = await ask("GET", `/users/${userId}/credentials/OS-EC2`);
      return body.credentials.map(({ access }: { access: string }) => access).sort();
    },
    askS3,
    s3: async (...request) => verdictOf(await askS3(...request)),
  };
}

/** The password of every member that a test makes. */
export const PASSWORD = "Member-Passw0rd";

/** Makes an ordinary user of the default domain with the role "member" in projects. Answers its id. */
export async function memberOf(store: Store, name: string, ...projects: string[]): Promise<string> {
  const user = { name, domain_id: "default", password: PASSWORD };
  const { id } = (await store.ask("POST", "/users", { user })).body.user;
  const role = (await store.ask("GET", "/roles?name=member")).body.roles[0].id;
  for (const project of projects)
    await store.ask("PUT", `/projects/${await projectId(store, project)}/users/${id}/roles/${role}`);
  return id;
}

/** The id of a project of the default domain. */
export async function projectId(store: Store, name: string): Promise<string> {
  const { body } = await store.ask("GET", `/projects?domain_id=default&name=${name}`);
  assert.equal(body.projects.length, 1);
  return body.projects[0].id;
}
