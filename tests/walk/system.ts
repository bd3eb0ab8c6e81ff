/** What the walker needs of a system: how to open it, what to ask of it, and how to see and change it past the provider. */
import type * as fc from "fast-check";
import type { TransportOptions } from "../../provider/http/send";
import type { Send, WireRequest, WireResponse } from "../../provider/http/wire";
import type { Inputs, Outputs } from "../../provider/pulumi/state";
import type { World } from "../../provider/world";
import type { Door } from "./packaged";
import type { StackName } from "./program";

/** An installation of a system. */
export type Cluster = "first" | "second";

/** A pair that signs requests. */
export interface Pair {
  readonly accessKey: string;
  readonly secretKey: string;
}

/** A user as the system has it. */
export interface User {
  /** Another one after the user was deleted and made again, where the system tells. */
  readonly id: string;
  /** The keys that work, by the ids that state has for them. */
  readonly keys: ReadonlyMap<string, Pair>;
  /** Keys that are disabled, and kept. */
  readonly disabled?: ReadonlyMap<string, Pair>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly isLocked: boolean;
  /** Bears the mark of an unfinished user, where the system has a place for it. */
  readonly isMarked?: boolean;
  /** Others have something of their own in it, which goes with it. */
  readonly isOthersPlace?: boolean;
}

/** The users of a cluster by the names that programs have for them. */
export type Users = ReadonlyMap<string, User>;

/** What somebody else may do to a user, past Pulumi. Each answers whether it could. */
export interface Others {
  make(cluster: Cluster, uid: string, withKey: boolean): void | Promise<void>;
  remove(cluster: Cluster, uid: string): void | Promise<void>;
  /** Changes a setting that programs declare. */
  change?(cluster: Cluster, uid: string): void | Promise<void>;
  lock?(cluster: Cluster, uid: string): void | Promise<void>;
  /** `id` has to be told from every id of ours, by `isTheirs`. */
  addKey?(cluster: Cluster, uid: string, number: number): void | Promise<void>;
  removeKey?(cluster: Cluster, uid: string, pair: Pair): void | Promise<void>;
  replaceSecret?(cluster: Cluster, uid: string, pair: Pair, number: number): void | Promise<void>;
  changePassword?(cluster: Cluster, uid: string): void | Promise<void>;
}

/** The clusters of one walk, empty when it begins. */
export interface Site {
  /** Its clock, its sleep, and whatever else it has of its own. */
  readonly world: Pick<World, "now" | "sleep"> & Partial<World>;
  advance(seconds: number): void;
  /** Stack configuration that leads to a cluster by an address. */
  config(cluster: Cluster, address: string): Readonly<Record<string, unknown>>;
  open(cluster: Cluster, options: TransportOptions): Send;
  /** In-process servers act before their promise is there, and are looked at at once. */
  look(cluster: Cluster): Users | Promise<Users>;
  /** What S3 answers to a pair: "200", or a status and a code. */
  s3(cluster: Cluster, pair: Pair): string | Promise<string>;
  readonly others: Others;
  /** Secrets that nobody may be told, besides those of users. */
  readonly secrets: readonly string[];
  /** A password logs in. */
  logsIn?(cluster: Cluster, uid: string, password: string): Promise<boolean>;
  /** Takes away what the walk has left on a real system. */
  close?(): Promise<void>;
}

/** A system. */
export interface System {
  /** Its name in reports. */
  readonly name: string;
  readonly kind:
    | "rgw"
    | "rgw.account"
    | "rgw.accessKey"
    | "rgw.subuser"
    | "ecs"
    | "cegedim"
    | "openstack"
    | "openstack.accessKey"
    | "infomaniak"
    | "infomaniak.project";
  /** The resource's name in the SDK, and with an "s" the fleet's. */
  readonly resource: "User" | "Account" | "AccessKey" | "Subuser" | "ObjectUser" | "Project";
  /** What a rotation makes: a key that we end, or a secret that the system ends. */
  readonly rotates: "keys" | "secrets";
  /** Secrets of interrupted runs are recognised by the next ones. */
  readonly resumesKeys: boolean;
  /** Users are renamed where they are: another name in the program is not another user. */
  readonly renames: boolean;
  /** Users are there, and somebody else's: a resource makes and ends keys of its own, and others may have keys of the user. */
  readonly keysOnly?: true;
  /** They have no keys, no rotation, and no fleets. */
  readonly keyless?: true;
  /** Nothing shows which secrets a user has. */
  readonly isBlind: boolean;
  readonly clusters: 1 | 2;
  /** Graces that programs wish for, in seconds; the longest last. Only 0: they cannot wish for any, and keys do not overlap. */
  readonly graces: readonly number[];
  /** The longest quarantine that programs wish for, in seconds; none where keys cannot be disabled. */
  readonly longestQuarantine?: number | undefined;
  /** Changes of the inputs that are not about rotation; undefined takes one out. */
  readonly wishes: fc.Arbitrary<Inputs>;
  /** Deeds of others that are possible here. */
  readonly others: readonly (keyof Others)[];
  /** Inputs in its own words. */
  readonly inputs: (uid: string, wish: Inputs, stack?: StackName) => Inputs;
  readonly uidOf: (outputs: Outputs) => string;
  /** The settings that inputs declare, in the system's form. */
  readonly settingsOf: (inputs: Inputs) => Readonly<Record<string, unknown>>;
  /** What settings are of a user that a run made and whose program does not declare them. */
  readonly defaults: Readonly<Record<string, unknown>>;
  /** Whether a request changes nothing. */
  readonly isReading: (request: WireRequest) => boolean;
  /** The user that a request names; a system whose requests do not name it has none. */
  readonly subjectOf?: (request: WireRequest) => string | undefined;
  /** Who a proof is about, where no access key signs it: a pair as a text. */
  readonly signerOf?: (request: WireRequest) => string;
  /** Answers of its own that tell a fault, by what they are about. */
  readonly refusals: Readonly<Record<string, (request: WireRequest) => WireResponse>>;
  open(): Site | Promise<Site>;
  /** How its provider is opened. Default: as Pulumi's plugin for dynamic resources does. */
  readonly door?: Door;
}

/** Whether a former key works beside the current one for a while. */
export function overlaps({ graces }: Pick<System, "graces">): boolean {
  return graces.at(-1) !== 0;
}

/** Keys that others make begin with this. */
export const THEIRS = "THEIRS";
