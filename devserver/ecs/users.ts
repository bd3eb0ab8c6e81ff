/**
 * Users and their secrets: the operations of the management API under /object, on data in memory.
 *
 * ASSUMED where the documentation is silent: `existing_key_expiry_time_mins` without a secret to expire is refused; so is
 * 0; POST on tags changes those that exist; a user's buckets do not hinder its deletion.
 */
import { createHash, randomBytes } from "node:crypto";
import * as z from "zod";
import type { Answer, Data, Operation, User } from "./operation";
import { refuse } from "./refusal";
import { MOST, Secrets } from "./secrets";

const tags = z.array(z.looseObject({ name: z.string().min(1), value: z.string().default("") }));
const named = z.looseObject({ user: z.string().min(1), namespace: z.string().min(1) });
const creation = named.extend({ tags: tags.default([]) });
const lock = named.extend({ isLocked: z.boolean() });
const newKey = z.looseObject({
  namespace: z.string().optional(),
  secretkey: z.string().default(""),
  existing_key_expiry_time_mins: z.string().default(""),
});
const oldKey = z.looseObject({
  namespace: z.string().optional(),
  secret_key: z.string().default(""),
  secret_key_id: z.string().default(""),
});

/** `POST /object/users` */
export const createUser: Operation = ({ data, now, body }) => {
  const { user: userId, namespace, tags } = parse(creation, body);
  if (!data.namespaces.has(namespace)) refuse(400, "1004", `Unable to find entity with the given id ${namespace}`);
  if (data.users.has(userId)) refuse(400, "1008", `User ${userId} already exists`);
  const byName = new Map(tags.map(({ name, value }) => [name, value]));
  data.users.set(userId, {
    userId,
    namespace,
    createdAt: now,
    secrets: new Secrets(data.lagMs),
    locked: false,
    tags: byName,
  });
  return { link: { rel: "self", href: `/object/user-secret-keys/${userId}` } };
};

/** `GET /object/users/{uid}/info?namespace=` */
export const getUser: Operation = ({ data, path, query }) => {
  const namespace = query.get("namespace") ?? undefined;
  if (namespace !== undefined && !data.namespaces.has(namespace))
    refuse(400, "1004", `Unable to find entity with the given id ${namespace}`);
  const user = userOf(data, path[0], namespace);
  const tag = [...user.tags].map(([name, value]) => ({ name, value }));
  const created = new Date(user.createdAt).toUTCString();
  return { namespace: user.namespace, name: user.userId, locked: user.locked, created, tag };
};

/** `GET /object/users/{namespace}?limit=&marker=`: pages in the order of the names; the marker is the last one's. */
export const listUsers: Operation = ({ data, path, query }) => {
  const namespace = path[0] ?? "";
  if (!data.namespaces.has(namespace)) refuse(404, "2000", `Unable to find entity ${namespace}`);
  const limit = Number(query.get("limit") ?? "100");
  const marker = query.get("marker") ?? "";
  const ids = [...data.users.values()].filter((user) => user.namespace === namespace).map(({ userId }) => userId);
  const rest = ids.sort().filter((userId) => userId > marker);
  const blobuser = rest.slice(0, limit).map((userid) => ({ userid, namespace }));
  const last = blobuser.at(-1)?.userid ?? "";
  return { blobuser, MaxUsers: limit, NextMarker: rest.length > limit ? last : "", Filter: "userid=*" };
};

/** `PUT /object/users/lock` */
export const lockUser: Operation = ({ data, body }) => {
  const { user, namespace, isLocked } = parse(lock, body);
  userInBody(data, user, namespace).locked = isLocked;
  return undefined;
};

/** `POST /object/users/deactivate` */
export const deleteUser: Operation = ({ data, now, body }) => {
  const { user: userId, namespace } = parse(named, body);
  const user = userInBody(data, userId, namespace);
  user.secrets.drop(now, () => true);
  data.users.delete(userId);
  return undefined;
};

/** `POST`, `PUT` and `DELETE /object/users/{uid}/tags?namespace=` */
export const changeTags: Operation = ({ data, method, path, query, body }) => {
  const user = userOf(data, path[0], query.get("namespace") ?? undefined);
  const given = parse(z.looseObject({ tags }), body).tags;
  if (method === "PUT" && given.some(({ name }) => !user.tags.has(name))) refuse(400, "1004", "Unable to find the tag");
  for (const { name, value } of given) {
    if (method === "DELETE") user.tags.delete(name);
    else user.tags.set(name, value);
  }
  return undefined;
};

/** `GET /object/user-secret-keys/{uid}` and `/{uid}/{namespace}` */
export const listKeys: Operation = ({ data, now, path }) => {
  const user = userOf(data, path[0], path[1]);
  const places = [1, 2].flatMap((place) => {
    const secret = user.secrets.list(now)[place - 1];
    const isShown = secret !== undefined && !data.hidesSecrets;
    return Object.entries({
      [`secret_key_${place}`]: isShown ? secret.value : "",
      [`secret_key_${place}_exist`]: secret !== undefined,
      [`key_timestamp_${place}`]: stamp(secret?.madeAt),
      [`key_expiry_timestamp_${place}`]: stamp(secret?.endsAt),
      ...(data.release === "3.8" ? {} : { [`secret_key_${place}_id`]: secret ? fingerprint(secret.value) : "" }),
    });
  });
  return { ...Object.fromEntries(places), link: { rel: "self", href: "/object/secret-keys" } };
};

/** `POST /object/user-secret-keys/{uid}` */
export const createKey: Operation = ({ data, now, path, body }) => {
  const { namespace, secretkey, existing_key_expiry_time_mins: minutes } = parse(newKey, body);
  const user = userInBody(data, path[0] ?? "", namespace);
  const there = user.secrets.list(now).length;
  if (there >= MOST) refuse(400, "1031", `user ${user.userId} already has ${MOST} valid keys`);
  if (minutes !== "" && (there === 0 || !/^[1-9]\d*$/.test(minutes))) refuse(400, "1008", "Invalid expiry time");
  const value = secretkey || randomBytes(30).toString("base64");
  user.secrets.add(value, now, minutes === "" ? undefined : now + Number(minutes) * 60_000);
  return {
    secret_key: value,
    key_timestamp: stamp(now),
    key_expiry_timestamp: "",
    link: { rel: "self", href: `/object/user-secret-keys/${user.userId}` },
    ...(data.release === "3.8" ? {} : { secret_key_id: fingerprint(value) }),
  };
};

/** `POST /object/user-secret-keys/{uid}/deactivate`. One that names no secret ends all of them, as the real one does. */
export const deleteKey: Operation = ({ data, now, path, body }) => {
  const { namespace, secret_key, secret_key_id } = parse(oldKey, body);
  const user = userInBody(data, path[0] ?? "", namespace);
  const id = data.release === "3.8" ? "" : secret_key_id;
  if (secret_key === "" && id === "") {
    user.secrets.drop(now, () => true);
    return undefined;
  }
  const picks = ({ value }: { value: string }) =>
    secret_key !== "" ? value === secret_key : fingerprint(value) === id;
  if (!user.secrets.list(now).some(picks)) refuse(400, "1004", "Unable to find the secret key");
  user.secrets.drop(now, picks);
  return undefined;
};

/** `GET` and `PUT /config/secretkey/hidesecretkey` */
export const hideSecrets: Operation = ({ data, method, body }) => {
  if (data.release === "3.8") refuse(404, "2000", "Unable to find entity in request URL");
  if (method === "PUT") data.hidesSecrets = parse(z.looseObject({ value: z.boolean() }), body).value;
  return { value: data.hidesSecrets } satisfies Answer;
};

/** The user of a path: 404, or 400, when there is none. */
function userOf(data: Data, userId: string | undefined, namespace: string | undefined): User {
  const user = data.users.get(userId ?? "");
  const isThere = user !== undefined && (namespace === undefined || user.namespace === namespace);
  if (isThere) return user;
  return data.absent === 404
    ? refuse(404, "2000", `Unable to find entity ${userId}`)
    : refuse(400, "1004", `Unable to find entity with the given id ${userId}`);
}

/** The user of a body: 400 when there is none. */
function userInBody(data: Data, userId: string, namespace: string | undefined): User {
  const user = data.users.get(userId);
  const isThere = user !== undefined && (namespace === undefined || user.namespace === namespace);
  return isThere ? user : refuse(400, "1004", `Unable to find entity with the given id ${userId}`);
}

function parse<T>(schema: z.ZodType<T>, body: string): T {
  try {
    return schema.parse(JSON.parse(body === "" ? "{}" : body));
  } catch {
    return refuse(400, "1005", "Required parameter is missing or empty");
  }
}

function fingerprint(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

/** `2019-11-25 09:56:32.364`, without a zone; "" for none. */
function stamp(moment: number | undefined): string {
  return moment === undefined ? "" : new Date(moment).toISOString().replace("T", " ").replace("Z", "");
}
