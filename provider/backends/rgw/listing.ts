/** All users of a gateway, page by page, but the admin that is logged in. Subusers are no users of their own. */
import type { Listed } from "../../lifecycle/user-api";
import type { Requests } from "./requests";
import { userIdOf } from "./wire";

/** Lists the users. Rejects with an ObjectUserError, in the middle too. */
export async function* allUsers(requests: Requests): AsyncIterable<Listed> {
  const admin = userIdOf(await requests.getOwnUser());
  for (let marker = ""; ; ) {
    const page = await requests.listUsers(marker);
    for (const userId of page.keys) if (userId !== admin) yield { label: userId, inputs: inputsOf(userId) };
    if (!page.truncated || page.marker === undefined) return;
    marker = page.marker;
  }
}

function inputsOf(userId: string) {
  const dollar = userId.indexOf("$");
  return dollar < 0 ? { uid: userId } : { tenant: userId.slice(0, dollar), uid: userId.slice(dollar + 1) };
}
