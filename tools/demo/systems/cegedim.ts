// cegedim.cloud for the demo: its server of reference, asked past Pulumi through the API, as the API account. What of that
// API is assumed is told by the server's and the backend's own files.

import * as z from "zod";
import { CegedimServer } from "../../../devserver/cegedim/server";
import { serve } from "../../../devserver/rgw/serve";
import type { Credentials } from "../../../provider/http/sigv4";
import type { WireRequest } from "../../../provider/http/wire";
import type { Backend, System } from "../system";
import { act, ask } from "./ask";

const STORE = "cos-acme-media";
const LABEL = "Alice";
const CLIENT_ID = "cgdm-sa-test";
const CLIENT_SECRET = "the-clients-own-secret";
const USERS = `/storage/object-stores/${STORE}/users`;

/** The server ends it, whatever the stage is doing: so it is longer than the steps in it take on a busy machine. */
const GRACE_SECONDS = 20;

/** `--backend cegedim` */
export const cegedim: Backend = { open };

async function open(): Promise<System> {
  const server = new CegedimServer({
    objectStores: [STORE],
    accounts: [{ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, mayWrite: true }],
  });
  const served = await serve(server);
  const endpoint = `${served.url}/itcare`;
  const tokenUrl = `${served.url}/token`;
  const request = api(endpoint, tokenUrl);
  const list = async () => ask(await request("GET", USERS), Page);
  const change = async ({ accessKey }: Pick<Credentials, "accessKey">, operation: string, options: object) => {
    const { answer } = await list();
    const user = answer.content.find((one) => one.accessKey === accessKey);
    return act(await request("PATCH", `${USERS}/${user?.id}`, { operation, options }));
  };
  return {
    title: `a server of reference for cegedim.cloud at ${served.url}, in this process, data in memory`,
    notes: [
      "It stands in for cegedim.cloud: no account was at hand. Token, actions, errors and what users can do are as published;",
      "the addresses and the fields of object users are not published, and assumed: provider/backends/cegedim/assumed.ts",
    ],
    environment: {
      ITCARE_ENDPOINT: endpoint,
      ITCARE_TOKEN_URL: tokenUrl,
      ITCARE_S3_ENDPOINT: served.url,
      ITCARE_CLIENT_ID: CLIENT_ID,
      ITCARE_CLIENT_SECRET: CLIENT_SECRET,
    },
    s3: { endpoint: served.url, region: "us-east-1" },
    userId: LABEL,
    rotates: "secret",
    program: PROGRAM,
    meddlings: [
      {
        thing: "the label",
        change: "another label",
        make: (key) => change(key, "update", { label: "Mallory" }),
        isNamed: (preview) => /~label\b/.test(preview) && preview.includes('"Mallory"'),
      },
      {
        thing: "the lock",
        change: "the user is locked, so that applications are refused",
        make: (key) => change(key, "lock", {}),
        isNamed: (preview) => /[~+]locked\b/.test(preview),
      },
    ],
    users: async () => {
      const { command, answer } = await list();
      return { command, answer: answer.content.map(({ label }) => label) };
    },
    stop: () => served.close(),
  };
}

const Page = z.object({
  content: z.array(z.object({ id: z.number(), label: z.string(), accessKey: z.string() })),
});

const PROGRAM = `const pulumi = require("@pulumi/pulumi");
const { cegedim } = require("pulumi-object-users");

const config = new pulumi.Config();

const alice = new cegedim.ObjectUser("alice", {
  objectStore: "${STORE}",
  label: "${LABEL}",
  rotationId: config.require("rotationId"),
  gracePeriodSeconds: ${GRACE_SECONDS},
});

exports.accessKey = alice.accessKey;
exports.secretKey = alice.secretKey;
exports.graceEnds = alice.previousKeyExpiresAt.apply((time) => time ?? "no grace is running");
`;

/** Makes requests with a token of their own. */
function api(endpoint: string, tokenUrl: string) {
  const basic = Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString("base64");
  return async (method: string, path: string, body?: object): Promise<WireRequest> => {
    const { answer } = await ask(
      {
        method: "POST",
        url: new URL(tokenUrl),
        headers: { authorization: `Basic ${basic}`, "content-type": "application/x-www-form-urlencoded" },
        body: "grant_type=client_credentials",
      },
      z.object({ access_token: z.string() }),
    );
    return {
      method,
      url: new URL(`${endpoint}${path}`),
      headers: {
        accept: "application/vnd.cegedim-it.v1+json",
        authorization: `Bearer ${answer.access_token}`,
        "content-type": "application/json",
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
  };
}
