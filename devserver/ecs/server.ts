/**
 * The server of reference for Dell ECS: the management API for object users and their secrets, and an S3 side, in memory
 * and in this process.
 *
 * It stands in for ECS 3.8 and 4.0, and was written from their documentation, Dell's OpenAPI text and recorded answers of
 * real systems; no real system was at hand. What is assumed: the status of a refused login (403 beyond a hundred
 * sessions), the code of "exists already" (1008), the S3 answer to a locked user, and what the heads of the other files
 * name. Management and S3 share one address here; the real ones have a port each.
 */
import type { Send, WireRequest, WireResponse } from "../../provider/http/wire";
import type { FaultHook } from "../rgw/fault";
import type { Outcome } from "../rgw/gateway";
import { RequestLog } from "../rgw/request-log";
import { DataSide } from "./data-side";
import { operationOf } from "./management";
import type { Data } from "./operation";
import { Refusal, refusalResponse } from "./refusal";
import { Sessions } from "./sessions";
import { edgeOf, type Sight } from "./weather";

/** A management user; only SYSTEM_MONITOR may not change anything. */
export interface Manager {
  readonly username: string;
  readonly password: string;
  readonly role: "SYSTEM_ADMIN" | "NAMESPACE_ADMIN" | "SYSTEM_MONITOR";
}

/** How to start a server. */
export interface EcsOptions {
  /** The server's clock. Default: the real one. */
  readonly now?: () => Date;
  /** Default "4.0". */
  readonly release?: "3.8" | "4.0";
  /** Default: "ns1". */
  readonly namespaces?: readonly string[];
  /** Default: one SYSTEM_ADMIN "root". */
  readonly managers?: readonly Manager[];
  /** What the address of a user that is not there answers: 404 with code 2000, or 400 with 1004. Default 404. */
  readonly absent?: 404 | 400;
  /** How a session that is over is told: 401, or 302 to the login page. Default 401. */
  readonly overStatus?: 401 | 302;
}

const TOKEN = "x-sds-auth-token";

/** One system. */
export class EcsServer {
  readonly requests = new RequestLog();
  readonly sessions = new Sessions();
  readonly managers: readonly Manager[];
  /** Decides which requests go wrong, and how. */
  faults: FaultHook | undefined;
  /** How long S3 answers as before after a change; the nodes of a real one keep secrets for up to two minutes. */
  propagationSeconds = 0;

  readonly exchange: (request: WireRequest) => Outcome;
  /** The exchange as the provider's `Send`; nobody waits for a hang or a delay. */
  readonly send: Send;

  private readonly now: () => number;
  private readonly data: Data;
  private readonly dataSide: DataSide;

  constructor(private readonly options: EcsOptions = {}) {
    const clock = options.now ?? (() => new Date());
    this.now = () => clock().getTime();
    this.managers = options.managers ?? [
      { username: "root", password: "the-managers-own-password", role: "SYSTEM_ADMIN" },
    ];
    this.data = {
      users: new Map(),
      namespaces: new Set(options.namespaces ?? ["ns1"]),
      lagMs: () => this.propagationSeconds * 1000,
      absent: options.absent ?? 404,
      hidesSecrets: false,
      release: options.release ?? "4.0",
    };
    this.dataSide = new DataSide(clock, (accessKey) => this.holderOf(accessKey), 403);
    const edge = edgeOf({
      requests: this.requests,
      fault: () => this.faults,
      sight: (request) => this.sight(request),
      act: (request) => this.handle(request),
      refusal: refusalResponse,
    });
    this.exchange = edge.exchange;
    this.send = edge.send;
  }

  /** Acts on a request and answers, without faults and without a trace in the log. */
  handle(request: WireRequest): WireResponse {
    return isS3(request) ? this.dataSide.answer(request) : this.manage(request);
  }

  /** A management request past sessions and faults, as somebody else would send it. Answers the JSON. */
  meddle(what: string, body?: object): unknown {
    const [method = "", path = ""] = what.split(" ");
    const url = new URL(`http://ecs.test${path}`);
    const operation = operationOf({ method, url, headers: {}, ...(body ? { body: JSON.stringify(body) } : {}) });
    if (operation === undefined) throw new Error(`there is no ${what}`);
    return operation.run(this.data, this.now());
  }

  /** Takes a namespace away with its users, past the API. */
  removeNamespace(name: string): void {
    this.data.namespaces.delete(name);
    for (const { userId, namespace } of [...this.data.users.values()])
      if (namespace === name) this.data.users.delete(userId);
  }

  /** The names of all users. */
  users(): string[] {
    return [...this.data.users.keys()].sort();
  }

  /** A user's secrets, oldest first. */
  secretsOf(userId: string): string[] {
    return (this.data.users.get(userId)?.secrets.list(this.now()) ?? []).map(({ value }) => value);
  }

  private manage(request: WireRequest): WireResponse {
    const { pathname, searchParams } = request.url;
    if (pathname === "/login") return this.logIn(request);
    const token = headerOf(request, TOKEN);
    const manager = this.managers.find(({ username }) => username === this.sessions.userOf(token, this.now()));
    if (manager === undefined) return this.over();
    if (pathname === "/logout") {
      this.sessions.close(token, searchParams.get("force") === "true");
      return json({ user: manager.username });
    }
    const operation = operationOf(request);
    if (operation === undefined) return refusalResponse(404, "2000", "Unable to find entity in request URL");
    if (manager.role === "SYSTEM_MONITOR" && request.method !== "GET")
      return refusalResponse(403, "3000", "Insufficient permissions");
    try {
      const answer = operation.run(this.data, this.now());
      return answer === undefined ? { status: 200, headers: {}, body: "" } : json(answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refusalResponse(error.status, error.code, error.details);
    }
  }

  private logIn(request: WireRequest): WireResponse {
    const basic = /^Basic (.+)$/.exec(headerOf(request, "authorization"))?.[1] ?? "";
    const [username, ...password] = Buffer.from(basic, "base64").toString("utf8").split(":");
    const manager = this.managers.find((one) => one.username === username && one.password === password.join(":"));
    if (manager === undefined) return refusedLogin();
    const token = this.sessions.open(manager.username, this.now());
    if (token === undefined) return refusalResponse(403, "4000", "Too many sessions");
    const answer = json({ user: manager.username });
    return { ...answer, headers: { ...answer.headers, [TOKEN]: token, "x-sds-auth-max-age": "28800" } };
  }

  private over(): WireResponse {
    if (this.options.overStatus === 302) return { status: 302, headers: { location: "/login" }, body: "" };
    return { status: 401, headers: {}, body: "" };
  }

  private holderOf(accessKey: string) {
    const user = this.data.users.get(accessKey);
    return user && { accessKey, secrets: user.secrets.taken(this.now()), locked: user.locked };
  }

  private sight(request: WireRequest): Sight {
    if (isS3(request)) return { side: "s3", kind: this.dataSide.kindOf(request), subject: "" };
    const { pathname } = request.url;
    const operation = operationOf(request);
    const kind = operation?.kind ?? (/^\/log(in|out)$/.test(pathname) ? pathname.slice(1) : "unknown");
    return { side: "admin", kind, subject: operation?.subject ?? "" };
  }
}

function isS3(request: WireRequest): boolean {
  return headerOf(request, "authorization").startsWith("AWS4-HMAC-SHA256");
}

function headerOf({ headers }: WireRequest, name: string): string {
  return Object.entries(headers).find(([other]) => other.toLowerCase() === name)?.[1] ?? "";
}

function json(answer: object): WireResponse {
  return { status: 200, headers: { "content-type": "application/json" }, body: JSON.stringify(answer) };
}

/** A refused login has the form of the newer releases. */
function refusedLogin(): WireResponse {
  const message = { code: "4000", message: "Invalid credentials", severity: "ERROR", timestamp: 0 };
  const body = JSON.stringify({ http_status_code: 401, messages: [message] });
  return { status: 401, headers: { "content-type": "application/json" }, body };
}
