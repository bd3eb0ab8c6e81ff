// The backends whose story the demo can tell, by the name that `--backend` takes: every kind that has a file here.

import { existsSync } from "node:fs";
import path from "node:path";
import { backends as kinds } from "../../../provider/backends";
import type { Backend } from "../system";

export const backends: Readonly<Record<string, Backend>> = Object.fromEntries(
  Object.keys(kinds)
    .filter((kind) => existsSync(path.join(__dirname, `${kind}.ts`)))
    .map((kind) => [kind, (require(`./${kind}`) as Record<string, Backend>)[kind] as Backend]),
);
