package main

import (
	"example.com/pulumi-object-users/sdk/go/objectusers/rgw"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(program)
}

func program(ctx *pulumi.Context) error {
	settings := config.New(ctx, "")
	rotation, grace := settings.Get("rotation"), settings.GetInt("grace")
	alice, err := rgw.NewUser(ctx, "alice", &rgw.UserArgs{
		Uid: pulumi.String("alice"), DisplayName: pulumi.String("Alice"),
		RotationId: pulumi.String(rotation), GracePeriodSeconds: pulumi.Int(grace),
	})
	if err != nil {
		return err
	}
	team, err := rgw.NewUsers(ctx, "team", &rgw.UsersArgs{
		Defaults: &rgw.MemberArgs{MaxBuckets: pulumi.Int(10), RotationId: pulumi.String(rotation)},
		Users: rgw.MemberMap{
			"red":  rgw.MemberArgs{Uid: pulumi.String("red"), DisplayName: pulumi.String("Red")},
			"blue": rgw.MemberArgs{Uid: pulumi.String("blue"), DisplayName: pulumi.String("Blue")},
		},
	})
	if err != nil {
		return err
	}
	found := rgw.LookupUserOutput(ctx, rgw.LookupUserOutputArgs{Uid: alice.ID()})
	ctx.Export("accessKey", alice.AccessKey)
	ctx.Export("secretKey", alice.SecretKey)
	ctx.Export("previousAccessKey", alice.PreviousAccessKey)
	ctx.Export("previousKeyExpiresAt", alice.PreviousKeyExpiresAt)
	ctx.Export("red", team.Credentials.MapIndex(pulumi.String("red")))
	ctx.Export("maxBuckets", found.MaxBuckets())
	return nil
}
