/**
 * What state will say after an `up`, as far as that can be told before it. Pure: the plan's steps, taken one after another
 * as `reconcile` takes them, each folded into what is known as if it had succeeded. What only the system can tell, and when
 * something happens, stays open.
 *
 *   step        | known before it is taken              | open
 *   ------------+---------------------------------------+----------------------------------------------------------
 *   createUser  | settings; the id, where inputs say it | another id; a password that is made
 *   issueKey    | an access key that is derived or      | any other access key; the secret, unless it is the caller's
 *               | given; where secrets rotate, that one |
 *   any         | whose turn it is                      | the times of what happens in this run
 */
import { randomUUID } from "node:crypto";
import {
  recordOf,
  type StepOf,
  withDisabled,
  withIssued,
  withoutKey,
  withoutPublished,
  withPublished,
  withRetired,
} from "./fold";
import type { Capabilities, Fields, KeyRecord, KeyRequest, Known, Live, LiveKey, Spec, Step } from "./model";
import { firstSight } from "./observe";
import { plan } from "./plan";

/** What of a system is asked. */
export interface Foreseen {
  readonly capabilities: Capabilities;
  readonly defaults: Fields;
  /** Settings that the system shows whether or not somebody declares them. */
  readonly outputs: readonly string[];
}

/** Every text that is not known yet has this in it. Nobody can give such a text. */
const OPEN = `not known yet ${randomUUID()}`;

/** No user has so many steps before it. */
const MOST_STEPS = 10_000;

/** Whether a text is not known yet, or says something that is not. */
export function isOpen(text: string): boolean {
  return text.includes(OPEN);
}

/** What will be known. Throws an ObjectUserError where the plan refuses what is wanted. `before` undefined: no such user. */
export function foresee(spec: Spec, before: Known | undefined, system: Foreseen, now: Date): Known {
  // Whether a user that is somebody else's is there is only known by looking.
  let known =
    before ??
    (system.capabilities.keysOnly
      ? firstSight(userOf(spec, system), spec, system.defaults, { takenOver: false })
      : undefined);
  for (let count = 0; count < MOST_STEPS; count++) {
    const [step] = plan(spec, known, system.capabilities, now);
    if (step === undefined) {
      if (known === undefined) break;
      const { identity, hidden } = spec;
      const told = { ...(identity === "" ? {} : { identity }), ...(hidden.length === 0 ? {} : { hidden }) };
      return { ...known, ...told, keys: known.keys.map((key) => withOpenTimes(key, before)) };
    }
    known = known === undefined ? created(step, spec, system, now) : taken(step, spec, known, system, now, count);
  }
  throw new Error("the plan for a user does not come to its end");
}

/** A user that was made. Where the system makes its first key later, a step of its own follows. */
function created(step: Step, spec: Spec, system: Foreseen, now: Date): Known {
  if (step.do !== "createUser") throw new Error(`${step.do} needs a user`);
  const { defaults } = system;
  const key = step.key && keyOf(step.key, spec, undefined, system, 0);
  const made = key && recordOf(key, spec.rotationId, now);
  const live = { ...userOf(spec, system, step.fields), keys: key ? [key] : [] };
  const known = firstSight(live, spec, defaults, { takenOver: false, ...(made ? { made } : {}) });
  return spec.password ? { ...known, password: passwordOf(spec.password) } : known;
}

/** A user without keys. What has no default, the system decides, or does not show. */
function userOf({ userId = OPEN }: Spec, { defaults, outputs }: Foreseen, declared: Fields = {}): Live {
  const shown = Object.fromEntries(outputs.map((name) => [name, OPEN]));
  return { userId, fields: { ...shown, ...defaults, ...declared }, keys: [] };
}

function passwordOf({ value, rotationId }: NonNullable<Spec["password"]>) {
  return { value: value ?? OPEN, rotationId };
}

function taken(step: Step, spec: Spec, known: Known, system: Foreseen, now: Date, count: number): Known {
  switch (step.do) {
    case "createUser":
      throw new Error("the user is there");
    case "setPassword":
      return { ...known, password: passwordOf(spec.password ?? { rotationId: step.rotationId }) };
    case "updateUser":
      return changed(step, known, system);
    case "issueKey":
      return withIssued(known, step, keyOf(step.key, spec, known, system, count), now);
    case "proveKey": {
      const secretKey = known.secrets[step.id] ?? OPEN;
      return withPublished(
        known,
        step,
        { id: step.id, accessKey: step.accessKey, secretKey },
        spec,
        system.capabilities,
        now,
      );
    }
    case "retireKey":
      return withRetired(known, step);
    case "disableKey":
      return withDisabled(known, step, now);
    case "revokeKey":
      return withoutKey(known, step);
    case "withdrawKey":
      return withoutPublished(known);
  }
}

/** With other settings. Keys that belong to one of them stay behind, and what else says the same is only known then. */
function changed(
  { changes }: StepOf<"updateUser">,
  known: Known,
  { capabilities: { keysBelongTo = [] } }: Foreseen,
): Known {
  const fields = { ...known.fields, ...changes };
  if (!keysBelongTo.some((name) => name in changes)) return { ...known, fields };
  const others = keysBelongTo.filter((name) => !(name in changes)).map((name) => [name, OPEN]);
  const { accessKey, secretKey } = known.published ?? {};
  return {
    ...known,
    fields: { ...fields, ...Object.fromEntries(others) },
    keys: [],
    foreign: [],
    secrets: {},
    ...(accessKey === undefined || secretKey === undefined ? {} : { published: { accessKey, secretKey } }),
  };
}

/** The key that a request makes, as far as that is known. Each has an id of its own. */
function keyOf(request: KeyRequest, spec: Spec, known: Known | undefined, system: Foreseen, count: number): LiveKey {
  const { rotates } = system.capabilities;
  // Ids are derived from the user's; and a user of whom we have no key yet may have one that is adopted.
  const mayBeAnother =
    spec.ownKey?.accessKey === undefined && known !== undefined && (isOpen(known.userId) || mayAdopt(spec, known));
  const same = rotates === "secrets" ? ((known?.published ?? known?.keys[0])?.accessKey ?? spec.accessKey) : undefined;
  const accessKey = (mayBeAnother ? undefined : request.accessKey) ?? same ?? OPEN;
  const id = rotates === "secrets" || isOpen(accessKey) ? `${OPEN} ${count}` : accessKey;
  return { id, accessKey, secretKey: request.secretKey ?? OPEN };
}

function mayAdopt({ adopt }: Spec, { keys, published }: Known): boolean {
  return adopt && keys.length === 0 && published === undefined;
}

/** A key's record, without the moments at which this run does something. A deadline that only follows is known. */
function withOpenTimes(key: KeyRecord, before: Known | undefined): KeyRecord {
  const was = before?.keys.find(({ id }) => id === key.id);
  const isSame = (name: "issuedAt" | "provenAt" | "retiredAt" | "expiresAt" | "disabledAt") =>
    key[name] === undefined || key[name] === was?.[name];
  const follows = key.retiredAt !== undefined && isSame("retiredAt");
  return {
    ...key,
    ...(isSame("issuedAt") ? {} : { issuedAt: OPEN }),
    ...(isSame("provenAt") ? {} : { provenAt: OPEN }),
    ...(isSame("retiredAt") ? {} : { retiredAt: OPEN }),
    ...(isSame("expiresAt") || follows ? {} : { expiresAt: OPEN }),
    ...(isSame("disabledAt") ? {} : { disabledAt: OPEN }),
  };
}
