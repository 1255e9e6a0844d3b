using System.Text.RegularExpressions;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>What the host and the kernel files share stands in one place.</summary>
public class KernelConstantTests
{
    public static TheoryData<string> Constants =>
        [.. KernelConstants.CompilerOptions.Select(o => Regex.Match(o, @"^-D([A-Z_]+)=[-+.E0-9]+$").Groups[1].Value)];

    [Theory]
    [MemberData(nameof(Constants))]
    public void A_shared_constant_is_used_by_a_kernel_file_and_defined_by_none(string name)
    {
        var files = KernelSources.Files.Select(f => Regex.Replace(KernelSources.Read(f, "gfx803").Text, "//.*", "")).ToList();
        Assert.Contains(files, f => Regex.IsMatch(f, $@"\b{name}\b"));
        Assert.DoesNotContain(files, f => Regex.IsMatch(f, $@"#\s*define\s+{name}\b"));
    }

    [Fact]
    public void Every_struct_of_the_kernels_is_listed_with_its_file_and_has_the_same_name_there()
    {
        var structs = typeof(KernelStruct).Assembly.GetTypes()
            .Where(t => t.Namespace == typeof(KernelStruct).Namespace && t is { IsValueType: true, IsEnum: false, IsNested: false })
            .ToHashSet();
        var mirrors = KernelStruct.All.Select(s => s.Mirror).ToList();
        // Inline arrays inside another struct are arrays there.
        structs.ExceptWith(mirrors.SelectMany(FieldOffsets.Fields).Select(f => f.FieldType).Where(t => !mirrors.Contains(t)));
        Assert.Equal(structs.Select(t => t.Name).Order(), mirrors.Select(t => t.Name).Order());
        Assert.All(KernelStruct.All, s => Assert.Matches($@"struct {s.Name}\s*\{{", KernelSources.Read(s.File, "gfx803").Text));
    }
}
