/** What an operation of the management API works on, is given, and answers. */
import type { Secrets } from "./secrets";

/** A user. */
export interface User {
  readonly userId: string;
  readonly namespace: string;
  readonly createdAt: number;
  readonly secrets: Secrets;
  locked: boolean;
  tags: Map<string, string>;
}

/** What the operations work on. */
export interface Data {
  readonly users: Map<string, User>;
  readonly namespaces: Set<string>;
  /** What the address of a user that is not there answers: both are seen on real systems. */
  readonly absent: 404 | 400;
  readonly lagMs: () => number;
  /** Secrets are shown when they are made and never again. */
  hidesSecrets: boolean;
  /** Fingerprints came with 4.0. */
  readonly release: "3.8" | "4.0";
}

/** What an operation answers: JSON, or nothing. */
export type Answer = Readonly<Record<string, unknown>> | undefined;

/** What an operation is given. */
export interface Asked {
  readonly data: Data;
  readonly now: number;
  readonly method: string;
  /** The parts of the path that the table leaves open, decoded. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: string;
}

/** One operation of the management API. */
export type Operation = (asked: Asked) => Answer;
