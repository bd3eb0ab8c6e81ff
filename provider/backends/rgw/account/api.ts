/**
 * The lifecycle's port for accounts. An account has no keys. Its id can be chosen, and is derived from the resource's mark:
 * so an account that a run has made and not noted is recognised, and nobody else's is taken for it.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import { orUndefined } from "../../../http/api";
import { type Meaning, type Meanings, repeatable, unrepeatable } from "../../../http/dialect";
import type { Send } from "../../../http/wire";
import type { Fields, Live } from "../../../lifecycle/model";
import type { UserApi } from "../../../lifecycle/user-api";
import type { BackendDeps } from "../../backend";
import { keyless } from "../../keyless";
import { readBy, wireOf, writtenBy } from "../../rows";
import { type Quota, quotaQuery } from "../limits";
import { ACCOUNT, OF_ACCOUNTS, requestsTo } from "../requests";
import type { Settings } from "../settings";
import { rows, type Where } from "./args";

const wireAccount = z.looseObject({ tenant: z.string().optional(), ...wireOf(rows) });

const TAKEN: Meaning = {
  code: "conflict",
  problem: "another account has this name or e-mail address",
  advice: "Choose another name or email.",
};

const IN_USE: Meanings = {
  BucketNotEmpty: { code: "in-use", problem: "the account has users", advice: "Delete its users first." },
  BucketAlreadyExists: { code: "in-use", problem: "the account has buckets", advice: "Empty and delete them first." },
};

const NO_METADATA: Meaning = {
  code: "forbidden",
  problem: "the admin user lacks the capability metadata",
  advice: 'Give it: radosgw-admin caps add --uid=ADMIN --caps="metadata=read".',
};

/** The id of the account that a resource makes. */
export function accountIdOf(mark: string): string {
  const number = createHash("sha256").update(`account ${mark}`).digest().readBigUInt64BE() % 10n ** 17n;
  return `RGW${String(number).padStart(17, "0")}`;
}

/** The accounts of one cluster. */
export function accountApi(settings: Settings, deps: BackendDeps & { readonly send: Send }): UserApi<Where> {
  const { call, systemId, hasAccounts } = requestsTo(settings, deps);
  const content = { schema: wireAccount };
  const of = (name: string) => `account "${name}"`;

  function liveOf(account: z.infer<typeof wireAccount>, mark?: string): Live {
    const isMarked = mark !== undefined && account.id === accountIdOf(mark);
    return { userId: account.id, fields: readBy(rows, account), keys: [], ...(isMarked ? { mark } : {}) };
  }

  return {
    async find({ userId, name, where, mark }) {
      const act = { ...repeatable("reading", of(name)), means: OF_ACCOUNTS };
      const get = (query: object) => orUndefined(call(act, "GET", ACCOUNT, { ...query }, content));
      const id = userId ?? where.accountId;
      if (id !== undefined) {
        const account = await get({ id });
        return account && liveOf(account, mark);
      }
      const account = await get({ name: where.name, tenant: where.tenant });
      // One that a run has made may have got another name since.
      const own = account === undefined && mark !== undefined ? await get({ id: accountIdOf(mark) }) : undefined;
      const found = account ?? own;
      return found && liveOf(found, mark);
    },

    async create({ name, where, fields, mark }) {
      const query = { id: where.accountId ?? accountIdOf(mark), tenant: where.tenant, ...writtenBy(rows, fields) };
      const act = { ...unrepeatable("creating", of(name)), means: OF_ACCOUNTS };
      return liveOf(await call(act, "POST", ACCOUNT, query, content), mark);
    },

    async update({ userId, name }, before, changes) {
      const { quota, bucketQuota, ...plain } = changes;
      const act = { ...unrepeatable("changing", of(name)), means: { ...OF_ACCOUNTS, BucketAlreadyExists: TAKEN } };
      let fields: Fields = before;
      if (Object.keys(plain).length > 0) {
        const query = { id: userId, ...writtenBy(rows, plain) };
        fields = { ...before, ...readBy(rows, await call(act, "PUT", ACCOUNT, query, content)) };
      }
      for (const [type, value] of Object.entries({ account: quota, bucket: bucketQuota })) {
        if (value === undefined) continue;
        const query = { quota: "", id: userId, "quota-type": type, ...quotaQuery(value as Quota) };
        fields = { ...fields, ...readBy(rows, await call(act, "PUT", ACCOUNT, query, content)) };
      }
      return fields;
    },

    async remove({ userId, name }) {
      const act = { ...repeatable("deleting", of(name)), means: { ...OF_ACCOUNTS, ...IN_USE } };
      await orUndefined(call(act, "DELETE", ACCOUNT, { id: userId }));
    },

    async *list() {
      // https://docs.ceph.com/en/latest/radosgw/adminops/#get-metadata names no accounts; Ceph 20 lists them all the same.
      const act = { ...repeatable("listing", "the accounts"), means: { AccessDenied: NO_METADATA } };
      const ids = await call(act, "GET", "/admin/metadata/account", {}, { schema: z.array(z.string()) });
      for (const id of ids) {
        const account = await orUndefined(
          call({ ...repeatable("reading", of(id)), means: OF_ACCOUNTS }, "GET", ACCOUNT, { id }, content),
        );
        if (account === undefined) continue;
        const { name, tenant = "" } = account;
        yield tenant === ""
          ? { label: name, inputs: { name } }
          : { label: `${tenant}$${name}`, inputs: { tenant, name } };
      }
    },

    async unsupported() {
      return (await hasAccounts()) ? {} : { name: "needs accounts, which begin with Ceph 19" };
    },

    systemId,

    ...keyless("account"),
  };
}
