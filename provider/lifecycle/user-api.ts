/**
 * The port through which the lifecycle reaches a system. Backends implement it; the lifecycle knows nothing else of them.
 */
import type { Called } from "./called";
import type { Fields, Json, KeyRequest, Known, Live, LiveKey } from "./model";

/** What a request signed with a key was answered. "suspended": the key is right and its user is locked. */
export type Verdict = "accepted" | "suspended" | "refused";

/** Why S3 refuses a key, and what to do about it. */
export interface WhyRefused {
  readonly problem: string;
  readonly advice?: string | undefined;
}

/** A user that is known: its id, what the program calls it, where it is, and its password where it has one that we know. */
export interface UserRef<Where = unknown> extends Called {
  readonly userId: string;
  readonly where: Where;
  readonly password?: string;
  /** Its settings as last seen, where they are known. */
  readonly fields?: Fields;
}

/** A user that is looked for. */
export interface Sought<Where = unknown> extends Omit<UserRef<Where>, "userId"> {
  readonly userId?: string;
  readonly mark?: string;
  /** It may be adopted: the age of its keys is to be shown, where that is to be had. */
  readonly aged?: boolean;
}

/** The length of a mark: letters A–Z and digits 2–7. */
export const MARK_LENGTH = 10;

/** A user to be made. */
export interface UserRequest<Where = unknown> {
  readonly name: string;
  readonly where: Where;
  readonly fields: Fields;
  /** Its first key, where the system can make it in the same request. */
  readonly key?: KeyRequest;
  readonly password?: string;
  /** To be left on the user until `removeMark`, where the system has a place for it: it says whose unfinished work the user is. */
  readonly mark: string;
}

/** A user that a list shows. */
export interface Listed {
  /** What the system's own tools call the user. */
  readonly label: string;
  /** The inputs that say which user it is. */
  readonly inputs: Readonly<Record<string, Json>>;
}

/** What a connected backend can do for one user at a time. Every method rejects with an ObjectUserError. */
export interface UserApi<Where = unknown> {
  /**
   * The user as it is; undefined when it does not exist. A failed request is never "does not exist". By its id once that
   * is known, so that another user of the same name is not mistaken for it; by where it is before, one that bears the mark
   * first. The password is for systems that list keys to their owner only.
   */
  find(user: Sought<Where>): Promise<Live | undefined>;
  /** Makes a user that must not exist yet ("already-exists" otherwise). */
  create(request: UserRequest<Where>): Promise<Live>;
  /** Changes the given settings of a user that was just seen. Resolves to the settings as they are afterwards. */
  update(user: UserRef<Where>, before: Fields, changes: Fields): Promise<Fields>;
  /** Sets the user's password, on systems that have one. */
  setPassword?(user: UserRef<Where>, password: string): Promise<void>;
  /** Deletes the user and its keys; resolves when there is none. "in-use" names what the user still owns. */
  remove(user: UserRef<Where>, options: { readonly force: boolean }): Promise<void>;
  /** Makes a key that was just seen to be missing, or replaces its secret when the request brings one. */
  issueKey(user: UserRef<Where>, key: KeyRequest): Promise<LiveKey>;
  /** Enables a disabled key of a user that was just seen, with the secret that it has. Where systems disable keys. */
  activateKey?(user: UserRef<Where>, key: LiveKey): Promise<void>;
  /** Whether the connected release can disable keys, where others of the same system cannot. */
  disablesKeys?(): Promise<boolean>;
  /** What of these inputs the connected release cannot do, a clause for each. Absent: releases do not differ. */
  unsupported?(inputs: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, string>>>;
  /** Disables a key of a user that was just seen: S3 refuses it, and it keeps its secret. Where systems disable keys. */
  disableKey?(user: UserRef<Where>, key: LiveKey): Promise<void>;
  /** Sees to it that a key has ended, of a user that was just seen; resolves when the key is gone already. */
  revokeKey(user: UserRef<Where>, key: LiveKey): Promise<void>;
  /** What the system calls itself, always and at each of its addresses; undefined where it does not say. */
  systemId?(): Promise<string | undefined>;
  /** Takes off the mark of an unfinished user, where the system keeps one: its first key is about to be published. */
  removeMark?(user: UserRef<Where>): Promise<void>;
  /**
   * The users that are there, page by page and in no order, without the one that is logged in. `where` has the inputs that
   * `Backend.listedBy` names. Not for the lifecycle, which asks for one user at a time. Absent where there is no such list.
   */
  list?(where: Readonly<Record<string, Json>>): AsyncIterable<Listed>;
  /**
   * Whether two values of an input that differ as text mean the same thing: a name and an id of one place. Rejects when that
   * cannot be found out. For the inputs that `Backend.synonyms` names.
   */
  sameValue?(input: string, one: Json, other: Json): Promise<boolean>;
  /**
   * Whether S3 knows a key that this system has for certain: then one that it refuses is half-made. Absent where a system
   * leaves no such keys.
   */
  knowsOtherKeys?(): Promise<boolean>;
  /** Why S3 refuses a key that the system has, where the system shows a reason. */
  whyRefused?(user: UserRef<Where>, key: { readonly accessKey: string }): Promise<WhyRefused | undefined>;
  /** Sends a harmless request signed with the key, to one of the connection's `s3Endpoints` where there are several. */
  probe(
    user: UserRef<Where>,
    key: { readonly accessKey: string; readonly secretKey: string },
    s3Endpoint?: string,
  ): Promise<Verdict>;
}

/** The reference to a user that is known. */
export function refOf({ name, noun, where }: Called & Pick<UserRef, "where">, known: Known): UserRef {
  const { userId, password, fields } = known;
  const kind = noun === undefined ? {} : { noun };
  return { userId, name, ...kind, where, fields, ...(password ? { password: password.value } : {}) };
}
