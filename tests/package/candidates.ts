// The resources with which a program outside of the repository is tried, as a table: what the program says, where it finds
// the system, what somebody does there behind its back, and what S3 answers. Here are Dell ECS and cegedim.cloud.

import { CegedimServer } from "../../devserver/cegedim/server";
import { EcsServer } from "../../devserver/ecs/server";
import { type Exchanger, serve } from "../../devserver/rgw/serve";
import type { Credentials } from "../../provider/http/sigv4";
import { openS3 } from "../../tools/demo/s3-client";
import type { ConfigValue } from "../real/pulumi";

/** One resource to be made: a user, a fleet with one member, or what else a system has. */
export interface Candidate {
  /** The resource's name in the program. */
  readonly name: string;
  /** The class: "rgw.User". */
  readonly type: string;
  /** It is a fleet, and the inputs are those of its one member. */
  readonly isFleet?: true;
  readonly config: Readonly<Record<string, ConfigValue>>;
  /** What the administrator signs in with. */
  readonly secret: string;
  /** The inputs, besides `rotationId`; those that are changed later; those that lock it, where that is possible. */
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly changed?: Readonly<Record<string, unknown>>;
  readonly locked?: Readonly<Record<string, unknown>>;
  /** What becomes of a key; absent where there are none. */
  readonly keys?: KeyStory;
  /** Changes it past Pulumi, or ends its published key. The preview has to say it like this. */
  meddle(key: Credentials): Promise<unknown>;
  readonly drift: RegExp;
  /** Whether the system has it. */
  isThere(): Promise<boolean>;
  close?(): Promise<void>;
}

/** What the data side answers to a key: "200", or "403 AccessDenied". */
export interface KeyStory {
  asks(key: Credentials): Promise<string>;
  /** When its user is locked. Default: 200. */
  readonly whenLocked?: string;
  /** When another key has come, within the grace. Default: 200. */
  readonly whenRotated?: string;
  /** After the grace. */
  readonly whenOver: string;
  /** When its user is gone. */
  readonly whenGone: string;
  /** Ends the grace on the system, where it is counted in more than seconds. */
  readonly passGrace?: () => void;
}

/** How a preview says that somebody ended the published key. */
export const ENDED = /issueKey: the published key \w+ was removed/;

/** The same as a fleet with one member. */
export function fleetOf(one: Candidate): Candidate {
  return { ...one, name: `${one.name} fleet`, type: `${one.type}s`, isFleet: true };
}

const REGION = "us-east-1";

/** What S3 at this address answers to a request that lists buckets. */
export function s3At(endpoint: string): KeyStory["asks"] {
  const s3 = openS3({ endpoint, region: REGION });
  return async (key) => {
    const { status, code } = await s3(key, "GET", "/");
    return [status, code].filter(Boolean).join(" ");
  };
}

/** Dell ECS, its server of reference. ECS counts graces in minutes: its clock is moved. */
export async function openEcs(): Promise<Candidate[]> {
  let aheadMs = 0;
  const server = new EcsServer({ now: () => new Date(Date.now() + aheadMs) });
  const { url, asks, close } = await listen(server);
  const [manager] = server.managers;
  const { username = "", password = "" } = manager ?? {};
  const keys: KeyStory = {
    asks,
    whenLocked: "403 AccessDenied",
    whenOver: "403 SignatureDoesNotMatch",
    whenGone: "403 InvalidAccessKeyId",
    passGrace: () => {
      aheadMs += 60_000;
    },
  };
  const user = (userId: string): Candidate => ({
    name: "ecs",
    type: "ecs.ObjectUser",
    config: {
      "ecs:endpoint": url,
      "ecs:s3Endpoint": url,
      "ecs:username": username,
      "ecs:password": { value: password, secret: true },
    },
    secret: password,
    inputs: { userId, namespace: "ns1", tags: { team: "red" }, gracePeriodSeconds: 60 },
    changed: { tags: { team: "blue" } },
    locked: { locked: true },
    keys,
    meddle: async () => server.meddle("PUT /object/users/lock", { user: userId, namespace: "ns1", isLocked: true }),
    drift: /locked is true, wanted false/,
    isThere: async () => server.users().length > 0,
  });
  return [{ ...user("alice"), close }, fleetOf(user("beth"))];
}

/** cegedim.cloud, its server of reference. It ends graces by its own clock, the real one: all systems have to be done before. */
export async function openCegedim(): Promise<Candidate[]> {
  const server = new CegedimServer();
  const { url, asks, close } = await listen(server);
  const [account] = server.accounts;
  const { clientId = "", clientSecret = "" } = account ?? {};
  const user = (label: string): Candidate => ({
    name: "cegedim",
    type: "cegedim.ObjectUser",
    config: {
      "cegedim:endpoint": `${url}/itcare`,
      "cegedim:tokenUrl": `${url}/token`,
      "cegedim:s3Endpoint": url,
      "cegedim:clientId": clientId,
      "cegedim:clientSecret": { value: clientSecret, secret: true },
    },
    secret: clientSecret,
    inputs: { objectStore: "cos-acme-media", label, gracePeriodSeconds: 45 },
    changed: { label: `${label} L.` },
    locked: { locked: true },
    keys: { asks, whenLocked: "403 AccessDenied", whenOver: "401", whenGone: "401" },
    meddle: async () => {
      const { [`${label} L.`]: changed, [label]: made } = server.users();
      const found = changed ?? made;
      if (found) found.label = `Mallory, once ${label}`;
    },
    drift: new RegExp(`label is "Mallory, once ${label}", wanted "${label} L\\."`),
    isThere: async () => Object.keys(server.users()).some((one) => one !== "Initial S3 user"),
  });
  return [{ ...user("alice"), close }, fleetOf(user("beth"))];
}

/** A server of reference on a port. */
export async function listen(
  server: Exchanger,
): Promise<{ url: string; close(): Promise<void> } & Pick<KeyStory, "asks">> {
  const { url, close } = await serve(server);
  return { url, asks: s3At(url), close: () => close() };
}
