// What generated SDKs and programs in C# use of Pulumi's SDK, as its documentation declares it: to compile against where
// that cannot be had. Nothing here can run.
using System;
using System.Collections;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Threading.Tasks;

namespace Pulumi
{
    public sealed class Output<T>
    {
        public Output<TResult> Apply<TResult>(Func<T, TResult> func) => throw null!;
        public Output<TResult> Apply<TResult>(Func<T, Task<TResult>> func) => throw null!;
        public Output<TResult> Apply<TResult>(Func<T, Input<TResult>?> func) => throw null!;
        public Output<TResult> Apply<TResult>(Func<T, Output<TResult>?> func) => throw null!;
    }

    public static partial class Output
    {
        public static Output<T> Create<T>(T value) => throw null!;
        public static Output<T> CreateSecret<T>(T value) => throw null!;
        public static Output<T> CreateSecret<T>(Output<T> value) => throw null!;
        public static Output<(T1, T2)> Tuple<T1, T2>(Input<T1> item1, Input<T2> item2) => throw null!;
        public static Output<(T1, T2)> Tuple<T1, T2>(Output<T1> item1, Output<T2> item2) => throw null!;
    }

    public class Input<T>
    {
        private protected Input() { }
        public static implicit operator Input<T>(T value) => throw null!;
        public static implicit operator Input<T>(Output<T> value) => throw null!;
        public static implicit operator Output<T>(Input<T> input) => throw null!;
    }

    public sealed class InputList<T> : Input<ImmutableArray<T>>, IEnumerable
    {
        public void Add(params Input<T>[] inputs) { }
        IEnumerator IEnumerable.GetEnumerator() => throw null!;
        public static implicit operator InputList<T>(T[] values) => throw null!;
        public static implicit operator InputList<T>(List<T> values) => throw null!;
        public static implicit operator InputList<T>(Output<ImmutableArray<T>> values) => throw null!;
    }

    public sealed class InputMap<TValue> : Input<ImmutableDictionary<string, TValue>>, IEnumerable
    {
        public void Add(string key, Input<TValue> value) { }
        public Input<TValue> this[string key] { set { } }
        IEnumerator IEnumerable.GetEnumerator() => throw null!;
        public static implicit operator InputMap<TValue>(Dictionary<string, TValue> values) => throw null!;
        public static implicit operator InputMap<TValue>(Output<ImmutableDictionary<string, TValue>> values) => throw null!;
    }

    public abstract class InputArgs { }

    public abstract class ResourceArgs : InputArgs
    {
        public static readonly ResourceArgs Empty = null!;
    }

    public abstract class InvokeArgs : InputArgs
    {
        public static readonly InvokeArgs Empty = null!;
    }

    public class Resource
    {
        private protected Resource() { }
        public Output<string> Urn => throw null!;
    }

    public class CustomResource : Resource
    {
        public CustomResource(string type, string name, ResourceArgs? args, CustomResourceOptions? options = null) { }
        public Output<string> Id => throw null!;
    }

    public class ProviderResource : CustomResource
    {
        public ProviderResource(string package, string name, ResourceArgs args, CustomResourceOptions? options = null)
            : base(package, name, args, options) { }
    }

    public sealed class Alias
    {
        public Input<string>? Name { get; set; }
        public Input<string>? Type { get; set; }
        public Resource? Parent { get; set; }
    }

    public abstract class ResourceOptions
    {
        public List<Input<Alias>> Aliases { get; set; } = new();
        public InputList<Resource> DependsOn { get; set; } = new();
        public Input<string>? Id { get; set; }
        public Resource? Parent { get; set; }
        public ProviderResource? Provider { get; set; }
        public List<string> ReplaceOnChanges { get; set; } = new();
        public string? Version { get; set; }
    }

    public sealed class CustomResourceOptions : ResourceOptions
    {
        public List<string> AdditionalSecretOutputs { get; set; } = new();
        public static CustomResourceOptions Merge(CustomResourceOptions? options1, CustomResourceOptions? options2) =>
            throw null!;
    }

    public class InvokeOptions
    {
        public ProviderResource? Provider { get; set; }
        public string? Version { get; set; }
    }

    public class InvokeOutputOptions : InvokeOptions
    {
        public InputList<Resource> DependsOn { get; set; } = new();
    }

    public sealed class Config
    {
        public Config(string? name = null) { }
        public T GetObject<T>(string key) => throw null!;
        public string Require(string key) => throw null!;
        public int RequireInt32(string key) => throw null!;
    }

    public sealed class Deployment
    {
        private Deployment() { }
        public static DeploymentInstance Instance => throw null!;
        public static Task<int> RunAsync(Action action) => throw null!;
        public static Task<int> RunAsync(Func<IDictionary<string, object?>> func) => throw null!;
        public static Task<int> RunAsync(Func<Task> func) => throw null!;
    }

    public sealed class DeploymentInstance
    {
        private DeploymentInstance() { }
        public Output<T> Invoke<T>(string token, InvokeArgs args, InvokeOptions? options = null) => throw null!;
        public Output<T> Invoke<T>(string token, InvokeArgs args, InvokeOutputOptions options) => throw null!;
        public Task<T> InvokeAsync<T>(string token, InvokeArgs args, InvokeOptions? options = null) => throw null!;
    }

    [AttributeUsage(AttributeTargets.Field | AttributeTargets.Property)]
    public sealed class InputAttribute : Attribute
    {
        public InputAttribute(string name, bool required = false, bool json = false) { }
    }

    [AttributeUsage(AttributeTargets.Property)]
    public sealed class OutputAttribute : Attribute
    {
        public OutputAttribute(string? name = null) { }
    }

    [AttributeUsage(AttributeTargets.Class)]
    public sealed class OutputTypeAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Constructor)]
    public sealed class OutputConstructorAttribute : Attribute { }

    [AttributeUsage(AttributeTargets.Class)]
    public class ResourceTypeAttribute : Attribute
    {
        public ResourceTypeAttribute(string type, string? version) { }
    }
}

// Generated files name it, and use nothing of it.
namespace Pulumi.Serialization { }
