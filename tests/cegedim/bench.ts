/** A stack with one cegedim.ObjectUser on the server of reference. */
import { type CegedimOptions, CegedimServer } from "../../devserver/cegedim/server";
import { cegedim } from "../../provider/backends/cegedim";
import { openResource } from "../../provider/pulumi/resource";
import { type Bench, type BenchOptions, benchOf } from "../ecs/bench";

/** The store that the server has. */
export const STORE = "cos-acme-media";

/** The inputs of a bench's user. */
export const APP = { objectStore: STORE, label: "app" };

export const ENDPOINT = "https://cegedim.test/itcare";
export const TOKEN_URL = "https://accounts.test/realms/cloud/token";

/** A stack with user "app". */
export function openBench(options: CegedimOptions & BenchOptions = {}): Promise<Bench<CegedimServer>> {
  return benchOf({
    server: (clock) => new CegedimServer({ now: () => clock(options.skewSeconds ?? 0), ...options }),
    settings: {
      "cegedim:endpoint": ENDPOINT,
      "cegedim:tokenUrl": TOKEN_URL,
      "cegedim:s3Endpoint": "https://s3.test",
      "cegedim:clientId": "cgdm-sa-test",
      "cegedim:clientSecret": "the-clients-own-secret",
      ...options.settings,
    },
    open: options.provider ?? ((world) => openResource(cegedim, world)),
    inputs: options.inputs ?? APP,
    accessKey: (outputs, server) => String(outputs.accessKey ?? server.users()["Initial S3 user"]?.accessKey),
  });
}
