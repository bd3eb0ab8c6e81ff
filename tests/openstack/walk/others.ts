// What other people do to the user and its keys, past Pulumi.

import type { Ground, There } from "./ground";
import { known, publishedIn, THEIRS, type View } from "./run";
import type { Deed, Wish } from "./story";

/** Everybody but Pulumi. */
export class Others {
  private count = 0;

  constructor(private readonly ground: Ground) {}

  /** Does it where it can be done; nothing otherwise. Answers the Keystone id of a user that was made. */
  async meddle(deed: Deed, isBetween: boolean, view: View, text: Wish["text"]): Promise<string | undefined> {
    const [user] = view.users;
    if (deed === "add a key" && user) await this.addKey(user);
    if (deed === "remove the published key" || deed === "remove another key") await this.removeKey(deed, view);
    if (deed === "make the user" && (user || !isBetween)) return undefined;
    // A user that state does not name is found by what is being changed here.
    if (deed === "change the description" && this.ground.isFoundByText && !known(view)) return undefined;
    await this.ground.meddle(deed, user, text);
    return deed === "make the user" ? (await this.ground.users())[0]?.keystoneId : undefined;
  }

  private async removeKey(deed: Deed, view: View): Promise<void> {
    const current = publishedIn(view)?.accessKey;
    const key = [...view.alive.keys()].find((one) => (deed === "remove another key") !== (one === current));
    const path = `/users/${view.users[0]?.keystoneId}/credentials/OS-EC2`;
    if (key) await this.ground.store.ask("DELETE", `${path}/${key}`);
  }

  private async addKey({ keystoneId }: There): Promise<void> {
    const access = `${THEIRS}${keystoneId.slice(0, 8)}${++this.count}`;
    const blob = JSON.stringify({ access, secret: `secret-of-theirs-${access}` });
    const credential = { type: "ec2", blob, project_id: await this.ground.project(), user_id: keystoneId };
    await this.ground.store.ask("POST", "/credentials", { credential });
  }
}
