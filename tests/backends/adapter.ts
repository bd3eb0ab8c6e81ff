/**
 * What a backend says of itself to take part in the contract: how to open a server of it, the least inputs of a user, one
 * setting to change, and what somebody else does behind Pulumi's back. What it can do stands in its capabilities.
 */
import type { Backend } from "../../provider/backends/backend";
import type { Json } from "../../provider/lifecycle/model";
import type { Inputs } from "../../provider/pulumi/state";
import type { World } from "../../provider/world";

/** How a user is declared. */
export type Shape = "a single user" | "a member of a fleet";

/** Shapes for a real system that takes its time: the other one is left to the long form. */
export const SINGLE_UNLESS_LONG: readonly Shape[] = process.env.OBJECT_USERS_LONG
  ? ["a single user", "a member of a fleet"]
  : ["a single user"];

/** An S3 key. */
export interface Key {
  readonly accessKey: string;
  readonly secretKey: string;
}

type Soon<T> = T | Promise<T>;

/** A system that runs. Users go by the name from which `Adapter.user` makes their inputs. */
export interface System extends Pick<World, "openTransport"> {
  /** The stack's configuration of a connection that works. */
  readonly config: Inputs;
  /** What every user of the connection may not read: its own credentials. */
  readonly secrets: readonly string[];
  /** Makes what must be there before a resource of this name is. Absent: nothing must. */
  ready?(name: string): Soon<unknown>;
  /** How many users there are of this name, unfinished ones included. */
  count(name: string): Soon<number>;
  /** How many keys the user has. */
  keys(name: string): Soon<number>;
  /** The value of the adapter's setting. */
  look(name: string): Soon<Json | undefined>;
  /** What S3 answers to a request that is signed with the key: "200", or "403 InvalidAccessKeyId". */
  s3(key: Key): Soon<string>;
  /** What somebody else does. Makes a user; answers its key, where users have one before anybody asks for it. */
  make(name: string): Soon<Key | undefined>;
  /** Gives the adapter's setting the value `others`. */
  change(name: string): Soon<unknown>;
  remove(name: string): Soon<unknown>;
  /** Makes another key of the user. Absent where nobody can see that. */
  addKey?(name: string): Soon<Key>;
  /** Ends a key of the user. Absent where nobody can see that. */
  endKey?(name: string, key: Key): Soon<unknown>;
}

/** A backend's part in the contract. */
export interface Adapter<Running extends System = System> {
  readonly backend: Backend;
  /** What it runs on: "its server of reference", "a real Ceph". */
  readonly on: string;
  /** Its time passes by the clock, and its users stay where another test may see them. */
  readonly isReal?: true;
  /** The shapes that it is told in. Default: both. */
  readonly shapes?: readonly Shape[];
  /** A user that is done shows nothing of who made it: a run that is killed before it writes state leaves somebody's user. */
  readonly showsNoMaker?: true;
  /** The least inputs of a user. Another name is another user. */
  user(name: string): Inputs;
  /** A setting that changes in place; what the program gives it, first and next, and what somebody else does. Absent: none. */
  readonly setting?: { readonly name: string; readonly first: Json; readonly next: Json; readonly others: Json };
  /** What locks the user, where that can be done. */
  readonly lock?: Inputs;
  /** Configuration over the system's own with which it refuses to work, and what nobody may read of it. */
  readonly refused: Inputs;
  /** Opens a system. Without users on a server of reference. */
  open(clock: () => Date): Promise<Running>;
}
