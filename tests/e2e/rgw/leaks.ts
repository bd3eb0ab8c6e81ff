// Looks for secrets where they must not be, also in the disguises that addresses, JSON and headers give them.

import assert from "node:assert/strict";

/** Fails when one of the secrets stands in one of the texts. Never shows the secret. */
export function assertNoSecrets(places: Readonly<Record<string, string>>, secrets: readonly string[]): void {
  assert.ok(secrets.length > 0, "there must be secrets to look for");
  const forms = [...new Set(secrets.flatMap(disguises))];
  for (const [place, text] of Object.entries(places)) {
    const found = forms.find((form) => text.includes(form));
    assert.ok(found === undefined, `${place} holds a secret of ${found?.length} characters`);
  }
}

/** The values of an environment that its names call secret. */
export function secretsOf(env: Readonly<Record<string, string | undefined>> = {}): string[] {
  return Object.entries(env).flatMap(([name, value]) => (name.includes("SECRET") && value ? [value] : []));
}

function disguises(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  // The last character of base64 depends on what follows.
  const base64 = Buffer.from(secret).toString("base64").replace(/.=*$/, "");
  return [secret, json, json.replaceAll("/", "\\/"), encodeURIComponent(secret), base64];
}
