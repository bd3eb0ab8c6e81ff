/** The bugs to plant fit the source as it is: each text that they replace stands there, once. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { BUGS } from "./ground/bugs";

describe("the bugs to plant", () => {
  for (const { name, file, find, replace } of BUGS) {
    it(`fit the source: ${name}`, () => {
      const text = readFileSync(path.resolve(__dirname, "..", "..", file), "utf8");
      assert.equal(text.split(find).length, 2, `"${find}" stands once in ${file}`);
      assert.notEqual(find, replace);
    });
  }
});
