/**
 * What Pulumi's plugin for dynamic resources expects of a provider, and how errors reach it. Pulumi's words only.
 *
 * Nothing here imports Pulumi: a dynamic provider is any object with these methods.
 */
import type { Config } from "../connection";
import { ObjectUserError, sentenceOf } from "../errors";
import { Unfinished } from "../lifecycle/unfinished";
import { printable } from "../printable";
import type { CheckFailure } from "./inputs";
import type { Inputs, Outputs } from "./state";

/** The methods that Pulumi's plugin for dynamic resources calls. */
export interface ResourceProvider {
  configure(request: { config: Config }): Promise<void>;
  check(olds: Inputs, news: Inputs): Promise<{ inputs: Inputs; failures: CheckFailure[] }>;
  diff(id: string, olds: Outputs, news: Inputs): Promise<DiffResult>;
  create(news: Inputs): Promise<{ id: string; outs: Outputs }>;
  read(id: string, props: Outputs): Promise<{ id: string; props: Outputs; inputs?: Inputs }>;
  update(id: string, olds: Outputs, news: Inputs): Promise<{ outs: Outputs }>;
  delete(id: string, props: Outputs): Promise<void>;
  /**
   * What the outputs will be, with Pulumi's mark for those that are not known yet; `olds` undefined: of a new resource.
   * Only packaged plugins are asked this.
   */
  foresee(olds: Outputs | undefined, news: Inputs): Promise<Outputs>;
}

/** Pulumi's answer to "what would change". `changes` undefined lets the engine compare and show the inputs. */
export interface DiffResult {
  readonly changes?: boolean;
  readonly replaces: string[];
  readonly deleteBeforeReplace: boolean;
}

/** The engine compares the inputs itself, and shows what differs. */
export const UP_TO_ENGINE: DiffResult = { replaces: [], deleteBeforeReplace: false };

/** Nothing differs; the engine does not compare what the SDK tells besides. */
export const NO_CHANGE: DiffResult = { changes: false, replaces: [], deleteBeforeReplace: false };

/**
 * Failures as Pulumi should show them: the input's name in the sentence, not beside it. Pulumi prints the value of a
 * property that is named beside it, even if that is a secret.
 */
export function asSentences(failures: readonly CheckFailure[]): CheckFailure[] {
  return failures.map(({ property, reason }) => ({
    property: "",
    reason: property ? `${property}: ${reason}` : reason,
  }));
}

/** The error from which Pulumi stores a half-made resource; the next `up` calls update on it. */
export function initFailed(id: string, text: string, properties: Outputs): Error {
  const message = printable(text);
  return Object.assign(withoutStack(new Error(message)), { id, properties, reasons: [message] });
}

/** Pulumi prints the stack of whatever is thrown; people need the sentence. Faults of our own keep their stack. */
export function withoutStack(error: unknown): Error {
  const cause = error instanceof Unfinished ? error.reason : error;
  if (!(cause instanceof ObjectUserError)) return cause instanceof Error ? cause : new Error(sentenceOf(cause));
  const shown = new Error(printable(cause.message));
  shown.stack = "";
  return shown;
}

/** Carries out one of Pulumi's calls so that it rejects with a sentence. */
export async function withPlainErrors<T>(task: () => T | Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (error) {
    throw error instanceof Error && "properties" in error ? error : withoutStack(error);
  }
}
