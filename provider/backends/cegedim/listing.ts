/** The users of an object store. One that is being made is not there yet. */
import type { Listed } from "../../lifecycle/user-api";
import { unmarked } from "./assumed";
import type { Requests } from "./requests";

/** Lists the users. Rejects with an ObjectUserError. */
export async function* usersOf(requests: Requests, objectStore: string): AsyncIterable<Listed> {
  for (const { label } of await requests.listUsers(objectStore)) {
    if (unmarked(label).mark === undefined) yield { label, inputs: { objectStore, label } };
  }
}
