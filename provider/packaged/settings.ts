/**
 * The provider's configuration: an object for each system, `rgw: { endpoint, … }`. Stack configuration and generated SDKs
 * give objects as JSON text. What a setting means, and where it comes from else, is the connection's business.
 */
import { isDeepStrictEqual } from "node:util";
import { backends } from "../backends";
import type { Config } from "../connection";
import { nestedConfig, settingsIn } from "../nested-config";
import type { CheckFailure } from "../pulumi/inputs";
import { asSecret } from "../pulumi/state";
import { hasUnknowns } from "../pulumi/unknowns";
import { inClear, isSecret } from "./marks";
import type { Plain } from "./messages";

/** What Pulumi itself keeps among a provider's arguments, and what the SDK reads. */
const NOT_OURS = ["version", "pluginDownloadURL", "door"];

const isNotOurs = (name: string) => NOT_OURS.includes(name) || name.startsWith("__");

/** The settings as state keeps them, each system's as an object with its secrets marked, and what is wrong with them. */
export function checkSettings(news: Plain): { inputs: Plain; failures: CheckFailure[] } {
  const failures: CheckFailure[] = [];
  const refuse = (reason: string) => failures.push({ property: "", reason });
  const checked = Object.entries(news).map(([name, given]) => {
    if (isNotOurs(name) || given === null) return [name, given] as const;
    if (!Object.hasOwn(backends, name)) {
      refuse(`${name}: is not a system of this plugin; it has ${Object.keys(backends).join(", ")}, each an object`);
      return [name, given] as const;
    }
    const all = parsed(given);
    if (all === undefined) {
      if (!hasUnknowns(inClear({ given }))) refuse(`${name}: must be an object such as { endpoint: "https://…" }`);
      return [name, given] as const;
    }
    const sources = backends[name]?.sources ?? {};
    for (const setting of Object.keys(all)) {
      if (!Object.hasOwn(sources, setting))
        refuse(`${name}.${setting}: is not a setting; the settings are ${Object.keys(sources).join(", ")}`);
    }
    const marked = Object.entries(all).map(([setting, value]) => {
      const isHidden = isSecret(given) || sources[setting]?.secret === true;
      return [setting, isHidden && value !== null && !isSecret(value) ? asSecret(value) : value] as const;
    });
    return [name, Object.fromEntries(marked)] as const;
  });
  return { inputs: Object.fromEntries(checked), failures };
}

/** Whether two sets of arguments say the same, in whatever form and order. */
export function isSameSettings(one: Plain, other: Plain): boolean {
  return isDeepStrictEqual(settingsOf(one), settingsOf(other));
}

/** The configuration that backends read. */
export function configOf(args: Plain): Config {
  return nestedConfig(settingsOf(args));
}

/** Each system's settings in clear. */
function settingsOf(args: Plain): Plain {
  const all = Object.entries(args).filter(([name]) => Object.hasOwn(backends, name));
  return Object.fromEntries(all.map(([name, given]) => [name, inClear(parsed(given) ?? {})]));
}

/** The settings of a system, whatever form they have; secret ones among them are marked. */
function parsed(given: unknown): Plain | undefined {
  return settingsIn(isSecret(given) ? given.value : given) as Plain | undefined;
}
