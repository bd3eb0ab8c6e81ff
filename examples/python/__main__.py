import pulumi
import pulumi_object_users as object_users

config = pulumi.Config()
rotation = config.require("rotation")
alice = object_users.rgw.User(
    "alice",
    uid="alice",
    display_name="Alice",
    rotation_id=rotation,
    grace_period_seconds=config.require_int("grace"),
)
team = object_users.rgw.Users(
    "team",
    defaults=object_users.rgw.MemberArgs(max_buckets=10, rotation_id=rotation),
    users={
        "red": object_users.rgw.MemberArgs(uid="red", display_name="Red"),
        "blue": object_users.rgw.MemberArgs(uid="blue", display_name="Blue"),
    },
)
found = object_users.rgw.get_user_output(uid=alice.id)
pulumi.export("accessKey", alice.access_key)
pulumi.export("secretKey", alice.secret_key)
pulumi.export("previousAccessKey", alice.previous_access_key)
pulumi.export("previousKeyExpiresAt", alice.previous_key_expires_at)
pulumi.export("red", team.credentials["red"])
pulumi.export("maxBuckets", found.max_buckets)
