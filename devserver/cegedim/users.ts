/**
 * The users of object stores and what may be done with them. ASSUMED throughout: paths, fields and operations are those
 * that the provider assumes, in the API's published form (`PATCH` with an operation and its options).
 *
 *   GET    /storage/object-stores/{store}/users        a page of users
 *   POST   /storage/object-stores/{store}/users        {label} -> a user with its secret
 *   GET    /storage/object-stores/{store}/users/{id}   a user
 *   PATCH  /storage/object-stores/{store}/users/{id}   {operation: update | lock | unlock | renewSecretKey, options}
 *   DELETE /storage/object-stores/{store}/users/{id}
 */
import { randomBytes } from "node:crypto";
import * as z from "zod";
import type { WireRequest } from "../../provider/http/wire";
import { Secrets } from "../ecs/secrets";
import { refuse } from "./refusal";

/** A user. */
export interface User {
  readonly id: number;
  readonly objectStore: string;
  readonly accessKey: string;
  readonly secrets: Secrets;
  label: string;
  locked: boolean;
  /** Until when the grace period of the last renewal runs. */
  graceUntil: number;
}

/** How to carry out a change: a dry run checks only; one that does not act answers as if it did. */
export interface How {
  readonly isDry: boolean;
  readonly acts: boolean;
}

interface Answer {
  readonly status: number;
  readonly body: object | undefined;
}

const MAX_LABEL_LENGTH = 255;
const MAX_PAGE_SIZE = 100;
const FIRST_LABEL = "Initial S3 user";

const creation = z.object({ label: z.string() });
const change = z.object({
  operation: z.enum(["update", "lock", "unlock", "renewSecretKey"]),
  options: z.object({ label: z.string().optional(), gracePeriod: z.number().int().min(0).optional() }).default({}),
});

/** All users. */
export class Users {
  private readonly byId = new Map<number, User>();
  private last = 4700;

  constructor(
    private readonly stores: readonly string[],
    private readonly now: () => number,
    private readonly lagMs: () => number,
  ) {
    for (const objectStore of stores) this.make(objectStore, FIRST_LABEL);
  }

  /** The users of a store; refuses an unknown one. */
  of(objectStore: string): User[] {
    if (!this.stores.includes(objectStore)) refuse(404);
    return [...this.byId.values()].filter((user) => user.objectStore === objectStore);
  }

  byAccessKey(accessKey: string): User | undefined {
    return [...this.byId.values()].find((user) => user.accessKey === accessKey);
  }

  find(objectStore: string, id: string): User {
    return this.of(objectStore).find((user) => String(user.id) === id) ?? refuse(404);
  }

  page(objectStore: string, query: URLSearchParams): Answer {
    const all = this.of(objectStore);
    const number = Number(query.get("page") ?? 0);
    const size = Math.min(Number(query.get("size") ?? 20), MAX_PAGE_SIZE);
    const content = all.slice(number * size, (number + 1) * size).map(shown);
    const totalPages = Math.ceil(all.length / size);
    const last = number >= totalPages - 1;
    const counts = { number, size, numberOfElements: content.length, totalElements: all.length, totalPages };
    return { status: 200, body: { content, ...counts, first: number === 0, last, empty: content.length === 0 } };
  }

  create(objectStore: string, body: string, { isDry, acts }: How): Answer {
    const { label } = parse(creation, body);
    this.checkLabel(objectStore, label);
    if (isDry) return { status: 200, body: undefined };
    const { user, secretKey } = this.make(objectStore, label);
    if (!acts) this.byId.delete(user.id);
    return { status: 201, body: { ...shown(user), secretKey } };
  }

  change(objectStore: string, id: string, body: string, { isDry, acts }: How): Answer {
    const user = this.find(objectStore, id);
    const { operation, options } = parse(change, body);
    if (operation === "renewSecretKey") return this.renew(user, options.gracePeriod ?? 0, { isDry, acts });
    if (operation === "update" && options.label !== user.label) this.checkLabel(objectStore, options.label ?? "");
    if (isDry || !acts) return { status: 200, body: isDry ? undefined : shown(user) };
    if (operation === "update") user.label = options.label ?? user.label;
    else user.locked = operation === "lock";
    return { status: 200, body: shown(user) };
  }

  remove(objectStore: string, id: string, { isDry, acts }: How): Answer {
    const user = this.find(objectStore, id);
    if (!isDry && acts) this.byId.delete(user.id);
    return { status: 200, body: undefined };
  }

  /** While a grace period runs there are two secrets, and no room for a third: refused, unless it is to end all of them. */
  private renew(user: User, graceSeconds: number, { isDry, acts }: How): Answer {
    const now = this.now();
    if (graceSeconds > 0 && now < user.graceUntil) refuse(409);
    if (isDry) return { status: 200, body: undefined };
    const secretKey = newSecret();
    if (acts) {
      user.secrets.add(secretKey, now, now + graceSeconds * 1000);
      user.graceUntil = now + graceSeconds * 1000;
    }
    return { status: 200, body: { ...shown(user), secretKey } };
  }

  private make(objectStore: string, label: string): { user: User; secretKey: string } {
    const secrets = new Secrets(this.lagMs);
    const secretKey = newSecret();
    secrets.add(secretKey, this.now(), undefined);
    const accessKey = randomBytes(10).toString("hex").toUpperCase();
    const user = { id: ++this.last, objectStore, accessKey, secrets, label, locked: false, graceUntil: 0 };
    this.byId.set(user.id, user);
    return { user, secretKey };
  }

  private checkLabel(objectStore: string, label: string): void {
    if (label === "" || label.length > MAX_LABEL_LENGTH) refuse(400, "INVALID_FIELD_VALUE", "label");
    if (this.of(objectStore).some((user) => user.label === label)) refuse(409);
  }
}

/** The operation that a request asks for, ready to run; undefined when there is none. */
export function operationOf(
  request: WireRequest,
): { readonly kind: string; readonly subject: string; run(users: Users, how: How): Answer } | undefined {
  const { method, url, body = "" } = request;
  const match = /\/storage\/object-stores\/([^/]+)\/users(?:\/([^/]+))?$/.exec(url.pathname);
  const [store, id] = (match?.slice(1) ?? []).map((part) =>
    part === undefined ? undefined : decodeURIComponent(part),
  );
  if (store === undefined) return undefined;
  const found = (kind: string, run: (users: Users, how: How) => Answer) => ({ kind, subject: id ?? "", run });
  if (id === undefined && method === "GET") return found("GET users", (users) => users.page(store, url.searchParams));
  if (id === undefined && method === "POST") return found("POST users", (users, how) => users.create(store, body, how));
  if (id === undefined) return undefined;
  if (method === "GET") return found("GET user", (users) => ({ status: 200, body: shown(users.find(store, id)) }));
  if (method === "DELETE") return found("DELETE user", (users, how) => users.remove(store, id, how));
  if (method !== "PATCH") return undefined;
  return found(`PATCH user ${nameOf(body)}`, (users, how) => users.change(store, id, body, how));
}

function shown({ id, label, accessKey, locked }: User) {
  return { id, label, accessKey, locked };
}

function newSecret(): string {
  return randomBytes(30).toString("base64");
}

function nameOf(body: string): string {
  return /"operation":"(\w+)"/.exec(body)?.[1] ?? "";
}

function parse<T>(schema: z.ZodType<T>, body: string): T {
  try {
    return schema.parse(JSON.parse(body));
  } catch {
    return refuse(400, "INVALID_FIELD_VALUE", "body");
  }
}
