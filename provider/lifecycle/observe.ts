/**
 * What is known after looking: knowledge and the live system made one. Pure.
 */
import type { Fields, KeyRecord, Known, Live, LiveKey, Spec } from "./model";

/**
 * Brings what is known up to what was seen. Keys that are gone leave the ring; a published key that is gone or disabled, or
 * whose secret was replaced, loses its `id` and its proof, so that the plan repairs it; what consumers hold stays published
 * until there is something better. Where the system does not list keys, what is known of them stands.
 */
export function observe(known: Known, live: Live): Known {
  const { password, inactive: _, ...others } = known;
  // A setting that the system never shows stays as it was set last.
  const fields = { ...known.fields, ...live.fields };
  const createdAt = known.createdAt ?? live.createdAt;
  const seen = {
    ...others,
    ...(password && !live.passwordRefused ? { password } : {}),
    ...(createdAt === undefined ? {} : { createdAt }),
    userId: live.userId,
    fields,
  };
  if (live.keys === undefined) return seen;
  const { published } = known;
  const listed = live.keys;
  const broken = published !== undefined && !stillWorks(published, listed);
  const inactive = listed.filter((key) => key.inactive).map(({ id }) => id);
  const keys = known.keys
    .filter((record) => listed.some((key) => key.id === record.id))
    .map((record) => (broken && record.id === published.id ? unproven(record) : record))
    .map((record) => (inactive.includes(record.id) ? record : enabled(record)));
  return {
    ...seen,
    ...(inactive.length > 0 ? { inactive } : {}),
    keys,
    foreign: listed
      .filter((key) => !keys.some((record) => record.id === key.id))
      .map(({ secretKey: _, ...key }) => key),
    ...(broken ? { published: { accessKey: published.accessKey, secretKey: published.secretKey } } : {}),
    secrets: { ...known.secrets, ...secretsOf(listed) },
  };
}

/**
 * The first knowledge of a user: made just now with `made` as its first key, or (without it) found and taken over.
 *
 * Settings that are not declared are expected to stay as they are now. A setting that is declared goes back, once it is
 * no longer, to what a taken-over user had before, or to the system's default.
 */
export function firstSight(
  live: Live,
  spec: Spec,
  defaults: Fields,
  how: { takenOver: boolean; made?: KeyRecord },
): Known {
  const baseline = Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => {
      const keepFound = how.takenOver || spec.fields[name] === undefined;
      return [name, keepFound ? (live.fields[name] ?? value) : value];
    }),
  );
  // One without any key is given its first, as a new user is.
  const takenOver = how.takenOver && live.keys?.length !== 0 ? { takenOver: true } : {};
  // What a look does not show unless it is asked for is taken for the system's default.
  const fields = { ...defaults, ...live.fields };
  const empty = { userId: live.userId, fields, baseline, foreign: [], secrets: {}, ...takenOver };
  return observe({ ...empty, keys: how.made ? [how.made] : [] }, live);
}

function stillWorks(published: NonNullable<Known["published"]>, keys: readonly LiveKey[]): boolean {
  const key = keys.find((candidate) => candidate.id === published.id);
  if (key === undefined || key.inactive) return false;
  return key.secretKey === undefined || key.secretKey === published.secretKey;
}

/** Somebody has enabled it: it works again, and its grace is over. */
function enabled({ disabledAt: _, ...record }: KeyRecord): KeyRecord {
  return record;
}

function unproven({ provenAt: _, ...record }: KeyRecord): KeyRecord {
  return record;
}

function secretsOf(keys: readonly LiveKey[]): Record<string, string> {
  return Object.fromEntries(keys.flatMap((key) => (key.secretKey === undefined ? [] : [[key.id, key.secretKey]])));
}
