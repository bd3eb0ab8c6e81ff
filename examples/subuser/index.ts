// A user with two subusers: an application that reads by S3, with a key that rotates, and an old one that speaks Swift.
import * as pulumi from "@pulumi/pulumi";
import { rgw } from "pulumi-object-users";

const rotationId = new pulumi.Config().get("rotationId") ?? "first";

const media = new rgw.User("media", { uid: "media", displayName: "Media" });

const reader = new rgw.Subuser("reader", {
  user: media.userId,
  name: "reader",
  access: "read",
  rotationId,
  gracePeriodSeconds: 3600,
});

// A Swift secret has no grace: whoever uses it needs the new one immediately.
const legacy = new rgw.Subuser("legacy", { user: media.userId, name: "legacy", access: "full", keyType: "swift" });

export const { accessKey, secretKey, endpoint } = reader;
export const swiftUser = legacy.subuserId;
export const swiftKey = legacy.secretKey;
