// A project of an Infomaniak Public Cloud. The project is made together with its first user, which a resource of its own then
// adopts, to give it an S3 key that rotates. Another user joins.
//
// The account comes from INFOMANIAK_TOKEN, or from the stack's configuration: `pulumi config set --secret infomaniak:token`.
import * as pulumi from "@pulumi/pulumi";
import { infomaniak } from "pulumi-object-users";

const config = new pulumi.Config();
const publicCloudId = config.requireNumber("publicCloudId");
const rotationId = config.get("rotationId") ?? "first";

const media = new infomaniak.Project("media", { publicCloudId, name: config.get("name") ?? "media" });
const place = { publicCloudId, projectId: media.projectId };

const first = new infomaniak.User("first", { ...place, userId: media.firstUserId, adopt: true, rotationId });
const backup = new infomaniak.User("backup", { ...place, description: "Backup", rotationId });

export const { projectId, firstUserName } = media;
export const firstKey = { accessKey: first.accessKey, secretKey: first.secretKey };
export const backupKey = { accessKey: backup.accessKey, secretKey: backup.secretKey };
