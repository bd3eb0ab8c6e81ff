/** The object users of a namespace, page by page. Management users are no object users and never among them. */
import type { Listed } from "../../lifecycle/user-api";
import type { Requests } from "./requests";

/** Lists the users. Rejects with an ObjectUserError, in the middle too. */
export async function* usersOf(requests: Requests, namespace: string): AsyncIterable<Listed> {
  for (let marker = ""; ; ) {
    const page = await requests.listUsers(namespace, marker);
    for (const { userid } of page.blobuser) yield { label: userid, inputs: { namespace, userId: userid } };
    if (!page.NextMarker || page.NextMarker === marker) return;
    marker = page.NextMarker;
  }
}
