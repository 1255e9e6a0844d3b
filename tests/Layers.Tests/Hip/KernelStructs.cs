using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using System.Text;
using MIOpenDarts.Layers.Backends.MIOpen.Kernels;

namespace MIOpenDarts.Layers.Tests.Hip;

/// <summary>The structs that kernels take, here and in the kernel files.</summary>
internal static class KernelStructs
{
    private static readonly (string File, string Name, Type Mirror)[] Pairs =
    [
        ("channels.hip", "ChannelParts", typeof(ChannelParts)),
        ("elementwise.hip", "ConcatPart", typeof(ConcatPart)),
        ("elementwise.hip", "Concat", typeof(Concat)),
        ("mixing.hip", "NodeSumTerm", typeof(MixTerm)),
        ("mixing.hip", "MixNode", typeof(MixNode)),
        ("mixing.hip", "Mix", typeof(MixTable)),
        ("normalization.hip", "Statistic", typeof(Statistic)),
        ("normalization.hip", "Statistics", typeof(StatisticTable)),
        ("normalization.hip", "GradientOf", typeof(GradientOf)),
        ("normalization.hip", "Gradients", typeof(GradientTable)),
        ("normalization.hip", "Diff", typeof(DiffTerm)),
        ("normalization.hip", "Diffs", typeof(DiffTable)),
        ("pooling.hip", "Window", typeof(PoolWindow)),
        ("pooling.hip", "Planes", typeof(Planes)),
        ("separable.hip", "Branch", typeof(Branch)),
        ("separable.hip", "Source", typeof(BranchSource)),
        ("separable.hip", "Table", typeof(BranchTable)),
        ("vectors.hip", "Sum", typeof(PartialSum)),
        ("vectors.hip", "Sums", typeof(PartialSums)),
    ];

    /// <summary>Structs of the kernels' namespace that no pair names, but for the arrays inside others.</summary>
    public static IEnumerable<Type> Forgotten => typeof(ConcatPart).Assembly.GetTypes().Where(
        t => t.Namespace == typeof(ConcatPart).Namespace && t is { IsValueType: true, IsEnum: false, IsNested: false } && Pairs.All(p => p.Mirror != t)
            && Pairs.All(p => Fields(p.Mirror).All(f => f.FieldType != t)));

    /// <summary>What a compiler refuses if a struct of a file has another size here, or a field another place.</summary>
    public static string Assertions(string file)
    {
        var text = new StringBuilder();
        foreach (var (_, name, mirror) in Pairs.Where(p => p.File == file))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"static_assert(sizeof({name}) == {Size(mirror)}, \"size of {name}\");");
            if (mirror.IsDefined(typeof(InlineArrayAttribute))) continue;
            foreach (var field in Fields(mirror))
                text.AppendLine(CultureInfo.InvariantCulture, $"static_assert(__builtin_offsetof({name}, {Snake(field.Name)}) == {Offset(mirror, field)}, \"{name}.{field.Name}\");");
        }

        return text.ToString();
    }

    private static FieldInfo[] Fields(Type type) => type.GetFields(BindingFlags.Instance | BindingFlags.Public);

    private static int Size(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;

    // The marshaller's Marshal.OffsetOf knows no inline arrays; this is where the field lies in memory.
    private static long Offset(Type type, FieldInfo field)
    {
        var method = new DynamicMethod("offset", typeof(long), [type.MakeByRefType()], typeof(KernelStructs).Module, skipVisibility: true);
        var code = method.GetILGenerator();
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Ldflda, field);
        code.Emit(OpCodes.Conv_I8);
        code.Emit(OpCodes.Ldarg_0);
        code.Emit(OpCodes.Conv_I8);
        code.Emit(OpCodes.Sub);
        code.Emit(OpCodes.Ret);
        return (long)method.Invoke(null, [RuntimeHelpers.GetUninitializedObject(type)])!;
    }

    private static string Snake(string name) =>
        string.Concat(name.Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
