/**
 * The words of the tables: wishes, knowledge and live users made from the few parts that a row is about, and steps
 * printed short. Times are seconds from `NOW`.
 */
import type {
  Capabilities,
  Json,
  KeyRecord,
  KeyRequest,
  Known,
  Live,
  Spec,
  Step,
} from "../../../provider/lifecycle/model";

export const NOW = new Date("2030-01-01T00:00:00Z");

/** A moment so many seconds from now, as state writes it. */
export function at(seconds: number): string {
  return new Date(NOW.getTime() + seconds * 1000).toISOString();
}

/** A system whose keys we end, as many as we like, with ids that we choose. */
export const BY_US: Capabilities = {
  rotates: "keys",
  deadline: "free",
  maxKeys: Number.MAX_SAFE_INTEGER,
  chooseAccessKey: true,
  keyWithUser: true,
  secretsReadable: true,
  propagationSeconds: 0,
};

/** The same, which disables keys, too. */
export const BY_US_DISABLING: Capabilities = { ...BY_US, disablesKeys: true };

/** A system with one access key and two secrets, the older of which it ends by itself. */
export const BY_SERVER: Capabilities = {
  ...BY_US,
  rotates: "secrets",
  deadline: "earlier",
  maxKeys: 2,
  chooseAccessKey: false,
  keyWithUser: false,
};

/** A system that makes ids by itself, and keeps two keys at most. */
export const TWO_AT_MOST: Capabilities = { ...BY_US, maxKeys: 2, chooseAccessKey: false };

/** A wish: user "ann", rotation "1", a grace of an hour. */
export function spec(changes: Partial<Spec> = {}): Spec {
  return {
    name: "ann",
    where: undefined,
    identity: "me",
    hidden: [],
    fields: {},
    rotationId: "1",
    gracePeriodSeconds: 3600,
    quarantinePeriodSeconds: 0,
    prove: true,
    adopt: false,
    exclusiveKeys: false,
    forceDestroy: false,
    createKey: true,
    ...changes,
  };
}

/** A key of the ring for a rotation, made and proven long ago. Its id is its name. */
export function key(id: string, rotationId: string, changes: Partial<KeyRecord> = {}): KeyRecord {
  return { id, accessKey: id, rotationId, issuedAt: at(-86_400), provenAt: at(-86_399), ...changes };
}

/** A key of the ring that was retired so many seconds ago (below zero) and expires at a moment. */
export function retired(id: string, rotationId: string, retiredAt: number, expiresAt: number): KeyRecord {
  return key(id, rotationId, { retiredAt: at(retiredAt), expiresAt: at(expiresAt) });
}

type Foreign = Known["foreign"][number];

/** What is known of "ann". `current` is the published key's id; every key's secret is known. */
export function known(
  keys: readonly KeyRecord[],
  current?: string,
  { foreign = [], ...changes }: Partial<Omit<Known, "foreign">> & { foreign?: readonly (string | Foreign)[] } = {},
): Known {
  const accessKey = keys.find((one) => one.id === current)?.accessKey ?? current ?? "";
  const others = foreign.map((one) => (typeof one === "string" ? { id: one, accessKey: one } : one));
  const ids = [...keys, ...others].map((one) => one.id);
  return {
    userId: "ann",
    fields: {},
    baseline: {},
    keys,
    foreign: others,
    ...(current === undefined ? {} : { published: { id: current, accessKey, secretKey: `hush ${current}` } }),
    secrets: Object.fromEntries(ids.map((id) => [id, `hush ${id}`])),
    ...changes,
  };
}

/** A user as the system has it, with keys of the same names as `known` gives. */
export function live(ids: readonly string[], fields: Record<string, Json> = {}, changes: Partial<Live> = {}): Live {
  return {
    userId: "ann",
    fields,
    keys: ids.map((id) => ({ id, accessKey: id, secretKey: `hush ${id}` })),
    ...changes,
  };
}

/** A step in short, without its reason: "issueKey A for 2", "retireKey A until +3600", "updateUser {...}". */
export function brief(step: Step): string {
  switch (step.do) {
    case "createUser":
      return `createUser ${JSON.stringify(step.fields)} ${step.key ? keyWords(step.key) : "without key"}`;
    case "updateUser":
      return `updateUser ${JSON.stringify(step.changes)}`;
    case "setPassword":
      return `setPassword for ${step.rotationId}`;
    case "issueKey":
      return `issueKey ${keyWords(step.key)} for ${step.rotationId}`;
    case "proveKey":
      return `proveKey ${step.id}`;
    case "retireKey":
      return `retireKey ${step.id} from ${offset(step.retiredAt)} until ${offset(step.expiresAt)}`;
    case "withdrawKey":
      return "withdrawKey";
    case "disableKey":
    case "revokeKey":
      return `${step.do} ${step.id}`;
  }
}

function keyWords(request: KeyRequest): string {
  const { secretKey, secretPrefix, graceSeconds } = request;
  const { accessKey = secretPrefix === undefined ? "any" : `${secretPrefix}…` } = request;
  return `${accessKey}${secretKey ? ":own" : ""}${graceSeconds === undefined ? "" : `, grace ${graceSeconds}`}`;
}

function offset(moment: string): string {
  const seconds = (Date.parse(moment) - NOW.getTime()) / 1000;
  return seconds >= 0 ? `+${seconds}` : String(seconds);
}
