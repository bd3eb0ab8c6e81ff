module object-users-go

go 1.25

require (
	example.com/pulumi-object-users/sdk/go v0.1.0
	github.com/pulumi/pulumi/sdk/v3 v3.259.0
)

// `pulumi package add` writes this line and the SDK behind it.
replace example.com/pulumi-object-users/sdk/go => ./sdks/object-users
