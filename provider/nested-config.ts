/**
 * Configuration that is an object for each system, `rgw: { endpoint, … }`, as the packaged plugin has it, in clear. Stack
 * configuration and generated SDKs give objects as JSON text.
 */
import type { Config } from "./connection";

type Settings = Readonly<Record<string, unknown>>;

/** The settings of a system, from an object or the JSON text of one; undefined where it is neither. */
export function settingsIn(given: unknown): Settings | undefined {
  if (typeof given === "object" && given !== null && !Array.isArray(given)) return given as Settings;
  if (typeof given !== "string") return undefined;
  try {
    const read: unknown = JSON.parse(given);
    return typeof read === "string" ? undefined : settingsIn(read);
  } catch {
    return undefined;
  }
}

/** The configuration that connections are made of, from settings by system. */
export function nestedConfig(bySystem: Settings): Config {
  return {
    get(key) {
      const [system = "", name = ""] = key.split(":");
      const all = Object.hasOwn(bySystem, system) ? settingsIn(bySystem[system]) : undefined;
      return all !== undefined && Object.hasOwn(all, name) ? all[name] : undefined;
    },
    nameOf: (key) => `object-users:${key.replace(":", ".")}`,
  };
}
