/**
 * The S3 side of systems where one access key has two secrets: real signatures, verified against each secret that is
 * valid at the moment, and then the buckets and objects of the embedded gateway.
 *
 * ASSUMED: a locked user is answered AccessDenied, after its signature was verified.
 */
import type { WireRequest, WireResponse } from "../../provider/http/wire";
import { type Call, errorResponse, readCall } from "../rgw/call";
import type { Context } from "../rgw/context";
import { maskAll } from "../rgw/permissions";
import { Refusal, refuse } from "../rgw/refusal";
import { ways } from "../rgw/release";
import { s3Operation } from "../rgw/s3";
import { authenticate } from "../rgw/signature";
import { Store } from "../rgw/store";
import { noQuota, type StoredUser } from "../rgw/user";

/** Whom an access key belongs to. */
export interface Holder {
  readonly accessKey: string;
  /** The secrets that S3 takes at this moment. */
  readonly secrets: readonly string[];
  readonly locked: boolean;
}

/** The S3 side of one server. */
export class DataSide {
  private readonly context: Context;

  constructor(
    private readonly now: () => Date,
    private readonly holderOf: (accessKey: string) => Holder | undefined,
    /** The status of a wrong signature: 403 as S3 has it, or 401. */
    private readonly unsigned: 401 | 403,
  ) {
    this.context = { store: new Store(), now, random: Math.random, ways: ways[16], fsid: "" };
  }

  /** The operation's name for the log: "S3 ListBuckets". */
  kindOf(request: WireRequest): string {
    return s3Operation(readCall(request))?.kind ?? "S3 unknown";
  }

  /** Acts on a request and answers. */
  answer(request: WireRequest): WireResponse {
    const call = readCall(request);
    try {
      const operation = s3Operation(call) ?? refuse("MethodNotAllowed");
      const { status = 200, body = "", contentType, headers } = operation.run(this.context, this.caller(call));
      const type = contentType === undefined ? {} : { "content-type": contentType };
      return { status, headers: { ...type, ...headers }, body };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const isUnsigned = error.code === "SignatureDoesNotMatch" || error.code === "InvalidAccessKeyId";
      const status = isUnsigned ? this.unsigned : error.status;
      if (status === 401) return { status, headers: {}, body: "" };
      return errorResponse(call, status, error.code, "");
    }
  }

  private caller(call: Call): StoredUser {
    const accessKey = /Credential=(.+)\/\d{8}\//.exec(call.headers.get("authorization") ?? "")?.[1] ?? "";
    const holder = this.holderOf(accessKey) ?? refuse("InvalidAccessKeyId");
    const user = this.verified(call, holder) ?? refuse("SignatureDoesNotMatch");
    return holder.locked ? refuse("AccessDenied") : user;
  }

  /** The holder, if one of the secrets signed the request. */
  private verified(call: Call, { accessKey, secrets }: Holder): StoredUser | undefined {
    for (const secret of secrets) {
      const store = new Store();
      store.putUser(ownerOf(accessKey, secret, this.now()));
      try {
        return authenticate(call, store, this.now());
      } catch (error) {
        if (!(error instanceof Refusal) || error.code !== "SignatureDoesNotMatch") throw error;
      }
    }
    return undefined;
  }
}

/** A user as the embedded gateway has users: what its signatures and its buckets ask for. */
function ownerOf(accessKey: string, secret: string, modifiedAt: Date): StoredUser {
  return {
    uid: { tenant: "", namespace: "", id: accessKey },
    displayName: accessKey,
    email: "",
    suspended: false,
    maxBuckets: 1000,
    keys: new Map([[accessKey, { secret }]]),
    subusers: new Map(),
    swiftKeys: new Map(),
    caps: new Map(),
    mask: maskAll,
    defaultPlacement: "",
    defaultStorageClass: "",
    placementTags: [],
    userQuota: noQuota,
    bucketQuota: noQuota,
    version: 1,
    modifiedAt,
  };
}
