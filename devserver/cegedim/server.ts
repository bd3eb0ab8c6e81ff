/**
 * The server of reference for cegedim.cloud's object storage: tokens, actions and the users of object stores, and an S3
 * side, in memory and in this process.
 *
 * Kept as published: OAuth2 client credentials, the versioned media type, 202 with actions to poll, pages, dry run, dates
 * with an offset such as +0200, errors with an empty body or with four fields, and from the user guide the first user of a
 * store, the secret that is shown once, the lock, the grace period in seconds and 401 for an old secret. ASSUMED, because
 * nothing is published: every path and field of object users (users.ts names them), that labels are unique, that a renewal
 * is refused while a grace period runs unless it has none itself, and the S3 answer to a locked user. No real system was
 * at hand. API, token endpoint and S3 share one address here.
 */
import { randomBytes } from "node:crypto";
import type { Send, WireRequest, WireResponse } from "../../provider/http/wire";
import { DataSide } from "../ecs/data-side";
import { edgeOf, type Sight } from "../ecs/weather";
import type { FaultHook } from "../rgw/fault";
import type { Outcome } from "../rgw/gateway";
import { RequestLog } from "../rgw/request-log";
import { type ActionHook, Actions } from "./actions";
import { Refusal, refusalResponse } from "./refusal";
import { operationOf, type User, Users } from "./users";

/** An API account; one that may not write is answered 403 when it tries. */
export interface Account {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly mayWrite: boolean;
}

/** How to start a server. */
export interface CegedimOptions {
  /** The server's clock. Default: the real one. */
  readonly now?: () => Date;
  /** Default: "cos-acme-media". Each begins with the user "Initial S3 user". */
  readonly objectStores?: readonly string[];
  /** Default: one that may do everything. */
  readonly accounts?: readonly Account[];
}

const TOKEN_SECONDS = 1200;
const MEDIA_TYPE = "application/vnd.cegedim-it.v1+json";

/** One cloud. */
export class CegedimServer {
  readonly requests = new RequestLog();
  readonly accounts: readonly Account[];
  /** Decides which requests go wrong, and how. */
  faults: FaultHook | undefined;
  /** Decides which changes are answered 202, and what becomes of their actions. Default: none. */
  actionHook: ActionHook | undefined;
  /** How long S3 answers as before after a change: "a few minutes", says the user guide. */
  propagationSeconds = 0;

  readonly exchange: (request: WireRequest) => Outcome;
  /** The exchange as the provider's `Send`; nobody waits for a hang or a delay. */
  readonly send: Send;

  private readonly now: () => number;
  private readonly data: Users;
  private readonly actions: Actions;
  private readonly dataSide: DataSide;
  private readonly tokens = new Map<string, { readonly account: Account; readonly until: number }>();

  constructor(options: CegedimOptions = {}) {
    const clock = options.now ?? (() => new Date());
    this.now = () => clock().getTime();
    this.accounts = options.accounts ?? [
      { clientId: "cgdm-sa-test", clientSecret: "the-clients-own-secret", mayWrite: true },
    ];
    this.data = new Users(options.objectStores ?? ["cos-acme-media"], this.now, () => this.propagationSeconds * 1000);
    this.actions = new Actions(this.now, () => this.actionHook);
    this.dataSide = new DataSide(clock, (accessKey) => this.holderOf(accessKey), 401);
    const edge = edgeOf({
      requests: this.requests,
      fault: () => this.faults,
      sight: (request) => this.sight(request),
      act: (request) => this.handle(request),
      refusal: (status, code) => refusalResponse(status, code),
    });
    this.exchange = edge.exchange;
    this.send = edge.send;
  }

  /** Acts on a request and answers, without faults and without a trace in the log. */
  handle(request: WireRequest): WireResponse {
    if (isS3(request)) return this.dataSide.answer(request);
    if (request.url.pathname.endsWith("/token")) return this.grant(request);
    return this.answer(request);
  }

  /** The users of a store by label. */
  users(objectStore = "cos-acme-media"): Record<string, User> {
    return Object.fromEntries(this.data.of(objectStore).map((user) => [user.label, user]));
  }

  /** Ends every token, as a restart of the login service does. */
  forgetTokens(): void {
    this.tokens.clear();
  }

  private answer(request: WireRequest): WireResponse {
    const account = this.accountOf(request);
    if (account === undefined) return refusalResponse(401);
    if (!headerOf(request, "accept").includes(MEDIA_TYPE)) return refusalResponse(400, "UNKNOWN_MEDIA_TYPE", "accept");
    if (request.method !== "GET" && !account.mayWrite) return refusalResponse(403);
    try {
      const action = /\/actions\/(\d+)$/.exec(request.url.pathname);
      if (action) return json(200, this.actions.read(Number(action[1])));
      const operation = operationOf(request);
      if (operation === undefined) return refusalResponse(404);
      const isDry = headerOf(request, "itcare-dryrun") === "true";
      const fate = request.method === "GET" || isDry ? undefined : this.actions.fateOf(operation.kind);
      const { status, body } = operation.run(this.data, {
        isDry,
        acts: fate?.status !== "ERROR" && fate?.status !== "IN_PROGRESS",
      });
      const dry: Record<string, string> = isDry ? { "itcare-dryrun": "true" } : {};
      if (fate === undefined) return { ...json(status, body), ...(isDry ? { headers: { ...HEADERS, ...dry } } : {}) };
      const actionId = this.actions.submit(operation.kind, fate);
      return json(202, body === undefined ? this.actions.read(actionId) : { ...body, actionId });
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refusalResponse(error.status, error.code, error.field);
    }
  }

  private grant(request: WireRequest): WireResponse {
    const basic = /^Basic (.+)$/.exec(headerOf(request, "authorization"))?.[1] ?? "";
    const given = Buffer.from(basic, "base64").toString("utf8");
    const account = this.accounts.find(({ clientId, clientSecret }) => given === `${clientId}:${clientSecret}`);
    if (account === undefined) return json(401, { error: "unauthorized_client", error_description: "Invalid client" });
    if (new URLSearchParams(request.body ?? "").get("grant_type") !== "client_credentials")
      return json(400, { error: "unsupported_grant_type" });
    const token = randomBytes(32).toString("base64url");
    this.tokens.set(token, { account, until: this.now() + TOKEN_SECONDS * 1000 });
    return json(200, {
      access_token: token,
      expires_in: TOKEN_SECONDS,
      refresh_expires_in: 7200,
      token_type: "bearer",
    });
  }

  private accountOf(request: WireRequest): Account | undefined {
    const token = this.tokens.get(/^Bearer (.+)$/.exec(headerOf(request, "authorization"))?.[1] ?? "");
    return token !== undefined && this.now() < token.until ? token.account : undefined;
  }

  private holderOf(accessKey: string) {
    const user = this.data.byAccessKey(accessKey);
    return user && { accessKey, secrets: user.secrets.taken(this.now()), locked: user.locked };
  }

  private sight(request: WireRequest): Sight {
    if (isS3(request)) return { side: "s3", kind: this.dataSide.kindOf(request), subject: "" };
    const { pathname } = request.url;
    const other = pathname.endsWith("/token") ? "token" : /\/actions\/\d+$/.test(pathname) ? "GET action" : "unknown";
    const operation = operationOf(request);
    return { side: "admin", kind: operation?.kind ?? other, subject: operation?.subject ?? "" };
  }
}

const HEADERS = { "content-type": MEDIA_TYPE };

function json(status: number, body: object | undefined): WireResponse {
  return { status, headers: HEADERS, body: body === undefined ? "" : JSON.stringify(body) };
}

function isS3(request: WireRequest): boolean {
  return headerOf(request, "authorization").startsWith("AWS4-HMAC-SHA256");
}

function headerOf({ headers }: WireRequest, name: string): string {
  return Object.entries(headers).find(([other]) => other.toLowerCase() === name)?.[1] ?? "";
}
