/**
 * The embedded gateway: a Ceph RADOS Gateway for tests and experiments, in memory and in this process.
 *
 * It puts together what the other files know: read the request, find the operation, verify the signature, check the
 * permission, act, answer; and around that the request log and the faults. Sockets are in serve.ts.
 */
import { randomInt, randomUUID } from "node:crypto";
import type { Send, WireRequest, WireResponse } from "../../provider/http/wire";
import { adminOperation, type Operation, swiftOperation } from "./admin";
import { type Answer, type Call, errorResponse, readCall } from "./call";
import { type Context, newAccessKey, newSecretKey } from "./context";
import { type Fault, type FaultHook, isActedOn } from "./fault";
import { maskAll, parseCaps } from "./permissions";
import { Refusal, refuse } from "./refusal";
import { type Release, ways } from "./release";
import { RequestLog } from "./request-log";
import { s3Operation } from "./s3";
import { authenticate } from "./signature";
import { Store, type StoredAccount } from "./store";
import { written } from "./subject";
import { formatUid, parseUid } from "./uid";
import { noQuota, type StoredUser } from "./user";

/** An access key with its secret. */
export interface Credentials {
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface GatewayOptions {
  /** The gateway's clock, for signatures and dates. Default: the real one. */
  /** The release of Ceph that it speaks as. Default: 20. */
  readonly release?: Release;
  readonly now?: () => Date;
  /** A number in [0, 1), for keys that the gateway makes. Default: unpredictable. */
  readonly random?: () => number;
  /** The keys of the first user, "admin", who may do everything. Default: made by the gateway. */
  readonly admin?: Credentials;
}

/** What becomes of one exchange: an answer, perhaps late, a cut connection, perhaps after half an answer, or nothing. */
export type Outcome =
  | { readonly kind: "answer"; readonly response: WireResponse; readonly delayMs: number }
  | { readonly kind: "cut"; readonly half?: WireResponse }
  | { readonly kind: "hang" };

/** A user as tests want to look at him, past the API. */
export interface UserView {
  readonly uid: string;
  readonly keys: ReadonlyMap<string, string>;
  readonly user: StoredUser;
}

export class Gateway {
  readonly admin: Credentials;
  readonly requests = new RequestLog();
  /** Decides which requests go wrong, and how. It is not asked for what `handle` is given. */
  faults: FaultHook | undefined;
  /** Called between the fault's decision and the act: a chance for another writer. He should use `handle`. */
  between: ((request: WireRequest, kind: string) => void) | undefined;

  private readonly context: Context;
  private handled = 0;
  private sent = 0;

  constructor(options: GatewayOptions = {}) {
    this.context = {
      store: new Store(),
      now: options.now ?? (() => new Date()),
      random: options.random ?? (() => randomInt(2 ** 32) / 2 ** 32),
      ways: ways[options.release ?? 20],
      fsid: randomUUID(),
    };
    this.admin = options.admin ?? {
      accessKey: newAccessKey(this.context),
      secretKey: newSecretKey(this.context),
    };
    this.addAdmin();
  }

  /** Makes it speak as another release from now on, as an upgrade does. */
  upgrade(release: Release): void {
    this.context.ways = ways[release];
  }

  /** Acts on a request and answers, without faults and without a trace in the log. */
  handle(request: WireRequest): WireResponse {
    const call = readCall(request);
    return this.act(call, this.operationOf(this.understood(call)));
  }

  /** One exchange with everything that can go wrong with it. `serve` and `send` both stand on this. */
  exchange(request: WireRequest): Outcome {
    const call = readCall(request);
    const understood = this.understood(call);
    const operation = this.operationOf(understood);
    const kind = operation?.kind ?? "unknown";
    const sequence = ++this.sent;
    const fault = this.faults?.(request, sequence, kind);
    const acts = isActedOn(fault);
    if (acts) this.between?.(request, kind);
    const response = acts ? this.act(call, operation) : undefined;
    this.requests.add({
      sequence,
      side: call.side,
      kind,
      method: call.method,
      subject: call.side === "admin" ? understood.args.text("uid") : "",
      status: response?.status,
      fault: fault?.kind,
    });
    return this.outcome(call, fault, response);
  }

  /**
   * The exchange as the provider's `Send`. A cut rejects with code ECONNRESET; a hang, or a delay longer than the
   * timeout, rejects with ETIMEDOUT at once: nobody waits.
   */
  readonly send: Send = async (request, timeoutMs) => {
    const outcome = this.exchange(request);
    if (outcome.kind === "cut") throw wireError("ECONNRESET", "socket hang up");
    if (outcome.kind === "hang" || outcome.delayMs > timeoutMs) {
      throw wireError("ETIMEDOUT", `no answer within ${timeoutMs} ms`);
    }
    return outcome.response;
  };

  /** A user as he is stored, by his full id. */
  user(uid: string): UserView | undefined {
    const user = this.context.store.byUid(parseUid(uid));
    return user === undefined ? undefined : view(user);
  }

  /** All users but the first one, "admin". */
  users(): UserView[] {
    return this.context.store
      .allUsers()
      .map(view)
      .filter(({ uid }) => uid !== "admin");
  }

  /** All accounts. */
  accounts(): StoredAccount[] {
    return this.context.store.allAccounts();
  }

  /** What an operation is told. The signature is of what was sent. */
  private understood(call: Call): Call {
    const isParsedTwice = call.side === "admin" && !call.path.startsWith("/admin/metadata");
    return this.context.ways.decodesTwice && isParsedTwice ? { ...call, args: call.args.decodedAgain() } : call;
  }

  private operationOf(call: Call): Operation | undefined {
    if (call.side === "swift") return swiftOperation(call);
    return call.side === "admin" ? adminOperation(call, this.context.ways) : s3Operation(call);
  }

  private act(call: Call, operation: Operation | undefined): WireResponse {
    const requestId = this.nextRequestId();
    try {
      if (operation === undefined) return refuse("MethodNotAllowed");
      const caller = authenticate(call, this.context.store, this.context.now());
      if (caller?.suspended) refuse("UserSuspended");
      if (!operation.allows(caller)) refuse("AccessDenied");
      return answered(operation.run(this.context, caller), requestId);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return errorResponse(call, error.status, error.code, requestId);
    }
  }

  private outcome(call: Call, fault: Fault | undefined, response: WireResponse | undefined): Outcome {
    switch (fault?.kind) {
      case "cut":
        return fault.when === "midway" && response !== undefined
          ? { kind: "cut", half: { ...response, body: firstHalf(response.body) } }
          : { kind: "cut" };
      case "hang":
        return { kind: "hang" };
      case "answer": {
        const made =
          fault.code === undefined
            ? { status: fault.status, headers: {}, body: fault.body ?? "" }
            : errorResponse(call, fault.status, fault.code, this.nextRequestId());
        const headers = { ...made.headers, ...fault.headers };
        return { kind: "answer", response: { ...made, headers, body: fault.body ?? made.body }, delayMs: 0 };
      }
      default: {
        if (response === undefined) return { kind: "hang" };
        const body = fault?.kind === "truncate" ? firstHalf(response.body) : response.body;
        const delayMs = fault?.kind === "delay" ? fault.milliseconds : 0;
        return { kind: "answer", response: { ...response, body }, delayMs };
      }
    }
  }

  private nextRequestId(): string {
    const number = (++this.handled).toString(16).padStart(21, "0");
    const seconds = Math.floor(this.context.now().getTime() / 1000);
    return `tx${number}-${seconds.toString(16).padStart(10, "0")}-100d-default`;
  }

  private addAdmin(): void {
    written(this.context, {
      uid: parseUid("admin"),
      displayName: "admin",
      email: "",
      suspended: false,
      maxBuckets: 1000,
      keys: new Map([[this.admin.accessKey, { secret: this.admin.secretKey }]]),
      subusers: new Map(),
      swiftKeys: new Map(),
      caps: parseCaps("users=*;buckets=*;metadata=*;usage=*", this.context.ways),
      mask: maskAll,
      defaultPlacement: "",
      defaultStorageClass: "",
      placementTags: [],
      userQuota: noQuota,
      bucketQuota: noQuota,
      version: 0,
      modifiedAt: this.context.now(),
    });
  }
}

/** A success has no content type unless its operation gives one: so it is with the real user API. */
function answered({ status = 200, body = "", contentType, headers }: Answer, requestId: string): WireResponse {
  const type = contentType === undefined ? {} : { "content-type": contentType };
  return { status, headers: { "x-amz-request-id": requestId, ...type, ...headers }, body };
}

function view(user: StoredUser): UserView {
  return { uid: formatUid(user.uid), keys: new Map([...user.keys].map(([id, { secret }]) => [id, secret])), user };
}

function firstHalf(text: string): string {
  return text.slice(0, Math.ceil(text.length / 2));
}

function wireError(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
