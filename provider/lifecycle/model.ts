/**
 * The words of the lifecycle: what is wanted (Spec), what is known (Known), what is there (Live) and what is to be
 * done (Step). Plain data; no functions, no vendor's words.
 */

/** A value as JSON has it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A user's settings in normal form: two equal settings are equal as JSON. Names are the inputs' names. */
export type Fields = Readonly<Record<string, Json>>;

/** A key as state keeps it: everything but the secret. Times are ISO 8601 in UTC. */
export interface KeyRecord {
  /** Tells keys of one user apart. The access key where each key has its own; a fingerprint of the secret otherwise. */
  readonly id: string;
  readonly accessKey: string;
  /** The `rotationId` for which the key was made. */
  readonly rotationId: string;
  /** When it was made, or first seen when the answer to its making was lost. */
  readonly issuedAt: string;
  /** When a request signed with it was last accepted before it was published. */
  readonly provenAt?: string;
  /** When another key took its place. */
  readonly retiredAt?: string;
  /** When its grace is over: it is to be revoked or disabled, or the system ends it by itself. */
  readonly expiresAt?: string;
  /** When it was disabled after its grace. Until its quarantine is over it can come back with the same secret. */
  readonly disabledAt?: string;
}

/** A key as the system has it. */
export interface LiveKey {
  readonly id: string;
  readonly accessKey: string;
  /** Absent where the system does not show secrets. */
  readonly secretKey?: string;
  /** When it was made, where the system tells. */
  readonly issuedAt?: string;
  /** When the system ends it by itself, where it shows that. */
  readonly endsAt?: string;
  /** Somebody has disabled it: S3 refuses it until it is enabled again. */
  readonly inactive?: true;
}

/** A user as the system has it. */
export interface Live {
  readonly userId: string;
  readonly fields: Fields;
  /** What its deletion would take along that has a life of its own, each as a name: "subuser ann:app". */
  readonly dependents?: readonly string[];
  /** Absent where the system does not list keys. */
  readonly keys?: readonly LiveKey[];
  /** The mark that a resource put there before the user's first key was made: a run that was interrupted left it. */
  readonly mark?: string;
  /** When the user was made, as the system says it, where it does. Never changes for a user. */
  readonly createdAt?: string;
  /** The password that is known is not the user's any more. */
  readonly passwordRefused?: boolean;
}

/** What this resource knows of its user; state is its written form. */
export interface Known {
  readonly userId: string;
  /** The identity of the resource when this was written; absent in state of the first release. */
  readonly identity?: string;
  /** Where the user is: the address that it was last seen at, and what the system there calls itself if it says so. */
  readonly address?: string;
  readonly system?: string;
  /** When the system says that the user was made: the one that was last seen to be ours. */
  readonly createdAt?: string;
  /** Names of inputs that the program gives as secrets. */
  readonly hidden?: readonly string[];
  /** As last seen. */
  readonly fields: Fields;
  /** What settings that are not declared had when the user was made or taken over, and go back to. */
  readonly baseline: Fields;
  /** It was there before this resource, which has no key of its own yet. */
  readonly takenOver?: boolean;
  /** The ring: every key this resource made or took over and that still lives, oldest first. */
  readonly keys: readonly KeyRecord[];
  /** Live keys outside the ring; their secrets are in `secrets`. */
  readonly foreign: readonly Omit<LiveKey, "secretKey">[];
  /** The key consumers hold, as published; `id` is absent once it is known not to work any more. */
  readonly published?: { readonly id?: string; readonly accessKey: string; readonly secretKey: string };
  /** The user's own password, on systems that have one, and the rotation it belongs to. */
  readonly password?: Password;
  /** Ids of keys that somebody has disabled, as last seen. Never in state. */
  readonly inactive?: readonly string[];
  /** Secrets of the ring's keys by id, as far as they are known. Never in state as such. */
  readonly secrets: Readonly<Record<string, string>>;
}

/** A password and the `passwordRotationId` it was set for. */
export interface Password {
  readonly value: string;
  readonly rotationId: string;
}

/** What the caller gives of the key. */
export interface OwnKey {
  /** Of a key of the caller's own. Absent: the key is that of the rotation, with the caller's secret. */
  readonly accessKey?: string;
  /** Made by the system when absent. */
  readonly secretKey?: string;
}

/** What is wanted. */
export interface Spec {
  /** What the program calls the user, for people. Ids and marks are derived from it, so it never changes for a user. */
  readonly name: string;
  /** See `called`. */
  readonly noun?: string;
  /** How the system addresses the user, until its id is known or besides it. The backend makes it, and only it opens it. */
  readonly where: unknown;
  /** The user's id on the system, where the inputs say it. */
  readonly userId?: string;
  /** The access key that all secrets of the user have, where the inputs say it. */
  readonly accessKey?: string;
  /** Tells the resource from every other one, in every stack. Empty where nobody said. */
  readonly identity: string;
  /** Its identity according to state when the run began: another one where it was renamed or moved since. */
  readonly formerIdentity?: string | undefined;
  /** Names of inputs whose values nobody may read in a message; "*" for all. */
  readonly hidden: readonly string[];
  /** Declared settings only, in normal form. */
  readonly fields: Fields;
  readonly rotationId: string;
  readonly gracePeriodSeconds: number;
  /** How long a key whose grace is over is kept, disabled, before it is revoked. 0: it is revoked immediately. */
  readonly quarantinePeriodSeconds: number;
  /** Prove keys with a real request before they are published and after they are revoked. */
  readonly prove: boolean;
  /** Take over an existing user. */
  readonly adopt: boolean;
  /** Revoke keys outside the ring. */
  readonly exclusiveKeys: boolean;
  /** Delete even if the user owns buckets. */
  readonly forceDestroy: boolean;
  /** False: make no key. Keys that exist are kept and looked after. */
  readonly createKey: boolean;
  readonly ownKey?: OwnKey;
  /** Every key of the ring is to end: the resource goes, and the user is not its. */
  readonly leaves?: true;
  /** The user is to have a password: this one, or (without a value) one made for this rotation. */
  readonly password?: WantedPassword;
}

/** A password that somebody is to have. */
export interface WantedPassword {
  readonly value?: string;
  readonly rotationId: string;
  /** The setting that says who has it, where that is not the user itself. While nobody is known, none is set. */
  readonly of?: string;
}

/** A key to be made. */
export interface KeyRequest {
  /** Made by the system when absent. */
  readonly accessKey?: string;
  /** Made by the system when absent. */
  readonly secretKey?: string;
  /** The program has chosen the access key: somebody else may have it. */
  readonly isChosen?: boolean;
  /** The secret that a key of this id was seen to have: that one is to be replaced. */
  readonly replaces?: string;
  /** What a secret that we choose is to begin with, so that an interrupted run's is recognised. */
  readonly secretPrefix?: string;
  /** How long the key before it is to live on, where the system ends graces by itself. Absent when there is none before it. */
  readonly graceSeconds?: number;
}

/** One thing to be done, as a value: comparable, printable, testable without a network. `why` is for people. */
export type Step = { readonly why: string } & (
  | { readonly do: "createUser"; readonly fields: Fields; readonly key?: KeyRequest }
  | { readonly do: "updateUser"; readonly changes: Fields }
  | { readonly do: "setPassword"; readonly rotationId: string }
  | { readonly do: "issueKey"; readonly key: KeyRequest; readonly rotationId: string }
  | { readonly do: "proveKey"; readonly id: string; readonly accessKey: string; readonly rotationId: string }
  | { readonly do: "retireKey"; readonly id: string; readonly retiredAt: string; readonly expiresAt: string }
  | { readonly do: "disableKey"; readonly id: string; readonly accessKey: string }
  | { readonly do: "revokeKey"; readonly id: string; readonly accessKey: string }
  | { readonly do: "withdrawKey" }
);

/** What a backend can do, as data; the lifecycle asks nothing else about it. */
export interface Capabilities {
  /**
   * What a rotation makes. "keys": another access key with its secret, and we end the former one. "secrets": another secret
   * of the one access key, and the system ends the former one by itself.
   */
  readonly rotates: "keys" | "secrets";
  /** Users are somebody else's: they are never made, changed or deleted, and keys outside the ring are not looked at. Default false. */
  readonly keysOnly?: true;
  /** The system counts graces in units of so many seconds. Default 1. */
  readonly graceUnitSeconds?: number;
  /** How the end of a retired key may move once it is set: at will, only to now, or not at all. */
  readonly deadline: "free" | "earlier" | "fixed";
  /** A key can be disabled, and enabled again with the same secret, on some releases at least. Default false. */
  readonly disablesKeys?: boolean;
  /** Most keys of one user at once. With 1 the next secret ends the one before it: there is no grace. */
  readonly maxKeys: number;
  /** The access key's id can be chosen, and so be derived. */
  readonly chooseAccessKey: boolean;
  /** The secret can be chosen, and so bear a mark, where only secrets change. Default false. */
  readonly chooseSecret?: boolean;
  /** Making a user can make its first key in the same request. */
  readonly keyWithUser: boolean;
  /** Secrets can be read again later. */
  readonly secretsReadable: boolean;
  /** Longest time, in seconds, until a change of keys is seen by S3. 0: at once. */
  readonly propagationSeconds: number;
  /** Longest time, in seconds, that S3 may go on accepting a key that ended. Default: propagationSeconds. */
  readonly revocationSeconds?: number;
  /** Settings that keys belong to: a change of one leaves the user's keys behind. Default: none. */
  readonly keysBelongTo?: readonly string[];
  /** The system can prove keys where no S3 endpoint is known. Default false. */
  readonly provesWithoutS3?: boolean;
  /** A deleted user cannot be made again as it was, because the system gives it its name. Default false. */
  readonly deletesForGood?: boolean;
  /** A user's id is never given to another user, on no system: who has it is the same user. Default false. */
  readonly uniqueUserIds?: boolean;
}
