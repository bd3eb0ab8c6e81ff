// What a walk needs of a system: a user of its own there, seen and changed past the provider.

import type { Inputs } from "../../../provider/pulumi/state";
import type { World } from "../../../provider/world";
import type { Program } from "../program";
import type { Store } from "../store";
import type { Deed, Wish } from "./story";

/** A user as the systems have it. */
export interface There {
  /** As the outputs name it. */
  readonly userId: string;
  readonly keystoneId: string;
  readonly description: string;
  readonly email: string;
  readonly enabled: boolean;
}

/** The ground of one walk. */
export interface Ground {
  readonly store: Store;
  /** Keys are listed, and made, only by who knows the user's password. */
  readonly needsPassword: boolean;
  /** The description is all that tells users apart until an id is known. */
  readonly isFoundByText: boolean;
  /** How long a pause is in truth. */
  readonly sleep: (ms: number) => Promise<void>;
  /** The id of the project that the keys open. */
  project(): Promise<string>;
  open(world: Partial<World>): Promise<Program>;
  inputs(wish: Wish): Inputs;
  /** Every user of this walk, once nothing is under way any more. */
  users(): Promise<There[]>;
  /** How the settings of a wish look there. */
  settings(wish: Wish): Pick<There, "description" | "email" | "enabled">;
  /** A deed of somebody else that is not about keys. `user`: the one that is there. Answers whether it can be done here. */
  meddle(deed: Deed, user: There | undefined, text: Wish["text"]): Promise<boolean>;
}

/** The keys of a user, secrets by access key; none of a user that is not there. */
export async function keysThere(store: Store, user: There | undefined): Promise<Map<string, string>> {
  if (user === undefined) return new Map();
  const { status, body } = await store.ask("GET", `/users/${user.keystoneId}/credentials/OS-EC2`);
  if (status !== 200) return new Map();
  return new Map(body.credentials.map((one: { access: string; secret: string }) => [one.access, one.secret]));
}
