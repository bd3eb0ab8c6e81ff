/**
 * The port through which the lifecycle reaches a system. Backends implement it; the lifecycle knows nothing else of them.
 */
import type { Fields, KeyRequest, Live, LiveKey } from "./model";

/** What a request signed with a key was answered. "suspended": the key is right and its user is locked. */
export type Verdict = "accepted" | "suspended" | "refused";

/** What a connected backend can do for one user at a time. Every method rejects with an ObjectUserError. */
export interface UserApi {
  /** The user as it is; undefined when it does not exist. A failed request is never "does not exist". */
  find(userId: string): Promise<Live | undefined>;
  /** Makes a user that must not exist yet ("already-exists" otherwise), with its first key where the system can. */
  create(userId: string, fields: Fields, key: KeyRequest | undefined): Promise<Live>;
  /** Changes the given settings of a user just seen as `live`. Resolves to the settings as they are afterwards. */
  update(live: Pick<Live, "userId" | "fields">, changes: Fields): Promise<Fields>;
  /** Deletes the user and its keys; resolves when there is none. "in-use" names what the user still owns. */
  remove(userId: string, options: { readonly force: boolean }): Promise<void>;
  /** Makes a key that was just seen to be missing, or replaces its secret when the request brings one. */
  issueKey(userId: string, key: KeyRequest): Promise<LiveKey>;
  /** Ends a key of a user just seen; resolves when the key is gone already. */
  revokeKey(userId: string, key: LiveKey): Promise<void>;
  /** Sends a harmless S3 request signed with the key. */
  probe(userId: string, key: { readonly accessKey: string; readonly secretKey: string }): Promise<Verdict>;
}
