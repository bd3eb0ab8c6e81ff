/** The part of rgw.AccessKey in the contract, on the embedded gateway. */
import { accessKey } from "../../provider/backends/rgw/access-key";
import type { Adapter } from "./adapter";
import { embedded, type RgwSystem } from "./rgw";

const isTheirs = (id: string) => id.startsWith("THEIRS-");

/** Keys of users that somebody else has made, each with a key of his own. */
export const ofSomebodyElse: Adapter<RgwSystem> = {
  backend: accessKey as Adapter["backend"],
  on: "the embedded gateway",
  user: (name) => ({ userId: name }),
  refused: embedded.refused,
  async open(clock) {
    const system = await embedded.open(clock);
    const ours = (name: string) => [...(system.gateway.user(name)?.keys.keys() ?? [])].filter((id) => !isTheirs(id));
    return {
      ...system,
      ready: (name) => {
        system.meddle(`PUT user?uid=${name}&display-name=Ann&generate-key=false`);
        system.meddle(`PUT user?key&uid=${name}&access-key=THEIRS-${name}&secret-key=their-secret`);
      },
      count: (name) => (ours(name).length > 0 ? 1 : 0),
      keys: (name) => ours(name).length,
    };
  },
};
