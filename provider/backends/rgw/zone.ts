/**
 * Where keys may be changed. A realm of several zones changes users in its metadata master; a gateway of another zone
 * forwards most requests there. It does not forward those that disable or revoke a key: it answers 200 and changes its own
 * copy only. The key works in all other zones, and comes back there with the user's next change.
 *
 * Documentation: https://docs.ceph.com/en/latest/radosgw/multisite/
 */
import * as z from "zod";
import { isObjectUserError } from "../../errors";
import { type Act, failure } from "../../http/dialect";
import type { Finding } from "../backend";

/** A realm's period: its zones, and the one that is the metadata master. */
export const wirePeriod = z.looseObject({
  master_zone: z.string(),
  period_map: z.looseObject({
    zonegroups: z.array(
      z.looseObject({
        zones: z.array(z.looseObject({ id: z.string(), name: z.string(), endpoints: z.array(z.string()).default([]) })),
      }),
    ),
  }),
});

/** The zone of a gateway. */
export const wireZone = z.looseObject({ id: z.string() });

/** What tells where a gateway is. */
export interface ZoneRequests {
  getPeriod(): Promise<z.infer<typeof wirePeriod>>;
  getZone(): Promise<z.infer<typeof wireZone>>;
}

/** A gateway of a zone that is not the metadata master. */
export interface Secondary {
  readonly zone: string;
  readonly master: string;
  /** The master's addresses, as the realm has them. */
  readonly endpoints: readonly string[];
}

/** What is known of a gateway: that users are changed there, that they are not, or nothing. */
export type Place = "the master" | "the only zone" | "not known" | Secondary;

/**
 * Finds out where a gateway is, by two questions at most. An admin without the capability zone=read may not ask, and does not
 * know; nor does who is answered by something else. Rejects where there may be an answer later.
 */
export async function findPlace({ getPeriod, getZone }: ZoneRequests): Promise<Place> {
  try {
    const { master_zone: masterId, period_map: map } = await getPeriod();
    const zones = map.zonegroups.flatMap((group) => group.zones);
    if (zones.length === 1) return "the only zone";
    const { id } = await getZone();
    if (id === masterId) return "the master";
    const [own, master] = [id, masterId].map((one) => zones.find((zone) => zone.id === one));
    // A zone that the period does not have is of another realm.
    if (own === undefined || master === undefined) return "not known";
    return { zone: own.name, master: master.name, endpoints: master.endpoints };
  } catch (error) {
    if (!isObjectUserError(error)) throw error;
    // Without a realm there is no period.
    if (error.code === "not-found") return "the only zone";
    if (isObjectUserError(error, "unavailable", "rate-limited")) throw error;
    return "not known";
  }
}

/** Rejects an act that changes a user where that must not be done. Nothing was sent. */
export function refuseSecondary({ operation, subject }: Act, place: Place): void {
  if (typeof place === "string") return;
  throw failure({ operation, subject }, { code: "unsupported", ...explained(place) });
}

/** The place as a finding of a preflight. `isSeveral`: the connection names several zones. */
export function zoneFinding(place: Place, isSeveral: boolean): Finding {
  const what = "zone";
  if (typeof place !== "string") {
    const { problem, advice } = explained(place);
    return { what, verdict: "failed", says: problem, advice };
  }
  if (place !== "not known") return { what, verdict: "ok", says: `users are changed in this gateway's zone, ${place}` };
  return {
    what,
    verdict: isSeveral ? "warning" : "ok",
    says: "without zone=read nobody can tell whether users are changed in this gateway's zone; with one zone they are",
    ...(isSeveral ? { advice: 'Give it with: radosgw-admin caps add --uid=ADMIN --caps="zone=read".' } : {}),
  };
}

function explained({ zone, master, endpoints }: Secondary) {
  const where = endpoints.length === 0 ? "" : `: ${endpoints.join(" or ")}`;
  return {
    problem: `the gateway is of zone "${zone}", and keys that are revoked there come back: users are changed in the metadata master, zone "${master}"`,
    advice: `Set endpoint of rgw.Provider (rgw:endpoint, RADOSGW_ENDPOINT) to a gateway of zone "${master}"${where}.`,
  };
}
