/**
 * What is to be done, decided in one place. Pure: the same wish, knowledge and moment give the same steps, whether
 * `pulumi preview` asks or `pulumi up`.
 *
 *   the user            | steps
 *   --------------------+------------------------------------------------------------------------
 *   is not there        | createUser (with its first key, where the system can); then plan again
 *   lacks its password  | setPassword
 *   differs             | updateUser: the differing settings only
 *
 *   the wanted key      | steps                        every other key of the ring
 *   --------------------+------------------------------------------------------------------------
 *   is not there        | issueKey; then plan again
 *   lives, unpublished  | proveKey (which publishes)   not retired      | retireKey
 *   is published        | nothing                      wrong deadline   | retireKey, new deadline
 *   there is none, and  | withdrawKey                  deadline over    | revokeKey
 *   the published gone  |                              never published  | revokeKey
 *   A key whose deadline is over is never the wanted one: another one is made for its rotation. Where no key is wanted, one
 *   that is not retired stays as it is. Keys outside the ring: nothing, or revokeKey with exclusiveKeys. Where only keys are
 *   ours, a user that is not there is an error, and a resource that goes revokes its ring.
 *
 * A step that makes something ends the plan, because what it makes is not known yet. What a system cannot do is refused
 * here, before anything is sent: plan throws an ObjectUserError.
 */
import { isDeepStrictEqual } from "node:util";
import { shown } from "./hidden";
import { keyToMake } from "./keys";
import type { Capabilities, Fields, KeyRequest, Known, Spec, Step } from "./model";
import { noSuchUser } from "./ownership";
import { endForeign, makeRoom, retire, revokeLeft, revokeOver } from "./retirement";
import { type WantedKey, wantedKey } from "./wanted-key";

/** The steps from what is known to what is wanted; none when there is nothing to do. `known` undefined: no such user. */
export function plan(spec: Spec, known: Known | undefined, capabilities: Capabilities, now: Date): Step[] {
  if (spec.leaves) return (known?.keys ?? []).map(revokeLeft);
  if (known === undefined && capabilities.keysOnly) throw noSuchUser(spec);
  if (known === undefined) return [creation(spec, capabilities)];
  return [...password(spec, known), ...settings(spec, known), ...keys(spec, known, capabilities, now)];
}

function creation(spec: Spec, capabilities: Capabilities): Step {
  const key = spec.createKey && capabilities.keyWithUser ? { key: keyToMake(spec, spec.name, capabilities) } : {};
  return { do: "createUser", fields: spec.fields, ...key, why: "the user does not exist" };
}

function password(spec: Spec, known: Known): Step[] {
  const wanted = spec.password;
  if (wanted === undefined || (wanted.of !== undefined && known.fields[wanted.of] === undefined)) return [];
  const { rotationId } = wanted;
  const why =
    known.password === undefined
      ? "no password is known"
      : wanted.value !== undefined && wanted.value !== known.password.value
        ? "the password of the inputs changed"
        : wanted.value === undefined && rotationId !== known.password.rotationId
          ? `passwordRotationId changed from ${shown("passwordRotationId", known.password.rotationId, spec)} to ${shown("passwordRotationId", rotationId, spec)}`
          : undefined;
  return why === undefined ? [] : [{ do: "setPassword", rotationId, why }];
}

/** The settings that differ from what is wanted. */
export function changedFields(wanted: Fields, known: Known): Fields {
  const expected = { ...known.baseline, ...wanted };
  return Object.fromEntries(
    Object.entries(expected).filter(([name, value]) => !isDeepStrictEqual(known.fields[name], value)),
  );
}

function settings(spec: Spec, known: Known): Step[] {
  const changes = changedFields(spec.fields, known);
  const names = Object.keys(changes);
  if (names.length === 0) return [];
  const why = names
    .map((name) => `${name} is ${shown(name, known.fields[name], spec)}, wanted ${shown(name, changes[name], spec)}`)
    .join("; ");
  return [{ do: "updateUser", changes, why }];
}

function keys(spec: Spec, known: Known, capabilities: Capabilities, now: Date): Step[] {
  const wanted = wantedKey(spec, known, capabilities, now);
  if (wanted?.make) return issue(wanted, spec, known, capabilities, now);
  const others = known.keys.filter((key) => key.id !== wanted?.id);
  return [
    ...(wanted ? publish(wanted, spec, known, capabilities) : withdraw(known)),
    ...others.flatMap((key) => retire(key, wanted?.id, spec, known, capabilities, now)),
    ...endForeign(wanted?.id, spec, known),
  ];
}

function issue(
  { make, first, why }: Extract<WantedKey, { make: KeyRequest }>,
  spec: Spec,
  known: Known,
  capabilities: Capabilities,
  now: Date,
): Step[] {
  const unit = capabilities.graceUnitSeconds ?? 1;
  const grace =
    capabilities.rotates === "secrets" && hasKeyBefore(known, capabilities)
      ? { graceSeconds: Math.ceil(spec.gracePeriodSeconds / unit) * unit }
      : {};
  // One of the same id leaves its place to the one that is made.
  const others = known.keys.filter((key) => key.accessKey !== make.accessKey);
  return [
    ...(first ? [revokeOver(first)] : []),
    ...makeRoom(spec, { ...known, keys: others }, capabilities, now),
    { do: "issueKey", key: { ...make, ...grace }, rotationId: spec.rotationId, why },
  ];
}

/**
 * Whether consumers may hold a key that the next one replaces; of a user that was taken over they may, though nobody lists
 * it. What others gave a user that is still being made is theirs, unless its secret is hidden: then it may be ours.
 */
function hasKeyBefore({ keys, foreign, secrets, published, takenOver }: Known, { keyWithUser }: Capabilities): boolean {
  const ring = keys.some((key) => key.retiredAt === undefined);
  const isNew = published === undefined && !takenOver;
  const others = foreign.some((key) => !isNew || secrets[key.id] === undefined);
  return ring || others || (takenOver === true && keyWithUser);
}

/** What is published of a key that is gone, and that nothing brings back. */
function withdraw({ published }: Known): Step[] {
  if (published === undefined || published.id !== undefined) return [];
  return [{ do: "withdrawKey", why: `key ${published.accessKey} is gone, and createKey is false` }];
}

function publish(
  wanted: Extract<WantedKey, { id: string }>,
  spec: Spec,
  known: Known,
  { rotates }: Capabilities,
): Step[] {
  const { id } = wanted;
  const record = known.keys.find((key) => key.id === id);
  const isCurrent = known.published?.id === id && record !== undefined && record.retiredAt === undefined;
  if (isCurrent && (record.provenAt !== undefined || !spec.prove)) return [];
  const accessKey = record?.accessKey ?? known.foreign.find((key) => key.id === id)?.accessKey ?? id;
  const isFresh = record !== undefined && record.provenAt === undefined && record.retiredAt === undefined;
  const fresh = rotates === "secrets" ? `the new secret of ${accessKey}` : `key ${accessKey}`;
  const why = isFresh && known.published?.id !== undefined ? `${fresh} is to be proven, then published` : wanted.why;
  return [{ do: "proveKey", id, accessKey, rotationId: record?.rotationId ?? spec.rotationId, why }];
}
