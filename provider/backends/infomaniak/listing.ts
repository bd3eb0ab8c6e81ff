/** The users of a project, by their descriptions: their names are generated. One that is being made is not there yet. */
import type { Json } from "../../lifecycle/model";
import type { Listed } from "../../lifecycle/user-api";
import { unmarked } from "./description";
import type { Requests } from "./requests";

/** Lists the users. Rejects with an ObjectUserError. */
export async function* usersOf(requests: Requests, where: Readonly<Record<string, Json>>): AsyncIterable<Listed> {
  const publicCloudId = Number(where.publicCloudId);
  const projectId = Number(where.projectId);
  for (const { description } of await requests.listUsers({ publicCloudId, projectId, description: "" })) {
    if (description && unmarked(description).mark === undefined)
      yield { label: description, inputs: { publicCloudId, projectId, description } };
  }
}
