/** What S3 of the embedded gateway says to a key. */
import type { Gateway } from "../../devserver/rgw/gateway";
import type { World } from "../../provider/world";
import { listBuckets, verdictOf } from "../backends/stack";

/** "200", or "403 InvalidAccessKeyId". Signed by aws4 itself, as any client would. */
export function s3Says(
  { gateway, world }: { readonly gateway: Gateway; readonly world: Pick<World, "now"> },
  accessKey: unknown,
  secretKey: unknown,
): string {
  const key = { accessKey: String(accessKey), secretKey: String(secretKey) };
  return verdictOf(gateway.handle(listBuckets(key, world.now())));
}
