/**
 * What is known after a step that was carried out: its result folded into what was known. Each leaves knowledge that is
 * true, so that a run may end after any of them. Pure; `apply` carries steps out, and `foresee` pretends to.
 */
import { after } from "./keys";
import type { Capabilities, KeyRecord, Known, LiveKey, Spec, Step } from "./model";
import { publishedId } from "./retirement";

/** The steps of one kind. */
export type StepOf<Verb extends Step["do"]> = Extract<Step, { do: Verb }>;

/** A key that can sign. */
type Signer = Required<Pick<LiveKey, "id" | "accessKey" | "secretKey">>;

/** A key as state keeps it, seen for the first time now. */
export function recordOf({ id, accessKey, issuedAt }: LiveKey, rotationId: string, now: Date): KeyRecord {
  return { id, accessKey, rotationId, issuedAt: issuedAt ?? now.toISOString() };
}

/** With a key that the system has just made. */
export function withIssued(known: Known, step: StepOf<"issueKey">, key: LiveKey, now: Date): Known {
  const { published } = known;
  const others = endingWith(step, known, { now: () => now }).keys.filter((other) => other.id !== key.id);
  return {
    ...known,
    // A published key whose secret was replaced in place is published anew.
    ...(published?.id === key.id ? { published: withoutId(published) } : {}),
    keys: [...others, recordOf(key, step.rotationId, now)],
    foreign: known.foreign.filter((other) => other.id !== key.id),
    secrets: key.secretKey === undefined ? known.secrets : { ...known.secrets, [key.id]: key.secretKey },
  };
}

/**
 * What is known once the system has made a key, or may have: where it ends graces by itself, when the keys before it end.
 * Our own clock decides: the system's may be ahead or behind. A key that ends earlier anyway still does.
 */
export function endingWith({ key }: StepOf<"issueKey">, known: Known, { now }: { readonly now: () => Date }): Known {
  if (key.graceSeconds === undefined) return known;
  const deadline = after(now().toISOString(), key.graceSeconds);
  const isEarlier = ({ expiresAt }: KeyRecord) => expiresAt !== undefined && expiresAt < deadline;
  return { ...known, keys: known.keys.map((one) => (isEarlier(one) ? one : { ...one, expiresAt: deadline })) };
}

/**
 * With a key published that was proven just now, if keys are. What was published until then is retired with it, so that a
 * key of the ring that is neither is one that nobody was ever given. Its grace has not begun.
 */
export function withPublished(
  known: Known,
  step: StepOf<"proveKey">,
  key: Signer,
  { prove }: Pick<Spec, "prove">,
  capabilities: Capabilities,
  now: Date,
): Known {
  const found =
    known.keys.find((record) => record.id === step.id) ??
    recordOf({ ...known.foreign.find((other) => other.id === step.id), ...key }, step.rotationId, now);
  const { retiredAt: _r, expiresAt: _e, disabledAt: _d, ...record } = found;
  const proven: KeyRecord = prove ? { ...record, provenAt: now.toISOString() } : record;
  const { takenOver: _t, inactive, ...rest } = known;
  const others = known.keys.filter((other) => other.id !== step.id);
  return {
    ...rest,
    ...(inactive ? { inactive: inactive.filter((id) => id !== step.id) } : {}),
    keys: [...others.map((other) => succeeded(other, known, capabilities, now)), proven],
    foreign: known.foreign.filter((other) => other.id !== step.id),
    published: key,
    secrets: { ...known.secrets, [key.id]: key.secretKey },
  };
}

/** A key when another one was published. Where the system ends graces, the deadline says since when it is retired. */
function succeeded(record: KeyRecord, { published }: Known, { rotates }: Capabilities, now: Date): KeyRecord {
  const wasPublished = record.id === publishedId(published) && record.retiredAt === undefined;
  return wasPublished && rotates === "keys" ? { ...record, retiredAt: now.toISOString() } : record;
}

/** With a key retired, and its deadline. */
export function withRetired(known: Known, { id, retiredAt, expiresAt }: StepOf<"retireKey">): Known {
  return withRecord(known, id, ({ retiredAt: _, ...record }) => ({ ...record, retiredAt, expiresAt }));
}

/** With a key disabled just now. */
export function withDisabled(known: Known, { id }: StepOf<"disableKey">, now: Date): Known {
  const disabled = withRecord(known, id, (record) => ({ ...record, disabledAt: now.toISOString() }));
  return { ...disabled, inactive: [...(known.inactive ?? []).filter((other) => other !== id), id] };
}

/** Without a key that has ended, or that another resource has. */
export function withoutKey(known: Known, { id }: { readonly id: string }): Known {
  const { [id]: _, ...secrets } = known.secrets;
  const { published } = known;
  return {
    ...known,
    // One that is still published, and that the system has ended, is known not to work.
    ...(published?.id === id ? { published: withoutId(published) } : {}),
    keys: known.keys.filter((record) => record.id !== id),
    foreign: known.foreign.filter((other) => other.id !== id),
    secrets,
  };
}

/** Without a published key. */
export function withoutPublished({ published: _, ...known }: Known): Known {
  return known;
}

function withoutId({ accessKey, secretKey }: NonNullable<Known["published"]>): NonNullable<Known["published"]> {
  return { accessKey, secretKey };
}

function withRecord(known: Known, id: string, change: (record: KeyRecord) => KeyRecord): Known {
  return { ...known, keys: known.keys.map((record) => (record.id === id ? change(record) : record)) };
}
