/**
 * What the lifecycle is given: the system and the world. Clock, sleep and chance are arguments so that tests own them.
 */
import type { Capabilities, Fields } from "./model";
import type { UserApi } from "./user-api";

/** What the lifecycle needs from the system and the world. */
export interface Context {
  readonly api: UserApi;
  readonly capabilities: Capabilities;
  readonly defaults: Fields;
  /** The resource's name in messages: "rgw.User". */
  readonly resource: string;
  readonly now: () => Date;
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: () => number;
  readonly log: (line: string) => void;
  /** Shows what is being done, step by step. */
  readonly announce: (line: string) => void;
  /** A new password that nobody can guess and that the usual password rules accept. */
  readonly newPassword: () => string;
}
