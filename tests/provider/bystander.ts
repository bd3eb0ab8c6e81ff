/**
 * Somebody else in the fleet: in perfect health, and nobody's business. Requests about him pass without faults, and are
 * noted; in the end he must be as he was, and nothing but the look of a refresh may have been asked about him.
 */
import assert from "node:assert/strict";
import type { Gateway } from "../../devserver/rgw/gateway";
import type { Send, WireRequest } from "../../provider/http/wire";
import type { Inputs } from "../../provider/pulumi/state";
import type { Engine } from "./engine";
import { memberOf } from "./member";

/** His name, in the fleet and on the gateway. */
export const BYSTANDER = "bystander";

/** What the program declares of him: something that could be touched. */
export const BYSTANDERS_INPUTS: Inputs = {
  uid: BYSTANDER,
  displayName: "Bystander",
  email: "bystander@x.org",
  maxBuckets: 3,
  rotationId: "his",
};

export class Bystander {
  /** The requests about him, by their number on the gateway. */
  readonly asked = new Set<number>();
  private kinds: string[] = [];
  private was: unknown;

  constructor(
    private readonly engine: () => Engine,
    private readonly gateway: () => Gateway,
  ) {}

  /** A connection on which faults and other writers are for everybody but him. */
  passing(send: Send): Send {
    return (request, timeoutMs) => {
      const gateway = this.gateway();
      if (!this.concerns(request)) return send(request, timeoutMs);
      const { faults, between } = gateway;
      gateway.faults = undefined;
      gateway.between = undefined;
      // The gateway acts before its promise is there.
      const answer = send(request, timeoutMs);
      gateway.faults = faults;
      gateway.between = between;
      const entry = gateway.requests.entries.at(-1);
      assert.ok(entry);
      this.asked.add(entry.sequence);
      this.kinds.push(entry.kind);
      return answer;
    };
  }

  /** Brings him up in a fleet of his own. */
  async settle(): Promise<void> {
    await this.engine().up({ users: { [BYSTANDER]: BYSTANDERS_INPUTS } });
    this.was = this.looks();
    this.kinds = [];
    this.gateway().requests.reset();
  }

  assertUntouched(): void {
    assert.deepEqual(
      new Set(this.kinds),
      new Set(this.kinds.filter((kind) => kind === "GET user")),
      "he was looked at",
    );
    assert.deepEqual(this.looks(), this.was, "he is as he was");
  }

  private looks(): unknown {
    const { inputs, outputs } = memberOf(this.engine().stored, BYSTANDER) ?? {};
    return structuredClone([inputs, outputs, this.gateway().user(BYSTANDER)]);
  }

  private concerns({ url, headers }: WireRequest): boolean {
    if (url.searchParams.get("uid") === BYSTANDER) return true;
    const [accessKey = ""] = this.gateway().user(BYSTANDER)?.keys.keys() ?? [];
    return accessKey !== "" && JSON.stringify(headers).includes(accessKey);
  }
}
