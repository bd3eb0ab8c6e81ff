/**
 * What the gateway remembers: users with their two indexes, buckets and objects. All in memory, changed at once or
 * not at all. No rule of the API is here.
 */

import { formatUid, isNobody, type Uid } from "./uid";
import type { Quota, StoredUser } from "./user";

/** A stored object: text, since nothing here needs more. */
export interface StoredObject {
  readonly body: string;
  readonly contentType: string | undefined;
  readonly etag: string;
  readonly modifiedAt: Date;
}

/** A bucket; names are unique within a tenant. */
export interface StoredBucket {
  readonly tenant: string;
  readonly name: string;
  /** The owner's full id. */
  readonly owner: string;
  readonly createdAt: Date;
  readonly objects: Map<string, StoredObject>;
}

/** What an account may have only so many of. */
export type AccountLimit = "max_users" | "max_roles" | "max_groups" | "max_buckets" | "max_access_keys";

/** An account as the gateway stores it. */
export interface StoredAccount {
  readonly id: string;
  readonly tenant: string;
  readonly name: string;
  readonly email: string;
  readonly quota: Quota;
  readonly bucketQuota: Quota;
  /** In the order in which they are shown. */
  readonly most: Readonly<Record<AccountLimit, number>>;
}

export class Store {
  private readonly users = new Map<string, StoredUser>();
  private readonly owners = new Map<string, string>();
  private readonly emails = new Map<string, string>();
  private readonly buckets = new Map<string, StoredBucket>();
  private readonly accounts = new Map<string, StoredAccount>();

  byUid(uid: Uid): StoredUser | undefined {
    return isNobody(uid) ? undefined : this.users.get(formatUid(uid));
  }

  /** The owner of a key that is not disabled: a disabled one leads nowhere, and somebody else may have its id. */
  byAccessKey(accessKey: string): StoredUser | undefined {
    const owner = this.owners.get(accessKey);
    return owner === undefined ? undefined : this.users.get(owner);
  }

  /** E-mail addresses are compared in lower case. */
  byEmail(email: string): StoredUser | undefined {
    const owner = this.emails.get(email.toLowerCase());
    return owner === undefined ? undefined : this.users.get(owner);
  }

  /** Writes a user, new or changed, and both indexes. */
  putUser(user: StoredUser): void {
    const id = formatUid(user.uid);
    this.unindex(this.users.get(id));
    this.users.set(id, user);
    for (const [accessKey, { disabled }] of user.keys) if (!disabled) this.owners.set(accessKey, id);
    if (user.email !== "") this.emails.set(user.email.toLowerCase(), id);
  }

  /** Forgets a user with his buckets. */
  removeUser(user: StoredUser): void {
    const id = formatUid(user.uid);
    this.unindex(user);
    this.users.delete(id);
    for (const bucket of this.bucketsOf(id)) this.removeBucket(bucket);
  }

  /** All users in the order of a hash, as the real gateway lists them: nobody should rely on an order. */
  allUsers(): StoredUser[] {
    return [...this.users].sort(([a], [b]) => hash(a) - hash(b)).map(([, user]) => user);
  }

  account(id: string): StoredAccount | undefined {
    return this.accounts.get(id);
  }

  accountNamed(tenant: string, name: string): StoredAccount | undefined {
    return this.allAccounts().find((account) => account.tenant === tenant && account.name === name);
  }

  allAccounts(): StoredAccount[] {
    return [...this.accounts.values()];
  }

  putAccount(account: StoredAccount): void {
    this.accounts.set(account.id, account);
  }

  removeAccount(id: string): void {
    this.accounts.delete(id);
  }

  bucket(tenant: string, name: string): StoredBucket | undefined {
    return this.buckets.get(`${tenant}/${name}`);
  }

  putBucket(bucket: StoredBucket): void {
    this.buckets.set(`${bucket.tenant}/${bucket.name}`, bucket);
  }

  removeBucket(bucket: StoredBucket): void {
    this.buckets.delete(`${bucket.tenant}/${bucket.name}`);
  }

  /** The buckets of a user by his full id, or all of them, sorted by name. */
  bucketsOf(owner?: string): StoredBucket[] {
    const found: StoredBucket[] = [];
    for (const bucket of this.buckets.values()) {
      if (owner === undefined || bucket.owner === owner) found.push(bucket);
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  private unindex(user: StoredUser | undefined): void {
    if (user === undefined) return;
    const id = formatUid(user.uid);
    for (const accessKey of user.keys.keys()) if (this.owners.get(accessKey) === id) this.owners.delete(accessKey);
    this.emails.delete(user.email.toLowerCase());
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
}
