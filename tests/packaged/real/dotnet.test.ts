/**
 * The SDK for C# that Pulumi's generator makes of the schema, and the example, go through Microsoft's compiler, against this
 * project's declarations of Pulumi's own SDK. Neither is run.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { skipWithout } from "../../real/needs";
import { REPOSITORY } from "../../real/pulumi";

describe("C#", function () {
  this.timeout(300_000);
  const work = mkdtempSync(path.join(tmpdir(), "object-users-dotnet-"));
  after(() => rmSync(work, { recursive: true, force: true }));

  it("the SDK and the example compile, and a program with mistakes does not", async function () {
    const { languagesAvailable, generateSdks } = await import("../../../tools/plugin/languages.mjs");
    const { dotnetAvailable, compileDotnet } = await import("../../../tools/plugin/dotnet.mjs");
    skipWithout(this, languagesAvailable(), dotnetAvailable());
    generateSdks(path.join(REPOSITORY, "dist", "plugin", "schema.json"), work);
    const example = path.join(REPOSITORY, "examples", "dotnet");
    const wrong = path.join(work, "Wrong.cs");
    const text = readFileSync(path.join(example, "Program.cs"), "utf8");
    writeFileSync(wrong, text.replace("DisplayName =", "Displayname =").replace("= rotation,", "= 4,"));
    const said = compileDotnet(path.join(work, "dotnet"), example, wrong);
    assert.deepEqual(
      said.map((line) => /^(.*)\(\d+,\d+\): (error \w+)/.exec(line)?.slice(1) ?? line),
      [
        [wrong, "error CS0117"],
        [wrong, "error CS0029"],
      ],
    );
  });
});
