/**
 * clouds.yaml: the file in which OpenStack's clients keep their logins, and secure.yaml, which may hold the secrets of it.
 *
 * Documentation: https://docs.openstack.org/openstacksdk/latest/user/config/configuration.html
 */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import * as z from "zod";
import { ObjectUserError } from "../../errors";

/** YAML reads an unquoted 1234 as a number. */
const text = z.union([z.string(), z.number().transform(String)]).optional();

const cloudSchema = z.looseObject({
  auth: z
    .looseObject({
      auth_url: text,
      username: text,
      user_id: text,
      password: text,
      user_domain_name: text,
      user_domain_id: text,
      project_name: text,
      project_id: text,
      project_domain_name: text,
      project_domain_id: text,
      domain_name: text,
      domain_id: text,
      system_scope: text,
      application_credential_id: text,
      application_credential_name: text,
      application_credential_secret: text,
    })
    .default({}),
  cacert: text,
  verify: z.boolean().optional(),
});

const fileSchema = z.looseObject({ clouds: z.record(z.string(), z.looseObject({})).default({}) });

/** The settings in an entry of clouds.yaml, by our names. Throws an ObjectUserError where there is no such entry. */
export function readCloud(name: string, file: string | undefined): Record<string, unknown> {
  const places = file ? [file] : searched();
  const path = places.find((place) => existsSync(place));
  if (path === undefined) throw unreadable(name, `there is no clouds.yaml (looked for ${places.join(", ")})`);
  const entry = cloudsIn(path, name)[name];
  if (entry === undefined) throw unreadable(name, `${path} has no such cloud`);
  const secure = join(dirname(path), "secure.yaml");
  const secret = existsSync(secure) ? cloudsIn(secure, name)[name] : undefined;
  const parsed = cloudSchema.safeParse(merged(entry, secret ?? {}));
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path: at }) => at.join(".")).join(", ");
    throw unreadable(name, `${path} has values of the wrong type: ${where}`);
  }
  const { auth, cacert, verify } = parsed.data;
  const own = Object.fromEntries(Object.entries(auth).map(([key, value]) => [camelCase(key), value]));
  return { ...own, ...(cacert ? { caFile: cacert } : {}), ...(verify === false ? { insecure: true } : {}) };
}

/** Where clients look, in their order. */
function searched(): string[] {
  const config = process.env.XDG_CONFIG_HOME || join(homedir(), ".config");
  return [process.cwd(), join(config, "openstack"), "/etc/openstack"].map((directory) =>
    join(directory, "clouds.yaml"),
  );
}

function cloudsIn(path: string, name: string): Record<string, Record<string, unknown>> {
  let content: unknown;
  try {
    // Only for those who have such a file: reading it costs every start otherwise.
    const { parse } = require("yaml") as typeof import("yaml");
    content = parse(readFileSync(path, "utf8"), { prettyErrors: false });
  } catch {
    // The parser's own complaint would quote the file, which holds passwords.
    throw unreadable(name, `${path} cannot be read, or is not YAML`);
  }
  const parsed = fileSchema.safeParse(content ?? {});
  if (!parsed.success) throw unreadable(name, `${path} has no clouds in it`);
  return parsed.data.clouds;
}

function merged(entry: Record<string, unknown>, secret: Record<string, unknown>): Record<string, unknown> {
  const auth = { ...asRecord(entry.auth), ...asRecord(secret.auth) };
  return { ...entry, ...secret, auth };
}

function asRecord(value: unknown): Record<string, unknown> {
  const parsed = z.looseObject({}).safeParse(value);
  return parsed.success ? parsed.data : {};
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function unreadable(name: string, problem: string): ObjectUserError {
  return new ObjectUserError({
    code: "invalid",
    operation: "reading",
    subject: `cloud "${name}"`,
    problem,
    advice: "Check OS_CLOUD and OS_CLIENT_CONFIG_FILE, or cloud and cloudsFile of openstack.Provider.",
  });
}
