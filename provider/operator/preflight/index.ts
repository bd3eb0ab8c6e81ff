/**
 * The preflight of a connection: everything that can be known of it before a user is touched. What all systems have in
 * common is here (names, ports, certificates, clocks); credentials and rights are the backends' own. Nothing is changed.
 */
import type { Address, Backend, Finding, Preflight } from "../../backends/backend";
import { type Config, readSettings } from "../../connection";
import { clauseOf, isObjectUserError, sentenceOf } from "../../errors";
import type { World } from "../../world";
import { lookAt } from "./address";
import { failed } from "./finding";

/** A finding about one address, or about the connection as a whole. */
export interface PlacedFinding extends Finding {
  /** "endpoint"; absent for the connection as a whole. */
  readonly address?: string;
}

/** Looks at a connection, one finding after another. Never rejects: what goes wrong is a finding. */
export async function* preflight(backend: Backend, config: Config, world: World): AsyncIterable<PlacedFinding> {
  let opened: Preflight;
  let addresses: readonly Address[];
  try {
    const settings = readSettings(backend, config, world);
    if (!backend.preflight) return;
    addresses = backend.addresses(settings);
    opened = backend.preflight(settings, world);
  } catch (error) {
    yield failure("settings", error);
    return;
  }
  let reachable = true;
  const seen = new Map<string, string>();
  for (const { name: address, url } of addresses) {
    if (url === undefined) continue;
    const { origin } = new URL(url);
    const same = seen.get(origin);
    seen.set(origin, same ?? address);
    if (same !== undefined) continue;
    for await (const finding of lookAt(new URL(url), opened, world)) {
      if (finding.verdict === "failed") reachable = false;
      yield { ...finding, address };
    }
  }
  if (!reachable) return;
  try {
    yield* opened.check();
  } catch (error) {
    yield failure("requests", error);
  }
}

/** An error as a finding. */
function failure(what: string, error: unknown): Finding {
  if (!isObjectUserError(error)) return failed(what, sentenceOf(error), "");
  return failed(what, clauseOf(error.parts), error.parts.advice ?? "");
}
