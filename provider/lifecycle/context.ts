/**
 * What the lifecycle is given: the system and the world. Clock, sleep and chance are arguments so that tests own them.
 */
import type { Capabilities, Fields, Known } from "./model";
import type { Here } from "./ownership";
import type { UserApi } from "./user-api";

/** A key that is to end, of the ring (`isOurs`) or not. */
export interface KeyOfUser {
  readonly userId: string;
  readonly id: string;
  readonly isOurs: boolean;
}

/** What the lifecycle needs from the system and the world. */
export interface Context {
  readonly api: UserApi;
  readonly capabilities: Capabilities;
  readonly defaults: Fields;
  /** The address of the admin API, in normal form. */
  readonly address: string;
  /** Where users' keys are for, when known. */
  readonly s3Endpoint?: string;
  /** Every address that is to accept a key before it is published, and to refuse it once it is revoked. Default: the one. */
  readonly s3Endpoints?: readonly string[];
  /** What the connected system calls itself, if it says so; asked once. */
  readonly systemId: () => Promise<string | undefined>;
  /** The resource's name in messages: "rgw.User". */
  readonly resource: string;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly log: (line: string) => void;
  /** Shows what is being done, step by step. */
  readonly announce: (line: string) => void;
  /** Whether another resource has a key by now: that one ends it then. Absent: nobody knows. */
  readonly isOthersKey?: (key: KeyOfUser) => boolean;
  /** Whether another resource has the user with this id by now, whatever it is called. Absent: nobody knows. */
  readonly isOthersUser?: (userId: string) => boolean;
  /** A new password that nobody can guess and that the usual password rules accept. */
  readonly newPassword: () => string;
}

/** Where the connection leads. What the system calls itself is asked where state has it to compare with. */
export async function hereOf(known: Pick<Known, "system"> | undefined, context: Context): Promise<Here> {
  const { address, s3Endpoint } = context;
  return { address, s3Endpoint, system: known?.system === undefined ? undefined : await context.systemId() };
}
