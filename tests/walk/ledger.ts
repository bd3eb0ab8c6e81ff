/**
 * What is known of a user past the provider: whose it is, who made which of its keys, and which pairs consumers were given.
 * A user that is deleted takes its ledger along.
 */
import type { StackName } from "./program";
import type { Pair } from "./system";

/** Who made a key, and for which rotation. */
export interface Maker extends Pair {
  readonly urn: string;
  /** Undefined: it is the program's own, and of no rotation. */
  readonly rotationId: string | undefined;
}

/** A user's ledger. */
export interface Ledger {
  /** Strangers, or the stacks that made it or took it over. */
  readonly owners: Set<StackName | "strangers">;
  /** The keys that runs made, by their ids. */
  readonly made: Map<string, Maker>;
  /** Keys of which no state tells: an interrupted run made them, or state forgot the user. */
  readonly left: Set<string>;
  /** Every pair that state ever had as the current key. */
  readonly published: Set<string>;
  /** When each key was retired. */
  readonly retiredAt: Map<string, string>;
  /** It was there before a run took it over: what it had then, no program says. */
  isAdopted: boolean;
  /** Others acted, or a run did of which state does not tell all; and no run has looked since. */
  isUnseen: boolean;
  /** No state has it, and people know: they were told, or had it forgotten. */
  isForgotten: boolean;
  /** What the program said of the password in the last run that did it, and whether nobody else can have changed it since. */
  askedPassword?: string;
  isPasswordSure: boolean;
}

/** A new user. `former`: the one that was there before it, of which state may know still. */
export function newLedger(owner: StackName | "strangers", former?: Ledger): Ledger {
  return {
    owners: new Set([owner]),
    made: new Map(),
    left: new Set(),
    published: former?.published ?? new Set(),
    retiredAt: new Map(),
    isAdopted: false,
    isUnseen: false,
    isForgotten: false,
    isPasswordSure: false,
  };
}

/** A pair as a text. */
export function textOf({ accessKey, secretKey }: Pair): string {
  return JSON.stringify([accessKey, secretKey]);
}
