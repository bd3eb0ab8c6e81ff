// Ceph's RADOS Gateway for the demo: the embedded one, or a real one. The embedded one is asked past Pulumi through the
// Admin Ops API, https://docs.ceph.com/en/latest/radosgw/adminops/, the real one through radosgw-admin.

import { pathToFileURL } from "node:url";
import * as z from "zod";
import { Gateway } from "../../../devserver/rgw/gateway";
import { serve } from "../../../devserver/rgw/serve";
import { type Credentials, escaped, signed } from "../../../provider/http/sigv4";
import { startCeph } from "../../ceph/cluster";
import type { Backend, Deed, Meddling, Opening, System } from "../system";
import { act, ask } from "./ask";

const REGION = "us-east-1";
const USER = "alice";

/** Long enough to see, short enough to wait for. */
const GRACE_SECONDS = 8;

/** `--backend rgw`, which is the default. */
export const rgw: Backend = {
  open: ({ real, log }: Opening) => (real ? openCeph(log) : openEmbedded()),
};

async function openEmbedded(): Promise<System> {
  const gateway = new Gateway();
  const served = await serve(gateway);
  const admin = (method: string, path: string) =>
    signed({ method, url: new URL(`${served.url}${path}`) }, gateway.admin, REGION, new Date());
  return {
    ...common(served.url, gateway.admin),
    title: `the embedded gateway at ${served.url}: speaks as Ceph RGW does, data in memory (--ceph: a real Ceph)`,
    meddlings: meddlings({
      rename: (name) => act(admin("POST", `/admin/user?uid=${USER}&display-name=${escaped(name)}`)),
      removeKey: (accessKey) => act(admin("DELETE", `/admin/user?key&uid=${USER}&access-key=${accessKey}`)),
    }),
    users: () => ask(admin("GET", "/admin/metadata/user"), z.array(z.string())),
    stop: () => served.close(),
  };
}

async function openCeph(log: (line: string) => void): Promise<System> {
  const file = pathToFileURL(`${__dirname}/../../ceph/install.mjs`).href;
  const { installCeph }: Installer = await import(file);
  const ceph = installCeph({ log });
  if (!ceph.available) throw new Error(`${ceph.reason}\nWithout --ceph the demo plays on the embedded gateway.`);
  log("starting a monitor, an OSD and a RADOS gateway on 127.0.0.1, data in memory …");
  const cluster = await startCeph();
  const run = async (...words: readonly string[]): Promise<Deed<unknown>> => ({
    command: `radosgw-admin ${words.join(" ")}`,
    answer: await cluster.radosgwAdmin(...words),
  });
  return {
    ...common(cluster.endpoint, cluster.admin),
    title: `a real Ceph ${cluster.version} at ${cluster.endpoint}: monitor, OSD and RADOS gateway, data in memory`,
    meddlings: meddlings({
      rename: (name) => run("user", "modify", `--uid=${USER}`, `--display-name=${name}`).then(silent),
      removeKey: (accessKey) =>
        run("key", "rm", "--key-type=s3", `--uid=${USER}`, `--access-key=${accessKey}`).then(silent),
    }),
    users: async () => {
      const { command, answer } = await run("user", "list");
      return { command, answer: z.array(z.string()).parse(answer) };
    },
    stop: () => cluster.stop(),
  };
}

function common(endpoint: string, admin: Credentials): Pick<System, CommonPart> {
  return {
    notes: [],
    environment: {
      RADOSGW_ENDPOINT: endpoint,
      RADOSGW_ACCESS_KEY: admin.accessKey,
      RADOSGW_SECRET_KEY: admin.secretKey,
    },
    s3: { endpoint, region: REGION },
    userId: USER,
    rotates: "key",
    program: `const pulumi = require("@pulumi/pulumi");
const { rgw } = require("pulumi-object-users");

const config = new pulumi.Config();

const alice = new rgw.User("alice", {
  uid: "${USER}",
  displayName: "Alice",
  rotationId: config.require("rotationId"),
  gracePeriodSeconds: ${GRACE_SECONDS},
});

exports.accessKey = alice.accessKey;
exports.secretKey = alice.secretKey;
exports.graceEnds = alice.previousKeyExpiresAt.apply((time) => time ?? "no grace is running");
`,
  };
}

type CommonPart = "notes" | "environment" | "s3" | "userId" | "rotates" | "program";

function meddlings(admin: {
  rename(displayName: string): Promise<Deed>;
  removeKey(accessKey: string): Promise<Deed>;
}): readonly Meddling[] {
  return [
    {
      thing: "the display name",
      change: "another display name",
      make: () => admin.rename("Mallory"),
      isNamed: (preview) => /~displayName\b/.test(preview) && preview.includes('"Mallory"'),
    },
    {
      thing: "the key",
      change: "the key that applications use is taken away",
      make: ({ accessKey }) => admin.removeKey(accessKey),
      isNamed: (preview, { accessKey }) => preview.includes(`published key ${accessKey} was removed`),
    },
  ];
}

interface Installer {
  installCeph(options: {
    log: (line: string) => void;
  }): { readonly available: true } | { readonly available: false; readonly reason: string };
}

/** The answer may hold secrets, and nobody needs it. */
function silent({ command }: Deed<unknown>): Deed {
  return { command, answer: undefined };
}
