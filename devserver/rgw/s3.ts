/**
 * The S3 side, as far as users need it: their buckets, and objects of text in them.
 *
 * No policies, no access lists, no multipart uploads, no versions: a bucket is its owner's and nobody else's.
 */
import { createHash } from "node:crypto";
import type { Operation } from "./admin";
import { type Answer, type Call, xml, xmlHead } from "./call";
import type { Context } from "./context";
import { maskDelete, maskRead, maskWrite } from "./permissions";
import { refuse } from "./refusal";
import type { StoredBucket } from "./store";
import { formatUid } from "./uid";
import type { StoredUser } from "./user";

type Run = (context: Context, caller: StoredUser) => Answer;

/** The operation that a request asks for; undefined when there is none (405). */
export function s3Operation(call: Call): Operation | undefined {
  const [, name = "", ...rest] = call.path.split("/");
  const key = rest.join("/");
  const what = name === "" ? "service" : key === "" ? "bucket" : "object";
  const found = (kind: string, mask: number, run: Run): Operation => ({
    kind: `S3 ${kind}`,
    allows: (caller) => caller === undefined || (caller.mask & mask) !== 0,
    run: (context, caller) => run(context, caller ?? refuseStranger(context, call, name)),
  });
  const inBucket = (kind: string, mask: number, run: (bucket: StoredBucket, context: Context) => Answer) =>
    found(kind, mask, (context, caller) => {
      const bucket = ownBucket(context, caller, name);
      if (!mayAsSubuser(caller, mask)) refuse("AccessDenied");
      return run(bucket, context);
    });

  switch (`${call.method} ${what}`) {
    case "GET service":
      return { ...found("ListBuckets", maskRead, listBuckets), run: listBuckets };
    case "PUT bucket":
      return found("CreateBucket", maskWrite, (context, caller) => createBucket(context, caller, name));
    case "GET bucket":
    case "HEAD bucket":
      return inBucket("ListObjects", maskRead, (bucket) => listObjects(bucket, call));
    case "DELETE bucket":
      return inBucket("DeleteBucket", maskDelete, deleteBucket);
    case "PUT object":
      return inBucket("PutObject", maskWrite, (bucket, context) => putObject(context, bucket, key, call));
    case "GET object":
    case "HEAD object":
      return inBucket("GetObject", maskRead, (bucket) => getObject(bucket, key, call));
    case "DELETE object":
      return inBucket("DeleteObject", maskDelete, (bucket) => {
        bucket.objects.delete(key);
        return { status: 204 };
      });
    default:
      return undefined;
  }
}

/** A subuser's rights are asked for in buckets only: each may list the user's buckets, and make some. */
function mayAsSubuser({ access = "full-control" }: StoredUser, mask: number): boolean {
  return access === "full-control" || access.split("-").includes(mask === maskRead ? "read" : "write");
}

/** Answered even to a request without credentials: its owner is "anonymous". */
function listBuckets({ store }: Context, caller: StoredUser | undefined): Answer {
  if (caller?.accountId !== undefined && !caller.accountRoot) refuse("AccessDenied");
  const owner = caller === undefined ? "anonymous" : formatUid(caller.uid);
  const buckets = store.bucketsOf(caller ? ownerOf(caller) : owner).map(({ name, createdAt }) => {
    return `<Bucket><Name>${xml(name)}</Name><CreationDate>${createdAt.toISOString()}</CreationDate></Bucket>`;
  });
  const names = `<ID>${xml(owner)}</ID><DisplayName>${xml(caller?.displayName ?? "")}</DisplayName>`;
  return document("ListAllMyBucketsResult", `<Owner>${names}</Owner><Buckets>${buckets.join("")}</Buckets>`);
}

/** Whose a user's buckets are: those of an account's users are the account's. */
function ownerOf({ uid, accountId }: StoredUser): string {
  return accountId ?? formatUid(uid);
}

function createBucket({ store, now }: Context, caller: StoredUser, name: string): Answer {
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name)) refuse("InvalidBucketName");
  const owner = ownerOf(caller);
  if (caller.maxBuckets < 0) refuse("AccessDenied");
  // Counted even when the bucket is already the caller's.
  if (caller.maxBuckets > 0 && store.bucketsOf(owner).length >= caller.maxBuckets) refuse("TooManyBuckets");
  const { tenant } = caller.uid;
  const existing = store.bucket(tenant, name);
  if (existing !== undefined && existing.owner !== owner) refuse("BucketAlreadyExists");
  if (existing === undefined) store.putBucket({ tenant, name, owner, createdAt: now(), objects: new Map() });
  return {};
}

function deleteBucket(bucket: StoredBucket, { store }: Context): Answer {
  if (bucket.objects.size > 0) refuse("BucketNotEmpty");
  store.removeBucket(bucket);
  return { status: 204 };
}

function listObjects(bucket: StoredBucket, call: Call): Answer {
  if (call.method === "HEAD") return {};
  const prefix = call.args.text("prefix");
  const keys = [...bucket.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  const contents = keys.map((key) => {
    const object = bucket.objects.get(key);
    const size = Buffer.byteLength(object?.body ?? "");
    const date = object?.modifiedAt.toISOString() ?? "";
    return `<Contents><Key>${xml(key)}</Key><LastModified>${date}</LastModified><ETag>${xml(object?.etag ?? "")}</ETag><Size>${size}</Size></Contents>`;
  });
  const head = `<Name>${bucket.name}</Name><Prefix>${xml(prefix)}</Prefix><MaxKeys>1000</MaxKeys>`;
  return document("ListBucketResult", `${head}<IsTruncated>false</IsTruncated>${contents.join("")}`);
}

function putObject({ now }: Context, bucket: StoredBucket, key: string, call: Call): Answer {
  const etag = `"${createHash("md5").update(call.body).digest("hex")}"`;
  const contentType = call.headers.get("content-type");
  bucket.objects.set(key, { body: call.body, contentType, etag, modifiedAt: now() });
  return { headers: { etag, "accept-ranges": "bytes" } };
}

function getObject(bucket: StoredBucket, key: string, call: Call): Answer {
  const { body, contentType, etag } = bucket.objects.get(key) ?? refuse("NoSuchKey");
  const type = contentType === undefined ? {} : { contentType };
  return { body: call.method === "HEAD" ? "" : body, headers: { etag, "accept-ranges": "bytes" }, ...type };
}

function ownBucket({ store }: Context, caller: StoredUser, name: string): StoredBucket {
  const bucket = store.bucket(caller.uid.tenant, name) ?? refuse("NoSuchBucket");
  return bucket.owner === ownerOf(caller) ? bucket : refuse("AccessDenied");
}

/** Without credentials: nothing but the news that a bucket does not exist. */
function refuseStranger({ store }: Context, { method, path }: Call, name: string): never {
  const makesIt = method === "PUT" && path === `/${name}`;
  return refuse(store.bucket("", name) === undefined && !makesIt ? "NoSuchBucket" : "AccessDenied");
}

function document(name: string, content: string): Answer {
  const body = `${xmlHead}<${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`;
  return { body, contentType: "application/xml" };
}
