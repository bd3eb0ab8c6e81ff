// The backends whose story the demo can tell, by the name that `--backend` takes.

import type { Backend } from "../system";
import { cegedim } from "./cegedim";
import { ecs } from "./ecs";
import { rgw } from "./rgw";

export const backends: Readonly<Record<string, Backend>> = { rgw, cegedim, ecs };
