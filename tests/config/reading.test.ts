// Odd secrets, in every format: what the format's own readers find is what was written, or it was refused to be written.

import assert from "node:assert/strict";
import * as fc from "fast-check";
import { skipWithout } from "../real/needs";
import { outcomeOf } from "../sdk/config-outputs";
import { type Folder, makeFolder } from "./folder";
import { READERS } from "./readers";

/** What people have in secrets, and what each format stumbles over. */
const KNOWN = [
  "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
  'a"b',
  '"a"',
  '"',
  "a$b",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a shell would take it for a variable
  "a${HOME}b",
  "a`id`b",
  "a#b",
  "#b",
  "a%b",
  "%s%%d%",
  "a=b==",
  "=a",
  "a b  c",
  "a'b",
  "a\\b\\nc",
  "a;b",
  ";a",
  "[a]",
  "a: b",
  "- a",
  "yes",
  "012",
  "null",
  "~",
  "{a}",
  "*&!|>",
  "\u00fc\u20ac\u{1F511}",
];

/** Strings of what formats give a meaning to, always the same ones. */
const ODD = fc.sample(
  fc.string({ unit: fc.constantFrom(..."aB9 \"'`$#%=;:[](){}\\/+~!@&|<>*?,.-_^"), minLength: 1, maxLength: 12 }),
  { numRuns: 250, seed: 20261122 },
);

describe("odd secrets", function () {
  this.timeout(120_000);
  let folder: Folder;
  before(async function () {
    const { installClients } = await import("../../tools/clients/install.mjs");
    this.timeout(600_000);
    skipWithout(this, installClients());
  });
  beforeEach(() => {
    folder = makeFolder();
  });
  afterEach(() => folder.remove());

  for (const { name, write, read, refuses } of READERS) {
    it(`are read as they are by ${name}`, async () => {
      const written: { readonly secret: string; readonly file: string }[] = [];
      const refused: string[] = [];
      for (const secret of [...KNOWN, ...ODD]) {
        const label = `odd${written.length}`;
        const outcome = await outcomeOf(() => write(secret, label));
        if ("value" in outcome) written.push({ secret, file: folder.write(label, outcome.value) });
        else refused.push(secret);
      }
      const found = await read(written.map(({ file }) => file));
      const pairs = written.map(({ secret }, index) => ({ secret, found: found[index] }));
      assert.deepEqual(
        pairs.filter((each) => each.secret !== each.found),
        [],
      );
      assert.deepEqual(
        refused.filter((secret) => !refuses?.test(secret)),
        [],
      );
    });
  }
});
