// An object store that the demo plays on: how a person reaches it, what the Pulumi program for it looks like, and the few
// things that are done to it past Pulumi. What happens in which order is the story's; how it is started is each system's.

import { backends } from "../../provider/backends";
import type { Credentials } from "../../provider/http/sigv4";

/** Where S3 requests go. */
export interface S3Target {
  readonly endpoint: string;
  readonly region: string;
}

/** Something done past Pulumi: the command as a person would type it, and what came of it. */
export interface Deed<Answer = void> {
  readonly command: string;
  readonly answer: Answer;
}

/** A change that somebody makes behind Pulumi's back. */
export interface Meddling {
  /** What is changed: "the display name". */
  readonly thing: string;
  /** What becomes of it, in a few words: "another display name". */
  readonly change: string;
  /** Makes it. The key is the one that applications use. */
  make(key: Pick<Credentials, "accessKey">): Promise<Deed>;
  /** Whether this preview names it. */
  isNamed(preview: string, key: Pick<Credentials, "accessKey">): boolean;
}

/** The values in an environment that must never be shown: what the backends say is secret. */
export function secretsIn(environment: Readonly<Record<string, string>>): string[] {
  const sources = Object.values(backends).flatMap((backend) => Object.values(backend.sources));
  return sources.flatMap(({ environment: name = "", secret }) => (secret ? (environment[name] ?? []) : []));
}

/** A running object store. */
export interface System {
  /** What it is, for the first lines: "the embedded gateway at http://127.0.0.1:7480". */
  readonly title: string;
  /** What people should know before they believe what they see, such as what of it is assumed. */
  readonly notes: readonly string[];
  /** What the provider finds in its environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly s3: S3Target;
  /** The user that the program makes, by the system's own name for it. */
  readonly userId: string;
  /**
   * What a rotation makes anew. "key": another access key with its secret; Pulumi ends the old one after its grace.
   * "secret": a second secret of the same access key; the system ends the old one by itself.
   */
  readonly rotates: "key" | "secret";
  /** The program, as a person would write it in index.js; its configuration has a `rotationId`. */
  readonly program: string;
  /**
   * Moves the system's clock ahead, where the shortest grace is too long to wait for. Pulumi's clock stays; so the next
   * `pulumi up` has to look at the system.
   */
  readonly advance?: (seconds: number) => Deed;
  /** At least one of them takes access away from applications. */
  readonly meddlings: readonly Meddling[];
  /** The names of all users there are. */
  users(): Promise<Deed<readonly string[]>>;
  /** Ends it and removes what it left on disk. */
  stop(): Promise<void>;
}

/** How to start a system. */
export interface Opening {
  /** The real thing, where the default is a stand-in. */
  readonly real: boolean;
  /** Gets a line about each thing that takes long or is installed. */
  readonly log: (line: string) => void;
}

/** A backend of this package, as the demo can show it. */
export interface Backend {
  /** Starts it. Rejects with a sentence where that cannot be. */
  open(opening: Opening): Promise<System>;
}
