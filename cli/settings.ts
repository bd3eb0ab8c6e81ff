/**
 * Settings of a connection that a command line gives: `--set name=value`, over the environment. Never a secret: what
 * stands on a command line can be read by everybody on the machine.
 */
import { backends, findBackend } from "../provider/backends";
import type { Backend } from "../provider/backends/backend";
import type { Config } from "../provider/connection";
import { UsageError } from "./exit";

/** The kinds there are, for people: "rgw, ecs or cegedim". */
export const KINDS = Object.keys(backends)
  .join(", ")
  .replace(/, (\w+)$/, " or $1");

/** The backend of a kind. Throws a UsageError that names those that there are. */
export function backendOf(kind: string): Backend {
  const backend = findBackend(kind);
  if (backend) return backend;
  throw new UsageError(`There is no kind "${kind}". Give one of ${Object.keys(backends).join(", ")}.`);
}

/** The connection's settings from `name=value` texts. Throws a UsageError for a secret, or a name that is not one. */
export function configFrom(backend: Backend, texts: readonly string[]): Config {
  const { system, sources } = backend;
  const given = new Map(texts.map(pairOf));
  for (const name of given.keys()) {
    if (!Object.hasOwn(sources, name)) {
      throw new UsageError(
        `--set: ${system} has no setting "${name}". Its settings are ${namesOf(backend).join(", ")}.`,
      );
    }
    if (sources[name]?.secret) {
      throw new UsageError(
        `--set: ${name} is a secret, and others on this machine can read a command line. Set the environment variable ${sources[name]?.environment} instead.`,
      );
    }
  }
  return { get: (key) => given.get(key.slice(key.indexOf(":") + 1)) };
}

/** A text of the form `name=value`, taken apart. What is of another form is not quoted: it may be a secret. */
export function pairOf(text: string): [string, string] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new UsageError("--set and --input take name=value.");
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function namesOf({ sources }: Backend): string[] {
  return Object.keys(sources).filter((name) => !sources[name]?.secret);
}
