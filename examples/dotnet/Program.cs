using System.Collections.Generic;
using Pulumi;
using Rgw = Pulumi.ObjectUsers.Rgw;

return await Deployment.RunAsync(() =>
{
    var config = new Config();
    var rotation = config.Require("rotation");
    var alice = new Rgw.User("alice", new Rgw.UserArgs
    {
        Uid = "alice",
        DisplayName = "Alice",
        RotationId = rotation,
        GracePeriodSeconds = config.RequireInt32("grace"),
    });
    var team = new Rgw.Users("team", new Rgw.UsersArgs
    {
        Defaults = new Rgw.Inputs.MemberArgs { MaxBuckets = 10, RotationId = rotation },
        Users =
        {
            ["red"] = new Rgw.Inputs.MemberArgs { Uid = "red", DisplayName = "Red" },
            ["blue"] = new Rgw.Inputs.MemberArgs { Uid = "blue", DisplayName = "Blue" },
        },
    });
    var found = Rgw.GetUser.Invoke(new Rgw.GetUserInvokeArgs { Uid = alice.Id });
    return new Dictionary<string, object?>
    {
        ["accessKey"] = alice.AccessKey,
        ["secretKey"] = alice.SecretKey,
        ["previousAccessKey"] = alice.PreviousAccessKey,
        ["previousKeyExpiresAt"] = alice.PreviousKeyExpiresAt,
        ["red"] = team.Credentials.Apply(all => all["red"]),
        ["maxBuckets"] = found.Apply(user => user.MaxBuckets),
    };
});
