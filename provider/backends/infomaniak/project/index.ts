/** Projects of an Infomaniak Public Cloud: what they are and can do, as data. */
import type { Backend } from "../../backend";
import { factsOf } from "../../rows";
import { infomaniak } from "..";
import type { Settings } from "../settings";
import { projectApi } from "./api";
import { argNames, type ProjectArgs, projectArgs, rows, specOf, type Where } from "./args";

/** The backend behind infomaniak.Project. */
export const project: Backend<ProjectArgs, Settings, Where> = {
  ...infomaniak,
  kind: "infomaniak.project",
  resource: "infomaniak.Project",
  isKeyless: true,
  args: projectArgs,
  ...factsOf(rows),
  argNames,
  // A project that a task was making gets its id with the look that a rename asks for.
  capabilities: { ...infomaniak.capabilities, keysBelongTo: ["name"] },
  specOf,
  importedBy: { inputs: ["publicCloudId", "name"], separator: "/" },
  connect(settings, deps) {
    const send = deps.openTransport(settings);
    return { api: projectApi(settings, { ...deps, send }) };
  },
};
