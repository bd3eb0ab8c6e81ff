/**
 * What the admin API lists: users (GET user?list and metadata/user), accounts (GET metadata/account) and buckets (GET bucket).
 */
import type { Arguments } from "./arguments";
import type { Answer } from "./call";
import type { Context } from "./context";
import { refuse } from "./refusal";
import type { StoredBucket } from "./store";
import { formatUid, isNobody, parseUid } from "./uid";
import { metadataJson } from "./user";

/** GET user?list: pages of at most max-entries ids. */
export function listUsers(context: Context, args: Arguments): Answer {
  return { body: JSON.stringify(page(context, args)) };
}

/** GET metadata/user: all ids as an array; with max-entries a page. */
export function listMetadata(context: Context, args: Arguments): Answer {
  if (!args.has("max-entries")) return json(context.store.allUsers().map(({ uid }) => formatUid(uid)));
  const { truncated, ...rest } = page(context, args);
  return json({ ...rest, truncated: context.ways.flagsAreTexts ? String(truncated) : truncated });
}

/** GET metadata/account: all ids as an array. */
export function listAccounts({ store }: Context): Answer {
  return json(store.allAccounts().map(({ id }) => id));
}

/** GET metadata/user?key=. */
export function getMetadata({ store, ways }: Context, args: Arguments): Answer {
  const uid = parseUid(args.text("key"));
  if (isNobody(uid)) refuse("InvalidArgument");
  const user = store.byUid(uid) ?? refuse("NoSuchKey");
  return { body: metadataJson(user, ways), contentType: "application/json" };
}

/** GET bucket: of one user, all of them, or one by its name (`tenant/name`). */
export function listBuckets({ store, ways }: Context, args: Arguments): Answer {
  const name = args.text("bucket");
  if (name !== "") {
    const [tenant, plain] = name.includes("/") ? name.split("/") : ["", name];
    return { body: JSON.stringify(stats(store.bucket(tenant ?? "", plain ?? "") ?? refuse("NoSuchBucket"))) };
  }
  const uid = args.text("uid");
  if (uid !== "" && store.byUid(parseUid(uid)) === undefined) return { body: ways.bucketsOfNobody };
  const found = store.bucketsOf(uid === "" ? undefined : uid);
  if (args.flag("stats", false)) return { body: JSON.stringify(found.map(stats)) };
  // A user's own buckets are named without his tenant, all of them with it.
  const names = found.map((bucket) =>
    uid === "" && bucket.tenant !== "" ? `${bucket.tenant}/${bucket.name}` : bucket.name,
  );
  return { body: JSON.stringify(names) };
}

function page({ store }: Context, args: Arguments) {
  const limit = args.number("max-entries");
  const size = typeof limit === "bigint" ? Number(limit) : 1000;
  const all = store.allUsers().map(({ uid }) => formatUid(uid));
  // A marker names the first user of the next page.
  const from = Math.max(0, all.indexOf(args.text("marker").replace(/^users\.uid::/, "")));
  const keys = all.slice(from, from + size);
  const next = all[from + size];
  const rest = next === undefined ? {} : { marker: `users.uid::${next}` };
  return { keys, truncated: next !== undefined, count: keys.length, ...rest };
}

function json(value: unknown): Answer {
  return { body: JSON.stringify(value), contentType: "application/json" };
}

function stats(bucket: StoredBucket) {
  const bytes = [...bucket.objects.values()].reduce((sum, { body }) => sum + Buffer.byteLength(body), 0);
  const kilobytes = Math.ceil(bytes / 1024);
  return {
    bucket: bucket.name,
    num_shards: 11,
    tenant: bucket.tenant,
    placement_rule: "default-placement",
    owner: bucket.owner,
    creation_time: bucket.createdAt.toISOString(),
    usage: {
      "rgw.main": {
        size: bytes,
        size_actual: bytes,
        size_utilized: bytes,
        size_kb: kilobytes,
        size_kb_actual: kilobytes,
        size_kb_utilized: kilobytes,
        num_objects: bucket.objects.size,
      },
    },
    bucket_quota: { enabled: false, check_on_raw: false, max_size: -1, max_size_kb: 0, max_objects: -1 },
  };
}
