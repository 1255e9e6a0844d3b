using System.Reflection;
using System.Xml.Linq;
using MIOpenDarts.Interop.Devices;
using MIOpenDarts.Interop.Handles;

namespace MIOpenDarts.Interop.Tests;

/// <summary>What a user of the package sees; PublicAPI.Shipped.txt lists every member.</summary>
public sealed class SurfaceTests
{
    private const int MostPublicTypes = 60;
    private static readonly Assembly Interop = typeof(HipDevice).Assembly;

    [Fact]
    public void At_most_60_types_are_public() => Assert.InRange(Interop.GetExportedTypes().Length, 1, MostPublicTypes);

    /// <summary>Each of them may meet a status of the native library or a disposed handle, but for what only adds up numbers.</summary>
    [Fact]
    public void Every_method_of_a_native_object_documents_what_it_throws()
    {
        var documented = XDocument.Load(Path.ChangeExtension(Interop.Location, "xml")).Descendants("member")
            .Where(m => m.Elements("exception").Any())
            .Select(m => m.Attribute("name")!.Value.Split('(')[0].Replace("``1", "", StringComparison.Ordinal)).ToHashSet();
        var methods = Interop.GetExportedTypes().Where(typeof(NativeHandle).IsAssignableFrom)
            .SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(m => !m.IsSpecialName && m.GetBaseDefinition() == m)
            .Select(m => $"M:{m.DeclaringType!.FullName}.{m.Name}");
        Assert.Empty(methods.Except(documented));
    }
}
