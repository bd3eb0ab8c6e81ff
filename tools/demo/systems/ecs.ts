// Dell ECS for the demo: its server of reference, asked past Pulumi through ECS's management API, as an admin would.

import * as z from "zod";
import { EcsServer } from "../../../devserver/ecs/server";
import { serve } from "../../../devserver/rgw/serve";
import type { Backend, Deed, System } from "../system";
import { act, exchange } from "./ask";

const USER = "alice";
const NAMESPACE = "ns1";
const USERNAME = "root";
const PASSWORD = "the-managers-own-password";

/** ECS counts graces in minutes: the shortest that there is. */
const GRACE_SECONDS = 60;

/** `--backend ecs` */
export const ecs: Backend = { open };

async function open(): Promise<System> {
  let aheadMs = 0;
  const server = new EcsServer({
    now: () => new Date(Date.now() + aheadMs),
    namespaces: [NAMESPACE],
    managers: [{ username: USERNAME, password: PASSWORD, role: "SYSTEM_ADMIN" }],
  });
  const served = await serve(server);
  const manage = managementApi(served.url);
  return {
    title: `a server of reference for Dell ECS at ${served.url}, in this process, data in memory`,
    notes: [
      "It stands in for ECS, and was written from Dell's documentation and recorded answers: no real one was at hand.",
      "ECS counts graces in minutes, so the server's clock is moved to the end of the grace; Pulumi's stays.",
    ],
    environment: {
      ECS_ENDPOINT: served.url,
      ECS_S3_ENDPOINT: served.url,
      ECS_USERNAME: USERNAME,
      ECS_PASSWORD: PASSWORD,
    },
    s3: { endpoint: served.url, region: "us-east-1" },
    userId: USER,
    rotates: "secret",
    program: PROGRAM,
    advance: (seconds) => {
      aheadMs += seconds * 1000;
      return { command: `the server's clock is moved ahead by ${seconds} s`, answer: undefined };
    },
    meddlings: [
      {
        thing: "the tag",
        change: "another value of a tag",
        make: () => manage("PUT", `/object/users/${USER}/tags?namespace=${NAMESPACE}`, TAGS),
        isNamed: (preview) => /~tags\b/.test(preview) && preview.includes("mallory"),
      },
      {
        thing: "the lock",
        change: "the user is locked, so that applications are refused",
        make: () => manage("PUT", "/object/users/lock", { user: USER, namespace: NAMESPACE, isLocked: true }),
        isNamed: (preview) => /[~+]locked\b/.test(preview),
      },
    ],
    // The server of reference does not serve ECS's list of users: it is looked into.
    users: async () => ({ command: "the server of reference has these users", answer: server.users() }),
    stop: () => served.close(),
  };
}

const TAGS = { tags: [{ name: "team", value: "mallory" }] };

const PROGRAM = `const pulumi = require("@pulumi/pulumi");
const { ecs } = require("pulumi-object-users");

const config = new pulumi.Config();

const alice = new ecs.ObjectUser("alice", {
  userId: "${USER}",
  namespace: "${NAMESPACE}",
  tags: { team: "media" },
  rotationId: config.require("rotationId"),
  gracePeriodSeconds: ${GRACE_SECONDS},
});

exports.accessKey = alice.accessKey;
exports.secretKey = alice.secretKey;
exports.graceEnds = alice.previousKeyExpiresAt.apply((time) => time ?? "no grace is running");
`;

/** One request in a session of its own. */
function managementApi(endpoint: string) {
  const basic = Buffer.from(`${USERNAME}:${PASSWORD}`).toString("base64");
  const request = (method: string, path: string, headers: Record<string, string>, body?: object) => ({
    method,
    url: new URL(`${endpoint}${path}`),
    headers: { accept: "application/json", ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return async (method: string, path: string, body: object): Promise<Deed> => {
    const { headers } = await exchange(request("GET", "/login", { authorization: `Basic ${basic}` }));
    const session = { "x-sds-auth-token": z.string().parse(headers["x-sds-auth-token"]) };
    const json = { "content-type": "application/json", ...session };
    const deed = await act(request(method, path, json, body));
    await exchange(request("GET", "/logout", session));
    return deed;
  };
}
