/**
 * The search for secrets where they must not be, in every form that addresses, JSON, base64 and headers give them.
 * Never shows one: a finding is a place and a form.
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

/** Texts by the places they were found in. */
export type Places = Readonly<Record<string, string>>;

/** Every finding, as "place: form", and how much was searched. */
export interface Search {
  readonly found: readonly string[];
  readonly places: number;
  readonly secrets: number;
  readonly bytes: number;
}

/** Looks for each secret, in each of its forms, in each text. */
export function search(places: Places, secrets: Iterable<string>): Search {
  const forms = [...new Set(secrets)].map((secret) => formsOf(secret));
  const entries = Object.entries(places);
  const found = entries.flatMap(([place, text]) => [
    ...new Set(
      forms.flatMap((each) => each.filter(([, form]) => text.includes(form)).map(([name]) => `${place}: ${name}`)),
    ),
  ]);
  const bytes = entries.reduce((sum, [, text]) => sum + text.length, 0);
  return { found, places: entries.length, secrets: forms.length, bytes };
}

/** Fails when one of the secrets stands in one of the texts. Never shows the secret. */
export function assertNoSecrets(places: Places, secrets: readonly string[]): void {
  assert.ok(secrets.length > 0, "there must be secrets to look for");
  const { found } = search(places, secrets);
  assert.ok(found.length === 0, `a secret stands in ${found.join("; ")}`);
}

/** The forms of a secret with their names. */
export function formsOf(secret: string): [name: string, form: string][] {
  const json = JSON.stringify(secret).slice(1, -1);
  const all: [string, string][] = [
    ["plain", secret],
    ["JSON", json],
    ["JSON twice", JSON.stringify(json).slice(1, -1)],
    ["JSON with escaped slashes", json.replaceAll("/", "\\/")],
    ["Go's JSON", json.replaceAll("&", "\\u0026").replaceAll("<", "\\u003c").replaceAll(">", "\\u003e")],
    ["URL", encodeURIComponent(secret)],
    ["URL in lower case", encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())],
    ["form", new URLSearchParams({ s: secret }).toString().slice(2)],
    ["hexadecimal", Buffer.from(secret).toString("hex")],
    ...base64Of(secret),
  ];
  return all.filter(([, form], i) => form !== "" && all.findIndex(([, other]) => other === form) === i);
}

/** Base64 looks different at each of three positions; what depends on the neighbours is left out. */
function base64Of(secret: string): [string, string][] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.from("x".repeat(before) + secret).toString("base64");
    const inner = whole.slice(before === 0 ? 0 : before + 1).replace(/.?=*$/, "");
    const safe = inner.replaceAll("+", "-").replaceAll("/", "_");
    return [
      [`base64 at ${before}`, inner],
      [`base64url at ${before}`, safe],
    ] as [string, string][];
  });
}

/** Collects the command lines of processes while something runs, as anybody on the machine can see them. */
export function watchArguments(): { readonly seen: ReadonlySet<string>; stop(): void } {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync("/proc")) {
      if (!/^\d+$/.test(pid)) continue;
      try {
        seen.add(readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
      } catch {
        // It ended meanwhile.
      }
    }
  };
  const timer = setInterval(look, 25);
  return { seen, stop: () => clearInterval(timer) };
}
